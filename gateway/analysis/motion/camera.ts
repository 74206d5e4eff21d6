import { fitLight, lightTable } from './light.ts';
import type { PlaneFrame } from './planes.ts';
import { edgePoints, findShift, type Shift } from './shake.ts';

/** Frames between two that are compared: a slow pan has moved by then. */
const WINDOW = 8;
/** A camera that trembles comes back; one that pans goes on, this many pixels of the plane within a few windows. */
const FURTHEST_TREMBLE = 10;
const MOST_WINDOWS = 6;
/** Share of the picture that is the same eight frames later when the camera stands still, whatever passes. */
const SAME = 0.6;

/** What happened to the picture between two frames: it moved by so much, or it is another picture. */
type Change = Shift | 'other';

/**
 * Which frames a camera shows while it pans, is carried or is turned. Frames are compared over a short while; small steps in one direction
 * add up and a tremble does not. One change to another picture alone is a lamp or a cut, two on end are a camera that moves fast.
 */
export function movingFrames(frames: readonly PlaneFrame[]): readonly boolean[] {
  const changes: Change[] = [];
  for (let from = 0; from + 1 < frames.length; from += WINDOW) {
    const [a, b] = [frames[from], frames[Math.min(from + WINDOW, frames.length - 1)]];
    if (a !== undefined && b !== undefined) changes.push(changeOf(a, b));
  }
  const moves = changes.map((change, at) =>
    change === 'other'
      ? changes[at - 1] === 'other' || changes[at + 1] === 'other'
      : (change.x !== 0 || change.y !== 0) && goesFar(changes, at),
  );
  return frames.map((_, index) => moves[Math.min(moves.length - 1, Math.floor(index / WINDOW))] ?? false);
}

function changeOf(before: PlaneFrame, now: PlaneFrame): Change {
  const light = fitLight(now.luma, before.luma);
  const shift = findShift(now, lightTable(light), before, edgePoints(before));
  if (shift.x === 0 && shift.y === 0 && light.explained < SAME) return 'other';
  return shift;
}

/** Whether the steps around one add up to more than a tremble. */
function goesFar(changes: readonly Change[], at: number): boolean {
  for (let from = Math.max(0, at - MOST_WINDOWS + 1); from <= at; from += 1) {
    let [x, y] = [0, 0];
    for (let to = from; to < Math.min(changes.length, from + MOST_WINDOWS); to += 1) {
      const change = changes[to];
      if (change === undefined || change === 'other') break;
      x += change.x;
      y += change.y;
      if (to >= at && Math.hypot(x, y) >= FURTHEST_TREMBLE) return true;
    }
  }
  return false;
}
