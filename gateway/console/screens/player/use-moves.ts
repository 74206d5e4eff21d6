import { useState } from 'react';
import type { ExhibitBody, Hit } from '../../api/types.ts';
import { useInvestigation } from '../../app/investigation.tsx';
import { useResult } from '../../app/results.tsx';
import { goTo, type Screen } from '../../app/router.ts';
import { nextToReview } from '../search/next-to-review.ts';
import type { Target } from './frame-clock.ts';
import type { ActivityBody } from './use-activity.ts';
import type { ClipControl } from './use-clip.ts';

/** Why a step led nowhere: the requisition does not let it be looked at, or there is no other. */
export type Nowhere = 'outside' | 'hit' | 'review' | 'analysed' | 'keyFrame' | 'gap';

const RATES = [1, 2, 4, 8];

/** The steps of the player, and why the last one led nowhere. */
export function useMoves({
  clip,
  exhibit,
  hit,
  screen,
  activity,
}: {
  readonly clip: ClipControl;
  readonly exhibit: ExhibitBody | undefined;
  readonly hit: Hit | undefined;
  readonly screen: Screen;
  readonly activity: ActivityBody | undefined;
}) {
  const { hits, selected } = useInvestigation();
  const result = useResult(exhibit?.id);
  const here = hits.filter((each) => each.exhibitId === exhibit?.id);
  const now = clip.moment?.timeSeconds;
  const number = clip.moment?.number;
  const place = `${hit?.id} ${exhibit?.id} ${number}`;
  const [stuck, setStuck] = useState<{ readonly why: Nowhere; readonly at: string }>();
  const stay = (why: Nowhere): void => setStuck({ why, at: place });

  /** Where the requisition lets nobody look, the stage stays as it is and says so. */
  function seek(target: Target): void {
    setStuck(undefined);
    if (!clip.seek(target)) stay('outside');
  }
  const toSeconds = (seconds: number): void => seek({ seconds });
  const toNumber = (found: number | undefined, why: Nowhere): void =>
    found === undefined ? stay(why) : seek({ number: found });
  const open = (other: Hit | undefined, why: Nowhere): void =>
    other === undefined ? stay(why) : goTo(screen, other.id);
  /** The next of numbers that rise, or the one before. */
  const beside = (numbers: readonly number[], step: 1 | -1): number | undefined =>
    number === undefined
      ? undefined
      : step > 0
        ? numbers.find((each) => each > number)
        : numbers.findLast((each) => each < number);

  return {
    /** Hits of the open question in this recording. */
    here,
    /** Until another frame is shown. */
    stuck: stuck?.at === place ? stuck.why : undefined,
    seek,
    toSeconds,
    toHit(step: 1 | -1): void {
      // Who opened one of several marked hits walks through those.
      const marked = hits.filter(({ id }) => selected.has(id));
      const walked = marked.length > 1 && marked.some(({ id }) => id === hit?.id) ? marked : hits;
      const at = walked.findIndex(({ id }) => id === hit?.id);
      open(hit === undefined ? hitFrom(here, now ?? 0, step) : walked[at + step], 'hit');
    },
    toReview: () => open(nextToReview(hits, selected, hit?.id), 'review'),
    toGap(): void {
      const gap = activity?.intervals.find(
        ({ state, fromSeconds }) => (state === 'undecodable' || state === 'outside') && fromSeconds > (now ?? 0) + 0.05,
      );
      if (gap === undefined) stay('gap');
      // What is outside cannot be shown: its edge can.
      else toSeconds(gap.state === 'outside' ? gap.fromSeconds : gap.fromSeconds + 0.001);
    },
    toAnalysed(step: 1 | -1): void {
      const numbers =
        hit === undefined
          ? clip.frames.filter(({ isAnalysed }) => isAnalysed).map((frame) => frame.number)
          : (result?.tracks[hit.track]?.points ?? []).map(({ frame }) => frame);
      toNumber(beside(numbers, step), 'analysed');
    },
    toKeyFrame: (step: 1 | -1): void => toNumber(beside(clip.keyFrames, step), 'keyFrame'),
    shuttle(direction: 1 | -1): void {
      const isSame = Math.sign(clip.rate) === direction;
      const at = RATES.indexOf(Math.abs(clip.rate));
      clip.play(direction * (isSame ? (RATES[Math.min(RATES.length - 1, at + 1)] ?? 1) : 1));
    },
    jump(seconds: number): void {
      if (now !== undefined) toSeconds(Math.min(exhibit?.durationSeconds ?? now, Math.max(0, now + seconds)));
    },
  };
}

/** The next hit of a recording from a moment on, or the one before it. */
function hitFrom(hits: readonly Hit[], seconds: number, step: 1 | -1): Hit | undefined {
  const sorted = hits.toSorted((a, b) => a.best.timeSeconds - b.best.timeSeconds);
  return step > 0
    ? sorted.find(({ best }) => best.timeSeconds > seconds)
    : sorted.findLast(({ best }) => best.timeSeconds < seconds);
}
