import { parseRecord } from '../audit/record.ts';
import type { AuditLog, AuditRecord } from '../audit/types.ts';
import { canonicalJson } from '../canonical.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Act, ActKind } from '../trust/types.ts';
import { monthStartMs, nextMonth } from './periods.ts';
import { demandHierarchy, parseReview, type ReviewClaims, SELF_CONTROL_TYP } from './review-claims.ts';
import { isOfSession, type Sample, sampler } from './sample.ts';

const DAY_MS = 86_400_000;
/** A review is due so long after the end of its month, and warned of from then on (PRODUCT). */
export const REVIEW_DUE_MS = 30 * DAY_MS;
/** And after so long no new job starts. */
export const REVIEW_STOPS_MS = 60 * DAY_MS;

export interface SelfControlDeps {
  readonly log: Pick<AuditLog, 'size' | 'record' | 'append'>;
  readonly clock: Clock;
  /** Reviews on record, verified again as they are read. */
  readReviews(kind: ActKind<ReviewClaims>): Promise<readonly Act<ReviewClaims>[]>;
}

/** One month whose review is due and not there. */
export interface OverdueReview {
  readonly month: string;
  readonly dueAtMs: number;
  /** From then on no new job starts. */
  readonly stopsAtMs: number;
}

export interface SelfControl {
  /** The review of a month's sample, signed by the hierarchy. */
  readonly kind: ActKind;
  overdue(): Promise<readonly OverdueReview[]>;
  /** Before each job (CTL-06). Throws E_CTL_REVIEW when a review is overdue by more than the law of the house allows. */
  demandReviewed(): Promise<void>;
}

/**
 * The hierarchy's review of one session in twenty. Whether a month had sessions, and which are drawn, is read off the journal; which months
 * were reviewed, off signed acts. Neither can be set by anybody else.
 */
export function createSelfControl(deps: SelfControlDeps): SelfControl {
  const { log, clock } = deps;
  /** Of months that are over: nothing of them changes any more. */
  const hadSessions = new Map<string, boolean>();

  const recordAt = async (seq: number): Promise<AuditRecord | undefined> => {
    const record = await log.record(seq);
    return record === undefined ? undefined : parseRecord(Buffer.from(canonicalJson(record), 'utf8'));
  };

  /** Number of the first record at or after a time; records that were purged are before any. */
  async function firstSince(timeMs: number): Promise<number> {
    let [low, high] = [0, await log.size()];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const record = await log.record(middle);
      if (record === undefined || Date.parse(String(record.time)) < timeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  async function sampleOf(month: string): Promise<Sample> {
    const drawing = sampler(month);
    const [from, size] = [await firstSince(monthStartMs(month)), await log.size()];
    for (let seq = from; seq < size; seq++) {
      const record = await recordAt(seq);
      if (record === undefined) continue;
      drawing.add(record);
      if (record.time.slice(0, 7) > month) break;
    }
    return drawing.draw();
  }

  async function hasSessions(month: string): Promise<boolean> {
    const known = hadSessions.get(month);
    if (known !== undefined) return known;
    const [from, to] = [await firstSince(monthStartMs(month)), await firstSince(monthStartMs(nextMonth(month)))];
    let found = false;
    for (let seq = from; seq < to && !found; seq++) {
      const record = await recordAt(seq);
      found = record !== undefined && isOfSession(record);
    }
    hadSessions.set(month, found);
    return found;
  }

  /** Months from that of the oldest record that is still there. */
  async function firstMonth(): Promise<string | undefined> {
    const oldest = await log.record(await firstSince(Number.NEGATIVE_INFINITY));
    return typeof oldest?.time === 'string' ? oldest.time.slice(0, 7) : undefined;
  }

  async function overdue(): Promise<readonly OverdueReview[]> {
    const first = await firstMonth();
    if (first === undefined) return [];
    const reviewed = new Set((await deps.readReviews(reviewKind)).map(({ claims }) => claims.month));
    const found: OverdueReview[] = [];
    for (let month = first; ; month = nextMonth(month)) {
      const endMs = monthStartMs(nextMonth(month));
      if (endMs + REVIEW_DUE_MS > clock.nowMs()) return found;
      if (!reviewed.has(month) && (await hasSessions(month)))
        found.push({ month, dueAtMs: endMs + REVIEW_DUE_MS, stopsAtMs: endMs + REVIEW_STOPS_MS });
    }
  }

  const reviewKind: ActKind<ReviewClaims> = {
    typ: SELF_CONTROL_TYP,
    parse: parseReview,
    procedureOf: () => undefined,
    demandSigner: (_claims, key) => demandHierarchy(key),
    async apply({ claims }) {
      await demandDrawn(claims, await sampleOf(claims.month));
      await log.append({
        action: 'control.reviewed',
        actor: { id: 'gateway', role: 'worker', service: '-' },
        reason: { procedure: '-', requisition: '-', op: 'control.reviewed' },
        objects: [{ type: 'act', id: claims.jti }],
        outcome: { effect: 'done', policyId: '-', code: 'OK' },
        facts: {
          month: claims.month,
          sessions: claims.sessions.length,
          irregular: claims.sessions.filter(({ finding }) => finding === 'irregular').length,
        },
      });
    },
  };

  return {
    kind: reviewKind as unknown as ActKind,
    overdue,
    async demandReviewed() {
      const late = (await overdue()).find(({ stopsAtMs }) => stopsAtMs <= clock.nowMs());
      if (late !== undefined) throw new AppError('E_CTL_REVIEW', { detail: late.month });
    },
  };
}

/** A review is of the sessions that were drawn, all of them and no other: nobody chooses what is looked at. */
async function demandDrawn(claims: ReviewClaims, sample: Sample): Promise<void> {
  const keyOf = ({
    day,
    requisition,
    agent,
  }: {
    readonly day: string;
    readonly requisition: string;
    readonly agent: string;
  }) => `${day} ${requisition} ${agent}`;
  const [said, drawn] = [claims.sessions.map(keyOf).toSorted(), sample.sessions.map(keyOf).toSorted()];
  if (claims.seed !== sample.seed || canonicalJson(said) !== canonicalJson(drawn))
    throw new AppError('E_CTL_SAMPLE', { detail: claims.month });
}

/** What an operator reads of reviews that are due. */
export const reviewWarnings = (overdue: readonly OverdueReview[]): readonly string[] =>
  overdue.map(
    ({ month, dueAtMs, stopsAtMs }) =>
      `self-control: the review of ${month} was due on ${day(dueAtMs)}; from ${day(stopsAtMs)} on no new job starts without it`,
  );

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
