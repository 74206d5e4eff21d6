import type { OpenExhibit } from '../../index/types.ts';
import { classId } from '../../vocabulary.ts';
import type { ExecutedLeaf } from './normal.ts';
import type { Window } from './zone.ts';

/**
 * How many of the classes are there at once, at most, in the life of a track, itself among them; 0 for a track of another class. `windows` are
 * the times that count; undefined for all.
 */
export function mostOfCrowd(
  crowd: Extract<ExecutedLeaf, { crowd: unknown }>['crowd'],
  { columns }: OpenExhibit,
  windows: readonly Window[] | undefined,
): (track: number) => number {
  const wanted = new Set(crowd.class.map(classId));
  const { classId: classes, firstMs, lastMs } = columns;
  const tracks: number[] = [];
  for (let track = 0; track < columns.count; track++) if (wanted.has(classes[track] ?? 0)) tracks.push(track);
  const starts = Float64Array.from(tracks, (track) => firstMs[track] ?? 0).sort();
  const ends = Float64Array.from(tracks, (track) => lastMs[track] ?? 0).sort();
  /** How many are there at a moment: those that began by then, without those that had ended before. */
  const countAt = (ms: number): number => upTo(starts, ms, true) - upTo(ends, ms, false);
  return (track) => {
    if (!wanted.has(classes[track] ?? 0)) return 0;
    const [first, last] = [firstMs[track] ?? 0, lastMs[track] ?? 0];
    let highest = 0;
    for (const { fromMs, toMs } of windows ?? [{ fromMs: first, toMs: last }]) {
      const [from, to] = [Math.max(first, fromMs), Math.min(last, toMs)];
      if (from > to) continue;
      highest = Math.max(highest, countAt(from));
      // It only rises where somebody begins.
      for (let n = upTo(starts, from, true); n < starts.length && (starts[n] ?? 0) <= to; n++)
        highest = Math.max(highest, countAt(starts[n] ?? 0));
    }
    return highest;
  };
}

/** How many of sorted numbers are below a value, or at it. */
function upTo(sorted: Float64Array, value: number, including: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = sorted[middle] ?? 0;
    if (at < value || (including && at === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}
