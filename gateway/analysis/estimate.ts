import type { Activity } from './activity.ts';
import type { TimeSpan } from './ledger.ts';
import type { PacketList } from './packets.ts';
import { planSegment } from './plan.ts';
import { cutSegments } from './segments.ts';

// How long an analysis will take, before anything is decoded: from the packets alone. The prices are those of the bench's machine; the pace of
// the segments that are done corrects them for any other.

const SEGMENT_SECONDS = 0.3;
const PROBE_SECONDS = 0.016;
const FRAME_SECONDS = 0.02;
const DETECTED_FRAME_SECONDS = 0.035;

/** Seconds that each segment of an exhibit is expected to take on one core, by its number. */
export function expectedSeconds(
  packets: PacketList,
  framesPerSecond: number,
  activity: Activity | undefined,
  hasDetector: boolean,
  windows: readonly TimeSpan[],
): readonly number[] {
  const price = hasDetector ? DETECTED_FRAME_SECONDS : FRAME_SECONDS;
  return cutSegments(packets, activity).map((segment) => {
    const active = activity === undefined ? {} : { active: activity.spans, calm: activity.calm };
    const { frames, probes } = planSegment({ segment, packets, framesPerSecond, windows, ...active });
    return SEGMENT_SECONDS + frames.length * price + probes.length * PROBE_SECONDS;
  });
}

/** What an analysis of an exhibit would take here. */
export interface Estimate {
  /** From its start to its end, where nothing else runs. */
  readonly seconds: number;
  readonly mediaSeconds: number;
  /** Whether a detector would look at it. */
  readonly hasDetector: boolean;
}

export interface Pace {
  readonly expected: readonly number[];
  /** Numbers of the segments that are not done. */
  readonly waiting: readonly number[];
  readonly elapsedSeconds: number;
  /** Segments that run beside each other. */
  readonly atOnce: number;
}

/** Seconds until the last segment is done: what is left, at the pace of what is done. */
export function remainingSeconds({ expected, waiting, elapsedSeconds, atOnce }: Pace): number {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const rest = sum(waiting.map((n) => expected[n] ?? 0));
  const done = sum(expected) - rest;
  // Nothing is known of this machine yet.
  if (waiting.length === expected.length || done <= 0) return rest / atOnce;
  return (rest * elapsedSeconds) / done;
}
