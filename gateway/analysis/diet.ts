import { area } from './boxes.ts';
import { createPacker, inFrame, isAtEdge, type Piece, paint, viewsAround } from './canvas.ts';
import type { PictureSize } from './letterbox.ts';
import type { Look } from './motion/movers.ts';
import { backPressure, type Detect, type Glance, isBlind } from './see.ts';
import type { SegmentDeps } from './segment.ts';
import type { Box, DecodedFrame, Detection } from './types.ts';

// What a detector is shown of the frames that the background model has judged.

/**
 * What moves is followed by the background model; a detector names it, and parts what it takes for one, this often: what hardly leaves its
 * place shows the same for longer, and what is fast is gone soon.
 */
const MOVING_SECONDS = { slow: 0.8, usual: 0.4, fast: 0.2 } as const;
/** In own sizes (root of the area) a second. */
const SLOW = 0.5;
const FAST = 2.5;
/** Longest time for which boxes are carried on where nothing moves in the part that is not quiet. */
const CARRIED_SECONDS = 2;
/** Where something moves the detector is shown that part alone, and the whole frame this often: whoever stands still is there as well. */
const WHOLE_SECONDS = 2;
/** Sooner where something comes in, goes out, or stands too near: what the edge of the frame cuts is on no part. */
const WHOLE_EDGE_SECONDS = 0.8;
/** Times are read to the microsecond. */
const SAME_MOMENT = 1e-6;

/** One look of the detector: at a whole frame, or at pieces of several. */
type Ask = { readonly index: number } | { readonly pieces: readonly Piece[] };

/**
 * Shows the detector the kept frames that it has not seen and on which something moves or nobody can tell; the others now and then, because
 * what stands still stays what it was. What the edge of the frame cuts is shown on whole frames alone, and these come sooner then. `looks` are those of the background model, in the same order. `canvas` is as of SegmentDeps; without it
 * the detector is always shown whole frames.
 */
export async function shown(
  glances: readonly Glance[],
  looks: readonly Look[],
  { detect, canvas: canvasOf }: { readonly detect: Detect; readonly canvas?: SegmentDeps['canvas'] },
  signal: AbortSignal | undefined,
): Promise<readonly Glance[]> {
  const frameOf = (index: number): DecodedFrame => glances[index]?.kept as DecodedFrame;
  const first = glances.find(({ kept }) => kept !== undefined)?.kept;
  const canvas = first === undefined ? undefined : canvasOf?.(first);
  const answered = [...glances];
  const running: Promise<void>[] = [];
  const pressed = backPressure();
  const look = async (ask: Ask): Promise<void> => {
    if ('index' in ask) {
      const { index } = ask;
      answered[index] = { ...(glances[index] as Glance), detections: await detect(frameOf(index)) };
      return;
    }
    const found = await detect(paint(ask.pieces, frameOf, canvas as PictureSize));
    for (const piece of ask.pieces) {
      const before = (answered[piece.index] as Glance).detections ?? [];
      const detections: readonly Detection[] = [...before, ...inFrame(piece, found, frameOf(piece.index))];
      answered[piece.index] = { ...(glances[piece.index] as Glance), detections, isPartial: true };
    }
  };
  for (const ask of asksOf(glances, looks, canvas)) {
    signal?.throwIfAborted();
    const answer = look(ask);
    running.push(answer);
    await pressed(answer);
  }
  await Promise.all(running);
  return answered;
}

function* asksOf(glances: readonly Glance[], looks: readonly Look[], canvas: PictureSize | undefined): Generator<Ask> {
  const packer = canvas === undefined ? undefined : createPacker(canvas);
  let last = Number.NEGATIVE_INFINITY;
  let lastWhole = Number.NEGATIVE_INFINITY;
  let lastMovers = 0;
  for (const [index, { kept, timeSeconds, detections, isProbe }] of glances.entries()) {
    const look = looks[index] ?? [];
    const movers = isBlind(look) ? Number.NaN : look.length;
    const patience =
      movers > 0
        ? MOVING_SECONDS[paceAt(index, glances, looks)]
        : isProbe === true
          ? Number.POSITIVE_INFINITY
          : CARRIED_SECONDS;
    // NaN differs from every number: where nobody can tell what moves, every frame is shown.
    const isWanted = (movers !== 0 && movers !== lastMovers) || timeSeconds - last >= patience - SAME_MOMENT;
    if (detections !== undefined) {
      lastWhole = timeSeconds;
    } else {
      if (kept === undefined || !isWanted) continue;
      const patienceForWhole =
        !isBlind(look) && look.some((mover) => isAtEdge(mover, kept)) ? WHOLE_EDGE_SECONDS : WHOLE_SECONDS;
      const isDue = timeSeconds - lastWhole >= patienceForWhole - SAME_MOMENT;
      const isWhole = canvas === undefined || isBlind(look) || movers === 0 || isDue;
      const views = isWhole ? undefined : viewsAround(look, kept, canvas);
      if (views?.length === 0) continue;
      if (packer === undefined || views === undefined) {
        lastWhole = timeSeconds;
        yield { index };
      } else if (!packer.add(index, views)) {
        yield { pieces: packer.take() };
        if (!packer.add(index, views)) yield { index };
      }
    }
    last = timeSeconds;
    lastMovers = movers;
  }
  const pieces = packer?.take() ?? [];
  if (pieces.length > 0) yield { pieces };
}

/** How fast the fastest thing of a frame moves since the frame before; what was not there before is fast. */
function paceAt(index: number, glances: readonly Glance[], looks: readonly Look[]): keyof typeof MOVING_SECONDS {
  const [before, now] = [looks[index - 1], looks[index]];
  if (before === undefined || now === undefined || isBlind(before) || isBlind(now)) return 'fast';
  const seconds = (glances[index]?.timeSeconds ?? 0) - (glances[index - 1]?.timeSeconds ?? 0);
  const fastest = Math.max(...now.map((mover) => Math.min(...before.map((other) => stepsBetween(other, mover)))));
  const pace = fastest / seconds;
  return pace < SLOW ? 'slow' : pace < FAST ? 'usual' : 'fast';
}

/** Way of the middle from one box to another, in sizes of the latter. */
const stepsBetween = (from: Box, to: Box): number =>
  Math.hypot(to.left + to.width / 2 - from.left - from.width / 2, to.top + to.height / 2 - from.top - from.height / 2) /
  Math.sqrt(area(to));
