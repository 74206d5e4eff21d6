import type { OpenExhibit } from '../../index/types.ts';
import type { WholeRange } from '../match-columns.ts';
import {
  add,
  addRow,
  clear,
  copyRow,
  eachTrack,
  emptySet,
  isEmpty,
  keepRow,
  type Stretch,
  type TrackSet,
} from '../track-set.ts';
import type { Cells, Window } from './zone.ts';

/** `maybe`: the columns do not tell; the path must be opened. */
export type Guess = 'yes' | 'no' | 'maybe';

/** By place in the stack, the times of an exhibit in which a condition has to hold. */
export type WindowsOf = (n: number) => readonly Window[] | undefined;

export interface Sieve {
  /** How dear it is to ask, for those who have a choice of order. */
  readonly cost: number;
  /**
   * Sorts the tracks that are among into those that fulfil the condition and those that may: the others do not. Without `windows` any time
   * counts. Both sets are written over by the next call, which has to be about the same stack.
   */
  sift(part: Stretch, windows: WindowsOf | undefined, among: TrackSet): Sifted;
}

export interface Sifted {
  readonly yes: TrackSet;
  readonly maybe: TrackSet;
}

/** Looked at by words of 32 tracks, track by track, point by point, or left to whole ways and other tracks. */
export const COST = { words: 0, tracks: 1, points: 2, others: 3 } as const;

/** Sets that are made at the first use and used again at the next, cleared. */
export function rooms(count: number): (part: Stretch) => readonly TrackSet[] {
  let made: readonly TrackSet[] = [];
  return (part) => {
    if (made.length === 0) made = Array.from({ length: count }, () => emptySet(part.stack));
    else for (const set of made) clear(set, part);
    return made;
  };
}

/** Decided by rows of bits, or by whole columns: takes out of a copy of what is among. */
export function byWords(take: (part: Stretch, from: TrackSet) => void, cost: number = COST.words): Sieve {
  const room = rooms(2);
  return {
    cost,
    sift(part, _, among) {
      const [yes, maybe] = room(part) as [TrackSet, TrackSet];
      copyRow(yes, among, part);
      take(part, yes);
      return { yes, maybe };
    },
  };
}

/** Decided by numbers of columns, each of which has to lie in one of its ranges. */
export const byNumbers = (
  asked: readonly {
    readonly of: (exhibit: OpenExhibit) => Uint16Array | Int32Array;
    readonly ranges: readonly WholeRange[];
  }[],
): Sieve =>
  byWords((part, from) => {
    for (const { of, ranges } of asked) keepNumbers(from, part, of, ranges);
  }, COST.tracks);

/** Goes through all tracks of a word that holds one: that is quicker than to look for those that it holds. */
function keepNumbers(
  set: TrackSet,
  { stack, first, end }: Stretch,
  of: (exhibit: OpenExhibit) => Uint16Array | Int32Array,
  ranges: readonly WholeRange[],
): void {
  for (let n = first; n < end; n++) {
    const exhibit = stack.exhibits[n];
    const from = stack.start[n] ?? 0;
    const to = stack.start[n + 1] ?? 0;
    if (exhibit === undefined || isEmpty(set, { from, to })) continue;
    const numbers = of(exhibit);
    for (let word = from; word < to; word++) {
      const among = set[word] ?? 0;
      if (among === 0) continue;
      let found = 0;
      for (const { min, max } of ranges) found |= inRange(numbers, 32 * (word - from), min, max);
      set[word] = among & found;
    }
  }
}

/** Of 32 numbers from 0 on those in a range; without a branch, which no processor could foresee. */
function inRange(numbers: Uint16Array | Int32Array, from: number, min: number, max: number): number {
  const count = Math.min(32, numbers.length - from);
  let found = 0;
  for (let place = 0; place < count; place++) {
    const number = numbers[from + place] ?? 0;
    // The sign of either difference is set where it lies outside.
    found |= (~(((max - number) | (number - min)) >> 31) & 1) << place;
  }
  return found;
}

/**
 * Decided track by track. `ask` makes what is asked of one ready for an exhibit; undefined where no track of it fulfils the condition. Tracks
 * that visited none of the cells of one of the `places` do not fulfil it, and are not asked.
 */
export function byTracks(
  cost: number,
  ask: (exhibit: OpenExhibit, windows: readonly Window[] | undefined) => ((track: number) => Guess) | undefined,
  places: (part: Stretch) => readonly Cells[] = () => [],
): Sieve {
  const room = rooms(4);
  return {
    cost,
    sift(part, windows, among) {
      const [yes, maybe, there, near] = room(part) as [TrackSet, TrackSet, TrackSet, TrackSet];
      copyRow(there, among, part);
      for (const cells of places(part)) {
        clear(near, part);
        addCells(near, part, cells);
        keepRow(there, near, part);
      }
      sortTracks(there, part, { yes, maybe }, (exhibit, n) => ask(exhibit, windows?.(n)));
      return { yes, maybe };
    },
  };
}

/** Asks every track of a set, and puts it where it belongs. */
export function sortTracks(
  set: TrackSet,
  part: Stretch,
  { yes, maybe }: Sifted,
  ask: (exhibit: OpenExhibit, n: number) => ((track: number) => Guess) | undefined,
): void {
  eachTrack(set, part, (exhibit, n) => {
    const guess = ask(exhibit, n);
    if (guess === undefined) return undefined;
    return (track, bit) => {
      const one = guess(track);
      if (one !== 'no') add(one === 'yes' ? yes : maybe, bit);
    };
  });
}

/** Adds what visited one of the cells of the coarse grid. */
export function addCells(set: TrackSet, part: Stretch, cells: Cells): void {
  for (const cell of cells) addRow(set, part.stack.cellRow(cell), part);
}
