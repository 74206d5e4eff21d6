import type { Transaction } from '../database.ts';
import type { CaseId, ExhibitId, JobId, ObjectId, RequisitionId } from '../ids.ts';
import { type Placed, placeAt, type RowsAsked, rowParameters, timeAt } from '../pages.ts';
import type { Lease } from './lease-store.ts';
import type { WorkDone } from './types.ts';

/** `closing`: every segment is done and the result is being sealed; nothing cancels it any more. */
export type JobState = 'queued' | 'running' | 'closing' | 'done' | 'failed' | 'cancelled';

/** One analysis of one exhibit, as PostgreSQL knows it: ids, states and times. */
export interface Job {
  readonly id: JobId;
  readonly caseId: CaseId;
  readonly exhibitId: ExhibitId;
  readonly requisitionId: RequisitionId;
  readonly state: JobState;
  readonly failureCode: string | undefined;
  readonly framesPerSecond: number;
  readonly segments: number | undefined;
  readonly segmentsDone: number;
  /** Media seconds in finished segments: progress, and nothing of what was seen (DEF-10). */
  readonly secondsDone: number;
  /** Media seconds from the beginning on of which no segment is missing: where it is looking. */
  readonly secondsReached: number;
  /** Media seconds of all its segments; 0 before they are cut. */
  readonly secondsPlanned: number;
  /** Until its last segment is done; only of a running job, and only where it runs. */
  readonly remainingSeconds?: number;
  readonly resultObject: ObjectId | undefined;
  readonly bystandersObject: ObjectId | undefined;
  readonly resultSha256: string | undefined;
  /** Numbers of the log's records about this job. */
  readonly logRecords: readonly number[];
  readonly work: WorkDone;
  readonly createdAt: string;
  readonly startedAt: string | undefined;
  readonly finishedAt: string | undefined;
}

interface JobRow {
  id: JobId;
  case_id: CaseId;
  exhibit_id: ExhibitId;
  requisition_id: RequisitionId;
  state: JobState;
  failure_code: string | null;
  frames_per_second: number;
  segments: number | null;
  segments_done: string;
  seconds_done: number;
  seconds_reached: number;
  seconds_planned: number;
  result_object: ObjectId | null;
  bystanders_object: ObjectId | null;
  result_sha256: string | null;
  log_records: readonly (number | string)[];
  decoded_frames: string;
  detector_calls: string;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
}

const SELECT_JOB = `
  SELECT j.*,
    (SELECT count(*) FROM segments s WHERE s.job_id = j.id AND s.state = 'done') AS segments_done,
    (SELECT coalesce(sum(s.to_seconds - s.from_seconds), 0) FROM segments s WHERE s.job_id = j.id AND s.state = 'done') AS seconds_done,
    (SELECT coalesce(min(s.from_seconds) FILTER (WHERE s.state = 'waiting'), max(s.to_seconds), 0) FROM segments s WHERE s.job_id = j.id) AS seconds_reached,
    (SELECT coalesce(max(s.to_seconds), 0) FROM segments s WHERE s.job_id = j.id) AS seconds_planned
  FROM jobs j`;

/** Queues a job unless one of the exhibit is open already: of two that ask at once, one makes it. */
export async function insertJob(
  tx: Transaction,
  job: Pick<Job, 'id' | 'caseId' | 'exhibitId' | 'requisitionId' | 'framesPerSecond'> & {
    /** Its segments weigh less in the share of its case (lease-store.ts). */
    readonly isUrgent: boolean;
    /** Segments of the case that are worked on at once. */
    readonly mostAtOnce: number;
  },
): Promise<void> {
  await tx.query(
    `INSERT INTO jobs (id, case_id, exhibit_id, requisition_id, state, frames_per_second, urgent, most_at_once)
     VALUES ($1, $2, $3, $4, 'queued', $5, $6, $7)
     ON CONFLICT (exhibit_id) WHERE state IN ('queued', 'running', 'closing') DO NOTHING`,
    [job.id, job.caseId, job.exhibitId, job.requisitionId, job.framesPerSecond, job.isUrgent, job.mostAtOnce],
  );
}

export async function findJob(tx: Transaction, id: JobId): Promise<Job | undefined> {
  const { rows } = await tx.query<JobRow>(`${SELECT_JOB} WHERE j.id = $1`, [id]);
  return rows[0] === undefined ? undefined : toJob(rows[0]);
}

export async function jobsOfCase(tx: Transaction): Promise<readonly Job[]> {
  const { rows } = await tx.query<JobRow>(`${SELECT_JOB} ORDER BY j.created_at, j.id`);
  return rows.map(toJob);
}

/** Some of them, in that order. */
export async function pageOfJobs(tx: Transaction, asked: RowsAsked): Promise<readonly Placed<Job>[]> {
  const { rows } = await tx.query<JobRow & { place_at: string }>(
    `SELECT page.*, ${placeAt('page.created_at')} AS place_at FROM (${SELECT_JOB}
      WHERE $1::bigint IS NULL OR (j.created_at, j.id) > (${timeAt('$1')}, $2::uuid)
      ORDER BY j.created_at, j.id LIMIT $3) page ORDER BY page.created_at, page.id`,
    rowParameters(asked),
  );
  return rows.map((row) => ({ ...toJob(row), place: { at: row.place_at, id: row.id } }));
}

/** The job of an exhibit that still runs, if any: one exhibit is analysed once at a time. */
export async function openJobOf(tx: Transaction, exhibitId: ExhibitId): Promise<Job | undefined> {
  const { rows } = await tx.query<JobRow>(
    `${SELECT_JOB} WHERE j.exhibit_id = $1 AND j.state IN ('queued', 'running', 'closing')`,
    [exhibitId],
  );
  return rows[0] === undefined ? undefined : toJob(rows[0]);
}

/** The newest closed job of each exhibit of the case that is not in quarantine (REQ-13), in the order in which the exhibits were deposited. */
export async function newestClosedJobs(tx: Transaction): Promise<readonly Job[]> {
  const { rows } = await tx.query<JobRow>(
    `SELECT newest.* FROM (
       SELECT DISTINCT ON (x.exhibit_id) x.* FROM (${SELECT_JOB}) x
       WHERE x.state = 'done'
         AND NOT EXISTS (SELECT FROM requisitions r WHERE r.id = x.requisition_id AND r.revoked_at IS NOT NULL)
       ORDER BY x.exhibit_id, x.finished_at DESC, x.id
     ) newest JOIN exhibits e ON e.id = newest.exhibit_id ORDER BY e.created_at, e.id`,
  );
  return rows.map(toJob);
}

/** Closed analyses of an exhibit, newest first, those of revoked requisitions too. */
export async function closedJobs(tx: Transaction, exhibitId: ExhibitId): Promise<readonly Job[]> {
  const { rows } = await tx.query<JobRow>(
    `SELECT x.* FROM (${SELECT_JOB}) x WHERE x.state = 'done' AND x.exhibit_id = $1 ORDER BY x.finished_at DESC, x.id`,
    [exhibitId],
  );
  return rows.map(toJob);
}

export async function addLogRecord(tx: Transaction, id: JobId, seq: number): Promise<void> {
  await tx.query(`UPDATE jobs SET log_records = array_append(log_records, $2) WHERE id = $1`, [id, seq]);
}

/** Case and id of every job that is not finished: what a start after a crash has to take up. */
export async function unfinishedJobs(
  tx: Transaction,
): Promise<readonly { readonly id: JobId; readonly caseId: CaseId }[]> {
  const { rows } = await tx.query<{ id: JobId; case_id: CaseId }>(
    `SELECT id, case_id FROM jobs WHERE state IN ('queued', 'running', 'closing') ORDER BY id`,
  );
  return rows.map((row) => ({ id: row.id, caseId: row.case_id }));
}

/** Where a queued piece of work belongs; the queue's payload carries the job id alone. */
export async function caseOfJob(tx: Transaction, id: JobId): Promise<CaseId | undefined> {
  const { rows } = await tx.query<{ case_id: CaseId }>(`SELECT case_id FROM jobs WHERE id = $1`, [id]);
  return rows[0]?.case_id;
}

/** Writes the plan of a job that is still open and says whether it was: a job that was cancelled meanwhile does not rise. */
export async function planJob(
  tx: Transaction,
  job: Job,
  segments: readonly { readonly n: number; readonly fromSeconds: number; readonly toSeconds: number }[],
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE jobs SET state = 'running', segments = $2, started_at = coalesce(started_at, now())
     WHERE id = $1 AND state IN ('queued', 'running')`,
    [job.id, segments.length],
  );
  if (rowCount !== 1) return false;
  for (const segment of segments) {
    await tx.query(
      `INSERT INTO segments (job_id, case_id, n, from_seconds, to_seconds, state) VALUES ($1, $2, $3, $4, $5, 'waiting')
       ON CONFLICT (job_id, n) DO NOTHING`,
      [job.id, job.caseId, segment.n, segment.fromSeconds, segment.toSeconds],
    );
  }
  return true;
}

/**
 * Gives an open job the segments that one of the same exhibit, requisition and plan had finished when somebody stopped it, with the records of
 * how they were made. They leave that job: an object belongs to one.
 */
export async function takeUpStopped(tx: Transaction, job: Pick<Job, 'id' | 'exhibitId'>): Promise<void> {
  const { rows } = await tx.query<{ id: JobId }>(
    `SELECT old.id FROM jobs old JOIN jobs j ON j.id = $1
     WHERE old.exhibit_id = $2 AND old.state = 'cancelled' AND old.failure_code = 'E_JOB_CANCELLED'
       AND old.requisition_id = j.requisition_id AND old.plan_sha256 = j.plan_sha256 AND old.frames_per_second = j.frames_per_second
       AND EXISTS (SELECT FROM segments s WHERE s.job_id = old.id AND s.state = 'done')
     ORDER BY old.finished_at`,
    [job.id, job.exhibitId],
  );
  for (const { id } of rows) {
    const { rowCount } = await tx.query(
      `UPDATE segments s SET state = 'done', object_id = old.object_id, drafts = s.drafts || old.drafts, finished_at = old.finished_at
       FROM segments old
       WHERE s.job_id = $1 AND s.state = 'waiting' AND old.job_id = $2 AND old.state = 'done'
         AND old.n = s.n AND old.from_seconds = s.from_seconds AND old.to_seconds = s.to_seconds`,
      [job.id, id],
    );
    if (rowCount === 0) continue;
    await tx.query(
      `DELETE FROM segments old USING segments s
       WHERE s.job_id = $1 AND old.job_id = $2 AND old.n = s.n AND old.object_id = s.object_id`,
      [job.id, id],
    );
    await tx.query(
      `UPDATE jobs j SET log_records = old.log_records || j.log_records, decoded_frames = j.decoded_frames + old.decoded_frames,
         detector_calls = j.detector_calls + old.detector_calls
       FROM jobs old WHERE j.id = $1 AND old.id = $2`,
      [job.id, id],
    );
  }
}

/**
 * Says that the segments of an open job are made by this plan from now on. What another one made is no longer part of the job: the objects
 * that held it are given back, for whoever keeps them.
 */
export async function adoptPlan(tx: Transaction, id: JobId, planSha256: string): Promise<readonly ObjectId[]> {
  const { rowCount } = await tx.query(
    `UPDATE jobs SET plan_sha256 = $2, segments = NULL, decoded_frames = 0, detector_calls = 0
     WHERE id = $1 AND state IN ('queued', 'running') AND plan_sha256 IS DISTINCT FROM $2`,
    [id, planSha256],
  );
  if (rowCount !== 1) return [];
  const { rows } = await tx.query<{ object: ObjectId }>(
    `WITH gone AS (DELETE FROM segments WHERE job_id = $1 RETURNING object_id, drafts)
     SELECT object_id AS object FROM gone WHERE object_id IS NOT NULL UNION SELECT unnest(drafts) FROM gone`,
    [id],
  );
  return rows.map(({ object }) => object);
}

/** Counts one more process that took the job up since its last finished segment. */
export async function countTakeUp(tx: Transaction, id: JobId): Promise<number> {
  const { rows } = await tx.query<{ take_ups: number }>(
    `UPDATE jobs SET take_ups = take_ups + 1 WHERE id = $1 RETURNING take_ups`,
    [id],
  );
  return rows[0]?.take_ups ?? 0;
}

/** Media seconds analysed or under analysis in the case, each exhibit once: what the hours of an authorisation are counted from (PRO-03). */
export async function analysedSeconds(tx: Transaction): Promise<number> {
  const { rows } = await tx.query<{ seconds: number }>(
    `SELECT coalesce(sum(most), 0) AS seconds FROM (
       SELECT max(s.to_seconds) AS most FROM segments s JOIN jobs j ON j.id = s.job_id
       WHERE j.state IN ('running', 'closing', 'done') GROUP BY j.exhibit_id
     ) each`,
  );
  return rows[0]?.seconds ?? 0;
}

/** Segments of all cases that are not finished; of jobs that ended none counts. */
export async function countWaiting(tx: Transaction): Promise<number> {
  const { rows } = await tx.query<{ count: string }>(
    `SELECT count(*) FROM segments s JOIN jobs j ON j.id = s.job_id WHERE s.state = 'waiting' AND j.state = 'running'`,
  );
  return Number(rows[0]?.count);
}

export async function waitingSegments(tx: Transaction, id: JobId): Promise<readonly number[]> {
  const { rows } = await tx.query<{ n: number }>(
    `SELECT n FROM segments WHERE job_id = $1 AND state = 'waiting' ORDER BY n`,
    [id],
  );
  return rows.map((row) => row.n);
}

/**
 * Records a segment that was finished under this lease and says whether it was the last of the job, or `fenced`: the lease has gone to
 * somebody else meanwhile, and what was made under it counts for nothing. The job row is locked, so of two that finish at once exactly
 * one is told that it was the last.
 */
export async function finishSegment(
  tx: Transaction,
  { jobId, n, holder, fence }: Lease,
  object: ObjectId,
  work: WorkDone,
): Promise<'more' | 'last' | 'fenced'> {
  await tx.query(`SELECT 1 FROM jobs WHERE id = $1 FOR UPDATE`, [jobId]);
  const { rowCount } = await tx.query(
    `UPDATE segments SET state = 'done', object_id = $5, granted = NULL, finished_at = now()
     WHERE job_id = $1 AND n = $2 AND holder = $3 AND fence = $4 AND state = 'waiting'`,
    [jobId, n, holder, fence, object],
  );
  if (rowCount !== 1) return 'fenced';
  await tx.query(
    `UPDATE jobs SET decoded_frames = decoded_frames + $2, detector_calls = detector_calls + $3, take_ups = 0 WHERE id = $1`,
    [jobId, work.decodedFrames, work.detectorCalls],
  );
  return (await waitingSegments(tx, jobId)).length === 0 ? 'last' : 'more';
}

/** What holders of leases were given to write and what does not count: to be removed with the job's close. */
export async function outdatedDrafts(tx: Transaction, id: JobId): Promise<readonly ObjectId[]> {
  const { rows } = await tx.query<{ object: ObjectId }>(
    `SELECT draft AS object FROM segments, unnest(drafts) AS draft WHERE job_id = $1 AND draft IS DISTINCT FROM object_id`,
    [id],
  );
  return rows.map(({ object }) => object);
}

export async function segmentObjects(tx: Transaction, id: JobId): Promise<readonly ObjectId[]> {
  const { rows } = await tx.query<{ object_id: ObjectId | null }>(
    `SELECT object_id FROM segments WHERE job_id = $1 ORDER BY n`,
    [id],
  );
  return rows.flatMap((row) => (row.object_id === null ? [] : [row.object_id]));
}

/** Claims a job whose segments are all done for closing; false when it was cancelled or closed meanwhile. */
export async function claimClosing(tx: Transaction, id: JobId): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE jobs SET state = 'closing' WHERE id = $1 AND state IN ('running', 'closing')`,
    [id],
  );
  return rowCount === 1;
}

export async function closeJob(
  tx: Transaction,
  id: JobId,
  closed: {
    readonly result: ObjectId;
    readonly columns: ObjectId;
    readonly paths: ObjectId;
    readonly bystanders: ObjectId;
    readonly sha256: string;
    readonly classes: readonly string[];
    readonly colours: readonly string[];
  },
): Promise<void> {
  await tx.query(
    `UPDATE jobs SET state = 'done', result_object = $2, columns_object = $3, paths_object = $4, bystanders_object = $5,
       result_sha256 = $6, classes = $7, colours = $8, finished_at = now() WHERE id = $1 AND state = 'closing'`,
    [
      ...[id, closed.result, closed.columns, closed.paths, closed.bystanders, closed.sha256],
      ...[closed.classes, closed.colours],
    ],
  );
}

/** Ends a job that is in one of the states named and says whether it was. */
export async function endJob(
  tx: Transaction,
  id: JobId,
  end: { readonly state: 'failed' | 'cancelled'; readonly code: string; readonly from: readonly JobState[] },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE jobs SET state = $2, failure_code = $3, finished_at = now() WHERE id = $1 AND state = ANY ($4::text[])`,
    [id, end.state, end.code, end.from],
  );
  // The keys that its leases were given, encrypted for their holders, end with it.
  if (rowCount === 1) await tx.query('UPDATE segments SET granted = NULL WHERE job_id = $1', [id]);
  return rowCount === 1;
}

function toJob(row: JobRow): Job {
  return {
    id: row.id,
    caseId: row.case_id,
    exhibitId: row.exhibit_id,
    requisitionId: row.requisition_id,
    state: row.state,
    failureCode: row.failure_code ?? undefined,
    framesPerSecond: row.frames_per_second,
    segments: row.segments ?? undefined,
    segmentsDone: Number(row.segments_done),
    secondsDone: row.seconds_done,
    secondsReached: row.seconds_reached,
    secondsPlanned: row.seconds_planned,
    resultObject: row.result_object ?? undefined,
    bystandersObject: row.bystanders_object ?? undefined,
    resultSha256: row.result_sha256 ?? undefined,
    logRecords: row.log_records.map(Number),
    work: { decodedFrames: Number(row.decoded_frames), detectorCalls: Number(row.detector_calls) },
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString(),
    finishedAt: row.finished_at?.toISOString(),
  };
}
