import { useEffect, useState } from 'react';
import { routeTo } from '../../api/routes.ts';
import type { Hit } from '../../api/types.ts';
import { useSession } from '../../app/session.tsx';
import { pictureOf } from '../../parts/pictures.ts';

const FRAMES = 4;
/** Who moves across the grid asks for nothing. */
const REST_MS = 450;
const SHOWN_MS = 700;

/**
 * Numbers of a few frames from the beginning of a hit to its end. Between the start of the file and the frame of the hit numbers are in
 * proportion to time, near enough for a preview.
 */
export function previewFrames({ best, mediaFromSeconds, mediaToSeconds }: Hit): readonly number[] {
  const perSecond = best.timeSeconds > 0 ? (best.frame - 1) / best.timeSeconds : 0;
  if (perSecond === 0) return [best.frame];
  const numbers = Array.from({ length: FRAMES }, (_, index) => {
    const seconds = mediaFromSeconds + ((index + 0.5) / FRAMES) * (mediaToSeconds - mediaFromSeconds);
    return Math.max(1, Math.round(best.frame + (seconds - best.timeSeconds) * perSecond));
  });
  return [...new Set(numbers)];
}

const likesStill = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Small masked frames of the hit, one after the other, while somebody rests on it; undefined before and otherwise. */
export function useHoverPreview(hit: Hit, isRested: boolean): string | undefined {
  const { api, caseId } = useSession();
  const [urls, setUrls] = useState<readonly string[]>([]);
  const [at, setAt] = useState(0);
  useEffect(() => {
    setUrls([]);
    setAt(0);
    if (!isRested || likesStill()) return;
    const stop = new AbortController();
    const rest = setTimeout(async () => {
      for (const number of previewFrames(hit)) {
        const route = routeTo(
          '/api/v1/cases/{caseId}/exhibits/{exhibitId}/frames/{number}',
          { caseId, exhibitId: hit.exhibitId, number: `${number}` },
          { size: 'thumb' },
        );
        const url = await pictureOf(api, route, stop.signal).catch(() => undefined);
        if (stop.signal.aborted) return;
        if (url !== undefined) setUrls((before) => [...before, url]);
      }
    }, REST_MS);
    const turn = setInterval(() => setAt((before) => before + 1), SHOWN_MS);
    return () => {
      stop.abort();
      clearTimeout(rest);
      clearInterval(turn);
    };
  }, [api, caseId, hit, isRested]);
  return urls[at % Math.max(1, urls.length)];
}
