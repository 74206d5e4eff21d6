import { assign } from '../../gateway/analysis/assignment.ts';
import { compareFrames, identitiesOf } from './frames.ts';
import type { LabelledBox } from './types.ts';

/** Identity scores of one sequence, 0 to 1; NaN where the side that is divided by has no box. */
export interface IdentityScore {
  /** Boxes of the answer under the right identity. */
  readonly truePositives: number;
  readonly idf1: number;
  /** Share of the answer's boxes. */
  readonly idp: number;
  /** Share of the truth's boxes. */
  readonly idr: number;
}

/**
 * IDF1, IDP and IDR (Ristani et al. 2016, https://arxiv.org/abs/1609.01775, section 3): whole identities are paired one to one so
 * that the most boxes overlap enough, which is the least sum of boxes missed and invented.
 */
export function scoreIdentity(
  truth: readonly LabelledBox[],
  answer: readonly LabelledBox[],
  leastOverlap = 0.5,
): IdentityScore {
  const [truths, answers] = [identitiesOf(truth), identitiesOf(answer)];
  const width = answers.counts.length;
  const together = new Float64Array(truths.counts.length * width);
  for (const frame of compareFrames(truth, answer)) {
    for (const [row, { id }] of frame.truth.entries()) {
      for (const [column, other] of frame.answer.entries()) {
        if ((frame.overlap[row * frame.answer.length + column] ?? 0) < leastOverlap) continue;
        const cell = (truths.indexOf.get(id) ?? 0) * width + (answers.indexOf.get(other.id) ?? 0);
        together[cell] = (together[cell] ?? 0) + 1;
      }
    }
  }
  const alone = truth.length;
  const pairs = assign(
    together.map((count) => alone - count),
    truths.counts.length,
    width,
    alone,
  );
  const truePositives = [...pairs].reduce(
    (sum, column, row) => sum + (column < 0 ? 0 : (together[row * width + column] ?? 0)),
    0,
  );
  return {
    truePositives,
    idf1: (2 * truePositives) / (truth.length + answer.length),
    idp: truePositives / answer.length,
    idr: truePositives / truth.length,
  };
}
