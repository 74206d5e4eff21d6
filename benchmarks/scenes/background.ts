import { randomFrom } from './noise.ts';
import type { SceneSpec } from './types.ts';

/**
 * The empty street: a house front, a pavement, a road with a dashed line, a pavement again. Shades of grey between 88 and 160 with a
 * mild texture, because the test detector takes for an object whatever is coloured, black or white.
 */
export function drawBackground(spec: SceneSpec): Uint8ClampedArray {
  const { widthPx, heightPx } = spec;
  const random = randomFrom(spec.seed);
  const rgb = new Uint8ClampedArray(widthPx * heightPx * 3);
  const grain = coarseGrain(widthPx, heightPx, random);
  for (let y = 0; y < heightPx; y += 1) {
    for (let x = 0; x < widthPx; x += 1) {
      const shade = shadeAt(x / widthPx, y / heightPx) + (grain[y * widthPx + x] ?? 0) + Math.floor(random() * 5) - 2;
      rgb.fill(shade, (y * widthPx + x) * 3, (y * widthPx + x) * 3 + 3);
    }
  }
  return rgb;
}

/** `x` and `y` are shares of the picture. */
function shadeAt(x: number, y: number): number {
  if (y < 0.25) {
    const window = (x * 8) % 1 > 0.3 && (x * 8) % 1 < 0.7 && y > 0.06 && y < 0.18;
    return window ? 100 : 138;
  }
  if (y < 0.5) return 128;
  if (y < 0.515) return 148;
  if (y < 0.745) {
    const dash = y > 0.622 && y < 0.632 && (x * 10) % 1 < 0.5;
    return dash ? 150 : 106;
  }
  if (y < 0.76) return 148;
  return 126;
}

/** Soft stains: values on a grid of 16 pixels, joined linearly. */
function coarseGrain(widthPx: number, heightPx: number, random: () => number): Float32Array {
  const columns = Math.ceil(widthPx / 16) + 2;
  const rows = Math.ceil(heightPx / 16) + 2;
  const grid = Float32Array.from({ length: columns * rows }, () => (random() - 0.5) * 10);
  const grain = new Float32Array(widthPx * heightPx);
  for (let y = 0; y < heightPx; y += 1) {
    const row = Math.floor(y / 16);
    const down = y / 16 - row;
    for (let x = 0; x < widthPx; x += 1) {
      const column = Math.floor(x / 16);
      const right = x / 16 - column;
      const at = row * columns + column;
      const above = (grid[at] ?? 0) * (1 - right) + (grid[at + 1] ?? 0) * right;
      const below = (grid[at + columns] ?? 0) * (1 - right) + (grid[at + columns + 1] ?? 0) * right;
      grain[y * widthPx + x] = above * (1 - down) + below * down;
    }
  }
  return grain;
}
