import { area, iou, shared } from './boxes.ts';
import type { Detection } from './types.ts';

const SAME_IOU = 0.35;
/** A box of which this much lies in a moving piece moves with it, however large the piece's shadow is. */
const INSIDE = 0.7;
/** A moving piece of which this much lies under named boxes that move is those objects. */
const COVERED = 0.45;
/** Of a person's box: an arm or a leg that moves while the rest stands. */
const SMALL_PART = 0.3;
/** What moves where the detector is unsure is worth a certain sighting, if it was not a mere guess. */
const MOVING_SCORE = 0.4;
const GUESS = 0.15;
const UNSURE = 0.35;

/**
 * One list of sightings from what a detector names and what the background model saw moving on the same frame. A named box that moves
 * stands for the moving piece under it, and the best box of a piece is surer for it; a moving piece that nothing names stays as `object`.
 * A box that stands still hides nothing that moves before it: somebody may pass a parked car.
 */
export function fuse(named: readonly Detection[], moving: readonly Detection[]): readonly Detection[] {
  if (moving.length === 0) return named;
  const best = new Set(moving.map((piece) => bestOf(piece, named)));
  const seen = named.map((box): Detection => {
    if (!moving.some((piece) => movesWith(box, piece))) return box;
    const isSurer = best.has(box) && box.score >= GUESS;
    return { ...box, moving: true, score: isSurer ? Math.max(box.score, MOVING_SCORE) : box.score };
  });
  const strong = seen.filter(({ score }) => score >= UNSURE);
  const rest = moving.filter((piece) => {
    const over = strong.filter((box) => box.moving === true || isLimb(piece, box));
    return over.reduce((sum, box) => sum + shared(box, piece), 0) < COVERED * area(piece);
  });
  return [...seen, ...rest];
}

const movesWith = (box: Detection, piece: Detection): boolean =>
  iou(box, piece) >= SAME_IOU || (shared(box, piece) >= INSIDE * area(box) && area(box) >= SMALL_PART * area(piece));

const isLimb = (piece: Detection, box: Detection): boolean =>
  box.class === 'person' && area(piece) <= SMALL_PART * area(box);

/** The box that meets the piece best; of equal ones the surer. */
function bestOf(piece: Detection, named: readonly Detection[]): Detection | undefined {
  return named
    .filter((box) => movesWith(box, piece))
    .toSorted((a, b) => b.score - a.score || iou(b, piece) - iou(a, piece))[0];
}
