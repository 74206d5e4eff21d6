import type { AuditRecord } from '../audit/types.ts';
import { sha256Hex } from '../canonical.ts';

/** One network, by the digest of its bytes. */
export interface ModelUse {
  readonly sha256: string;
  /** First and last record by which it ran. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Whether the journal says, before its first run, that it was admitted. */
  readonly wasAdmitted: boolean;
}

export interface ModelsThatRan {
  /** Every network that ever ran, of the whole journal. */
  readonly models: readonly ModelUse[];
  /**
   * Whether no other network ever ran: each one that did had been admitted before, and each use names the set that its networks make.
   * Undefined where the journal no longer begins with its first record and so cannot say.
   */
  readonly noOtherModelRan: boolean | undefined;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What the journal names a set of networks by; as `analysis/sight.ts` makes it. */
const setOf = (digests: readonly string[]): string =>
  digests.length === 1 ? (digests[0] ?? '') : sha256Hex(digests.toSorted().join('\n'));

/** Follows, record by record, which networks were admitted and which ran. */
export function modelsTally(): { add(record: AuditRecord): void; result(): ModelsThatRan } {
  const admitted = new Set<string>();
  const models = new Map<string, Mutable<ModelUse>>();
  let firstSeq: number | undefined;
  let allTold = true;

  return {
    add({ action, seq, models: set, objects }) {
      firstSeq ??= seq;
      const named = objects.filter(({ type }) => type === 'model').map(({ id }) => id);
      if (action === 'models.adopted') for (const id of named) admitted.add(id);
      if (action !== 'job.inference') return;
      if (set !== setOf(named)) allTold = false;
      for (const sha256 of named) {
        const known = models.get(sha256);
        if (known !== undefined) known.lastSeq = seq;
        else models.set(sha256, { sha256, firstSeq: seq, lastSeq: seq, wasAdmitted: admitted.has(sha256) });
      }
    },
    result() {
      const holds = allTold && [...models.values()].every(({ wasAdmitted }) => wasAdmitted);
      return { models: [...models.values()], noOtherModelRan: !holds && (firstSeq ?? 0) > 0 ? undefined : holds };
    },
  };
}
