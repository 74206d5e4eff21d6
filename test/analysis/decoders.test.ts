import { describe, expect, it } from 'vitest';
import type { ModelCard } from '../../gateway/admission/card.ts';
import { type Candidate, DECODER } from '../../gateway/analysis/decoders.ts';
import { createPreprocessor, decodeSize, placed } from '../../gateway/analysis/letterbox.ts';
import { reduce } from '../../gateway/analysis/reduce.ts';

const input: ModelCard['input'] = {
  name: 'images',
  width: 64,
  height: 64,
  colour: 'RGB',
  fit: 'letterbox',
  pad: 114,
  scale: 1,
  mean: [0, 0, 0],
  deviation: [1, 1, 1],
};

const card: ModelCard = {
  name: 'drawn',
  role: 'detector',
  decoder: 'yolox',
  sha256: '0'.repeat(64),
  licence: 'none',
  source: 'https://example.org',
  input,
  outputs: { predictions: 'output' },
  labels: ['person', 'car', 'truck', 'dog'],
  map: { person: 'person', car: 'car', truck: 'truck' },
  thresholds: { score: 0.3, nmsIou: 0.5, perClass: { truck: 0.6 } },
  priority: 1,
};

describe('decoders', () => {
  it('reads a YOLOX row: cell offset, log size, objectness times class score', () => {
    const rows = 64 + 16 + 4;
    expect(DECODER.yolox.shapes(card)).toEqual({ predictions: [[1, rows, 9]] });
    const output = new Float32Array(rows * 9);
    // Stride 16, second row of cells, third cell.
    output.set([0.5, 0.25, Math.log(2), Math.log(3), 0.9, 0.1, 0.8, 0.2, 0.3], (64 + 4 + 2) * 9);
    // Objectness alone is no object.
    output.set([0, 0, 0, 0, 0.9, 0.1, 0.1, 0.1, 0.1], 0);
    const found = DECODER.yolox.decode({ predictions: [output] }, card, 0.3);
    expect(found).toHaveLength(1);
    expect(found[0]?.label).toBe(1);
    expect(found[0]?.score).toBeCloseTo(0.72, 5);
    expect(found[0]?.left).toBeCloseTo(2.5 * 16 - 16, 4);
    expect(found[0]?.right).toBeCloseTo(2.5 * 16 + 16, 4);
    expect(found[0]?.top).toBeCloseTo(1.25 * 16 - 24, 4);
    expect(found[0]?.bottom).toBeCloseTo(1.25 * 16 + 24, 4);
  });

  it('reads a PicoDet cell: centre of the cell and the mean of each distance distribution', () => {
    const levels = [64, 16, 4, 1];
    const scores = levels.map((cells) => new Float32Array(cells * 4));
    const distances = levels.map((cells) => new Float32Array(cells * 32));
    scores[1]?.set([0.1, 0.7, 0.2, 0.1], 6 * 4);
    // One sure bin a side: 1, 2, 3, 4 strides; all other logits far below.
    distances[1]?.fill(-50, 6 * 32, 7 * 32);
    for (const [side, bin] of [1, 2, 3, 4].entries())
      distances[1]?.fill(50, 6 * 32 + side * 8 + bin, 6 * 32 + side * 8 + bin + 1);
    const [found, ...others] = DECODER.picodet.decode({ scores, distances }, card, 0.3);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ label: 1, left: 40 - 16, top: 24 - 32, right: 40 + 48, bottom: 24 + 64 });
    // A flat distribution means its middle, 3.5 bins.
    distances[1]?.fill(0, 6 * 32, 7 * 32);
    expect(DECODER.picodet.decode({ scores, distances }, card, 0.3)[0]?.right).toBeCloseTo(40 + 56, 4);
  });

  it('reads plain boxes and scores, and no object out of NaN', () => {
    const boxes = Float32Array.of(1, 2, 3, 4, 5, 6, 17, 28);
    const scores = Float32Array.of(Number.NaN, 0.1, 0.1, 0.1, 0, 0.2, 0.9, 0.1);
    const found = DECODER['boxes+scores'].decode({ boxes: [boxes], scores: [scores] }, card, 0.3);
    expect(found).toEqual([{ left: 5, top: 6, right: 17, bottom: 28, label: 2, score: expect.closeTo(0.9, 5) }]);
  });
});

describe('the reducer', () => {
  const box = (label: number, score: number, left: number, width = 20): Candidate => ({
    left,
    top: 10,
    right: left + width,
    bottom: 30,
    score,
    label,
  });
  const placement = { scaleX: 2, scaleY: 3, widthPx: 128, heightPx: 150 };

  it('FACE-11: keeps mapped labels above their own threshold, with quantised scores in original pixels', () => {
    const found = reduce([box(3, 0.99, 40), box(2, 0.5, 40), box(0, 0.45678, 10), box(1, 0.2, 0)], card, placement);
    expect(found).toEqual([{ class: 'person', score: 0.457, left: 20, top: 30, width: 40, height: 60 }]);
  });

  it('keeps the better of two boxes of a class, and one class for one box', () => {
    const found = reduce([box(1, 0.5, 12), box(1, 0.9, 10), box(2, 0.7, 10.5), box(1, 0.4, 60)], card, placement);
    expect(found.map(({ class: name, score }) => [name, score])).toEqual([
      ['car', 0.9],
      ['car', 0.4],
    ]);
  });

  it('keeps a person before a car, however much they overlap', () => {
    expect(reduce([box(1, 0.9, 10), box(0, 0.8, 10)], card, placement)).toHaveLength(2);
  });

  it('cuts boxes at the picture and drops what is left of nothing', () => {
    const found = reduce([box(1, 0.9, 54), box(1, 0.8, 70)], card, placement);
    expect(found).toEqual([{ class: 'car', score: 0.9, left: 108, top: 30, width: 20, height: 60 }]);
  });
});

describe('pre-processing', () => {
  it('letterboxes at the top left, pads the rest and orders the channels', () => {
    const { fill, target } = createPreprocessor({ ...input, colour: 'BGR' });
    const rgb = new Uint8Array(32 * 16 * 3);
    for (let at = 0; at < rgb.length; at += 3) rgb.set([10, 20, 30], at);
    fill(rgb, { widthPx: 32, heightPx: 16 });
    const plane = 64 * 64;
    expect(placed(input, { widthPx: 32, heightPx: 16 })).toEqual({ widthPx: 64, heightPx: 32 });
    expect([target[0], target[plane], target[2 * plane]]).toEqual([30, 20, 10]);
    expect([target[31 * 64 + 63], target[32 * 64]]).toEqual([30, 114]);
    // A portrait picture afterwards: what the landscape one covered is padded again.
    fill(new Uint8Array(16 * 32 * 3).fill(7), { widthPx: 16, heightPx: 32 });
    expect([target[0], target[63], target[63 * 64]]).toEqual([7, 114, 7]);
  });

  it('copies what has the size of the input, normalised, each channel in its place', () => {
    const { fill, target } = createPreprocessor({
      ...{ ...input, colour: 'BGR', scale: 2 },
      ...{ mean: [1, 2, 3], deviation: [2, 4, 8] },
    });
    const rgb = Uint8Array.from({ length: 64 * 64 * 3 }, (_, index) => (index * 31) % 251);
    fill(rgb, { widthPx: 64, heightPx: 64 });
    for (const [x, y] of [
      [0, 0],
      [63, 0],
      [5, 17],
      [63, 63],
    ] as const) {
      for (let channel = 0; channel < 3; channel += 1) {
        const value = rgb[(y * 64 + x) * 3 + 2 - channel] ?? Number.NaN;
        const wanted = (value * 2 - (channel + 1)) / 2 ** (channel + 1);
        expect(target[channel * 64 * 64 + y * 64 + x]).toBeCloseTo(wanted, 4);
      }
    }
  });

  it('samples between pixel centres and normalises', () => {
    const { fill, target } = createPreprocessor({
      ...input,
      scale: 1 / 255,
      mean: [0.5, 0.5, 0.5],
      deviation: [0.25, 0.25, 0.25],
    });
    const rgb = new Uint8Array(32 * 32 * 3);
    for (let y = 0; y < 32; y += 1)
      for (let x = 0; x < 32; x += 1) rgb.fill(x * 8, (y * 32 + x) * 3, (y * 32 + x) * 3 + 3);
    fill(rgb, { widthPx: 32, heightPx: 32 });
    // Column 5 of 64 lies at 2.25 of 32: 18 of 255.
    expect(target[5]).toBeCloseTo((18 / 255 - 0.5) / 0.25, 5);
    expect(target[0]).toBeCloseTo(-2, 5);
  });

  it('stretches when the card says so', () => {
    const stretched = { ...input, fit: 'stretch' as const };
    expect(placed(stretched, { widthPx: 1920, heightPx: 1080 })).toEqual({ widthPx: 64, heightPx: 64 });
    expect(decodeSize(stretched, { widthPx: 1920, heightPx: 1080 })).toEqual({ widthPx: 64, heightPx: 64 });
  });
});
