import { randomBytes, randomUUID } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { mkdtemp, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Client } from '../../gateway/client.ts';
import { connect, migrate } from '../../gateway/database.ts';
import { startPostgres } from '../../gateway/postgres.ts';
import type { ScheduledExhibit } from '../../gateway/requisition/types.ts';
import type { Answer } from '../../gateway/search/types.ts';
import { openVault, type Vault } from '../../gateway/vault.ts';
import {
  clientOf,
  exhibitIdOf,
  exhibitOf,
  type JobBody,
  jobEnd,
  type Line,
  register,
  sceneFile,
  startLine,
  tokensFor,
} from '../support/line.ts';
import { eraseOrder } from './acts.ts';
import { retentionRoom } from './support.ts';

// Ten thousand strings that can be found if they are there, in every text that a requisition can hold, and in the name of a file.

const PROCEDURE = 'PV-2026-000777';
const REQUISITIONS = 3;
const EXHIBITS = 500;

/** Files below a folder that hold the bytes. */
function filesWith(folder: string, needle: Buffer): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    try {
      if (entry.isFile() && readFileSync(file).includes(needle)) found.push(file);
    } catch {
      // Gone between the two looks: a file of the running server.
    }
  }
  return found;
}

/** How many readable and writable parts of a process's memory hold the bytes: a core, without writing one. */
function memoryWith(pid: number, needle: Buffer): number {
  let found = 0;
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'latin1').split('\n')) {
      const range = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line);
      if (range === null) continue;
      const [from, to] = [Number.parseInt(range[1] ?? '', 16), Number.parseInt(range[2] ?? '', 16)];
      const step = 16 * 1024 * 1024;
      for (let at = from; at < to; at += step) {
        const part = Buffer.alloc(Math.min(step + needle.length, to - at));
        try {
          const length = readSync(memory, part, 0, part.length, at);
          if (part.subarray(0, length).includes(needle)) found += 1;
        } catch {
          // Reserved and not there.
        }
      }
    }
  } finally {
    closeSync(memory);
  }
  return found;
}

function canaries(prefix: string): () => string {
  let count = 0;
  return () => `${prefix}-${String(count++).padStart(6, '0')}`;
}

/** A schedule whose every text is a canary. */
const planted = (next: () => string, nowMs: number): ScheduledExhibit[] =>
  Array.from({ length: EXHIBITS }, () => ({
    id: next(),
    sha256: randomBytes(32).toString('hex'),
    size: 1,
    camera: { id: next(), operator: next(), place: next() },
    capture: {
      start: new Date(nowMs - 5 * 3_600_000).toISOString(),
      end: new Date(nowMs - 4 * 3_600_000).toISOString(),
      tz: 'Europe/Paris',
    },
    clock: { offset_s: 0, uncertainty_s: 1, basis: next() },
    acquisition: {
      article: '77-1-1',
      act_ref: next(),
      act_sha256: randomBytes(32).toString('hex'),
      signed_by_role: 'opj',
      requested_from: next(),
      acquired_at: new Date(nowMs - 60_000).toISOString(),
    },
  }));

/** What readers write beside what was found: notes, reworded and withdrawn ones too, and labels of bookmarks. */
async function plantReview(client: Client, caseId: string, piece: string, next: () => string): Promise<number> {
  const at = `/api/v1/cases/${caseId}`;
  const exhibitId = await exhibitIdOf(client, caseId, piece);
  const job = await client.json<JobBody>('POST', `${at}/jobs`, { exhibitId });
  await jobEnd(client, caseId, job.id);
  const { hits, questionId } = await client.json<Answer>('POST', `${at}/questions`, { version: 1 });
  await client.json('PUT', `${at}/questions/${questionId}/name`, { name: next() });
  const [hit] = hits;
  if (hit === undefined) throw new Error('nothing was found');
  await client.json('PUT', `${at}/hits/${hit.id}/verdict`, { verdict: 'rejected' });
  await client.json('PUT', `${at}/export-list/${hit.id}`);
  let count = 1;
  const write = (): { text: string } => {
    count += 20;
    return { text: Array.from({ length: 20 }, next).join(' ') };
  };
  for (let index = 0; index < 5; index++) {
    const { id } = await client.json<{ id: string }>('POST', `${at}/hits/${hit.id}/notes`, write());
    await client.json('PUT', `${at}/notes/${id}`, write());
    if (index === 0) await client.json('DELETE', `${at}/notes/${id}`);
    const label = next();
    count += 1;
    await client.json('POST', `${at}/bookmarks`, { exhibitId, hitId: hit.id, atSeconds: index, label });
  }
  // What is planted can be read: it is there to be found.
  const { notes } = await client.json<{ notes: { text: string }[] }>('GET', `${at}/notes`);
  expect(notes).toHaveLength(4);
  return count;
}

async function plant(line: Line, prefix: string): Promise<number> {
  const next = canaries(prefix);
  let count = 0;
  for (let index = 0; index < REQUISITIONS; index++) {
    const exhibits = planted(next, Date.now());
    count += exhibits.length * 7;
    const facts = Array.from({ length: 20 }, next).join(' ');
    const tokens = await tokensFor(line, [], {
      authorisation: { sub: PROCEDURE, places: [] },
      schedule: { sub: PROCEDURE, exhibits, facts },
    });
    await register(line, tokens);
    count += 20;
  }
  // A recording under a name that is one too, analysed, so that there are sealed results, columns and rows of every kind.
  const file = await sceneFile(line.folder, 'crossing');
  const named = path.join(line.folder, `${next()}.mp4`);
  await rename(file, named);
  const exhibit = await exhibitOf(named, next(), line.captureStartMs, 14);
  const tokens = await tokensFor(line, [exhibit], { authorisation: { sub: PROCEDURE }, schedule: { sub: PROCEDURE } });
  const { client, caseId } = await register(line, tokens);
  await client.upload(named, exhibit.piece);
  await rename(named, file);
  return count + 2 + (await plantReview(client, caseId, exhibit.piece, next));
}

describe('what is left of a case', () => {
  it('RET-07: of 10,000 strings of a case none is left after its erasure, in files, database, write-ahead log or memory', async () => {
    await using line = await startLine();
    const prefix = `k${randomBytes(9).toString('hex')}`;
    const needle = Buffer.from(prefix);
    expect(await plant(line, prefix)).toBeGreaterThan(10_000);
    // While the case is there, this process has read them: the look at memory can find.
    expect(memoryWith(line.gateway.process.pid ?? 0, needle)).toBeGreaterThan(0);
    // And on the disk there is nothing to find even then.
    expect(filesWith(line.installation.dataDir, needle)).toEqual([]);

    const order = await eraseOrder(line, PROCEDURE);
    const handed = clientOf(line)
      .json<{ id: string }>('POST', '/api/v1/acts', { act: order })
      .catch(() => undefined);
    await delay(40);
    await line.gateway.kill();
    await handed;
    await line.restart();
    // Handed over again where the kill came before it was on record; the start has ended it where it came after.
    await clientOf(line)
      .json('POST', '/api/v1/acts', { act: order })
      .catch(() => undefined);
    const { jti } = JSON.parse(Buffer.from(order.split('.')[1] ?? '', 'base64url').toString()) as { jti: string };
    const { certificate } = await clientOf(line).json<{ certificate?: string }>('GET', `/api/v1/erasures/${jti}`);
    expect(certificate).toBeDefined();

    await line.gateway.stop();
    await line.restart();
    expect(filesWith(line.installation.dataDir, needle)).toEqual([]);
    expect(filesWith(path.join(line.folder, 'keys'), needle)).toEqual([]);
    expect(filesWith(line.folder, needle)).toEqual([]);
    expect(memoryWith(line.gateway.process.pid ?? 0, needle)).toBe(0);
  }, 300_000);

  it('RET-07: the same look finds them where nothing is sealed', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'differe-control-'));
    const server = await startPostgres(path.join(folder, 'postgres'));
    try {
      await migrate(server.urlOf('differe'));
      const database = connect(server.urlOf('differe'));
      const sealing = await openVault({
        dataDir: path.join(folder, 'vault'),
        keysDir: path.join(folder, 'keys'),
        installationKey: Buffer.alloc(32, 5),
      });
      const open: Vault = {
        ...sealing,
        seal: async (_caseId, _label, plain) => Buffer.from(plain),
        sealHere: (_label, plain) => Buffer.from(plain),
        unseal: async (_caseId, _label, sealed) => Buffer.from(sealed),
        unsealHere: (_label, sealed) => Buffer.from(sealed),
      };
      const room = await retentionRoom({}, { database, folder, vault: open });
      const caseId = await room.openCase('PV-1');
      const prefix = `k${randomBytes(9).toString('hex')}`;
      const next = canaries(prefix);
      const texts = Array.from({ length: 10_000 }, next);
      await database.inCase(caseId, async (tx) => {
        for (let at = 0; at < texts.length; at += 20) {
          const sealed = await open.seal(caseId, 'question', texts.slice(at, at + 20).join(' '));
          const { rows } = await tx.query<{ id: string }>('SELECT id FROM requisitions LIMIT 1');
          await tx.query('INSERT INTO questions (id, case_id, requisition_id, sealed) VALUES ($1, $2, $3, $4)', [
            randomUUID(),
            caseId,
            rows[0]?.id,
            sealed,
          ]);
        }
      });
      await room.eraser.erase(caseId, { ground: 'order', actId: undefined });
      // Deleted rows stay in pages and in the log of changes: without sealing an erasure would be none.
      expect(filesWith(path.join(folder, 'postgres'), Buffer.from(prefix)).length).toBeGreaterThan(0);
      await database.close();
    } finally {
      await server.stop('immediate');
    }
  }, 120_000);
});
