import { describe, expect, it } from 'vitest';
import { cutView, inPicture, mergeViews, squaresOf, viewsOf } from '../../gateway/analysis/tiles.ts';
import type { Detection } from '../../gateway/analysis/types.ts';

const tiles = { whenLongerThan: 1.45 };
const HD = { widthPx: 1280, heightPx: 720 };
const box = (left: number, width: number, score = 0.8, top = 100, height = 100): Detection => ({
  class: 'car',
  score,
  left,
  top,
  width,
  height,
});

describe('views of a wide picture', () => {
  it('are two overlapping squares of 16:9, more of a panorama, and the picture itself of 4:3 or without tiles', () => {
    expect(viewsOf(tiles, HD)).toEqual([
      { left: 0, top: 0, widthPx: 720, heightPx: 720 },
      { left: 560, top: 0, widthPx: 720, heightPx: 720 },
    ]);
    expect(squaresOf(tiles, { widthPx: 640, heightPx: 480 })).toBe(1);
    expect(squaresOf(tiles, { widthPx: 720, heightPx: 1280 })).toBe(2);
    expect(squaresOf(tiles, { widthPx: 2000, heightPx: 720 })).toBe(4);
    expect(viewsOf(undefined, HD)).toEqual([{ left: 0, top: 0, ...HD }]);
  });

  it('cover every column, whatever the picture', () => {
    for (let widthPx = 700; widthPx < 4000; widthPx += 37) {
      const views = viewsOf(tiles, { widthPx, heightPx: 480 });
      let reached = 0;
      for (const { left, widthPx: width } of views) {
        expect(left).toBeLessThanOrEqual(reached);
        reached = left + width;
      }
      expect(reached).toBe(widthPx);
    }
  });

  it('are cut out of the rows of the frame', () => {
    const frame = { widthPx: 4, heightPx: 2 };
    const rgb = Uint8Array.from({ length: 24 }, (_, at) => Math.floor(at / 3));
    const cut = cutView(rgb, frame, { left: 2, top: 0, widthPx: 2, heightPx: 2 });
    expect([...cut].filter((_, at) => at % 3 === 0)).toEqual([2, 3, 6, 7]);
    expect(cutView(rgb, frame, { left: 0, top: 0, ...frame })).toBe(rgb);
  });
});

describe('one list of what several views show', () => {
  const [left, right] = viewsOf(tiles, HD);
  const merge = (inLeft: readonly Detection[], inRight: readonly Detection[]): readonly Detection[] => {
    if (left === undefined || right === undefined) throw new Error('two views');
    return mergeViews([inPicture(left, inLeft, 1, 1), inPicture(right, inRight, 1, 1)], HD, 0.5);
  };

  it('has an object that both show whole once, by its better box', () => {
    expect(merge([box(600, 80, 0.7)], [box(41, 80, 0.9)])).toEqual([box(601, 80, 0.9)]);
  });

  it('has the whole box where the other view cuts the object', () => {
    expect(merge([box(640, 80, 0.9)], [box(80, 200, 0.6)])).toEqual([box(640, 200, 0.6)]);
  });

  it('joins the halves of an object that each view cuts', () => {
    expect(merge([box(300, 420, 0.6)], [box(0, 500, 0.9)])).toEqual([box(300, 760, 0.9)]);
  });

  it('keeps two objects that stand beside each other, and what only one view shows', () => {
    expect(merge([box(10, 80, 0.9), box(600, 50, 0.7)], [box(100, 50, 0.8), box(600, 80, 0.6)])).toHaveLength(4);
  });

  it('keeps a person before a car', () => {
    const person: Detection = { ...box(60, 60, 0.7), class: 'person' };
    expect(merge([], [box(40, 100, 0.8), person])).toHaveLength(2);
  });
});
