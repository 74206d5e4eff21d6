import type { AuditRecord } from '../audit/types.ts';
import { sha256Hex } from '../canonical.ts';
import { AppError } from '../errors.ts';
import { nextMonth } from './periods.ts';

// CTL-06: sessions of a month that the hierarchy looks at. They follow from the journal alone: whoever has it draws the same.

/** One session of work: an agent, a requisition, a day. */
export interface Session {
  readonly day: string;
  readonly requisition: string;
  readonly agent: string;
  readonly records: number;
}

export interface Sample {
  /** `YYYY-MM`. */
  readonly month: string;
  /** SHA-256 (hex) of the last record before the month's end: nobody chooses it, and it stands once the month is over. */
  readonly seed: string;
  /** Sessions of the month. */
  readonly of: number;
  /** Those that are drawn: one in twenty, and one at least. */
  readonly sessions: readonly Session[];
}

/** An agent's act under a requisition: a part of a session. */
export const isOfSession = ({ reason, actor }: Pick<AuditRecord, 'reason' | 'actor'>): boolean =>
  reason.requisition !== '-' && actor.role === 'agent_habilite';

/** Gathers the sessions of a month from records in order, and draws. Throws E_CTL_SAMPLE while the month is not over by the journal. */
export function sampler(month: string): { add(record: AuditRecord): void; draw(): Sample } {
  const sessions = new Map<string, Session>();
  let seed: string | undefined;
  return {
    add(record) {
      const { time, reason, actor, previous } = record;
      if (seed === undefined && time.slice(0, 7) >= nextMonth(month)) seed = previous;
      if (!time.startsWith(month) || !isOfSession(record)) return;
      const day = time.slice(0, 10);
      const key = `${day} ${reason.requisition} ${actor.id}`;
      const records = (sessions.get(key)?.records ?? 0) + 1;
      sessions.set(key, { day, requisition: reason.requisition, agent: actor.id, records });
    },
    draw() {
      if (seed === undefined)
        throw new AppError('E_CTL_SAMPLE', { detail: `no record yet after ${month}: nothing is drawn` });
      return { month, seed, of: sessions.size, sessions: drawn(sessions, seed) };
    },
  };
}

function drawn(sessions: ReadonlyMap<string, Session>, seed: string): readonly Session[] {
  const ordered = [...sessions]
    .map(([key, session]) => ({ session, order: sha256Hex(`${seed} ${key}`) }))
    .toSorted((a, b) => (a.order < b.order ? -1 : 1));
  return ordered.slice(0, Math.ceil(ordered.length / 20)).map(({ session }) => session);
}
