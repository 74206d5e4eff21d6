import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import { AppError } from '../errors.ts';
import type { QuestionId } from '../ids.ts';
import type { Requisition } from '../requisition/types.ts';
import { createTogether } from '../together.ts';
import * as store from './store.ts';

/** A question that is about to be kept, with what its answer shows. */
export interface NewQuestion {
  readonly id: QuestionId;
  readonly requisition: Requisition;
  readonly sealed: Buffer;
  readonly shown: readonly store.ShownTrack[];
}

export interface QuestionKeeper {
  /** MUST NOT resolve before the question and what it shows are rows, together; E_PRO_QUOTA when it is one too many (PRO-03). */
  keep(question: NewQuestion): Promise<void>;
}

const MOST_TOGETHER = 64;

/**
 * Questions of one authorisation take turns, because they are counted. One after the other each would wait for a way to the database and a
 * write of its disk; so those that come during a turn are kept in the next one together, up to the quota in the order they came.
 */
export function createQuestionKeeper({
  database,
  clock,
}: {
  readonly database: Pick<Database, 'writeOnce'>;
  readonly clock: Clock;
}): QuestionKeeper {
  async function keepAll(questions: readonly NewQuestion[]): Promise<readonly boolean[]> {
    const [first] = questions;
    if (first === undefined) return [];
    const { caseId, authorisation } = first.requisition;
    const quota = { jti: authorisation.jti, mostQuestions: authorisation.limits.max_queries };
    const askedAtMs = clock.nowMs();
    const rows = questions.map(({ requisition, ...rest }) => ({ ...rest, requisitionId: requisition.id, askedAtMs }));
    const kept = await database.writeOnce(caseId, (tx) => store.keepQuestions(tx, caseId, quota, rows));
    return questions.map(({ id }) => kept.has(id));
  }
  const keep = createTogether({ mostAtOnce: MOST_TOGETHER }, keepAll);
  return {
    async keep(question) {
      const { caseId, authorisation } = question.requisition;
      const isKept = await keep(`${caseId} ${authorisation.jti}`, question);
      if (!isKept) throw new AppError('E_PRO_QUOTA', { detail: 'limits.max_queries' });
    },
  };
}
