import { beforeAll, describe, expect, it } from 'vitest';
import * as leases from '../../gateway/analysis/lease-store.ts';
import * as jobs from '../../gateway/analysis/store.ts';
import type { Database } from '../../gateway/database.ts';
import {
  type CaseId,
  type ExhibitId,
  type JobId,
  newId,
  type ObjectId,
  type RequisitionId,
} from '../../gateway/ids.ts';
import { asOwner, testDatabase } from '../support/database.ts';

const WORK = { decodedFrames: 1, detectorCalls: 1 };

describe('leases of segments', () => {
  let database: Database;
  beforeAll(async () => {
    database = await testDatabase();
  });

  /** A case with one running job of so many segments. */
  async function addJob(
    planSha256: string,
    count: number,
    more: { readonly isUrgent?: boolean; readonly mostAtOnce?: number } = {},
  ): Promise<{ readonly caseId: CaseId; readonly id: JobId }> {
    const [caseId, id, exhibitId] = [newId<CaseId>(), newId<JobId>(), newId<ExhibitId>()];
    const requisitionId = newId<RequisitionId>();
    const segments = Array.from({ length: count }, (_, n) => ({ n, fromSeconds: 60 * n, toSeconds: 60 * (n + 1) }));
    await database.inCase(caseId, async (tx) => {
      await tx.query('INSERT INTO cases (id) VALUES ($1)', [caseId]);
      await tx.query(
        `INSERT INTO requisitions (id, case_id, authorisation_jti, thumbprints, not_before, expires, sealed)
         VALUES ($2, $1, gen_random_uuid(), '{}', now(), now(), 'secret')`,
        [caseId, requisitionId],
      );
      await tx.query(
        `INSERT INTO exhibits (id, case_id, requisition_id, state, object_id, size_bytes, capture_start, capture_end, piece_mark, sealed)
         VALUES ($3, $1, $2, 'sealed', gen_random_uuid(), 1, now(), now(), 'mark', 'secret')`,
        [caseId, requisitionId, exhibitId],
      );
      const job = { id, caseId, exhibitId, requisitionId, framesPerSecond: 5 };
      await jobs.insertJob(tx, { ...job, isUrgent: false, mostAtOnce: 64, ...more });
      await jobs.adoptPlan(tx, id, planSha256);
      await jobs.planJob(tx, (await jobs.findJob(tx, id)) as jobs.Job, segments);
    });
    return { caseId, id };
  }

  const claim = (planSha256: string, holder = 'a') =>
    database.inLeases((tx) => leases.claimSegment(tx, { holder, planSha256 }));
  const claimed = async (planSha256: string, holder = 'a') => (await claim(planSha256, holder)) as leases.Lease;
  const lapse = (lease: leases.Lease) =>
    asOwner(database, `UPDATE segments SET leased_until = now() - interval '1 second' WHERE job_id = $1 AND n = $2`, [
      lease.jobId,
      lease.n,
    ]);
  const finish = (lease: leases.Lease, object = newId<ObjectId>()) =>
    database.inCase(lease.caseId, (tx) => jobs.finishSegment(tx, lease, object, WORK));

  it('gives each segment to one of those who claim at the same time', async () => {
    const { id } = await addJob('together', 8);
    const all = await Promise.all(Array.from({ length: 12 }, (_, n) => claim('together', `w${n}`)));
    const got = all.filter((lease) => lease !== undefined);
    expect(got.map(({ n }) => n).toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(got.every(({ jobId }) => jobId === id)).toBe(true);
  });

  it('refuses what comes under a lease that has gone to another, and counts its work once', async () => {
    const { caseId, id } = await addJob('fence', 1);
    // The same process twice, as after a standstill: nothing but the fence tells its leases apart.
    const late = await claimed('fence', 'same');
    await lapse(late);
    const next = await claimed('fence', 'same');
    expect(next).toMatchObject({ n: late.n, fence: late.fence + 1 });
    expect(await database.inLeases((tx) => leases.renewLease(tx, late))).toBe(false);
    expect(await database.inLeases((tx) => leases.sayWord(tx, late, { offered: true }))).toBe(false);
    expect(await finish(late)).toBe('fenced');
    expect(await finish(next)).toBe('last');
    expect(await finish(late)).toBe('fenced');
    const job = await database.inCase(caseId, (tx) => jobs.findJob(tx, id));
    expect(job).toMatchObject({ segmentsDone: 1, work: WORK });
  });

  it('a lease that was only silent goes on while nobody else has it', async () => {
    await addJob('silent', 1);
    const lease = await claimed('silent');
    await lapse(lease);
    expect(await database.inLeases((tx) => leases.renewLease(tx, lease))).toBe(true);
    expect(await claim('silent', 'other')).toBeUndefined();
  });

  it('is not renewed once the gateway decides for it no longer, nor when its job has ended', async () => {
    const { caseId, id } = await addJob('permit', 1);
    const lease = await claimed('permit');
    const renew = () => database.inLeases((tx) => leases.renewLease(tx, lease));
    await database.inCase(caseId, (tx) =>
      leases.grantLease(tx, lease, { sealed: Buffer.from('x'), draft: newId<ObjectId>() }),
    );
    expect(await renew()).toBe(true);
    await asOwner(database, `UPDATE segments SET permitted_until = now() - interval '1 second' WHERE job_id = $1`, [
      id,
    ]);
    expect(await renew()).toBe(false);
    await database.inCase(caseId, (tx) => leases.permitLeases(tx, id));
    expect(await renew()).toBe(true);
    await database.inCase(caseId, (tx) =>
      jobs.endJob(tx, id, { state: 'cancelled', code: 'E_JOB_CANCELLED', from: ['running'] }),
    );
    expect(await renew()).toBe(false);
  });

  it('shares evenly between cases: a later case of few segments does not wait for an earlier one of many', async () => {
    const many = await addJob('shares', 100);
    const few = await addJob('shares', 3);
    const got = [];
    for (let n = 0; n < 6; n++) got.push((await claimed('shares')).caseId);
    expect(got.filter((caseId) => caseId === few.caseId)).toHaveLength(3);
    expect(got.filter((caseId) => caseId === many.caseId)).toHaveLength(3);
  });

  it('an urgent case holds four segments for one of another, and the other still gets its own', async () => {
    const calm = await addJob('urgent', 100);
    const urgent = await addJob('urgent', 100, { isUrgent: true });
    const got = [];
    for (let n = 0; n < 20; n++) got.push((await claimed('urgent')).caseId);
    expect(got[0]).toBe(urgent.caseId);
    expect(got.filter((caseId) => caseId === urgent.caseId)).toHaveLength(16);
    expect(got.filter((caseId) => caseId === calm.caseId)).toHaveLength(4);
  });

  it('SEC-10: says how old the oldest lease is, how long its holder has been silent, and how long a job has waited', async () => {
    const { id } = await addJob('ages', 2);
    await claimed('ages');
    await asOwner(
      database,
      `UPDATE segments SET leased_at = now() - interval '2 hours', leased_until = now() - interval '1 hour' WHERE job_id = $1 AND n = 0`,
      [id],
    );
    await asOwner(database, `UPDATE jobs SET created_at = now() - interval '3 hours' WHERE id = $1`, [id]);
    const { waiting, oldest, silence } = await database.inLeases(leases.leaseAges);
    expect([waiting, oldest, silence].map((seconds) => Math.round(seconds / 360) / 10)).toEqual([3, 2, 1]);
  });

  it('a case holds no more than its bound, however many claim at once', async () => {
    await addJob('bound', 50, { mostAtOnce: 5 });
    const all = await Promise.all(Array.from({ length: 15 }, (_, n) => claim('bound', `w${n}`)));
    const got = all.filter((lease) => lease !== undefined);
    expect(got).toHaveLength(5);
    await finish(got[0] as leases.Lease);
    expect(await claim('bound')).toBeDefined();
    expect(await claim('bound')).toBeUndefined();
  });
});
