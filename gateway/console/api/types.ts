import type { ClassName, ColourName } from '../../vocabulary.ts';

// Bodies of the API that no room publishes as a type.

export interface CaseBody {
  readonly id: string;
  readonly procedure: string;
  readonly state: string;
  readonly createdAt: string;
  readonly requisitions: readonly { readonly id: string; readonly notBefore: string; readonly expires: string }[];
}

export interface ScheduledPiece {
  readonly piece: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly camera: string;
}

export interface RequisitionBody {
  readonly id: string;
  readonly caseId: string;
  readonly authorisation: string;
  readonly procedure: string;
  readonly framework: string;
  readonly ops: readonly string[];
  readonly facets: { readonly classes: readonly ClassName[]; readonly colours: readonly ColourName[] };
  readonly period: { readonly start: string; readonly end: string };
  readonly notBefore: string;
  readonly expires: string;
  readonly agents: readonly string[];
  readonly exhibits: readonly ScheduledPiece[];
}

export interface ExhibitBody {
  readonly id: string;
  readonly state: 'receiving' | 'sealed' | 'refused';
  readonly refusalCode?: string;
  readonly piece: string;
  readonly fileName: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly captureStart: string;
  readonly captureEnd: string;
  readonly timeZone: string;
  readonly sealedAt?: string;
  readonly camera: { readonly id: string; readonly place: string };
  readonly clock: { readonly offsetSeconds: number; readonly uncertaintySeconds: number; readonly basis: string };
  readonly clockNote?: string;
  readonly damaged: boolean;
  readonly durationSeconds?: number;
  readonly frames?: number;
  readonly codec?: string;
  readonly losses?: readonly string[];
  readonly windows?: readonly { readonly fromSeconds: number; readonly toSeconds: number }[];
}

export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

export interface JobBody {
  readonly id: string;
  readonly exhibitId: string;
  readonly state: JobState;
  readonly failureCode?: string;
  readonly secondsDone: number;
  readonly remainingSeconds?: number;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly digest?: string;
  readonly decodedFrames?: number;
  readonly detectorCalls?: number;
}

export const hasEnded = ({ state }: { readonly state: JobState }): boolean =>
  state === 'done' || state === 'failed' || state === 'cancelled';

/** The closed result of an analysis, as far as the page reads it. */
export interface ResultBody {
  readonly frames: number;
  readonly ledger: LedgerBody;
}

export interface LedgerBody {
  readonly durationSeconds: number;
  readonly totals: Readonly<Record<string, number>>;
  readonly spans?: readonly LedgerSpan[];
}

export interface LedgerSpan {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly mode: string;
  readonly reason?: string;
}
