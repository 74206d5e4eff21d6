import type { Coverage, RecallAudit } from '../analysis/types.ts';
import type { BookmarkId, ExhibitId, HitId, JobId, NoteId, QuestionId } from '../ids.ts';
import type { PersonCategory } from '../index/types.ts';
import type { ClassName, ColourName, Part } from '../vocabulary.ts';
import type { ExecutedCondition } from './conditions/normal.ts';
import type { Condition, LeafKind } from './conditions/types.ts';

/** A place in the picture: fractions of width and height, origin top left. Named fields, so that no bare vector leaves (FACE-11). */
export interface PicturePoint {
  readonly x: number;
  readonly y: number;
}

/** A question: enumerated facets only (FACE-09). Facets are joined by AND, the members of one facet by OR. */
export interface Question {
  readonly version: 1;
  readonly classes?: readonly ClassName[];
  readonly colours?: readonly { readonly colour: ColourName; readonly part?: Part; readonly minShare?: number }[];
  /** True wall-clock time (RFC 3339 with offset). */
  readonly time?: { readonly from: string; readonly to: string };
  readonly exhibits?: readonly ExhibitId[];
  /** Polygon; a track answers when the bottom centre of its box is inside at some point of its path. */
  readonly zone?: readonly PicturePoint[];
  readonly minConfidence?: number;
  /** What more a track must fulfil, joined to the facets by AND; within the time asked for, where one is. */
  readonly where?: Condition;
  readonly order?: 'time' | 'confidence';
  readonly page?: { readonly size?: number; readonly cursor?: string };
}

/** The question as it was executed, every default written out: stored, hashed and shown. */
export interface ExecutedQuestion {
  readonly version: 1;
  /** Leaf classes after the taxonomy was applied. */
  readonly classes: readonly ClassName[];
  readonly colours: readonly { readonly colour: ColourName; readonly part: Part; readonly minShare: number }[];
  readonly time: { readonly from: string; readonly to: string } | null;
  readonly exhibits: readonly ExhibitId[] | null;
  readonly zone: readonly PicturePoint[] | null;
  readonly minConfidence: number;
  readonly where: ExecutedCondition | null;
  readonly order: 'time' | 'confidence';
}

/** How a leaf is known to hold. */
export interface Evidence {
  readonly atSeconds?: number;
  readonly toSeconds?: number;
  readonly at?: PicturePoint;
  /** In the unit of the leaf: pixels a second, degrees, seconds, share, tracks. */
  readonly value?: number;
  /** The other track, where two are compared. */
  readonly other?: { readonly exhibitId: ExhibitId; readonly track: number; readonly from: string };
}

export type Reason =
  | { readonly facet: 'class'; readonly class: ClassName; readonly confidence: number }
  | { readonly facet: 'colour'; readonly colour: ColourName; readonly part: Part; readonly share: number }
  | { readonly facet: 'time'; readonly from: string; readonly to: string; readonly uncertaintySeconds: number }
  | { readonly facet: 'zone'; readonly enteredSeconds: number; readonly at: PicturePoint }
  | { readonly facet: 'confidence'; readonly confidence: number }
  | { readonly facet: 'exhibit' }
  /** A leaf of `where` that the track fulfils: which, when it was seen to (media seconds), where, and the figure that decided. */
  | ({ readonly facet: 'condition'; readonly condition: LeafKind } & Evidence);

/** A track that answers a question. */
export interface Hit {
  readonly id: HitId;
  readonly exhibitId: ExhibitId;
  /** Order of the track in its result. */
  readonly track: number;
  readonly class: ClassName;
  readonly confidence: number;
  readonly fileName: string;
  readonly cameraId: string;
  /** True time, with the exhibit's uncertainty. */
  readonly from: string;
  readonly to: string;
  readonly uncertaintySeconds: number;
  readonly mediaFromSeconds: number;
  readonly mediaToSeconds: number;
  readonly colours: readonly { readonly part: Part; readonly colour: ColourName; readonly share: number }[];
  /** The analysed frame shown in the still: where the box counts as evidence. */
  readonly best: {
    readonly frame: number;
    readonly pts: number;
    readonly timeSeconds: number;
    readonly box: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
  };
  readonly reasons: readonly Reason[];
  /** What its readings make together: confirmed as soon as one reader confirms, or else uncertain as soon as one doubts. */
  readonly verdict: 'unreviewed' | 'confirmed' | 'rejected' | 'uncertain';
  /** Its readers do not agree. */
  readonly disputed: boolean;
  /** Each reader's verdict, oldest first. */
  readonly readings: readonly Reading[];
  /** RGT-03: an order of a magistrate changed what is said here; absent where none did. */
  readonly rectified?: {
    /** The act. */
    readonly order: string;
    readonly at: string;
    /** What the analysis had said. */
    readonly analysedAs: ClassName;
    readonly personCategory?: PersonCategory;
  };
}

/** What was decided on the track of a hit under another question. */
export interface VerdictElsewhere {
  readonly hitId: HitId;
  readonly verdict: Verdict;
  /** The other question, where it was asked under the same requisition. */
  readonly questionId?: QuestionId;
}

export interface ExhibitCoverage {
  readonly exhibitId: ExhibitId;
  readonly fileName: string;
  readonly durationSeconds: number;
  readonly coverage: Coverage;
  /** What the part that was left to packets and key frames may hide. */
  readonly audit?: RecallAudit;
  readonly clockNote?: string;
}

/** What was looked at, in all exhibits that were searched. */
export interface CoverageSums {
  readonly exhibits: number;
  /** Of their ids, one a line: the journal names them by it where the answer does not name each. */
  readonly exhibitsSha256: string;
  readonly durationSeconds: number;
  readonly coverage: Coverage;
  /** The bound is the least of any exhibit. */
  readonly audit?: RecallAudit;
  /** How many of them have a note on their clock. */
  readonly clockNotes: number;
}

export interface AnswerCoverage {
  readonly sums: CoverageSums;
  /** Each exhibit that was searched; empty where they are more than an answer names (coverage.ts). */
  readonly exhibits: readonly ExhibitCoverage[];
  readonly notAnalysed: readonly {
    readonly exhibitId: ExhibitId;
    readonly fileName: string;
    readonly state: string;
  }[];
  /** Recordings that the schedule lists, of the cameras asked about, without a sealed exhibit: not deposited, refused, or still coming in. Absent of questions from before this was kept. */
  readonly notSealed?: readonly MissingPiece[];
}

/** A recording of the schedule of which the case has no sealed exhibit. */
export interface MissingPiece {
  readonly piece: string;
  readonly cameraId: string;
}

/** Hits by what they are, where and when; groups without hits are left out. */
export interface Counts {
  readonly byClass: readonly { readonly class: ClassName; readonly hits: number }[];
  readonly byCamera: readonly { readonly cameraId: string; readonly hits: number }[];
  readonly byExhibit: readonly { readonly exhibitId: ExhibitId; readonly hits: number }[];
  /** Each hit under every colour that fills at least a fifth of it. */
  readonly byColour: readonly { readonly colour: ColourName; readonly hits: number }[];
  /** By the hour in which it begins, in the zone of the case. */
  readonly byHour: readonly { readonly from: string; readonly hits: number }[];
}

/** A track that all conditions but one let pass. */
export interface NearMiss {
  readonly exhibitId: ExhibitId;
  readonly cameraId: string;
  readonly track: number;
  readonly class: ClassName;
  readonly from: string;
  readonly to: string;
  readonly missed: 'confidence' | 'colour' | 'time' | 'size' | 'speed';
  /** What the track has, and what was asked, in the unit of the condition; seconds for time. */
  readonly value: number;
  readonly asked: number;
}

export interface Answer {
  readonly questionId: QuestionId;
  /** SHA-256 of the canonical text of `executed`. */
  readonly questionSha256: string;
  readonly executed: ExecutedQuestion;
  readonly inFrench: string;
  readonly inEnglish: string;
  /** A single facet and no bound in time or space. */
  readonly broad: boolean;
  readonly total: number;
  /** Of all hits, not of the page. */
  readonly counts: Counts;
  /** Tracks that one condition alone kept out, by little: what the thresholds of this question cost. On the first page. */
  readonly nearMisses: readonly NearMiss[];
  readonly hits: readonly Hit[];
  readonly nextCursor?: string;
  readonly coverage: AnswerCoverage;
  /** HUM-02. */
  readonly notice: string;
}

export type Verdict = Exclude<Hit['verdict'], 'unreviewed'>;

/** One reader's verdict on a hit (HUM-01). Instants are RFC 3339. */
export interface Reading {
  /** Absent where the record does not say who: verdicts of before each reader's was kept. */
  readonly agentId?: string;
  readonly verdict: Verdict;
  readonly at?: string;
  /** When this reader was first shown the whole picture; absent where he was not, or it is not known. */
  readonly sawPictureAt?: string;
}

/** A hit with what it came from: the question as it was executed, the analysis, and the reading that an export stands on. */
export interface HitRecord {
  readonly hit: Hit;
  readonly jobId: JobId;
  readonly question: Pick<AnswerCoverage, 'notAnalysed' | 'notSealed'> & {
    readonly id: QuestionId;
    readonly sha256: string;
    readonly executed: ExecutedQuestion;
    readonly inFrench: string;
    readonly inEnglish: string;
  };
  /** The first of the readings that confirmed after the whole picture was shown; undefined without one. */
  readonly review:
    | {
        readonly agentId: string;
        readonly reviewedAtMs: number;
        readonly pictureSeenAtMs: number | undefined;
      }
    | undefined;
}

/** What an agent wrote on a hit, for the other readers of the case. Instants are RFC 3339. */
export interface Note {
  readonly id: NoteId;
  readonly hitId: HitId;
  readonly author: string;
  /** Whether who asks wrote it. */
  readonly isOwn: boolean;
  /** Absent of a note that was withdrawn. */
  readonly text?: string;
  readonly writtenAt: string;
  /** When it got this wording; absent where it is the first. */
  readonly editedAt?: string;
  readonly withdrawnAt?: string;
}

/** One wording of a note, as it stood until the next. */
export interface Wording {
  readonly text: string;
  readonly writtenAt: string;
}

/** A moment of an exhibit that an agent wants to find again. */
export interface Bookmark {
  readonly id: BookmarkId;
  readonly exhibitId: ExhibitId;
  readonly fileName: string;
  readonly cameraId: string;
  /** Media seconds. */
  readonly atSeconds: number;
  /** True time of that moment, with the exhibit's uncertainty. */
  readonly at: string;
  readonly uncertaintySeconds: number;
  /** The hit beside which it was set; absent where it was set on the exhibit alone. */
  readonly hit?: Hit;
  readonly label?: string;
  readonly author: string;
  readonly isOwn: boolean;
  readonly madeAt: string;
}
