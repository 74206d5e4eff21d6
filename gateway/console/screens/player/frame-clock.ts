import type { Schemas } from '../../../interface/client.ts';
import type { ExhibitBody, Hit } from '../../api/types.ts';
import { parisInstant } from '../../parts/time.ts';

// Which stretch of an exhibit the player holds, and which of its frames is shown. The gateway says number, PTS and times of each.

/** A frame as the gateway tells it. */
export type Moment = Schemas['ListFramesAnswer']['frames'][number];

/** Media seconds. */
export interface Stretch {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** Where the player is to go: a moment, or a frame by its number. */
export type Target = { readonly seconds: number } | { readonly number: number };

const AROUND_SECONDS = 3;
const LONGEST_SECONDS = 60;
const BEFORE_SECONDS = 10;
const AFTER_SECONDS = 20;

type Reach = Pick<ExhibitBody, 'windows' | 'durationSeconds'>;

const windowAt = ({ windows = [] }: Reach, at: number): Stretch | undefined =>
  windows.find(({ fromSeconds, toSeconds }) => fromSeconds <= at && at <= toSeconds);

/** What the clip of a hit shows (evidence/clip-time.ts says the same). */
export function hitStretch(exhibit: Reach, hit: Hit): Stretch {
  const at = hit.best.timeSeconds;
  const window = windowAt(exhibit, at);
  const half = LONGEST_SECONDS / 2;
  return {
    fromSeconds: Math.max(0, window?.fromSeconds ?? 0, hit.mediaFromSeconds - AROUND_SECONDS, at - half),
    toSeconds: Math.min(
      exhibit.durationSeconds ?? Number.POSITIVE_INFINITY,
      window?.toSeconds ?? Number.POSITIVE_INFINITY,
      hit.mediaToSeconds + AROUND_SECONDS,
      at + half,
    ),
  };
}

/** A stretch to hold around a moment, inside its window; undefined where the requisition lets nobody look. */
export function stretchAround(exhibit: Reach, seconds: number): Stretch | undefined {
  const window = windowAt(exhibit, seconds);
  if (window === undefined) return undefined;
  const end = Math.min(window.toSeconds, exhibit.durationSeconds ?? window.toSeconds);
  return {
    fromSeconds: rounded(Math.max(window.fromSeconds, seconds - BEFORE_SECONDS)),
    toSeconds: rounded(Math.min(end, seconds + AFTER_SECONDS)),
  };
}

const rounded = (seconds: number): number => Math.round(seconds * 1e6) / 1e6;

/** Index of the frame of a list that a target means: that number, or the nearest time. */
export function indexOf(frames: readonly Moment[], target: Target): number {
  if ('seconds' in target) return nearest(frames, target.seconds);
  const first = frames[0]?.number ?? 1;
  return Math.min(Math.max(0, target.number - first), Math.max(0, frames.length - 1));
}

/** Index of the frame nearest to a media time. */
export function nearest(frames: readonly Pick<Moment, 'timeSeconds'>[], seconds: number): number {
  let low = 0;
  let high = Math.max(0, frames.length - 1);
  const timeAt = (index: number): number => frames[index]?.timeSeconds ?? 0;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeAt(middle) < seconds) low = middle + 1;
    else high = middle;
  }
  return low > 0 && Math.abs(timeAt(low - 1) - seconds) <= Math.abs(timeAt(low) - seconds) ? low - 1 : low;
}

const MEDIA_TIME = /^(?:(\d{1,3}):)?(\d{1,2}):(\d{2}(?:[.,]\d{1,3})?)$/;
const FRAME = /^#(\d{1,9})$/;

/** Where somebody wants to go: `#123` a frame, `01:02.5` media time, `jj/mm/aaaa hh:mm:ss` the true time; undefined for anything else. */
export function targetOf(text: string, exhibit: Pick<ExhibitBody, 'captureStart' | 'clock'>): Target | undefined {
  const said = text.trim();
  const number = FRAME.exec(said)?.[1];
  if (number !== undefined) return { number: Number(number) };
  const [whole, hours = '0', minutes = '0', seconds = '0'] = MEDIA_TIME.exec(said) ?? [];
  if (whole !== undefined)
    return { seconds: 3600 * Number(hours) + 60 * Number(minutes) + Number(seconds.replace(',', '.')) };
  const instant = parisInstant(said);
  if (instant === undefined) return undefined;
  return { seconds: (Date.parse(instant) - Date.parse(exhibit.captureStart)) / 1000 - exhibit.clock.offsetSeconds };
}
