import { iou } from '../../gateway/analysis/boxes.ts';
import type { LabelledBox } from './types.ts';

/** Truth and answer of one frame, and how much each pair of boxes overlaps. */
export interface ComparedFrame {
  readonly frame: number;
  readonly truth: readonly LabelledBox[];
  readonly answer: readonly LabelledBox[];
  /** Intersection over union; a row for each box of the truth, a column for each box of the answer. */
  readonly overlap: Float64Array;
}

/** Both sides frame by frame, in order. RangeError when an id stands twice in a frame: no metric below has a meaning then. */
export function compareFrames(truth: readonly LabelledBox[], answer: readonly LabelledBox[]): readonly ComparedFrame[] {
  const truths = Map.groupBy(truth, ({ frame }) => frame);
  const answers = Map.groupBy(answer, ({ frame }) => frame);
  const frames = [...new Set([...truths.keys(), ...answers.keys()])].toSorted((a, b) => a - b);
  return frames.map((frame) => {
    const rows = demandOnce(truths.get(frame) ?? []);
    const columns = demandOnce(answers.get(frame) ?? []);
    const overlap = Float64Array.from(rows.flatMap((box) => columns.map((other) => iou(box, other))));
    return { frame, truth: rows, answer: columns, overlap };
  });
}

function demandOnce(boxes: readonly LabelledBox[]): readonly LabelledBox[] {
  const seen = new Set<number>();
  for (const { frame, id } of boxes) {
    if (seen.has(id)) throw new RangeError(`id ${id} stands twice in frame ${frame}`);
    seen.add(id);
  }
  return boxes;
}

/** How many boxes each id has, and the place of each id in that list. */
export interface Identities {
  readonly counts: readonly number[];
  readonly indexOf: ReadonlyMap<number, number>;
}

export function identitiesOf(boxes: readonly LabelledBox[]): Identities {
  const groups = [...Map.groupBy(boxes, ({ id }) => id)];
  return {
    counts: groups.map(([, group]) => group.length),
    indexOf: new Map(groups.map(([id], index) => [id, index])),
  };
}
