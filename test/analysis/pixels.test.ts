import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { planesOf } from '../../gateway/analysis/motion/planes.ts';
import { copyRgb, cutRgb, isWhole, rgbOf, rgbUnder, sparseRgb } from '../../gateway/analysis/pixels.ts';
import type { RgbFrame, YuvFrame } from '../../gateway/analysis/types.ts';

const [WIDTH, HEIGHT] = [64, 48];
const place = { ref: { number: 1, pts: 0 }, timeSeconds: 0, widthPx: WIDTH, heightPx: HEIGHT, scaleX: 1, scaleY: 1 };

/** A picture of smooth colours, as ffmpeg converts it. */
function both(): { readonly yuv: YuvFrame; readonly rgb: RgbFrame } {
  const rgb = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let y = 0; y < HEIGHT; y += 1)
    for (let x = 0; x < WIDTH; x += 1) rgb.set([40 + 3 * x, 200 - 3 * y, 60 + x + y], (y * WIDTH + x) * 3);
  const size = ['-s', `${WIDTH}x${HEIGHT}`];
  const { stdout } = spawnSync(
    'ffmpeg',
    [
      ...['-v', 'error', '-f', 'rawvideo', '-pix_fmt', 'rgb24', ...size, '-i', '-'],
      ...['-sws_flags', 'area+accurate_rnd+full_chroma_int', '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-'],
    ],
    { input: rgb },
  );
  return { yuv: { ...place, yuv: new Uint8Array(stdout) }, rgb: { ...place, rgb } };
}

const furthest = (a: Uint8Array, b: Uint8Array): number =>
  a.reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] ?? Number.NaN))), 0);

describe('frames in 4:2:0', () => {
  const { yuv, rgb } = both();

  it('become the RGB that ffmpeg made them of, to the detail of their colours', () => {
    expect(isWhole(yuv)).toBe(true);
    expect(isWhole({ ...yuv, yuv: yuv.yuv.subarray(1) })).toBe(false);
    expect(furthest(rgbOf(yuv), rgb.rgb)).toBeLessThanOrEqual(6);
    const copied = new Uint8ClampedArray(rgb.rgb.length);
    copyRgb(yuv, copied);
    expect(copied).toEqual(new Uint8ClampedArray(rgbOf(yuv)));
  });

  it('are cut at odd places too, and converted under a box alone', () => {
    const view = { left: 13, top: 7, widthPx: 21, heightPx: 15 };
    const whole = { ...rgb, rgb: rgbOf(yuv) };
    expect(cutRgb(yuv, view)).toEqual(cutRgb(whole, view));
    const under = rgbUnder(yuv, view, new Uint8ClampedArray(WIDTH * HEIGHT * 3));
    expect(cutRgb(under, view)).toEqual(cutRgb(whole, view));
    expect(under.rgb.subarray(0, 3)).toEqual(new Uint8Array(3));
  });

  it('give one pixel in so many as the whole has them', () => {
    const whole = rgbOf(yuv);
    const chosen = Array.from({ length: Math.ceil((WIDTH * HEIGHT) / 7) }, (_, n) => [
      ...whole.subarray(21 * n, 21 * n + 3),
    ]);
    expect([...sparseRgb(yuv, 7)]).toEqual(chosen.flat());
    expect(sparseRgb({ ...rgb, rgb: whole }, 7)).toEqual(sparseRgb(yuv, 7));
  });

  it.each([1, 2, 3, 4])('give the background model the planes of the RGB, blocks of %i pixels', (step) => {
    const most = (WIDTH * HEIGHT) / step ** 2;
    const [own, other] = [planesOf(yuv, most), planesOf(rgb, most)];
    expect([own.widthPx, own.heightPx, own.scaleX]).toEqual([other.widthPx, other.heightPx, other.scaleX]);
    for (const plane of ['luma', 'blue', 'red'] as const) expect(furthest(own[plane], other[plane])).toBeLessThan(4);
  });
});
