import path from 'node:path';
import { AppError } from '../errors.ts';
import type { LogFiles } from './files.ts';
import { leafHash } from './merkle.ts';
import { readEntries, readHashes } from './reader.ts';
import { parseRecord } from './record.ts';
import { TILE_WIDTH, tilePath, widthOf } from './tiles.ts';
import type { AuditEvent, AuditRecord } from './types.ts';

// LOG-06: what is older than the retention goes, bundle by bundle. The hash tiles stay, so that every root, proof and checkpoint holds as
// before; and the purge is itself a record, which names the first record that stays, the root at that moment and the time of what went.

export const PURGE_ACTION = 'log.purge';
/** Least retention in years, compiled in: the signed dossier can only raise it. */
export const LEAST_RETENTION_YEARS = 3;

/** The moment so many calendar years before. */
export function yearsBefore(timeMs: number, years: number): number {
  const date = new Date(timeMs);
  date.setUTCFullYear(date.getUTCFullYear() - years);
  return date.getTime();
}

export interface Purgeable {
  /** Records below this number go: a multiple of a bundle. */
  readonly before: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The full bundles whose every record is older than the retention; undefined when there is none, or it is gone already. */
export async function findPurgeable(
  dir: string,
  size: number,
  limits: { readonly purged: number; readonly nowMs: number; readonly years: number },
): Promise<Purgeable | undefined> {
  if (limits.years < LEAST_RETENTION_YEARS) throw new RangeError('audit: a retention below the floor');
  const endMs = yearsBefore(limits.nowMs, limits.years);
  const first = limits.purged / TILE_WIDTH;
  // The bundle of the newest record stays, whatever its age: the next record is chained to it.
  const most = Math.floor((size - 1) / TILE_WIDTH);
  const lastTime = async (n: number): Promise<number> => Date.parse((await recordAt(dir, n, -1)).time);
  let [low, high] = [first, most];
  // Records are in the order of time.
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((await lastTime(middle)) <= endMs) low = middle + 1;
    else high = middle;
  }
  if (low <= first) return undefined;
  const fromMs = Date.parse((await recordAt(dir, first, 0)).time);
  return { before: low * TILE_WIDTH, fromMs, toMs: await lastTime(low - 1) };
}

async function recordAt(dir: string, n: number, index: number): Promise<AuditRecord> {
  const entry = (await readEntries(dir, { level: 'entries', n, width: TILE_WIDTH })).at(index);
  return parseRecord(entry ?? Buffer.alloc(0));
}

/** The event of a purge: `root` is the root of the tree before the event itself. */
export const purgeEvent = ({ before, fromMs, toMs }: Purgeable, root: Buffer): AuditEvent => ({
  action: PURGE_ACTION,
  actor: { id: 'gateway', role: 'worker', service: '-' },
  reason: { procedure: '-', requisition: '-', op: PURGE_ACTION },
  objects: [
    { type: 'log', id: `${before}` },
    { type: 'log', id: root.toString('hex') },
  ],
  outcome: { effect: 'done', policyId: '-', code: 'OK' },
  shown: { fromMs, toMs },
});

/** The first record that the newest purge left, read from the end backwards; 0 when nothing was ever purged. */
export async function findPurged(dir: string, size: number, leastBundle: number): Promise<number> {
  for (let n = Math.ceil(size / TILE_WIDTH) - 1; n >= leastBundle; n--) {
    const width = widthOf('entries', n, size);
    const entries = await readEntries(dir, { level: 'entries', n, width });
    const index = entries.findLastIndex(isPurge);
    const entry = entries[index];
    if (entry === undefined) continue;
    const hashes = await readHashes(dir, { level: 0, n, width });
    if (hashes[index]?.equals(leafHash(entry)) !== true)
      throw new AppError('E_LOG_DOWN', { detail: 'the record of the purge is not the one hashed' });
    return Number(parseRecord(entry).objects[0]?.id);
  }
  return 0;
}

const MARK = Buffer.from(`"action":"${PURGE_ACTION}"`);
const isPurge = (entry: Buffer): boolean => entry.includes(MARK);

/** Removes the bundles from one record to another. Their record is durable by now; what a crash leaves, the next opening removes. */
export async function removeBundles(dir: string, from: number, before: number, files: LogFiles): Promise<void> {
  const folders = new Set<string>();
  for (let n = from / TILE_WIDTH; n < before / TILE_WIDTH; n++) {
    const file = path.join(dir, tilePath({ level: 'entries', n, width: TILE_WIDTH }));
    await files.remove(file);
    folders.add(path.dirname(file));
  }
  for (const folder of folders) await files.syncFolder(folder);
}
