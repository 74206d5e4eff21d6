import { leafHash } from '../audit/merkle.ts';
import { openReader, readKept } from '../audit/reader.ts';
import { parseRecord } from '../audit/record.ts';
import { TILE_WIDTH } from '../audit/tiles.ts';
import type { AuditRecord } from '../audit/types.ts';
import { verifyLog } from '../audit/verify.ts';
import { AppError } from '../errors.ts';

/** What the reader of a journal knows of it from elsewhere: its key, and a checkpoint that it must extend. */
export interface KnownOfLog {
  readonly vkey?: string;
  readonly pinned?: string;
}

export interface VerifiedJournal {
  /** Records; those that were purged count. */
  readonly size: number;
  /** Root of its tree, base64. */
  readonly root: string;
}

/**
 * Hands over every record of a log that verifies as a whole, in order. Throws E_LOG_DOWN for one that does not, before the first record is
 * handed over: no figures are made of a journal that was altered or shortened (STA-01). While it is read each record is held against the
 * hash that the next one names, so that nothing is exchanged behind the verification.
 */
export async function readVerified(
  dir: string,
  known: KnownOfLog,
  take: (record: AuditRecord) => void,
): Promise<VerifiedJournal> {
  const verdict = await verifyLog(dir, known);
  if (!verdict.ok) {
    const [first] = verdict.findings;
    throw new AppError('E_LOG_DOWN', { detail: `the log does not verify: ${first?.what} ${first?.file}` });
  }
  let previous: string | undefined;
  for await (const entry of entriesOf(dir, known.vkey, verdict.size)) {
    const record = parseRecord(entry);
    if (previous !== undefined && record.previous !== previous)
      throw new AppError('E_LOG_DOWN', { detail: `record ${record.seq} changed while it was read` });
    previous = leafHash(entry).toString('hex');
    take(record);
  }
  return verdict;
}

/** Bundle by bundle; the last one, which a log in use replaces, with what stands ahead of the tree. What was purged is left out. */
async function* entriesOf(dir: string, vkey: string | undefined, size: number): AsyncGenerator<Buffer> {
  const reader = await openReader(dir, vkey);
  // What stands in the write-ahead file alone has no bundle yet.
  const full = Math.floor(Math.min(size, (await reader.checkpoint()).value.size) / TILE_WIDTH);
  for (let n = 0; n < full; n++) {
    const entries = await readKept(dir, { level: 'entries', n, width: TILE_WIDTH });
    if (entries !== undefined) yield* entries;
  }
  const last = await reader.entriesFrom(full * TILE_WIDTH);
  if (last.length < size - full * TILE_WIDTH)
    throw new AppError('E_LOG_DOWN', { detail: 'records are gone that were verified' });
  yield* last.slice(0, size - full * TILE_WIDTH);
}
