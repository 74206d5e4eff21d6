import type { AuditLog } from '../audit/types.ts';
import { canonicalJson } from '../canonical.ts';
import { AppError } from '../errors.ts';

type ReadableLog = Pick<AuditLog, 'record' | 'prove' | 'size'>;

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

/**
 * Numbers of the records that speak of one of these ids, in order: for a roof that did not keep the numbers when it appended.
 * Reads the whole log.
 */
export async function recordsAbout(log: ReadableLog, ids: ReadonlySet<string>): Promise<number[]> {
  const size = await log.size();
  const found: number[] = [];
  for (let seq = 0; seq < size; seq += 1) {
    const objects = (await log.record(seq))?.objects;
    const speaks = Array.isArray(objects) && objects.some((object) => isAbout(object, ids));
    if (speaks) found.push(seq);
  }
  return found;
}

const isAbout = (object: unknown, ids: ReadonlySet<string>): boolean =>
  typeof object === 'object' &&
  object !== null &&
  'id' in object &&
  typeof object.id === 'string' &&
  ids.has(object.id);
