import { createHash } from 'node:crypto';
import { verifyProofText } from '../audit/proof.ts';
import type { AuditLog } from '../audit/types.ts';
import { canonicalJson, type JsonValue } from '../canonical.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { ExhibitId } from '../ids.ts';
import { listsExhibit, type Requisition } from '../requisition/types.ts';
import { type ExhibitDeps, readExhibit } from './exhibits.ts';
import type { Exhibit } from './types.ts';

/**
 * What holds of a sealed recording now. `verified`: its bytes are those of the signed schedule, and the journal provably has their sealing;
 * `partly`: the bytes are, and the journal shows no such record (any more); `not_signed`: the schedule of the requisition does not list it, so that
 * nothing was read; `altered`: the bytes are not those that were sealed.
 */
export const VERDICTS = ['verified', 'partly', 'not_signed', 'altered'] as const;

export interface ExhibitVerification {
  readonly exhibit: Exhibit;
  readonly verdict: (typeof VERDICTS)[number];
  /** Computed now from the sealed bytes; undefined where they were not read, or cannot be opened any more. */
  readonly foundSha256: string | undefined;
  /** Number of the journal's record of the sealing, whose place in the log was proved; undefined when there is none. */
  readonly record: number | undefined;
  readonly checkedAtMs: number;
}

export interface VerifyDeps extends ExhibitDeps {
  readonly log: Pick<AuditLog, 'size' | 'record' | 'prove'>;
  /** C2SP verifier key of the log. */
  readonly logVkey: string;
  readonly clock: Clock;
}

/** Verifies sealed exhibits; who asks for one that is being read already waits for that answer. Throws E_PRO_SILO when there is none. */
export function createExhibitVerifier(deps: VerifyDeps) {
  const reading = new Map<ExhibitId, Promise<string | undefined>>();

  function digestOf(exhibit: Exhibit): Promise<string | undefined> {
    const known = reading.get(exhibit.id);
    if (known !== undefined) return known;
    const fresh = digestSealed(exhibit, deps).finally(() => reading.delete(exhibit.id));
    reading.set(exhibit.id, fresh);
    return fresh;
  }

  return async (requisition: Requisition, id: ExhibitId): Promise<ExhibitVerification> => {
    const exhibit = await readExhibit(requisition, id, deps);
    // The signature of the schedule was verified with this very request.
    if (!listsExhibit(requisition, exhibit)) return answer('not_signed', undefined, undefined);
    const foundSha256 = await digestOf(exhibit);
    if (foundSha256 !== exhibit.sha256) return answer('altered', foundSha256, undefined);
    const record = await sealingOf(exhibit, deps);
    return answer(record === undefined ? 'partly' : 'verified', foundSha256, record);

    function answer(
      verdict: ExhibitVerification['verdict'],
      found: string | undefined,
      record: number | undefined,
    ): ExhibitVerification {
      return { exhibit, verdict, foundSha256: found, record, checkedAtMs: deps.clock.nowMs() };
    }
  };
}

/** Undefined when a byte of the object, or all of it, is not what was written: its chunks are authenticated. */
async function digestSealed({ caseId, object }: Exhibit, { vault }: VerifyDeps): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const part of vault.read(caseId, object) as AsyncIterable<Buffer>) hash.update(part);
  } catch (error) {
    if (error instanceof AppError && error.code === 'E_VAULT') return undefined;
    throw error;
  }
  return hash.digest('hex');
}

/** The event is written right after the moment that the row keeps. A disk that stalls, or a flood of others' records, puts seconds between. */
const WRITTEN_WITHIN_MS = 60_000;

/** The record of the sealing, if the log has it and proves its place. */
async function sealingOf(exhibit: Exhibit, { log, logVkey }: VerifyDeps): Promise<number | undefined> {
  const size = await log.size();
  for (let seq = await firstSince(exhibit.sealedAtMs, size, log); seq < size; seq++) {
    const record = await log.record(seq);
    if (Date.parse(String(record?.time)) > exhibit.sealedAtMs + WRITTEN_WITHIN_MS) return undefined;
    if (record?.action !== 'exhibit.seal' || !names(record, exhibit)) continue;
    const leaf = Buffer.from(canonicalJson(record), 'utf8');
    return verifyProofText(await log.prove(seq), leaf, logVkey).ok ? seq : undefined;
  }
  return undefined;
}

/** Records stand in the order of time; purged ones are the oldest. */
async function firstSince(ms: number, size: number, log: VerifyDeps['log']): Promise<number> {
  let [low, high] = [0, size];
  while (low < high) {
    const middle = (low + high) >> 1;
    const record = await log.record(middle);
    if (record === undefined || Date.parse(String(record.time)) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

const names = (record: { readonly [key: string]: JsonValue }, { id, sha256 }: Exhibit): boolean => {
  const objects = canonicalJson(record.objects ?? []);
  return [
    { type: 'exhibit', id },
    { type: 'digest', id: sha256 },
  ].every((object) => objects.includes(canonicalJson(object)));
};
