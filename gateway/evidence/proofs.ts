import type { AuditLog } from '../audit/types.ts';
import { canonicalJson } from '../canonical.ts';
import { AppError } from '../errors.ts';

type ReadableLog = Pick<AuditLog, 'record' | 'prove'>;

/** A record of the log as its leaf has it, with the text that proves its place. */
export interface ProvenRecord {
  readonly leaf: Buffer;
  readonly proof: string;
}

export async function proveRecord(log: ReadableLog, seq: number): Promise<ProvenRecord> {
  const record = await log.record(seq);
  if (record === undefined) throw new AppError('E_LOG_DOWN', { detail: `the log has no record ${seq}` });
  return { leaf: Buffer.from(canonicalJson(record), 'utf8'), proof: await log.prove(seq) };
}
