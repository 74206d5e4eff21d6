import { renameSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import { expect, it, onTestFinished } from 'vitest';
import { type LogOptions, openLog, type WritableLog } from '../../gateway/audit/append.ts';
import { openSharedLog } from '../../gateway/audit/appender.ts';
import { diskFiles, type LogFiles } from '../../gateway/audit/files.ts';
import { encodeVkey } from '../../gateway/audit/note.ts';
import { openReader } from '../../gateway/audit/reader.ts';
import type { AuditLog } from '../../gateway/audit/types.ts';
import { verifyLog } from '../../gateway/audit/verify.ts';
import { systemClock } from '../../gateway/clock.ts';
import { AppError } from '../../gateway/errors.ts';
import { type CaseId, newId } from '../../gateway/ids.ts';
import { type Identity, installGuard } from '../../gateway/policy/guard.ts';
import { POLICIES } from '../../gateway/policy/policies.ts';
import { OPS } from '../../gateway/policy/types.ts';
import { closedLog } from '../../gateway/start-up.ts';
import { asOwner, testDatabase } from '../support/database.ts';
import { randomFrom } from './mutations.ts';
import { freshFolder, freshKey, optionsFor } from './support.ts';

const FAULTS = 500;
const CASE = '0a000000-0000-8000-8000-000000000001' as CaseId;
const CANARY = 'canary-picture-of-a-person';
const AGENT: Identity = {
  principal: { role: 'agent_habilite', agentId: 'agent-1', service: 'DIPN-69', habilitation: 'in_force' },
  authority: {
    requisitionId: '0b000000-0000-4000-8000-000000000001',
    caseId: CASE,
    procedure: 'PV-2026/000123',
    ops: OPS,
    notBefore: 0,
    expires: 4_000_000_000,
    agentDesignated: true,
    revoked: false,
  },
};

const KINDS = [
  'stage ENOSPC',
  'stage EIO',
  'write EIO',
  'fsync EIO',
  'rename EACCES',
  'rename of the first alone',
  'folder fsync EIO',
  'makeFolder ENOSPC',
  'lock lost',
  'killed',
  'key missing',
] as const;
type Kind = (typeof KINDS)[number];

const errorOf = (code: string): Error => Object.assign(new Error(code), { code, syscall: 'write' });

/** The disk with one fault: the nth operation of its kind fails. `fired` says whether it came to that. */
function faulty(
  kind: Kind,
  nth: number,
  random: (below: number) => number,
): { files: LogFiles; mayWrite: () => Promise<void>; state: { fired: boolean } } {
  const state = { fired: false };
  let [count, dead] = [0, false];
  const strikes = (...kinds: readonly Kind[]): boolean => {
    if (dead) throw errorOf('EIO');
    if (!kinds.includes(kind)) return false;
    count++;
    if (count !== nth) return false;
    state.fired = true;
    // A process that was killed does nothing more, not even tidy up.
    dead = kind === 'killed';
    return true;
  };
  const files: LogFiles = {
    async makeFolder(root, below) {
      if (strikes('makeFolder ENOSPC', 'killed')) throw errorOf('ENOSPC');
      await diskFiles.makeFolder(root, below);
    },
    async stage(file, bytes) {
      if (strikes('stage ENOSPC', 'stage EIO', 'fsync EIO', 'killed')) {
        // A full disk and a failing fsync leave a part of the file behind.
        if (kind !== 'stage EIO') await writeFile(`${file}.000000000000.tmp`, bytes.subarray(0, 100));
        throw errorOf(kind === 'stage ENOSPC' ? 'ENOSPC' : 'EIO');
      }
      return diskFiles.stage(file, bytes);
    },
    place(staged) {
      if (strikes('rename EACCES', 'rename of the first alone', 'killed')) {
        const [first] = staged;
        if (kind !== 'rename EACCES' && first !== undefined) renameSync(first.temporary, first.file);
        throw errorOf('EACCES');
      }
      diskFiles.place(staged);
    },
    async syncFolder(folder) {
      if (strikes('folder fsync EIO', 'killed')) throw errorOf('EIO');
      await diskFiles.syncFolder(folder);
    },
    async remove(file) {
      if (dead) throw errorOf('EIO');
      await diskFiles.remove(file);
    },
    removeFolder: diskFiles.removeFolder,
    async stageAhead(file, bytes, length) {
      if (strikes('stage ENOSPC', 'stage EIO', 'fsync EIO', 'killed'))
        throw errorOf(kind === 'stage ENOSPC' ? 'ENOSPC' : 'EIO');
      const { staged, ahead } = await diskFiles.stageAhead(file, bytes, length);
      const write = async (part: Uint8Array, offset: number): Promise<void> => {
        if (strikes('write EIO', 'fsync EIO', 'killed')) {
          // A crash leaves some of the sectors.
          if (kind === 'killed') await ahead.write(part.subarray(0, 512 * random(9)), offset);
          throw errorOf('EIO');
        }
        await ahead.write(part, offset);
      };
      return { staged, ahead: { write, close: ahead.close } };
    },
  };
  const mayWrite = async (): Promise<void> => {
    if (strikes('lock lost')) throw new AppError('E_LOG_DOWN', { detail: 'the lock of the log is lost' });
  };
  return { files, mayWrite, state };
}

/** The guard as the gateway has it, before routes that would disclose, act and export. `log` is asked at each request. */
function guardedApp(log: () => Pick<AuditLog, 'append'>): { app: FastifyInstance; ran: Set<string> } {
  const app = Fastify();
  const ran = new Set<string>();
  installGuard(app, {
    authenticate: async () => AGENT,
    log: { append: (event) => log().append(event) },
    clock: systemClock,
    policies: POLICIES,
  });
  const params = '/cases/:caseId';
  app.get(`${params}/pictures/:id`, { config: { action: 'hit.picture' } }, async (request) => {
    request.show([{ type: 'hit', id: (request.params as { id: string }).id }]);
    return CANARY;
  });
  app.post(`${params}/questions/:id`, { config: { action: 'search.ask' } }, async (request) => {
    const { id } = request.params as { id: string };
    ran.add(id);
    request.show([{ type: 'question', id }]);
    return { answer: CANARY };
  });
  app.post(`${params}/jobs/:id`, { config: { action: 'job.cancel' } }, async (request) => {
    ran.add((request.params as { id: string }).id);
    return { cancelled: CANARY };
  });
  app.post(`${params}/exports/:id`, { config: { action: 'evidence.export' } }, async (request) => {
    ran.add((request.params as { id: string }).id);
    return { package: CANARY };
  });
  app.get(`${params}/exports/:id`, { config: { action: 'evidence.read' } }, async (request, reply) => {
    request.show([{ type: 'export', id: (request.params as { id: string }).id }]);
    return reply.send(Buffer.from(CANARY));
  });
  return { app, ran };
}

/** Actions and ids of the records that are durable from `from` on, read from the files alone. */
async function durable(
  dir: string,
  vkey: string,
  from: number,
): Promise<{ action: string; ids: string[]; effect: string }[]> {
  const reader = await openReader(dir, vkey);
  const found: { action: string; ids: string[]; effect: string }[] = [];
  for (const entry of await reader.entriesFrom(from)) {
    const record = JSON.parse(entry.toString());
    found.push({
      action: record.action,
      ids: record.objects.map((object: { id: string }) => object.id),
      effect: record.outcome.effect,
    });
  }
  return found;
}

const REQUESTS = [
  { method: 'GET', path: 'pictures', action: 'hit.picture' },
  { method: 'POST', path: 'questions', action: 'search.ask' },
  { method: 'POST', path: 'jobs', action: 'job.cancel' },
  { method: 'POST', path: 'exports', action: 'evidence.export' },
  { method: 'GET', path: 'exports', action: 'evidence.read' },
] as const;

/** Sends all requests and holds each answer against what is durable when it comes. Returns how many were answered with content. */
async function demandWriteAhead(
  app: FastifyInstance,
  ran: Set<string>,
  dir: string,
  vkey: string,
  from: number,
): Promise<number> {
  let answered = 0;
  for (const { method, path, action } of REQUESTS) {
    const id = newId<string>();
    const response = await app.inject({ method, url: `/cases/${CASE}/${path}/${id}` });
    const records = (await durable(dir, vkey, from)).filter((one) => one.action === action && one.effect === 'permit');
    if (response.statusCode < 400) {
      answered++;
      // The act has no id in its event, it is written before the handler knows one: there is one event for each that ran.
      if (method === 'GET' || path === 'questions') expect(records.flatMap(({ ids }) => ids)).toContain(id);
      expect(response.body).toContain(CANARY);
    } else {
      expect([response.statusCode, response.body.includes(CANARY)]).toEqual([503, false]);
      expect(response.json().code).toBe('E_LOG_DOWN');
    }
    if (ran.has(id)) expect(records.length, `${action} ran without its record`).toBeGreaterThan(0);
  }
  return answered;
}

it(`LOG-05: under ${FAULTS} injected faults of disk, lock, key and life of the appender nothing is disclosed, done or exported without its durable record`, async () => {
  // Short, so that files are changed often; and tiles follow at once.
  const base: LogOptions = optionsFor(await freshFolder(), {
    clock: systemClock,
    aheadBytes: 64 * 1024,
    foldAfterMs: 0,
  });
  let log: Pick<AuditLog, 'append'> = closedLog(undefined);
  const { app, ran } = guardedApp(() => log);
  onTestFinished(() => app.close());
  const random = randomFrom(500);
  const fired: Record<string, number> = {};
  let [refused, answered, total] = [0, 0, 0];
  let vkey = '';
  for (let n = 0; total < FAULTS; n++) {
    const kind = KINDS[n % KINDS.length] ?? 'killed';
    const { files, mayWrite, state } = faulty(kind, 1 + random(kind === 'killed' ? 24 : 6), random);
    let opened: WritableLog | undefined;
    let from = 0;
    try {
      opened = await openLog({
        ...base,
        files,
        mayWrite,
        ...(kind === 'key missing' && n > 20 ? { signingKey: freshKey() } : {}),
      });
      vkey = opened.vkey;
      from = await opened.size();
      log = opened;
    } catch (error) {
      // Opening failed: the gateway runs with a log that refuses (main.ts).
      if (kind === 'key missing') state.fired = true;
      log = closedLog(error);
    }
    if (vkey !== '') {
      const good = await demandWriteAhead(app, ran, base.dir, vkey, from);
      answered += good;
      refused += REQUESTS.length - good;
    }
    await opened?.close();
    if (!state.fired || vkey === '') continue;
    total++;
    fired[kind] = (fired[kind] ?? 0) + 1;
  }
  // Each kind struck, and struck at moments where requests before it had been answered as well as at the first.
  expect(Object.keys(fired).sort()).toEqual([...KINDS].sort());
  expect(Math.min(...Object.values(fired))).toBeGreaterThan(10);
  expect(refused).toBeGreaterThan(FAULTS / 2);
  expect(answered).toBeGreaterThan(FAULTS / 5);
  // All of it on one folder, recovered after each fault: it verifies, and goes on.
  const last = await openLog(base);
  log = last;
  expect(await demandWriteAhead(app, ran, base.dir, vkey, await last.size())).toBe(REQUESTS.length);
  await last.close();
  expect((await verifyLog(base.dir)).ok).toBe(true);
}, 180_000);

it('LOG-05: a gateway whose database session with the lock is ended discloses nothing from then on', async () => {
  const database = await testDatabase();
  const options = { ...optionsFor(await freshFolder(), { clock: systemClock }), database, settleMs: 60 };
  const log = await openSharedLog(options);
  onTestFinished(() => log.close());
  const { app, ran } = guardedApp(() => log);
  onTestFinished(() => app.close());
  const vkey = encodeVkey(options.origin, options.signingKey);
  expect(await demandWriteAhead(app, ran, options.dir, vkey, 0)).toBe(REQUESTS.length);
  await asOwner(
    database,
    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid()",
  );
  // The server's word may come later than the next request: but no request is answered without its record.
  let answered: number = REQUESTS.length;
  for (let round = 0; round < 100 && answered > 0; round++) {
    answered = await demandWriteAhead(app, ran, options.dir, vkey, 0);
  }
  expect(answered).toBe(0);
});
