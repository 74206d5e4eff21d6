import type { PictureSize } from './letterbox.ts';
import { cutView, type View } from './tiles.ts';
import type { DecodedFrame, RgbFrame } from './types.ts';

// Frames come out of the decoder as it has them, 4:2:0 and in the range of television: half the bytes of RGB, and brightness is what the background
// model asks for. They become RGB only where a network or the colours look at them.

/** Bytes of one frame in 4:2:0: rows of brightness, then of the two colour differences at half the size. Sides are even. */
export const yuvBytes = ({ widthPx, heightPx }: PictureSize): number => (widthPx * heightPx * 3) / 2;

/** RGB rows of part of a frame, without padding; the frame's own where it is RGB and the part is all of it. */
export function cutRgb(frame: DecodedFrame, view: View): Uint8Array {
  if (frame.yuv === undefined) return cutView(frame.rgb, frame, view);
  const rgb = new Uint8ClampedArray(view.widthPx * view.heightPx * 3);
  writeRgb(frame.yuv, frame, view, rgb, { first: 0, row: view.widthPx * 3 });
  return new Uint8Array(rgb.buffer);
}

/** RGB rows of a whole frame. */
export const rgbOf = (frame: DecodedFrame): Uint8Array => cutRgb(frame, wholeOf(frame));

/** A frame whose bytes are right under the view alone; they lie in `space`, which the next call overwrites. */
export function rgbUnder(frame: DecodedFrame, view: View, space: Uint8ClampedArray): RgbFrame {
  if (frame.yuv === undefined) return frame;
  const row = frame.widthPx * 3;
  writeRgb(frame.yuv, frame, view, space, { first: view.top * row + view.left * 3, row });
  return { ...frame, yuv: undefined, rgb: new Uint8Array(space.buffer, space.byteOffset, row * frame.heightPx) };
}

/** Writes a whole frame as RGB. */
export function copyRgb(frame: DecodedFrame, target: Uint8ClampedArray): void {
  if (frame.yuv === undefined) target.set(frame.rgb);
  else writeRgb(frame.yuv, frame, wholeOf(frame), target, { first: 0, row: frame.widthPx * 3 });
}

export const wholeOf = ({ widthPx, heightPx }: PictureSize): View => ({ left: 0, top: 0, widthPx, heightPx });

/** Whether a frame has as many bytes as its size asks for. */
export const isWhole = (frame: DecodedFrame): boolean =>
  frame.yuv === undefined
    ? frame.rgb.length === frame.widthPx * frame.heightPx * 3
    : frame.yuv.length === yuvBytes(frame);

/** RGB of one pixel in so many, in the order of the rows. */
export function sparseRgb(frame: DecodedFrame, step: number): Uint8Array {
  const { widthPx, heightPx } = frame;
  const rgb = new Uint8ClampedArray(3 * Math.ceil((widthPx * heightPx) / step));
  const pixel = { widthPx: 1, heightPx: 1 };
  for (let at = 0, to = 0; to < rgb.length; at += step, to += 3) {
    if (frame.yuv === undefined) rgb.set(frame.rgb.subarray(3 * at, 3 * at + 3), to);
    else {
      const view = { left: at % widthPx, top: Math.floor(at / widthPx), ...pixel };
      writeRgb(frame.yuv, frame, view, rgb, { first: to, row: 3 });
    }
  }
  return new Uint8Array(rgb.buffer);
}

/** BT.601 in the range of television, in 256ths; the target clamps. */
function writeRgb(
  yuv: Uint8Array,
  { widthPx, heightPx }: PictureSize,
  view: View,
  target: Uint8ClampedArray,
  { first, row }: { readonly first: number; readonly row: number },
): void {
  const half = widthPx >> 1;
  const blues = widthPx * heightPx;
  const reds = blues + half * (heightPx >> 1);
  for (let y = 0; y < view.heightPx; y += 1) {
    const line = (view.top + y) * widthPx;
    const chroma = ((view.top + y) >> 1) * half;
    let to = first + y * row;
    for (let x = view.left, end = view.left + view.widthPx; x < end; x += 1, to += 3) {
      const at = chroma + (x >> 1);
      const bright = 298 * ((yuv[line + x] as number) - 16) + 128;
      const blue = (yuv[blues + at] as number) - 128;
      const red = (yuv[reds + at] as number) - 128;
      target[to] = (bright + 409 * red) >> 8;
      target[to + 1] = (bright - 100 * blue - 208 * red) >> 8;
      target[to + 2] = (bright + 516 * blue) >> 8;
    }
  }
}
