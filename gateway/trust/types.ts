import type { JsonValue } from '../canonical.ts';
import type { Transaction } from '../database.ts';
import type { CaseId } from '../ids.ts';
import type { ActType, AuthorityKey } from './registry.ts';

/** Claims that every act has beside its own. */
export interface ActClaims {
  readonly ver: 1;
  readonly env: 'prod' | 'test';
  readonly iss: string;
  /** This installation. */
  readonly aud: string;
  readonly jti: string;
  readonly iat: number;
}

/** One signed act on record, verified. */
export interface Act<T extends ActClaims = ActClaims> {
  readonly typ: ActType;
  readonly claims: T;
  readonly key: AuthorityKey;
  /** SHA-256 (hex) of the compact JWS. */
  readonly sha256: string;
  /** The case that the act is about; undefined for an act on the whole installation. */
  readonly caseId: CaseId | undefined;
  readonly presentedAtMs: number;
}

/** What a room says of a kind of act that it knows. Claims are closed at every level (REQ-17). */
export interface ActKind<T extends ActClaims = ActClaims> {
  readonly typ: ActType;
  /** Throws E_REQ_SCHEMA outside the schema. */
  parse(value: JsonValue): T;
  /** Procedure number of the case that it is about; undefined for the whole installation. */
  procedureOf(claims: T): string | undefined;
  /** Roles whose keys may sign this act. Throws E_REQ_AUTHORITY. */
  demandSigner(claims: T, key: AuthorityKey): void;
  /** What the act changes in the database: in the transaction that puts it on record. Throws when it may not stand. */
  apply?(act: Act<T>, tx: Transaction): Promise<void>;
  /** What follows once it is durable (an erasure, a stop). Failing here does not take the act back; it runs again at the start. */
  afterwards?(act: Act<T>): Promise<void>;
}
