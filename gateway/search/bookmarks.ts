import type { Transaction } from '../database.ts';
import { AppError } from '../errors.ts';
import { faultAt } from '../faults.ts';
import { type BookmarkId, type CaseId, type ExhibitId, type HitId, isUuid, newId } from '../ids.ts';
import type { OpenExhibit } from '../index/types.ts';
import { PAGE_SIZE, pageOfRows, rowsAsked } from '../pages.ts';
import { listsExhibit, type Requisition } from '../requisition/types.ts';
import type { SearchDeps } from './ask.ts';
import * as store from './bookmark-store.ts';
import { getHit } from './hits.ts';
import { reachedHits } from './reached.ts';
import { demandAgent, tidy } from './said.ts';
import type { Bookmark } from './types.ts';
import { localInstant } from './words.ts';

interface Kept {
  readonly author: string;
  readonly atSeconds: number;
  readonly label?: string;
}

type Asker = string | undefined;

const sealLabel = (id: BookmarkId): string => `bookmark:${id}`;

/** A page of the bookmarks of the case, newest first: of exhibits, and beside hits, that the requisition reaches. E_CURSOR. */
export async function bookmarksOfCase(
  requisition: Requisition,
  { cursor, asker }: { readonly cursor: string | undefined; readonly asker: Asker },
  deps: SearchDeps,
): Promise<{ readonly bookmarks: readonly Bookmark[]; readonly nextCursor?: string }> {
  const asked = { limit: PAGE_SIZE, cursor };
  const wanted = rowsAsked('bookmarks', asked);
  const rows = await deps.database.inCase(requisition.caseId, (tx) => store.bookmarksOfCase(tx, wanted));
  const { items, next } = pageOfRows('bookmarks', rows, asked);
  return { bookmarks: await opened(requisition, items, asker, deps), ...next };
}

/** One bookmark. E_PRO_SILO for none of this id, and for one that the requisition does not reach. */
export async function readBookmark(
  requisition: Requisition,
  id: BookmarkId,
  asker: Asker,
  deps: SearchDeps,
): Promise<Bookmark> {
  const row = await deps.database.inCase(requisition.caseId, (tx) => existing(tx, id, 'read'));
  const [bookmark] = await opened(requisition, [row], asker, deps);
  if (bookmark === undefined) throw new AppError('E_PRO_SILO', { detail: 'the bookmark is out of reach' });
  return bookmark;
}

/**
 * Marks a moment of an analysed exhibit, beside a hit or alone. E_PRO_SILO for an exhibit that is not analysed here, E_REQ_SCOPE for one that
 * the schedule does not list and for a moment outside what may be looked at, E_REQUEST for a moment that the recording does not have or a hit of another exhibit.
 */
export async function setBookmark(
  requisition: Requisition,
  said: {
    readonly exhibitId: ExhibitId;
    readonly atSeconds: number;
    readonly hitId?: HitId;
    readonly label?: string;
    readonly agentId: Asker;
  },
  deps: SearchDeps,
  id: BookmarkId = newId(),
): Promise<Bookmark> {
  const agentId = demandAgent(requisition, said.agentId);
  const hit = said.hitId === undefined ? undefined : await getHit(requisition, said.hitId, deps);
  const exhibit = (await deps.sessions.open(requisition)).exhibits.find((each) => each.exhibitId === said.exhibitId);
  if (exhibit === undefined) throw new AppError('E_PRO_SILO', { detail: 'no such analysed exhibit in this case' });
  if (!listsExhibit(requisition, exhibit)) throw new AppError('E_REQ_SCOPE', { detail: 'bookmark' });
  if (said.atSeconds > exhibit.durationSeconds)
    throw new AppError('E_REQUEST', { faults: [faultAt('body', '/atSeconds', 'recording')] });
  if (hit !== undefined && hit.exhibitId !== exhibit.exhibitId)
    throw new AppError('E_REQUEST', { faults: [faultAt('body', '/hitId', 'hit')] });
  const isAllowed = exhibit.windows.some(
    ({ fromSeconds, toSeconds }) => fromSeconds <= said.atSeconds && said.atSeconds <= toSeconds,
  );
  if (!isAllowed) throw new AppError('E_REQ_SCOPE', { detail: 'bookmark outside the windows' });
  const { caseId, id: requisitionId } = requisition;
  const sealed = await sealKept(
    caseId,
    id,
    { author: agentId, atSeconds: said.atSeconds, ...labelled(said.label) },
    deps,
  );
  const row = { id, caseId, requisitionId, exhibitId: exhibit.exhibitId, hitId: hit?.id, sealed };
  await deps.database.inCase(caseId, (tx) => store.insertBookmark(tx, { ...row, atMs: deps.clock.nowMs() }));
  return readBookmark(requisition, id, agentId, deps);
}

/** Gives a bookmark another label, or none. E_NOT_AUTHOR for one of somebody else, E_CHANGED when it is not as `as` has it. */
export async function labelBookmark(
  requisition: Requisition,
  said: {
    readonly id: BookmarkId;
    readonly label: string | undefined;
    readonly agentId: Asker;
    readonly as?: Bookmark;
  },
  deps: SearchDeps,
): Promise<Bookmark> {
  const agentId = demandAgent(requisition, said.agentId);
  await readBookmark(requisition, said.id, agentId, deps);
  const { caseId } = requisition;
  await deps.database.inCase(caseId, async (tx) => {
    const { author, atSeconds, label } = await own(tx, caseId, said.id, agentId, deps);
    if (said.as !== undefined && said.as.label !== label) throw new AppError('E_CHANGED');
    const sealed = await sealKept(caseId, said.id, { author, atSeconds, ...labelled(said.label) }, deps);
    await store.resealBookmark(tx, said.id, sealed);
  });
  return readBookmark(requisition, said.id, agentId, deps);
}

/** Takes a bookmark away. E_NOT_AUTHOR for one of somebody else. */
export async function removeBookmark(
  requisition: Requisition,
  said: { readonly id: BookmarkId; readonly agentId: Asker },
  deps: SearchDeps,
): Promise<void> {
  const agentId = demandAgent(requisition, said.agentId);
  await readBookmark(requisition, said.id, agentId, deps);
  const { caseId } = requisition;
  await deps.database.inCase(caseId, async (tx) => {
    await own(tx, caseId, said.id, agentId, deps);
    await store.deleteBookmark(tx, said.id);
  });
}

const labelled = (label: string | undefined): { readonly label?: string } =>
  label === undefined ? {} : { label: tidy(label) };

const sealKept = (caseId: CaseId, id: BookmarkId, kept: Kept, { vault }: SearchDeps): Promise<Buffer> =>
  vault.seal(caseId, sealLabel(id), JSON.stringify(kept));

const keptIn = async (caseId: CaseId, { id, sealed }: store.BookmarkRow, { vault }: SearchDeps): Promise<Kept> =>
  JSON.parse((await vault.unseal(caseId, sealLabel(id), sealed)).toString('utf8')) as Kept;

async function existing(tx: Transaction, id: BookmarkId, lock: 'read' | 'change'): Promise<store.BookmarkRow> {
  const row = isUuid(id) ? await store.findBookmark(tx, id, lock) : undefined;
  if (row === undefined) throw new AppError('E_PRO_SILO', { detail: 'no such bookmark in this case' });
  return row;
}

/** What a bookmark that this agent may change says; its row is locked. */
async function own(tx: Transaction, caseId: CaseId, id: BookmarkId, agentId: string, deps: SearchDeps): Promise<Kept> {
  const kept = await keptIn(caseId, await existing(tx, id, 'change'), deps);
  if (kept.author !== agentId) throw new AppError('E_NOT_AUTHOR');
  return kept;
}

async function opened(
  requisition: Requisition,
  rows: readonly store.BookmarkRow[],
  asker: Asker,
  deps: SearchDeps,
): Promise<readonly Bookmark[]> {
  if (rows.length === 0) return [];
  const { exhibits } = await deps.sessions.open(requisition);
  const listed = new Map<ExhibitId, OpenExhibit>(
    exhibits.filter((each) => listsExhibit(requisition, each)).map((each) => [each.exhibitId, each]),
  );
  const hitIds = rows.flatMap(({ hitId }) => (hitId === undefined ? [] : [hitId]));
  const hits = await reachedHits(requisition, hitIds, deps);
  const bookmarks = await Promise.all(
    rows.map(async (row): Promise<Bookmark | undefined> => {
      const exhibit = listed.get(row.exhibitId);
      const hit = row.hitId === undefined ? undefined : hits.get(row.hitId);
      if (exhibit === undefined || (row.hitId !== undefined && hit === undefined)) return undefined;
      const { author, atSeconds, label } = await keptIn(requisition.caseId, row, deps);
      return {
        id: row.id,
        exhibitId: row.exhibitId,
        fileName: exhibit.fileName,
        cameraId: exhibit.cameraId,
        atSeconds,
        at: localInstant(exhibit.startMs + atSeconds * 1000),
        uncertaintySeconds: exhibit.uncertaintyMs / 1000,
        ...(hit === undefined ? {} : { hit }),
        ...(label === undefined ? {} : { label }),
        author,
        isOwn: author === asker,
        madeAt: row.madeAt.toISOString(),
      };
    }),
  );
  return bookmarks.filter((each) => each !== undefined);
}
