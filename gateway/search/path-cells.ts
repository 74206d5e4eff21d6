import type { OpenExhibit } from '../index/types.ts';
import { footOf } from './conditions/zone.ts';

/** How many tracks passed a cell of the picture, counted from the top left. */
export interface PathCell {
  readonly column: number;
  readonly row: number;
  readonly tracks: number;
}

export interface PathCells {
  readonly columns: number;
  readonly rows: number;
  /** Tracks whose way was looked at. */
  readonly drawn: number;
  /** Cells that no track passed are left out; row by row. */
  readonly cells: readonly PathCell[];
}

export const CELL_COLUMNS = 64;
/** Ways that are opened at most: more of them, evenly left out, change no picture. */
export const MOST_WAYS = 20_000;
/** Half a cell: what a way cuts off a corner by less than that is left out. */
const STEP = 0.5;
const BREATH = 500;

/**
 * Where the feet and wheels (bottom centre of the box) of tracks went, by cells of the picture. A track counts once a cell, however long it
 * stood there; between two analysed frames it went straight. Lets others work in between.
 */
export async function pathCells(exhibit: OpenExhibit, tracks: readonly number[]): Promise<PathCells> {
  const columns = CELL_COLUMNS;
  const rows = Math.max(1, Math.round((columns * exhibit.heightPx) / exhibit.widthPx));
  const counts = new Uint32Array(columns * rows);
  const lastSeen = new Int32Array(columns * rows).fill(-1);
  const stride = Math.max(1, Math.ceil(tracks.length / MOST_WAYS));
  let drawn = 0;
  const clamp = (value: number, most: number): number => Math.min(most - 1, Math.max(0, Math.floor(value)));
  for (let n = 0; n < tracks.length; n += stride) {
    const points = exhibit.path(tracks[n] ?? 0);
    let [fromX, fromY] = [Number.NaN, Number.NaN];
    for (const point of points) {
      const { x, y } = footOf(point, exhibit.widthPx, exhibit.heightPx);
      const [toX, toY] = [x * columns, y * rows];
      const isFirst = Number.isNaN(fromX);
      const steps = isFirst ? 1 : Math.max(1, Math.ceil(Math.hypot(toX - fromX, toY - fromY) / STEP));
      for (let step = 1; step <= steps; step++) {
        const share = step / steps;
        const [atX, atY] = isFirst ? [toX, toY] : [fromX + (toX - fromX) * share, fromY + (toY - fromY) * share];
        const cell = clamp(atY, rows) * columns + clamp(atX, columns);
        if (lastSeen[cell] === n) continue;
        lastSeen[cell] = n;
        counts[cell] = (counts[cell] ?? 0) + 1;
      }
      [fromX, fromY] = [toX, toY];
    }
    drawn++;
    if (drawn % BREATH === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const cells: PathCell[] = [];
  for (const [at, count] of counts.entries()) {
    if (count > 0) cells.push({ column: at % columns, row: Math.floor(at / columns), tracks: count });
  }
  return { columns, rows, drawn, cells };
}
