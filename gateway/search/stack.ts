import { BYTE_ROWS, NO_ROW, type OpenExhibit, type TrackBits } from '../index/types.ts';
import { onceFor } from '../once.ts';

/**
 * Exhibits one after the other, each from a word of its own on: what is asked of all tracks of a case goes through rows that lie in one piece.
 * A row that no exhibit has is undefined.
 */
export interface TrackStack {
  readonly exhibits: readonly OpenExhibit[];
  /** First word of each exhibit, one more than there are. */
  readonly start: Int32Array;
  readonly words: number;
  /** Of each exhibit: when it begins, what its clock may be wrong, and the first moment of any track and the last of any, in media time. */
  readonly startMs: Float64Array;
  readonly uncertaintyMs: Float64Array;
  readonly firstMs: Float64Array;
  readonly lastMs: Float64Array;
  /** The same two in true time, as early and as late as its clock may have it. */
  readonly earliestMs: Float64Array;
  readonly latestMs: Float64Array;
  classRow(id: number): Int32Array<ArrayBuffer> | undefined;
  cellRow(cell: number): Int32Array<ArrayBuffer> | undefined;
  /** Eight rows of `words` each, the least bit first. */
  shareRows(at: number): Int32Array<ArrayBuffer> | undefined;
  confidenceRows(): Int32Array<ArrayBuffer>;
}

/** The exhibits one after the other: the same stack as long as the list is the same. Rows are gathered when they are asked for first. */
export const stackOf = onceFor(stackUp);

function stackUp(exhibits: readonly OpenExhibit[]): TrackStack {
  const each = exhibits.map(({ bits }) => bits);
  const start = new Int32Array(exhibits.length + 1);
  for (const [n, { words }] of each.entries()) start[n + 1] = (start[n] ?? 0) + words;
  const words = start[exhibits.length] ?? 0;

  function gather(count: number, atOf: (bits: TrackBits) => number): Int32Array<ArrayBuffer> | undefined {
    let rows: Int32Array<ArrayBuffer> | undefined;
    for (const [n, bits] of each.entries()) {
      const at = atOf(bits);
      if (at === NO_ROW) continue;
      rows ??= new Int32Array(count * words);
      const to = start[n] ?? 0;
      for (let row = 0; row < count; row++)
        for (let word = 0; word < bits.words; word++)
          rows[row * words + to + word] = bits.rows[at + row * bits.words + word] ?? 0;
    }
    return rows;
  }
  const once = (count: number, atOf: (bits: TrackBits, key: number) => number) => {
    const rows = new Map<number, Int32Array<ArrayBuffer> | undefined>();
    return (key: number) => {
      if (!rows.has(key))
        rows.set(
          key,
          gather(count, (bits) => atOf(bits, key)),
        );
      return rows.get(key);
    };
  };
  const confidence = once(BYTE_ROWS, ({ confidenceAt }) => confidenceAt);
  return {
    exhibits,
    start,
    words,
    startMs: Float64Array.from(exhibits, ({ startMs }) => startMs),
    uncertaintyMs: Float64Array.from(exhibits, ({ uncertaintyMs }) => uncertaintyMs),
    firstMs: Float64Array.from(each, ({ fromMs }) => fromMs),
    lastMs: Float64Array.from(each, ({ toMs }) => toMs),
    earliestMs: Float64Array.from(
      exhibits,
      ({ bits, startMs, uncertaintyMs }) => bits.fromMs + startMs - uncertaintyMs,
    ),
    latestMs: Float64Array.from(exhibits, ({ bits, startMs, uncertaintyMs }) => bits.toMs + startMs + uncertaintyMs),
    classRow: once(1, ({ classAt }, id) => classAt[id] ?? NO_ROW),
    cellRow: once(1, ({ cellAt }, cell) => cellAt[cell] ?? NO_ROW),
    shareRows: once(BYTE_ROWS, ({ shareAt }, at) => shareAt[at] ?? NO_ROW),
    confidenceRows: () => confidence(0) ?? new Int32Array(BYTE_ROWS * words),
  };
}
