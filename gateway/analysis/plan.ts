import { besides, isWithin, markQuiet, markUndecodable, type TimeSpan } from './ledger.ts';
import { anchorsPerSecond, firstIndexFrom, frameRef, type PacketList } from './packets.ts';
import type { FrameRef, LedgerInterval, Segment, SegmentPlan } from './types.ts';

/** Stands in every result: another plan over the same footage may give other tracks. */
export const PLAN_VERSION = 10;

export interface PlanInput {
  readonly segment: Segment;
  readonly packets: PacketList;
  readonly framesPerSecond: number;
  /** Parts that may be analysed (REQ-07), media seconds from the first frame; end exclusive. */
  readonly windows: readonly TimeSpan[];
  /** Where something moves, in order and apart, as far as is known; all of it when absent. */
  readonly active?: readonly TimeSpan[];
  /** Where nothing moves beyond doubt, as of Activity; nowhere when absent. */
  readonly calm?: readonly TimeSpan[];
}

/** Key frames closer together than this show the same. */
const PROBE_SECONDS = 1.5;
/** What comes and goes in less shows in the packets; key frames are to find what stays. */
const CALM_PROBE_SECONDS = 3.5;

/** Anchors come irregularly: in smaller cells of their own, so that the longest step is not much longer than that of other files. */
const ANCHOR_CELLS = 1.3;

/**
 * Decides what is looked at in one segment: where something moves the first frame in each cell of 1/k s, elsewhere the key frames alone.
 * Where frames are reordered and anchors are enough, they are chosen: none of what lies between them need be decoded.
 * Cells count from the exhibit's first frame, so that a run-up chooses the very frames that the segment before it chose. Pure; no frame
 * outside the windows is chosen.
 */
export function planSegment(whole: PlanInput): SegmentPlan {
  const { packets, segment } = whole;
  const input = nearby(whole);
  const [frames, probes]: [FrameRef[], FrameRef[]] = [[], []];
  const isDue = probing(input);
  for (let index = firstIndexFrom(packets, segment.runUpFromPts); index < packets.count; index++) {
    if ((packets.pts[index] ?? 0) >= segment.toPts) break;
    if (!isAllowed(input, index)) continue;
    if (isActive(input, index)) {
      if (isChosen(input, index)) frames.push(frameRef(packets, index));
      continue;
    }
    if (packets.key[index] !== 1) continue;
    if (isDue(index)) probes.push(frameRef(packets, index));
  }
  const beyond = probes.length === 0 ? undefined : firstKeyFrom(packets, segment.toPts);
  if (beyond !== undefined && isAllowed(input, beyond)) probes.push(frameRef(packets, beyond));
  return { segment, frames, probes, intervals: plannedIntervals(input) };
}

/** With the spans of the segment alone: a day of recording has hundreds, and each frame asks for its own. */
function nearby(input: PlanInput): PlanInput {
  const { active, calm, packets, segment } = input;
  const [from, to] = [packets.secondsOf(segment.runUpFromPts), packets.secondsOf(segment.toPts)];
  const near = (spans: readonly TimeSpan[]): TimeSpan[] =>
    spans.filter(({ fromSeconds, toSeconds }) => toSeconds > from && fromSeconds < to);
  return {
    ...input,
    ...(active === undefined ? {} : { active: near(active) }),
    ...(calm === undefined ? {} : { calm: near(calm) }),
  };
}

/** Whether a key frame of the quiet, asked in order, is the first in its cell; cells are larger where it is calm. */
function probing(input: PlanInput): (index: number) => boolean {
  const { calm = [], packets } = input;
  let [last, lastCalm] = [-1, -1];
  return (index) => {
    const [cell, calmCell] = [cellOf(input, index, 1 / PROBE_SECONDS), cellOf(input, index, 1 / CALM_PROBE_SECONDS)];
    const isCalm = isWithin(calm, packets.secondsOf(packets.pts[index] ?? 0));
    const isDue = isCalm ? calmCell !== lastCalm : cell !== last;
    [last, lastCalm] = [cell, calmCell];
    return isDue;
  };
}

function firstKeyFrom(packets: PacketList, pts: number): number | undefined {
  const index = packets.key.indexOf(1, firstIndexFrom(packets, pts));
  return index < 0 ? undefined : index;
}

const isOpen = (input: PlanInput, index: number): boolean => isAllowed(input, index) && isActive(input, index);

/** The first open frame of each cell; where frames are reordered and there are anchors enough, those, or the first frame of a cell without any. */
function isChosen(input: PlanInput, index: number): boolean {
  const { packets, framesPerSecond } = input;
  if (anchorsPerSecond(packets) < framesPerSecond) return isFirst(input, index, index - 1, framesPerSecond);
  // A typed array takes -1 for its last place.
  const before = index === 0 ? -1 : packets.anchor.lastIndexOf(1, index - 1);
  if (packets.anchor[index] === 1) return isFirst(input, index, before, framesPerSecond * ANCHOR_CELLS);
  return isFirst(input, index, index - 1, framesPerSecond) && !hasAnchor(input, index);
}

/** Whether a frame begins a cell: the one before is in another, or is not looked at. */
const isFirst = (input: PlanInput, index: number, before: number, cellsPerSecond: number): boolean =>
  before < 0 ||
  !isOpen(input, before) ||
  cellOf(input, index, cellsPerSecond) !== cellOf(input, before, cellsPerSecond);

/** Whether an open anchor follows in the cell of a frame. */
function hasAnchor(input: PlanInput, index: number): boolean {
  const { packets, framesPerSecond } = input;
  const cell = cellOf(input, index, framesPerSecond);
  for (let at = index + 1; at < packets.count && cellOf(input, at, framesPerSecond) === cell; at++) {
    if (packets.anchor[at] === 1) return isOpen(input, at);
  }
  return false;
}

function isActive({ packets, active }: PlanInput, index: number): boolean {
  if (active === undefined) return true;
  const seconds = packets.secondsOf(packets.pts[index] ?? 0);
  return isWithin(active, seconds);
}

function cellOf({ packets }: PlanInput, index: number, framesPerSecond: number): number {
  const ticks = (packets.pts[index] ?? 0) - packets.firstPts;
  return Math.floor((ticks * packets.timeBase.num * framesPerSecond) / packets.timeBase.den);
}

function isAllowed({ packets, windows }: PlanInput, index: number): boolean {
  const seconds = packets.secondsOf(packets.pts[index] ?? 0);
  if (seconds < 0 || seconds >= packets.durationSeconds) return false;
  return isWithin(windows, seconds);
}

/** Where the file shows nothing new for longer, nothing was looked at, whatever the reason: a lost part, or a recorder that slept. */
const GAP_SECONDS = 2;
const GAP_REASON = 'no-frames';

/** The segment proper, cut at the edges of the windows and of the gaps between frames. */
function plannedIntervals(input: PlanInput): LedgerInterval[] {
  const { active, packets } = input;
  const quiet = active === undefined ? [] : besides(active, packets.durationSeconds);
  return markUndecodable(markQuiet(windowIntervals(input), quiet), gaps(input), GAP_REASON);
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
  const { packets, segment } = input;
  const from = segment.fromPts <= packets.firstPts ? 0 : packets.secondsOf(segment.fromPts);
  const to = Math.min(packets.secondsOf(segment.toPts), packets.durationSeconds);
  const inside = (seconds: number): boolean => seconds > from && seconds < to;
  const edges = input.windows.flatMap((window) => [window.fromSeconds, window.toSeconds]).filter(inside);
  const marks = [...new Set([from, ...edges, to])].sort((a, b) => a - b);
  return marks.slice(0, -1).map((fromSeconds, index) => {
    const toSeconds = marks[index + 1] ?? to;
    const middle = (fromSeconds + toSeconds) / 2;
    return isWithin(input.windows, middle)
      ? { fromSeconds, toSeconds, state: 'analysed', framesPerSecond: input.framesPerSecond }
      : { fromSeconds, toSeconds, state: 'outside', reason: 'E_REQ_SCOPE' };
  });
}
