import { beforeAll, describe, expect, it, vi } from 'vitest';
import * as leases from '../../gateway/analysis/lease-store.ts';
import * as jobs from '../../gateway/analysis/store.ts';
import type { Database, Transaction } from '../../gateway/database.ts';
import { newId, type ObjectId } from '../../gateway/ids.ts';
import { createMetrics } from '../../gateway/metrics.ts';
import { asOwner, testDatabase } from '../support/database.ts';
import { addRunningJob } from '../support/running-job.ts';

const WORK = { decodedFrames: 1, detectorCalls: 1 };

describe('leases of segments', () => {
  let database: Database;
  beforeAll(async () => {
    database = await testDatabase();
  });

  const addJob = (planSha256: string, count: number, more?: Parameters<typeof addRunningJob>[3]) =>
    addRunningJob(database, planSha256, count, more);

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

  it('no lease is granted twice: of several gateways that would at once, one does, with its own draft', async () => {
    const { caseId, id } = await addJob('granted', 1);
    const lease = await claimed('granted');
    const drafts = Array.from({ length: 8 }, () => newId<ObjectId>());
    const grant = (draft: ObjectId) => (tx: Transaction) =>
      leases.grantLease(tx, lease, { sealed: Buffer.from(draft), draft });
    // The first has not committed when the others begin: they wait for it, and then see what it has done.
    const [first, ...others] = drafts as [ObjectId, ...ObjectId[]];
    const sessions: Promise<boolean>[] = [];
    const given = [
      await database.inCase(caseId, async (tx) => {
        const isGiven = await grant(first)(tx);
        sessions.push(...others.map((draft) => database.inCase(caseId, grant(draft))));
        await untilLocked(database, sessions.length);
        return isGiven;
      }),
      ...(await Promise.all(sessions)),
    ];
    expect(given.filter(Boolean)).toHaveLength(1);
    const { rows } = await asOwner(database, 'SELECT granted, drafts FROM segments WHERE job_id = $1', [id]);
    const winner = drafts[given.indexOf(true)] ?? '';
    expect(rows).toEqual([{ granted: Buffer.from(winner), drafts: [winner] }]);
  });

  it('no segment is leased twice: a claim waits for the one that is open, and takes another segment or none', async () => {
    await addJob('claimed', 2);
    const claimIn = (holder: string) => (tx: Transaction) => leases.claimSegment(tx, { holder, planSha256: 'claimed' });
    const others: Promise<leases.Lease | undefined>[] = [];
    const first = await database.inLeases(async (tx) => {
      const lease = await claimIn('first')(tx);
      others.push(...['b', 'c'].map((holder) => database.inLeases(claimIn(holder))));
      await untilLocked(database, others.length);
      return lease;
    });
    const got = [first, ...(await Promise.all(others))].map((lease) => lease?.n);
    expect(got.toSorted()).toEqual([0, 1, undefined]);
  });

  it('refuses what comes under a lease that has gone to another, and counts its work once', async () => {
    const { caseId, id } = await addJob('fence', 1);
    // The same process twice, as after a standstill: nothing but the fence tells its leases apart.
    const late = await claimed('fence', 'same');
    await lapse(late);
    const next = await claimed('fence', 'same');
    expect(next).toMatchObject({ n: late.n, fence: late.fence + 1 });
    expect(await database.inLeases((tx) => leases.renewLease(tx, late))).toBe(false);
    expect(await database.inLeases((tx) => leases.sayEnding(tx, late, Buffer.from('x')))).toBe(false);
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
    // And so the metrics say it, with how many segments there are to do, in all cases.
    const before = await database.inService(jobs.countWaiting);
    await addJob('ages', 5);
    const metrics = createMetrics({
      queueDepth: () => database.inService(jobs.countWaiting),
      queueAges: async () => ({
        oldestWaitingSeconds: waiting,
        longestSilenceSeconds: silence,
        oldestLeaseSeconds: oldest,
      }),
      ...{ logSize: async () => 0, logNewestSeconds: async () => 0, logWitnessed: async () => 0, witnesses: 0 },
      ...{
        nowSeconds: () => 0,
        safeModeCauses: () => [],
        vaultErrors: () => [],
        requests: () => ({ working: 0, waiting: 0 }),
        folders: { data: '/', keys: '/', scratch: '/' },
      },
      overdue: async () => ({ purge: 0, order: 0, quarantine: 0, review: 0, request: 0, journal: 0 }),
    });
    metrics.stageSeconds.observe({ stage: 'segment' }, 4);
    const text = await metrics.registry.metrics();
    const figureOf = (name: string): number => Number(text.match(new RegExp(`^${name} (\\S+)$`, 'm'))?.[1]);
    expect(figureOf('differe_queue_depth')).toBe(before + 5);
    expect(figureOf('differe_lease_age_seconds')).toBeCloseTo(oldest);
    expect(figureOf('differe_lease_silence_seconds')).toBeCloseTo(silence);
    expect(figureOf('differe_queue_oldest_seconds')).toBeCloseTo(waiting);
    expect(text).toContain('differe_stage_seconds_sum{stage="segment"} 4');
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

/** Until so many sessions of the database wait for a lock. */
async function untilLocked(database: Database, count: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const { rows } = await asOwner(
        database,
        `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(rows).toEqual([{ count }]);
    },
    { timeout: 20_000, interval: 10 },
  );
}
