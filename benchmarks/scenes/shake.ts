import type { SceneSpec } from './types.ts';

/** By how many whole pixels the picture lies beside its place. */
export interface Shift {
  readonly x: number;
  readonly y: number;
}

const STILL: Shift = { x: 0, y: 0 };

/** A mast in the wind: two slow swings and a quick one, never further than `shakePx`. */
export function shiftAt({ shakePx = 0, seed }: SceneSpec, timeSeconds: number): Shift {
  if (shakePx === 0) return STILL;
  const swing = (hz: number, phase: number): number => Math.sin(2 * Math.PI * hz * timeSeconds + phase + seed);
  return {
    x: Math.round(shakePx * (0.6 * swing(0.7, 0) + 0.4 * swing(3.1, 1))),
    y: Math.round(shakePx * (0.4 * swing(0.9, 2) + 0.3 * swing(3.7, 3))),
  };
}

/** A copy of a picture moved by that; what comes in from outside is its edge again. */
export function shifted(rgb: Uint8ClampedArray, { widthPx, heightPx }: SceneSpec, { x, y }: Shift): Uint8ClampedArray {
  if (x === 0 && y === 0) return rgb.slice();
  const moved = new Uint8ClampedArray(rgb.length);
  for (let row = 0; row < heightPx; row += 1) {
    const from = Math.min(heightPx - 1, Math.max(0, row - y)) * widthPx;
    const to = row * widthPx;
    const [first, last] = [Math.max(0, x), Math.min(widthPx, widthPx + x)];
    moved.set(rgb.subarray((from + first - x) * 3, (from + last - x) * 3), (to + first) * 3);
    for (let column = 0; column < first; column += 1)
      moved.set(rgb.subarray(from * 3, from * 3 + 3), (to + column) * 3);
    const edge = (from + widthPx - 1) * 3;
    for (let column = last; column < widthPx; column += 1) moved.set(rgb.subarray(edge, edge + 3), (to + column) * 3);
  }
  return moved;
}
