const GLYPH_WIDTH = 5;
const GLYPH_HEIGHT = 7;

// Each glyph: seven rows of five points, most significant bit to the left.
const GLYPHS: Readonly<Record<string, readonly number[]>> = {
  '0': [14, 17, 19, 21, 25, 17, 14],
  '1': [4, 12, 4, 4, 4, 4, 14],
  '2': [14, 17, 1, 2, 4, 8, 31],
  '3': [31, 2, 4, 2, 1, 17, 14],
  '4': [2, 6, 10, 18, 31, 2, 2],
  '5': [31, 16, 30, 1, 1, 17, 14],
  '6': [6, 8, 16, 30, 17, 17, 14],
  '7': [31, 1, 2, 4, 8, 8, 8],
  '8': [14, 17, 17, 14, 17, 17, 14],
  '9': [14, 17, 17, 15, 1, 2, 12],
  '-': [0, 0, 0, 31, 0, 0, 0],
  ':': [0, 4, 4, 0, 4, 4, 0],
};

/** Writes "2026-03-14 14:02:03" at the top left, in greys that stay within those of the street (see background.ts). */
export function drawClock(rgb: Uint8ClampedArray, widthPx: number, startsAt: string, timeSeconds: number): void {
  const time = new Date(Date.parse(startsAt) + Math.floor(timeSeconds) * 1000);
  const text = time.toISOString().slice(0, 19).replace('T', ' ');
  const scale = widthPx >= 480 ? 2 : 1;
  const advance = (GLYPH_WIDTH + 1) * scale;
  fill(rgb, widthPx, 4, 4, text.length * advance + scale * 2, (GLYPH_HEIGHT + 2) * scale, 90);
  for (const [index, character] of [...text].entries()) {
    const rows = GLYPHS[character] ?? [];
    for (const [row, bits] of rows.entries()) {
      for (let column = 0; column < GLYPH_WIDTH; column += 1) {
        if (((bits >> (GLYPH_WIDTH - 1 - column)) & 1) === 0) continue;
        const left = 4 + scale + index * advance + column * scale;
        fill(rgb, widthPx, left, 4 + scale + row * scale, scale, scale, 165);
      }
    }
  }
}

function fill(
  rgb: Uint8ClampedArray,
  widthPx: number,
  left: number,
  top: number,
  width: number,
  height: number,
  shade: number,
): void {
  for (let y = top; y < top + height; y += 1)
    rgb.fill(shade, (y * widthPx + left) * 3, (y * widthPx + Math.min(left + width, widthPx)) * 3);
}
