import { useEffect, useState } from 'react';
import { routeTo } from '../../api/routes.ts';
import { useSession } from '../../app/session.tsx';

// Paused, the stage shows the very frame as the gateway decodes it, over the video that only stands near it. Fetched with a proof, once each: a
// frame that nobody stops at is not asked for, so the journal names what was looked at.

const MOST_KEPT = 40;
/** Who drags along the timeline does not stop at each frame. */
const REST_MS = 60;

const kept = new Map<string, string>();

function keep(route: string, blob: Blob): string {
  const url = URL.createObjectURL(blob);
  kept.set(route, url);
  for (const [oldest, old] of kept) {
    if (kept.size <= MOST_KEPT) break;
    kept.delete(oldest);
    URL.revokeObjectURL(old);
  }
  return url;
}

export interface StillState {
  /** Address of the picture of the frame that was asked for; undefined while it is on its way. */
  readonly url: string | undefined;
  readonly error: unknown;
}

/** The picture of one frame; nothing is asked for while the number is undefined. */
export function useStillFrame(exhibitId: string, number: number | undefined): StillState {
  const { api, caseId } = useSession();
  const [shown, setShown] = useState<StillState & { readonly route: string }>();
  const route =
    number === undefined
      ? undefined
      : routeTo('/api/v1/cases/{caseId}/exhibits/{exhibitId}/frames/{number}', {
          caseId,
          exhibitId,
          number: `${number}`,
        });
  useEffect(() => {
    if (route === undefined || kept.has(route)) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      api.blob(route, stop.signal).then(
        (blob) => {
          const url = keep(route, blob);
          if (!stop.signal.aborted) setShown({ route, url, error: undefined });
        },
        (error: unknown) => {
          if (!stop.signal.aborted) setShown({ route, url: undefined, error });
        },
      );
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [api, route]);
  if (route === undefined) return { url: undefined, error: undefined };
  const known = kept.get(route);
  if (known !== undefined) return { url: known, error: undefined };
  return shown?.route === route ? shown : { url: undefined, error: undefined };
}
