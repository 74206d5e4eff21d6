import { describe, expect, it } from 'vitest';
import { scoreClear } from '../../benchmarks/scoring/clear.ts';
import { row } from './boxes.ts';

const here = { left: 0 };

describe('CLEAR MOT', () => {
  it('is 1 for the truth itself, and for the truth under other names', () => {
    const truth = [...row(1, 1, 4), ...row(2, 1, 4)];
    const perfect = { matches: 8, falsePositives: 0, misses: 0, switches: 0, mota: 1, motp: 1 };
    expect(scoreClear(truth, truth)).toMatchObject(perfect);
    expect(
      scoreClear(
        truth,
        truth.map((box) => ({ ...box, id: 9 - box.id })),
      ),
    ).toMatchObject(perfect);
  });

  it('takes off each box that is missed, invented or under a new id', () => {
    const truth = row(1, 1, 10, here);
    const answer = [...row(1, 1, 4, here), ...row(2, 6, 10, here), ...row(3, 1, 2, { left: 500 })];
    // One frame missed, one switch, two boxes of nothing.
    expect(scoreClear(truth, answer)).toMatchObject({ matches: 9, misses: 1, switches: 1, falsePositives: 2 });
    expect(scoreClear(truth, answer).mota).toBeCloseTo(0.6, 12);
  });

  it('keeps the pair of the frame before while it overlaps enough, even where another fits better', () => {
    const truth = row(1, 1, 4, here);
    // From the second frame on, id 2 lies on the object and id 1 beside it, at an overlap of 0.6.
    const beside = { left: 2.5 };
    const answer = [...row(1, 1, 1, here), ...row(1, 2, 4, beside), ...row(2, 2, 4, here)];
    expect(scoreClear(truth, answer)).toMatchObject({ matches: 4, switches: 0, falsePositives: 3 });
    const away = answer.map((box) => (box.id === 1 && box.frame === 4 ? { ...box, left: 8 } : box));
    expect(scoreClear(truth, away)).toMatchObject({ matches: 4, switches: 1 });
  });

  it('remembers the last id over a gap', () => {
    const truth = row(1, 1, 9, here);
    const gap = (later: number) => [...row(1, 1, 3, here), ...row(later, 7, 9, here)];
    expect(scoreClear(truth, gap(1)).switches).toBe(0);
    expect(scoreClear(truth, gap(2)).switches).toBe(1);
  });

  it('makes as many pairs as can be made', () => {
    // The first box of the answer fits the first object best, but is all that the second object has.
    const truth = [...row(1, 1, 1, { left: 0 }), ...row(2, 1, 1, { left: 2 })];
    const answer = [...row(1, 1, 1, { left: 0.5 }), ...row(2, 1, 1, { left: -3 })];
    expect(scoreClear(truth, answer).matches).toBe(2);
  });

  it('falls below zero for an answer with more errors than there are objects', () => {
    expect(scoreClear(row(1, 1, 1), row(2, 1, 3)).mota).toBe(-3);
    expect(scoreClear([], [])).toMatchObject({ mota: Number.NaN, motp: Number.NaN });
  });

  it('refuses an id that stands twice in a frame', () => {
    expect(() => scoreClear(row(1, 1, 1), [...row(1, 1, 1), ...row(1, 1, 1, here)])).toThrow(RangeError);
  });
});
