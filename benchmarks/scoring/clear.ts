import { assign } from '../../gateway/analysis/assignment.ts';
import { type ComparedFrame, compareFrames } from './frames.ts';
import type { LabelledBox } from './types.ts';

/** CLEAR MOT of one sequence. */
export interface ClearScore {
  readonly truthBoxes: number;
  readonly matches: number;
  readonly falsePositives: number;
  readonly misses: number;
  readonly switches: number;
  /** 1 - (misses + false positives + switches) / boxes of the truth: 1 at most, below 0 for a poor answer, NaN without truth. */
  readonly mota: number;
  /** Mean overlap of the matched boxes, 0 to 1 as MOTChallenge gives it (py-motmetrics gives 1 minus it); NaN without a match. */
  readonly motp: number;
}

/**
 * CLEAR MOT (Bernardin and Stiefelhagen 2008, https://doi.org/10.1155/2008/246309) with py-motmetrics' rule of continuity: an
 * object keeps the id it was last matched to, however long ago, while that id is there and overlaps enough; the rest is matched at
 * most overlap, as many pairs as can be. A match to another id than the last one is a switch.
 */
export function scoreClear(
  truth: readonly LabelledBox[],
  answer: readonly LabelledBox[],
  leastOverlap = 0.5,
): ClearScore {
  const lastMatch = new Map<number, number>();
  let [matches, switches, overlaps] = [0, 0, 0];
  for (const frame of compareFrames(truth, answer)) {
    for (const [row, column] of matchFrame(frame, lastMatch, leastOverlap)) {
      const [box, other] = [frame.truth[row], frame.answer[column]];
      if (box === undefined || other === undefined) continue;
      matches += 1;
      overlaps += frame.overlap[row * frame.answer.length + column] ?? 0;
      const before = lastMatch.get(box.id);
      if (before !== undefined && before !== other.id) switches += 1;
      lastMatch.set(box.id, other.id);
    }
  }
  const [misses, falsePositives] = [truth.length - matches, answer.length - matches];
  return {
    truthBoxes: truth.length,
    matches,
    falsePositives,
    misses,
    switches,
    mota: 1 - (misses + falsePositives + switches) / truth.length,
    motp: overlaps / matches,
  };
}

/** Rows with their columns: first the pairs that last, then the best of what is left. */
function matchFrame(
  { truth, answer, overlap }: ComparedFrame,
  lastMatch: ReadonlyMap<number, number>,
  leastOverlap: number,
): ReadonlyMap<number, number> {
  const matched = new Map<number, number>();
  const taken = new Set<number>();
  const holds = (row: number, column: number): boolean => (overlap[row * answer.length + column] ?? 0) >= leastOverlap;
  for (const [row, { id }] of truth.entries()) {
    const column = answer.findIndex((other) => other.id === lastMatch.get(id));
    if (column < 0 || taken.has(column) || !holds(row, column)) continue;
    matched.set(row, column);
    taken.add(column);
  }
  // One pair more is worth more than any sum of overlaps.
  const alone = truth.length + 1;
  const costs = overlap.map((value, cell) => {
    const [row, column] = [Math.floor(cell / answer.length), cell % answer.length];
    return matched.has(row) || taken.has(column) || !holds(row, column) ? alone : 1 - value;
  });
  for (const [row, column] of assign(costs, truth.length, answer.length, alone).entries())
    if (column >= 0) matched.set(row, column);
  return matched;
}
