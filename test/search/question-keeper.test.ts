import { beforeAll, describe, expect, it } from 'vitest';
import { newId, type QuestionId } from '../../gateway/ids.ts';
import type { Requisition } from '../../gateway/requisition/types.ts';
import { createQuestionKeeper, type NewQuestion } from '../../gateway/search/question-keeper.ts';
import * as store from '../../gateway/search/store.ts';
import { asOwner } from '../support/database.ts';
import { clock, codeOf, createWorld, testRequisition, type World } from './fixtures.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

/** A keeper whose transactions are counted. */
function countedKeeper() {
  let transactions = 0;
  const { inCase } = world.database;
  const keeper = createQuestionKeeper({
    clock,
    database: {
      inCase: (caseId, work) => {
        transactions += 1;
        return inCase(caseId, work);
      },
    },
  });
  return { keep: keeper.keep, transactions: () => transactions };
}

async function registered(maxQueries: number): Promise<Requisition> {
  const limits = { max_hours: 10, max_queries: maxQueries, max_exports: 1 };
  const requisition = await testRequisition({ authorisation: { limits } });
  await world.register(requisition);
  return requisition;
}

const questionOf = (requisition: Requisition, id = newId<QuestionId>()): NewQuestion => ({
  id,
  requisition,
  sealed: Buffer.from('sealed'),
  shown: [],
});

async function kept({ caseId }: Requisition): Promise<readonly string[]> {
  const { rows } = await asOwner(world.database, 'SELECT id FROM questions WHERE case_id = $1', [caseId]);
  return rows.map(({ id }) => String(id)).toSorted();
}

describe('keeping questions', () => {
  it('PRO-03: keeps those that come at once in few transactions, in their order, up to the quota', async () => {
    const requisition = await registered(20);
    const { keep, transactions } = countedKeeper();
    const questions = Array.from({ length: 30 }, () => questionOf(requisition));
    const outcomes = questions.map(keep);
    await Promise.all(outcomes.slice(0, 20));
    for (const refused of outcomes.slice(20)) expect(await codeOf(() => refused)).toBe('E_PRO_QUOTA');
    expect(await kept(requisition)).toStrictEqual(
      questions
        .slice(0, 20)
        .map(({ id }) => id)
        .toSorted(),
    );
    expect(transactions()).toBe(2);
  });

  it('refuses one whose id is taken, and no other that comes with it', async () => {
    const requisition = await registered(20);
    const { keep } = countedKeeper();
    const first = questionOf(requisition);
    await keep(first);
    const others = [questionOf(requisition), questionOf(requisition), questionOf(requisition)] as const;
    const outcomes = await Promise.allSettled([keep(others[0]), keep(others[1]), keep(first), keep(others[2])]);
    expect(outcomes.map(({ status }) => status)).toStrictEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(await kept(requisition)).toStrictEqual([first, ...others].map(({ id }) => id).toSorted());
  });

  it('PRO-01: keeps the questions of two cases apart', async () => {
    const [one, another] = [await registered(2), await registered(2)];
    const { keep } = countedKeeper();
    const questions = [one, another, one, another].map((requisition) => questionOf(requisition));
    await Promise.all(questions.map(keep));
    for (const requisition of [one, another]) {
      const own = questions.filter((question) => question.requisition === requisition);
      expect(await kept(requisition)).toStrictEqual(own.map(({ id }) => id).toSorted());
    }
  });

  it('PRO-03: counts in a turn what another gateway kept while the turn was waited for', async () => {
    const requisition = await registered(20);
    const { caseId, authorisation } = requisition;
    const counted = await world.database.inCase(caseId, async (tx) => {
      expect(await store.countQuestions(tx, authorisation.jti)).toBe(0);
      const next = world.database.inCase(caseId, (other) => store.countQuestions(other, authorisation.jti));
      const waiting = `SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`;
      await expect.poll(async () => (await asOwner(world.database, waiting)).rows[0]?.n).toBe(1);
      const { id, sealed } = questionOf(requisition);
      const question = { id, sealed, requisitionId: requisition.id, askedAtMs: clock.nowMs(), shown: [] };
      await store.insertQuestions(tx, caseId, [question]);
      return { next };
    });
    expect(await counted.next).toBe(1);
  });
});
