import { describe, expect, it } from 'vitest';
import { drawnMoments, sampleStride } from '../../gateway/analysis/audit-samples.ts';
import { recallBound, upperShare } from '../../gateway/analysis/recall-bound.ts';
import { sha256Hex } from '../../gateway/canonical.ts';

describe('upperShare', () => {
  it('is the one-sided 95 % bound of Clopper and Pearson', () => {
    // With nothing seen the bound has a closed form; the others stand in tables of the binomial distribution.
    expect(upperShare({ samples: 59, missed: 0 })).toBeCloseTo(1 - 0.05 ** (1 / 59), 6);
    expect(upperShare({ samples: 10, missed: 1 })).toBeCloseTo(0.3942, 4);
    expect(upperShare({ samples: 10, missed: 2 })).toBeCloseTo(0.5069, 4);
    expect(upperShare({ samples: 300, missed: 300 })).toBe(1);
    expect(upperShare({ samples: 5_000, missed: 2_000 })).toBeLessThan(0.42);
  });

  it('is unknown without a sample', () => {
    expect(upperShare({ samples: 0, missed: 0 })).toBeUndefined();
  });
});

describe('recallBound', () => {
  it('is A / (A + u Q)', () => {
    const share = upperShare({ samples: 30, missed: 0 }) ?? Number.NaN;
    expect(recallBound({ samples: 30, missed: 0 }, 120, 1_000)).toBeCloseTo(120 / (120 + share * 1_000), 9);
  });

  it('is 1 where nothing was left out, and unknown where nothing was sampled or found', () => {
    expect(recallBound({ samples: 0, missed: 0 }, 0, 0)).toBe(1);
    expect(recallBound({ samples: 0, missed: 0 }, 10, 100)).toBeUndefined();
    expect(recallBound({ samples: 10, missed: 0 }, 0, 100)).toBeUndefined();
  });

  it('holds for at least 90 of 100 exhibits whose plan misses what it misses', () => {
    let held = 0;
    for (let seed = 1; seed <= 100; seed += 1) {
      const random = mulberry(seed);
      // An exhibit of an hour: each second holds an object or not, and the plan found it or left the second quiet.
      const objectShare = 0.02 + 0.3 * random();
      const missShare = 0.3 * random();
      const digest = sha256Hex(`exhibit ${seed}`);
      let [found, hidden, quiet, samples, missed] = [0, 0, 0, 0, 0];
      const seconds = Array.from({ length: 3_600 }, () => {
        const holds = random() < objectShare;
        return { holds, isQuiet: !holds || random() < missShare };
      });
      const stride = sampleStride(seconds.filter(({ isQuiet }) => isQuiet).length);
      const drawn = new Set(drawnMoments(digest, stride, { fromSeconds: 0, toSeconds: 3_600 }).map(Math.floor));
      for (const [second, { holds, isQuiet }] of seconds.entries()) {
        if (holds && !isQuiet) found += 1;
        if (!isQuiet) continue;
        quiet += 1;
        if (holds) hidden += 1;
        if (!drawn.has(second)) continue;
        samples += 1;
        if (holds) missed += 1;
      }
      const bound = recallBound({ samples, missed }, found, quiet) ?? 0;
      if (bound <= found / (found + hidden)) held += 1;
    }
    expect(held).toBeGreaterThanOrEqual(90);
  });
});

describe('drawnMoments', () => {
  const digest = sha256Hex('an exhibit');
  const whole = { fromSeconds: 0, toSeconds: 20_000 };

  it('draws one in each stride, from the digest alone, wherever the exhibit is cut', () => {
    const drawn = drawnMoments(digest, 20, whole);
    expect(drawn).toHaveLength(1_000);
    expect(drawn.every((moment, n) => Math.floor(moment / 20) === n)).toBe(true);
    const halves = [
      { fromSeconds: 0, toSeconds: 7_011.3 },
      { fromSeconds: 7_011.3, toSeconds: 20_000 },
    ].flatMap((part) => drawnMoments(digest, 20, part));
    expect(halves).toEqual(drawn);
    expect(drawnMoments(sha256Hex('another'), 20, whole)[0]).not.toBe(drawn[0]);
  });

  it('spreads them over the whole of a stride', () => {
    const places = drawnMoments(digest, 20, whole).map((moment) => (moment % 20) / 20);
    const mean = places.reduce((sum, place) => sum + place, 0) / places.length;
    expect(mean).toBeGreaterThan(0.47);
    expect(mean).toBeLessThan(0.53);
    expect(Math.min(...places)).toBeLessThan(0.01);
    expect(Math.max(...places)).toBeGreaterThan(0.99);
  });

  it('looks at sixteen moments of a short quiet, and at one second in a hundred of a long one', () => {
    expect(sampleStride(15)).toBe(1);
    expect(sampleStride(320)).toBe(20);
    expect(sampleStride(28_800)).toBe(100);
  });
});

/** A small seeded generator, 0 to 1. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
