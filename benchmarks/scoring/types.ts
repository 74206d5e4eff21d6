import type { Box } from '../../gateway/analysis/types.ts';

/** A box with an identity on a frame: of the ground truth, or of a tracker's answer. Ids of the two have nothing in common. */
export interface LabelledBox extends Box {
  readonly frame: number;
  readonly id: number;
}
