import { AppError } from '../errors.ts';
import type { Exhibit } from '../footage/types.ts';
import { listsExhibit, type Requisition } from '../requisition/types.ts';
import { iou } from './boxes.ts';
import { type DecodeReport, decodePlan } from './decode.ts';
import { fuse } from './fuse.ts';
import { markUndecodable, noteReason, type TimeSpan } from './ledger.ts';
import type { Blindness, Look } from './motion/movers.ts';
import { type PlaneFrame, planePixels, planesOf } from './motion/planes.ts';
import type { PacketList } from './packets.ts';
import { type Planner, planEvenly } from './plan.ts';
import type {
  DecodedFrame,
  Detection,
  FrameDetections,
  LedgerInterval,
  RawTrack,
  Segment,
  SegmentPlan,
  SegmentResult,
  TrackPoint,
} from './types.ts';

export interface SegmentInput {
  readonly exhibit: Exhibit;
  /** The exhibit's bytes as a scratch file, for the jail alone. */
  readonly file: string;
  readonly packets: PacketList;
  readonly segment: Segment;
  readonly framesPerSecond: number;
}

export interface SegmentDeps {
  /** Plain plan when absent. */
  readonly plan?: Planner;
  /** A detector's boxes; without one the background model alone sees. */
  readonly detect?: ((frame: DecodedFrame) => Promise<readonly Detection[]>) | undefined;
  /** What moves, from all frames of the segment at once; without it the detector alone sees. */
  readonly findMovers?: (frames: readonly PlaneFrame[]) => Promise<readonly Look[]>;
  /** Names what no detector named, in the same order. */
  readonly name?: (tracks: readonly RawTrack[], frames: readonly DecodedFrame[]) => Promise<readonly RawTrack[]>;
  /** Size of the frames that detector and background model want of a picture. */
  decodeSize(picture: { readonly widthPx: number; readonly heightPx: number }): {
    readonly widthPx: number;
    readonly heightPx: number;
  };
  track(frames: readonly FrameDetections[]): readonly RawTrack[];
  /** Gives the tracks back in the same order, with `colourCounts` filled. */
  countColours(tracks: readonly RawTrack[], frames: readonly DecodedFrame[]): readonly RawTrack[];
}

// Enough to keep every detector thread busy while the next frames are decoded.
const IN_FLIGHT = 8;

/**
 * Analyses one segment: a pure function of the exhibit's bytes, the segment, the plan and the models. Refuses an exhibit that the
 * requisition does not list (E_REQ_SCOPE). Frames that do not decode become `undecodable` intervals; E_MEDIA_LIMIT and E_MEDIA_JAIL end it.
 */
export async function analyseSegment(
  requisition: Requisition,
  input: SegmentInput,
  deps: SegmentDeps,
  signal?: AbortSignal,
): Promise<SegmentResult> {
  demandScope(requisition, input.exhibit);
  const { exhibit, file, packets, segment, framesPerSecond } = input;
  const plan = (deps.plan ?? planEvenly)({ segment, packets, framesPerSecond, windows: exhibit.windows });
  const size = deps.decodeSize(exhibit.timeline);
  const decoding = decodePlan(plan, { file, timeline: exhibit.timeline, packets, ...size }, signal);
  const { kept, seen, blind } = await see(decoding.frames, plan.frames.length, size, deps, signal);
  signal?.throwIfAborted();
  const tracks = ownPart(deps.track(seen), segment, seen);
  const own = tracks.map((track) => track.own);
  const named = deps.name === undefined ? own : await deps.name(own, kept);
  const coloured = deps.countColours(named, kept);
  const whole = coloured.map((each, index) => ({ ...each, points: tracks[index]?.points ?? each.points }));
  const report = decoding.report();
  return {
    index: segment.index,
    tracks: whole,
    intervals: withBlindness(withLosses(plan, report, packets), blind, plan, packets, deps),
    arguments: report.arguments,
    work: { decodedFrames: report.decodedFrames, detectorCalls: deps.detect === undefined ? 0 : seen.length },
  };
}

/** REQ-07: the exhibit belongs to the case of the requisition and stands, with its digest, in its schedule. */
function demandScope(requisition: Requisition, exhibit: Exhibit): void {
  if (exhibit.caseId !== requisition.caseId || !listsExhibit(requisition, exhibit))
    throw new AppError('E_REQ_SCOPE', { detail: 'the exhibit is not listed in the schedule' });
}

/** Frames of a segment that are kept until its tracks are known, to count their colours: 256 MiB at most. */
const KEPT_BYTES = 256 * 1024 * 1024;

/** Every how manieth frame is kept: all of them where they fit. Depends on the plan and on sizes alone, never on the machine. */
export const keptEvery = (frames: number, size: { readonly widthPx: number; readonly heightPx: number }): number =>
  Math.max(1, Math.ceil((frames * size.widthPx * size.heightPx * 3) / KEPT_BYTES));

interface Seen {
  readonly kept: readonly DecodedFrame[];
  readonly seen: readonly FrameDetections[];
  /** Why the background model could not say what moves, for the frames of which it could not. */
  readonly blind: ReadonlyMap<number, Blindness>;
}

/** Shows every frame to the detector, several at a time, and all of them to the background model; both stand in the order of the frames. */
async function see(
  decoded: AsyncIterable<DecodedFrame>,
  planned: number,
  size: { readonly widthPx: number; readonly heightPx: number },
  { detect, findMovers }: SegmentDeps,
  signal: AbortSignal | undefined,
): Promise<Seen> {
  const [every, pixels] = [keptEvery(planned, size), planePixels(planned)];
  const kept: DecodedFrame[] = [];
  const planes: PlaneFrame[] = [];
  const moments: Pick<FrameDetections, 'ref' | 'timeSeconds'>[] = [];
  const answers: Promise<readonly Detection[]>[] = [];
  for await (const frame of decoded) {
    signal?.throwIfAborted();
    const answer = detect?.(frame) ?? Promise.resolve([]);
    // Awaited below, in order; a rejection before that must not end the process.
    answer.catch(() => {});
    if (moments.length % every === 0) kept.push(frame);
    if (findMovers !== undefined) planes.push(planesOf(frame, pixels));
    moments.push({ ref: frame.ref, timeSeconds: frame.timeSeconds });
    answers.push(answer);
    await answers[answers.length - IN_FLIGHT];
  }
  const [detections, looks] = await Promise.all([Promise.all(answers), findMovers?.(planes)]);
  const blind = new Map<number, Blindness>();
  const seen = moments.map((moment, index): FrameDetections => {
    const look = looks?.[index] ?? [];
    if (typeof look === 'string') blind.set(moment.ref.number, look);
    return { ...moment, detections: fuse(detections[index] ?? [], typeof look === 'string' ? [] : look) };
  });
  return { kept, seen, blind };
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

/**
 * Where the background model could not compare, only a detector has looked: said so; without one nothing has, and the time counts as not
 * analysed.
 */
function withBlindness(
  intervals: readonly LedgerInterval[],
  blind: ReadonlyMap<number, Blindness>,
  plan: SegmentPlan,
  packets: PacketList,
  { detect }: SegmentDeps,
): readonly LedgerInterval[] {
  const mark = detect === undefined ? markUndecodable : noteReason;
  return [...new Set(blind.values())].reduce((marked, reason) => {
    const frames = new Set([...blind].filter(([, each]) => each === reason).map(([number]) => number));
    return mark(marked, spansOf(frames, plan, packets), reason);
  }, intervals);
}

/** Each planned frame that did not come out leaves the time until the next planned one undecodable. */
function withLosses(plan: SegmentPlan, report: DecodeReport, packets: PacketList): readonly LedgerInterval[] {
  if (report.missing.length === 0) return plan.intervals;
  const missing = new Set(report.missing.map((ref) => ref.number));
  const own = plan.frames.filter((ref) => ref.pts >= plan.segment.fromPts);
  const nothing = own.length > 0 && own.every((ref) => missing.has(ref.number));
  const whole = [{ fromSeconds: 0, toSeconds: packets.secondsOf(plan.segment.toPts) }];
  return markUndecodable(plan.intervals, nothing ? whole : spansOf(missing, plan, packets), 'E_MEDIA_DECODE');
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
