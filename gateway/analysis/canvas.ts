import { area, shared } from './boxes.ts';
import type { PictureSize } from './letterbox.ts';
import { cutRgb } from './pixels.ts';
import type { View } from './tiles.ts';
import type { Box, DecodedFrame, Detection, RgbFrame } from './types.ts';

// Where little of a frame moves, a detector need not look at the rest: parts of several frames lie side by side on one picture of its own
// size, each at the scale that it has in its frame.

/** Part of a frame on a canvas. */
export interface Piece {
  /** Number of the frame in the list that is looked at. */
  readonly index: number;
  /** What of the frame is shown, pixels of the decoded frame. */
  readonly view: View;
  /** Where its corner lies on the canvas. */
  readonly left: number;
  readonly top: number;
}

/** Around what moves: a network names a thing by what lies beside it, too. */
const MARGIN_SHARE = 0.6;
const LEAST_MARGIN_PX = 24;
/** Between pieces. */
const GUTTER_PX = 8;
/** Pieces that fill more of the canvas save nothing. */
const MOST_SHARE = 0.95;
const GREY = 114;
/** So near to the edge of a piece or of a frame a box is cut by it. */
const EDGE_PX = 2;

/**
 * The parts of a frame on which something moves, apart from each other; undefined where they are better seen as a whole. What the edge of the
 * frame cuts is left out: on a canvas a network takes half a car for something narrow and whole.
 */
export function viewsAround(
  movers: readonly Box[],
  frame: DecodedFrame,
  canvas: PictureSize,
): readonly View[] | undefined {
  const views: View[] = [];
  for (const mover of movers) {
    if (isAtEdge(mover, frame)) continue;
    let view = viewAround(mover, frame);
    for (let at = 0; at < views.length; ) {
      if (shared(boxOf(view), boxOf(views[at] as View)) === 0) at += 1;
      else {
        view = joined(view, views.splice(at, 1)[0] as View);
        at = 0;
      }
    }
    views.push(view);
  }
  const filled = views.reduce((sum, { widthPx, heightPx }) => sum + widthPx * heightPx, 0);
  const fits = views.every(({ widthPx, heightPx }) => widthPx <= canvas.widthPx && heightPx <= canvas.heightPx);
  return fits && filled <= MOST_SHARE * canvas.widthPx * canvas.heightPx ? views : undefined;
}

/** Whether the edge of the frame cuts what moves. */
export function isAtEdge(
  { left, top, width, height }: Box,
  { widthPx, heightPx, scaleX, scaleY }: DecodedFrame,
): boolean {
  const [right, bottom] = [(left + width) / scaleX, (top + height) / scaleY];
  return left / scaleX < EDGE_PX || top / scaleY < EDGE_PX || right > widthPx - EDGE_PX || bottom > heightPx - EDGE_PX;
}

function viewAround({ left, top, width, height }: Box, frame: DecodedFrame): View {
  const margin = Math.max(LEAST_MARGIN_PX, (MARGIN_SHARE * Math.max(width, height)) / frame.scaleX);
  const [from, to] = [left / frame.scaleX - margin, (left + width) / frame.scaleX + margin];
  const [above, below] = [top / frame.scaleY - margin, (top + height) / frame.scaleY + margin];
  const view = { left: Math.max(0, Math.floor(from)), top: Math.max(0, Math.floor(above)) };
  return {
    ...view,
    widthPx: Math.min(frame.widthPx, Math.ceil(to)) - view.left,
    heightPx: Math.min(frame.heightPx, Math.ceil(below)) - view.top,
  };
}

const boxOf = ({ left, top, widthPx, heightPx }: View): Box => ({ left, top, width: widthPx, height: heightPx });

function joined(a: View, b: View): View {
  const [left, top] = [Math.min(a.left, b.left), Math.min(a.top, b.top)];
  return {
    left,
    top,
    widthPx: Math.max(a.left + a.widthPx, b.left + b.widthPx) - left,
    heightPx: Math.max(a.top + a.heightPx, b.top + b.heightPx) - top,
  };
}

/** Fills canvases in the order in which views come, in rows. */
export function createPacker(canvas: PictureSize): {
  /** All views of a frame, or none of them: false when the canvas is too full. */
  add(index: number, views: readonly View[]): boolean;
  /** What the canvas holds; it is empty then. */
  take(): readonly Piece[];
} {
  let pieces: readonly Piece[] = [];
  let row = { left: 0, top: 0, heightPx: 0 };
  return {
    add(index, views) {
      const added: Piece[] = [];
      let at = row;
      for (const view of views.toSorted((a, b) => b.heightPx - a.heightPx)) {
        if (at.left + view.widthPx > canvas.widthPx)
          at = { left: 0, top: at.top + at.heightPx + GUTTER_PX, heightPx: 0 };
        if (at.top + view.heightPx > canvas.heightPx) return false;
        added.push({ index, view, left: at.left, top: at.top });
        at = {
          left: at.left + view.widthPx + GUTTER_PX,
          top: at.top,
          heightPx: Math.max(at.heightPx, view.heightPx),
        };
      }
      row = at;
      pieces = [...pieces, ...added];
      return true;
    },
    take() {
      const taken = pieces;
      pieces = [];
      row = { left: 0, top: 0, heightPx: 0 };
      return taken;
    },
  };
}

/** The canvas as a frame of its own; a pixel of it is a pixel of the frames that lie on it. */
export function paint(
  pieces: readonly Piece[],
  frameOf: (index: number) => DecodedFrame,
  { widthPx, heightPx }: PictureSize,
): RgbFrame {
  const rgb = new Uint8Array(widthPx * heightPx * 3).fill(GREY);
  for (const { index, view, left, top } of pieces) {
    const frame = frameOf(index);
    const cut = cutRgb(frame, view);
    for (let y = 0; y < view.heightPx; y += 1)
      rgb.set(cut.subarray(y * view.widthPx * 3, (y + 1) * view.widthPx * 3), ((top + y) * widthPx + left) * 3);
  }
  const { ref, timeSeconds } = frameOf(pieces[0]?.index ?? 0);
  return { ref, timeSeconds, widthPx, heightPx, scaleX: 1, scaleY: 1, rgb };
}

/** Share of a box that lies in its piece. */
const MOSTLY = 0.7;
/** What was seen on one piece, in pixels of the original picture. What a piece cuts is left out. */
export function inFrame(piece: Piece, found: readonly Detection[], frame: DecodedFrame): readonly Detection[] {
  const { view, left, top } = piece;
  const own = { left, top, width: view.widthPx, height: view.heightPx };
  return found.flatMap((box) => {
    if (shared(box, own) < MOSTLY * area(box)) return [];
    const from = Math.max(box.left, left);
    const above = Math.max(box.top, top);
    const to = Math.min(box.left + box.width, left + view.widthPx);
    const below = Math.min(box.top + box.height, top + view.heightPx);
    const isCut =
      (from < left + EDGE_PX && view.left > 0) ||
      (above < top + EDGE_PX && view.top > 0) ||
      (to > left + view.widthPx - EDGE_PX && view.left + view.widthPx < frame.widthPx) ||
      (below > top + view.heightPx - EDGE_PX && view.top + view.heightPx < frame.heightPx);
    if (isCut) return [];
    return [
      {
        ...box,
        left: (from - left + view.left) * frame.scaleX,
        top: (above - top + view.top) * frame.scaleY,
        width: (to - from) * frame.scaleX,
        height: (below - above) * frame.scaleY,
      },
    ];
  });
}
