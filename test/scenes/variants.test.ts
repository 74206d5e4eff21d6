import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hardScene, PASSERS, VARIANTS, type Variant } from '../../benchmarks/scenes/hard.ts';
import { namedScenes, type SceneName } from '../../benchmarks/scenes/named.ts';
import { renderScene } from '../../benchmarks/scenes/scene.ts';
import { PALETTE } from '../../benchmarks/scenes/shapes.ts';
import type { ObjectSpec, SceneSpec } from '../../benchmarks/scenes/types.ts';

const still: SceneSpec = {
  name: 'still',
  widthPx: 320,
  heightPx: 180,
  framesPerSecond: 10,
  durationSeconds: 4,
  seed: 3,
  noise: 0,
  gopSeconds: 2,
  objects: [],
};
const standing = (object: Partial<ObjectSpec>, y = 170, x = 160): ObjectSpec =>
  ({
    ...{ id: 1, class: 'person', upper: 'red', lower: 'blue', colour: 'red', heightPx: 60 },
    ...{ path: [0, 4].map((timeSeconds) => ({ timeSeconds, x, y })), ...object },
  }) as ObjectSpec;

const frameOf = (spec: SceneSpec, number = 1): Uint8Array => renderScene(spec).frame(number);
const brightness = (frame: Uint8Array): number => frame.reduce((sum, value) => sum + value, 0) / frame.length;
const pixel = (frame: Uint8Array, x: number, y: number, width = 320): number[] => [
  ...frame.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];
const brightest = (frame: Uint8Array): number => frame.reduce((most, value) => Math.max(most, value), 0);
/** Pixels of two frames that differ. */
function changes(a: Uint8Array, b: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < a.length; at += 3) if (a[at] !== b[at]) count += 1;
  return count;
}

describe('the named scenes', () => {
  it.each<[SceneName, string]>([
    ['street', 'ef366f12f2fb098b'],
    ['quiet', '14c01922d5b2f783'],
    ['long', '1cd7ec95c362f917'],
    ['crossing', 'cce5a87a3ca2a75a'],
    ['night', 'c8f30fa25bcd3918'],
    ['groups', 'f355cb989c5b233d'],
  ])('%s keeps its very pixels and boxes, whatever the renderer learns', (name, digest) => {
    const scene = renderScene(namedScenes[name]);
    const hash = createHash('sha256');
    const { frameCount } = scene;
    for (const number of [1, Math.floor(frameCount * 0.4), Math.floor(frameCount * 0.43), frameCount])
      hash.update(scene.frame(number));
    expect(hash.update(JSON.stringify(scene.truth)).digest('hex').slice(0, 16)).toBe(digest);
  });
});

describe('the variants of a street', () => {
  it('draws each kind of object in its colour, in the proportions of its kind', () => {
    for (const kind of ['car', 'van', 'bus', 'truck', 'bicycle', 'suitcase'] as const) {
      const scene = renderScene({ ...still, objects: [standing({ class: kind, colour: 'green', heightPx: 50 })] });
      const [box] = scene.truth;
      expect(box).toMatchObject({ class: kind, colours: [{ part: 'whole', colour: 'green' }] });
      expect((box?.width ?? 0) > (box?.height ?? 0), kind).toBe(!['bicycle', 'suitcase'].includes(kind));
      const { r, g, b } = PALETTE.green;
      const frame = scene.frame(1);
      let own = 0;
      for (let at = 0; at < frame.length; at += 3)
        if (frame[at] === r && frame[at + 1] === g && frame[at + 2] === b) own += 1;
      expect(own, kind).toBeGreaterThan(100);
    }
  });

  it('puts a bag into the hand of a person, inside the same box', () => {
    const bare = renderScene({ ...still, objects: [standing({})] });
    const laden = renderScene({ ...still, objects: [standing({ bag: { kind: 'suitcase', colour: 'yellow' } })] });
    expect(laden.truth[0]?.left).toBe(bare.truth[0]?.left);
    expect(laden.truth[0]?.width).toBe(bare.truth[0]?.width);
    expect(changes(laden.frame(1), bare.frame(1))).toBeGreaterThan(50);
  });

  it('makes what is further away smaller by perspective', () => {
    const at = (y: number) => renderScene({ ...still, horizonY: 60, objects: [standing({}, y)] }).truth[0]?.height;
    expect(at(180)).toBe(60);
    expect(at(120)).toBe(30);
  });

  it('lays a shadow that goes with the object and is no part of its box', () => {
    const walking = standing({
      path: [0, 4].map((timeSeconds) => ({ timeSeconds, x: 60 + 40 * timeSeconds, y: 170 })),
    });
    const [bare, shaded] = [undefined, 1].map((shadows) =>
      renderScene({ ...still, ...(shadows === undefined ? {} : { shadows }), objects: [walking] }),
    );
    expect(shaded?.truth).toEqual(bare?.truth);
    for (const [number, x] of [
      [1, 60],
      [21, 140],
    ] as const) {
      const beside = [x + 28, 158] as const;
      const under = pixel(bare?.frame(number) ?? new Uint8Array(), ...beside)[0] ?? 0;
      expect(pixel(shaded?.frame(number) ?? new Uint8Array(), ...beside)[0]).toBe(Math.round(under * 0.72));
    }
  });

  it('moves the leaves of trees and nothing else', () => {
    const spec: SceneSpec = { ...still, trees: [{ x: 80, y: 50, radiusPx: 30, swayPx: 4 }] };
    const [a, b] = [frameOf(spec, 1), frameOf(spec, 9)];
    expect(changes(a, b)).toBeGreaterThan(200);
    for (let y = 0; y < 180; y += 1) for (let x = 130; x < 320; x += 1) expect(pixel(a, x, y)).toEqual(pixel(b, x, y));
  });

  it('rains elsewhere on each frame, and the same each time', () => {
    const spec: SceneSpec = { ...still, rain: 1 };
    expect(changes(frameOf(spec, 1), frameOf(spec, 2))).toBeGreaterThan(200);
    expect(changes(frameOf(spec, 2), frameOf(spec, 2))).toBe(0);
    expect(changes(frameOf(spec, 1), frameOf(still, 1))).toBeLessThan(0.05 * 320 * 180);
  });

  it('is dark at night but for lamps and beams, and a parked car has none', () => {
    const driving = standing({ class: 'car', path: [0, 4].map((t) => ({ timeSeconds: t, x: 100 + 20 * t, y: 140 })) });
    const dark = frameOf({ ...still, night: true });
    expect(brightness(dark)).toBeCloseTo(0.3 * brightness(frameOf(still)), 0);
    const lit = frameOf({ ...still, night: true, objects: [driving] });
    expect(brightest(lit)).toBeGreaterThan(200);
    const before = pixel(lit, 185, 125)[0] ?? 0;
    expect(before).toBeGreaterThan(1.5 * (pixel(dark, 185, 125)[0] ?? 0));
    const isParked = frameOf({ ...still, night: true, objects: [standing({ class: 'car' }, 140, 100)] });
    expect(brightest(isParked)).toBeLessThan(100);
  });

  it('switches a lamp for its time and its part of the picture, and lets a cloud come slowly', () => {
    const lamp = { fromSeconds: 1, toSeconds: 2, rampSeconds: 0, gain: 1.5, spot: { x: 60, y: 90, radiusPx: 50 } };
    const spec: SceneSpec = { ...still, lights: [lamp] };
    expect(changes(frameOf(spec, 10), frameOf(still, 10))).toBe(0);
    expect(pixel(frameOf(spec, 11), 60, 90)[0]).toBe(Math.round(1.5 * (pixel(frameOf(still, 11), 60, 90)[0] ?? 0)));
    expect(pixel(frameOf(spec, 11), 200, 90)).toEqual(pixel(frameOf(still, 11), 200, 90));
    expect(changes(frameOf(spec, 21), frameOf(still, 21))).toBe(0);
    const cloudy: SceneSpec = { ...still, lights: [{ fromSeconds: 0, toSeconds: 4, rampSeconds: 2, gain: 0.5 }] };
    const [early, half] = [brightness(frameOf(cloudy, 6)), brightness(frameOf(cloudy, 21))];
    expect(early).toBeGreaterThan(half * 1.5);
    expect(half).toBeCloseTo(0.5 * brightness(frameOf(still)), 0);
  });

  it('shakes street, objects and truth together, never further than it was told', () => {
    const spec: SceneSpec = { ...still, objects: [standing({})] };
    const [calm, shaken] = [renderScene(spec), renderScene({ ...spec, shakePx: 4 })];
    const lefts = shaken.truth.map(({ left }) => left - (calm.truth[0]?.left ?? 0));
    expect(new Set(lefts).size).toBeGreaterThan(3);
    expect(Math.max(...lefts.map(Math.abs))).toBeLessThanOrEqual(4);
    const number = lefts.findIndex((left) => left > 1) + 1;
    const [at, moved] = [calm.truth[number - 1], shaken.truth[number - 1]];
    const [x, y] = [(moved?.left ?? 0) - (at?.left ?? 0), (moved?.top ?? 0) - (at?.top ?? 0)];
    for (const [column, row] of [
      [40, 40],
      [160, 140],
      [250, 120],
    ] as const)
      expect(pixel(shaken.frame(number), column + x, row + y)).toEqual(pixel(calm.frame(number), column, row));
  });

  it.each(VARIANTS.map((variant): [string, Variant] => [variant.name, variant]))(
    'of %s begin and end with the same street, so that pieces join unseen',
    (_, variant) => {
      // Rain, leaves and a mast in the wind are never twice the same.
      const calm = (number: number | undefined): SceneSpec => {
        const { rain, trees, shakePx, ...spec } = hardScene(variant, number);
        return { ...spec, noise: 0 };
      };
      const empty = frameOf(calm(undefined), 1);
      for (const passers of PASSERS.keys()) {
        const scene = renderScene(calm(passers));
        expect(changes(scene.frame(1), empty)).toBe(0);
        expect(changes(scene.frame(scene.frameCount), empty)).toBe(0);
      }
    },
  );
});
