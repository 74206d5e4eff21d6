import type { Transaction } from '../database.ts';
import type { CaseId, ExportId, RequisitionId } from '../ids.ts';
import { type Placed, placeAt, type RowsAsked, rowParameters, timeAt } from '../pages.ts';

export type ExportState = 'building' | 'done' | 'failed';

export interface ExportRow {
  readonly id: ExportId;
  readonly state: ExportState;
  readonly failureCode: string | undefined;
  readonly sealed: Buffer | undefined;
  readonly createdAt: string;
  readonly finishedAt: string | undefined;
}

/**
 * Exports already made under an authorisation, whichever schedule they were made with; failed ones do not count. Exports of one
 * authorisation take turns from here to the end of the transaction, so that two at once cannot both be the last.
 */
export async function countExports(tx: Transaction, authorisationJti: string): Promise<number> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`exports:${authorisationJti}`]);
  const { rows } = await tx.query<{ count: number }>(
    `SELECT count(*) AS count
       FROM exports e
       JOIN requisitions r ON r.id = e.requisition_id
      WHERE r.authorisation_jti = $1 AND e.state <> 'failed'`,
    [authorisationJti],
  );
  return Number(rows[0]?.count ?? 0);
}

export async function insertExport(
  tx: Transaction,
  row: { readonly id: ExportId; readonly caseId: CaseId; readonly requisitionId: RequisitionId; readonly atMs: number },
): Promise<void> {
  await tx.query(
    `INSERT INTO exports (id, case_id, requisition_id, state, created_at) VALUES ($1, $2, $3, 'building', $4)`,
    [row.id, row.caseId, row.requisitionId, new Date(row.atMs)],
  );
}

export async function finishExport(tx: Transaction, id: ExportId, sealed: Buffer, atMs: number): Promise<void> {
  await tx.query(
    `UPDATE exports SET state = 'done', sealed = $2, finished_at = $3 WHERE id = $1 AND state = 'building'`,
    [id, sealed, new Date(atMs)],
  );
}

export async function failExport(tx: Transaction, id: ExportId, code: string, atMs: number): Promise<void> {
  await tx.query(
    `UPDATE exports SET state = 'failed', failure_code = $2, finished_at = $3 WHERE id = $1 AND state = 'building'`,
    [id, code, new Date(atMs)],
  );
}

export interface ListedExport extends Pick<ExportRow, 'id' | 'state' | 'createdAt'> {
  readonly requisitionId: RequisitionId;
}

/** Some of the exports of the case, newest first. */
export async function pageOfExports(tx: Transaction, asked: RowsAsked): Promise<readonly Placed<ListedExport>[]> {
  const { rows } = await tx.query<{
    id: ExportId;
    requisition_id: RequisitionId;
    state: ExportState;
    created_at: Date;
    place_at: string;
  }>(
    `SELECT id, requisition_id, state, created_at, ${placeAt('created_at')} AS place_at FROM exports
      WHERE $1::bigint IS NULL OR (created_at <= ${timeAt('$1')} AND (created_at < ${timeAt('$1')} OR id > $2::uuid))
      ORDER BY created_at DESC, id LIMIT $3`,
    rowParameters(asked),
  );
  return rows.map(({ id, requisition_id, state, created_at, place_at }) => ({
    id,
    requisitionId: requisition_id,
    state,
    createdAt: created_at.toISOString(),
    place: { at: place_at, id },
  }));
}

/** An export of the case; undefined when the case has none of this id. */
export async function findExport(tx: Transaction, id: ExportId): Promise<ExportRow | undefined> {
  const { rows } = await tx.query<{
    id: ExportId;
    state: ExportState;
    failure_code: string | null;
    sealed: Buffer | null;
    created_at: Date;
    finished_at: Date | null;
  }>('SELECT id, state, failure_code, sealed, created_at, finished_at FROM exports WHERE id = $1', [id]);
  const [row] = rows;
  return row === undefined
    ? undefined
    : {
        id: row.id,
        state: row.state,
        failureCode: row.failure_code ?? undefined,
        sealed: row.sealed ?? undefined,
        createdAt: row.created_at.toISOString(),
        finishedAt: row.finished_at?.toISOString(),
      };
}

/** Packages of the case that are whole, with the sealed list of their files. */
export async function finishedExports(
  tx: Transaction,
): Promise<readonly { readonly id: ExportId; readonly sealed: Buffer }[]> {
  const { rows } = await tx.query<{ id: ExportId; sealed: Buffer }>(
    `SELECT id, sealed FROM exports WHERE state = 'done' AND sealed IS NOT NULL ORDER BY id`,
  );
  return rows;
}
