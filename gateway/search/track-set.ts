import { BYTE_ROWS, type OpenExhibit } from '../index/types.ts';
import type { TrackStack } from './stack.ts';

// Sets of tracks of a stack of exhibits, a bit each: 32 of them are looked at in one step.

export type TrackSet = Int32Array<ArrayBuffer>;

/** Exhibits of a stack from `first` up to `end`, and their words. What a set holds of others is left as it is. */
export interface Stretch {
  readonly stack: TrackStack;
  readonly first: number;
  readonly end: number;
  readonly from: number;
  readonly to: number;
}

export const stretchOf = (stack: TrackStack, first: number, end: number): Stretch => ({
  stack,
  first,
  end,
  from: stack.start[first] ?? 0,
  to: stack.start[end] ?? 0,
});

export const wholeOf = (stack: TrackStack): Stretch => stretchOf(stack, 0, stack.exhibits.length);

export const emptySet = ({ words }: TrackStack): TrackSet => new Int32Array(words);

/** Adds what a row holds; nothing for a row that is not there. */
export function addRow(into: TrackSet, row: TrackSet | undefined, { from, to }: Stretch): void {
  if (row === undefined) return;
  for (let word = from; word < to; word++) into[word] = (into[word] ?? 0) | (row[word] ?? 0);
}

/** Keeps what a row holds. */
export function keepRow(set: TrackSet, row: TrackSet, { from, to }: Stretch): void {
  for (let word = from; word < to; word++) set[word] = (set[word] ?? 0) & (row[word] ?? 0);
}

/** Takes out what a row holds. */
export function dropRow(set: TrackSet, row: TrackSet, { from, to }: Stretch): void {
  for (let word = from; word < to; word++) set[word] = (set[word] ?? 0) & ~(row[word] ?? 0);
}

/** Holds what a row holds, and nothing else. */
export function copyRow(into: TrackSet, row: TrackSet, { from, to }: Stretch): void {
  for (let word = from; word < to; word++) into[word] = row[word] ?? 0;
}

export const clear = (set: TrackSet, { from, to }: Stretch): void => void set.fill(0, from, to);

/** Of 32 tracks those whose byte is at least so much: `rows` are the eight rows of a number, of `words` each. */
export function atLeast(rows: Int32Array, word: number, words: number, least: number): number {
  let found = -1;
  for (let bit = 0, at = word; bit < BYTE_ROWS; bit++, at += words)
    found = ((least >> bit) & 1) === 1 ? found & (rows[at] ?? 0) : found | (rows[at] ?? 0);
  return found;
}

/** How many tracks from one word up to another are in both; what of the row belongs to the first word stands at `at`. */
export function countBoth(set: TrackSet, row: Int32Array, from: number, to: number, at: number = from): number {
  let sum = 0;
  for (let word = from; word < to; word++) sum += bitsIn((set[word] ?? 0) & (row[at + word - from] ?? 0));
  return sum;
}

export function sizeOf(set: TrackSet, from: number, to: number): number {
  let sum = 0;
  for (let word = from; word < to; word++) sum += bitsIn(set[word] ?? 0);
  return sum;
}

export function isEmpty(set: TrackSet, { from, to }: { readonly from: number; readonly to: number }): boolean {
  for (let word = from; word < to; word++) if (set[word] !== 0) return false;
  return true;
}

/**
 * Every track of the set, in order. `open` makes what is asked of one ready, once an exhibit of which the set holds a track; undefined for one
 * whose tracks need not be visited. What is visited is told by its place in the set as well.
 */
export function eachTrack(
  set: TrackSet,
  { stack, first, end }: Stretch,
  open: (exhibit: OpenExhibit, n: number) => ((track: number, bit: number) => void) | undefined,
): void {
  for (let n = first; n < end; n++) {
    const [from, to] = [stack.start[n] ?? 0, stack.start[n + 1] ?? 0];
    const exhibit = stack.exhibits[n];
    if (exhibit === undefined || isEmpty(set, { from, to })) continue;
    const visit = open(exhibit, n);
    if (visit === undefined) continue;
    for (let word = from; word < to; word++)
      for (let left = set[word] ?? 0; left !== 0; left &= left - 1) {
        const place = 31 - Math.clz32(left & -left);
        visit(32 * (word - from) + place, 32 * word + place);
      }
  }
}

export const add = (set: TrackSet, bit: number): void => {
  set[bit >>> 5] = (set[bit >>> 5] ?? 0) | (1 << (bit & 31));
};

export const drop = (set: TrackSet, bit: number): void => {
  set[bit >>> 5] = (set[bit >>> 5] ?? 0) & ~(1 << (bit & 31));
};

function bitsIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555);
  const nibbles = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
