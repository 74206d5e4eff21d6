import type { Placed } from './place.ts';
import type { SceneSpec } from './types.ts';

const LEFT_OF_LIGHT = 0.72;
const SLANT = 0.8;
const FLATNESS = 0.35;

/** Darkens the ground behind each object: its outline, laid down to the right from the line of its feet. `length` is over its height. */
export function drawShadows(
  rgb: Uint8ClampedArray,
  { widthPx, heightPx }: SceneSpec,
  placed: readonly Placed[],
  length: number,
): void {
  // Two shadows on one place are no darker than one.
  const shaded = new Set<number>();
  for (const { left, top, width, height } of placed) {
    const foot = top + height - 1;
    const rows = Math.round(height * length * FLATNESS);
    for (let row = 0; row < rows; row += 1) {
      const y = foot - row;
      if (y < 0 || y >= heightPx) continue;
      const from = Math.round(left + (row / FLATNESS) * SLANT);
      // A body narrows towards the head.
      const narrow = Math.round((width * row) / rows / 4);
      for (let x = Math.max(0, from + narrow); x < Math.min(widthPx, from + width - narrow); x += 1)
        shaded.add(y * widthPx + x);
    }
  }
  for (const pixel of shaded)
    for (let at = pixel * 3; at < pixel * 3 + 3; at += 1) rgb[at] = (rgb[at] ?? 0) * LEFT_OF_LIGHT;
}
