import type { Transaction } from '../database.ts';
import type { ErrorCode } from '../errors.ts';
import type { CaseId, ExhibitId, ObjectId, RequisitionId } from '../ids.ts';
import { type Placed, placeAt, type RowsAsked, rowParameters, timeAt } from '../pages.ts';

/** An exhibit as PostgreSQL knows it: ids, state and dates; what describes it is in `sealed`, under the case key. */
export interface ExhibitRow {
  readonly id: ExhibitId;
  readonly caseId: CaseId;
  readonly requisitionId: RequisitionId;
  readonly state: 'receiving' | 'sealed' | 'refused';
  readonly refusalCode: string | undefined;
  readonly object: ObjectId;
  readonly sizeBytes: number;
  readonly captureStartMs: number;
  readonly captureEndMs: number;
  readonly sealedAtMs: number | undefined;
  readonly sealed: Buffer;
}

/** An upload and how far it is durable. Its id is that of its exhibit. */
export interface UploadRow {
  readonly exhibit: ExhibitRow;
  readonly lengthBytes: number;
  readonly offsetBytes: number;
  readonly createdAtMs: number;
}

interface ExhibitColumns {
  id: ExhibitId;
  case_id: CaseId;
  requisition_id: RequisitionId;
  state: ExhibitRow['state'];
  refusal_code: string | null;
  object_id: ObjectId;
  size_bytes: number;
  capture_start: Date;
  capture_end: Date;
  sealed_at: Date | null;
  sealed: Buffer;
}

export interface NewExhibit
  extends Pick<
    ExhibitRow,
    'id' | 'caseId' | 'requisitionId' | 'object' | 'sizeBytes' | 'captureStartMs' | 'captureEndMs' | 'sealed'
  > {
  readonly pieceMark: string;
}

/** False when another exhibit of the same piece, received or sealed, stands: then nothing was inserted. */
export async function insertReceiving(tx: Transaction, exhibit: NewExhibit): Promise<boolean> {
  const { rowCount } = await tx.query(
    `INSERT INTO exhibits
       (id, case_id, requisition_id, state, object_id, size_bytes, capture_start, capture_end, piece_mark, sealed)
     VALUES ($1, $2, $3, 'receiving', $4, $5, $6, $7, $8, $9)
     ON CONFLICT (requisition_id, piece_mark) WHERE state <> 'refused' DO NOTHING`,
    [
      ...[exhibit.id, exhibit.caseId, exhibit.requisitionId, exhibit.object, exhibit.sizeBytes],
      ...[new Date(exhibit.captureStartMs), new Date(exhibit.captureEndMs), exhibit.pieceMark, exhibit.sealed],
    ],
  );
  if (rowCount !== 1) return false;
  await tx.query('INSERT INTO uploads (id, case_id, exhibit_id, length_bytes) VALUES ($1, $2, $1, $3)', [
    ...[exhibit.id, exhibit.caseId, exhibit.sizeBytes],
  ]);
  return true;
}

/** Exhibits of a piece in whatever state, none of which changes until the transaction ends. */
export async function lockPiece(
  tx: Transaction,
  piece: Pick<NewExhibit, 'requisitionId' | 'pieceMark'>,
): Promise<readonly ExhibitRow[]> {
  const { rows } = await tx.query<ExhibitColumns>(
    'SELECT * FROM exhibits WHERE requisition_id = $1 AND piece_mark = $2 ORDER BY id FOR UPDATE',
    [piece.requisitionId, piece.pieceMark],
  );
  return rows.map(toExhibit);
}

export async function findExhibit(tx: Transaction, id: ExhibitId): Promise<ExhibitRow | undefined> {
  const { rows } = await tx.query<ExhibitColumns>('SELECT * FROM exhibits WHERE id = $1', [id]);
  return rows[0] === undefined ? undefined : toExhibit(rows[0]);
}

/** Exhibits of the case of this transaction, oldest first. */
export async function exhibitsOfCase(tx: Transaction): Promise<readonly ExhibitRow[]> {
  const { rows } = await tx.query<ExhibitColumns>('SELECT * FROM exhibits ORDER BY created_at, id');
  return rows.map(toExhibit);
}

/** Some of them, in that order. */
export async function pageOfExhibits(tx: Transaction, asked: RowsAsked): Promise<readonly Placed<ExhibitRow>[]> {
  const { rows } = await tx.query<ExhibitColumns & { place_at: string }>(
    `SELECT *, ${placeAt('created_at')} AS place_at FROM exhibits
      WHERE $1::bigint IS NULL OR (created_at, id) > (${timeAt('$1')}, $2::uuid)
      ORDER BY created_at, id LIMIT $3`,
    rowParameters(asked),
  );
  return rows.map((row) => ({ ...toExhibit(row), place: { at: row.place_at, id: row.id } }));
}

export async function findUpload(tx: Transaction, id: ExhibitId): Promise<UploadRow | undefined> {
  const { rows } = await tx.query<ExhibitColumns & { length_bytes: number; offset_bytes: number; started_at: Date }>(
    `SELECT e.*, u.length_bytes, u.offset_bytes, u.created_at AS started_at
     FROM uploads u JOIN exhibits e ON e.id = u.exhibit_id WHERE u.id = $1`,
    [id],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  return {
    exhibit: toExhibit(row),
    lengthBytes: row.length_bytes,
    offsetBytes: row.offset_bytes,
    createdAtMs: row.started_at.getTime(),
  };
}

/** Moves the acknowledged offset from where the writer found it; false when another writer has moved it. */
export async function moveOffset(tx: Transaction, id: ExhibitId, fromBytes: number, toBytes: number): Promise<boolean> {
  const { rowCount } = await tx.query('UPDATE uploads SET offset_bytes = $3 WHERE id = $1 AND offset_bytes = $2', [
    ...[id, fromBytes, toBytes],
  ]);
  return rowCount === 1;
}

/**
 * The upload is whole and the exhibit sealed: one step, so that no offset says "all" before the exhibit stands. False when it was no
 * longer being received: then nothing was changed.
 */
export async function sealExhibit(
  tx: Transaction,
  id: ExhibitId,
  sealed: Buffer,
  sealedAtMs: number,
): Promise<boolean> {
  const sealedAt = new Date(sealedAtMs);
  const { rowCount } = await tx.query(
    `UPDATE exhibits SET state = 'sealed', sealed_at = $2, sealed = $3 WHERE id = $1 AND state = 'receiving'`,
    [...[id, sealedAt, sealed]],
  );
  if (rowCount !== 1) return false;
  await tx.query('UPDATE uploads SET offset_bytes = length_bytes WHERE id = $1', [id]);
  await tx.query(
    `UPDATE cases SET first_recording_at = least(first_recording_at, $2)
     WHERE id = (SELECT case_id FROM exhibits WHERE id = $1)`,
    [id, sealedAt],
  );
  return true;
}

export async function refuseExhibit(tx: Transaction, id: ExhibitId, code: ErrorCode): Promise<void> {
  await tx.query('DELETE FROM uploads WHERE id = $1', [id]);
  await tx.query(`UPDATE exhibits SET state = 'refused', refusal_code = $2 WHERE id = $1 AND state = 'receiving'`, [
    id,
    code,
  ]);
}

/** Forgets a deposit that was given up or refused; the journal keeps what happened. A sealed exhibit is never forgotten. */
export async function deleteUnsealed(tx: Transaction, id: ExhibitId): Promise<void> {
  await tx.query('DELETE FROM uploads WHERE id = $1 AND offset_bytes < length_bytes', [id]);
  await tx.query(`DELETE FROM exhibits WHERE id = $1 AND state <> 'sealed'`, [id]);
}

function toExhibit(row: ExhibitColumns): ExhibitRow {
  return {
    id: row.id,
    caseId: row.case_id,
    requisitionId: row.requisition_id,
    state: row.state,
    refusalCode: row.refusal_code ?? undefined,
    object: row.object_id,
    sizeBytes: row.size_bytes,
    captureStartMs: row.capture_start.getTime(),
    captureEndMs: row.capture_end.getTime(),
    sealedAtMs: row.sealed_at?.getTime(),
    sealed: row.sealed,
  };
}
