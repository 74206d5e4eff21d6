import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { scoreClear } from '../../benchmarks/scoring/clear.ts';
import { scoreIdentity } from '../../benchmarks/scoring/identity.ts';
import { readMotTruth } from '../../benchmarks/scoring/mot-challenge.ts';
import type { LabelledBox } from '../../benchmarks/scoring/types.ts';
import { assign } from '../../gateway/analysis/assignment.ts';
import { track } from '../../gateway/analysis/track.ts';
import type { Detection, FrameDetections, RawTrack } from '../../gateway/analysis/types.ts';
import type { ClassName } from '../../gateway/vocabulary.ts';

const MOT = path.join(import.meta.dirname, '../../../shared/tracking/py-motmetrics');

/** Park and Miller's generator: the same scene on every machine. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

interface Actor {
  readonly class: ClassName;
  readonly width: number;
  readonly height: number;
  /** Centre at a moment; undefined when hidden or away. */
  at(seconds: number): { readonly x: number; readonly y: number } | undefined;
  readonly score?: number;
}

interface SceneOptions {
  readonly seconds: number;
  readonly framesPerSecond: number;
  /** Share of detections that the network misses. */
  readonly missed?: number;
  /** Deviation of the box, share of its size. */
  readonly jitter?: number;
  /** False boxes a frame. */
  readonly clutter?: number;
  /** Frames that were not decoded. */
  readonly drop?: (index: number) => boolean;
}

function play(actors: readonly Actor[], options: SceneOptions): { frames: FrameDetections[]; truth: LabelledBox[] } {
  const random = createRandom(7);
  const wobble = (): number => (random() + random() + random() - 1.5) * 2 * (options.jitter ?? 0.03);
  const frames: FrameDetections[] = [];
  const truth: LabelledBox[] = [];
  for (let index = 0; index < options.seconds * options.framesPerSecond; index += 1) {
    const timeSeconds = index / options.framesPerSecond;
    const detections: Detection[] = [];
    for (const [id, { class: name, width, height, at, score = 0.8 }] of actors.entries()) {
      const place = at(timeSeconds);
      if (place === undefined) continue;
      const box = { left: place.x - width / 2, top: place.y - height / 2, width, height };
      truth.push({ ...box, frame: index + 1, id });
      if (random() < (options.missed ?? 0)) continue;
      detections.push({
        class: name,
        score,
        left: box.left + wobble() * width,
        top: box.top + wobble() * height,
        width: width * (1 + wobble()),
        height: height * (1 + wobble()),
      });
    }
    for (let count = 0; count < (options.clutter ?? 0); count += 1) {
      const place = { left: random() * 1800, top: random() * 1000 };
      detections.push({
        ...place,
        class: 'person',
        score: 0.36 + random() * 0.2,
        width: 30 + random() * 60,
        height: 80 + random() * 100,
      });
    }
    if (options.drop?.(index) !== true)
      frames.push({ ref: { number: index + 1, pts: index }, timeSeconds, detections });
  }
  return { frames, truth };
}

const labelled = (tracks: readonly RawTrack[]): LabelledBox[] =>
  tracks.flatMap(({ points }, id) =>
    points.map(({ left, top, width, height, frame }) => ({ left, top, width, height, frame, id })),
  );

const scoreTracking = (truth: readonly LabelledBox[], answer: readonly LabelledBox[]) => ({
  idf1: scoreIdentity(truth, answer).idf1,
  switches: scoreClear(truth, answer).switches,
});

const walker = (x: number, y: number, vx: number, vy = 0, until = Number.POSITIVE_INFINITY): Actor => ({
  class: 'person',
  width: 50,
  height: 140,
  at: (t) => (t > until ? undefined : { x: x + vx * t, y: y + vy * t }),
});

describe('the assignment', () => {
  it('is as cheap as the best of all permutations', () => {
    const random = createRandom(3);
    for (let round = 0; round < 50; round += 1) {
      const costs = Float64Array.from({ length: 20 }, random);
      const total = [...assign(costs, 4, 5, 2)].reduce((sum, column, row) => sum + (costs[row * 5 + column] ?? 9), 0);
      let best = Number.POSITIVE_INFINITY;
      const extend = (row: number, used: readonly number[], sum: number): void => {
        if (row === 4) best = Math.min(best, sum);
        else
          for (let column = 0; column < 5; column += 1)
            if (!used.includes(column)) extend(row + 1, [...used, column], sum + (costs[row * 5 + column] ?? 9));
      };
      extend(0, [], 0);
      expect(total).toBeCloseTo(best, 9);
    }
  });

  it('leaves a row alone rather than make a pair that is too dear, and does not give up a good pair for two poor ones', () => {
    expect([...assign(Float64Array.of(0.1, 3, 3, 3), 2, 2, 1)]).toEqual([0, -1]);
    expect([...assign(Float64Array.of(0.1, 0.95, 0.95, 5), 2, 2, 1)]).toEqual([0, -1]);
    expect([...assign(Float64Array.of(0.5, 0.5, 0.5), 3, 1, 1)].filter((column) => column === 0)).toHaveLength(1);
    expect([...assign(new Float64Array(0), 2, 0, 1)]).toEqual([-1, -1]);
  });
});

describe('the tracker', () => {
  it('keeps two persons apart who cross', () => {
    const { frames, truth } = play([walker(200, 400, 80), walker(1000, 430, -80)], { seconds: 10, framesPerSecond: 5 });
    const tracks = track(frames);
    expect(tracks).toHaveLength(2);
    expect(scoreTracking(truth, labelled(tracks))).toEqual({ idf1: expect.closeTo(1, 1), switches: 0 });
  });

  it('finds a person again after two seconds behind something, and bridges the gap', () => {
    const behind: Actor = {
      ...walker(200, 400, 90),
      at: (t) => (t > 3 && t <= 5 ? undefined : { x: 200 + 90 * t, y: 400 }),
    };
    const { frames } = play([behind, walker(1500, 800, -30)], { seconds: 9, framesPerSecond: 5 });
    const tracks = track(frames);
    expect(tracks).toHaveLength(2);
    const bridged = tracks[0]?.points.filter(({ observed }) => !observed) ?? [];
    expect(bridged).toHaveLength(10);
    for (const point of bridged) {
      expect(point.score).toBe(0);
      expect(Math.abs(point.left + point.width / 2 - 200 - 90 * point.timeSeconds)).toBeLessThan(15);
    }
  });

  it('finds a person again who stopped while hidden', () => {
    const stopped: Actor = {
      ...walker(0, 0, 0),
      at: (t) => (t > 3 && t <= 5 ? undefined : { x: 200 + 90 * Math.min(t, 3), y: 400 }),
    };
    expect(track(play([stopped], { seconds: 9, framesPerSecond: 5 }).frames)).toHaveLength(1);
  });

  it('ends a track when nothing was seen for more than three seconds', () => {
    const away: Actor = { ...walker(0, 0, 0), at: (t) => (t > 3 && t <= 7 ? undefined : { x: 500, y: 400 }) };
    expect(track(play([away], { seconds: 10, framesPerSecond: 5 }).frames)).toHaveLength(2);
  });

  it('follows fast cars at two frames a second, whose boxes never overlap', () => {
    const cars: Actor[] = [0, 1, 2].map((lane) => ({
      class: 'car',
      width: 120,
      height: 60,
      at: (t) => (t < lane ? undefined : { x: 50 + 380 * (t - lane), y: 300 + 90 * lane }),
    }));
    const { frames, truth } = play(cars, { seconds: 6, framesPerSecond: 2 });
    const tracks = track(frames);
    expect(tracks).toHaveLength(3);
    expect(scoreTracking(truth, labelled(tracks)).switches).toBe(0);
  });

  it.each([2, 3, 5, 10])(
    'keeps its identities at %i frames a second with a fifth of the sightings missed',
    (framesPerSecond) => {
      const actors = [
        walker(100, 300, 60, 5),
        walker(1500, 340, -70),
        walker(700, 800, 0, -20),
        walker(300, 700, 45, -10),
        { ...walker(0, 0, 0), at: (t: number) => ({ x: 1200 + 150 * Math.sin(t / 3), y: 600 }) },
      ];
      const { frames, truth } = play(actors, { seconds: 20, framesPerSecond, missed: 0.2 });
      const tracks = track(frames);
      const score = scoreTracking(truth, labelled(tracks));
      expect(tracks.length).toBe(5);
      expect(score.idf1).toBeGreaterThan(0.95);
      expect(score.switches).toBe(0);
    },
  );

  it('takes irregular times as they are', () => {
    const { frames, truth } = play([walker(200, 400, 120), walker(1300, 420, -120)], {
      seconds: 10,
      framesPerSecond: 10,
      drop: (index) => index % 7 === 1 || index % 7 === 2 || index % 5 === 3,
    });
    const numbers = new Set(frames.map(({ ref }) => ref.number));
    const tracks = track(frames);
    expect(tracks).toHaveLength(2);
    expect(
      scoreTracking(
        truth.filter(({ frame }) => numbers.has(frame)),
        labelled(tracks),
      ).switches,
    ).toBe(0);
  });

  it('makes few tracks out of scattered false boxes', () => {
    const { frames, truth } = play([walker(200, 400, 60)], { seconds: 20, framesPerSecond: 5, clutter: 2 });
    const tracks = track(frames);
    expect(tracks.length).toBeLessThanOrEqual(4);
    expect(scoreTracking(truth, labelled(tracks)).switches).toBe(0);
  });

  it('follows a wavering network through car and truck, and never from a person to a car', () => {
    const detection = (name: ClassName, left: number, score = 0.7): Detection => ({
      class: name,
      score,
      left,
      top: 100,
      width: 100,
      height: 60,
    });
    const frame = (index: number, ...detections: Detection[]): FrameDetections => ({
      ref: { number: index + 1, pts: index },
      timeSeconds: index / 5,
      detections,
    });
    const wavering = Array.from({ length: 10 }, (_, index) =>
      frame(index, detection(index % 3 === 0 ? 'truck' : 'car', 100 + 10 * index)),
    );
    const [only, ...others] = track(wavering);
    expect(others).toEqual([]);
    expect(only?.votes.car).toBeCloseTo(6 * 0.7, 9);
    expect(only?.votes.truck).toBeCloseTo(4 * 0.7, 9);
    const turned = Array.from({ length: 10 }, (_, index) => frame(index, detection(index < 5 ? 'person' : 'car', 100)));
    expect(track(turned).map(({ votes }) => Object.keys(votes))).toEqual([['person'], ['car']]);
  });

  it('keeps one track when two classes sit on one object for all its life', () => {
    const frames = Array.from({ length: 10 }, (_, index): FrameDetections => {
      const box = { left: 100 + 10 * index, top: 100, width: 100, height: 60 };
      const double: Detection = { ...box, left: box.left + 12, width: 90, class: 'bus', score: 0.45 };
      return {
        ref: { number: index + 1, pts: index },
        timeSeconds: index / 5,
        detections: [{ ...box, class: 'car', score: 0.8 }, double],
      };
    });
    expect(track(frames).map(({ votes }) => Object.keys(votes))).toEqual([['car']]);
  });

  it('continues a track by faint boxes and opens none by them', () => {
    const fading: Actor = { ...walker(200, 400, 40), score: 0.2 };
    expect(track(play([fading], { seconds: 5, framesPerSecond: 5 }).frames)).toEqual([]);
    const { frames } = play([walker(200, 400, 40)], { seconds: 6, framesPerSecond: 5 });
    const faded = frames.map((frame) => ({
      ...frame,
      detections: frame.detections.map((one) => ({ ...one, score: frame.timeSeconds > 1 ? 0.15 : one.score })),
    }));
    expect(track(faded)[0]?.points.filter(({ observed }) => observed)).toHaveLength(30);
  });

  it('makes no person out of furniture that the network half takes for one, and keeps who stands still or walks unsurely seen', () => {
    const count = (actor: Actor): number => track(play([actor], { seconds: 6, framesPerSecond: 5 }).frames).length;
    expect(count({ ...walker(300, 300, 0), score: 0.38 })).toBe(0);
    expect(count({ ...walker(300, 300, 0, 0, 1), score: 0.38 })).toBe(1);
    expect(count({ ...walker(300, 300, 0), score: 0.6 })).toBe(1);
    expect(count({ ...walker(300, 300, 20), score: 0.38 })).toBe(1);
    expect(count({ ...walker(300, 300, 0), class: 'car', score: 0.38 })).toBe(1);
  });

  it('takes one sighting alone for a flaw of the network', () => {
    const flash: Actor = { ...walker(0, 0, 0), at: (t) => (t > 1 && t < 1.3 ? { x: 300, y: 300 } : undefined) };
    expect(track(play([flash], { seconds: 4, framesPerSecond: 5 }).frames)).toEqual([]);
  });

  it('gives the same tracks in the same order for the same frames, and nothing for none', () => {
    const { frames } = play([walker(200, 400, 60), walker(900, 380, -60), walker(500, 200, 0)], {
      seconds: 8,
      framesPerSecond: 5,
      clutter: 1,
      missed: 0.1,
    });
    expect(JSON.stringify(track(frames))).toBe(JSON.stringify(track(structuredClone(frames))));
    expect(track([])).toEqual([]);
  });

  it('FACE-06: is made of motion alone: none of its modules knows a model, a frame or a colour', () => {
    const seen = new Set<string>();
    const read = (name: string): void => {
      if (seen.has(name)) return;
      seen.add(name);
      const source = readFileSync(path.join(import.meta.dirname, '../../gateway/analysis', name), 'utf8');
      for (const [, imported] of source.matchAll(/^import (?!type).*?from '\.\/(.+?)';$/gms)) read(imported ?? '');
      expect(source).not.toMatch(/onnx|DecodedFrame|rgb/i);
    };
    read('track.ts');
    expect([...seen].toSorted()).toEqual([
      'assignment.ts',
      'association.ts',
      'boxes.ts',
      'class-of.ts',
      'duplicates.ts',
      'groups.ts',
      'joined.ts',
      'kalman.ts',
      'track.ts',
    ]);
  });

  it('handles a thousand frames of twenty objects in a second or two', () => {
    const actors = Array.from({ length: 20 }, (_, index) =>
      walker(90 * index, 50 + (index % 7) * 140, (index % 5) - 2, (index % 3) - 1),
    );
    const { frames } = play(actors, { seconds: 200, framesPerSecond: 5 });
    const started = performance.now();
    expect(track(frames)).toHaveLength(20);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe.skipIf(!existsSync(MOT))('the tracker on the TUD sequences', () => {
  const load = (sequence: string): readonly LabelledBox[] =>
    readMotTruth(readFileSync(path.join(MOT, sequence, 'gt.txt'), 'utf8'));

  function follow(boxes: readonly LabelledBox[], step: number): LabelledBox[] {
    const last = Math.max(...boxes.map(({ frame }) => frame));
    const frames: FrameDetections[] = [];
    for (let frame = 1; frame <= last; frame += step) {
      const detections = boxes
        .filter((box) => box.frame === frame)
        .map(({ left, top, width, height }): Detection => ({ left, top, width, height, class: 'person', score: 0.9 }));
      frames.push({ ref: { number: frame, pts: frame }, timeSeconds: (frame - 1) / 25, detections });
    }
    return labelled(track(frames));
  }

  it.each([
    ['TUD-Campus', 1, 0.9],
    ['TUD-Campus', 5, 0.9],
    ['TUD-Stadtmitte', 1, 0.93],
    ['TUD-Stadtmitte', 5, 0.93],
    ['TUD-Stadtmitte', 12, 0.93],
  ])('follows the true boxes of %s, every frame of %i, without a switch', (sequence, step, least) => {
    const truth = load(sequence).filter(({ frame }) => (frame - 1) % step === 0);
    const score = scoreTracking(truth, follow(truth, step));
    expect(score.idf1).toBeGreaterThan(least);
    expect(score.switches).toBe(0);
  });
});
