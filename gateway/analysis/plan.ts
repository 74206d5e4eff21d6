import { markUndecodable } from './ledger.ts';
import { firstIndexFrom, frameRef, type PacketList } from './packets.ts';
import type { FrameRef, LedgerInterval, Segment, SegmentPlan } from './types.ts';

/** Stands in every result: another plan over the same footage may give other tracks. */
export const PLAN_VERSION = 3;

export interface PlanInput {
  readonly segment: Segment;
  readonly packets: PacketList;
  readonly framesPerSecond: number;
  /** Parts that may be analysed (REQ-07), media seconds from the first frame; end exclusive. */
  readonly windows: readonly { readonly fromSeconds: number; readonly toSeconds: number }[];
}

/** Decides what is looked at in one segment. MUST be a pure function of its input, and MUST NOT choose a frame outside the windows. */
export type Planner = (input: PlanInput) => SegmentPlan;

/**
 * The plain plan: the first frame in each cell of 1/k s. Cells count from the exhibit's first frame, so that a run-up chooses the very
 * frames that the segment before it chose.
 */
export const planEvenly: Planner = (input) => ({
  segment: input.segment,
  frames: chosenFrames(input),
  intervals: plannedIntervals(input),
});

function chosenFrames(input: PlanInput): FrameRef[] {
  const { packets, segment } = input;
  const chosen: FrameRef[] = [];
  for (let index = firstIndexFrom(packets, segment.runUpFromPts); index < packets.count; index++) {
    if ((packets.pts[index] ?? 0) >= segment.toPts) break;
    if (!isAllowed(input, index)) continue;
    const opensCell = index === 0 || cellOf(input, index) !== cellOf(input, index - 1) || !isAllowed(input, index - 1);
    if (opensCell) chosen.push(frameRef(packets, index));
  }
  return chosen;
}

function cellOf({ packets, framesPerSecond }: PlanInput, index: number): number {
  const ticks = (packets.pts[index] ?? 0) - packets.firstPts;
  return Math.floor((ticks * packets.timeBase.num * framesPerSecond) / packets.timeBase.den);
}

function isAllowed({ packets, windows }: PlanInput, index: number): boolean {
  const seconds = packets.secondsOf(packets.pts[index] ?? 0);
  if (seconds < 0 || seconds >= packets.durationSeconds) return false;
  return windows.some((window) => seconds >= window.fromSeconds && seconds < window.toSeconds);
}

/** Where the file shows nothing new for longer, nothing was looked at, whatever the reason: a lost part, or a recorder that slept. */
const GAP_SECONDS = 2;
const GAP_REASON = 'no-frames';

/** The segment proper, cut at the edges of the windows and of the gaps between frames. */
function plannedIntervals(input: PlanInput): LedgerInterval[] {
  return markUndecodable(windowIntervals(input), gaps(input), GAP_REASON);
}

function gaps({ packets, segment, framesPerSecond }: PlanInput): { fromSeconds: number; toSeconds: number }[] {
  const found: { fromSeconds: number; toSeconds: number }[] = [];
  for (let index = firstIndexFrom(packets, segment.fromPts); index < packets.count - 1; index++) {
    const pts = packets.pts[index] ?? 0;
    if (pts >= segment.toPts) break;
    const fromSeconds = packets.secondsOf(pts);
    const toSeconds = packets.secondsOf(packets.pts[index + 1] ?? pts);
    // The frame itself covers its own cell.
    if (toSeconds - fromSeconds > GAP_SECONDS)
      found.push({ fromSeconds: fromSeconds + 1 / framesPerSecond, toSeconds });
  }
  return found;
}

function windowIntervals(input: PlanInput): LedgerInterval[] {
  const from = input.segment.index === 0 ? 0 : input.packets.secondsOf(input.segment.fromPts);
  const to = Math.min(input.packets.secondsOf(input.segment.toPts), input.packets.durationSeconds);
  const inside = (seconds: number): boolean => seconds > from && seconds < to;
  const edges = input.windows.flatMap((window) => [window.fromSeconds, window.toSeconds]).filter(inside);
  const marks = [...new Set([from, ...edges, to])].sort((a, b) => a - b);
  return marks.slice(0, -1).map((fromSeconds, index) => {
    const toSeconds = marks[index + 1] ?? to;
    const middle = (fromSeconds + toSeconds) / 2;
    const allowed = input.windows.some((window) => middle >= window.fromSeconds && middle < window.toSeconds);
    return allowed
      ? { fromSeconds, toSeconds, state: 'analysed', framesPerSecond: input.framesPerSecond }
      : { fromSeconds, toSeconds, state: 'outside', reason: 'E_REQ_SCOPE' };
  });
}
