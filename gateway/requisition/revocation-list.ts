import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import table from '../../policies/legal-frameworks.json' with { type: 'json' };
import type { JsonValue } from '../canonical.ts';
import { AppError } from '../errors.ts';
import { type Fault, faultAt } from '../faults.ts';
import { claimsRefused } from '../schema-faults.ts';
import type { AuthorityKey } from '../trust/registry.ts';
import { actClaims, closed, seconds, uuid, word } from './schema.ts';

export const REVOCATION_LIST_TYP = 'differe-revocation-list+jwt';

/** Why a token was revoked: codes, because a list is no place for reasons that describe a procedure. */
export const REVOCATION_REASONS = ['withdrawn', 'error', 'key_compromise', 'annulled', 'superseded'] as const;

const SCHEMA = closed({
  ...actClaims,
  list_id: word,
  /** Greater than that of the list before, which it takes the place of. */
  sequence: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  this_update: seconds,
  next_update: seconds,
  /** Authorisations and schedules, by their `jti`. */
  revoked: Type.Array(closed({ jti: uuid, at: seconds, reason_code: Type.Enum(REVOCATION_REASONS) }), {
    maxItems: 8000,
  }),
});

/** Claims of `differe-revocation-list+jwt`; times in seconds. */
export type RevocationListClaims = Static<typeof SCHEMA>;

const check = Compile(SCHEMA);

const refuse = (fault: Fault): AppError => new AppError('E_REQ_SCHEMA', { faults: [fault] });

/** Throws E_REQ_SCHEMA: outside the schema, a token twice, or dates that contradict each other. */
export function parseRevocationList(value: JsonValue): RevocationListClaims {
  if (!check.Check(value)) throw claimsRefused(SCHEMA, value);
  if (new Set(value.revoked.map(({ jti }) => jti)).size !== value.revoked.length) {
    throw refuse(faultAt('act', '/revoked', 'uniqueItems'));
  }
  if (value.next_update <= value.this_update) throw refuse(faultAt('act', '/next_update', 'order'));
  if (value.this_update > value.iat + 60) throw refuse(faultAt('act', '/this_update', 'maximum', value.iat + 60));
  return value;
}

/** Throws E_REQ_AUTHORITY for a role that authorises nothing and keeps no list. */
export function demandListSigner(_claims: RevocationListClaims, key: Pick<AuthorityKey, 'role'>): void {
  if (!table.revocation_signers.includes(key.role)) {
    throw new AppError('E_REQ_AUTHORITY', { detail: `${key.role} keeps no revocation list` });
  }
}

/** What counts of the lists of one id: the dates of the newest, and every token that any of them revoked. */
export interface KnownList {
  readonly iss: string;
  readonly sequence: number;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  readonly revoked: ReadonlySet<string>;
}

/** By list id. A token that a later list leaves out stays revoked: to use it again takes a new act. */
export function knownLists(lists: readonly RevocationListClaims[]): ReadonlyMap<string, KnownList> {
  const known = new Map<string, KnownList>();
  for (const list of lists.toSorted((a, b) => a.sequence - b.sequence)) {
    const before = known.get(list.list_id);
    known.set(list.list_id, {
      iss: list.iss,
      sequence: list.sequence,
      thisUpdate: list.this_update,
      nextUpdate: list.next_update,
      revoked: new Set([...(before?.revoked ?? []), ...list.revoked.map(({ jti }) => jti)]),
    });
  }
  return known;
}

/** Throws when a list may not take the place of the one on record: E_REQ_AUTHORITY (another office's), E_REQ_REPLAY (it goes back). */
export function demandSuccession(list: RevocationListClaims, before: KnownList | undefined): void {
  if (before === undefined) return;
  if (before.iss !== list.iss) throw new AppError('E_REQ_AUTHORITY', { detail: 'the list is another office’s' });
  const behind = (fault: Fault): AppError => new AppError('E_REQ_REPLAY', { faults: [fault] });
  if (list.sequence <= before.sequence) throw behind(faultAt('act', '/sequence', 'succession'));
  if (list.this_update < before.thisUpdate) throw behind(faultAt('act', '/this_update', 'succession'));
}
