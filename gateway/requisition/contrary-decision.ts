import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import table from '../../policies/legal-frameworks.json' with { type: 'json' };
import type { JsonValue } from '../canonical.ts';
import { AppError } from '../errors.ts';
import { claimsRefused } from '../schema-faults.ts';
import type { AuthorityKey } from '../trust/registry.ts';
import { actClaims, closed, instant, line, procedure, sha256, uuid } from './schema.ts';
import type { AuthorisationClaims } from './types.ts';

export const CONTRARY_DECISION_TYP = 'differe-contrary-decision+jwt';

const SCHEMA = closed({
  ...actClaims,
  sub: procedure,
  /** `jti` of the authorisation that it ends. */
  auth: uuid,
  decided_at: instant,
  act_ref: line,
  act_sha256: sha256,
  reason_code: Type.Optional(Type.Enum(['refused', 'withdrawn'])),
});

/** Claims of `differe-contrary-decision+jwt` (R. 40-40 al. 2 CPP). */
export type ContraryDecisionClaims = Static<typeof SCHEMA>;

const check = Compile(SCHEMA);

/** Throws E_REQ_SCHEMA; E_REQ_ACTS for a decision that is later than its signature. */
export function parseContraryDecision(value: JsonValue): ContraryDecisionClaims {
  if (!check.Check(value)) throw claimsRefused(SCHEMA, value);
  if (Date.parse(value.decided_at) > value.iat * 1000 + 999) {
    throw new AppError('E_REQ_ACTS', { detail: 'decided after the signature' });
  }
  return value;
}

/** Throws E_REQ_AUTHORITY: the decision is the prosecutor's, or his registry's for him. */
export function demandContrarySigner(_claims: ContraryDecisionClaims, key: Pick<AuthorityKey, 'role'>): void {
  if (!table.contrary_signers.includes(key.role)) {
    throw new AppError('E_REQ_AUTHORITY', { detail: `${key.role} decides nothing contrary` });
  }
}

/** The prosecutor ends what he gave or was deemed to have given, and nothing of an investigating judge. */
export const mayContradict = ({ authority }: Pick<AuthorisationClaims, 'authority'>): boolean =>
  authority.role === 'procureur';

/**
 * Whether a decision against one authorisation of a case ends this one: it is that one, or it is deemed given, which nothing is any more
 * once the prosecutor has decided otherwise in this procedure.
 */
export const contradicts = (
  auth: string,
  authorisation: Pick<AuthorisationClaims, 'jti' | 'authority' | 'lrj_auth'>,
): boolean =>
  mayContradict(authorisation) && (authorisation.jti === auth || authorisation.lrj_auth.mode === 'deemed_flagrance');
