import type { Transaction } from '../database.ts';
import { AppError } from '../errors.ts';
import type { CaseId, ExhibitId, JobId, QuestionId } from '../ids.ts';
import type { OpenExhibit, UnanalysedExhibit } from '../index/types.ts';
import { listsExhibit, type Requisition } from '../requisition/types.ts';
import type { Vault } from '../vault.ts';
import { assertInScope } from './normalise.ts';
import * as store from './store.ts';
import type { ExecutedQuestion } from './types.ts';

/**
 * A question as its row keeps it, sealed: what was executed and on which closed results. That fixes the answer (DEF-09): an exhibit
 * or an analysis that comes later belongs to the next question.
 */
export interface AskedQuestion {
  readonly format: 'differe-question/1';
  readonly executed: ExecutedQuestion;
  readonly sha256: string;
  readonly pageSize: number;
  readonly jobs: readonly JobId[];
  readonly notAnalysed: readonly {
    readonly exhibitId: ExhibitId;
    readonly fileName: string;
    readonly state: string;
  }[];
}

const label = (id: QuestionId): string => `question:${id}`;

export const sealQuestion = (
  vault: Vault,
  requisition: Requisition,
  id: QuestionId,
  asked: AskedQuestion,
): Promise<Buffer> => vault.seal(requisition.caseId, label(id), JSON.stringify(asked));

/** A question as it was asked, whoever may see it. */
export async function openQuestion(
  vault: Vault,
  caseId: CaseId,
  id: QuestionId,
  sealed: Buffer,
): Promise<AskedQuestion> {
  return JSON.parse((await vault.unseal(caseId, label(id), sealed)).toString('utf8')) as AskedQuestion;
}

/** The question of this id, still within the scope of the requisition that now reads it; undefined when the case has none. */
export async function readQuestion(
  tx: Transaction,
  vault: Vault,
  requisition: Requisition,
  id: QuestionId,
): Promise<AskedQuestion | undefined> {
  const sealed = await store.findQuestion(tx, id);
  if (sealed === undefined) return undefined;
  const asked = await openQuestion(vault, requisition.caseId, id, sealed);
  assertInScope(asked.executed, requisition);
  return asked;
}

/** The exhibits that a question is about. A named one that the case does not have is E_PRO_SILO, one that the schedule does not list E_REQ_SCOPE. */
export function exhibitsAsked<T extends OpenExhibit | UnanalysedExhibit>(
  requisition: Requisition,
  executed: ExecutedQuestion,
  exhibits: readonly T[],
): readonly T[] {
  if (executed.exhibits === null) {
    const listed = new Set(requisition.schedule.exhibits.map(({ sha256 }) => sha256));
    return exhibits.filter(({ sha256 }) => listed.has(sha256));
  }
  return executed.exhibits.map((id) => {
    const exhibit = exhibits.find((candidate) => candidate.exhibitId === id);
    if (exhibit === undefined)
      throw new AppError('E_PRO_SILO', { detail: 'the question names an exhibit of no such case' });
    if (!listsExhibit(requisition, exhibit)) {
      throw new AppError('E_REQ_SCOPE', { detail: `exhibit ${id} is not in the schedule` });
    }
    return exhibit;
  });
}
