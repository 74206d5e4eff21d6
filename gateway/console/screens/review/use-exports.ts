import { useCallback, useEffect, useState } from 'react';
import type { Schemas } from '../../../interface/client.ts';
import { routeTo } from '../../api/routes.ts';
import type { ExportBody, Hit } from '../../api/types.ts';
import { useSession } from '../../app/session.tsx';
import type { ZipFile } from '../../parts/zip.ts';

const LOOK_MS = 700;

/** The packages of the case, newest first; one that is being made is looked at until it is done. */
export function useExports() {
  const { api, caseId } = useSession();
  const [list, setList] = useState<readonly ExportBody[]>([]);
  const [error, setError] = useState<unknown>();
  const base = routeTo('/api/v1/cases/{caseId}/exports', { caseId });

  const refresh = useCallback(async () => {
    const { exports } = await api.get<Schemas['ListExportsAnswer']>(base);
    const whole = await Promise.all(
      exports.map(({ id }) =>
        api.get<ExportBody>(routeTo('/api/v1/cases/{caseId}/exports/{exportId}', { caseId, exportId: id })),
      ),
    );
    setList(whole.toSorted((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt)));
  }, [api, caseId, base]);
  useEffect(() => {
    refresh().catch(setError);
  }, [refresh]);
  const isBuilding = list.some(({ state }) => state === 'building');
  useEffect(() => {
    if (!isBuilding) return;
    const timer = setInterval(() => void refresh().catch(setError), LOOK_MS);
    return () => clearInterval(timer);
  }, [isBuilding, refresh]);

  return {
    list,
    error,
    /** False when the gateway refused. */
    async start(hits: readonly Hit[]): Promise<boolean> {
      setError(undefined);
      try {
        await api.post(base, { hits: hits.map(({ id }) => id) });
        await refresh();
        return true;
      } catch (failure) {
        setError(failure);
        return false;
      }
    },
    /** Files of a package, by a call each. */
    async fetch(
      made: ExportBody,
      paths: readonly string[],
      onFile: (done: number) => void = () => {},
    ): Promise<readonly ZipFile[]> {
      const files: ZipFile[] = [];
      for (const path of paths) {
        const route = routeTo('/api/v1/cases/{caseId}/exports/{exportId}/files/{path}', {
          caseId,
          exportId: made.id,
          path,
        });
        files.push({ path, bytes: new Uint8Array(await (await api.blob(route)).arrayBuffer()) });
        onFile(files.length);
      }
      return files;
    },
  };
}
