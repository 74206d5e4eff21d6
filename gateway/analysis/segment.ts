import { AppError } from '../errors.ts';
import type { Exhibit } from '../footage/types.ts';
import { listsExhibit, type Requisition } from '../requisition/types.ts';
import type { Activity } from './activity.ts';
import { iou } from './boxes.ts';
import { lookAtBusy } from './busy.ts';
import type { DecodeSource } from './decode.ts';
import { shown } from './diet.ts';
import type { FrameMemory } from './frame-memory.ts';
import { fuse } from './fuse.ts';
import type { PictureSize } from './letterbox.ts';
import type { Blindness, Look } from './motion/movers.ts';
import { type PlaneFrame, planePixels } from './motion/planes.ts';
import type { PacketList } from './packets.ts';
import { type PlanInput, planSegment } from './plan.ts';
import { type Quiet, scoutQuiet } from './quiet.ts';
import { carried, type Detect, type Glance, isBlind } from './see.ts';
import { withBlindness, withLosses, withSamples } from './segment-ledger.ts';
import { cutAgain, longestPart } from './segments.ts';
import { stitch } from './stitch.ts';
import type {
  DecodedFrame,
  Detection,
  FrameDetections,
  RawTrack,
  Segment,
  SegmentResult,
  TrackPoint,
} from './types.ts';

/** What of an exhibit decides what a segment gives. */
export type SeenExhibit = Pick<Exhibit, 'sha256' | 'timeline' | 'windows'>;

export interface SegmentInput {
  readonly exhibit: SeenExhibit;
  /** The exhibit's bytes as a scratch file, for the jail alone. */
  readonly file: string;
  readonly packets: PacketList;
  readonly segment: Segment;
  readonly framesPerSecond: number;
  /** What the packets of the whole exhibit tell; all of it is looked at when absent. */
  readonly activity?: Activity | undefined;
}

export interface SegmentDeps {
  /** A detector's boxes; without one the background model alone sees. */
  readonly detect?: Detect | undefined;
  /** Size of picture on which the detector sees parts of such frames as it sees them in whole ones: what moves on several is shown together. */
  readonly canvas?: (frame: DecodedFrame) => PictureSize | undefined;
  /** What moves, from all frames of the segment at once; without it the detector alone sees. */
  readonly findMovers?: ((frames: readonly PlaneFrame[]) => Promise<readonly Look[]>) | undefined;
  /** Names what no detector named, in the same order. */
  readonly name?: (tracks: readonly RawTrack[], frames: readonly DecodedFrame[]) => Promise<readonly RawTrack[]>;
  /** Memory for the frames of a segment, used again when it is done; without it each frame has memory of its own. */
  readonly lendFrames?: () => FrameMemory;
  /** Size of the frames that detector and background model want of a picture. */
  decodeSize(picture: { readonly widthPx: number; readonly heightPx: number }): {
    readonly widthPx: number;
    readonly heightPx: number;
  };
  track(frames: readonly FrameDetections[]): readonly RawTrack[];
  /** Gives the tracks back in the same order, with `colourCounts` filled. */
  countColours(tracks: readonly RawTrack[], frames: readonly DecodedFrame[]): readonly RawTrack[];
}

/**
 * Analyses one segment: a pure function of the exhibit's bytes, the segment, the plan and the models. Refuses an exhibit that the
 * requisition does not list (E_REQ_SCOPE). Frames that do not decode become `undecodable` intervals; E_MEDIA_LIMIT,
 * E_MEDIA_BREAKOUT and E_MEDIA_JAIL end it.
 */
export async function analyseSegment(
  requisition: Requisition,
  input: SegmentInput & { readonly exhibit: Exhibit },
  deps: SegmentDeps,
  signal?: AbortSignal,
): Promise<SegmentResult> {
  demandScope(requisition, input.exhibit);
  return await analyseGranted(input, deps, signal);
}

/** The same for a worker, whose lease says that the gateway has verified the requisition, demanded its scope and decided. */
export async function analyseGranted(
  input: SegmentInput,
  deps: SegmentDeps,
  signal?: AbortSignal,
): Promise<SegmentResult> {
  const { exhibit, file, packets, segment, framesPerSecond } = input;
  const size = deps.decodeSize(exhibit.timeline);
  const memory = deps.lendFrames?.();
  const source: DecodeSource = { file, timeline: exhibit.timeline, packets, ...size, space: memory?.space };
  const planning = { segment, packets, framesPerSecond, windows: exhibit.windows };
  // One size for all planes of the segment, whatever becomes of its quiet part.
  const planes = deps.findMovers && planePixels(mostFrames(planning));
  const counter = { calls: 0 };
  const eyes = { ...deps, detect: counted(deps.detect, counter), planePixels: planes };
  const quiet = await scoutQuiet(planning, input, source, eyes, signal);
  const parts = cutAgain(packets, segment, quiet && { spans: quiet.active, calm: input.activity?.calm ?? [] });
  const results: PartResult[] = [];
  for (const part of parts)
    results.push(await analysePart({ ...planning, segment: part }, quiet, source, eyes, signal));
  // Of a segment that failed, somebody may still read or write a frame.
  memory?.giveBack();
  return {
    index: segment.index,
    tracks: stitch(parts, results),
    intervals: results.flatMap(({ intervals }) => intervals),
    audit: quiet?.audit ?? { samples: 0, missed: 0 },
    arguments: [...(quiet?.arguments ?? []), ...results.flatMap((each) => each.arguments)],
    work: {
      decodedFrames: results.reduce((sum, each) => sum + each.decodedFrames, quiet?.decodedFrames ?? 0),
      detectorCalls: counter.calls,
    },
  };
}

/** What a segment gives is what its parts give; it is one, unless more moves in it than its packets told. */
interface PartResult extends Pick<SegmentResult, 'index' | 'tracks' | 'intervals' | 'arguments'> {
  readonly decodedFrames: number;
}

/** The eyes, with the size of the background model's planes. */
export type Eyes = SegmentDeps & { readonly planePixels: number | undefined };

async function analysePart(
  planning: PlanInput,
  quiet: Quiet | undefined,
  source: DecodeSource,
  eyes: Eyes,
  signal: AbortSignal | undefined,
): Promise<PartResult> {
  const { segment, packets, framesPerSecond } = planning;
  const { detect } = eyes;
  const { plan, glances: all, looks, report } = await lookAtBusy(planning, quiet, source, eyes, signal);
  const glances = detect === undefined ? all : await shown(all, looks, { detect, canvas: eyes.canvas }, signal);
  const { seen, blind } = understood(glances, looks);
  signal?.throwIfAborted();
  const kept = glances.flatMap((glance) => (glance.kept === undefined ? [] : [glance.kept]));
  const tracks = ownPart(eyes.track(seen), segment, seen);
  const own = tracks.map((track) => track.own);
  const named = eyes.name === undefined ? own : await eyes.name(own, kept);
  const coloured = eyes.countColours(named, kept);
  const sampled = (quiet?.sampled ?? []).filter(({ pts }) => pts >= segment.fromPts && pts < segment.toPts);
  const intervals = withSamples(withLosses(plan, report, packets), sampled, packets, framesPerSecond);
  return {
    index: segment.index,
    tracks: coloured.map((each, index) => ({ ...each, points: tracks[index]?.points ?? each.points })),
    intervals: withBlindness(intervals, blind, plan, packets, detect !== undefined),
    arguments: report.arguments,
    decodedFrames: report.decodedFrames,
  };
}

/** Frames of the longest part of a segment at most, its key frames and samples among them. */
function mostFrames(planning: PlanInput): number {
  const { packets, segment, framesPerSecond } = planning;
  const { frames } = planSegment(planning);
  const { probes } = planSegment({ ...planning, active: [] });
  return Math.min(frames.length, longestPart(packets, segment) * framesPerSecond) + probes.length + MOST_SAMPLES;
}

/** Of a segment: one a second where little is quiet, and then there is little of it. */
const MOST_SAMPLES = 40;

/** The detector, counting what it is shown. */
function counted(detect: SegmentDeps['detect'], counter: { calls: number }): SegmentDeps['detect'] {
  if (detect === undefined) return undefined;
  return (frame) => {
    counter.calls += 1;
    return detect(frame);
  };
}

/** REQ-07: the exhibit belongs to the case of the requisition and stands, with its digest, in its schedule. */
export function demandScope(requisition: Requisition, exhibit: Exhibit): void {
  if (exhibit.caseId !== requisition.caseId || !listsExhibit(requisition, exhibit))
    throw new AppError('E_REQ_SCOPE', { detail: 'the exhibit is not listed in the schedule' });
}

/** What detector and background model make of all frames together; and where the latter could not say what moves, with the reason. */
function understood(
  glances: readonly Glance[],
  looks: readonly Look[],
): { readonly seen: readonly FrameDetections[]; readonly blind: ReadonlyMap<number, Blindness> } {
  const blind = new Map<number, Blindness>();
  const named = carried(glances);
  const seen = glances.map(({ ref, timeSeconds }, index): FrameDetections => {
    const look = looks[index] ?? [];
    if (isBlind(look)) blind.set(ref.number, look);
    return { ref, timeSeconds, detections: fuse(named[index] ?? [], isBlind(look) ? [] : look) };
  });
  return { seen, blind };
}

interface OwnPart {
  /** The track from the cut on, with what it counts there. */
  readonly own: RawTrack;
  readonly points: readonly TrackPoint[];
}

/**
 * What each track counts in this segment. Frames of the run-up were counted by the segment before, so votes are counted again from
 * the cut on; the points are kept whole, because the stitch matches them. A track that ends before the cut is the other segment's.
 */
function ownPart(tracks: readonly RawTrack[], segment: Segment, seen: readonly FrameDetections[]): OwnPart[] {
  const detections = new Map(seen.map((frame) => [frame.ref.number, frame.detections]));
  return tracks.flatMap((track): OwnPart[] => {
    const points = track.points.filter((point) => point.pts >= segment.fromPts);
    if (points.length === 0) return [];
    if (points.length === track.points.length) return [{ own: track, points }];
    return [{ own: { ...track, ...evidenceOf(points, detections), points }, points: track.points }];
  });
}

/** Evidence of some points: each observed point is a detection of its frame, the one with its score that covers it best. */
function evidenceOf(
  points: readonly TrackPoint[],
  detections: ReadonlyMap<number, readonly Detection[]>,
): Pick<RawTrack, 'votes' | 'moved'> {
  const votes: { -readonly [C in keyof RawTrack['votes']]: number } = {};
  let moved = 0;
  for (const point of points) {
    if (!point.observed) continue;
    const candidates = detections.get(point.frame) ?? [];
    const same = candidates.filter((candidate) => Math.abs(candidate.score - point.score) < 1e-6);
    const pool = same.length > 0 ? same : candidates;
    const best = pool.reduce<Detection | undefined>(
      (found, candidate) => (found === undefined || iou(candidate, point) > iou(found, point) ? candidate : found),
      undefined,
    );
    if (best === undefined) continue;
    votes[best.class] = (votes[best.class] ?? 0) + best.score;
    if (best.moving === true || best.class === 'object') moved += 1;
  }
  return { votes, ...(moved === 0 ? {} : { moved }) };
}
