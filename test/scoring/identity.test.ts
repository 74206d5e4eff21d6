import { describe, expect, it } from 'vitest';
import { scoreIdentity } from '../../benchmarks/scoring/identity.ts';
import { row } from './boxes.ts';

const here = { left: 0 };

describe('the identity scores', () => {
  it('are 1 for the truth under other names', () => {
    const truth = [...row(1, 1, 4), ...row(2, 1, 4)];
    const renamed = truth.map((box) => ({ ...box, id: 30 - box.id }));
    expect(scoreIdentity(truth, renamed)).toEqual({ truePositives: 8, idf1: 1, idp: 1, idr: 1 });
  });

  it('count the longer half of a track that was split', () => {
    const answer = [...row(1, 1, 7, here), ...row(2, 8, 10, here)];
    const score = scoreIdentity(row(1, 1, 10, here), answer);
    expect(score).toEqual({ truePositives: 7, idf1: 0.7, idp: 0.7, idr: 0.7 });
  });

  it('tell precision from recall', () => {
    expect(scoreIdentity(row(1, 1, 10), row(1, 1, 5))).toMatchObject({ idp: 1, idr: 0.5 });
    expect(scoreIdentity(row(1, 1, 5), row(1, 1, 10))).toMatchObject({ idp: 0.5, idr: 1 });
    expect(scoreIdentity(row(1, 1, 5), row(1, 1, 10)).idf1).toBeCloseTo(2 / 3, 12);
  });

  it('pair the identities for the most boxes in all, not each for itself', () => {
    const truth = [...row(1, 1, 10, { left: 0 }), ...row(2, 1, 10, { left: 50 })];
    // Id 1 lies on the first object for six frames and on the second for four; id 2 on the first for three.
    const answer = [
      ...row(1, 1, 6, { left: 0 }),
      ...row(1, 7, 10, { left: 50 }),
      ...row(2, 7, 9, { left: 0 }),
      ...row(2, 1, 1, { left: 500 }),
    ];
    expect(scoreIdentity(truth, answer).truePositives).toBe(7);
  });

  it('are nothing where nothing overlaps by half', () => {
    expect(scoreIdentity(row(1, 1, 3, here), row(1, 1, 3, { left: 4 })).idf1).toBe(0);
    expect(scoreIdentity(row(1, 1, 3), []).idf1).toBe(0);
  });
});
