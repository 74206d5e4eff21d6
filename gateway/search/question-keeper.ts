import type { Clock } from '../clock.ts';
import type { Database, Transaction } from '../database.ts';
import { AppError } from '../errors.ts';
import type { QuestionId } from '../ids.ts';
import type { Requisition } from '../requisition/types.ts';
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

interface Waiting {
  readonly question: NewQuestion;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const MOST_TOGETHER = 64;

/**
 * Questions of one authorisation take turns, because they are counted. One after the other each turn was half a dozen ways to the database
 * with all others behind it; so those that come during a turn are kept in the next one together, counted once, in the order they came.
 */
export function createQuestionKeeper(deps: {
  readonly database: Pick<Database, 'inCase'>;
  readonly clock: Clock;
}): QuestionKeeper {
  const { database, clock } = deps;
  /** Those that wait for a turn, by authorisation; an empty line means that a turn is on its way. */
  const lines = new Map<string, Waiting[]>();

  async function takeTurns(key: string, line: Waiting[]): Promise<void> {
    while (line.length > 0) await keepTogether(line.splice(0, MOST_TOGETHER));
    lines.delete(key);
  }

  async function keepTogether(waiting: readonly Waiting[]): Promise<void> {
    const [first] = waiting;
    if (first === undefined) return;
    const { requisition } = first.question;
    try {
      const kept = await database.inCase(requisition.caseId, (tx) => keepAll(tx, requisition, waiting, clock.nowMs()));
      for (const each of waiting) {
        if (kept.has(each)) each.resolve();
        else each.reject(new AppError('E_PRO_QUOTA', { detail: 'limits.max_queries' }));
      }
    } catch (error) {
      // What is wrong with one of them, such as an id that is taken, is not the others' fault.
      if (waiting.length > 1 && !(error instanceof AppError)) for (const each of waiting) await keepTogether([each]);
      else for (const { reject } of waiting) reject(error);
    }
  }

  return {
    keep(question) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const { caseId, authorisation } = question.requisition;
      const key = `${caseId} ${authorisation.jti}`;
      const line = lines.get(key) ?? [];
      line.push({ question, resolve, reject });
      if (!lines.has(key)) {
        lines.set(key, line);
        void takeTurns(key, line);
      }
      return promise;
    },
  };
}

/** Keeps as many of the questions as the quota of their authorisation lets through; gives those. */
async function keepAll(
  tx: Transaction,
  { caseId, authorisation }: Requisition,
  waiting: readonly Waiting[],
  askedAtMs: number,
): Promise<ReadonlySet<Waiting>> {
  const count = await store.countQuestions(tx, authorisation.jti);
  const kept = new Set<Waiting>();
  for (const each of waiting)
    if (count + kept.size < each.question.requisition.authorisation.limits.max_queries) kept.add(each);
  if (kept.size === 0) return kept;
  await store.insertQuestions(
    tx,
    caseId,
    [...kept].map(({ question: { id, requisition, sealed, shown } }) => ({
      id,
      requisitionId: requisition.id,
      sealed,
      askedAtMs,
      shown,
    })),
  );
  return kept;
}
