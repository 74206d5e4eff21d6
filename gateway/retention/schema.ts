import { type Static, type TProperties, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { JsonValue } from '../canonical.ts';
import { AppError } from '../errors.ts';
import { faultAt } from '../faults.ts';
import { PERSON_CATEGORIES } from '../index/types.ts';
import { claimsRefused, schemaFaults } from '../schema-faults.ts';
import { CLASSES, leavesOf } from '../vocabulary.ts';
import { CLOSING_GROUNDS, type ClosureClaims, type ExtensionClaims, type OrderClaims, OUTCOMES } from './types.ts';

// Claims of the acts that end a case or change its term; closed at every level (REQ-17).

const pattern = (source: string) => Type.String({ pattern: source });
const instant = Type.String({ format: 'date-time', pattern: '^[0-9-]{10}T[0-9:.]{8,15}(Z|[+-][0-9]{2}:[0-9]{2})$' });
const common = {
  ver: Type.Literal(1),
  env: Type.Enum(['prod', 'test']),
  iss: pattern('^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}$'),
  aud: Type.String({ minLength: 1, maxLength: 200 }),
  jti: pattern('^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'),
  iat: Type.Integer({ minimum: 0, maximum: 253_402_300_799 }),
  sub: pattern('^(?=[^0-9]*[0-9])[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$'),
  act_ref: Type.String({ minLength: 1, maxLength: 200 }),
  act_sha256: pattern('^[0-9a-f]{64}$'),
};
const closed = <T extends TProperties>(properties: T) =>
  Type.Object({ ...common, ...properties }, { additionalProperties: false });

const Closure = closed({
  ground: Type.Enum(CLOSING_GROUNDS),
  outcome: Type.Enum(OUTCOMES),
  closed_at: instant,
  erase: Type.Enum(['at_once', 'within_24_h']),
});
const LEAVES = CLASSES.filter((name) => leavesOf(name).length === 1);
const Correction = Type.Object(
  {
    hit: common.jti,
    class: Type.Optional(Type.Enum(LEAVES)),
    person_category: Type.Optional(Type.Enum([...PERSON_CATEGORIES])),
    erase: Type.Optional(Type.Literal(true)),
  },
  { additionalProperties: false, minProperties: 2 },
);
const Order = closed({
  kind: Type.Enum(['erase', 'rectify', 'complete']),
  basis: Type.Enum(['own_motion', 'private_request', 'end_of_authorisation']),
  ordered_at: instant,
  corrections: Type.Optional(Type.Array(Correction, { minItems: 1, maxItems: 500 })),
});
const Extension = closed({ until: instant, decided_at: instant });

const closure = Compile(Closure);
const order = Compile(Order);
const extension = Compile(Extension);

/** A closure that does not say what came of the case closes nothing (STA-05): E_RET_CLOSURE; other faults E_REQ_SCHEMA. */
export function parseClosure(value: JsonValue): ClosureClaims {
  if (closure.Check(value)) return value satisfies Static<typeof Closure>;
  const said = typeof value === 'object' && value !== null && !Array.isArray(value) && 'outcome' in value;
  if (!said) throw new AppError('E_RET_CLOSURE', { faults: schemaFaults(Closure, value, 'act') });
  throw claimsRefused(Closure, value);
}

export function parseOrder(value: JsonValue): OrderClaims {
  if (!order.Check(value)) throw claimsRefused(Order, value);
  const { kind, corrections } = value;
  if (corrections !== undefined && kind !== 'rectify') {
    throw new AppError('E_REQ_SCHEMA', { faults: [faultAt('act', '/kind', 'oneOf', 'rectify')] });
  }
  const hits = (corrections ?? []).map(({ hit }) => hit);
  const mixed = (corrections ?? []).some((each) => each.erase === true && Object.keys(each).length > 2);
  if (mixed || new Set(hits).size !== hits.length) {
    throw new AppError('E_REQ_SCHEMA', { faults: [faultAt('act', '/corrections', 'corrections')] });
  }
  return value;
}

export function parseExtension(value: JsonValue): ExtensionClaims {
  if (extension.Check(value)) return value;
  throw claimsRefused(Extension, value);
}
