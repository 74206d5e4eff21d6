import { describe, expect, it } from 'vitest';
import type { Look } from '../../gateway/analysis/motion/movers.ts';
import { scout, shownProbes } from '../../gateway/analysis/scout.ts';
import type { Glance } from '../../gateway/analysis/see.ts';
import { track } from '../../gateway/analysis/track.ts';
import type { Detection } from '../../gateway/analysis/types.ts';

const person = (left: number, score = 0.8): Detection => ({
  ...{ class: 'person', score, left, top: 100 },
  ...{ width: 40, height: 100 },
});

/** A glance at a second, with what a detector says where it was asked. */
const at = (timeSeconds: number, detections?: readonly Detection[]): Glance => ({
  ref: { number: 1 + timeSeconds * 25, pts: timeSeconds * 1_000 },
  timeSeconds,
  detections,
});
const numberAt = (seconds: number): number => 1 + seconds * 25;

/** Key frames every two seconds up to 60, the first and the one at 30 s shown to a detector; nothing moves. */
const probes = (others: ReadonlyMap<number, readonly Detection[]> = new Map()): Glance[] =>
  Array.from({ length: 31 }, (_, n) => at(2 * n, n % 15 === 0 ? (others.get(2 * n) ?? []) : undefined));
const still = (glances: readonly Glance[]): Look[] => glances.map(() => []);
const nothing = { samples: new Set<number>(), lost: [], endSeconds: 60 };

describe('scout', () => {
  it('leaves alone what key frames, detector and samples call quiet', () => {
    const glances = [...probes(), at(45, [])].toSorted((a, b) => a.timeSeconds - b.timeSeconds);
    const found = scout(glances, still(glances), { ...nothing, samples: new Set([numberAt(45)]) });
    expect(found.found).toEqual([]);
    expect(found.audit).toEqual({ samples: 1, missed: 0 });
    expect(found.sampled.map(({ number }) => number)).toEqual([numberAt(45)]);
  });

  it('counts a sample that shows what no key frame did as missed, and has the time around it looked at', () => {
    const glances = [...probes(), at(45, [person(300)])].toSorted((a, b) => a.timeSeconds - b.timeSeconds);
    const found = scout(glances, still(glances), { ...nothing, samples: new Set([numberAt(45)]) });
    expect(found.found).toEqual([{ fromSeconds: 44, toSeconds: 46 }]);
    expect(found.audit).toEqual({ samples: 1, missed: 1 });
    expect(found.sampled).toEqual([]);
  });

  it('does not count a sample of time that the key frames have had looked at', () => {
    const glances = [...probes(), at(45, [person(300)])].toSorted((a, b) => a.timeSeconds - b.timeSeconds);
    const looks = glances.map(({ timeSeconds }): Look => (timeSeconds === 44 ? [person(300)] : []));
    const found = scout(glances, looks, { ...nothing, samples: new Set([numberAt(45)]) });
    expect(found.found).toEqual([{ fromSeconds: 42, toSeconds: 46 }]);
    expect(found.audit).toEqual({ samples: 0, missed: 0 });
  });

  it('has looked at what lies between two looks of the detector of which one shows somebody', () => {
    const glances = probes(new Map([[30, [person(300)]]]));
    expect(scout(glances, still(glances), nothing).found).toEqual([{ fromSeconds: 0, toSeconds: 60 }]);
    const unsure = probes(new Map([[30, [person(300, 0.4)]]]));
    expect(scout(unsure, still(unsure), nothing).found).toEqual([]);
  });

  it('has looked at what it cannot judge, and at what did not come out', () => {
    const glances = probes();
    const looks = glances.map(({ timeSeconds }): Look => (timeSeconds === 20 ? 'picture-changes' : []));
    const lost = [{ fromSeconds: 50, toSeconds: 54 }];
    expect(scout(glances, looks, { ...nothing, lost }).found).toEqual([
      { fromSeconds: 18, toSeconds: 22 },
      { fromSeconds: 50, toSeconds: 54 },
    ]);
  });
});

describe('track over rare frames', () => {
  const seen = (seconds: readonly number[]) =>
    seconds.map((timeSeconds) => ({ ...at(timeSeconds), detections: [person(300)] }));

  it('follows somebody who is seen on key frames alone', () => {
    expect(track(seen([0, 2, 4, 6, 8]))).toHaveLength(1);
  });

  it('does not take somebody in the same place half a minute later for the same', () => {
    expect(track(seen([0, 0.2, 0.4, 0.6, 40, 40.2, 40.4, 40.6]))).toHaveLength(2);
  });
});

describe('shownProbes', () => {
  /** A key frame every ten seconds of four minutes. */
  const probes = Array.from({ length: 24 }, (_, n) => ({ number: n + 1, pts: n * 10 }));
  const shownAt = (calm: readonly { fromSeconds: number; toSeconds: number }[]): readonly number[] => {
    const shown = shownProbes(probes, { secondsOf: (pts: number) => pts } as Parameters<typeof shownProbes>[1], calm);
    return probes.filter(({ number }) => shown.has(number)).map(({ pts }) => pts);
  };

  it('are one in half a minute, and one in a minute where nothing moves beyond doubt', () => {
    expect(shownAt([])).toEqual([0, 30, 60, 90, 120, 150, 180, 210]);
    expect(shownAt([{ fromSeconds: 0, toSeconds: 240 }])).toEqual([0, 60, 120, 180]);
    expect(shownAt([{ fromSeconds: 0, toSeconds: 120 }])).toEqual([0, 60, 120, 150, 180, 210]);
  });
});
