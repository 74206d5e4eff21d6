import { useEffect, useState } from 'react';
import type { Schemas } from '../../../interface/client.ts';
import { routeTo } from '../../api/routes.ts';
import { useSession } from '../../app/session.tsx';

type Page = Schemas['ListTracksAnswer'];
export type TrackBody = Page['tracks'][number];

/** More than can be told apart on one picture. */
const MOST_TRACKS = 500;
const NONE: readonly TrackBody[] = [];

/** Everything that was seen in a stretch; nothing is asked for while it is undefined. */
export function useTracks(
  exhibitId: string,
  stretch: { readonly fromSeconds: number; readonly toSeconds: number } | undefined,
): readonly TrackBody[] {
  const { api, caseId } = useSession();
  const [tracks, setTracks] = useState(NONE);
  const from = stretch?.fromSeconds;
  const to = stretch?.toSeconds;
  useEffect(() => {
    setTracks(NONE);
    if (from === undefined || to === undefined || to <= from) return;
    const stop = new AbortController();
    const receive = async (): Promise<void> => {
      let held = NONE;
      let cursor: string | undefined;
      do {
        const query = { fromSeconds: from, toSeconds: to, cursor };
        const route = routeTo('/api/v1/cases/{caseId}/exhibits/{exhibitId}/tracks', { caseId, exhibitId }, query);
        const page: Page = await api.get(route, stop.signal);
        held = [...held, ...page.tracks];
        cursor = page.nextCursor;
      } while (cursor !== undefined && held.length < MOST_TRACKS);
      setTracks(held);
    };
    // The layer stays empty when it may not be read; pictures say for themselves why they may not.
    receive().catch(() => undefined);
    return () => stop.abort();
  }, [api, caseId, exhibitId, from, to]);
  return tracks;
}
