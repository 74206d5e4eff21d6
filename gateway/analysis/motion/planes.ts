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
  else if (step === 2) averageFours(frame, planes);
  else averageYuv(frame, step, planes);
  const { ref, timeSeconds, scaleX, scaleY } = frame;
  return { ref, timeSeconds, ...planes, scaleX: scaleX * step, scaleY: scaleY * step };
}

/** From the range of television, 16 to 235 and 16 to 240, to that of bytes: tables, because a pixel is looked at for every frame. */
const FULL_LUMA = 255 / 219;
const FULL_TINT = 255 / 224;

/** Brightness by the sum of `count` pixels. */
const lumaBySum = (count: number): Uint8ClampedArray =>
  tableOf(255 * count + 1, (sum) => (sum * (1 / count) - 16) * FULL_LUMA + 0.5);

/** A colour difference by the sum of `count` pixels. */
const tintBySum = (count: number): Uint8ClampedArray =>
  tableOf(255 * count + 1, (sum) => 128.5 + (sum * (1 / count) - 128) * FULL_TINT);

const tableOf = (size: number, byteOf: (sum: number) => number): Uint8ClampedArray =>
  Uint8ClampedArray.from({ length: size }, (_, sum) => Math.floor(byteOf(sum)));

const LUMA_OF_FOUR = lumaBySum(4);
const TINT_OF_ONE = tintBySum(1);

function averageYuv(frame: YuvFrame, step: number, planes: Planes): void {
  const { yuv, widthPx: row } = frame;
  const { widthPx, heightPx, luma, blue, red } = planes;
  const half = row >> 1;
  const blues = row * frame.heightPx;
  const reds = blues + half * (frame.heightPx >> 1);
  const [lumaOf, tintOf] = [lumaBySum(step * step), tintBySum(step * step)];
  let to = 0;
  for (let y = 0; y < heightPx; y += 1) {
    for (let x = 0; x < widthPx; x += 1, to += 1) {
      let [bright, b, r] = [0, 0, 0];
      for (let sourceY = y * step; sourceY < (y + 1) * step; sourceY += 1) {
        for (let sourceX = x * step; sourceX < (x + 1) * step; sourceX += 1) {
          const at = (sourceY >> 1) * half + (sourceX >> 1);
          bright += yuv[sourceY * row + sourceX] as number;
          b += yuv[blues + at] as number;
          r += yuv[reds + at] as number;
        }
      }
      luma[to] = lumaOf[bright] as number;
      blue[to] = tintOf[b] as number;
      red[to] = tintOf[r] as number;
    }
  }
}

/** By far the most common step: four pixels of brightness are one of the plane, and so is one of each colour difference. */
function averageFours(frame: YuvFrame, { widthPx, heightPx, luma, blue, red }: Planes): void {
  const { yuv, widthPx: row, heightPx: rows } = frame;
  const half = row >> 1;
  const blues = row * rows;
  const reds = blues + half * (rows >> 1);
  for (let y = 0, to = 0; y < heightPx; y += 1) {
    const chroma = y * half;
    for (let x = 0, at = 2 * y * row; x < widthPx; x += 1, at += 2, to += 1) {
      const below = at + row;
      const sum = (yuv[at] as number) + (yuv[at + 1] as number) + (yuv[below] as number) + (yuv[below + 1] as number);
      luma[to] = LUMA_OF_FOUR[sum] as number;
      blue[to] = TINT_OF_ONE[yuv[blues + chroma + x] as number] as number;
      red[to] = TINT_OF_ONE[yuv[reds + chroma + x] as number] as number;
    }
  }
}

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
