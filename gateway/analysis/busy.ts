import { type DecodeReport, type DecodeSource, decodePlan } from './decode.ts';
import { type TimeSpan, united } from './ledger.ts';
import type { Look } from './motion/movers.ts';
import type { PlaneFrame } from './motion/planes.ts';
import { yuvBytes } from './pixels.ts';
import { type PlanInput, planSegment } from './plan.ts';
import type { Quiet } from './quiet.ts';
import { type Glance, isBlind, merged, see } from './see.ts';
import type { Eyes } from './segment.ts';
import type { FrameRef, Segment, SegmentPlan } from './types.ts';

/** What was seen of a part of a segment: all frames of its plan, and the scouts that lie in it. */
export interface Busy {
  readonly plan: SegmentPlan;
  readonly glances: readonly Glance[];
  /** Of the background model, in the same order. */
  readonly looks: readonly Look[];
  readonly report: Pick<DecodeReport, 'missing' | 'arguments' | 'decodedFrames'>;
}

/**
 * Looks at all frames of the plan where something moves. What moves already on the first frame of such a span came before it, and what moves
 * on the last one went after it: the span is widened there, a few times at most, because packets tell of movement late where frames are lost.
 */
export async function lookAtBusy(
  planning: PlanInput,
  quiet: Quiet | undefined,
  source: DecodeSource,
  eyes: Eyes,
  signal: AbortSignal | undefined,
): Promise<Busy> {
  const { segment, packets } = planning;
  const probed = (quiet?.glances ?? []).filter(({ ref }) => isIn(segment, ref));
  let active = quiet?.active;
  let plan = planSegment({ ...planning, ...(active === undefined ? {} : { active }) });
  const every = keptEvery(plan.frames.length + probed.length, source);
  // Where all frames are kept until it is known what moves, the detector is only shown those that are worth it.
  const isLate = eyes.findMovers !== undefined && every === 1;
  const options = { planePixels: eyes.planePixels, keptEvery: every, detect: isLate ? undefined : eyes.detect };
  const known = new Set<number>();
  const reports: DecodeReport[] = [];
  let seen: readonly Glance[] = [];
  for (let widened = 0; ; widened += 1) {
    const fresh = plan.frames.filter(({ number }) => !known.has(number));
    for (const { number } of fresh) known.add(number);
    const decoding = decodePlan({ frames: fresh }, source, signal);
    seen = merged(seen, await see(decoding.frames, options, signal));
    reports.push(decoding.report());
    const glances = merged(seen, probed);
    const isScouted = probed.length === glances.length && probed.length === quiet?.glances.length;
    const looks = isScouted ? quiet.looks : await looksAt(glances, eyes);
    const open =
      widened === MOST_TIMES || active === undefined ? [] : openEnds(active, glances, looks, packets.durationSeconds);
    const wider = united([...(active ?? []), ...open]);
    const next = open.length === 0 ? plan : planSegment({ ...planning, active: wider });
    // Never at the price of frames that are kept already.
    if (next.frames.length === plan.frames.length || keptEvery(next.frames.length + probed.length, source) !== every)
      return { plan, glances, looks, report: joined(reports) };
    signal?.throwIfAborted();
    [active, plan] = [wider, next];
  }
}

/** By so much each end is widened at a time, and so often. */
const WIDER_SECONDS = 1;
const MOST_TIMES = 3;

/** The spans on whose first or last frame something moves, wider there. */
function openEnds(
  spans: readonly TimeSpan[],
  glances: readonly Glance[],
  looks: readonly Look[],
  durationSeconds: number,
): TimeSpan[] {
  const moving = glances.map((_, index) => moves(looks[index]));
  return spans.flatMap(({ fromSeconds, toSeconds }) => {
    const first = glances.findIndex(({ timeSeconds }) => timeSeconds >= fromSeconds);
    const last = glances.findLastIndex(({ timeSeconds }) => timeSeconds < toSeconds);
    if (first < 0 || last < first) return [];
    return [
      ...(moving[first] ? [{ fromSeconds: Math.max(0, fromSeconds - WIDER_SECONDS), toSeconds }] : []),
      ...(moving[last] ? [{ fromSeconds, toSeconds: Math.min(durationSeconds, toSeconds + WIDER_SECONDS) }] : []),
    ];
  });
}

const moves = (look: Look | undefined): boolean => look !== undefined && !isBlind(look) && look.length > 0;

const isIn = ({ runUpFromPts, toPts }: Segment, { pts }: FrameRef): boolean => pts >= runUpFromPts && pts < toPts;

function joined(reports: readonly DecodeReport[]): Busy['report'] {
  return {
    missing: reports.flatMap(({ missing }) => missing).toSorted((a, b) => a.number - b.number),
    arguments: reports.flatMap((report) => report.arguments),
    decodedFrames: reports.reduce((sum, { decodedFrames }) => sum + decodedFrames, 0),
  };
}

/** Frames of a part that are kept until it is known what moves on them and of which colour it is: 352 MiB at most, key frames of the segment beside. */
const KEPT_BYTES = 352 * 1024 * 1024;

/** One frame in so many is kept: all of them where they fit. Depends on the plan and on sizes alone, never on the machine. */
export const keptEvery = (frames: number, size: { readonly widthPx: number; readonly heightPx: number }): number =>
  Math.max(1, Math.ceil((frames * yuvBytes(size)) / KEPT_BYTES));

/** What moves on each frame; nothing that is known of where there is no background model. */
async function looksAt(
  glances: readonly Glance[],
  { findMovers }: { findMovers?: ((frames: readonly PlaneFrame[]) => Promise<readonly Look[]>) | undefined },
): Promise<readonly Look[]> {
  const looks = await findMovers?.(glances.flatMap(({ planes }) => (planes === undefined ? [] : [planes])));
  return looks ?? glances.map(() => []);
}
