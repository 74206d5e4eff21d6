import type { AnalysisResult, Bystander } from '../analysis/types.ts';
import type { Exhibit } from '../footage/types.ts';
import type { ExhibitId, HitId, JobId, ObjectId } from '../ids.ts';
import type { Rectified } from '../index/types.ts';
import type { Requisition } from '../requisition/types.ts';
import type { HitRecord } from '../search/types.ts';

/** The closed result of one analysis of one exhibit. */
export interface AnalysedExhibit {
  readonly exhibit: Exhibit;
  readonly jobId: JobId;
  readonly result: AnalysisResult;
  /** The exact canonical text whose SHA-256 is the result's digest. */
  readonly resultText: string;
  /** What the requisition does not let the result hold. Masked in every picture; in nothing else. */
  readonly bystanders: readonly Bystander[];
  /** RGT-03: what orders made of its tracks; `resultText` holds no more what they erased, `result` does, for the masks. */
  readonly rectified: ReadonlyMap<number, Rectified>;
}

/** An exhibit with its newest analysis that stands, before its result is opened. */
export interface OpenedExhibit {
  readonly exhibit: Exhibit;
  /** Another one whenever what is masked or said of the exhibit may differ: by its analysis and by orders on the case. */
  readonly version: string;
  open(): Promise<AnalysedExhibit>;
  /** Before anything of it is read but pictures, which mask everyone: E_REQ_SCOPE when it names classes or colours that the requisition does not. */
  demandFacets(analysed: Pick<AnalysedExhibit, 'result'>): void;
}

/**
 * E_PRO_SILO for no such exhibit in the case, E_REQ_SCOPE when the schedule does not list it, E_JOB_NOT_DONE when no closed analysis of it
 * stands, E_REQ_REVOKED when all that were made are in quarantine.
 */
export type LoadExhibit = (requisition: Requisition, exhibitId: ExhibitId) => Promise<OpenedExhibit>;

/** Every frame of a file in presentation order; index = frame number - 1. */
export interface FrameTable {
  readonly count: number;
  /** Ticks of the time base on one clock that never restarts, never falling. */
  readonly pts: Float64Array;
  /** 1 for a key frame. */
  readonly key: Uint8Array;
  readonly durationSeconds: number;
  /** Media seconds from the first frame. */
  secondsOf(pts: number): number;
}

/** One packet pass. E_MEDIA_DECODE when the packets are not those of the sealed timeline. */
export type ReadFrames = (exhibit: Exhibit, sourcePath: string, signal?: AbortSignal) => Promise<FrameTable>;

/** A hit with its question, its review and the analysis it came from. */
export type LoadedHit = HitRecord & AnalysedExhibit;

/** Loads one hit of the case. An id of another case and a missing one give E_PRO_SILO. */
export type LoadHit = (requisition: Requisition, hitId: HitId) => Promise<LoadedHit>;

/** Closed results of the case, the newest of each exhibit, in the order in which the exhibits were deposited. */
export type LoadAnalysed = (requisition: Requisition) => Promise<readonly AnalysedExhibit[]>;

/** Lends the decrypted bytes of an exhibit as a scratch file, removed when `work` ends. */
export type WithSource = <T>(
  requisition: Requisition,
  exhibit: Exhibit,
  work: (sourcePath: string) => Promise<T>,
) => Promise<T>;

/** A picture made for a person to look at, with the argument list of the ffmpeg that decoded it. */
export interface Still {
  readonly jpeg: Buffer;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly arguments: readonly string[];
}

export interface Clip {
  /** Fragmented MP4, H.264, no audio. */
  readonly mp4: Buffer;
  /** Media seconds from the first frame of the exhibit. */
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly arguments: readonly string[];
  /** The filter chain that ffmpeg read, masks included. */
  readonly filter: string;
}

/** A model as its card names it. `errorRate` is what is known of its errors, in words; undefined when nobody measured it. */
export interface ModelNotice {
  readonly name: string;
  readonly sha256: string;
  readonly licence: string | undefined;
  readonly source: string | undefined;
  readonly errorRate: string | undefined;
}

/** Where the files of a package go, one call a file; paths are relative, with `/` between folders. */
export interface PackageWriter {
  write(path: string, bytes: Uint8Array): Promise<void>;
}

export interface PackageFile {
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** A package file that lies in the vault. */
export interface StoredFile extends PackageFile {
  readonly object: ObjectId;
}

/** What `manifest.jws` signs. It lists every file of the package except itself. */
export interface Manifest {
  readonly format: 'differe-package/1';
  /** RFC 3339, UTC. */
  readonly created: string;
  readonly installation: string;
  readonly requisition: { readonly authorisation: string; readonly schedule: string };
  /** Sorted by path. */
  readonly files: readonly PackageFile[];
}

/** One thing that is not as it should be; `expected` and `found` are both kept, so that neither side has to be believed. */
export interface Finding {
  readonly file: string;
  readonly problem: string;
  readonly expected?: string;
  readonly found?: string;
}

export interface Verification {
  readonly verified: boolean;
  /** RFC 7638 thumbprint of the key that the manifest was checked with: compare it with the installation's published one. */
  readonly key: string | undefined;
  readonly findings: readonly Finding[];
}

/** HUM-02: stands beside every hit. */
export const NOTICE = {
  fr: "Indice à vérifier, n'établit pas une identité.",
  en: 'A lead to be verified; does not establish an identity.',
} as const;
