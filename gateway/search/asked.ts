import type { Transaction } from '../database.ts';
import { AppError } from '../errors.ts';
import type { CaseId, ExhibitId, JobId, QuestionId } from '../ids.ts';
import type { OpenCase } from '../index/types.ts';
import { listsExhibit, type Requisition, type ScheduleClaims } from '../requisition/types.ts';
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
export function exhibitsAsked(requisition: Requisition, executed: ExecutedQuestion, open: OpenCase): OpenCase {
  if (executed.exhibits === null) return listedIn(requisition, open);
  const exhibits = new Map(open.exhibits.map((exhibit) => [exhibit.exhibitId, exhibit]));
  const unanalysed = new Map(open.unanalysed.map((exhibit) => [exhibit.exhibitId, exhibit]));
  for (const id of executed.exhibits) {
    const exhibit = exhibits.get(id) ?? unanalysed.get(id);
    if (exhibit === undefined)
      throw new AppError('E_PRO_SILO', { detail: 'the question names an exhibit of no such case' });
    if (!listsExhibit(requisition, exhibit)) {
      throw new AppError('E_REQ_SCOPE', { detail: `exhibit ${id} is not in the schedule` });
    }
  }
  return {
    exhibits: executed.exhibits.flatMap((id) => exhibits.get(id) ?? []),
    unanalysed: executed.exhibits.flatMap((id) => unanalysed.get(id) ?? []),
  };
}

const known = new WeakMap<OpenCase, { readonly schedule: ScheduleClaims; readonly listed: OpenCase }>();

/** The exhibits of a case that the schedule lists: the same list as long as both are the same. */
function listedIn(requisition: Requisition, open: OpenCase): OpenCase {
  const { schedule } = requisition;
  const found = known.get(open);
  if (found?.schedule === schedule) return found.listed;
  const listed = {
    exhibits: open.exhibits.filter((exhibit) => listsExhibit(requisition, exhibit)),
    unanalysed: open.unanalysed.filter((exhibit) => listsExhibit(requisition, exhibit)),
  };
  known.set(open, { schedule, listed });
  return listed;
}
