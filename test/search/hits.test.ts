import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Exhibit } from '../../gateway/footage/types.ts';
import { type HitId, newId } from '../../gateway/ids.ts';
import type { Requisition } from '../../gateway/requisition/types.ts';
import { ask, readAnswer } from '../../gateway/search/ask.ts';
import * as hitsRoom from '../../gateway/search/hits.ts';
import {
  getHit,
  loadHit,
  markPictureSeen,
  readVerdicts,
  reviewHit,
  withdrawVerdict,
} from '../../gateway/search/hits.ts';
import type { Answer, Verdict } from '../../gateway/search/types.ts';
import { asOwner } from '../support/database.ts';
import {
  AGENT,
  codeOf,
  createWorld,
  exhibitOf,
  NOW_MS,
  OTHER_AGENT,
  point,
  testRequisition,
  track,
  type World,
} from './fixtures.ts';

let world: World;
let requisition: Requisition;
let exhibit: Exhibit;
let answer: Answer;

beforeAll(async () => {
  world = await createWorld();
});

async function newCase(): Promise<{ requisition: Requisition; exhibit: Exhibit; answer: Answer }> {
  const sha256 = newId<HitId>().replaceAll('-', '').repeat(2);
  const fresh = await testRequisition({ sha256s: [sha256] });
  await world.register(fresh);
  const sealed = exhibitOf(fresh, { sha256 });
  await world.addExhibit(sealed);
  await world.addJob(fresh, sealed, 'done', [
    track(),
    track({ points: [point({ timeSeconds: 30 }), point({ timeSeconds: 31 })] }),
  ]);
  return {
    requisition: fresh,
    exhibit: sealed,
    answer: await ask(fresh, { version: 1, classes: ['car'] }, world.deps),
  };
}

beforeEach(async () => {
  ({ requisition, exhibit, answer } = await newCase());
});

const hitId = (n = 0): HitId => {
  const hit = answer.hits[n];
  if (hit === undefined) throw new Error('no such hit');
  return hit.id;
};
const review = (verdict: Verdict, agentId: string | undefined = AGENT, id = hitId()) =>
  reviewHit(requisition, { hitId: id, verdict, agentId }, world.deps);

describe('a hit', () => {
  it('is the same alone as it stood in the answer', async () => {
    for (const hit of answer.hits) expect(await getHit(requisition, hit.id, world.deps)).toStrictEqual(hit);
  });

  it('comes with its question and its job for the evidence room', async () => {
    const record = await loadHit(requisition, hitId(), world.deps);
    expect(record).toMatchObject({
      question: {
        id: answer.questionId,
        sha256: answer.questionSha256,
        executed: answer.executed,
        inFrench: answer.inFrench,
        notAnalysed: [],
        notSealed: [],
      },
      review: undefined,
    });
    expect(record.jobId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('PRO-01: of another case and a hit that does not exist both give E_PRO_SILO', async () => {
    const other = await newCase();
    for (const id of [other.answer.hits[0]?.id as HitId, newId<HitId>(), '../x' as HitId]) {
      expect(await codeOf(() => getHit(requisition, id, world.deps))).toBe('E_PRO_SILO');
      expect(await codeOf(() => review('rejected', AGENT, id))).toBe('E_PRO_SILO');
      expect(await codeOf(() => markPictureSeen(requisition, id, AGENT, world.deps))).toBe('E_PRO_SILO');
    }
  });

  it('REQ-07: is refused to a requisition of the case whose schedule does not list its exhibit', async () => {
    const elsewhere = await testRequisition({ caseIdOf: () => requisition.caseId, sha256s: ['9'.repeat(64)] });
    expect(await codeOf(() => getHit(elsewhere, hitId(), world.deps))).toBe('E_REQ_SCOPE');
    expect(exhibit.sha256).not.toBe('9'.repeat(64));
  });
});

describe('a verdict', () => {
  it('HUM-01: confirms only by the agent who was shown the picture', async () => {
    expect(await codeOf(() => review('confirmed'))).toBe('E_HUM_UNVALIDATED');
    await markPictureSeen(requisition, hitId(), OTHER_AGENT, world.deps);
    expect(await codeOf(() => review('confirmed'))).toBe('E_HUM_UNVALIDATED');
    expect((await getHit(requisition, hitId(), world.deps)).verdict).toBe('unreviewed');
    await markPictureSeen(requisition, hitId(), AGENT, world.deps);
    expect(await review('confirmed')).toMatchObject({ id: hitId(), verdict: 'confirmed' });
    expect(await review('confirmed', OTHER_AGENT)).toMatchObject({ verdict: 'confirmed', disputed: false });
  });

  it("HUM-01: is kept for each reader, with who and when; disagreement is said and takes nobody's verdict away", async () => {
    const at = new Date(NOW_MS).toISOString();
    await markPictureSeen(requisition, hitId(), AGENT, world.deps);
    await review('confirmed');
    const disputed = await review('rejected', OTHER_AGENT);
    expect(disputed).toMatchObject({ verdict: 'confirmed', disputed: true });
    expect(disputed.readings).toHaveLength(2);
    expect(disputed.readings).toEqual(
      expect.arrayContaining([
        { agentId: AGENT, verdict: 'confirmed', at, sawPictureAt: at },
        { agentId: OTHER_AGENT, verdict: 'rejected', at },
      ]),
    );
    expect((await loadHit(requisition, hitId(), world.deps)).review).toMatchObject({ agentId: AGENT });
    const page = await readAnswer(requisition, answer.questionId, undefined, world.deps);
    expect(page.hits[0]).toStrictEqual(disputed);
  });

  it('HUM-01: replaces the one that the same reader gave before, which is kept beside it', async () => {
    await review('rejected');
    await review('uncertain', OTHER_AGENT);
    expect(await review('uncertain')).toMatchObject({ verdict: 'uncertain', disputed: false });
    const { verdicts } = await readVerdicts(requisition, hitId(), world.deps);
    expect(verdicts).toHaveLength(3);
    expect(verdicts.filter(({ replacedAt }) => replacedAt !== undefined)).toMatchObject([
      { agentId: AGENT, verdict: 'rejected' },
    ]);
  });

  it('HUM-01: is taken back by its reader alone, and stays in the history of the hit', async () => {
    await markPictureSeen(requisition, hitId(), AGENT, world.deps);
    await review('confirmed');
    await review('uncertain', OTHER_AGENT);
    const back = await withdrawVerdict(requisition, { hitId: hitId(), agentId: AGENT }, world.deps);
    expect(back).toMatchObject({ verdict: 'uncertain', disputed: false, readings: [{ agentId: OTHER_AGENT }] });
    expect((await loadHit(requisition, hitId(), world.deps)).review).toBeUndefined();
    const { verdicts } = await readVerdicts(requisition, hitId(), world.deps);
    const at = new Date(NOW_MS).toISOString();
    expect(verdicts.find(({ agentId }) => agentId === AGENT)).toMatchObject({ verdict: 'confirmed', takenBackAt: at });
    expect(verdicts.filter(({ replacedAt }) => replacedAt !== undefined)).toStrictEqual([]);
    // Nothing of his stands any more, and the other's is not his to take.
    expect(await withdrawVerdict(requisition, { hitId: hitId(), agentId: AGENT }, world.deps)).toStrictEqual(back);
    expect(await review('confirmed')).toMatchObject({ verdict: 'confirmed', disputed: true });
  });

  it('HUM-01: of a reader who confirmed and now doubts no more stands behind an export', async () => {
    await markPictureSeen(requisition, hitId(), AGENT, world.deps);
    await review('confirmed');
    await review('uncertain');
    expect((await loadHit(requisition, hitId(), world.deps)).review).toBeUndefined();
  });

  it('is refused when another reader decided since the hit was read', async () => {
    const { readings } = await getHit(requisition, hitId(), world.deps);
    await review('rejected', OTHER_AGENT);
    const beside = { hitId: hitId(), verdict: 'rejected', agentId: AGENT, beside: readings } as const;
    expect(await codeOf(() => reviewHit(requisition, beside, world.deps))).toBe('E_CHANGED');
  });

  it('HUM-01: of one hit says nothing about another, and no function decides on several', async () => {
    await markPictureSeen(requisition, hitId(0), AGENT, world.deps);
    await review('confirmed', AGENT, hitId(0));
    expect((await getHit(requisition, hitId(1), world.deps)).verdict).toBe('unreviewed');
    expect(await codeOf(() => review('confirmed', AGENT, hitId(1)))).toBe('E_HUM_UNVALIDATED');
    expect(Object.keys(hitsRoom).sort()).toStrictEqual([
      'getHit',
      'loadHit',
      'markPictureSeen',
      'readVerdicts',
      'reviewHit',
      'withdrawVerdict',
    ]);
  });

  it('HUM-03: rejects, or leaves open, in one act', async () => {
    expect((await review('rejected')).verdict).toBe('rejected');
    expect((await review('uncertain')).verdict).toBe('uncertain');
  });

  it('needs an agent whom the schedule designates', async () => {
    expect(
      await codeOf(() =>
        reviewHit(requisition, { hitId: hitId(), verdict: 'rejected', agentId: undefined }, world.deps),
      ),
    ).toBe('E_HAB_CASE');
    expect(await codeOf(() => review('rejected', 'agent-unknown'))).toBe('E_HAB_CASE');
  });

  it('stands in the answer when its page is read again, and not in the answer to a new question', async () => {
    await review('rejected', AGENT, hitId(1));
    const again = await readAnswer(requisition, answer.questionId, undefined, world.deps);
    expect(again.hits.map(({ verdict }) => verdict)).toStrictEqual(['unreviewed', 'rejected']);
    const anew = await ask(requisition, { version: 1, classes: ['car'] }, world.deps);
    expect(anew.hits.map(({ verdict }) => verdict)).toStrictEqual(['unreviewed', 'unreviewed']);
  });

  it('keeps who decided and who saw sealed in the database', async () => {
    await markPictureSeen(requisition, hitId(), AGENT, world.deps);
    await review('confirmed');
    const { rows } = await asOwner(world.database, 'SELECT * FROM hits WHERE id = $1', [hitId()]);
    expect(rows[0]).toMatchObject({ verdict: 'confirmed', picture_seen_at: new Date(NOW_MS) });
    const given = await asOwner(world.database, 'SELECT * FROM verdicts WHERE hit_id = $1', [hitId()]);
    expect(given.rows).toMatchObject([{ verdict: 'confirmed', decided_at: new Date(NOW_MS), replaced_at: null }]);
    for (const sealed of [given.rows[0]?.reader, rows[0]?.picture_seen_by]) {
      expect(Buffer.isBuffer(sealed) && sealed.includes(AGENT)).toBe(false);
    }
  });
});
