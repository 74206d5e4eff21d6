import type { ModelCard } from '../admission/card.ts';
import { area, iou, shared } from './boxes.ts';
import { groupOf } from './groups.ts';
import type { PictureSize } from './letterbox.ts';
import { SAME_OBJECT_IOU } from './reduce.ts';
import type { Box, Detection } from './types.ts';

// A wide picture in a square input is mostly padding, and its objects are small. Seen as overlapping squares at both ends they are
// larger: the network runs once a square.

type Tiling = ModelCard['input']['tiles'];

/** Part of a picture that the network looks at, pixels of that picture. */
export interface View extends PictureSize {
  readonly left: number;
  readonly top: number;
}

/** What the network saw of one view; boxes in pixels of the whole picture, not beyond the view. */
export interface Seen {
  readonly view: View;
  readonly detections: readonly Detection[];
}

// Neighbouring squares share this much of their side, so that few objects are whole in neither: 22 % for two squares of 16:9.
const LEAST_OVERLAP = 0.15;
// A row of network runs a frame has to end somewhere; beyond this the views are wider than high.
const MOST_SQUARES = 4;
// Share of a view's side within which a box counts as cut by the edge: the network's own error there is about as large.
const EDGE_SHARE = 0.02;
// Share of a cut box that lies in the whole one.
const PART_OF_WHOLE = 0.7;
// Two cut halves of one object are as high as each other in their common strip.
const HALVES_IOU = 0.5;

/** Number of squares for a picture: 1 is the picture itself. */
export function squaresOf(tiles: Tiling, { widthPx, heightPx }: PictureSize): number {
  const aspect = Math.max(widthPx, heightPx) / Math.min(widthPx, heightPx);
  if (tiles === undefined || aspect <= tiles.whenLongerThan) return 1;
  // A hair less, so that an aspect that is met exactly does not cost one more run through rounding.
  return Math.min(MOST_SQUARES, Math.max(2, Math.ceil((aspect - LEAST_OVERLAP) / (1 - LEAST_OVERLAP) - 1e-6)));
}

/** Length along the longer side of each of `squares` views of a picture; all of it for one. */
export function viewLength(squares: number, { widthPx, heightPx }: PictureSize): number {
  const long = Math.max(widthPx, heightPx);
  if (squares === 1) return long;
  return Math.max(Math.min(widthPx, heightPx), Math.ceil(long / (squares - (squares - 1) * LEAST_OVERLAP)));
}

/**
 * The views of a frame, whole pixels, in a fixed order: the frame itself, or squares from one end of the longer side to the other.
 * `picture` is the original, which alone decides how many they are.
 */
export function viewsOf(tiles: Tiling, picture: PictureSize, frame: PictureSize = picture): readonly View[] {
  const squares = squaresOf(tiles, picture);
  if (squares === 1) return [{ left: 0, top: 0, widthPx: frame.widthPx, heightPx: frame.heightPx }];
  const length = viewLength(squares, frame);
  const wide = frame.widthPx >= frame.heightPx;
  const room = Math.max(frame.widthPx, frame.heightPx) - length;
  return Array.from({ length: squares }, (_, index): View => {
    const at = Math.round((room * index) / (squares - 1));
    return wide
      ? { left: at, top: 0, widthPx: length, heightPx: frame.heightPx }
      : { left: 0, top: at, widthPx: frame.widthPx, heightPx: length };
  });
}

/** The rows of a view, one after another; the frame's own where the view is the frame. */
export function cutView(rgb: Uint8Array, frame: PictureSize, view: View): Uint8Array {
  if (view.widthPx === frame.widthPx && view.heightPx === frame.heightPx) return rgb;
  const cut = new Uint8Array(view.widthPx * view.heightPx * 3);
  for (let y = 0; y < view.heightPx; y += 1) {
    const from = ((view.top + y) * frame.widthPx + view.left) * 3;
    cut.set(rgb.subarray(from, from + view.widthPx * 3), y * view.widthPx * 3);
  }
  return cut;
}

/** A view and what was seen in it, from pixels of the view's own corner to those of the original picture. */
export function inPicture(view: View, detections: readonly Detection[], scaleX: number, scaleY: number): Seen {
  const [left, top] = [view.left * scaleX, view.top * scaleY];
  return {
    view: { left, top, widthPx: view.widthPx * scaleX, heightPx: view.heightPx * scaleY },
    detections: detections.map((box) => ({
      ...box,
      left: hundredth(box.left + left),
      top: hundredth(box.top + top),
    })),
  };
}

const hundredth = (value: number): number => Math.round(value * 100) / 100;

interface Piece {
  readonly found: Detection;
  readonly view: number;
  /** The box ends at the start or the end of its view, and the picture goes on there. */
  readonly cutStart: boolean;
  readonly cutEnd: boolean;
}

/**
 * One list out of what was seen of several views, falling scores, ties in the order of the views. An object that two views show
 * whole is the better of its boxes; a box that a view cuts yields to one of another view that holds it; two cut boxes that meet
 * in the common strip of their views are one object, from the one's begin to the other's end.
 */
export function mergeViews(seen: readonly Seen[], picture: PictureSize, nmsIou: number): readonly Detection[] {
  const [only] = seen;
  if (only !== undefined && seen.length === 1) return only.detections;
  const wide = picture.widthPx >= picture.heightPx;
  const pieces = seen.flatMap(({ view, detections }, index) =>
    detections.map((found) => ({ found, view: index, ...cuts(found, view, picture, wide) })),
  );
  const joined = joinHalves(pieces, wide);
  const byScore = joined.toSorted((a, b) => b.found.score - a.found.score);
  const isCut = (piece: Piece): boolean => piece.cutStart || piece.cutEnd;
  const kept: Piece[] = [];
  // Whole boxes first: a cut one is often the surer, and never the better box.
  for (const piece of [...byScore.filter((each) => !isCut(each)), ...byScore.filter(isCut)]) {
    if (!kept.some((other) => yields(piece, other, isCut(piece), nmsIou))) kept.push(piece);
  }
  return kept.map(({ found }) => found).sort((a, b) => b.score - a.score);
}

function cuts(box: Box, view: View, picture: PictureSize, wide: boolean): Pick<Piece, 'cutStart' | 'cutEnd'> {
  const [from, length, begin, end, all] = wide
    ? [view.left, view.widthPx, box.left, box.left + box.width, picture.widthPx]
    : [view.top, view.heightPx, box.top, box.top + box.height, picture.heightPx];
  const near = length * EDGE_SHARE;
  // Half a pixel: views are whole pixels of the decoded frame, scaled back to the original.
  return {
    cutStart: from > 0.5 && begin <= from + near,
    cutEnd: from + length < all - 0.5 && end >= from + length - near,
  };
}

function yields(piece: Piece, kept: Piece, cut: boolean, nmsIou: number): boolean {
  const [box, other] = [piece.found, kept.found];
  if (groupOf(box.class) !== groupOf(other.class)) return false;
  // Of one view the network's own suppression has spoken.
  if (piece.view === kept.view) return false;
  if (cut && shared(box, other) > PART_OF_WHOLE * area(box)) return true;
  return iou(box, other) > (box.class === other.class ? nmsIou : SAME_OBJECT_IOU);
}

/** Replaces each pair of halves with one box; a half finds the partner that meets it best, in the order of scores. */
function joinHalves(pieces: readonly Piece[], wide: boolean): readonly Piece[] {
  const rest = new Set(pieces);
  const joined: Piece[] = [];
  const starts = pieces.filter((piece) => piece.cutEnd).sort((a, b) => b.found.score - a.found.score);
  for (const start of starts) {
    if (!rest.has(start)) continue;
    const [partner] = pieces
      .filter(
        (end) => end.cutStart && end.view === start.view + 1 && rest.has(end) && meets(start.found, end.found, wide),
      )
      .sort((a, b) => strip(b.found, start.found, wide) - strip(a.found, start.found, wide));
    if (partner === undefined) continue;
    rest.delete(start);
    rest.delete(partner);
    const surer = partner.found.score > start.found.score ? partner.found : start.found;
    joined.push({
      found: { ...around(start.found, partner.found), class: surer.class, score: surer.score },
      // Cut by no view of its own any more, unless it goes on in a third one.
      view: start.view,
      cutStart: start.cutStart,
      cutEnd: partner.cutEnd,
    });
  }
  return [...rest, ...joined];
}

const meets = (start: Box & Pick<Detection, 'class'>, end: Box & Pick<Detection, 'class'>, wide: boolean): boolean =>
  groupOf(start.class) === groupOf(end.class) && shared(start, end) > 0 && strip(start, end, wide) > HALVES_IOU;

/** How much two halves agree across the seam, 0 to 1: overlap of their extents along the shorter side of the picture. */
function strip(a: Box, b: Box, wide: boolean): number {
  const [fromA, toA, fromB, toB] = wide
    ? [a.top, a.top + a.height, b.top, b.top + b.height]
    : [a.left, a.left + a.width, b.left, b.left + b.width];
  const both = Math.min(toA, toB) - Math.max(fromA, fromB);
  return both <= 0 ? 0 : both / (Math.max(toA, toB) - Math.min(fromA, fromB));
}

function around(a: Box, b: Box): Box {
  const left = Math.min(a.left, b.left);
  const top = Math.min(a.top, b.top);
  return {
    left,
    top,
    width: hundredth(Math.max(a.left + a.width, b.left + b.width) - left),
    height: hundredth(Math.max(a.top + a.height, b.top + b.height) - top),
  };
}
