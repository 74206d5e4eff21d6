import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { planesOf } from '../../gateway/analysis/motion/planes.ts';
import { copyRgb, cutRgb, isWhole, rgbOf, rgbUnder, sparseRgb } from '../../gateway/analysis/pixels.ts';
import type { RgbFrame, YuvFrame } from '../../gateway/analysis/types.ts';
import { decodeFrames } from '../../gateway/media.ts';

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

describe('whatever matrix and range a file has', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'differe-pixels-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['bt709', 'tv'],
    ['smpte170m', 'tv'],
    ['bt709', 'pc'],
  ])('%s in the range %s gives the RGB that ffmpeg makes of it', async (matrix, range) => {
    const file = path.join(folder, `${matrix}-${range}.mp4`);
    const made = spawnSync('ffmpeg', [
      ...['-v', 'error', '-f', 'lavfi', '-i', 'color=0xd02818:s=64x48:d=1:r=5'],
      ...['-vf', `scale=out_color_matrix=${matrix}:out_range=${range},format=yuv420p`],
      ...['-c:v', 'libx264', '-qp', '1', '-colorspace', matrix, '-color_range', range, file],
    ]);
    expect(made.stderr.toString()).toBe('');
    const order = { path: file, demuxer: 'mov', decoder: 'h264', widthPx: WIDTH, heightPx: HEIGHT } as const;
    const first = async (pixelFormat: 'rgb24' | 'yuv420p'): Promise<Uint8Array> => {
      for await (const { bytes } of decodeFrames({ ...order, pixelFormat }).frames) return bytes;
      throw new Error('no frame');
    };
    const plain = await first('rgb24');
    expect(furthest(plain.subarray(0, 3), new Uint8Array([0xd0, 0x28, 0x18]))).toBeLessThan(6);
    const own = rgbOf({ ...place, yuv: await first('yuv420p') });
    expect(furthest(own, plain)).toBeLessThan(6);
  });
});
