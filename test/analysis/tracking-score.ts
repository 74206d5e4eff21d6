import { assign } from '../../gateway/analysis/assignment.ts';
import { iou } from '../../gateway/analysis/boxes.ts';
import type { Box } from '../../gateway/analysis/types.ts';

/** A box with an identity on a frame: ground truth or a tracker's answer. */
export interface LabelledBox extends Box {
  readonly frame: number;
  readonly id: number;
}

export interface TrackingScore {
  readonly idf1: number;
  readonly switches: number;
}

/** IDF1 (Ristani 2016) and identity switches at IoU 0.5. */
export function scoreTracking(truth: readonly LabelledBox[], answer: readonly LabelledBox[]): TrackingScore {
  const truthIds = [...new Set(truth.map(({ id }) => id))];
  const answerIds = [...new Set(answer.map(({ id }) => id))];
  const answersByFrame = Map.groupBy(answer, ({ frame }) => frame);
  const truthByFrame = Map.groupBy(truth, ({ frame }) => frame);
  const together = new Float64Array(truthIds.length * answerIds.length);
  const lastMatch = new Map<number, number>();
  let switches = 0;
  for (const [frame, boxes] of [...truthByFrame].toSorted(([a], [b]) => a - b)) {
    const answers = answersByFrame.get(frame) ?? [];
    const costs = new Float64Array(boxes.length * answers.length);
    for (const [row, box] of boxes.entries()) {
      for (const [column, other] of answers.entries()) {
        const overlap = iou(box, other);
        const stays = lastMatch.get(box.id) === other.id;
        // As CLEAR MOT does, a pair of the frame before is kept while it holds.
        costs[row * answers.length + column] = overlap < 0.5 ? 9 : stays ? 0 : 1 - overlap;
        if (overlap >= 0.5) {
          const cell = truthIds.indexOf(box.id) * answerIds.length + answerIds.indexOf(other.id);
          together[cell] = (together[cell] ?? 0) + 1;
        }
      }
    }
    for (const [row, column] of assign(costs, boxes.length, answers.length, 2).entries()) {
      const [box, other] = [boxes[row], answers[column]];
      if (box === undefined || other === undefined) continue;
      const before = lastMatch.get(box.id);
      if (before !== undefined && before !== other.id) switches += 1;
      lastMatch.set(box.id, other.id);
    }
  }
  const dearest = truth.length + 1;
  const pairs = assign(
    together.map((count) => dearest - count),
    truthIds.length,
    answerIds.length,
    dearest,
  );
  let matched = 0;
  for (const [row, column] of pairs.entries()) {
    if (column >= 0) matched += together[row * answerIds.length + column] ?? 0;
  }
  return { idf1: (2 * matched) / (truth.length + answer.length), switches };
}

/** Boxes of a MOTChallenge text. */
export function readMot(text: string): readonly LabelledBox[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [frame = 0, id = 0, left = 0, top = 0, width = 0, height = 0] = line.split(',').map(Number);
      return { frame, id, left, top, width, height };
    });
}
