import type { Transaction } from '../database.ts';
import type { RequisitionId } from '../ids.ts';

/** How many acts of this type are on record; they are only ever added, so the number says whether something is new. In the service role. */
export async function countLists(tx: Transaction, typ: string): Promise<number> {
  const { rows } = await tx.query<{ count: string }>('SELECT count(*) FROM installation_acts WHERE typ = $1', [typ]);
  return Number(rows[0]?.count);
}

const LIST_LOCK = 7_230_040;

/** Until the end of the transaction nobody else takes a list. */
export async function lockLists(tx: Transaction): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [LIST_LOCK]);
}

/** Dates the requisitions that depend on a list and that it revokes, as schedule or as authorisation; gives those that stood until now. In the service role. */
export async function markRevoked(
  tx: Transaction,
  listId: string,
  jtis: readonly string[],
  atMs: number,
): Promise<readonly RequisitionId[]> {
  if (jtis.length === 0) return [];
  const { rows } = await tx.query<{ id: RequisitionId }>(
    `UPDATE requisitions SET revoked_at = $3
      WHERE revocation_list = $1 AND revoked_at IS NULL AND (id = ANY ($2::uuid[]) OR authorisation_jti = ANY ($2::uuid[]))
      RETURNING id`,
    [listId, jtis, new Date(atMs)],
  );
  return rows.map(({ id }) => id);
}

/** Holds the row of the case until the end of the transaction. In the case. */
export async function lockCase(tx: Transaction): Promise<void> {
  await tx.query('SELECT FROM cases FOR UPDATE');
}

/** Dates requisitions that were contradicted; gives those that stood until now. In the case. */
export async function markContradicted(
  tx: Transaction,
  ids: readonly RequisitionId[],
  atMs: number,
): Promise<readonly RequisitionId[]> {
  const { rows } = await tx.query<{ id: RequisitionId }>(
    'UPDATE requisitions SET revoked_at = $2 WHERE id = ANY ($1::uuid[]) AND revoked_at IS NULL RETURNING id',
    [ids, new Date(atMs)],
  );
  return rows.map(({ id }) => id);
}

/** Whether an act of this type came on record in the case since a moment. In the case. */
export async function hasActSince(tx: Transaction, typ: string, sinceMs: number): Promise<boolean> {
  const { rowCount } = await tx.query('SELECT FROM case_acts WHERE typ = $1 AND presented_at >= $2', [
    typ,
    new Date(sinceMs),
  ]);
  return (rowCount ?? 0) > 0;
}

/** In the service role. */
export async function revokedRequisitions(tx: Transaction): Promise<ReadonlySet<RequisitionId>> {
  const { rows } = await tx.query<{ id: RequisitionId }>('SELECT id FROM requisitions WHERE revoked_at IS NOT NULL');
  return new Set(rows.map(({ id }) => id));
}
