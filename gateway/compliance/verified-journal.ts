import { openReader } from '../audit/reader.ts';
import { parseRecord } from '../audit/record.ts';
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
 * handed over: no figures are made of a journal that was altered or shortened (STA-01).
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
  const reader = await openReader(dir, known.vkey);
  for (let seq = 0; seq < verdict.size; seq++) {
    const entry = await reader.entry(seq);
    if (entry !== undefined) take(parseRecord(entry));
  }
  return verdict;
}
