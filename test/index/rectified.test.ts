import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { insertRectification } from '../../gateway/index/rectification-store.ts';
import { rectifiedColumns } from '../../gateway/index/rectified.ts';
import type { OpenExhibit, Rectification } from '../../gateway/index/types.ts';
import type { Requisition } from '../../gateway/requisition/types.ts';
import { ask } from '../../gateway/search/ask.ts';
import { readElsewhere } from '../../gateway/search/elsewhere.ts';
import { getHit, reviewHit } from '../../gateway/search/hits.ts';
import {
  AGENT,
  codeOf,
  createWorld,
  exhibitOf,
  NOW_MS,
  openInMemory,
  point,
  testRequisition,
  track,
  type World,
} from '../search/fixtures.ts';

const rectification = (of: OpenExhibit, changes: Partial<Rectification> = {}): Rectification => ({
  orderId: randomUUID(),
  appliedAtMs: NOW_MS,
  exhibitId: of.exhibitId,
  jobId: of.jobId,
  track: 0,
  anchor: point(),
  erased: false,
  class: undefined,
  personCategory: undefined,
  ...changes,
});

describe('columns under an order', () => {
  it('RGT-03: are carried over to the track of another analysis that was there then, and to no other', () => {
    const here = track();
    const elsewhere = track({ points: [point({ left: 700 }), point({ timeSeconds: 1, left: 800 })] });
    const first = openInMemory([here]);
    const second = openInMemory([elsewhere, track({ ...here, class: 'bus' })], { exhibitId: first.exhibitId });
    const columns = { ...second.columns, exhibitId: first.exhibitId };
    const changed = rectifiedColumns(columns, second.path, [rectification(first, { class: 'van' })]);
    expect([...changed.classId]).toEqual([columns.classId[0], 6]);
    expect(changed.rectified?.get(1)).toMatchObject({ analysedAs: 'bus', erased: false });
    expect(changed.rectified?.has(0)).toBe(false);
    // The block that was opened is as it was.
    expect([...columns.classId]).toEqual([3, 4]);
  });

  it('RGT-03: another exhibit, a later moment and a track that is not there change nothing', () => {
    const of = openInMemory([track()]);
    const { columns, path } = of;
    for (const other of [
      rectification(of, { exhibitId: openInMemory([]).exhibitId, class: 'van' }),
      rectification(of, { jobId: openInMemory([]).jobId, anchor: point({ timeSeconds: 60 }), class: 'van' }),
      rectification(of, { track: 7, class: 'van' }),
    ]) {
      expect([...rectifiedColumns(columns, path, [other]).classId]).toEqual([...columns.classId]);
    }
  });

  it('RGT-03: the later order speaks, and what one erased stays erased', () => {
    const of = openInMemory([track()]);
    const orders = [
      rectification(of, { class: 'van', appliedAtMs: NOW_MS + 2 }),
      rectification(of, { erased: true, appliedAtMs: NOW_MS + 1 }),
      rectification(of, { class: 'bus' }),
    ];
    expect(rectifiedColumns(of.columns, of.path, orders.slice(0, 1).concat(orders.slice(2))).classId[0]).toBe(6);
    const erased = rectifiedColumns(of.columns, of.path, orders);
    expect(erased.rectified?.get(0)?.erased).toBe(true);
    expect([erased.classId[0], erased.confidence[0], erased.firstMs[0]]).toEqual([0, 0, Number.NaN]);
    expect(erased.colourShare.some((share) => share > 0)).toBe(false);
    expect(erased.grid.some((byte) => byte > 0)).toBe(false);
  });
});

describe('a question after an order', () => {
  let world: World;
  let requisition: Requisition;
  beforeAll(async () => {
    world = await createWorld();
    requisition = await testRequisition();
    await world.register(requisition);
  });

  async function order(changes: Partial<Rectification> & Pick<Rectification, 'exhibitId' | 'jobId'>): Promise<string> {
    const orderId = randomUUID();
    const { caseId } = requisition;
    const whole = { track: 0, anchor: point(), erased: false, class: undefined, personCategory: undefined, ...changes };
    await world.database.inCase(caseId, async (tx) => {
      await tx.query(`INSERT INTO orders (id, case_id, kind, due_at) VALUES ($1, $2, 'rectify', now())`, [
        orderId,
        caseId,
      ]);
      const said = { ...whole, orderId, appliedAtMs: NOW_MS };
      await insertRectification(tx, world.vault, caseId, randomUUID(), said);
    });
    world.sessions.drop(caseId);
    return orderId;
  }
  const find = async (name: 'car' | 'van') =>
    (await ask(requisition, { version: 1, classes: [name] }, world.deps)).hits;

  it('RGT-03: finds the rectified label and no more the old one, says which order it was, and tells erased hits from none', async () => {
    const exhibit = exhibitOf(requisition, { sha256: 'f'.repeat(64) });
    await world.addExhibit(exhibit);
    const far = [point({ left: 900 }), point({ timeSeconds: 1, left: 950 })];
    const jobId = await world.addJob(requisition, exhibit, 'done', [track(), track({ points: far })]);
    const [hit, other] = await find('car');
    if (hit === undefined || other === undefined) throw new Error('no hits');

    const orderId = await order({ exhibitId: exhibit.id, jobId, class: 'van' });
    expect((await find('car')).map(({ track: n }) => n)).toEqual([1]);
    const [rectified] = await find('van');
    expect(rectified).toMatchObject({ track: 0, class: 'van', rectified: { order: orderId, analysedAs: 'car' } });
    expect((await getHit(requisition, hit.id, world.deps)).class).toBe('van');
    expect((await getHit(requisition, other.id, world.deps)).rectified).toBeUndefined();

    await reviewHit(requisition, { hitId: hit.id, verdict: 'rejected', agentId: AGENT }, world.deps);
    const { questionId } = await ask(requisition, { version: 1, classes: ['van'] }, world.deps);
    const elsewhere = async () => (await readElsewhere(requisition, questionId, world.deps)).verdicts;
    expect(await elsewhere()).toMatchObject([{ verdict: 'rejected' }]);

    await order({ exhibitId: exhibit.id, jobId, erased: true });
    expect(await elsewhere()).toEqual([]);
    expect(await find('van')).toEqual([]);
    expect((await find('car')).map(({ track: n }) => n)).toEqual([1]);
    expect(await codeOf(() => getHit(requisition, hit.id, world.deps))).toBe('E_PRO_SILO');
  });
});
