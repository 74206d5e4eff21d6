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
import { testDatabase } from '../support/database.ts';

const caseId = newId<CaseId>();
const job = { id: newId<JobId>(), caseId, exhibitId: newId<ExhibitId>(), requisitionId: newId<RequisitionId>() };
const segments = [0, 1, 2].map((n) => ({ n, fromSeconds: 60 * n, toSeconds: 60 * (n + 1) }));

let database: Database;
beforeAll(async () => {
  database = await testDatabase();
  await database.inCase(caseId, async (tx) => {
    await tx.query('INSERT INTO cases (id) VALUES ($1)', [caseId]);
    await tx.query(
      `INSERT INTO requisitions (id, case_id, authorisation_jti, thumbprints, not_before, expires, sealed)
       VALUES ($2, $1, gen_random_uuid(), '{}', now(), now(), 'secret')`,
      [caseId, job.requisitionId],
    );
    await tx.query(
      `INSERT INTO exhibits (id, case_id, requisition_id, state, object_id, size_bytes, capture_start, capture_end, piece_mark, sealed)
       VALUES ($3, $1, $2, 'sealed', gen_random_uuid(), 1, now(), now(), 'mark', 'secret')`,
      [caseId, job.requisitionId, job.exhibitId],
    );
    await jobs.insertJob(tx, { ...job, framesPerSecond: 5, isUrgent: false, mostAtOnce: 8 });
  });
});

const planned = (plan: string): Promise<readonly ObjectId[]> =>
  database.inCase(caseId, async (tx) => {
    const outdated = await jobs.adoptPlan(tx, job.id, plan);
    expect(await jobs.planJob(tx, (await jobs.findJob(tx, job.id)) as jobs.Job, segments)).toBe(true);
    return outdated;
  });
/** A lease of the next segment, at once finished with this object. */
const finished = async (plan: string, object: ObjectId, work: { decodedFrames: number; detectorCalls: number }) => {
  const lease = (await database.inLeases((tx) =>
    leases.claimSegment(tx, { holder: 'test', planSha256: plan }),
  )) as leases.Lease;
  await database.inCase(caseId, (tx) => jobs.finishSegment(tx, lease, object, work));
  return lease.n;
};
const waiting = () => database.inCase(caseId, (tx) => jobs.waitingSegments(tx, job.id));

describe('a job after one that somebody stopped', () => {
  it('takes over the segments that are of its plan, once, and nothing of another one', async () => {
    const next = { ...job, id: newId<JobId>() };
    const third = { ...job, id: newId<JobId>() };
    const [first, second] = [newId<ObjectId>(), newId<ObjectId>()];
    const open = (of: typeof job, plan: string) =>
      database.inCase(caseId, async (tx) => {
        await jobs.insertJob(tx, { ...of, framesPerSecond: 5, isUrgent: false, mostAtOnce: 8 });
        await jobs.adoptPlan(tx, of.id, plan);
        await jobs.planJob(tx, (await jobs.findJob(tx, of.id)) as jobs.Job, segments);
        await jobs.takeUpStopped(tx, of);
        return (await jobs.findJob(tx, of.id)) as jobs.Job;
      });
    const stop = (of: typeof job, code: 'E_JOB_CANCELLED' | 'E_REQ_REVOKED') =>
      database.inCase(caseId, (tx) => jobs.endJob(tx, of.id, { state: 'cancelled', code, from: ['running'] }));
    await planned('s');
    await database.inCase(caseId, (tx) => jobs.addLogRecord(tx, job.id, 7));
    for (const object of [first, second]) await finished('s', object, { decodedFrames: 100, detectorCalls: 10 });
    expect(await database.inCase(caseId, (tx) => jobs.findJob(tx, job.id))).toMatchObject({ secondsReached: 120 });
    await stop(job, 'E_JOB_CANCELLED');

    expect(await open(next, 's')).toMatchObject({
      ...{ segmentsDone: 2, secondsDone: 120, secondsReached: 120, logRecords: [7] },
      work: { decodedFrames: 200, detectorCalls: 20 },
    });
    expect(await database.inCase(caseId, (tx) => jobs.segmentObjects(tx, next.id))).toEqual([first, second]);
    expect(await database.inCase(caseId, (tx) => jobs.segmentObjects(tx, job.id))).toEqual([]);
    // Another plan makes everything anew; a revocation leaves nothing to go on with.
    await stop(next, 'E_JOB_CANCELLED');
    expect(await open(third, 't')).toMatchObject({ segmentsDone: 0, work: { decodedFrames: 0 } });
    await stop(third, 'E_REQ_REVOKED');
    await database.inCase(caseId, (tx) =>
      tx.query(`UPDATE jobs SET failure_code = 'E_REQ_REVOKED' WHERE id = $1`, [next.id]),
    );
    const last = { ...job, id: newId<JobId>() };
    expect(await open(last, 's')).toMatchObject({ segmentsDone: 0 });
    await stop(last, 'E_REQ_REVOKED');
    // The others of this file have the exhibit to themselves.
    await database.inCase(caseId, async (tx) => {
      await tx.query('DELETE FROM segments');
      await tx.query('DELETE FROM jobs');
      await jobs.insertJob(tx, { ...job, framesPerSecond: 5, isUrgent: false, mostAtOnce: 8 });
    });
  });
});

describe('a job that another process takes up', () => {
  const object = newId<ObjectId>();

  it('keeps its finished segments where plan, models and build are the same', async () => {
    expect(await planned('a')).toEqual([]);
    const work = { decodedFrames: 300, detectorCalls: 70 };
    expect(await finished('a', object, work)).toBe(0);
    expect(await planned('a')).toEqual([]);
    expect(await waiting()).toEqual([1, 2]);
  });

  it('begins anew where they are not: no result is made of two plans', async () => {
    expect(await planned('b')).toEqual([object]);
    expect(await waiting()).toEqual([0, 1, 2]);
    const now = await database.inCase(caseId, (tx) => jobs.findJob(tx, job.id));
    expect(now).toMatchObject({ segmentsDone: 0, work: { decodedFrames: 0, detectorCalls: 0 } });
  });

  it('leaves a job alone that is being closed', async () => {
    await finished('b', object, { decodedFrames: 1, detectorCalls: 1 });
    await database.inCase(caseId, async (tx) => {
      expect(await jobs.claimClosing(tx, job.id)).toBe(true);
      expect(await jobs.adoptPlan(tx, job.id, 'c')).toEqual([]);
      expect(await jobs.segmentObjects(tx, job.id)).toEqual([object]);
    });
  });
});
