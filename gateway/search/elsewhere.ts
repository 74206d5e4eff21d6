import type { ExhibitId, QuestionId } from '../ids.ts';
import type { Requisition } from '../requisition/types.ts';
import { askedBefore, exhibitsOf, type SearchDeps } from './ask.ts';
import { isErased } from './rectified-hit.ts';
import * as store from './store.ts';
import type { ExecutedQuestion, VerdictElsewhere } from './types.ts';

/**
 * Of each hit that the question has shown, and that may still be read, the strongest verdict. E_PRO_SILO when the case has no such question or
 * its analyses are in quarantine, E_REQ_SCOPE when the requisition does not reach all that it was about.
 */
export async function readElsewhere(
  requisition: Requisition,
  questionId: QuestionId,
  deps: SearchDeps,
): Promise<{
  readonly executed: ExecutedQuestion;
  readonly verdicts: readonly VerdictElsewhere[];
  readonly exhibitIds: ReadonlySet<ExhibitId>;
}> {
  const asked = await askedBefore(requisition, questionId, deps);
  const byJob = new Map((await exhibitsOf(requisition, asked, deps)).map((exhibit) => [exhibit.jobId, exhibit]));
  const rows = await deps.database.readInCase(requisition.caseId, (tx) => store.decidedElsewhere(tx, questionId));
  const standing = rows.filter(({ jobId, track }) => {
    const columns = byJob.get(jobId)?.columns;
    return columns !== undefined && !isErased(columns, track);
  });
  return {
    executed: asked.executed,
    verdicts: standing.map(({ hitId, verdict, question }) => ({
      hitId,
      verdict,
      // Questions under another requisition are not named to whoever may not list them.
      ...(question.requisitionId === requisition.id ? { questionId: question.id } : {}),
    })),
    exhibitIds: new Set(standing.flatMap(({ jobId }) => byJob.get(jobId)?.exhibitId ?? [])),
  };
}
