import type { Transaction } from '../database.ts';
import type { CaseId, HitId, NoteId, RequisitionId } from '../ids.ts';
import { type Placed, placeAt, type RowsAsked, rowParameters, timeAt } from '../pages.ts';

export interface NoteRow {
  readonly id: NoteId;
  readonly hitId: HitId;
  /** Who wrote it. */
  readonly sealed: Buffer;
  readonly writtenAt: Date;
  readonly withdrawnAt: Date | undefined;
}

export interface WordingRow {
  readonly noteId: NoteId;
  /** From 1 on. */
  readonly n: number;
  readonly sealed: Buffer;
  readonly writtenAt: Date;
}

interface RawNote {
  readonly id: NoteId;
  readonly hit_id: HitId;
  readonly sealed: Buffer;
  readonly written_at: Date;
  readonly withdrawn_at: Date | null;
}

const noteOf = (row: RawNote): NoteRow => ({
  id: row.id,
  hitId: row.hit_id,
  sealed: row.sealed,
  writtenAt: row.written_at,
  withdrawnAt: row.withdrawn_at ?? undefined,
});

const COLUMNS = 'id, hit_id, sealed, written_at, withdrawn_at';

export async function insertNote(
  tx: Transaction,
  note: {
    readonly id: NoteId;
    readonly caseId: CaseId;
    readonly requisitionId: RequisitionId;
    readonly hitId: HitId;
    readonly sealed: Buffer;
    readonly atMs: number;
  },
): Promise<void> {
  await tx.query(
    'INSERT INTO notes (id, case_id, requisition_id, hit_id, sealed, written_at) VALUES ($1, $2, $3, $4, $5, $6)',
    [note.id, note.caseId, note.requisitionId, note.hitId, note.sealed, new Date(note.atMs)],
  );
}

export async function insertWording(
  tx: Transaction,
  wording: {
    readonly noteId: NoteId;
    readonly n: number;
    readonly caseId: CaseId;
    readonly sealed: Buffer;
    readonly atMs: number;
  },
): Promise<void> {
  await tx.query('INSERT INTO note_wordings (note_id, n, case_id, sealed, written_at) VALUES ($1, $2, $3, $4, $5)', [
    wording.noteId,
    wording.n,
    wording.caseId,
    wording.sealed,
    new Date(wording.atMs),
  ]);
}

/** A note of the case; locked until the end of the transaction when it is about to be changed. */
export async function findNote(tx: Transaction, id: NoteId, lock: 'read' | 'change'): Promise<NoteRow | undefined> {
  const { rows } = await tx.query<RawNote>(
    `SELECT ${COLUMNS} FROM notes WHERE id = $1${lock === 'change' ? ' FOR UPDATE' : ''}`,
    [id],
  );
  return rows[0] === undefined ? undefined : noteOf(rows[0]);
}

/** Notes on a hit, oldest first, those that were withdrawn too. */
export async function notesOfHit(tx: Transaction, hitId: HitId): Promise<readonly NoteRow[]> {
  const { rows } = await tx.query<RawNote>(`SELECT ${COLUMNS} FROM notes WHERE hit_id = $1 ORDER BY written_at, id`, [
    hitId,
  ]);
  return rows.map(noteOf);
}

/** Some of the notes of the case that stand, newest first. */
export async function notesOfCase(tx: Transaction, asked: RowsAsked): Promise<readonly Placed<NoteRow>[]> {
  const { rows } = await tx.query<RawNote & { place_at: string }>(
    `SELECT ${COLUMNS}, ${placeAt('written_at')} AS place_at FROM notes
      WHERE withdrawn_at IS NULL AND ($1::bigint IS NULL OR (written_at, id) < (${timeAt('$1')}, $2::uuid))
      ORDER BY written_at DESC, id DESC LIMIT $3`,
    rowParameters(asked),
  );
  return rows.map((row) => ({ ...noteOf(row), place: { at: row.place_at, id: row.id } }));
}

/** Every wording of these notes, oldest first. */
export async function wordingsOf(tx: Transaction, notes: readonly NoteId[]): Promise<readonly WordingRow[]> {
  const { rows } = await tx.query<{ note_id: NoteId; n: number; sealed: Buffer; written_at: Date }>(
    'SELECT note_id, n, sealed, written_at FROM note_wordings WHERE note_id = ANY($1::uuid[]) ORDER BY note_id, n',
    [notes],
  );
  return rows.map((row) => ({ noteId: row.note_id, n: row.n, sealed: row.sealed, writtenAt: row.written_at }));
}

export async function withdrawNote(tx: Transaction, id: NoteId, atMs: number): Promise<void> {
  await tx.query('UPDATE notes SET withdrawn_at = $2 WHERE id = $1', [id, new Date(atMs)]);
}
