import { describe, expect, it } from 'vitest';
import { createPacker, inFrame, type Piece, paint, viewsAround } from '../../gateway/analysis/canvas.ts';
import { shown } from '../../gateway/analysis/diet.ts';
import type { Look } from '../../gateway/analysis/motion/movers.ts';
import { rgbOf } from '../../gateway/analysis/pixels.ts';
import { carried, type Detect, type Glance } from '../../gateway/analysis/see.ts';
import type { Box, DecodedFrame, Detection } from '../../gateway/analysis/types.ts';

const WIDTH = 200;
const HEIGHT = 100;
const CANVAS = { widthPx: 100, heightPx: 100 };
const LARGE = { widthPx: 200, heightPx: 200 };

/** A grey frame of 400 x 200, decoded at half its size, with white boxes on it; boxes in original pixels. */
function frameOf(n: number, boxes: readonly Box[]): DecodedFrame {
  const rgb = new Uint8Array(WIDTH * HEIGHT * 3).fill(80);
  for (const box of boxes)
    for (let y = box.top / 2; y < (box.top + box.height) / 2; y += 1)
      rgb.fill(255, (y * WIDTH + box.left / 2) * 3, (y * WIDTH + (box.left + box.width) / 2) * 3);
  return {
    ref: { number: n + 1, pts: n },
    timeSeconds: n * 0.2,
    widthPx: WIDTH,
    heightPx: HEIGHT,
    scaleX: 2,
    scaleY: 2,
    rgb,
  };
}

const square = (left: number, top: number, side = 20): Box => ({ left, top, width: side, height: side });

/** Finds what is white, as a network would find objects, in pixels of the original picture. */
const detectWhite: Detect = async (frame) => {
  const { widthPx, heightPx, scaleX, scaleY } = frame;
  const rgb = rgbOf(frame);
  const isWhite = (x: number, y: number): boolean => rgb[(y * widthPx + x) * 3] === 255;
  const found: Detection[] = [];
  for (let y = 0; y < heightPx; y += 1)
    for (let x = 0; x < widthPx; x += 1) {
      if (!isWhite(x, y) || (x > 0 && isWhite(x - 1, y)) || (y > 0 && isWhite(x, y - 1))) continue;
      let [right, bottom] = [x, y];
      while (right < widthPx && isWhite(right, y)) right += 1;
      while (bottom < heightPx && isWhite(x, bottom)) bottom += 1;
      const box = { left: x * scaleX, top: y * scaleY, width: (right - x) * scaleX, height: (bottom - y) * scaleY };
      found.push({ class: 'person', score: 0.9, ...box });
    }
  return found;
};

const moverOf = (box: Box): Detection => ({ class: 'object', score: 0.8, ...box });

describe('a canvas', () => {
  it('shows what moves with a margin, apart, and joined where margins meet', () => {
    const frame = frameOf(0, []);
    const apart = viewsAround([square(60, 60), square(300, 100)], frame, CANVAS);
    expect(apart).toHaveLength(2);
    // A half of 20 px is 10, and 24 px on each side of it.
    expect(apart?.[0]).toEqual({ left: 6, top: 6, widthPx: 58, heightPx: 58, shrink: 1 });
    const near = viewsAround([square(100, 60), square(130, 60)], frame, CANVAS);
    expect(near).toEqual([{ left: 26, top: 6, widthPx: 73, heightPx: 58, shrink: 1 }]);
  });

  it('does not show what fills it anyway', () => {
    expect(viewsAround([square(40, 40, 120)], frameOf(0, []), CANVAS)).toBeUndefined();
  });

  it('takes all views of a frame or none, and no two in one place', () => {
    const packer = createPacker(CANVAS);
    const view = { left: 0, top: 0, widthPx: 40, heightPx: 40, shrink: 1 };
    expect(packer.add(0, [view, view])).toBe(true);
    expect(packer.add(1, [view])).toBe(true);
    expect(packer.add(2, [view, view])).toBe(false);
    expect(packer.take().map(({ index, left, top }) => [index, left, top])).toEqual([
      [0, 0, 0],
      [0, 48, 0],
      [1, 0, 48],
    ]);
    expect(packer.take()).toEqual([]);
  });

  it('gives boxes back to the frame that they come from, and leaves out what a piece cuts', async () => {
    const boxes = [square(60, 60), square(300, 100)];
    const frames = [frameOf(0, [boxes[0] as Box, square(118, 60)]), frameOf(1, [boxes[1] as Box])];
    const packer = createPacker({ widthPx: 200, heightPx: 100 });
    for (const [index, frame] of frames.entries())
      packer.add(index, viewsAround([boxes[index] as Box], frame, CANVAS) ?? []);
    const pieces = packer.take();
    const canvas = paint(pieces, (index) => frames[index] as DecodedFrame, { widthPx: 200, heightPx: 100 });
    const found = await detectWhite(canvas);
    // The neighbour of the first is half in its piece.
    expect(found).toHaveLength(3);
    const back = pieces.map((piece) => inFrame(piece, found, frames[piece.index] as DecodedFrame));
    expect(back).toEqual(boxes.map((box) => [{ class: 'person', score: 0.9, ...box }]));
  });
});

describe('what is large', () => {
  const [widthPx, heightPx] = [740, 416];
  /** A person of 300 pixels, some rows lit. */
  const box: Box = { left: 301, top: 52, width: 120, height: 300 };
  const frame = (): DecodedFrame => {
    const rgb = new Uint8Array(widthPx * heightPx * 3).fill(80);
    for (let y = box.top; y < box.top + box.height; y += 1)
      rgb.fill(255, (y * widthPx + box.left) * 3, (y * widthPx + box.left + box.width) * 3);
    return { ref: { number: 1, pts: 0 }, timeSeconds: 0, widthPx, heightPx, scaleX: 2.6, scaleY: 2.6, rgb };
  };
  const mover = moverOf({ left: 301 * 2.6, top: 52 * 2.6, width: 120 * 2.6, height: 300 * 2.6 });
  const canvas = { widthPx: 416, heightPx: 416 };

  it('is shown smaller, so that several frames share a canvas that one would have filled', () => {
    const views = viewsAround([mover], frame(), canvas) ?? [];
    expect(views).toMatchObject([{ shrink: 3 }]);
    const packer = createPacker(canvas);
    let frames = 0;
    while (packer.add(frames, views)) frames += 1;
    expect(frames).toBe(4);
  });

  it('is given back where it stands, to the pixels that one of the canvas stands for', async () => {
    const packer = createPacker(canvas);
    packer.add(0, viewsAround([mover], frame(), canvas) ?? []);
    const pieces = packer.take();
    // Means at its edge are not white, so that up to a pixel of the canvas is lost on each side.
    const found = await detectWhite(paint(pieces, frame, canvas));
    const [back] = inFrame(pieces[0] as Piece, found, frame());
    for (const side of ['left', 'top', 'width', 'height'] as const)
      expect(Math.abs((back?.[side] ?? 0) - mover[side])).toBeLessThanOrEqual(2 * 3 * 2.6);
  });

  it('is shown as it is where something small moves beside it', () => {
    const small = moverOf({ left: 450 * 2.6, top: 300 * 2.6, width: 30 * 2.6, height: 30 * 2.6 });
    expect(viewsAround([mover, small], frame(), { widthPx, heightPx })).toMatchObject([{ shrink: 1 }]);
  });
});

describe('what the detector is shown', () => {
  const standing = square(340, 20);
  const moving = (n: number): Box => square(40 + 8 * n, 120);
  const glances = Array.from({ length: 26 }, (_, n): Glance => {
    const kept = frameOf(n, [standing, moving(n)]);
    const pixels = rgbOf(kept);
    const luma = new Uint8Array(WIDTH * HEIGHT).map((_, at) => pixels[at * 3] as number);
    const planes = { ...kept, luma, blue: luma, red: luma };
    return { ref: kept.ref, timeSeconds: kept.timeSeconds, kept, planes, detections: undefined };
  });
  const looks = glances.map((_, n): Look => [moverOf(moving(n))]);

  it('is the whole frame every two seconds and what moves between, several frames at a time', async () => {
    const sizes: string[] = [];
    const detect: Detect = (frame) => {
      sizes.push(`${frame.widthPx}x${frame.heightPx}`);
      return detectWhite(frame);
    };
    const answered = await shown(glances, looks, { detect, canvas: () => LARGE }, undefined);
    const whole = answered.filter(({ detections, isPartial }) => detections !== undefined && isPartial !== true);
    expect(whole.map(({ timeSeconds }) => timeSeconds)).toEqual([0, 2, 4]);
    const partial = answered.filter(({ isPartial }) => isPartial === true);
    expect(partial).toHaveLength(10);
    for (const { ref, detections } of partial) expect(detections).toMatchObject([moving(ref.number - 1)]);
    expect(sizes.filter((size) => size === '200x100')).toHaveLength(3);
    expect(sizes.filter((size) => size === '200x200').length).toBeLessThan(4);
  });

  it.each([
    ['what hardly leaves its place, a little more than once a second', 1, 0.8],
    ['what walks', 8, 0.4],
    ['what is fast, on every frame', 12, 0.2],
  ])('shows %s', async (_, step, seconds) => {
    const box = (n: number): Box => square(40 + step * n, 120);
    const frames = glances.map((glance, n): Glance => ({ ...glance, kept: frameOf(n, [box(n)]) }));
    const own = frames.map((_, n): Look => [moverOf(box(n))]);
    const answered = await shown(frames, own, { detect: detectWhite, canvas: () => LARGE }, undefined);
    const times = answered.flatMap(({ detections, timeSeconds }) => (detections === undefined ? [] : [timeSeconds]));
    const steps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    // The first frame of all has none before it, and whole frames come every two seconds.
    for (const between of steps.slice(1)) expect(between).toBeLessThanOrEqual(seconds + 1e-6);
    expect(Math.max(...steps)).toBeCloseTo(seconds, 6);
    expect(times.length).toBeLessThanOrEqual(5 / seconds + 4);
  });

  it('keeps what stands beside it, as long as its pixels stay', async () => {
    const answered = await shown(glances, looks, { detect: detectWhite, canvas: () => LARGE }, undefined);
    const seen = carried(answered);
    for (const [n, { detections }] of answered.entries()) {
      if (detections === undefined) continue;
      expect(seen[n]?.map(({ left }) => left).toSorted((a, b) => a - b)).toEqual([moving(n).left, standing.left]);
    }
  });

  it('is the whole frame sooner where its edge cuts what moves', async () => {
    const cut = (n: number): Box => square(8 * n, HEIGHT * 2 - 20);
    const atEdge = glances.map((glance, n): Glance => {
      const kept = frameOf(n, [cut(n)]);
      return { ...glance, kept };
    });
    const edgeLooks = atEdge.map((_, n): Look => [moverOf(cut(n))]);
    const answered = await shown(atEdge, edgeLooks, { detect: detectWhite, canvas: () => LARGE }, undefined);
    const seen = answered.filter(({ detections }) => detections !== undefined);
    expect(seen.map(({ timeSeconds }) => Math.round(10 * timeSeconds))).toEqual([0, 8, 16, 24, 32, 40, 48]);
    expect(seen.every(({ isPartial, detections }) => isPartial !== true && detections?.length === 1)).toBe(true);
  });

  it('is the whole frame where no canvas is known, or nobody can tell what moves', async () => {
    const without = await shown(glances, looks, { detect: detectWhite }, undefined);
    expect(without.some(({ isPartial }) => isPartial)).toBe(false);
    expect(without.filter(({ detections }) => detections !== undefined)).toHaveLength(13);
    const blind = glances.map((): Look => 'picture-changes');
    const all = await shown(glances, blind, { detect: detectWhite, canvas: () => LARGE }, undefined);
    expect(all.every(({ detections, isPartial }) => detections?.length === 2 && isPartial !== true)).toBe(true);
  });
});
