import type { JsonValue } from '../canonical.ts';
import { AppError } from '../errors.ts';
import type { AuditLog } from './types.ts';

/** Records looked at for one page: bounds the work when a case has few records in a long log. */
const LOOKED_AT = 5_000;

type JournalRecord = { readonly [key: string]: JsonValue };

export interface JournalPage {
  readonly records: JournalRecord[];
  /** Where the next page starts; absent at the end of the log. */
  readonly next?: number;
}

/** Records whose reason is this procedure, in order. A page may be shorter than asked, or empty, and still have a next one. */
export async function readJournal(
  log: Pick<AuditLog, 'size' | 'record'>,
  procedure: string | undefined,
  page: { readonly from: number; readonly limit: number },
): Promise<JournalPage> {
  // `-` is the reason of records that belong to no case: they are nobody's to read here.
  if (procedure === undefined || procedure === '-') throw new AppError('E_PRO_SILO');
  const size = await log.size();
  const records: JournalRecord[] = [];
  let seq = page.from;
  const end = Math.min(size, page.from + LOOKED_AT);
  for (; seq < end && records.length < page.limit; seq++) {
    const record = await log.record(seq);
    if (record !== undefined && procedureOf(record) === procedure) records.push(record);
  }
  return seq < size ? { records, next: seq } : { records };
}

const procedureOf = ({ reason }: JournalRecord): JsonValue | undefined =>
  typeof reason === 'object' && reason !== null && 'procedure' in reason ? reason.procedure : undefined;
