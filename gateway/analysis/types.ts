import type { ClassName, ColourName, Part } from '../vocabulary.ts';

/** A box in pixels of the original picture, origin top left. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** One object seen by a detector on one frame. `score` is 0 to 1. */
export interface Detection extends Box {
  readonly class: ClassName;
  readonly score: number;
  /** A detector named it and the background model saw it move. */
  readonly moving?: true;
  /** Boxes of the separate pieces that the background model joined into this one. */
  readonly parts?: readonly Box[];
}

/** A frame in presentation order: `number` counts from 1. */
export interface FrameRef {
  readonly number: number;
  readonly pts: number;
}

/** Part of an exhibit that is analysed by itself (segments.ts); `runUpFromPts` is up to 10 s before its first frame. */
export interface Segment {
  readonly index: number;
  readonly fromPts: number;
  /** Exclusive. */
  readonly toPts: number;
  readonly runUpFromPts: number;
}

/** What is to be looked at in one segment. */
export interface SegmentPlan {
  readonly segment: Segment;
  /** Frames to decode and show to the detector, run-up included, in presentation order. */
  readonly frames: readonly FrameRef[];
  /** Key frames of the rest, and the first one behind the segment: whoever stands there or came without moving much is on one of them. */
  readonly probes: readonly FrameRef[];
  readonly intervals: readonly LedgerInterval[];
}

export const COVERAGE_STATES = ['analysed', 'sampled', 'quiet', 'undecodable', 'outside'] as const;
export type CoverageState = (typeof COVERAGE_STATES)[number];

/** How an object came to be known: a detector that plainly named it so, the background model, a look at its crops. */
export const SOURCES = ['detector', 'motion', 'crops'] as const;
export type Source = (typeof SOURCES)[number];

/** Part of the exhibit, media seconds from the first frame; intervals are contiguous and sum to the duration. */
export interface LedgerInterval {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly state: CoverageState;
  readonly framesPerSecond?: number;
  /** Why, for `undecodable` and `outside`; a `Blindness` on `analysed`: a detector alone looked, not the background model. */
  readonly reason?: string;
}

export interface Coverage {
  readonly analysedSeconds: number;
  readonly sampledSeconds: number;
  readonly quietSeconds: number;
  readonly undecodableSeconds: number;
  readonly outsideSeconds: number;
}

export interface Ledger {
  readonly durationSeconds: number;
  readonly intervals: readonly LedgerInterval[];
  readonly totals: Coverage;
}

/** Where a track was on one analysed frame. */
export interface TrackPoint extends Box {
  readonly frame: number;
  readonly pts: number;
  /** Media seconds from the first frame of the exhibit. */
  readonly timeSeconds: number;
  readonly score: number;
  /** False where the tracker bridged a gap. */
  readonly observed: boolean;
}

/** Share 0 to 1 of the foreground pixels of the part that bear the colour. */
export interface ColourShare {
  readonly part: Part;
  readonly colour: ColourName;
  readonly share: number;
}

/** One object seen through one exhibit. No appearance vector exists, here or anywhere. */
export interface Track {
  readonly class: ClassName;
  /** How sure the class is, 0 to 1: a detector's mean score or the crops' mean probability; of an `object`, how much of its box moved. */
  readonly confidence: number;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  readonly colours: readonly ColourShare[];
  /** Median box, pixels. */
  readonly size: { readonly widthPx: number; readonly heightPx: number };
  /** Of the bottom centre, pixels a second of the original picture. */
  readonly speed: { readonly medianPxPerSecond: number; readonly maxPxPerSecond: number };
  /** In the order of SOURCES. */
  readonly sources?: readonly Source[];
  /** No detector's box tells where its head would be, and nothing rules a person out: pictures cover more of it (PRO-02). */
  readonly mayBePerson?: true;
  /** From the first to the last place, degrees clockwise from "up the picture"; absent for what hardly moved. */
  readonly directionDegrees?: number;
  readonly points: readonly TrackPoint[];
}

/** Someone or something that the requisition does not let the result hold: known for its mask alone. */
export type Bystander = Pick<Track, 'class' | 'points' | 'mayBePerson'>;

export interface ModelUse {
  readonly name: string;
  readonly sha256: string;
}

/** The reproducible result; its RFC 8785 text is `NAME.result.json` and the SHA-256 of that text is the digest. */
export interface AnalysisResult {
  readonly format: 'differe-result/1';
  readonly exhibitSha256: string;
  readonly plan: {
    readonly version: number;
    readonly framesPerSecond: number;
    readonly segments: number;
    /** What the requisition lets this result hold (REQ-07), in the order of the vocabulary: leaf classes, and colours. */
    readonly classes: readonly ClassName[];
    readonly colours: readonly ColourName[];
  };
  readonly models: readonly ModelUse[];
  readonly build: {
    readonly software: string;
    readonly analysisSha256: string;
    readonly ffmpeg: string;
    readonly onnxruntime: string;
  };
  readonly processor: string;
  /** What random looks into the quiet part found, and the 95 % lower bound that follows for the share of object-bearing seconds found. */
  readonly audit: RecallAudit;
  /** Argument lists of ffmpeg, without paths. */
  readonly arguments: readonly (readonly string[])[];
  readonly picture: { readonly widthPx: number; readonly heightPx: number };
  readonly timeBase: { readonly num: number; readonly den: number };
  readonly frames: number;
  readonly ledger: Ledger;
  readonly tracks: readonly Track[];
}

/** What random looks into the quiet part found. */
export interface AuditCount {
  /** Random moments of the quiet part that were looked at. */
  readonly samples: number;
  /** Those that held something which the plan had not found by itself; it is found now. */
  readonly missed: number;
}

/** What the plan may have missed of an exhibit (recall-bound.ts); seconds of media time. */
export interface RecallAudit extends AuditCount {
  /** Seconds of the analysed part in which at least one object was found. */
  readonly objectSeconds: number;
  /** Seconds that were left to packets, key frames and samples. */
  readonly quietSeconds: number;
  /** Absent where nothing was sampled, or nothing was found that a share could be of. */
  readonly recallBound?: number;
}

/** Counts of work done, for metrics and the demo; not part of the digest. */
export interface WorkDone {
  readonly decodedFrames: number;
  readonly detectorCalls: number;
}

/** A decoded frame at the detector's size. Multiply by `scaleX`, `scaleY` for original pixels. */
interface FramePlace {
  readonly ref: FrameRef;
  readonly timeSeconds: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly scaleX: number;
  readonly scaleY: number;
}

/** RGB24 rows without padding: what was drawn or put together. */
export interface RgbFrame extends FramePlace {
  readonly rgb: Uint8Array;
  readonly yuv?: undefined;
}

/** Planes of 4:2:0, BT.601 in the range of television, even sides: what the decoder gives (pixels.ts). */
export interface YuvFrame extends FramePlace {
  readonly yuv: Uint8Array;
}

export type DecodedFrame = RgbFrame | YuvFrame;

/** What the detector saw on one analysed frame. */
export interface FrameDetections {
  readonly ref: FrameRef;
  readonly timeSeconds: number;
  readonly detections: readonly Detection[];
}

/** Foreground pixels counted by colour term, a part; summed over frames and over the segments that a track crosses. */
export type ColourCounts = { readonly [P in Part]?: { readonly [C in ColourName]?: number } };

/** A track before description: additive evidence, so that the stitch of two segments is a sum. */
export interface RawTrack {
  /** Sum of detection scores, a class. */
  readonly votes: { readonly [C in ClassName]?: number };
  /** Sum of the probabilities of its crops, a class; `object` is "none of these". Absent where no crop was looked at. */
  readonly names?: { readonly [C in ClassName]?: number };
  /** Sightings that the background model saw move. */
  readonly moved?: number;
  readonly colourCounts: ColourCounts;
  /** In presentation order; boxes in original pixels. */
  readonly points: readonly TrackPoint[];
}

/** What one segment's analysis leaves: stored sealed, so that a killed job resumes from it. */
export interface SegmentResult {
  readonly index: number;
  /**
   * Points reach back into the run-up, so that the stitch can match; `votes` and `colourCounts` hold the segment proper alone, so
   * that summing over segments counts each frame once.
   */
  readonly tracks: readonly RawTrack[];
  /** Ledger of the segment proper (run-up excluded): planned intervals, with what could not be decoded marked. */
  readonly intervals: readonly LedgerInterval[];
  /** Random moments of its quiet part, and those that held something new. */
  readonly audit: AuditCount;
  readonly arguments: readonly (readonly string[])[];
  readonly work: WorkDone;
}
