import { drawnMoments } from './audit-samples.ts';
import { iou } from './boxes.ts';
import { groupOf } from './groups.ts';
import { isWithin, type TimeSpan, united } from './ledger.ts';
import type { Look } from './motion/movers.ts';
import { anchorFrom, firstIndexFrom, frameRef, type PacketList } from './packets.ts';
import type { PlanInput } from './plan.ts';
import { type Glance, isBlind } from './see.ts';
import type { AuditCount, Detection, FrameRef } from './types.ts';

// What the quiet part of a segment is asked before it is left alone: key frames, a detector now and then, and random moments.

/** Fewer key frames do not tell what stands still: all of the segment is then looked at. */
export const FEWEST_PROBES = 8;
/** How often a detector is shown a key frame of the quiet part: somebody may stand there who was there before anything moved. */
const CALL_SECONDS = 30;
/** Where nothing moves beyond doubt, nobody has come since. */
const CALM_CALL_SECONDS = 60;
/** Less sure boxes come and go by themselves. */
const CERTAIN = 0.5;
const SAME_BOX = 0.5;

/** Numbers of the probes that a detector is shown: the first in each cell of half a minute, or of a minute where it is calm. */
export function shownProbes(
  probes: readonly FrameRef[],
  { secondsOf }: PacketList,
  calm: readonly TimeSpan[],
): ReadonlySet<number> {
  const isFirst = (ref: FrameRef, index: number): boolean => {
    const before = probes[index - 1];
    const seconds = secondsOf(ref.pts);
    const cell = isWithin(calm, seconds) ? CALM_CALL_SECONDS : CALL_SECONDS;
    return before === undefined || Math.floor(seconds / cell) !== Math.floor(secondsOf(before.pts) / cell);
  };
  return new Set(probes.filter(isFirst).map(({ number }) => number));
}

/** Frames to the next anchor at most: the moment is a random one still, and half of the frames before it need not be decoded. */
const FRAMES_TO_ANCHOR = 8;

/** Random moments of the quiet part of the segment proper, one frame each, inside the windows. */
export function drawSamples(
  { exhibitSha256, strideSeconds }: { readonly exhibitSha256: string; readonly strideSeconds: number },
  { segment, packets, windows }: PlanInput,
  active: readonly TimeSpan[],
): readonly FrameRef[] {
  const part = {
    fromSeconds: packets.secondsOf(segment.fromPts),
    toSeconds: Math.min(packets.secondsOf(segment.toPts), packets.durationSeconds),
  };
  return drawnMoments(exhibitSha256, strideSeconds, part).flatMap((moment) => {
    const pts = packets.firstPts + (moment * packets.timeBase.den) / packets.timeBase.num;
    const ref = frameRef(packets, anchorFrom(packets, firstIndexFrom(packets, pts), FRAMES_TO_ANCHOR));
    const seconds = packets.secondsOf(ref.pts);
    // REQ-07: the frame itself lies in a window, not only the moment that was drawn.
    if (isWithin(active, moment) || isWithin(active, seconds) || !isWithin(windows, seconds)) return [];
    return ref.pts >= segment.fromPts && ref.pts < segment.toPts ? [ref] : [];
  });
}

export interface Scouting {
  /** Where the key frames, and then the samples, show something: each from the key frame before to the one after. */
  readonly found: readonly TimeSpan[];
  /** Where the key frames alone do. */
  readonly known: readonly TimeSpan[];
  readonly audit: AuditCount;
  /** Samples that stay in the quiet part. */
  readonly sampled: readonly FrameRef[];
}

export interface Scouted {
  /** Numbers of the frames that are random moments; the others are probes. */
  readonly samples: ReadonlySet<number>;
  /** Where a frame did not come out: looked at whatever the others show. */
  readonly lost: readonly TimeSpan[];
  readonly endSeconds: number;
}

/**
 * What probes and samples say of the quiet part. `glances` and `looks` stand in the order of the frames. A sample counts where the key
 * frames left its moment quiet, and as missed where it shows something all the same.
 */
export function scout(
  glances: readonly Glance[],
  looks: readonly Look[],
  { samples, lost, endSeconds }: Scouted,
): Scouting {
  const probes = glances.filter(({ ref }) => !samples.has(ref.number));
  const moving = new Set(glances.filter((_, index) => moves(looks[index])));
  const around = (at: number): TimeSpan => ({
    fromSeconds: probes.findLast(({ timeSeconds }) => timeSeconds < at)?.timeSeconds ?? 0,
    toSeconds: probes.find(({ timeSeconds }) => timeSeconds > at)?.timeSeconds ?? endSeconds,
  });
  const known = united([
    ...probes.filter((probe) => moving.has(probe)).map(({ timeSeconds }) => around(timeSeconds)),
    ...comings(probes, endSeconds),
    ...lost,
  ]);
  const left = glances.filter(({ ref, timeSeconds }) => samples.has(ref.number) && !isWithin(known, timeSeconds));
  const missed = left.filter((glance) => moving.has(glance) || isNew(glance, asked(probes, glance.timeSeconds)));
  const found = united([...known, ...missed.map(({ timeSeconds }) => around(timeSeconds))]);
  // Beside a missed one another sample may lie in time that is looked at now.
  const quiet = left.filter(({ timeSeconds }) => !isWithin(found, timeSeconds));
  return { found, known, audit: { samples: left.length, missed: missed.length }, sampled: quiet.map(({ ref }) => ref) };
}

const moves = (look: Look | undefined): boolean => look === undefined || isBlind(look) || look.length > 0;

/** The last probe before a moment and the first one after it that a detector was shown. */
function asked(probes: readonly Glance[], seconds: number): readonly Glance[] {
  const seen = probes.filter(({ detections }) => detections !== undefined);
  const before = seen.findLast(({ timeSeconds }) => timeSeconds <= seconds);
  const after = seen.find(({ timeSeconds }) => timeSeconds > seconds);
  return [before, after].filter((probe) => probe !== undefined);
}

/** Between two looks of the detector of which one has a sure box that the other lacks, somebody came or went. */
export function comings(probes: readonly Glance[], endSeconds: number): readonly TimeSpan[] {
  const seen = probes.filter(({ detections }) => detections !== undefined);
  return seen.slice(1).flatMap((glance, index) => {
    const before = seen[index] as Glance;
    const changed = isNew(glance, [before]) || isNew(before, [glance]);
    return changed ? [{ fromSeconds: before.timeSeconds, toSeconds: Math.min(endSeconds, glance.timeSeconds) }] : [];
  });
}

/** Whether a glance has a sure box that none of the others has in its place. */
function isNew({ detections = [] }: Glance, others: readonly Glance[]): boolean {
  const known = others.flatMap((other) => other.detections ?? []);
  const isKnown = (box: Detection): boolean =>
    known.some((other) => groupOf(other.class) === groupOf(box.class) && iou(other, box) >= SAME_BOX);
  return detections.some((box) => box.score >= CERTAIN && !isKnown(box));
}
