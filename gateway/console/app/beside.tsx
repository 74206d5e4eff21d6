import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import { routeTo } from '../api/routes.ts';
import type { Bookmark, Hit, Note } from '../api/types.ts';
import { useSession } from './session.tsx';

// What readers keep beside the hits of a case: notes and bookmarks, of everybody who reads them. It lies with the gateway; this page holds a copy.

export type NoteOnHit = Note & { readonly hit: Hit };

export interface Beside {
  /** Notes that stand, newest first. */
  readonly notes: readonly NoteOnHit[];
  /** Newest first. */
  readonly bookmarks: readonly Bookmark[];
  /** What is being written to a hit and not kept yet, by the hit's id: in this page's memory alone. */
  readonly drafts: Map<string, string>;
  /** Why they could not be had. */
  readonly error: unknown;
  /** Each of these throws the gateway's refusal. */
  write(hit: Hit, text: string): Promise<void>;
  edit(note: Note, text: string): Promise<void>;
  withdraw(note: Note): Promise<void>;
  /** `hit` where the moment belongs to one. */
  mark(moment: {
    readonly exhibitId: string;
    readonly atSeconds: number;
    readonly hit: Hit | undefined;
  }): Promise<void>;
  /** Marks each hit where it is best seen, with the same label. */
  markAll(hits: readonly Hit[], label: string): Promise<void>;
  label(bookmark: Bookmark, label: string): Promise<void>;
  unmark(bookmark: Bookmark): Promise<void>;
}

const Context = createContext<Beside | undefined>(undefined);

export function useBeside(): Beside {
  const beside = useContext(Context);
  if (beside === undefined) throw new Error('outside BesideProvider');
  return beside;
}

export function BesideProvider({ children }: { readonly children: ReactNode }) {
  const { api, caseId } = useSession();
  const [notes, setNotes] = useState<readonly NoteOnHit[]>([]);
  const [bookmarks, setBookmarks] = useState<readonly Bookmark[]>([]);
  const [error, setError] = useState<unknown>();
  const [drafts] = useState(() => new Map<string, string>());
  const all = useCallback(
    async function pages<T>(
      routeOf: (cursor: string | undefined) => string,
      read: (page: never) => readonly T[],
      signal?: AbortSignal,
    ) {
      const found: T[] = [];
      let cursor: string | undefined;
      do {
        const page: { readonly nextCursor?: string } = await api.get(routeOf(cursor), signal);
        found.push(...read(page as never));
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      return found;
    },
    [api],
  );
  const readNotes = useCallback(
    async (signal?: AbortSignal) =>
      setNotes(
        await all(
          (cursor) => routeTo('/api/v1/cases/{caseId}/notes', { caseId }, { cursor }),
          (page: { notes: readonly NoteOnHit[] }) => page.notes,
          signal,
        ),
      ),
    [all, caseId],
  );
  const readBookmarks = useCallback(
    async (signal?: AbortSignal) =>
      setBookmarks(
        await all(
          (cursor) => routeTo('/api/v1/cases/{caseId}/bookmarks', { caseId }, { cursor }),
          (page: { bookmarks: readonly Bookmark[] }) => page.bookmarks,
          signal,
        ),
      ),
    [all, caseId],
  );
  useEffect(() => {
    const stop = new AbortController();
    Promise.all([readNotes(stop.signal), readBookmarks(stop.signal)]).catch((failure: unknown) => {
      if (!stop.signal.aborted) setError(failure);
    });
    return () => stop.abort();
  }, [readNotes, readBookmarks]);

  const beside = useMemo<Beside>(
    () => ({
      notes,
      bookmarks,
      drafts,
      error,
      async write(hit, text) {
        await api.post(routeTo('/api/v1/cases/{caseId}/hits/{hitId}/notes', { caseId, hitId: hit.id }), { text });
        await readNotes();
      },
      async edit({ id }, text) {
        await api.put(routeTo('/api/v1/cases/{caseId}/notes/{noteId}', { caseId, noteId: id }), { text });
        await readNotes();
      },
      async withdraw({ id }) {
        await api.delete(routeTo('/api/v1/cases/{caseId}/notes/{noteId}', { caseId, noteId: id }));
        await readNotes();
      },
      async mark({ exhibitId, atSeconds, hit }) {
        const beside = hit === undefined ? {} : { hitId: hit.id };
        await api.post(routeTo('/api/v1/cases/{caseId}/bookmarks', { caseId }), { exhibitId, atSeconds, ...beside });
        await readBookmarks();
      },
      async markAll(hits, label) {
        const said = label === '' ? {} : { label };
        try {
          for (const { id: hitId, exhibitId, best } of hits) {
            const moment = { exhibitId, atSeconds: best.timeSeconds, hitId, ...said };
            await api.post(routeTo('/api/v1/cases/{caseId}/bookmarks', { caseId }), moment);
          }
        } finally {
          await readBookmarks();
        }
      },
      async label({ id }, label) {
        await api.put(
          routeTo('/api/v1/cases/{caseId}/bookmarks/{bookmarkId}', { caseId, bookmarkId: id }),
          label === '' ? {} : { label },
        );
        await readBookmarks();
      },
      async unmark({ id }) {
        await api.request(
          'DELETE',
          routeTo('/api/v1/cases/{caseId}/bookmarks/{bookmarkId}', { caseId, bookmarkId: id }),
        );
        await readBookmarks();
      },
    }),
    [notes, bookmarks, drafts, error, api, caseId, readNotes, readBookmarks],
  );
  return <Context value={beside}>{children}</Context>;
}
