import { expect, it } from 'vitest';
import { drawScene } from '../../benchmarks/scenes/drawn.ts';
import { renderScene } from '../../benchmarks/scenes/scene.ts';

const drawn = Array.from({ length: 100 }, (_, index) => drawScene(index + 1));

it('draws the same scene from the same seed, and another from another', () => {
  expect(drawScene(7)).toEqual(drawn[6]);
  expect(new Set(drawn.map(({ spec }) => JSON.stringify({ ...spec, name: '', seed: 0 }))).size).toBe(100);
});

it('draws every stress, every codec, key frames from 1 to 10 s apart, and somebody on each', () => {
  expect(new Set(drawn.map(({ stress }) => stress)).size).toBe(7);
  expect(new Set(drawn.map(({ written }) => written.codec)).size).toBe(3);
  expect(new Set(drawn.map(({ spec }) => spec.gopSeconds))).toEqual(new Set([1, 2, 4, 6, 10]));
  for (const { spec } of drawn.slice(0, 5)) expect(renderScene(spec).truth.length).toBeGreaterThan(0);
});

it('draws some who are there for a moment and some who are there for most of it', () => {
  const shares = drawn.map(({ spec }) => {
    const seconds = spec.objects.map(({ path }) => (path[1]?.timeSeconds ?? 0) - (path[0]?.timeSeconds ?? 0));
    return seconds.reduce((sum, each) => sum + each, 0) / spec.durationSeconds;
  });
  expect(Math.min(...shares)).toBeLessThan(0.1);
  expect(Math.max(...shares)).toBeGreaterThan(0.35);
});
