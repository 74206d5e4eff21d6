import { refused } from './byte-reader.ts';
import { footPath, readFeet } from './paths.ts';
import { type Feet, FOOT_GRID, type TrackColumns } from './types.ts';

const scratch = footPath();

/** The feet of all tracks, from the path block that belongs to the columns. Throws E_VAULT for a path that is none. */
export function openFeet(
  paths: Uint8Array,
  { count, pathOffset, pathLength }: TrackColumns,
  { widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number },
): Feet {
  const start = new Uint32Array(count + 1);
  let [x, y] = [new Uint16Array(16 * count), new Uint16Array(16 * count)];
  let at = 0;
  for (let track = 0; track < count; track++) {
    const [offset, length] = [pathOffset[track] ?? 0, pathLength[track] ?? 0];
    if (offset + length > paths.length) throw refused('path lies outside its block');
    readFeet(paths, offset, length, scratch);
    start[track] = at;
    if (!goesOn(scratch.seconds, scratch.count)) continue;
    if (at + scratch.count > x.length) {
      x = grown(x, at + scratch.count);
      y = grown(y, at + scratch.count);
    }
    for (let n = 0; n < scratch.count; n++, at++) {
      x[at] = footCell((scratch.xPx[n] ?? 0) / widthPx);
      y[at] = footCell((scratch.yPx[n] ?? 0) / heightPx);
    }
  }
  start[count] = at;
  return { start, x: x.slice(0, at), y: y.slice(0, at) };
}

const { cells, block, margin, perPicture } = FOOT_GRID;
const footCell = (fraction: number): number =>
  Math.min(cells - 1, Math.max(0, Math.floor(block + (fraction + margin) * perPicture)));

function goesOn(seconds: Float64Array, count: number): boolean {
  for (let n = 1; n < count; n++) if (!((seconds[n] ?? 0) > (seconds[n - 1] ?? 0))) return false;
  return true;
}

function grown(array: Uint16Array<ArrayBuffer>, least: number): Uint16Array<ArrayBuffer> {
  const larger = new Uint16Array(Math.max(least, 2 * array.length));
  larger.set(array);
  return larger;
}
