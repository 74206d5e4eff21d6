import type { AnalysisResult } from '../../../analysis/types.ts';
import type { Hit } from '../../../search/types.ts';
import type { ExhibitBody } from '../../api/types.ts';

// Which frame of the exhibit a place of a clip is. Analysed frames know their number, PTS and time exactly; between two of them
// numbers are in proportion, as the gateway counts them.

export interface Anchor {
  readonly frame: number;
  readonly pts: number | undefined;
  readonly seconds: number;
}

export interface Moment {
  /** Media seconds from the first frame of the exhibit. */
  readonly seconds: number;
  readonly frame: number;
  readonly pts: number | undefined;
  /** Looked at by the analysis: a box on it is evidence. */
  readonly isAnalysed: boolean;
}

const BEFORE_SECONDS = 3;
const LONGEST_SECONDS = 60;
/** An analysed frame and a frame of the clip are one when they are this near; frames are at least 4 ms apart. */
const SAME_SECONDS = 0.0035;

/** Where the gateway begins the clip of a hit (evidence/clip-time.ts says the same): media seconds. */
export function clipStart(exhibit: Pick<ExhibitBody, 'windows'>, hit: Hit): number {
  const at = hit.best.timeSeconds;
  const window = exhibit.windows?.find(({ fromSeconds, toSeconds }) => fromSeconds <= at && at <= toSeconds);
  return Math.max(0, window?.fromSeconds ?? 0, hit.mediaFromSeconds - BEFORE_SECONDS, at - LONGEST_SECONDS / 2);
}

export function anchorsOf(exhibit: ExhibitBody, result: AnalysisResult): readonly Anchor[] {
  const known = new Map<number, Anchor>();
  for (const track of result.tracks) {
    for (const { frame, pts, timeSeconds } of track.points) known.set(frame, { frame, pts, seconds: timeSeconds });
  }
  if (!known.has(1)) known.set(1, { frame: 1, pts: undefined, seconds: 0 });
  const sorted = [...known.values()].toSorted((a, b) => a.frame - b.frame);
  const { frames = result.frames, durationSeconds } = exhibit;
  const last = sorted.at(-1);
  if (durationSeconds !== undefined && last !== undefined && last.frame < frames) {
    sorted.push({ frame: frames, pts: undefined, seconds: durationSeconds * ((frames - 1) / frames) });
  }
  return sorted;
}

/** The frame that is shown at a media time. */
export function momentAt(anchors: readonly Anchor[], seconds: number): Moment {
  const same = anchors.find((anchor) => Math.abs(anchor.seconds - seconds) < SAME_SECONDS);
  if (same !== undefined) return { ...same, isAnalysed: same.pts !== undefined };
  const after = anchors.findIndex((anchor) => anchor.seconds > seconds);
  const to = anchors.at(after < 0 ? -1 : after);
  const from = anchors.at(after < 0 ? -2 : Math.max(0, after - 1));
  if (to === undefined || from === undefined || to.seconds === from.seconds)
    return { seconds, frame: to?.frame ?? 1, pts: undefined, isAnalysed: false };
  const share = (seconds - from.seconds) / (to.seconds - from.seconds);
  const pts = from.pts === undefined || to.pts === undefined ? undefined : from.pts + share * (to.pts - from.pts);
  return {
    seconds,
    frame: Math.round(from.frame + share * (to.frame - from.frame)),
    pts: pts === undefined ? undefined : Math.round(pts),
    isAnalysed: false,
  };
}

/**
 * Media seconds of each frame of a clip. The clip begins with the first frame at or after its cut. One of its frames is the analysed one of
 * the hit, whose time is known exactly: the last one that would not put the beginning before the cut.
 */
export function clipTimes(times: readonly number[], cutSeconds: number, best: Hit['best']): readonly number[] {
  const near = best.timeSeconds - cutSeconds + SAME_SECONDS;
  const at = times.findLastIndex((seconds) => seconds <= near);
  const start = best.timeSeconds - (times[Math.max(0, at)] ?? 0);
  return times.map((seconds) => start + seconds);
}

/** Index of the nearest time. */
export function nearest(times: readonly number[], seconds: number): number {
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < seconds) low = middle + 1;
    else high = middle;
  }
  const before = low - 1;
  if (before >= 0 && Math.abs((times[before] ?? 0) - seconds) <= Math.abs((times[low] ?? 0) - seconds)) return before;
  return low;
}
