import { describe, expect, it } from 'vitest';
import type { CropCard } from '../../gateway/admission/crop-card.ts';
import { cutCrop } from '../../gateway/analysis/crop.ts';
import type { DecodedFrame, RgbFrame } from '../../gateway/analysis/types.ts';

const input: CropCard['input'] = {
  name: 'crop',
  width: 32,
  height: 32,
  colour: 'RGB',
  scale: 1,
  mean: [0, 0, 0],
  deviation: [1, 1, 1],
  pad: 114,
  margin: 1,
  hidden: { top: 0, bottom: 0, left: 0, right: 0 },
};

/** Each pixel tells its own place: red its column, green its row. */
function frameOf(widthPx: number, heightPx: number, scale = 1): RgbFrame {
  const rgb = new Uint8Array(widthPx * heightPx * 3);
  for (let y = 0; y < heightPx; y += 1) {
    for (let x = 0; x < widthPx; x += 1) rgb.set([x, y, 7], (y * widthPx + x) * 3);
  }
  return { ref: { number: 1, pts: 0 }, timeSeconds: 0, widthPx, heightPx, scaleX: scale, scaleY: scale, rgb };
}

function cut(frame: DecodedFrame, box: { left: number; top: number; width: number; height: number }, change = {}) {
  const target = new Float32Array(3 * 32 * 32);
  cutCrop(frame, box, { ...input, ...change }, target);
  return {
    red: (x: number, y: number) => target[y * 32 + x] ?? 0,
    at: (c: number, x: number, y: number) => target[c * 1024 + y * 32 + x] ?? 0,
  };
}

describe('a crop', () => {
  it('holds the pixels of the box, in planes of red, green, blue', () => {
    const { at } = cut(frameOf(200, 200), { left: 50, top: 90, width: 32, height: 32 });
    expect([at(0, 0, 0), at(1, 0, 0), at(2, 0, 0)]).toEqual([50, 90, 7]);
    expect([at(0, 31, 31), at(1, 31, 31)]).toEqual([81, 121]);
  });

  it('averages where it shrinks and interpolates where it grows', () => {
    const small = cut(frameOf(200, 200), { left: 20, top: 20, width: 128, height: 128 });
    expect(small.red(0, 0)).toBeCloseTo(21.5, 1);
    expect(small.red(31, 0)).toBeCloseTo(145.5, 1);
    const large = cut(frameOf(200, 200), { left: 20, top: 20, width: 8, height: 8 });
    expect(large.red(16, 0) - large.red(15, 0)).toBeCloseTo(0.25, 3);
  });

  it('is the square around a narrow box, and grey where the picture ends', () => {
    const { red, at } = cut(frameOf(100, 100), { left: 0, top: 20, width: 20, height: 60 });
    expect(red(0, 16)).toBeCloseTo(114, 3);
    expect(at(1, 31, 16)).toBeGreaterThan(40);
    expect(red(31, 16)).toBeGreaterThan(30);
  });

  it('takes the margin around the box and the size of the decoded picture into account', () => {
    const wide = cut(frameOf(200, 200), { left: 80, top: 80, width: 32, height: 32 }, { margin: 2 });
    expect(wide.red(0, 16)).toBeCloseTo(64.5, 0);
    const halved = cut(frameOf(200, 200, 2), { left: 100, top: 100, width: 64, height: 64 });
    expect(halved.red(0, 0)).toBeCloseTo(50, 3);
  });

  it('gives values as the card says: byte by scale, less the mean, by the deviation', () => {
    const { at } = cut(
      frameOf(200, 200),
      { left: 50, top: 90, width: 32, height: 32 },
      {
        scale: 1 / 255,
        mean: [0.1, 0.2, 0.3],
        deviation: [0.5, 0.25, 2],
      },
    );
    expect(at(0, 0, 0)).toBeCloseTo((50 / 255 - 0.1) / 0.5, 5);
    expect(at(1, 0, 0)).toBeCloseTo((90 / 255 - 0.2) / 0.25, 5);
    expect(at(2, 0, 0)).toBeCloseTo((7 / 255 - 0.3) / 2, 5);
  });

  it('FACE-11: holds no pixel of the place where a standing person has the head', () => {
    const hidden = { top: 0, bottom: 0.2375, left: 0.3, right: 0.7 };
    const person = { left: 50, top: 60, width: 40, height: 100 };
    const frame = frameOf(200, 200);
    const seen = cut(frame, person, { margin: 1.2, hidden });
    // Another head: everything in the upper fifth of the box, and above it, as wide as shoulders.
    for (let y = 50; y < 78; y += 1) {
      for (let x = 56; x < 84; x += 1) frame.rgb.set([250, 10, 90], (y * 200 + x) * 3);
    }
    const other = cut(frame, person, { margin: 1.2, hidden });
    for (let at = 0; at < 32 * 32; at += 1) expect(other.red(at % 32, at >> 5)).toBe(seen.red(at % 32, at >> 5));
    expect(cut(frame, person, { margin: 1.2 }).red(16, 4)).not.toBe(
      cut(frameOf(200, 200), person, { margin: 1.2 }).red(16, 4),
    );
    expect(seen.red(16, 3)).toBe(0);
  });
});
