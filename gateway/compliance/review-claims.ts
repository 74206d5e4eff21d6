import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { JsonValue } from '../canonical.ts';
import { AppError } from '../errors.ts';
import { claimsRefused } from '../schema-faults.ts';
import type { AuthorityKey } from '../trust/registry.ts';
import type { ActClaims } from '../trust/types.ts';

export const SELF_CONTROL_TYP = 'differe-self-control+jwt';

/** Roles of the hierarchy, whose keys sign what came of a review. */
export const REVIEWING_ROLES = ['chef_de_service', 'responsable'] as const;

const strict = { additionalProperties: false };
const pattern = (source: string) => Type.String({ pattern: `^(${source})$` });
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const Review = Type.Object(
  {
    ver: Type.Literal(1),
    env: Type.Enum(['prod', 'test']),
    iss: pattern('[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}'),
    aud: Type.String({ minLength: 1, maxLength: 200 }),
    jti: pattern(UUID),
    iat: Type.Integer({ minimum: 0, maximum: 253_402_300_799 }),
    month: pattern('\\d{4}-(0[1-9]|1[0-2])'),
    /** Of the sample, as `differe compliance self-control` prints it. */
    seed: pattern('[0-9a-f]{64}'),
    sessions: Type.Array(
      Type.Object(
        {
          day: pattern('\\d{4}-\\d{2}-\\d{2}'),
          requisition: pattern(UUID),
          agent: Type.String({ minLength: 1, maxLength: 64 }),
          finding: Type.Enum(['in_order', 'irregular']),
        },
        strict,
      ),
      { maxItems: 10_000 },
    ),
    /** Reference of the written review. */
    act_ref: Type.String({ minLength: 1, maxLength: 200 }),
  },
  strict,
);

/** Claims of `differe-self-control+jwt`: what the hierarchy found in each session of a month's sample (CTL-06). */
export type ReviewClaims = ActClaims & Static<typeof Review>;

const schema = Compile(Review);

/** Throws E_REQ_SCHEMA. */
export function parseReview(value: JsonValue): ReviewClaims {
  if (schema.Check(value)) return value as ReviewClaims;
  throw claimsRefused(Review, value);
}

/** Throws E_REQ_AUTHORITY. */
export function demandHierarchy({ role, kid }: Pick<AuthorityKey, 'role' | 'kid'>): void {
  if (!REVIEWING_ROLES.some((each) => each === role))
    throw new AppError('E_REQ_AUTHORITY', { detail: `${kid} is a key of ${role}` });
}
