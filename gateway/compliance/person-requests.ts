import type { AuditEvent, AuditLog } from '../audit/types.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import { AppError } from '../errors.ts';
import type { Act, ActKind } from '../trust/types.ts';
import {
  type AnsweredClaims,
  demandOffice,
  dueAtMs,
  PERSON_REQUEST_TYP,
  type PersonRequestClaims,
  parsePersonRequest,
  type ReceivedClaims,
} from './person-request-claims.ts';
import * as store from './person-request-store.ts';

export interface PersonRequestsDeps {
  readonly database: Pick<Database, 'inService'>;
  readonly log: Pick<AuditLog, 'append'>;
  readonly clock: Clock;
  /** Requests and answers on record, verified again as they are read. */
  readActs(kind: ActKind<PersonRequestClaims>): Promise<readonly Act<PersonRequestClaims>[]>;
}

export interface PersonRequest extends Pick<ReceivedClaims, 'channel' | 'subject' | 'ref'> {
  readonly id: string;
  readonly receivedAtMs: number;
  readonly dueAtMs: number;
  readonly answer: { readonly atMs: number; readonly what: AnsweredClaims['answer']; readonly act: string } | undefined;
  /** Due, and not answered. */
  readonly isOverdue: boolean;
}

/** The register of requests of persons (RGT-02): what came in, until when an answer is due, and that it was given. */
export interface PersonRequests {
  readonly kind: ActKind;
  list(): Promise<readonly PersonRequest[]>;
  countOverdue(): Promise<number>;
  /** Tells the journal, once each, of requests that nobody answered in time. */
  noteOverdue(): Promise<void>;
}

export function createPersonRequests(deps: PersonRequestsDeps): PersonRequests {
  const { database, log, clock } = deps;

  async function onRecord() {
    const received: Act<ReceivedClaims>[] = [];
    const answered = new Map<string, Act<AnsweredClaims>>();
    for (const act of await deps.readActs(kind)) {
      if (act.claims.step === 'received') received.push(act as Act<ReceivedClaims>);
      else answered.set(act.claims.request, act as Act<AnsweredClaims>);
    }
    return { received, answered };
  }

  const kind: ActKind<PersonRequestClaims> = {
    typ: PERSON_REQUEST_TYP,
    parse: parsePersonRequest,
    procedureOf: () => undefined,
    demandSigner: demandOffice,
    async apply({ claims }, tx) {
      if (claims.step === 'received') {
        await store.insertRequest(tx, claims.jti, dueAtMs(claims));
        await log.append(eventOf('request.received', [claims.jti]));
        return;
      }
      const asked = (await onRecord()).received.find(({ claims: { jti } }) => jti === claims.request);
      // An answer comes by the way that the request came.
      if (asked === undefined || asked.claims.channel !== claims.channel) throw unknown();
      if (Date.parse(claims.answered_at) < Date.parse(asked.claims.received_at)) throw unknown();
      if (!(await store.answerRequest(tx, claims.request, Date.parse(claims.answered_at)))) throw unknown();
      await log.append(eventOf('request.answered', [claims.request, claims.jti]));
    },
  };

  return {
    kind: kind as unknown as ActKind,
    async list() {
      const { received, answered } = await onRecord();
      return received.map(({ claims }): PersonRequest => {
        const answer = answered.get(claims.jti)?.claims;
        const due = dueAtMs(claims);
        return {
          id: claims.jti,
          channel: claims.channel,
          subject: claims.subject,
          ref: claims.ref,
          receivedAtMs: Date.parse(claims.received_at),
          dueAtMs: due,
          answer:
            answer === undefined
              ? undefined
              : { atMs: Date.parse(answer.answered_at), what: answer.answer, act: answer.jti },
          isOverdue: answer === undefined && due < clock.nowMs(),
        };
      });
    },
    countOverdue: async () => (await database.inService((tx) => store.overdueRequests(tx, clock.nowMs()))).length,
    async noteOverdue() {
      const late = await database.inService((tx) => store.overdueRequests(tx, clock.nowMs()));
      for (const { id, isNoted } of late) {
        if (isNoted) continue;
        await log.append(eventOf('request.overdue', [id]));
        await database.inService((tx) => store.noteOverdue(tx, id, clock.nowMs()));
      }
    },
  };
}

const unknown = (): AppError => new AppError('E_RGT_REQUEST');

const eventOf = (
  action: 'request.received' | 'request.answered' | 'request.overdue',
  acts: readonly string[],
): AuditEvent => ({
  action,
  actor: { id: 'gateway', role: 'worker', service: '-' },
  reason: { procedure: '-', requisition: '-', op: action },
  objects: acts.map((id) => ({ type: 'act', id })),
  outcome: { effect: action === 'request.overdue' ? 'failed' : 'done', policyId: '-', code: 'OK' },
});
