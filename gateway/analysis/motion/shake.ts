import type { PlaneFrame, Planes } from './planes.ts';

/** Whole pixels of the plane by which a frame lies beside the background. */
export interface Shift {
  readonly x: number;
  readonly y: number;
}

export const FURTHEST_SHIFT = 4;

const CELL = 12;
const LEAST_EDGE = 24;
const FEWEST_POINTS = 40;
/** A shift must explain the edges this much better than none: objects alone must not shake the picture. */
const BETTER = 0.75;

/** The strongest edge of each cell of the background, away from the rim: places where a shift of one pixel shows. */
export function edgePoints({ luma, widthPx, heightPx }: Planes): Int32Array {
  const points: number[] = [];
  const rim = FURTHEST_SHIFT + 1;
  for (let cy = rim; cy + CELL < heightPx - rim; cy += CELL) {
    for (let cx = rim; cx + CELL < widthPx - rim; cx += CELL) {
      let [best, place] = [LEAST_EDGE, -1];
      for (let y = cy; y < cy + CELL; y += 2) {
        for (let x = cx; x < cx + CELL; x += 2) {
          const at = y * widthPx + x;
          const edge =
            Math.abs((luma[at + 1] as number) - (luma[at - 1] as number)) +
            Math.abs((luma[at + widthPx] as number) - (luma[at - widthPx] as number));
          if (edge > best) [best, place] = [edge, at];
        }
      }
      if (place >= 0) points.push(place);
    }
  }
  return Int32Array.from(points);
}

/** The shift under which most edge points agree with the background; none where the picture has too few edges to tell. */
export function findShift(frame: Planes, table: Uint8ClampedArray, background: Planes, points: Int32Array): Shift {
  if (points.length < FEWEST_POINTS) return { x: 0, y: 0 };
  const still = mismatch(frame, table, background, points, 0);
  let best = { x: 0, y: 0 };
  let least = still;
  // What fits within the noise is not searched.
  if (still < 6) return best;
  for (let y = -FURTHEST_SHIFT; y <= FURTHEST_SHIFT; y += 1) {
    for (let x = -FURTHEST_SHIFT; x <= FURTHEST_SHIFT; x += 1) {
      const found = mismatch(frame, table, background, points, y * frame.widthPx + x);
      if (found < least) [least, best] = [found, { x, y }];
    }
  }
  return least < BETTER * still ? best : { x: 0, y: 0 };
}

/** Mean difference over the points, each cut off at 40 so that an object over some of them does not decide. */
function mismatch(
  frame: Planes,
  table: Uint8ClampedArray,
  background: Planes,
  points: Int32Array,
  offset: number,
): number {
  let sum = 0;
  for (const at of points) {
    const rest = Math.abs((table[frame.luma[at + offset] as number] as number) - (background.luma[at] as number));
    sum += Math.min(rest, 40);
  }
  return sum / points.length;
}

/** The frame as the background would show it: moved back, its rim repeated. */
export function shifted(frame: PlaneFrame, { x, y }: Shift): PlaneFrame {
  if (x === 0 && y === 0) return frame;
  const { widthPx, heightPx } = frame;
  const move = (plane: Uint8Array): Uint8Array => {
    const moved = new Uint8Array(plane.length);
    for (let row = 0; row < heightPx; row += 1) {
      const from = Math.min(heightPx - 1, Math.max(0, row + y)) * widthPx;
      for (let column = 0; column < widthPx; column += 1) {
        moved[row * widthPx + column] = plane[from + Math.min(widthPx - 1, Math.max(0, column + x))] as number;
      }
    }
    return moved;
  };
  return { ...frame, luma: move(frame.luma), blue: move(frame.blue), red: move(frame.red) };
}
