import { OVERDUE_KINDS, type OverdueKind } from '../metrics.ts';
import type { RetentionReport } from '../retention/types.ts';
import { type OverdueReview, reviewWarnings } from './self-control.ts';

export interface LatenessDeps {
  retention(): Promise<Pick<RetentionReport, 'overdue' | 'unfinished'>>;
  reviews(): Promise<readonly OverdueReview[]>;
  /** Requests of persons that nobody answered in time. */
  requests(): Promise<number>;
  isJournalOverdue(): boolean;
  readonly hasWitness: boolean;
}

export interface Lateness {
  /** For the gauges; not a number where it cannot be read. */
  overdue(): Promise<Readonly<Record<OverdueKind, number>>>;
  /** For the readiness: what an operator should see to, in counts. */
  warnings(): Promise<readonly string[]>;
}

/** A scrape and a look at the readiness read the tables once. */
const KEPT_FOR_MS = 10_000;

/** What is late in this installation (RET-01, RET-05, RET-08, CTL-01, CTL-06, RGT-02, LOG-06). It names no case. */
export function createLateness(deps: LatenessDeps): Lateness {
  let kept: { readonly atMs: number; readonly facts: ReturnType<typeof read> } | undefined;

  async function read() {
    const [retention, reviews, requests] = await Promise.all([deps.retention(), deps.reviews(), deps.requests()]);
    return { retention, reviews, requests };
  }
  function facts(): ReturnType<typeof read> {
    const now = performance.now();
    if (kept === undefined || now - kept.atMs > KEPT_FOR_MS) kept = { atMs: now, facts: read() };
    return kept.facts;
  }

  return {
    async overdue() {
      try {
        const { retention, reviews, requests } = await facts();
        const { purges, orders, quarantines } = retention.overdue;
        const journal = deps.isJournalOverdue() ? 1 : 0;
        return {
          purge: purges,
          order: orders,
          quarantine: quarantines,
          review: reviews.length,
          request: requests,
          journal,
        };
      } catch {
        return Object.fromEntries(OVERDUE_KINDS.map((kind) => [kind, Number.NaN])) as Record<OverdueKind, number>;
      }
    },
    async warnings() {
      const ofJournal = journalWarnings(deps);
      try {
        const { retention, reviews, requests } = await facts();
        const ofPersons = requests === 0 ? [] : [`rights: ${requests} requests of persons are overdue`];
        return [...retentionWarnings(retention), ...reviewWarnings(reviews), ...ofPersons, ...ofJournal];
      } catch {
        return ['retention: what is due cannot be read', ...ofJournal];
      }
    },
  };
}

function retentionWarnings({
  overdue,
  unfinished,
}: Pick<RetentionReport, 'overdue' | 'unfinished'>): readonly string[] {
  const say = (count: number, what: string): string[] => (count === 0 ? [] : [`retention: ${count} ${what}`]);
  return [
    ...say(overdue.purges, 'cases to be erased are overdue and frozen'),
    ...say(overdue.orders, 'orders of magistrates are overdue, their cases frozen'),
    ...say(overdue.quarantines, 'quarantines are beyond thirty days'),
    ...say(unfinished.length, 'erasures were begun and are not done'),
  ];
}

/** Decision 0013: a journal that nobody else has seen is not purged, because its purge could not be told from a cut. */
function journalWarnings({ hasWitness, isJournalOverdue }: LatenessDeps): readonly string[] {
  if (isJournalOverdue())
    return [
      'journal: records are beyond the retention of the dossier and stay: no checkpoint that a witness cosigned covers them',
    ];
  if (hasWitness) return [];
  return [
    'journal: no witness cosigns it: a cut of its end may go unseen, and what outlives its retention will not be purged',
  ];
}
