import type { Transaction } from '../database.ts';
import type { BookmarkId, CaseId, ExhibitId, HitId, RequisitionId } from '../ids.ts';
import { type After, PAGE_SIZE } from './pages.ts';

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

/** A page of the bookmarks of the case, newest first. */
export async function bookmarksOfCase(tx: Transaction, after: After): Promise<readonly BookmarkRow[]> {
  const { rows } = await tx.query<RawBookmark>(
    `SELECT ${COLUMNS} FROM bookmarks WHERE (made_at, id) < ($1, $2) ORDER BY made_at DESC, id DESC LIMIT $3`,
    [new Date(after.atMs), after.id, PAGE_SIZE],
  );
  return rows.map(bookmarkOf);
}

export async function resealBookmark(tx: Transaction, id: BookmarkId, sealed: Buffer): Promise<void> {
  await tx.query('UPDATE bookmarks SET sealed = $2 WHERE id = $1', [id, sealed]);
}

export async function deleteBookmark(tx: Transaction, id: BookmarkId): Promise<void> {
  await tx.query('DELETE FROM bookmarks WHERE id = $1', [id]);
}
