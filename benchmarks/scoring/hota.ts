import { assign } from '../../gateway/analysis/assignment.ts';
import { type ComparedFrame, compareFrames, type Identities, identitiesOf } from './frames.ts';
import type { LabelledBox } from './types.ts';

/** One row of HOTA, each 0 to 1. */
interface HotaParts {
  /** Geometric mean of `detA` and `assA`. */
  readonly hota: number;
  /** Detection: true positives of all boxes, both sides. */
  readonly detA: number;
  /** Association: how well the identities of the true positives agree over the whole sequence. */
  readonly assA: number;
  /** Localisation: mean overlap of the true positives; 1 where there is none. */
  readonly locA: number;
}

/** Means over the thresholds, and each threshold of its own. */
export interface HotaScore extends HotaParts {
  readonly byThreshold: readonly (HotaParts & { readonly leastOverlap: number })[];
}

/** 0.05 to 0.95 in steps of 0.05. */
const THRESHOLDS = Array.from({ length: 19 }, (_, index) => (index + 1) / 20);

/**
 * HOTA (Luiten et al. 2020, https://arxiv.org/abs/2009.07736) as TrackEval computes it: one matching a frame for all thresholds,
 * at most sum of overlap times global alignment, and then each threshold keeps the pairs that overlap enough.
 */
export function scoreHota(truth: readonly LabelledBox[], answer: readonly LabelledBox[]): HotaScore {
  const frames = compareFrames(truth, answer);
  const [truths, answers] = [identitiesOf(truth), identitiesOf(answer)];
  const alignment = alignIdentities(frames, truths, answers);
  const pairs = frames.flatMap((frame) => matchFrame(frame, alignment, truths, answers));
  const byThreshold = THRESHOLDS.map((leastOverlap) => ({
    leastOverlap,
    ...partsAt(leastOverlap, pairs, truths, answers),
  }));
  const mean = (part: keyof HotaParts): number =>
    byThreshold.reduce((sum, row) => sum + row[part], 0) / byThreshold.length;
  return { hota: mean('hota'), detA: mean('detA'), assA: mean('assA'), locA: mean('locA'), byThreshold };
}

/** Two boxes matched on a frame: the cell of their two identities, and their overlap. */
interface Pair {
  readonly cell: number;
  readonly overlap: number;
}

/**
 * How well each identity of the truth agrees with each of the answer over the sequence, 0 to 1: a soft intersection over union of
 * boxes, in which a frame counts for a pair by its overlap over all the overlap that the two boxes have on that frame.
 */
function alignIdentities(frames: readonly ComparedFrame[], truths: Identities, answers: Identities): Float64Array {
  const width = answers.counts.length;
  const together = new Float64Array(truths.counts.length * width);
  for (const { truth, answer, overlap } of frames) {
    const ofRow = truth.map((_, row) => sum(overlap.subarray(row * answer.length, (row + 1) * answer.length)));
    const ofColumn = answer.map((_, column) => sum(truth.map((__, row) => overlap[row * answer.length + column] ?? 0)));
    for (const [place, value] of overlap.entries()) {
      if (value === 0) continue;
      const [row, column] = [Math.floor(place / answer.length), place % answer.length];
      const cell = cellOf(truth[row], answer[column], truths, answers);
      together[cell] = (together[cell] ?? 0) + value / ((ofRow[row] ?? 0) + (ofColumn[column] ?? 0) - value);
    }
  }
  return together.map((count, cell) => count / (boxesOf(cell, truths, answers) - count));
}

function matchFrame(
  { truth, answer, overlap }: ComparedFrame,
  alignment: Float64Array,
  truths: Identities,
  answers: Identities,
): readonly Pair[] {
  const cells = truth.flatMap((box) => answer.map((other) => cellOf(box, other, truths, answers)));
  const costs = overlap.map((value, place) => 1 - value * (alignment[cells[place] ?? 0] ?? 0));
  return [...assign(costs, truth.length, answer.length, 1)].flatMap((column, row) => {
    const place = row * answer.length + column;
    return column < 0 ? [] : [{ cell: cells[place] ?? 0, overlap: overlap[place] ?? 0 }];
  });
}

function partsAt(leastOverlap: number, pairs: readonly Pair[], truths: Identities, answers: Identities): HotaParts {
  const kept = pairs.filter(({ overlap }) => overlap >= leastOverlap - Number.EPSILON);
  const boxes = sum(truths.counts) + sum(answers.counts);
  const counts = new Map<number, number>();
  for (const { cell } of kept) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  const agreement = [...counts].map(
    ([cell, count]) => (count * count) / Math.max(1, boxesOf(cell, truths, answers) - count),
  );
  const detA = kept.length / Math.max(1, boxes - kept.length);
  const assA = sum(agreement) / Math.max(1, kept.length);
  const locA = kept.length === 0 ? 1 : sum(kept.map(({ overlap }) => overlap)) / kept.length;
  return { hota: Math.sqrt(detA * assA), detA, assA, locA };
}

const cellOf = (
  box: LabelledBox | undefined,
  other: LabelledBox | undefined,
  truths: Identities,
  answers: Identities,
): number =>
  (truths.indexOf.get(box?.id ?? Number.NaN) ?? 0) * answers.counts.length +
  (answers.indexOf.get(other?.id ?? Number.NaN) ?? 0);

/** Boxes that the two identities of a cell have in the whole sequence. */
const boxesOf = (cell: number, truths: Identities, answers: Identities): number =>
  (truths.counts[Math.floor(cell / answers.counts.length)] ?? 0) + (answers.counts[cell % answers.counts.length] ?? 0);

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let index = 0; index < values.length; index += 1) total += values[index] ?? 0;
  return total;
}
