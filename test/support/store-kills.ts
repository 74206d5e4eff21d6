import { createHash, generateKeyPairSync, randomBytes, randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { systemClock } from '../../gateway/clock.ts';
import { connect, type Database, migrate } from '../../gateway/database.ts';
import { AppError } from '../../gateway/errors.ts';
import * as keys from '../../gateway/idempotency-store.ts';
import { decodeFrames, type MediaFile, packets } from '../../gateway/media.ts';
import { startPostgres } from '../../gateway/postgres.ts';
import { ORIGIN, SOFTWARE } from '../audit/events.ts';
import { appendUntilKilled } from '../audit/until-killed.ts';
import { sealUntilKilled } from '../vault/until-killed.ts';
import type { LostWritesOrder } from './lost-writes.ts';
import { descendantsOf } from './processes.ts';

// SIGKILL at moments of chance of what keeps something or reads something, each alone: the log's writer, the vault's, PostgreSQL, a decoder.

export type Sync = LostWritesOrder['sync'];

export const logOptions = (dir: string) => ({
  dir,
  origin: ORIGIN,
  signingKey: generateKeyPairSync('ed25519').privateKey,
  clock: systemClock,
  software: SOFTWARE,
});

/** One log under so many kills, and then so many power cuts. Lost are records that were acknowledged and are not there, or twice. */
export async function logUnderKills(dir: string, kills: number, cuts = 0) {
  const options = logOptions(dir);
  const all = new Map<number, string>();
  let [lost, verifies] = [0, true];
  for (let n = 0; n < kills + cuts; n++) {
    const after = await appendUntilKilled(options, all, n < kills ? undefined : { sync: 'all' });
    for (const [seq, id] of after.acknowledged) all.set(seq, id);
    lost += after.lost;
    verifies &&= after.verifies;
  }
  return { kills, records: all.size, lost, verifies };
}

/** One vault under so many kills, and then so many power cuts. Lost are objects of which an acknowledged byte cannot be read. */
export async function vaultUnderKills(folder: string, kills: number, cuts = 0) {
  const key = randomBytes(32);
  let [objects, lost] = [0, 0];
  for (let n = 0; n < kills + cuts; n++) {
    const after = await sealUntilKilled(folder, key, n < kills ? undefined : { sync: 'all' });
    objects += after.acknowledged;
    lost += after.lost;
  }
  return { kills, objects, lost };
}

const AT_ONCE = 6;

/**
 * An embedded server of its own under so many kills, nine of a session's process or a helper's and the tenth of the whole server, while rows are
 * written by the store that keeps what each request made. Lost are rows whose transaction was acknowledged; changed are those that say something
 * else.
 */
export async function databaseUnderKills(folder: string, kills: number) {
  const acknowledged = new Map<string, string>();
  let [done, lost, changed] = [0, 0, 0];
  let server = await startPostgres(folder);
  try {
    await migrate(server.urlOf('differe'));
    while (done < kills) {
      const database = connect(server.urlOf('differe'), { connections: AT_ONCE });
      const stopping = new AbortController();
      const writers = Array.from({ length: AT_ONCE }, () => writeRows(database, acknowledged, stopping.signal));
      for (let isUp = true; isUp && done < kills; ) {
        // Each kill strikes a server that works again.
        const enough = acknowledged.size + randomInt(1, 40);
        const givenUp = Date.now() + STUCK_MS;
        // To look for the server takes longer than a row.
        for (let looks = 1; acknowledged.size < enough && (looks % 200 !== 0 || isRunning()); looks++) {
          if (Date.now() > givenUp) throw new Error(`after ${done} kills no row more: ${stateOfServers()}`);
          await delay(1);
        }
        await delay(randomInt(0, 4));
        // The first is the server itself, without which the others end.
        const [itself, ...others] = descendantsOf(process.pid, 'postgres');
        // A kill that strikes its recovery after all ends the server: what is acknowledged then was written before the kill ahead of it.
        isUp = itself !== undefined && done % 10 !== 9;
        const victim = isUp ? others[randomInt(0, Math.max(1, others.length))] : itself;
        if (victim !== undefined && struck(victim)) done += 1;
      }
      stopping.abort();
      await inTime('the writers end', Promise.all(writers));
      await inTime('the pool closes', database.close());
      await inTime('the server ends', server.stop('immediate'));
      server = await startPostgres(folder);
    }
    const found = await rowsOf(server.urlOf('differe'));
    for (const [key, said] of acknowledged) {
      if (!found.has(key)) lost += 1;
      else if (found.get(key) !== said) changed += 1;
    }
  } finally {
    await server.stop('immediate');
    await rm(folder, { recursive: true, force: true });
  }
  return { kills: done, rows: acknowledged.size, lost, changed };
}

/** What works again after a kill does so within seconds, on a busy machine within a minute. */
const STUCK_MS = 150_000;

/** The work, or an error that says what never came and what the servers were doing. */
async function inTime<T>(what: string, work: Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = delay(STUCK_MS, undefined, { signal: over.signal }).then(() => {
    throw new Error(`${what} not: ${stateOfServers()}`);
  });
  late.catch(() => undefined);
  return await Promise.race([work, late]).finally(() => over.abort());
}

/** Of each process of a server below this one, its state and what it says that it does. */
const stateOfServers = (): string =>
  descendantsOf(process.pid, 'postgres')
    .map((pid) => {
      const state = /^State:\t(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      return `${state} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').slice(0, 80)}`;
    })
    .join('; ') || 'none runs';

const isRunning = (): boolean => descendantsOf(process.pid, 'postgres').length > 0;

async function writeRows(database: Database, acknowledged: Map<string, string>, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    const [keySha256, sealed] = [randomBytes(32).toString('hex'), randomBytes(40)];
    const claim = { keySha256, sealed, nowMs: Date.now(), forgetBeforeMs: 0, deadBeforeMs: 0 };
    const said = await database.inService((tx) => keys.claimKey(tx, undefined, claim)).catch(() => undefined);
    if (said === 'new') acknowledged.set(keySha256, sealed.toString('hex'));
    // Who asks too often keeps the server from its recovery.
    else await delay(50);
  }
}

async function rowsOf(url: string): Promise<ReadonlyMap<string, string>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ key: string; said: string }>(
      "SELECT key_sha256 AS key, encode(sealed, 'hex') AS said FROM installation_idempotency",
    );
    return new Map(rows.map(({ key, said }) => [key, said]));
  } finally {
    await client.end();
  }
}

/**
 * A file read under so many kills of the tool that reads it, by turns its frames and its packets. What comes to an end all the same must be what
 * an undisturbed reading gives; what does not must say that somebody else ended it, and nothing of the file. Wrong is everything else.
 */
export async function decoderUnderKills(file: MediaFile, kills: number) {
  const readings = [
    { tool: 'ffmpeg', read: () => digestOfFrames(file), whole: await timed(() => digestOfFrames(file)) },
    { tool: 'ffprobe', read: () => digestOfPackets(file), whole: await timed(() => digestOfPackets(file)) },
  ];
  let [done, wrong, ended] = [0, 0, 0];
  for (let n = 0; done < kills; n++) {
    const reading = readings[n % 2];
    if (reading === undefined) continue;
    let isOver = false;
    const outcome = reading
      .read()
      .catch((error: unknown) => (error instanceof AppError ? error.code : String(error)))
      .finally(() => {
        isOver = true;
      });
    let victim: number | undefined;
    while (victim === undefined && !isOver) {
      await delay(1);
      [victim] = descendantsOf(process.pid, reading.tool);
    }
    await delay(randomInt(0, Math.max(1, Math.round(reading.whole.ms / 2))));
    const hit = victim !== undefined && !isOver && struck(victim);
    const said = await outcome;
    if (hit && said === 'E_MEDIA_KILLED') done += 1;
    else if (said === reading.whole.value) ended += 1;
    else wrong += 1;
  }
  return { kills: done, wrong, ended };
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
  const from = performance.now();
  return { value: await work(), ms: performance.now() - from };
}

async function digestOfFrames(file: MediaFile): Promise<string> {
  const hash = createHash('sha256');
  const order = { ...file, decoder: 'h264', widthPx: 64, heightPx: 36, pixelFormat: 'rgb24' } as const;
  for await (const { pts, bytes } of decodeFrames(order).frames) hash.update(`${pts} `).update(bytes);
  return hash.digest('hex');
}

async function digestOfPackets(file: MediaFile): Promise<string> {
  const hash = createHash('sha256');
  for await (const packet of packets(file)) hash.update(JSON.stringify(packet));
  return hash.digest('hex');
}

/** False when it has ended before. */
export function struck(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
