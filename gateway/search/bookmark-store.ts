import type { Transaction } from '../database.ts';
import type { BookmarkId, CaseId, ExhibitId, HitId, RequisitionId } from '../ids.ts';
import { type Placed, placeAt, type RowsAsked, rowParameters, timeAt } from '../pages.ts';

export interface BookmarkRow {
  readonly id: BookmarkId;
  readonly exhibitId: ExhibitId;
  readonly hitId: HitId | undefined;
  readonly sealed: Buffer;
  readonly madeAt: Date;
}

interface RawBookmark {
  readonly id: BookmarkId;
  readonly exhibit_id: ExhibitId;
  readonly hit_id: HitId | null;
  readonly sealed: Buffer;
  readonly made_at: Date;
}

const bookmarkOf = (row: RawBookmark): BookmarkRow => ({
  id: row.id,
  exhibitId: row.exhibit_id,
  hitId: row.hit_id ?? undefined,
  sealed: row.sealed,
  madeAt: row.made_at,
});

const COLUMNS = 'id, exhibit_id, hit_id, sealed, made_at';

export async function insertBookmark(
  tx: Transaction,
  row: Omit<BookmarkRow, 'madeAt'> & {
    readonly caseId: CaseId;
    readonly requisitionId: RequisitionId;
    readonly atMs: number;
  },
): Promise<void> {
  await tx.query(
    `INSERT INTO bookmarks (id, case_id, requisition_id, exhibit_id, hit_id, sealed, made_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [row.id, row.caseId, row.requisitionId, row.exhibitId, row.hitId ?? null, row.sealed, new Date(row.atMs)],
  );
}

/** A bookmark of the case; locked until the end of the transaction when it is about to be changed. */
export async function findBookmark(
  tx: Transaction,
  id: BookmarkId,
  lock: 'read' | 'change',
): Promise<BookmarkRow | undefined> {
  const { rows } = await tx.query<RawBookmark>(
    `SELECT ${COLUMNS} FROM bookmarks WHERE id = $1${lock === 'change' ? ' FOR UPDATE' : ''}`,
    [id],
  );
  return rows[0] === undefined ? undefined : bookmarkOf(rows[0]);
}

/** Some of the bookmarks of the case, newest first. */
export async function bookmarksOfCase(tx: Transaction, asked: RowsAsked): Promise<readonly Placed<BookmarkRow>[]> {
  const { rows } = await tx.query<RawBookmark & { place_at: string }>(
    `SELECT ${COLUMNS}, ${placeAt('made_at')} AS place_at FROM bookmarks
      WHERE $1::bigint IS NULL OR (made_at, id) < (${timeAt('$1')}, $2::uuid)
      ORDER BY made_at DESC, id DESC LIMIT $3`,
    rowParameters(asked),
  );
  return rows.map((row) => ({ ...bookmarkOf(row), place: { at: row.place_at, id: row.id } }));
}

export async function resealBookmark(tx: Transaction, id: BookmarkId, sealed: Buffer): Promise<void> {
  await tx.query('UPDATE bookmarks SET sealed = $2 WHERE id = $1', [id, sealed]);
}

export async function deleteBookmark(tx: Transaction, id: BookmarkId): Promise<void> {
  await tx.query('DELETE FROM bookmarks WHERE id = $1', [id]);
}
