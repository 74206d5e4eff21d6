import type { LabelledBox } from '../../benchmarks/scoring/types.ts';

/** One object, 10 px wide and high, 100 px from the next id, on the frames from `from` to `to`. */
export const row = (id: number, from: number, to: number, changes: Partial<LabelledBox> = {}): LabelledBox[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({
    frame: from + index,
    id,
    left: 100 * id,
    top: 0,
    width: 10,
    height: 10,
    ...changes,
  }));
