import type { Exhibit } from '../footage/types.ts';
import { isSharp } from './coarse.ts';
import { tracksDuring } from './mask.ts';
import type { AnalysedExhibit, FrameTable } from './types.ts';

/** What one frame is, beside its picture. */
export interface FrameFacts {
  /** From 1 in presentation order. */
  readonly number: number;
  readonly pts: number;
  /** Media seconds from the first frame. */
  readonly timeSeconds: number;
  /** RFC 3339: what the recorder's clock said, and that corrected by its offset. */
  readonly recorderTime: string;
  readonly trueTime: string;
  /** Something was seen on this very frame: a box on it is evidence. */
  readonly isAnalysed: boolean;
  /** `masked`: heads and plates are covered; `coarse`: nobody looked, so all of it is in blocks. */
  readonly shown: 'masked' | 'coarse';
}

/** Facts of the frames from `first` to `last`, numbers from 1, those outside the windows of the exhibit as well. */
export function factsOf(
  { exhibit, result, bystanders, rectified }: AnalysedExhibit,
  table: FrameTable,
  first: number,
  last: number,
): readonly FrameFacts[] {
  const timeOf = (number: number): number => table.secondsOf(table.pts[number - 1] ?? Number.NaN);
  const span = { fromSeconds: timeOf(first), toSeconds: timeOf(last) };
  const near = tracksDuring([...result.tracks, ...bystanders], span);
  // Tracks may be hours long: each is gone through once, and not for every frame.
  const within = near.map(({ points }) => ({ points: points.filter(({ frame }) => frame >= first && frame <= last) }));
  const erased = new Set(result.tracks.filter((_, track) => rectified.get(track)?.erased === true));
  // An order erased what a track says, its points too; bystanders were never said.
  const said = new Set(result.tracks.filter((track) => !erased.has(track)));
  const seen = new Set(
    near.flatMap((track) => ((said as ReadonlySet<unknown>).has(track) ? track.points.map(({ frame }) => frame) : [])),
  );
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index): FrameFacts => {
    const number = first + index;
    const timeSeconds = timeOf(number);
    return {
      number,
      pts: table.pts[number - 1] ?? Number.NaN,
      timeSeconds,
      ...timesOf(exhibit, timeSeconds),
      isAnalysed: seen.has(number),
      shown: isSharp(result.ledger, within, { number, timeSeconds }) ? 'masked' : 'coarse',
    };
  });
}

function timesOf(
  { captureStartMs, clock }: Pick<Exhibit, 'captureStartMs' | 'clock'>,
  timeSeconds: number,
): Pick<FrameFacts, 'recorderTime' | 'trueTime'> {
  const recorderMs = captureStartMs + timeSeconds * 1000;
  const rfc3339 = (ms: number): string => new Date(Math.round(ms)).toISOString();
  return { recorderTime: rfc3339(recorderMs), trueTime: rfc3339(recorderMs + clock.offsetSeconds * 1000) };
}

/** Times are to the microsecond: one that was computed may lie that much beside its frame. */
const SAME_SECONDS = 1e-6;

/** Number of the first frame at or after a media time; one beyond the last where there is none. */
export function firstFrameFrom(table: FrameTable, seconds: number): number {
  let low = 0;
  let high = table.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (table.secondsOf(table.pts[middle] ?? 0) < seconds - SAME_SECONDS) low = middle + 1;
    else high = middle;
  }
  return low + 1;
}

/** Number of the last frame at or before a media time; 0 where there is none. */
export const lastFrameTo = (table: FrameTable, seconds: number): number =>
  firstFrameFrom(table, seconds + 2 * SAME_SECONDS) - 1;

/** Numbers of the key frames from frame `first` to `last`, with the one before and the one after where the recording has one. */
export function keyFramesAround({ key, count }: FrameTable, first: number, last: number): readonly number[] {
  // A place below zero would be counted from the end.
  const before = first < 2 ? -1 : key.lastIndexOf(1, first - 2);
  const after = last >= count ? -1 : key.indexOf(1, last);
  const numbers = before < 0 ? [] : [before + 1];
  for (let number = first; number <= last; number++) if (key[number - 1] === 1) numbers.push(number);
  return after < 0 ? numbers : [...numbers, after + 1];
}

/** A span of media time by the true time: what the journal names. */
export function trueSpan(
  { captureStartMs, clock }: Pick<Exhibit, 'captureStartMs' | 'clock'>,
  fromSeconds: number,
  toSeconds: number,
): { readonly fromMs: number; readonly toMs: number } {
  const zeroMs = captureStartMs + clock.offsetSeconds * 1000;
  return { fromMs: Math.floor(zeroMs + fromSeconds * 1000), toMs: Math.ceil(zeroMs + toSeconds * 1000) };
}
