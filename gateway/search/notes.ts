import type { Transaction } from '../database.ts';
import { AppError } from '../errors.ts';
import { type CaseId, type HitId, isUuid, type NoteId, newId } from '../ids.ts';
import { PAGE_SIZE, pageOfRows, rowsAsked } from '../pages.ts';
import type { Requisition } from '../requisition/types.ts';
import type { SearchDeps } from './ask.ts';
import { getHit } from './hits.ts';
import * as store from './note-store.ts';
import { reachedHits } from './reached.ts';
import { demandAgent, tidy } from './said.ts';
import type { Hit, Note, Wording } from './types.ts';

/** Who asks; undefined for nobody who writes notes. */
type Asker = string | undefined;

const authorLabel = (id: NoteId): string => `note-author:${id}`;
const textLabel = (id: NoteId, n: number): string => `note:${id}:${n}`;

/** Notes on a hit, oldest first; refuses as `getHit` does. */
export async function notesOn(
  requisition: Requisition,
  hitId: HitId,
  asker: Asker,
  deps: SearchDeps,
): Promise<{ readonly hit: Hit; readonly notes: readonly Note[] }> {
  const hit = await getHit(requisition, hitId, deps);
  const { caseId } = requisition;
  const notes = await deps.database.inCase(caseId, async (tx) =>
    opened(tx, caseId, await store.notesOfHit(tx, hit.id), asker, deps),
  );
  return { hit, notes };
}

/** A page of the notes of the case that stand, newest first, each with its hit: of hits that the requisition reaches. E_CURSOR. */
export async function notesOfCase(
  requisition: Requisition,
  { cursor, asker }: { readonly cursor: string | undefined; readonly asker: Asker },
  deps: SearchDeps,
): Promise<{ readonly notes: readonly (Note & { readonly hit: Hit })[]; readonly nextCursor?: string }> {
  const { caseId } = requisition;
  const asked = { limit: PAGE_SIZE, cursor };
  const wanted = rowsAsked('notes', asked);
  const { rows, next, all } = await deps.database.inCase(caseId, async (tx) => {
    const page = pageOfRows('notes', await store.notesOfCase(tx, wanted), asked);
    return { rows: page.items, next: page.next, all: await opened(tx, caseId, page.items, asker, deps) };
  });
  const hits = await reachedHits(
    requisition,
    rows.map(({ hitId }) => hitId),
    deps,
  );
  const notes = all.flatMap((note) => {
    const hit = hits.get(note.hitId);
    return hit === undefined ? [] : [{ ...note, hit }];
  });
  return { notes, ...next };
}

/** One note. E_PRO_SILO for none of this id; refuses as `getHit` does. */
export async function readNote(requisition: Requisition, id: NoteId, asker: Asker, deps: SearchDeps): Promise<Note> {
  const { caseId } = requisition;
  const [note] = await deps.database.inCase(caseId, async (tx) =>
    opened(tx, caseId, [await existing(tx, id, 'read')], asker, deps),
  );
  if (note === undefined) throw new AppError('E_INTERNAL', { detail: 'a note without a row' });
  await getHit(requisition, note.hitId, deps);
  return note;
}

/** Every wording of a note, oldest first, also of one that was withdrawn: for its author and for who controls. E_NOT_AUTHOR. */
export async function wordingsOf(
  requisition: Requisition,
  id: NoteId,
  asker: { readonly agentId: Asker; readonly controls: boolean },
  deps: SearchDeps,
): Promise<{ readonly note: Note; readonly wordings: readonly Wording[] }> {
  const note = await readNote(requisition, id, asker.agentId, deps);
  if (!note.isOwn && !asker.controls) throw new AppError('E_NOT_AUTHOR');
  const { caseId } = requisition;
  const rows = await deps.database.inCase(caseId, (tx) => store.wordingsOf(tx, [id]));
  const wordings = await Promise.all(
    rows.map(async (row) => ({ text: await textIn(caseId, row, deps), writtenAt: row.writtenAt.toISOString() })),
  );
  return { note, wordings };
}

/** Writes a note on a hit. E_HAB_CASE for nobody who is designated; refuses as `getHit` does. */
export async function writeNote(
  requisition: Requisition,
  said: { readonly hitId: HitId; readonly text: string; readonly agentId: Asker },
  deps: SearchDeps,
  id: NoteId = newId(),
): Promise<Note> {
  const agentId = demandAgent(requisition, said.agentId);
  const { id: hitId } = await getHit(requisition, said.hitId, deps);
  const { caseId, id: requisitionId } = requisition;
  const atMs = deps.clock.nowMs();
  const sealed = await deps.vault.seal(caseId, authorLabel(id), agentId);
  const text = await deps.vault.seal(caseId, textLabel(id, 1), tidy(said.text));
  await deps.database.inCase(caseId, async (tx) => {
    await store.insertNote(tx, { id, caseId, requisitionId, hitId, sealed, atMs });
    await store.insertWording(tx, { noteId: id, n: 1, caseId, sealed: text, atMs });
  });
  return readNote(requisition, id, agentId, deps);
}

/** Gives a note another wording; the ones before are kept. E_NOT_AUTHOR for a note of somebody else, E_CHANGED when it is not as `as` has it. */
export async function editNote(
  requisition: Requisition,
  said: { readonly id: NoteId; readonly text: string; readonly agentId: Asker; readonly as?: Note },
  deps: SearchDeps,
): Promise<Note> {
  const agentId = demandAgent(requisition, said.agentId);
  await readNote(requisition, said.id, agentId, deps);
  const { caseId } = requisition;
  await deps.database.inCase(caseId, async (tx) => {
    const [now] = await opened(tx, caseId, [await own(tx, caseId, said.id, agentId, deps)], agentId, deps);
    if (said.as !== undefined && JSON.stringify(now) !== JSON.stringify(said.as)) throw new AppError('E_CHANGED');
    const n = (await store.wordingsOf(tx, [said.id])).length + 1;
    const sealed = await deps.vault.seal(caseId, textLabel(said.id, n), tidy(said.text));
    await store.insertWording(tx, { noteId: said.id, n, caseId, sealed, atMs: deps.clock.nowMs() });
  });
  return readNote(requisition, said.id, agentId, deps);
}

/** Takes a note back: nobody but its author and who controls reads what it said. E_NOT_AUTHOR for a note of somebody else. */
export async function withdrawNote(
  requisition: Requisition,
  said: { readonly id: NoteId; readonly agentId: Asker },
  deps: SearchDeps,
): Promise<Note> {
  const agentId = demandAgent(requisition, said.agentId);
  await readNote(requisition, said.id, agentId, deps);
  const { caseId } = requisition;
  await deps.database.inCase(caseId, async (tx) => {
    await own(tx, caseId, said.id, agentId, deps);
    await store.withdrawNote(tx, said.id, deps.clock.nowMs());
  });
  return readNote(requisition, said.id, agentId, deps);
}

async function existing(tx: Transaction, id: NoteId, lock: 'read' | 'change'): Promise<store.NoteRow> {
  const row = isUuid(id) ? await store.findNote(tx, id, lock) : undefined;
  if (row === undefined) throw new AppError('E_PRO_SILO', { detail: 'no such note in this case' });
  return row;
}

/** The row of a note that this agent may change, locked. */
async function own(
  tx: Transaction,
  caseId: CaseId,
  id: NoteId,
  agentId: string,
  deps: SearchDeps,
): Promise<store.NoteRow> {
  const row = await existing(tx, id, 'change');
  if ((await authorOf(caseId, row, deps)) !== agentId) throw new AppError('E_NOT_AUTHOR');
  if (row.withdrawnAt !== undefined) throw new AppError('E_PRO_SILO', { detail: 'the note was withdrawn' });
  return row;
}

const authorOf = async (caseId: CaseId, row: store.NoteRow, { vault }: SearchDeps): Promise<string> =>
  (await vault.unseal(caseId, authorLabel(row.id), row.sealed)).toString('utf8');

const textIn = async (caseId: CaseId, row: store.WordingRow, { vault }: SearchDeps): Promise<string> =>
  (await vault.unseal(caseId, textLabel(row.noteId, row.n), row.sealed)).toString('utf8');

async function opened(
  tx: Transaction,
  caseId: CaseId,
  rows: readonly store.NoteRow[],
  asker: Asker,
  deps: SearchDeps,
): Promise<readonly Note[]> {
  const wordings = await store.wordingsOf(
    tx,
    rows.map(({ id }) => id),
  );
  const newest = new Map(wordings.map((wording) => [wording.noteId, wording]));
  return await Promise.all(
    rows.map(async (row) => {
      const { id, hitId, writtenAt, withdrawnAt } = row;
      const wording = newest.get(id);
      if (wording === undefined) throw new AppError('E_INTERNAL', { detail: 'a note without a wording' });
      const author = await authorOf(caseId, row, deps);
      return {
        id,
        hitId,
        author,
        isOwn: author === asker,
        ...(withdrawnAt === undefined ? { text: await textIn(caseId, wording, deps) } : {}),
        writtenAt: writtenAt.toISOString(),
        ...(wording.n === 1 ? {} : { editedAt: wording.writtenAt.toISOString() }),
        ...(withdrawnAt === undefined ? {} : { withdrawnAt: withdrawnAt.toISOString() }),
      };
    }),
  );
}
