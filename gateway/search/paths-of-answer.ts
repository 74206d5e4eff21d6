import { AppError } from '../errors.ts';
import { type ExhibitId, isUuid, type QuestionId } from '../ids.ts';
import { listsExhibit, type Requisition } from '../requisition/types.ts';
import type { SearchDeps } from './ask.ts';
import { readQuestion } from './asked.ts';
import { asksElsewhere, elsewhereIn } from './conditions/across-cameras.ts';
import { matchTracks } from './match.ts';
import { type PathCells, pathCells } from './path-cells.ts';
import type { ExecutedQuestion } from './types.ts';

/** Where the tracks of an answer went in one exhibit. */
export interface AnswerPaths extends PathCells {
  readonly exhibitId: ExhibitId;
  readonly cameraId: string;
  readonly fileName: string;
  /** Tracks of the exhibit that answer. */
  readonly tracks: number;
}

/**
 * The ways of all tracks of an exhibit that answer a question which was asked before, as counts by cells of the picture. E_PRO_SILO when the
 * case has no such question or the question was not about the exhibit, E_REQ_SCOPE when the requisition no longer reaches it.
 */
export async function pathsOfAnswer(
  requisition: Requisition,
  questionId: QuestionId,
  exhibitId: ExhibitId,
  deps: SearchDeps,
): Promise<{ readonly executed: ExecutedQuestion; readonly paths: AnswerPaths }> {
  const asked = isUuid(questionId)
    ? await deps.database.inCase(requisition.caseId, (tx) => readQuestion(tx, deps.vault, requisition, questionId))
    : undefined;
  if (asked === undefined) throw new AppError('E_PRO_SILO', { detail: 'no such question in this case' });
  const exhibits = await deps.sessions.openJobs(requisition, asked.jobs);
  const exhibit = exhibits.find((each) => each.exhibitId === exhibitId);
  if (exhibit === undefined) throw new AppError('E_PRO_SILO', { detail: 'the question was not about this exhibit' });
  const { executed } = asked;
  const others = asksElsewhere(executed) ? exhibits : [];
  if (![exhibit, ...others].every((each) => listsExhibit(requisition, each))) {
    throw new AppError('E_REQ_SCOPE', { detail: 'the answer is about an exhibit that is not in the schedule' });
  }
  const tracks = matchTracks(executed, exhibit, elsewhereIn(others));
  const { cameraId, fileName } = exhibit;
  return {
    executed,
    paths: { exhibitId, cameraId, fileName, tracks: tracks.length, ...(await pathCells(exhibit, tracks)) },
  };
}
