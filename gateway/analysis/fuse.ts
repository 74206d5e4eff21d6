import { area, iou, shared } from './boxes.ts';
import type { Detection } from './types.ts';

const SAME_IOU = 0.35;
/** A moving piece of which this much lies under named boxes is those objects, or a part of one. */
const COVERED = 0.45;
/** What moves where the detector is unsure is worth a certain sighting. */
const MOVING_SCORE = 0.4;
const UNSURE = 0.35;

/**
 * One list of sightings from what a detector names and what the background model saw moving on the same frame. A named box stands for
 * the moving piece under it, and is surer for it; a moving piece that nothing names stays as `object`.
 */
export function fuse(named: readonly Detection[], moving: readonly Detection[]): readonly Detection[] {
  if (moving.length === 0) return named;
  const sure = named.map((box): Detection => {
    if (!moving.some((piece) => iou(box, piece) >= SAME_IOU)) return box;
    return { ...box, moving: true, score: Math.max(box.score, MOVING_SCORE) };
  });
  const strong = sure.filter(({ score }) => score >= UNSURE);
  const rest = moving.filter((piece) => {
    const under = strong.reduce((sum, box) => sum + shared(box, piece), 0);
    return under < COVERED * area(piece);
  });
  return [...sure, ...rest];
}
