import type { DecodeReport } from './decode.ts';
import { markSampled, markUnseen, noteReason, type TimeSpan } from './ledger.ts';
import type { Blindness } from './motion/movers.ts';
import type { PacketList } from './packets.ts';
import type { FrameRef, LedgerInterval, SegmentPlan } from './types.ts';

// What became of the planned intervals of a segment once it was looked at.

/**
 * Where the background model could not compare, only a detector has looked: said so; without one nothing has, and the time counts as not
 * analysed.
 */
export function withBlindness(
  intervals: readonly LedgerInterval[],
  blind: ReadonlyMap<number, Blindness>,
  plan: SegmentPlan,
  packets: PacketList,
  hasDetector: boolean,
): readonly LedgerInterval[] {
  const mark = hasDetector ? noteReason : markUnseen;
  return [...new Set(blind.values())].reduce((marked, reason) => {
    const frames = new Set([...blind].filter(([, each]) => each === reason).map(([number]) => number));
    return mark(marked, spansOf(frames, plan, packets), reason);
  }, intervals);
}

/** A random moment was looked at for the time that one frame of the plan stands for. */
export function withSamples(
  intervals: readonly LedgerInterval[],
  sampled: readonly FrameRef[],
  packets: PacketList,
  framesPerSecond: number,
): readonly LedgerInterval[] {
  const spans = sampled.map(({ pts }) => {
    const fromSeconds = packets.secondsOf(pts);
    return { fromSeconds, toSeconds: fromSeconds + 1 / framesPerSecond };
  });
  return markSampled(intervals, spans);
}

/** Each planned frame that did not come out leaves the time until the next planned one undecodable. */
export function withLosses(
  plan: SegmentPlan,
  report: Pick<DecodeReport, 'missing'>,
  packets: PacketList,
): readonly LedgerInterval[] {
  if (report.missing.length === 0) return plan.intervals;
  const missing = new Set(report.missing.map((ref) => ref.number));
  const own = plan.frames.filter((ref) => ref.pts >= plan.segment.fromPts);
  const nothing = own.length > 0 && own.every((ref) => missing.has(ref.number));
  const whole = [{ fromSeconds: 0, toSeconds: packets.secondsOf(plan.segment.toPts) }];
  return markUnseen(plan.intervals, nothing ? whole : spansOf(missing, plan, packets), 'E_MEDIA_DECODE');
}

/** The time that frames of the segment proper stand for: each until the next planned one. */
function spansOf(numbers: ReadonlySet<number>, plan: SegmentPlan, packets: PacketList): TimeSpan[] {
  const own = plan.frames.filter((ref) => ref.pts >= plan.segment.fromPts);
  const end = packets.secondsOf(plan.segment.toPts);
  const spans: TimeSpan[] = [];
  for (const [index, ref] of own.entries()) {
    if (!numbers.has(ref.number)) continue;
    const next = own[index + 1];
    const fromSeconds = packets.secondsOf(ref.pts);
    const toSeconds = next === undefined ? end : packets.secondsOf(next.pts);
    const before = spans.at(-1);
    if (before?.toSeconds === fromSeconds) spans[spans.length - 1] = { ...before, toSeconds };
    else spans.push({ fromSeconds, toSeconds });
  }
  return spans;
}
