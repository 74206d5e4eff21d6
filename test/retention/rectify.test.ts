import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../gateway/errors.ts';
import type { CaseId, ExhibitId, JobId } from '../../gateway/ids.ts';
import { rectificationsOf } from '../../gateway/index/rectification-store.ts';
import { correctionsDigest, verifyRectification } from '../../gateway/retention/rectification-certificate.ts';
import type { RectifierDeps } from '../../gateway/retention/rectify.ts';
import type { Correction } from '../../gateway/retention/types.ts';
import { point } from '../search/fixtures.ts';
import { DAY_MS, retentionRoom } from './support.ts';

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'OK',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );

async function roomWithHit(rectifying: Partial<RectifierDeps> = {}) {
  const room = await retentionRoom({}, undefined, undefined, {}, rectifying);
  const sub = `PV-2026/${String(Math.floor(Math.random() * 1e6)).padStart(6, '0')}`;
  const caseId = await room.openCase(sub);
  const hit = randomUUID();
  const exhibitId = await room.database.inCase(caseId, async (tx) => {
    const { rows } = await tx.query<{ id: ExhibitId }>('SELECT id FROM exhibits');
    return rows[0]?.id ?? ('' as ExhibitId);
  });
  room.places.set(hit, { exhibitId, jobId: randomUUID() as JobId, track: 4, anchor: point() });
  const order = (corrections?: readonly object[], kind = 'rectify') =>
    room.present('differe-order+jwt', sub, {
      ...{ kind, basis: 'private_request', ordered_at: new Date(room.clock.nowMs()).toISOString() },
      ...{ act_ref: 'ORD-1', act_sha256: 'c'.repeat(64), jti: randomUUID() },
      ...(corrections === undefined ? {} : { corrections }),
    });
  return { ...room, caseId, hit, order };
}

const certificateOf = async ({ retention }: Pick<Awaited<ReturnType<typeof roomWithHit>>, 'retention'>, id: CaseId) =>
  (await retention.orders(id))[0]?.certificate;

describe('an order to rectify', () => {
  it('RGT-03: is carried out when it comes in, kept sealed, in the journal, and certified', async () => {
    const room = await roomWithHit();
    const corrections: Correction[] = [{ hit: room.hit, class: 'van', person_category: 'temoin' }];
    const act = await room.order(corrections);
    expect(await rectificationsOf(room.caseId, room)).toMatchObject([
      { orderId: act.claims.jti, track: 4, class: 'van', personCategory: 'temoin', erased: false },
    ]);
    const { rows } = await room.database.inCase(room.caseId, (tx) => tx.query('SELECT sealed FROM rectifications'));
    expect((rows[0] as { sealed: Buffer }).sealed.toString('latin1')).not.toContain('temoin');
    const [order] = await room.retention.orders(room.caseId);
    expect(order).toMatchObject({ id: act.claims.jti, byTool: true, doneAtMs: room.clock.nowMs() });
    const text = order?.certificate ?? '';
    expect(await verifyRectification(text)).toMatchObject({
      act: act.claims.jti,
      hits: [{ id: room.hit, done: 'changed' }],
      corrections_sha256: correctionsDigest(corrections),
    });
    for (const what of ['van', 'temoin']) expect(text).not.toContain(what);
    expect(await codeOf(verifyRectification(text.replace(/"x":"./, '"x":"_')))).toBe('E_CERTIFICATE');
    expect((await room.journal()).map(({ action }) => action).filter((action) => action.startsWith('order.'))).toEqual([
      'order.rectify',
      'order.rectified',
    ]);
  });

  it('RGT-03: stays open while it cannot be carried out, freezes the case when it is late, and is carried out by the sweep', async () => {
    let isBroken = true;
    const room = await roomWithHit({
      dropResults() {
        if (isBroken) throw new AppError('E_VAULT');
      },
    });
    expect(await codeOf(room.order([{ hit: room.hit, erase: true }]))).toBe('E_VAULT');
    const [open] = await room.retention.orders(room.caseId);
    expect([open?.doneAtMs, open?.certificate]).toEqual([undefined, undefined]);
    // Nobody says in its place that it is done.
    expect(await codeOf(room.retention.finishOrder(room.caseId, open?.id ?? ''))).toBe('E_PRO_SILO');
    room.clock.setMs(room.clock.nowMs() + DAY_MS + 1);
    await room.retention.purge();
    expect(room.retention.stateOf(room.caseId)).toBe('frozen');
    isBroken = false;
    await room.retention.purge();
    expect(room.retention.stateOf(room.caseId)).toBe('open');
    expect(await verifyRectification((await certificateOf(room, room.caseId)) ?? '')).toMatchObject({
      hits: [{ done: 'erased' }],
    });
    // Tried three times, kept once.
    expect(await rectificationsOf(room.caseId, room)).toHaveLength(1);
    await room.retention.purge();
    expect(await rectificationsOf(room.caseId, room)).toHaveLength(1);
  });

  it('RGT-03: refuses a hit that is not in the case, a label or a category that nobody knows, and a hit said twice', async () => {
    const room = await roomWithHit();
    const { hit } = room;
    expect(await codeOf(room.order([{ hit: randomUUID(), class: 'van' }]))).toBe('E_PRO_SILO');
    for (const bad of [
      [],
      [{ hit }],
      [{ hit, class: 'vehicle' }],
      [{ hit, class: 'face' }],
      [{ hit, person_category: 'coupable' }],
      [{ hit, erase: false }],
      [{ hit, erase: true, class: 'van' }],
      [
        { hit, class: 'van' },
        { hit, class: 'bus' },
      ],
    ]) {
      expect([bad, await codeOf(room.order(bad))]).toEqual([bad, 'E_REQ_SCHEMA']);
    }
    expect(await codeOf(room.order([{ hit, class: 'van' }], 'complete'))).toBe('E_REQ_SCHEMA');
    expect(await room.retention.orders(room.caseId)).toEqual([]);
    // Without hits it is for people, who say when it is done.
    const act = await room.order();
    await room.retention.finishOrder(room.caseId, act.claims.jti);
    expect((await room.retention.orders(room.caseId))[0]?.doneAtMs).toBe(room.clock.nowMs());
  });
});
