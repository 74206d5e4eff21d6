import { sampleStride } from './audit-samples.ts';
import { type DecodeSource, decodeScouts } from './decode.ts';
import { isWithin, type TimeSpan, united } from './ledger.ts';
import type { Look } from './motion/movers.ts';
import { firstIndexFrom, type PacketList } from './packets.ts';
import { type PlanInput, planSegment } from './plan.ts';
import { comings, drawSamples, FEWEST_PROBES, type Scouting, scout, shownProbes } from './scout.ts';
import { backPressure, type Detect, type Glance, merged, type SeeOptions, see } from './see.ts';
import type { SegmentDeps, SegmentInput } from './segment.ts';
import type { DecodedFrame, Detection, Segment } from './types.ts';

/** What is known of the quiet part of a segment, before the rest is decoded. */
export interface Quiet extends Omit<Scouting, 'found' | 'known'> {
  /** Where all frames of the plan are looked at: by the packets, and by what the scouts saw. */
  readonly active: readonly TimeSpan[];
  readonly glances: readonly Glance[];
  /** Of the background model, in the order of the glances. */
  readonly looks: readonly Look[];
  readonly arguments: readonly (readonly string[])[];
  readonly decodedFrames: number;
}

/** Looks at key frames and samples of what the packets call quiet. Undefined where all of the segment is to be looked at. */
export async function scoutQuiet(
  planning: PlanInput,
  { exhibit, activity }: Pick<SegmentInput, 'exhibit' | 'activity'>,
  source: DecodeSource,
  { detect, findMovers, planePixels }: Pick<SegmentDeps, 'detect' | 'findMovers'> & Pick<SeeOptions, 'planePixels'>,
  signal: AbortSignal | undefined,
): Promise<Quiet | undefined> {
  // Sizes of packets are never the only way to the detector: without a background model for the key frames nothing is left out.
  if (activity === undefined || findMovers === undefined) return undefined;
  const { packets, segment } = planning;
  const { probes } = planSegment({ ...planning, active: activity.spans, calm: activity.calm });
  if (probes.length < FEWEST_PROBES || !isWorth(activity.spans, planning)) return undefined;
  const draw = { exhibitSha256: exhibit.sha256, strideSeconds: sampleStride(activity.quietSeconds) };
  const probed = new Set(probes.map(({ number }) => number));
  const samples = drawSamples(draw, planning, activity.spans).filter(({ number }) => !probed.has(number));
  const drawn = new Set(samples.map(({ number }) => number));
  const shown = new Set([...shownProbes(probes, packets, activity.calm), ...drawn]);
  const options = {
    detect,
    isShown: (frame: DecodedFrame) => shown.has(frame.ref.number),
    planePixels,
    keptEvery: 1,
    areProbes: true as const,
  };
  const decoding = decodeScouts({ keys: probes, samples }, source, signal);
  const first = merged(await see(decoding.frames, options, signal));
  const glances = detect === undefined ? first : await askedBetween(first, drawn, detect, signal);
  const report = decoding.report();
  const looks = await findMovers(glances.flatMap(({ planes }) => (planes === undefined ? [] : [planes])));
  const endSeconds = Math.min(packets.secondsOf(segment.toPts), packets.durationSeconds);
  // What did not come out is decoded with all that lies around it.
  const lost = report.missing.map(({ pts }) => keysAround(pts, packets));
  const scouting = scout(glances, looks, { samples: drawn, lost, endSeconds });
  const active = united([...activity.spans, ...scouting.found]);
  const rest = isWorth(active, planning)
    ? { active, audit: scouting.audit, sampled: scouting.sampled }
    : {
        active: [{ fromSeconds: 0, toSeconds: packets.durationSeconds }],
        // Samples that found what makes it busy count: leaving them out would leave out nothing but misses.
        audit: isWorth(united([...activity.spans, ...scouting.known]), planning)
          ? scouting.audit
          : { samples: 0, missed: 0 },
        sampled: [],
      };
  return {
    ...rest,
    ...within(segment, glances, looks),
    arguments: report.arguments,
    decodedFrames: report.decodedFrames,
  };
}

/** Where somebody came or went between two looks of the detector, it is shown the key frames between: the moment is found to a few seconds. */
async function askedBetween(
  glances: readonly Glance[],
  samples: ReadonlySet<number>,
  detect: Detect,
  signal: AbortSignal | undefined,
): Promise<readonly Glance[]> {
  const probes = glances.filter(({ ref }) => !samples.has(ref.number));
  const spans = comings(probes, Number.POSITIVE_INFINITY);
  const between = probes.filter(({ detections, timeSeconds }) => {
    return detections === undefined && isWithin(spans, timeSeconds);
  });
  const answers = new Map<Glance, Promise<readonly Detection[]>>();
  const pressed = backPressure();
  for (const glance of between) {
    signal?.throwIfAborted();
    if (glance.kept === undefined) continue;
    const answer = detect(glance.kept);
    answers.set(glance, answer);
    await pressed(answer);
  }
  return await Promise.all(
    glances.map(async (glance) => {
      const answer = answers.get(glance);
      return answer === undefined ? glance : { ...glance, detections: await answer };
    }),
  );
}

/** Less quiet than this in a segment saves nothing, and a background is better made of frames that are evenly spread. */
const LEAST_QUIET_SECONDS = 12;

function isWorth(active: readonly TimeSpan[], { packets, segment }: PlanInput): boolean {
  const from = packets.secondsOf(segment.fromPts);
  const to = Math.min(packets.secondsOf(segment.toPts), packets.durationSeconds);
  const busy = active.reduce((sum, span) => {
    return sum + Math.max(0, Math.min(to, span.toSeconds) - Math.max(from, span.fromSeconds));
  }, 0);
  return to - from - busy >= LEAST_QUIET_SECONDS;
}

/** What lies before the end of the segment: the key frame behind it was a scout alone. */
function within(
  segment: Segment,
  glances: readonly Glance[],
  looks: readonly Look[],
): Pick<Quiet, 'glances' | 'looks'> {
  const count = glances.filter(({ ref }) => ref.pts < segment.toPts).length;
  return { glances: glances.slice(0, count), looks: looks.slice(0, count) };
}

/** From the key frame before to the one after. */
function keysAround(pts: number, packets: PacketList): TimeSpan {
  const at = firstIndexFrom(packets, pts);
  // A typed array takes -1 for its last place.
  const before = at === 0 ? 0 : packets.key.lastIndexOf(1, at - 1);
  const after = packets.key.indexOf(1, at + 1);
  return {
    fromSeconds: packets.secondsOf(packets.pts[Math.max(0, before)] ?? packets.firstPts),
    toSeconds: after < 0 ? packets.durationSeconds : packets.secondsOf(packets.pts[after] ?? pts),
  };
}
