import { describe, expect, it } from 'vitest';
import { withShape } from '../../gateway/analysis/shape-prior.ts';
import type { RawTrack } from '../../gateway/analysis/types.ts';

const points = (width: number, height: number): RawTrack['points'] =>
  [1, 2, 3].map((frame) => ({
    left: 0,
    top: 0,
    width,
    height,
    frame,
    pts: frame,
    timeSeconds: frame,
    score: 1,
    observed: true,
  }));
const best = (names: Record<string, number>): string | undefined =>
  Object.entries(names).toSorted((a, b) => b[1] - a[1])[0]?.[0];

describe('the shape of a track', () => {
  it('decides between a person and a car that the crops hardly tell apart', () => {
    const names = { person: 2.9, car: 3.1 };
    expect(best(withShape(names, { points: points(40, 100) }))).toBe('person');
    expect(best(withShape(names, { points: points(100, 60) }))).toBe('car');
  });

  it('does not turn what the crops are sure of', () => {
    expect(best(withShape({ car: 5.7, person: 0.3 }, { points: points(40, 100) }))).toBe('car');
    expect(best(withShape({ person: 5.7, car: 0.3 }, { points: points(100, 40) }))).toBe('person');
  });

  it('keeps the sum of the probabilities', () => {
    const weighed = withShape({ person: 2, object: 4 }, { points: points(40, 100) });
    expect((weighed.person ?? 0) + (weighed.object ?? 0)).toBeCloseTo(6, 1);
  });
});
