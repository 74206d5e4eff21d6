import type { Clock } from '../clock.ts';
import { AppError, ERRORS, type ErrorCode } from '../errors.ts';
import type { Authority, Decision, Principal } from './types.ts';

// The guard knows the log by these shapes alone, since policy/ stands on the ground floor: an AuditLog of audit/types.ts fits `Journal`.

/** A reference to a thing, never the thing (LOG-03): a kind and an opaque id. */
export interface ThingShown {
  readonly type:
    | 'case'
    | 'requisition'
    | 'exhibit'
    | 'job'
    | 'question'
    | 'hit'
    | 'export'
    | 'model'
    | 'log'
    | 'digest'
    | 'upload'
    | 'act'
    | 'certificate'
    | 'agent'
    | 'dossier'
    | 'note'
    | 'bookmark';
  readonly id: string;
}

/** The event of an act of a request (LOG-02). `-` says "none". */
export interface ActEvent {
  readonly action: string;
  readonly actor: { readonly id: string; readonly role: string; readonly service: string };
  readonly reason: { readonly procedure: string; readonly requisition: string; readonly op: string };
  readonly objects: readonly ThingShown[];
  readonly outcome: {
    readonly effect: 'permit' | 'forbid' | 'failed';
    readonly policyId: string;
    readonly code: ErrorCode | 'OK';
  };
  readonly shown?: { readonly fromMs: number; readonly toMs: number };
  readonly facts?: Facts;
}

/** What statistics are counted from (STA-01); as `AuditEvent` of audit/types.ts has it. */
export interface Facts {
  readonly framework?: string;
  readonly natinf?: readonly string[];
  readonly unit?: string;
  readonly mediaMs?: number;
  readonly outcome?: 'useful' | 'not_useful' | 'person_cleared';
  /** Why a matched object was uncovered (PRO-02). */
  readonly revealed?: string;
  readonly services?: readonly string[];
  readonly broad?: boolean;
}

export interface Journal {
  /** MUST NOT resolve before the event is durable. */
  append(event: ActEvent): Promise<number>;
}

/** What is known of one request when its event is written. */
export interface Act {
  readonly action: string;
  readonly principal: Principal;
  readonly authority: Authority | undefined;
  readonly decision: Decision | undefined;
  readonly objects: readonly ThingShown[];
  readonly shown?: { readonly fromMs: number; readonly toMs: number };
  readonly facts?: Facts;
}

/** A record of so many ids stays well below what an entry of the log can hold (65,535 bytes). */
const MAX_OBJECTS = 400;

/**
 * The events of an act (LOG-02): who, why, what, and the policy that decided. One, unless it is about more things than one record
 * holds: then several that differ in their objects alone.
 */
export function eventsOf(act: Act, outcome: ActEvent['outcome']): readonly ActEvent[] {
  const parts: (readonly ThingShown[])[] = [act.objects.slice(0, MAX_OBJECTS)];
  for (let at = MAX_OBJECTS; at < act.objects.length; at += MAX_OBJECTS) {
    parts.push(act.objects.slice(at, at + MAX_OBJECTS));
  }
  return parts.map((objects) => eventOf({ ...act, objects }, outcome));
}

function eventOf(act: Act, outcome: ActEvent['outcome']): ActEvent {
  return {
    action: act.action,
    actor: {
      id: act.principal.agentId ?? 'anonymous',
      role: act.principal.role,
      service: act.principal.service ?? '-',
    },
    reason: {
      procedure: act.authority?.procedure ?? '-',
      requisition: act.authority?.requisitionId ?? '-',
      op: act.action,
    },
    objects: act.objects,
    outcome,
    ...(act.shown === undefined ? {} : { shown: act.shown }),
    ...(act.facts === undefined ? {} : { facts: act.facts }),
  };
}

/** Appends and resolves when all of it is durable. Rejects with E_LOG_DOWN (or the log's own code): then the act must not happen. */
export async function appendOrStop(log: Journal, events: readonly ActEvent[]): Promise<void> {
  try {
    // At once, so that they share one write of the log.
    await Promise.all(events.map((event) => log.append(event)));
  } catch (cause) {
    throw cause instanceof AppError ? cause : new AppError('E_LOG_DOWN', { cause });
  }
}

export interface RefusalJournal {
  /** Appends the event of a refusal or failure. Never rejects: a refusal is answered even when the log is down. */
  journalRefusal(code: ErrorCode, act: Act): Promise<void>;
  /**
   * For refusals by the thousand of strangers: true when this code and minute has had its event, and one more has been counted; false when the
   * refusal has to go to `journalRefusal`.
   */
  countRefusal(code: ErrorCode): boolean;
}

// Codes that a stranger can cause: nothing was signed by a known key when they arise.
const BEFORE_SIGNATURE: readonly ErrorCode[] = ['E_REQ_MISSING', 'E_REQ_SIG', 'E_REQ_PROOF'];

/**
 * Whether a known key had signed something when the request was refused: then the refusal is an event of its own. Not of too many requests:
 * an event each would be the flood that they are refused for.
 */
const isSigned = (code: ErrorCode, act: Act): boolean =>
  (act.principal.agentId !== undefined && code !== 'E_RATE' && code !== 'E_BUSY') ||
  (act.action === 'requisition.register' && code.startsWith('E_REQ_') && !BEFORE_SIGNATURE.includes(code));

/**
 * The one place where refusals enter the journal. What a stranger causes is one event a code and minute, so that nobody can fill the
 * log from outside; `onRefusal` hears of every single one, for the counters.
 */
export function createRefusalJournal(deps: {
  readonly log: Journal;
  readonly clock: Clock;
  readonly onRefusal?: (code: ErrorCode) => void;
}): RefusalJournal {
  const lastMinute = new Map<ErrorCode, number>();
  const thisMinute = (): number => Math.floor(deps.clock.nowMs() / 60_000);
  return {
    countRefusal(code) {
      if (lastMinute.get(code) !== thisMinute()) return false;
      deps.onRefusal?.(code);
      return true;
    },
    async journalRefusal(code, act) {
      deps.onRefusal?.(code);
      const minute = thisMinute();
      if (!isSigned(code, act)) {
        if (lastMinute.get(code) === minute) return;
        lastMinute.set(code, minute);
      }
      const policyId = act.decision?.effect === 'forbid' ? act.decision.policyId : '-';
      const effect = ERRORS[code].status >= 500 ? 'failed' : 'forbid';
      await appendOrStop(deps.log, eventsOf(act, { effect, policyId, code })).catch(() => undefined);
    },
  };
}
