import type { CaseId, ExhibitId, ObjectId, RequisitionId } from '../ids.ts';
import type { FileTimes } from '../packet-times.ts';

export const CONTAINERS = ['mov', 'matroska', 'avi', 'mpegts', 'mpeg', 'mpegvideo', 'asf', 'h264', 'hevc'] as const;
/** The demuxer of ffmpeg that is forced for the file; chosen by our own reading of its first bytes, never by its name. */
export type Container = (typeof CONTAINERS)[number];

export const CODECS = ['h264', 'hevc', 'mpeg4', 'mpeg1video', 'mpeg2video', 'mjpeg'] as const;
export type Codec = (typeof CODECS)[number];

/** What a full packet pass established. Times in seconds from the first presented frame unless the name says otherwise. */
export interface Timeline extends FileTimes {
  readonly container: Container;
  readonly codec: Codec;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Seconds per PTS tick. */
  readonly timeBase: { readonly num: number; readonly den: number };
  readonly nominalFps: number | undefined;
  /** creation_time of the container, milliseconds since the epoch; undefined when absent, 0, 1904 or 1970. */
  readonly containerTimeMs: number | undefined;
  /** Things the packet pass found wrong and that the schedule allowed (`damaged`), and a clock that restarts. */
  readonly losses: readonly string[];
}

/** Of the schedule. */
export interface Camera {
  readonly id: string;
  readonly place: string;
  /** WGS84, degrees north and east; absent where nobody signed one. */
  readonly position?: { readonly latitude: number; readonly longitude: number; readonly basis: string };
}

/** A finished recording that a requisition covers: bytes in the vault, digest checked, timeline known. */
export interface Exhibit {
  readonly id: ExhibitId;
  readonly caseId: CaseId;
  readonly requisitionId: RequisitionId;
  /** Piece number of the schedule. */
  readonly piece: string;
  /** As the investigator's machine named it; shown and used for export names, never as a path. */
  readonly fileName: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly object: ObjectId;
  readonly sealedAtMs: number;
  readonly captureStartMs: number;
  readonly captureEndMs: number;
  readonly timeZone: string;
  /** Add `offsetSeconds` to recorder time to get true time. */
  readonly clock: { readonly offsetSeconds: number; readonly uncertaintySeconds: number; readonly basis: string };
  /** Set when the container's own time contradicts the declared capture: printed with every answer (DEF-04). */
  readonly clockNote: string | undefined;
  readonly camera: Camera;
  /** Parts that may be analysed, media seconds from the first frame (REQ-07). */
  readonly windows: readonly { readonly fromSeconds: number; readonly toSeconds: number }[];
  readonly damaged: boolean;
  readonly timeline: Timeline;
}
