import { area, shared } from './boxes.ts';
import type { PictureSize } from './letterbox.ts';
import { cutRgb } from './pixels.ts';
import type { View } from './tiles.ts';
import type { Box, DecodedFrame, Detection, RgbFrame } from './types.ts';

// Where little of a frame moves, a detector need not look at the rest: parts of several frames lie side by side on one picture of its own
// size: what is small at the scale that it has in its frame, what is large as small as a network still knows it.

/** Part of a frame, pixels of the decoded frame, of which `shrink` in each direction are one of the canvas. */
export interface ShrunkView extends View {
  readonly shrink: number;
}

/** Part of a frame on a canvas. */
export interface Piece {
  /** Number of the frame in the list that is looked at. */
  readonly index: number;
  readonly view: ShrunkView;
  /** Where its corner lies on the canvas. */
  readonly left: number;
  readonly top: number;
}

/** Around what moves: a network names a thing by what lies beside it, too. */
const MARGIN_SHARE = 0.6;
const LEAST_MARGIN_PX = 24;
/** The longer side of what moves is shown no smaller than this because of its size: networks know persons and vehicles of a hundred pixels best. */
const LARGE_ENOUGH_PX = 96;
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
): readonly ShrunkView[] | undefined {
  const views: ShrunkView[] = [];
  for (const mover of movers) {
    if (isAtEdge(mover, frame)) continue;
    let view = viewAround(mover, frame);
    for (let at = 0; at < views.length; ) {
      if (shared(boxOf(view), boxOf(views[at] as ShrunkView)) === 0) at += 1;
      else {
        view = joined(view, views.splice(at, 1)[0] as ShrunkView);
        at = 0;
      }
    }
    views.push(view);
  }
  const sizes = views.map(shownSize);
  const filled = sizes.reduce((sum, { widthPx, heightPx }) => sum + widthPx * heightPx, 0);
  const fits = sizes.every(({ widthPx, heightPx }) => widthPx <= canvas.widthPx && heightPx <= canvas.heightPx);
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

/** On the canvas; a last pixel may stand for fewer than the others. */
const shownSize = ({ widthPx, heightPx, shrink }: ShrunkView): PictureSize => ({
  widthPx: Math.ceil(widthPx / shrink),
  heightPx: Math.ceil(heightPx / shrink),
});

function viewAround({ left, top, width, height }: Box, frame: DecodedFrame): ShrunkView {
  const longer = Math.max(width, height) / frame.scaleX;
  const margin = Math.max(LEAST_MARGIN_PX, MARGIN_SHARE * longer);
  const [from, to] = [left / frame.scaleX - margin, (left + width) / frame.scaleX + margin];
  const [above, below] = [top / frame.scaleY - margin, (top + height) / frame.scaleY + margin];
  const view = { left: Math.max(0, Math.floor(from)), top: Math.max(0, Math.floor(above)) };
  return {
    ...view,
    widthPx: Math.min(frame.widthPx, Math.ceil(to)) - view.left,
    heightPx: Math.min(frame.heightPx, Math.ceil(below)) - view.top,
    shrink: Math.max(1, Math.floor(longer / LARGE_ENOUGH_PX)),
  };
}

const boxOf = ({ left, top, widthPx, heightPx }: View): Box => ({ left, top, width: widthPx, height: heightPx });

/** The smaller of two things beside each other decides how both are shown. */
function joined(a: ShrunkView, b: ShrunkView): ShrunkView {
  const [left, top] = [Math.min(a.left, b.left), Math.min(a.top, b.top)];
  return {
    left,
    top,
    widthPx: Math.max(a.left + a.widthPx, b.left + b.widthPx) - left,
    heightPx: Math.max(a.top + a.heightPx, b.top + b.heightPx) - top,
    shrink: Math.min(a.shrink, b.shrink),
  };
}

/** Fills canvases in the order in which views come, in rows. */
export function createPacker(canvas: PictureSize): {
  /** All views of a frame, or none of them: false when the canvas is too full. */
  add(index: number, views: readonly ShrunkView[]): boolean;
  /** What the canvas holds; it is empty then. */
  take(): readonly Piece[];
} {
  let pieces: readonly Piece[] = [];
  let row = { left: 0, top: 0, heightPx: 0 };
  return {
    add(index, views) {
      const added: Piece[] = [];
      let at = row;
      for (const view of views.toSorted((a, b) => shownSize(b).heightPx - shownSize(a).heightPx)) {
        const { widthPx, heightPx } = shownSize(view);
        if (at.left + widthPx > canvas.widthPx) at = { left: 0, top: at.top + at.heightPx + GUTTER_PX, heightPx: 0 };
        if (at.top + heightPx > canvas.heightPx) return false;
        added.push({ index, view, left: at.left, top: at.top });
        at = { left: at.left + widthPx + GUTTER_PX, top: at.top, heightPx: Math.max(at.heightPx, heightPx) };
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

/** The canvas as a frame of its own: its pixels are its own "original" ones. */
export function paint(
  pieces: readonly Piece[],
  frameOf: (index: number) => DecodedFrame,
  { widthPx, heightPx }: PictureSize,
): RgbFrame {
  const rgb = new Uint8Array(widthPx * heightPx * 3).fill(GREY);
  for (const { index, view, left, top } of pieces) {
    const shown = shrunk(cutRgb(frameOf(index), view), view);
    const size = shownSize(view);
    for (let y = 0; y < size.heightPx; y += 1)
      rgb.set(shown.subarray(y * size.widthPx * 3, (y + 1) * size.widthPx * 3), ((top + y) * widthPx + left) * 3);
  }
  const { ref, timeSeconds } = frameOf(pieces[0]?.index ?? 0);
  return { ref, timeSeconds, widthPx, heightPx, scaleX: 1, scaleY: 1, rgb };
}

/** RGB rows of a view made smaller: each pixel the mean of those that it stands for. */
function shrunk(rgb: Uint8Array, view: ShrunkView): Uint8Array {
  const { shrink } = view;
  if (shrink === 1) return rgb;
  const { widthPx, heightPx } = shownSize(view);
  const result = new Uint8Array(widthPx * heightPx * 3);
  for (let y = 0, to = 0; y < heightPx; y += 1) {
    const lastY = Math.min(view.heightPx, (y + 1) * shrink);
    for (let x = 0; x < widthPx; x += 1, to += 3) {
      const lastX = Math.min(view.widthPx, (x + 1) * shrink);
      let [r, g, b] = [0, 0, 0];
      for (let row = y * shrink; row < lastY; row += 1) {
        for (
          let at = (row * view.widthPx + x * shrink) * 3, end = (row * view.widthPx + lastX) * 3;
          at < end;
          at += 3
        ) {
          r += rgb[at] as number;
          g += rgb[at + 1] as number;
          b += rgb[at + 2] as number;
        }
      }
      const count = (lastY - y * shrink) * (lastX - x * shrink);
      result[to] = r / count + 0.5;
      result[to + 1] = g / count + 0.5;
      result[to + 2] = b / count + 0.5;
    }
  }
  return result;
}

/** Share of a box that lies in its piece. */
const MOSTLY = 0.7;
/** What was seen on one piece, in pixels of the original picture. What a piece cuts is left out. */
export function inFrame(piece: Piece, found: readonly Detection[], frame: DecodedFrame): readonly Detection[] {
  const { view, left, top } = piece;
  const { widthPx, heightPx } = shownSize(view);
  const own = { left, top, width: widthPx, height: heightPx };
  return found.flatMap((box) => {
    if (shared(box, own) < MOSTLY * area(box)) return [];
    const from = Math.max(box.left, left);
    const above = Math.max(box.top, top);
    const to = Math.min(box.left + box.width, left + widthPx);
    const below = Math.min(box.top + box.height, top + heightPx);
    const isCut =
      (from < left + EDGE_PX && view.left > 0) ||
      (above < top + EDGE_PX && view.top > 0) ||
      (to > left + widthPx - EDGE_PX && view.left + view.widthPx < frame.widthPx) ||
      (below > top + heightPx - EDGE_PX && view.top + view.heightPx < frame.heightPx);
    if (isCut) return [];
    // The last pixel of a piece may stand for less than the others.
    const width = Math.min((to - from) * view.shrink, view.widthPx - (from - left) * view.shrink);
    const height = Math.min((below - above) * view.shrink, view.heightPx - (above - top) * view.shrink);
    return [
      {
        ...box,
        left: ((from - left) * view.shrink + view.left) * frame.scaleX,
        top: ((above - top) * view.shrink + view.top) * frame.scaleY,
        width: width * frame.scaleX,
        height: height * frame.scaleY,
      },
    ];
  });
}
