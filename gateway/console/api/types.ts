import type { Schemas } from '../../interface/client.ts';
import type { ClassName, ColourName } from '../../vocabulary.ts';

// Bodies of the API as its description has them; what a room publishes as a type of its own is taken from there.

export type CaseBody = Schemas['ListCasesAnswer']['cases'][number];
export type ExhibitBody = Schemas['Exhibit'];
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

/** The names of its facets are those of the vocabulary: no other comes on record. */
export type RequisitionBody = Omit<Schemas['Requisition'], 'facets'> & {
  readonly facets: { readonly classes: readonly ClassName[]; readonly colours: readonly ColourName[] };
};
export type ScheduledPiece = RequisitionBody['exhibits'][number];

/** Whether an analysis of the exhibit is closed: before that none of its pictures may be shown. */
export const hasResult = (jobs: readonly JobBody[], exhibitId: string): boolean =>
  jobs.some((job) => job.exhibitId === exhibitId && job.state === 'done');

export const hasEnded = ({ state }: { readonly state: JobState }): boolean =>
  state === 'done' || state === 'failed' || state === 'cancelled';
