import type { Coverage, RecallAudit, TrackPoint } from '../analysis/types.ts';
import type { CaseId, ExhibitId, JobId } from '../ids.ts';
import type { Requisition } from '../requisition/types.ts';
import type { ClassName } from '../vocabulary.ts';

/**
 * Cells of the coarse grid of bottom centres, row by row: 16 x 9 cells, 144 bits, 18 bytes. Bit `row * 16 + column` is bit
 * `n % 8` of byte `floor(n / 8)`. A cell is set when the closed cell meets the path between any two neighbouring points.
 */
export const GRID = { columns: 16, rows: 9, bytes: 18 } as const;

/** Categories of persons that an order may give a track of a person (PRO-05); everybody is `tiers` until one does. */
export const PERSON_CATEGORIES = ['suspect', 'victime', 'temoin', 'tiers'] as const;
export type PersonCategory = (typeof PERSON_CATEGORIES)[number];

/** What an order of a magistrate makes of one track (RGT-03). The result stays as it was sealed; this lies over it. */
export interface Rectification {
  /** The act. */
  readonly orderId: string;
  readonly appliedAtMs: number;
  readonly exhibitId: ExhibitId;
  readonly jobId: JobId;
  readonly track: number;
  /** Where the track was at one moment: another analysis of the exhibit knows it again by that. */
  readonly anchor: TrackPoint;
  /** Found no more, by no question and in no package. */
  readonly erased: boolean;
  /** The label that counts from now on; undefined where the order leaves it. */
  readonly class: ClassName | undefined;
  readonly personCategory: PersonCategory | undefined;
}

/** The rectification of a track as a case session shows it, beside what the analysis had said. */
export interface Rectified extends Pick<Rectification, 'orderId' | 'appliedAtMs' | 'erased' | 'personCategory'> {
  readonly analysedAs: ClassName;
  /** What counts now: as analysed where the orders left it. */
  readonly class: ClassName;
}

/** Number of tracks and one typed array an attribute: one sealed block an exhibit, opened into these for a case's sessions. */
export interface TrackColumns {
  readonly exhibitId: ExhibitId;
  readonly jobId: JobId;
  readonly count: number;
  /** Class id of models/vocabulary.json. */
  readonly classId: Uint8Array;
  /** Confidence in 1/255. */
  readonly confidence: Uint8Array;
  /** Media milliseconds from the first frame. */
  readonly firstMs: Float64Array;
  readonly lastMs: Float64Array;
  /** Colour shares in 1/255: index ((track * PARTS.length) + part) * COLOURS.length + colour. */
  readonly colourShare: Uint8Array;
  /** Median box, original pixels. */
  readonly widthPx: Uint16Array;
  readonly heightPx: Uint16Array;
  /** Median speed, pixels a second. */
  readonly speed: Float32Array;
  /** Degrees clockwise from up; NaN for what hardly moved. */
  readonly direction: Float32Array;
  /** GRID.bytes a track: cells that the bottom centre visited. */
  readonly grid: Uint8Array;
  /** Where the track's points stand in the sealed path block: first byte and length. */
  readonly pathOffset: Uint32Array;
  readonly pathLength: Uint32Array;
  /** By track; absent where no order changed anything. The columns say what counts already. */
  readonly rectified?: ReadonlyMap<number, Rectified>;
}

/**
 * The fine grid of feet: 256 cells across the picture and a sixteenth of it on each side, and as many down. Cell `n` holds the fractions
 * from (n - 1) / perPicture - margin on; the first and the last cell hold all that lies further out.
 */
export const FOOT_GRID = { cells: 256, margin: 1 / 16, perPicture: 254 / (1 + 2 / 16) } as const;

/**
 * Where the bottom centre of a track was at each of its points, in cells of the fine grid. Enough to tell of most tracks what their exact
 * way does at a place.
 */
export interface Feet {
  /** First point of a track, one more than there are tracks. A track of none is one whose moments do not go on: only its way tells. */
  readonly start: Uint32Array;
  readonly x: Uint8Array;
  readonly y: Uint8Array;
}

/** An exhibit as a case session holds it: what search needs, opened. */
export interface OpenExhibit {
  readonly exhibitId: ExhibitId;
  readonly jobId: JobId;
  readonly sha256: string;
  readonly fileName: string;
  readonly piece: string;
  readonly cameraId: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** True time of the first frame, clock offset applied, milliseconds since the epoch. */
  readonly startMs: number;
  readonly uncertaintyMs: number;
  readonly timeZone: string;
  readonly clockNote: string | undefined;
  readonly durationSeconds: number;
  /** REQ-07: the parts that the requisition lets be looked at, media seconds. */
  readonly windows: readonly { readonly fromSeconds: number; readonly toSeconds: number }[];
  readonly coverage: Coverage;
  /** Absent of analyses that looked at everything before quiet parts were left out. */
  readonly audit: RecallAudit | undefined;
  readonly resultDigest: string;
  readonly columns: TrackColumns;
  /** The exact path of one track, opened from the sealed path block. */
  readonly path: (track: number) => readonly TrackPoint[];
  readonly feet: Feet;
}

/** An exhibit of the case that has no closed result: named in every answer, so that "nothing found" never hides it. */
export interface UnanalysedExhibit {
  readonly exhibitId: ExhibitId;
  readonly sha256: string;
  readonly fileName: string;
  readonly piece: string;
  /** `narrower`: analysed under a requisition that let less be found than this one does. */
  readonly state: 'never_started' | 'running' | 'failed' | 'cancelled' | 'narrower';
}

export interface OpenCase {
  readonly exhibits: readonly OpenExhibit[];
  readonly unanalysed: readonly UnanalysedExhibit[];
}

/** The cases that are open in this process: column blocks as typed arrays, one copy a case for all of its sessions. */
export interface CaseSessions {
  /** Every exhibit of the case with its latest closed result (DEF-10). Rejects with E_VAULT when a block was altered. */
  open(requisition: Requisition): Promise<OpenCase>;
  /** The results of these jobs, in that order, closed ones of this case only: E_PRO_SILO for any other. */
  openJobs(requisition: Requisition, jobIds: readonly JobId[]): Promise<readonly OpenExhibit[]>;
  /** Forgets what is open of the case: at the end of its sessions, at revocation, rectification and erasure. */
  drop(caseId: CaseId): void;
}
