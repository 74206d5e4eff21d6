import type { Activity } from './activity.ts';
import type { TimeSpan } from './ledger.ts';
import { firstIndexFrom, type PacketList } from './packets.ts';
import type { Segment } from './types.ts';

const SEGMENT_SECONDS = 60;
const RUN_UP_SECONDS = 10;
/** Bounds the work and the memory of one segment, whatever the distance of key frames. */
const LONGEST_SEGMENT_SECONDS = 120;
/** What a segment costs at most, in busy seconds, when it is made of several. */
const MOST_COST = 66;
/** A quiet second is a key frame or none, a calm one seldom a key frame. */
const QUIET_COST = 1 / 3;
const CALM_COST = 1 / 6;
/** Of the cost of the whole: what is short has segments to run beside each other all the same. */
const MOST_SHARE = 1 / 4;

/**
 * Cuts an exhibit at the first key frame after each 60 s of media time since the cut before; where none comes within 120 s, at the
 * first frame after them, which is then decoded from the key frame before it. Neighbours that are quiet together are one segment, because
 * each start of a decoder costs as much as a dozen key frames. Without `rhythm` all seconds are busy. Pure.
 */
export function cutSegments(packets: PacketList, rhythm: Rhythm | undefined): Segment[] {
  const costs = costsOf(packets, cutsOf(packets), rhythm);
  const total = costs.reduce((sum, { cost }) => sum + cost, 0);
  return segmentsOf(packets, grouped(costs, Math.min(MOST_COST, total * MOST_SHARE)), packets.firstPts);
}

/** Where something moves, and where nothing does beyond doubt. */
export type Rhythm = Pick<Activity, 'spans' | 'calm'>;

/** Seconds of the longest part that `cutAgain` may give of a segment, run-up included. */
export function longestPart(packets: PacketList, segment: Segment): number {
  const lengths = cutAgain(packets, segment, undefined).map(
    ({ fromPts, toPts }) => packets.secondsOf(toPts) - packets.secondsOf(fromPts),
  );
  return Math.max(MOST_COST, ...lengths) + RUN_UP_SECONDS;
}

/** The parts of a segment once it is known how busy it is: one, unless it holds more than its packets told. Without `rhythm` all of it is. */
export function cutAgain(packets: PacketList, segment: Segment, rhythm: Rhythm | undefined): Segment[] {
  const inside = cutsOf(packets).filter((pts) => pts > segment.fromPts && pts < segment.toPts);
  const cuts = [segment.fromPts, ...inside, segment.toPts];
  return segmentsOf(packets, grouped(costsOf(packets, cuts, rhythm), MOST_COST), segment.runUpFromPts);
}

const known = new WeakMap<PacketList, readonly number[]>();

/** PTS of all cuts, the start and the end among them. Kept with the list: each segment of a long recording asks for them. */
function cutsOf(packets: PacketList): readonly number[] {
  const cuts = known.get(packets) ?? findCuts(packets);
  known.set(packets, cuts);
  return cuts;
}

function findCuts(packets: PacketList): readonly number[] {
  const ticks = ticksOf(packets);
  const cuts = [packets.firstPts];
  let wanted = packets.firstPts + ticks(SEGMENT_SECONDS);
  for (let index = firstIndexFrom(packets, wanted); index < packets.count; index++) {
    const pts = packets.pts[index] ?? 0;
    const isLate = pts >= wanted + ticks(LONGEST_SEGMENT_SECONDS - SEGMENT_SECONDS);
    if (pts < wanted || (packets.key[index] !== 1 && !isLate)) continue;
    cuts.push(pts);
    wanted = pts + ticks(SEGMENT_SECONDS);
  }
  const last = packets.pts[packets.count - 1] ?? packets.firstPts;
  return [...cuts, Math.max(packets.firstPts + ticks(packets.durationSeconds), last + 1)];
}

interface Stretch {
  readonly fromPts: number;
  readonly toPts: number;
  /** In busy seconds. */
  readonly cost: number;
}

function costsOf(packets: PacketList, cuts: readonly number[], rhythm: Rhythm | undefined): readonly Stretch[] {
  return cuts.slice(1).map((toPts, index) => {
    const fromPts = cuts[index] as number;
    const [from, to] = [packets.secondsOf(fromPts), packets.secondsOf(toPts)];
    const within = (spans: readonly TimeSpan[]): number =>
      spans.reduce((sum, span) => sum + overlap(span, from, to), 0);
    const active = rhythm === undefined ? to - from : within(rhythm.spans);
    const calm = rhythm === undefined ? 0 : Math.min(to - from - active, within(rhythm.calm));
    return { fromPts, toPts, cost: active + (to - from - active - calm) * QUIET_COST + calm * CALM_COST };
  });
}

/** Neighbours together, in as few groups as `wanted` allows of equal cost as nearly as can be, and none dearer than the most. */
function grouped(stretches: readonly Stretch[], wanted: number): readonly Stretch[] {
  const groups: Stretch[] = [];
  let rest = stretches.reduce((sum, { cost }) => sum + cost, 0);
  let left = Math.ceil(rest / wanted);
  let share = 0;
  for (const stretch of stretches) {
    const last = groups.at(-1);
    const isIn = last !== undefined && last.cost + stretch.cost / 2 <= share && last.cost + stretch.cost <= MOST_COST;
    if (isIn) groups[groups.length - 1] = { ...last, toPts: stretch.toPts, cost: last.cost + stretch.cost };
    else {
      share = rest / Math.max(1, left);
      left -= 1;
      groups.push(stretch);
    }
    rest -= stretch.cost;
  }
  return groups;
}

const overlap = ({ fromSeconds, toSeconds }: TimeSpan, from: number, to: number): number =>
  Math.max(0, Math.min(to, toSeconds) - Math.max(from, fromSeconds));

function segmentsOf(packets: PacketList, stretches: readonly Stretch[], runUpFromPts: number): Segment[] {
  const runUp = ticksOf(packets)(RUN_UP_SECONDS);
  return stretches.map(({ fromPts, toPts }, index) => ({
    index,
    fromPts,
    toPts,
    runUpFromPts: index === 0 ? runUpFromPts : Math.max(packets.firstPts, fromPts - runUp),
  }));
}

const ticksOf =
  ({ timeBase }: PacketList) =>
  (seconds: number): number =>
    Math.round((seconds * timeBase.den) / timeBase.num);
