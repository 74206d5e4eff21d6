import { beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../gateway/database.ts';
import { type ExhibitId, newId, type QuestionId } from '../../gateway/ids.ts';
import type { Requisition } from '../../gateway/requisition/types.ts';
import { createQuestionKeeper, type NewQuestion } from '../../gateway/search/question-keeper.ts';
import * as store from '../../gateway/search/store.ts';
import { asOwner } from '../support/database.ts';
import { clock, codeOf, createWorld, exhibitOf, testRequisition, track, type World } from './fixtures.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

/** A keeper whose transactions are counted. */
function countedKeeper() {
  let transactions = 0;
  const { writeOnce } = world.database;
  const keeper = createQuestionKeeper({
    clock,
    database: {
      writeOnce: (caseId, work) => {
        transactions += 1;
        return writeOnce(caseId, work);
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

  it('keeps no hit of an exhibit that its analysis is not of, nor of an analysis that is not there', async () => {
    const requisition = await registered(20);
    const [one, another] = [exhibitOf(requisition), exhibitOf(requisition)];
    for (const exhibit of [one, another]) await world.addExhibit(exhibit);
    const jobId = await world.addJob(requisition, one, 'done', [track()]);
    const { keep } = countedKeeper();
    const showing = (exhibitId: ExhibitId, job = jobId): NewQuestion => ({
      ...questionOf(requisition),
      shown: [{ id: newId(), jobId: job, exhibitId, track: 0 }],
    });
    await expect(keep(showing(another.id))).rejects.toThrow('hits_of_job');
    await expect(keep(showing(one.id, newId()))).rejects.toThrow('hits_of_job');
    expect(await kept(requisition)).toStrictEqual([]);
    const whole = showing(one.id);
    await keep(whole);
    expect(await kept(requisition)).toStrictEqual([whole.id]);
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

  it('PRO-03: a turn waits for one that another gateway is in, and counts what that has kept', async () => {
    const requisition = await registered(2);
    const { caseId, authorisation } = requisition;
    const { keep } = countedKeeper();
    const others = questionOf(requisition);
    const { outcomes } = await world.database.inCase(caseId, async (tx) => {
      const row = { id: others.id, sealed: others.sealed, requisitionId: requisition.id, askedAtMs: clock.nowMs() };
      const quota = { jti: authorisation.jti, mostQuestions: 2 };
      expect(await store.keepQuestions(tx, caseId, quota, [{ ...row, shown: [] }])).toStrictEqual(new Set([others.id]));
      const waiting = `SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted`;
      const outcomes = Promise.allSettled([keep(questionOf(requisition)), keep(questionOf(requisition))]);
      await expect.poll(async () => (await asOwner(world.database, waiting)).rows[0]?.n).toBe(1);
      return { outcomes };
    });
    const [last, tooMany] = await outcomes;
    expect(last.status).toBe('fulfilled');
    expect(await codeOf(async () => Promise.reject(tooMany.status === 'rejected' ? tooMany.reason : tooMany))).toBe(
      'E_PRO_QUOTA',
    );
    expect(await kept(requisition)).toHaveLength(2);
  });

  it('PRO-03: a question that is gone was asked all the same', async () => {
    const requisition = await registered(1);
    const { keep } = countedKeeper();
    await keep(questionOf(requisition));
    await world.database.inCase(requisition.caseId, (tx) => tx.query('DELETE FROM questions'));
    expect(await codeOf(() => keep(questionOf(requisition)))).toBe('E_PRO_QUOTA');
  });

  it('PRO-03: what was asked before questions were counted counts', async () => {
    const requisition = await registered(4);
    const { keep } = countedKeeper();
    for (let n = 0; n < 3; n++) await keep(questionOf(requisition));
    await asOwner(world.database, 'DROP TABLE question_counts');
    await asOwner(world.database, "DELETE FROM migrations WHERE name = '0023-questions-counted.sql'");
    await migrate(world.database.url);
    await keep(questionOf(requisition));
    expect(await codeOf(() => keep(questionOf(requisition)))).toBe('E_PRO_QUOTA');
  });
});
