import { type TObject, type TProperties, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { JsonValue } from '../canonical.ts';
import { AppError } from '../errors.ts';
import { type Fault, faultAt } from '../faults.ts';
import { claimsRefused } from '../schema-faults.ts';
import type { AuthorityKey } from '../trust/registry.ts';
import { GRANTED_BY, HABILITATED_ROLES, type HabilitatedRole, type HabilitationClaims, NATURES } from './types.ts';

const closed = <T extends TProperties>(properties: T): TObject<T> =>
  Type.Object(properties, { additionalProperties: false });

const seconds = Type.Integer({ minimum: 0, maximum: 253_402_300_799 });
/** One word, as the journal takes it. */
const word = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$' });
const line = Type.String({ minLength: 1, maxLength: 200, pattern: '^(?=.*[^\\s])[^\\u0000-\\u001f\\u007f]*$' });

const SCHEMA = closed({
  ver: Type.Literal(1),
  env: Type.Enum(['prod', 'test']),
  iss: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}$' }),
  aud: line,
  jti: Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' }),
  iat: seconds,
  agent: closed({ id: word, service: word, name_ref: line }),
  role: Type.Enum(HABILITATED_ROLES),
  jkt: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
  authority: closed({ role: word, ref: line }),
  natures: Type.Array(Type.Enum(NATURES), { minItems: 1, maxItems: NATURES.length, uniqueItems: true }),
  training: closed({
    tool_at: Type.Optional(seconds),
    law_at: Type.Optional(seconds),
    bias_at: Type.Optional(seconds),
  }),
  jurisdiction: Type.Optional(word),
  granted_at: seconds,
  until: seconds,
  revoked_at: Type.Optional(seconds),
});
const CLAIMS = Compile(SCHEMA);

const MAX_SECONDS = 366 * 86_400;

/** Roles that see the cases of one jurisdiction, or a part of them. */
const OF_A_JURISDICTION: readonly HabilitatedRole[] = [
  'magistrat_parquet',
  'magistrat_instructeur',
  'procureur_controle',
];

const refuse = (fault: Fault): AppError => new AppError('E_REQ_SCHEMA', { faults: [fault] });

/** Throws E_REQ_SCHEMA outside the schema, for more than twelve months, and for a magistrate without a jurisdiction. */
export function parseHabilitation(value: JsonValue): HabilitationClaims {
  if (!CLAIMS.Check(value)) throw claimsRefused(SCHEMA, value);
  const claims = value as unknown as HabilitationClaims;
  if (claims.until <= claims.granted_at) throw refuse(faultAt('act', '/until', 'order'));
  if (claims.until - claims.granted_at > MAX_SECONDS) {
    throw refuse(faultAt('act', '/until', 'maximum', claims.granted_at + MAX_SECONDS));
  }
  if (OF_A_JURISDICTION.includes(claims.role) !== (claims.jurisdiction !== undefined)) {
    throw refuse(faultAt('act', '/jurisdiction', 'jurisdiction', ...OF_A_JURISDICTION));
  }
  return claims;
}

/** Throws E_REQ_AUTHORITY: a key that does not habilitate for this role, or that is of another authority than the act says (HAB-02). */
export function demandHabilitatingKey({ role, authority }: HabilitationClaims, key: Pick<AuthorityKey, 'role'>): void {
  if (!GRANTED_BY[role].some((granting) => granting === key.role)) {
    throw new AppError('E_REQ_AUTHORITY', { detail: `${key.role} does not habilitate ${role}` });
  }
  if (authority.role !== key.role) throw new AppError('E_REQ_AUTHORITY', { detail: 'authority is not the signer' });
}
