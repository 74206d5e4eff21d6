import { describe, expect, it } from 'vitest';
import { scoreHota } from '../../benchmarks/scoring/hota.ts';
import type { LabelledBox } from '../../benchmarks/scoring/types.ts';
import { row } from './boxes.ts';

const here = { left: 0 };

function scene(seed: number): { readonly truth: LabelledBox[]; readonly answer: LabelledBox[] } {
  let state = seed;
  const random = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const truth: LabelledBox[] = [];
  const answer: LabelledBox[] = [];
  for (let frame = 1; frame <= 12; frame += 1) {
    for (let id = 1; id <= 4; id += 1) {
      const box = { frame, id, left: 15 * id + 2 * frame, top: 5 * id, width: 20, height: 40 };
      if (random() < 0.9) truth.push(box);
      const moved = { ...box, left: box.left + 12 * (random() - 0.5), width: 20 * (0.8 + random() * 0.4) };
      if (random() < 0.8) answer.push({ ...moved, id: frame > 6 && id > 2 ? 7 - id : id });
    }
  }
  return { truth, answer };
}

const scenes = Array.from({ length: 20 }, (_, index) => scene(index + 1));

describe('HOTA', () => {
  it('is 1 for the truth itself and 0 for an answer elsewhere or none', () => {
    const truth = [...row(1, 1, 5), ...row(2, 2, 6)];
    expect(scoreHota(truth, truth)).toMatchObject({ hota: 1, detA: 1, assA: 1, locA: 1 });
    expect(scoreHota(truth, row(7, 1, 5))).toMatchObject({ hota: 0, detA: 0, assA: 0 });
    expect(scoreHota(truth, [])).toMatchObject({ hota: 0, detA: 0, assA: 0, locA: 1 });
    expect(scoreHota([], truth)).toMatchObject({ hota: 0, detA: 0 });
  });

  it('halves the association of a track that is split in the middle', () => {
    // Every pair: five boxes together, of ten and five.
    const score = scoreHota(row(1, 1, 10, here), [...row(1, 1, 5, here), ...row(2, 6, 10, here)]);
    expect(score.detA).toBe(1);
    expect(score.assA).toBeCloseTo(0.5, 12);
    expect(score.hota).toBeCloseTo(Math.sqrt(0.5), 12);
  });

  it('weighs an uneven split by its boxes', () => {
    // (8 x 8/10 + 2 x 2/10) / 10.
    const score = scoreHota(row(1, 1, 10, here), [...row(1, 1, 8, here), ...row(2, 9, 10, here)]);
    expect(score.assA).toBeCloseTo(0.68, 12);
  });

  it('halves detection and association where half of the boxes are missed', () => {
    const score = scoreHota(row(1, 1, 10), row(1, 1, 5));
    expect(score).toMatchObject({ detA: 0.5, assA: 0.5, locA: 1 });
    expect(score.hota).toBeCloseTo(0.5, 12);
  });

  it('spares the association where the objects missed are whole ones', () => {
    const score = scoreHota([...row(1, 1, 10), ...row(2, 1, 10)], row(1, 1, 10));
    expect(score).toMatchObject({ detA: 0.5, assA: 1 });
    expect(score.hota).toBeCloseTo(Math.sqrt(0.5), 12);
  });

  it('keeps a pair at each threshold up to its overlap, that one included', () => {
    // 7.5 px of 12.5 px: an overlap of 0.6, which twelve of nineteen thresholds accept.
    const score = scoreHota(row(1, 1, 10, here), row(1, 1, 10, { left: 2.5 }));
    expect(score.byThreshold.map(({ hota }) => hota)).toEqual([...Array(12).fill(1), ...Array(7).fill(0)]);
    expect(score.hota).toBeCloseTo(12 / 19, 12);
    expect(score.locA).toBeCloseTo((12 * 0.6 + 7) / 19, 12);
  });

  it('follows the identities of the whole sequence where two boxes fit one object', () => {
    // For one frame a stray box lies on the object and its own track a little beside it: the track stays matched.
    const answer = [...row(1, 1, 4, here), ...row(1, 5, 5, { left: 1 }), ...row(1, 6, 9, here), ...row(2, 5, 5, here)];
    const { byThreshold } = scoreHota(row(1, 1, 9, here), answer);
    expect(byThreshold[9]).toMatchObject({ leastOverlap: 0.5, detA: 0.9, assA: 1 });
  });

  it('stays between 0 and 1, and does not grow with the threshold', () => {
    for (const { truth, answer } of scenes) {
      const score = scoreHota(truth, answer);
      for (const part of [score.hota, score.detA, score.assA, score.locA]) {
        expect(part).toBeGreaterThan(0);
        expect(part).toBeLessThan(1);
      }
      for (const [index, { detA }] of score.byThreshold.entries())
        expect(detA).toBeLessThanOrEqual(score.byThreshold[index - 1]?.detA ?? 1);
    }
  });

  it('does not depend on names, on the order of rows or on which side is called the truth', () => {
    const flat = ({ hota, detA, assA, locA }: ReturnType<typeof scoreHota>): number[] => [hota, detA, assA, locA];
    for (const { truth, answer } of scenes) {
      const [score] = [flat(scoreHota(truth, answer))];
      const renamed = answer.map((box) => ({ ...box, id: 100 - 7 * box.id })).toReversed();
      const close = score.map((value) => expect.closeTo(value, 9));
      expect(flat(scoreHota(truth, renamed))).toEqual(close);
      expect(flat(scoreHota(answer, truth))).toEqual(close);
    }
  });
});
