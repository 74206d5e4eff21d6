import type { JsonValue } from '../canonical.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import { faultAt } from '../faults.ts';
import { OPS } from '../policy/types.ts';
import { schemaFaults } from '../schema-faults.ts';
import { isJsonObject } from '../trust/strict-json.ts';
import { AUTHORISATION, isAuthorisation, isSchedule, SCHEDULE } from './schema.ts';
import { type AuthorisationClaims, FRAMEWORKS, type ScheduleClaims } from './types.ts';

type Loose = { readonly [name: string]: JsonValue };

/**
 * The claims of an authorisation. A fault that has a code of its own in the law's table gives that code (E_REQ_FRAMEWORK, E_REQ_OP,
 * E_REQ_ACTS, E_REQ_NOT_SPECIFIC, E_REQ_OBJECT); everything else outside the schema is E_REQ_SCHEMA.
 */
export function parseAuthorisation(value: JsonValue): AuthorisationClaims {
  if (isAuthorisation(value)) {
    if (value.lrj_auth.kind === 'general_instruction')
      throw new AppError('E_REQ_NOT_SPECIFIC', { detail: 'lrj_auth.kind' });
    return value;
  }
  throw faultOf(value, 'authorisation', authorisationFault);
}

/** The claims of an exhibit schedule; faults as above, and E_REQ_QUALIFIED. Throws also for a time zone that nobody knows. */
export function parseSchedule(value: JsonValue): ScheduleClaims {
  if (!isSchedule(value)) throw faultOf(value, 'schedule', scheduleFault);
  for (const [name, words] of [
    ['facts', value.facts],
    ['necessity', value.necessity],
  ] as const) {
    if (isBoilerplate(words, MIN_WORDS[name])) throw new AppError('E_REQ_OBJECT', { detail: name });
  }
  for (const { capture } of value.exhibits) {
    if (!isTimeZone(capture.tz))
      throw new AppError('E_REQ_SCHEMA', { faults: [faultAt('requisition', '/exhibits', 'timeZone')] });
  }
  return value;
}

const MIN_WORDS = { facts: 40, necessity: 80 } as const;

function faultOf(
  value: JsonValue,
  which: 'authorisation' | 'schedule',
  find: (claims: Loose) => ErrorCode | undefined,
): AppError {
  const code = isJsonObject(value) ? (find(value) ?? 'E_REQ_SCHEMA') : 'E_REQ_SCHEMA';
  const schema = which === 'authorisation' ? AUTHORISATION : SCHEDULE;
  return new AppError(code, { faults: schemaFaults(schema, value, 'requisition') });
}

function authorisationFault(claims: Loose): ErrorCode | undefined {
  const { framework, lrj_auth, ops, sub, offence } = claims;
  if (typeof framework === 'string' && !(FRAMEWORKS as readonly string[]).includes(framework)) return 'E_REQ_FRAMEWORK';
  if (namesSeveral(sub)) return 'E_REQ_NOT_SPECIFIC';
  if (isJsonObject(lrj_auth) && lrj_auth.kind === 'general_instruction') return 'E_REQ_NOT_SPECIFIC';
  if (lacks(lrj_auth, ['decided_at', 'act_ref', 'act_sha256'])) return 'E_REQ_ACTS';
  if (Array.isArray(ops) && ops.some((op) => typeof op === 'string' && !(OPS as readonly string[]).includes(op))) {
    return 'E_REQ_OP';
  }
  if (isJsonObject(offence) && (offence.natinf === undefined || isEmptyList(offence.natinf))) return 'E_REQ_OBJECT';
  return undefined;
}

function scheduleFault(claims: Loose): ErrorCode | undefined {
  const { sub, exhibits, facts, necessity, processing_title: title } = claims;
  if (namesSeveral(sub)) return 'E_REQ_NOT_SPECIFIC';
  if (Array.isArray(exhibits) && exhibits.some(lacksAcquisition)) return 'E_REQ_ACTS';
  if (isBoilerplate(facts, MIN_WORDS.facts) || isBoilerplate(necessity, MIN_WORDS.necessity)) return 'E_REQ_OBJECT';
  if (isJsonObject(title) && title.kind === 'qualified_person' && (isBlank(title.act) || isBlank(title.oath_ref))) {
    return 'E_REQ_QUALIFIED';
  }
  return undefined;
}

const lacksAcquisition = (exhibit: JsonValue): boolean =>
  isJsonObject(exhibit) && lacks(exhibit.acquisition, ['article', 'act_ref', 'act_sha256', 'acquired_at']);

/** An act that is absent, or that lacks its reference, date or digest. */
const lacks = (act: JsonValue | undefined, members: readonly string[]): boolean =>
  act === undefined || act === null || (isJsonObject(act) && members.some((member) => act[member] === undefined));

// `2026/000123, 2026/000124` and the like: one token is one procedure.
const namesSeveral = (sub: JsonValue | undefined): boolean =>
  Array.isArray(sub) ||
  (typeof sub === 'string' && sub.split(/[\s,;+&|]+/).filter((part) => /\d/.test(part)).length > 1);

const isEmptyList = (value: JsonValue): boolean => Array.isArray(value) && value.length === 0;

const isBlank = (value: JsonValue | undefined): boolean =>
  value === undefined || (typeof value === 'string' && value.trim() === '');

/** Missing, too short, or long only by repetition: eighty spaces or one letter eighty times say nothing. */
function isBoilerplate(value: JsonValue | undefined, minLength: number): boolean {
  if (value === undefined) return true;
  if (typeof value !== 'string') return false;
  const said = value.trim().replace(/\s+/g, ' ');
  return said.length < minLength || new Set(said.toLowerCase()).size < 8;
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
