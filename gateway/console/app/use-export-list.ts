import { useCallback, useEffect, useState } from 'react';
import { routeTo } from '../api/routes.ts';
import type { Hit } from '../api/types.ts';
import { useSession } from './session.tsx';

export interface ExportListOfAgent {
  readonly list: readonly Hit[];
  readonly error: unknown;
  toggle(hit: Hit): void;
  clear(): void;
  /** A hit was decided on: what the list shows of it. */
  update(change: (hit: Hit) => Hit): void;
}

/** The hits that the agent means to export: kept by the gateway, shown at once. What it refuses is taken back. */
export function useExportList(): ExportListOfAgent {
  const { api, caseId, role } = useSession();
  const [list, setList] = useState<readonly Hit[]>([]);
  const [error, setError] = useState<unknown>();
  const base = routeTo('/api/v1/cases/{caseId}/export-list', { caseId });

  const read = useCallback(
    async (signal?: AbortSignal) => setList((await api.get<{ hits: readonly Hit[] }>(base, signal)).hits),
    [api, base],
  );
  useEffect(() => {
    if (role !== 'agent') return;
    const stop = new AbortController();
    read(stop.signal).catch((failure: unknown) => {
      if (!stop.signal.aborted) setError(failure);
    });
    return () => stop.abort();
  }, [read, role]);

  const send = useCallback(
    (method: 'PUT' | 'DELETE', route: string) => {
      setError(undefined);
      void api.request(method, route).catch((failure: unknown) => {
        setError(failure);
        return read().catch(setError);
      });
    },
    [api, read],
  );
  const toggle = useCallback(
    (hit: Hit) => {
      const isThere = list.some(({ id }) => id === hit.id);
      setList((before) => (isThere ? before.filter(({ id }) => id !== hit.id) : [...before, hit]));
      send(
        isThere ? 'DELETE' : 'PUT',
        routeTo('/api/v1/cases/{caseId}/export-list/{hitId}', { caseId, hitId: hit.id }),
      );
    },
    [caseId, list, send],
  );
  const clear = useCallback(() => {
    setList([]);
    send('DELETE', base);
  }, [base, send]);
  const update = useCallback((change: (hit: Hit) => Hit) => setList((before) => before.map(change)), []);
  return { list, error, toggle, clear, update };
}
