import type { Transaction } from './database.ts';
import type { CaseId } from './ids.ts';

/** Where a key counts: in one case, or in the installation for what is presented before it belongs to one. */
export type Scope = CaseId | undefined;

export interface KeyRow {
  readonly sealed: Buffer;
  readonly done: boolean;
}

export interface Claim {
  readonly keySha256: string;
  readonly sealed: Uint8Array;
  readonly nowMs: number;
  /** Keys older than this are forgotten, milliseconds since the epoch. */
  readonly forgetBeforeMs: number;
  /** A first request that was heard of before this and not since has died on the way. */
  readonly deadBeforeMs: number;
}

const table = (scope: Scope): string => (scope === undefined ? 'installation_idempotency' : 'case_idempotency');
const of = (scope: Scope): string => (scope === undefined ? '' : 'case_id = $2 AND ');

/** Takes a key for a request that is to run; from one that died, with what that one had said of itself. */
export async function claimKey(
  tx: Transaction,
  scope: Scope,
  claim: Claim,
): Promise<'new' | 'taken' | { readonly sealed: Buffer }> {
  const { keySha256, sealed, nowMs, forgetBeforeMs, deadBeforeMs } = claim;
  await tx.query(`DELETE FROM ${table(scope)} WHERE asked_at < $1`, [new Date(forgetBeforeMs)]);
  const died = await tx.query<{ sealed: Buffer }>(
    `UPDATE ${table(scope)} SET asked_at = $1 WHERE NOT done AND asked_at < $2 AND key_sha256 = $3${scope === undefined ? '' : ' AND case_id = $4'} RETURNING sealed`,
    [new Date(nowMs), new Date(deadBeforeMs), keySha256, ...(scope === undefined ? [] : [scope])],
  );
  if (died.rows[0] !== undefined) return died.rows[0];
  const given = [keySha256, sealed, new Date(nowMs)];
  const { rowCount } = await tx.query(
    scope === undefined
      ? `INSERT INTO installation_idempotency (key_sha256, sealed, done, asked_at) VALUES ($1, $2, false, $3) ON CONFLICT DO NOTHING`
      : `INSERT INTO case_idempotency (key_sha256, sealed, done, asked_at, case_id) VALUES ($1, $2, false, $3, $4) ON CONFLICT DO NOTHING`,
    scope === undefined ? given : [...given, scope],
  );
  return rowCount === 1 ? 'new' : 'taken';
}

export async function findKey(tx: Transaction, scope: Scope, keySha256: string): Promise<KeyRow | undefined> {
  const { rows } = await tx.query<KeyRow>(
    `SELECT sealed, done FROM ${table(scope)} WHERE ${of(scope)}key_sha256 = $1`,
    scope === undefined ? [keySha256] : [keySha256, scope],
  );
  return rows[0];
}

/** Says that the request of a key still runs. */
export async function renewKey(tx: Transaction, scope: Scope, keySha256: string, nowMs: number): Promise<void> {
  await tx.query(
    `UPDATE ${table(scope)} SET asked_at = $1 WHERE NOT done AND key_sha256 = $2${scope === undefined ? '' : ' AND case_id = $3'}`,
    [new Date(nowMs), keySha256, ...(scope === undefined ? [] : [scope])],
  );
}

/** Says what the request of a key made. */
export async function keepKey(tx: Transaction, scope: Scope, keySha256: string, sealed: Uint8Array): Promise<void> {
  await tx.query(
    scope === undefined
      ? `UPDATE installation_idempotency SET sealed = $2, done = true WHERE key_sha256 = $1`
      : `UPDATE case_idempotency SET sealed = $2, done = true WHERE key_sha256 = $1 AND case_id = $3`,
    scope === undefined ? [keySha256, sealed] : [keySha256, sealed, scope],
  );
}

/** Gives a key back whose request made nothing. */
export async function dropKey(tx: Transaction, scope: Scope, keySha256: string): Promise<void> {
  await tx.query(
    `DELETE FROM ${table(scope)} WHERE ${of(scope)}key_sha256 = $1 AND NOT done`,
    scope === undefined ? [keySha256] : [keySha256, scope],
  );
}
