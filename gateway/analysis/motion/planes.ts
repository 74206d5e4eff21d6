import type { DecodedFrame, FrameRef, RgbFrame, YuvFrame } from '../types.ts';

/** A small picture in three byte planes: brightness (BT.601 luma) and two colour differences around 128. */
export interface Planes {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly luma: Uint8Array;
  readonly blue: Uint8Array;
  readonly red: Uint8Array;
}

/** One analysed frame as the background model sees it. Multiply by `scaleX`, `scaleY` for pixels of the original picture. */
export interface PlaneFrame extends Planes {
  readonly ref: FrameRef;
  readonly timeSeconds: number;
  readonly scaleX: number;
  readonly scaleY: number;
}

/** Pixels of a plane at most: what moves is found at this size, what it is is seen on the larger frame. */
const MOST_PIXELS = 64_000;
/** All planes of a segment; smoothing and moving them back makes a copy each. */
const MOST_BYTES = 128 * 1024 * 1024;

/** Pixels of each plane of a segment of so many frames: fewer where they are very many. */
export const planePixels = (frames: number): number => Math.min(MOST_PIXELS, Math.floor(MOST_BYTES / (3 * frames)));

/** Averages blocks of pixels: sensor noise falls with the side of the block, and small steps of the camera with it. */
export function planesOf(frame: DecodedFrame, mostPixels = MOST_PIXELS): PlaneFrame {
  const step = Math.max(1, Math.round(Math.sqrt((frame.widthPx * frame.heightPx) / mostPixels)));
  const widthPx = Math.floor(frame.widthPx / step);
  const heightPx = Math.floor(frame.heightPx / step);
  const luma = new Uint8Array(widthPx * heightPx);
  const blue = new Uint8Array(luma.length);
  const red = new Uint8Array(luma.length);
  const planes = { widthPx, heightPx, luma, blue, red };
  if (frame.yuv === undefined) averageRgb(frame, step, planes);
  else averageYuv(frame, step, planes);
  const { ref, timeSeconds, scaleX, scaleY } = frame;
  return { ref, timeSeconds, ...planes, scaleX: scaleX * step, scaleY: scaleY * step };
}

/** From the range of television, 16 to 235 and 16 to 240, to that of bytes. */
const FULL_LUMA = 255 / 219;
const FULL_TINT = 255 / 224;

function averageYuv(frame: YuvFrame, step: number, { widthPx, heightPx, luma, blue, red }: Planes): void {
  const { yuv, widthPx: row } = frame;
  const half = row >> 1;
  const blues = row * frame.heightPx;
  const reds = blues + half * (frame.heightPx >> 1);
  const inverse = 1 / (step * step);
  let to = 0;
  for (let y = 0; y < heightPx; y += 1) {
    for (let x = 0; x < widthPx; x += 1, to += 1) {
      let [bright, b, r] = [0, 0, 0];
      if (step === 2) {
        // By far the most common size, written out: one pixel of the colour differences is one of the plane.
        const line = 2 * (y * row + x);
        const below = line + row;
        bright =
          (yuv[line] as number) + (yuv[line + 1] as number) + (yuv[below] as number) + (yuv[below + 1] as number);
        b = 4 * (yuv[blues + y * half + x] as number);
        r = 4 * (yuv[reds + y * half + x] as number);
      } else {
        for (let sourceY = y * step; sourceY < (y + 1) * step; sourceY += 1) {
          for (let sourceX = x * step; sourceX < (x + 1) * step; sourceX += 1) {
            const at = (sourceY >> 1) * half + (sourceX >> 1);
            bright += yuv[sourceY * row + sourceX] as number;
            b += yuv[blues + at] as number;
            r += yuv[reds + at] as number;
          }
        }
      }
      luma[to] = byte((bright * inverse - 16) * FULL_LUMA + 0.5);
      blue[to] = byte(128.5 + (b * inverse - 128) * FULL_TINT);
      red[to] = byte(128.5 + (r * inverse - 128) * FULL_TINT);
    }
  }
}

const byte = (value: number): number => Math.min(255, Math.max(0, value));

function averageRgb(frame: RgbFrame, step: number, { widthPx, heightPx, luma, blue, red }: Planes): void {
  const { rgb } = frame;
  const row = frame.widthPx * 3;
  const inverse = 1 / (step * step);
  let to = 0;
  for (let y = 0; y < heightPx; y += 1) {
    for (let x = 0; x < widthPx; x += 1, to += 1) {
      let r = 0;
      let g = 0;
      let b = 0;
      let line = y * step * row + x * step * 3;
      if (step === 2) {
        // By far the most common size, written out: half the time.
        const below = line + row;
        r = (rgb[line] as number) + (rgb[line + 3] as number) + (rgb[below] as number) + (rgb[below + 3] as number);
        g =
          (rgb[line + 1] as number) +
          (rgb[line + 4] as number) +
          (rgb[below + 1] as number) +
          (rgb[below + 4] as number);
        b =
          (rgb[line + 2] as number) +
          (rgb[line + 5] as number) +
          (rgb[below + 2] as number) +
          (rgb[below + 5] as number);
      } else {
        for (let dy = 0; dy < step; dy += 1, line += row) {
          for (let at = line, end = line + step * 3; at < end; at += 3) {
            r += rgb[at] as number;
            g += rgb[at + 1] as number;
            b += rgb[at + 2] as number;
          }
        }
      }
      const bright = (0.299 * r + 0.587 * g + 0.114 * b) * inverse;
      luma[to] = bright + 0.5;
      blue[to] = 128.5 + 0.564 * (b * inverse - bright);
      red[to] = 128.5 + 0.713 * (r * inverse - bright);
    }
  }
}
