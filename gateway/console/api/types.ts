import type { Schemas } from '../../interface/client.ts';

// Bodies of the API as its description has them.

export type CaseBody = Schemas['ListCasesAnswer']['cases'][number];
export type ExhibitBody = Schemas['Exhibit'];
export type ExhibitVerification = Schemas['ExhibitVerification'];
export type JobBody = Schemas['Job'];
export type JobState = JobBody['state'];
export type ExportBody = Schemas['Export'];
export type ExportPreviewBody = Schemas['ExportPreview'];
export type DossierStateBody = Schemas['DossierState'];
export type ErasureBody = Schemas['Erasure'];
export type RetentionBody = Schemas['Retention'];
export type StatisticsBody = Schemas['Statistics'];
export type HabilitationBody = Schemas['Habilitation'];
export type QuestionAsked = Schemas['ListQuestionsAnswer']['questions'][number];
export type Answer = Schemas['Answer'];
export type AnswerCoverage = Schemas['AnswerCoverage'];
export type Counts = Answer['counts'];
export type NearMiss = Answer['nearMisses'][number];
export type Hit = Schemas['Hit'];
export type Reason = Hit['reasons'][number];
export type PicturePoint = NonNullable<Reason['at']>;
export type Verdict = Schemas['Review']['verdict'];
export type VerdictElsewhere = Schemas['ListElsewhereAnswer']['verdicts'][number];
export type Bookmark = Schemas['Bookmark'];
export type Note = Schemas['Note'];

export type RequisitionBody = Schemas['Requisition'];
export type ScheduledPiece = RequisitionBody['exhibits'][number];

/** Whether an analysis of the exhibit is closed: before that none of its pictures may be shown. */
export const hasResult = (jobs: readonly JobBody[], exhibitId: string): boolean =>
  jobs.some((job) => job.exhibitId === exhibitId && job.state === 'done');

export const hasEnded = ({ state }: { readonly state: JobState }): boolean =>
  state === 'done' || state === 'failed' || state === 'cancelled';
