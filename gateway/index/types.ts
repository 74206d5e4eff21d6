import type { Coverage, RecallAudit, TrackPoint } from '../analysis/types.ts';
import type { CaseId, ExhibitId, JobId } from '../ids.ts';
import type { Requisition } from '../requisition/types.ts';
import { type ClassName, COLOURS, PARTS } from '../vocabulary.ts';

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

export const CLASS_IDS = 256;
/** Colour shares of a track. */
export const SHARES = PARTS.length * COLOURS.length;
/** Rows of a number that one byte holds. */
export const BYTE_ROWS = 8;
/** Where a row would begin that no track has a bit in. */
export const NO_ROW = -1;

/**
 * Columns of an exhibit as rows of bits, a bit a track: what a question asks of them is asked of 32 tracks at a time. A number of one byte is
 * eight rows, the least bit first. Rows that would be empty are left out.
 */
export interface TrackBits {
  /** Of 32 tracks each, in every row. */
  readonly words: number;
  readonly rows: Int32Array;
  /** By class id: where its row begins in `rows`; `NO_ROW` where no track has it. */
  readonly classAt: Int32Array;
  /** By index of `colourShare` of one track: where its eight rows begin; `NO_ROW` where no track has any of it. */
  readonly shareAt: Int32Array;
  /** By cell of the coarse grid: where its row begins; `NO_ROW` where no track visited it. */
  readonly cellAt: Int32Array;
  readonly confidenceAt: number;
  /**
   * The bytes of `speed` and `direction` read as whole numbers, which order as the floats do: none of them is below 0, and what is no number
   * stands above all that are.
   */
  readonly speed: Int32Array;
  readonly direction: Int32Array;
  readonly mostConfidence: number;
  /** From the first moment of any track to the last of any. */
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * The fine grid of feet: 65,536 cells across the picture and a sixteenth of it on each side, and as many down, in blocks of 256. The blocks of
 * its rim hold all that lies further out.
 */
export const FOOT_GRID = {
  cells: 65_536,
  block: 256,
  margin: 1 / 16,
  /** Cells that the picture's width or height is. */
  perPicture: (65_536 - 2 * 256) / (1 + 2 / 16),
} as const;

/**
 * Where the bottom centre of a track was at each of its points, in cells of the fine grid. Enough to tell of most tracks what their exact
 * way does at a place.
 */
export interface Feet {
  /** First point of a track, one more than there are tracks. A track of none is one whose moments do not go on: of it they tell nothing. */
  readonly start: Uint32Array;
  readonly x: Uint16Array;
  readonly y: Uint16Array;
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
  /** The same, made for looking at many tracks at a time. */
  readonly bits: TrackBits;
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
  /**
   * Does `work` on what `open` would give. It begins on the case as it was seen last while the database is asked whether that is still so, and is
   * done again where it is not: `work` MUST NOT change anything.
   */
  workOn<T>(requisition: Requisition, work: (open: OpenCase) => T): Promise<T>;
  /** The results of these jobs, in that order, closed ones of this case only: E_PRO_SILO for any other. */
  openJobs(requisition: Requisition, jobIds: readonly JobId[]): Promise<readonly OpenExhibit[]>;
  /** Forgets what is open of the case: at the end of its sessions, at revocation, rectification and erasure. */
  drop(caseId: CaseId): void;
}
