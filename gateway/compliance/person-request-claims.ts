import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { JsonValue } from '../canonical.ts';
import { AppError } from '../errors.ts';
import { type FaultRule, faultAt } from '../faults.ts';
import { claimsRefused } from '../schema-faults.ts';
import type { AuthorityKey } from '../trust/registry.ts';
import type { ActClaims } from '../trust/types.ts';

// RGT-02: that a person asked, by which way, until when an answer is due, and that it was given. The office keeps who it was and what was
// answered: here stands its reference, and the tool tells the person nothing.

export const PERSON_REQUEST_TYP = 'differe-person-request+jwt';

/** Ways by which a person asks, and the offices that enter a request of that way and its answer. */
export const CHANNELS = {
  /** Indirect access, by the CNIL (art. 108 LII). */
  cnil: ['responsable', 'dpo'],
  /** Art. 230-24 CPP. */
  magistrat_230_24: ['magistrat_230_24'],
  /** Art. 230-23 CPP. */
  procureur: ['procureur', 'greffe'],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type Channel = keyof typeof CHANNELS;

const DAY_MS = 86_400_000;
/** An answer is due within this of the request, or sooner where it says so (PRODUCT: two months). */
export const ANSWER_MS = 60 * DAY_MS;
const CLOCK_SKEW_MS = 60_000;

const strict = { additionalProperties: false };
const pattern = (source: string) => Type.String({ pattern: `^(${source})$` });
const uuid = pattern('[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}');
const instant = pattern('[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,3})?Z');
const common = {
  ver: Type.Literal(1),
  env: Type.Enum(['prod', 'test']),
  iss: pattern('[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}'),
  aud: Type.String({ minLength: 1, maxLength: 200 }),
  jti: uuid,
  iat: Type.Integer({ minimum: 0, maximum: 253_402_300_799 }),
  channel: Type.Enum(['cnil', 'magistrat_230_24', 'procureur']),
};
const Received = Type.Object(
  {
    ...common,
    step: Type.Literal('received'),
    subject: Type.Enum(['access', 'rectification', 'erasure']),
    /** Of the office's own file, one word: a name does not fit. */
    ref: pattern('(?=[^0-9]*[0-9])[A-Za-z0-9][A-Za-z0-9._/-]{0,63}'),
    received_at: instant,
    due_at: Type.Optional(instant),
  },
  strict,
);
const Answered = Type.Object(
  {
    ...common,
    step: Type.Literal('answered'),
    /** `jti` of the request. */
    request: uuid,
    answered_at: instant,
    /** `checked`: it was verified, and the person told so, as the law has it for indirect access. */
    answer: Type.Enum(['checked', 'rectified', 'erased', 'refused']),
    act_ref: Type.String({ minLength: 1, maxLength: 200 }),
  },
  strict,
);
export type ReceivedClaims = ActClaims & Static<typeof Received>;
export type AnsweredClaims = ActClaims & Static<typeof Answered>;
export type PersonRequestClaims = ReceivedClaims | AnsweredClaims;

const received = Compile(Received);
const answered = Compile(Answered);

/** Throws E_REQ_SCHEMA: a member that is not of the form, times that are none, or a due date later than the longest. */
export function parsePersonRequest(value: JsonValue): PersonRequestClaims {
  if (received.Check(value)) {
    const dueMs = dueAtMs(value);
    const receivedMs = Date.parse(value.received_at);
    if (!(dueMs > receivedMs && dueMs <= receivedMs + ANSWER_MS)) throw malformed('/due_at', 'dueDate');
    if (receivedMs > value.iat * 1000 + CLOCK_SKEW_MS) throw malformed('/received_at', 'past');
    return value;
  }
  if (answered.Check(value)) {
    const answeredMs = Date.parse(value.answered_at);
    if (!(answeredMs <= value.iat * 1000 + CLOCK_SKEW_MS)) throw malformed('/answered_at', 'past');
    return value;
  }
  const isAnswer = typeof value === 'object' && value !== null && 'step' in value && value.step === 'answered';
  throw claimsRefused(isAnswer ? Answered : Received, value);
}

const malformed = (pointer: string, rule: FaultRule): AppError =>
  new AppError('E_REQ_SCHEMA', { faults: [faultAt('act', pointer, rule)] });

/** When an answer is due, milliseconds. */
export const dueAtMs = ({ received_at, due_at }: Pick<ReceivedClaims, 'received_at' | 'due_at'>): number =>
  due_at === undefined ? Date.parse(received_at) + ANSWER_MS : Date.parse(due_at);

/** Throws E_REQ_AUTHORITY for an office that a request of this way does not go to. */
export function demandOffice({ channel }: Pick<PersonRequestClaims, 'channel'>, { role, kid }: AuthorityKey): void {
  if (!CHANNELS[channel].some((each) => each === role))
    throw new AppError('E_REQ_AUTHORITY', { detail: `${kid} is a key of ${role}` });
}
