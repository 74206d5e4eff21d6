import { randomFrom } from './noise.ts';
import type { SceneSpec } from './types.ts';

const BRIGHTER = 38;

/** Streaks of falling drops, others on each frame. `density` is their number for each 1000 pixels. */
export function drawRain(
  rgb: Uint8ClampedArray,
  { widthPx, heightPx, seed }: SceneSpec,
  density: number,
  frame: number,
): void {
  const random = randomFrom(seed + frame * 104_729);
  const length = Math.max(3, Math.round(heightPx / 24));
  for (let left = (density * widthPx * heightPx) / 1000; left > 0; left -= 1) {
    const x = Math.floor(random() * widthPx);
    const y = Math.floor(random() * (heightPx + length)) - length;
    for (let row = Math.max(0, y); row < Math.min(heightPx, y + length); row += 1) {
      // The wind leans them by one pixel in six.
      const column = x - Math.floor((row - y) / 6);
      if (column < 0) continue;
      const at = (row * widthPx + column) * 3;
      for (let channel = at; channel < at + 3; channel += 1) rgb[channel] = (rgb[channel] ?? 0) + BRIGHTER;
    }
  }
}
