import type { Transaction } from '../database.ts';
import type { CaseId, JobId, ObjectId } from '../ids.ts';

// Leases of segments (decision 0034): who works on what, and until when. One statement a step; the clock is the database's.

/** A segment that somebody holds. `fence` tells this lease from those before and after it. */
export interface Lease {
  readonly jobId: JobId;
  readonly caseId: CaseId;
  readonly n: number;
  readonly holder: string;
  readonly fence: number;
}

/** A lease ends so many seconds after its last beat. */
export const LEASE_SECONDS = 15;
/** And a worker's so many after the gateway last decided for it. */
const PERMIT_SECONDS = 15;
/** Says that segments wait; that a worker needs the gateway; that the gateway has answered. */
export const SEGMENTS_CHANNEL = 'differe_segments';
export const ASKED_CHANNEL = 'differe_lease_asked';
export const ANSWERED_CHANNEL = 'differe_lease_answered';

const CLAIM_LOCK = 7_230_022;
/** Segments of an urgent job count so little in the share of its case. */
const URGENT_WEIGHT = 4;

interface LeaseRow {
  job_id: JobId;
  case_id: CaseId;
  n: number;
  holder: string;
  fence: number;
}

const toLease = (row: LeaseRow): Lease => ({
  jobId: row.job_id,
  caseId: row.case_id,
  n: row.n,
  holder: row.holder,
  fence: row.fence,
});

/** `$1` to `$4` of a statement about one lease. */
const keysOf = ({ jobId, n, holder, fence }: Lease): readonly unknown[] => [jobId, n, holder, fence];
const IS_LEASE = `job_id = $1 AND n = $2 AND holder = $3 AND fence = $4 AND state = 'waiting'`;

/**
 * Takes the segment whose turn it is, among the jobs of this plan: of the case that holds the smallest share, an urgent job's held
 * segments counting a quarter; then the older job. A case holds no more than its bound, whoever claims: claims take turns.
 */
export async function claimSegment(
  tx: Transaction,
  claim: { readonly holder: string; readonly planSha256: string },
): Promise<Lease | undefined> {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [CLAIM_LOCK]);
  const { rows } = await tx.query<LeaseRow>(
    `WITH held AS (
       SELECT s.case_id, count(*) AS n FROM segments s JOIN jobs j ON j.id = s.job_id
       WHERE s.state = 'waiting' AND j.state = 'running' AND s.leased_until > clock_timestamp() GROUP BY s.case_id
     ), next AS (
       SELECT s.job_id, s.n FROM segments s JOIN jobs j ON j.id = s.job_id LEFT JOIN held h ON h.case_id = s.case_id
       WHERE s.state = 'waiting' AND j.state = 'running' AND j.plan_sha256 = $2
         AND coalesce(s.leased_until <= clock_timestamp(), true) AND coalesce(s.not_before <= clock_timestamp(), true)
         AND coalesce(h.n, 0) < j.most_at_once
       ORDER BY coalesce(h.n, 0)::float8 / CASE WHEN j.urgent THEN ${URGENT_WEIGHT} ELSE 1 END, j.urgent DESC, j.created_at, j.id, s.n
       LIMIT 1 FOR UPDATE OF s SKIP LOCKED
     )
     UPDATE segments s SET holder = $1, fence = s.fence + 1, leased_at = clock_timestamp(),
       leased_until = clock_timestamp() + interval '${LEASE_SECONDS} seconds',
       granted = NULL, use_asked = false, said = NULL
     FROM next WHERE s.job_id = next.job_id AND s.n = next.n
     RETURNING s.job_id, s.case_id, s.n, s.holder, s.fence`,
    [claim.holder, claim.planSha256],
  );
  return rows[0] === undefined ? undefined : toLease(rows[0]);
}

/** Renews a lease; false when it is no longer this one's: taken over, given back, not permitted any more, or the job has ended. */
export async function renewLease(tx: Transaction, lease: Lease): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE segments SET leased_until = clock_timestamp() + interval '${LEASE_SECONDS} seconds'
     WHERE ${IS_LEASE}
       AND (granted IS NULL OR permitted_until > clock_timestamp())
       AND EXISTS (SELECT FROM jobs WHERE id = $1 AND jobs.state = 'running')`,
    [...keysOf(lease)],
  );
  return rowCount === 1;
}

/** Gives a segment back, to be claimed again by anybody after so many seconds. */
export async function releaseLease(tx: Transaction, lease: Lease, afterSeconds: number): Promise<void> {
  await tx.query(
    `UPDATE segments SET holder = NULL, leased_until = NULL, granted = NULL, not_before = clock_timestamp() + make_interval(secs => $5)
     WHERE ${IS_LEASE}`,
    [...keysOf(lease), afterSeconds],
  );
}

/** Ends every lease at once: for a gateway that is alone on its database and has just begun. */
export async function releaseAll(tx: Transaction, jobId: JobId): Promise<void> {
  await tx.query(`UPDATE segments SET holder = NULL, leased_until = NULL WHERE job_id = $1 AND state = 'waiting'`, [
    jobId,
  ]);
}

/** Counts one more try of a segment; undefined when the lease is not this one any more, or has its grant already. */
export async function countTry(tx: Transaction, lease: Lease): Promise<number | undefined> {
  const { rows } = await tx.query<{ tries: number }>(
    `UPDATE segments SET tries = tries + 1 WHERE ${IS_LEASE} AND granted IS NULL RETURNING tries`,
    [...keysOf(lease)],
  );
  return rows[0]?.tries;
}

// The worker's side.

/** What stands at a lease for its holder; undefined when it is not this one's any more. */
export async function readGrant(
  tx: Transaction,
  lease: Lease,
): Promise<
  { readonly granted: Buffer | undefined; readonly isUseTold: boolean; readonly isSaid: boolean } | undefined
> {
  const { rows } = await tx.query<{ granted: Buffer | null; use_told: boolean; is_said: boolean }>(
    `SELECT granted, use_told, said IS NOT NULL AS is_said FROM segments WHERE ${IS_LEASE}`,
    [...keysOf(lease)],
  );
  const row = rows[0];
  return row === undefined
    ? undefined
    : { granted: row.granted ?? undefined, isUseTold: row.use_told, isSaid: row.is_said };
}

/** Asks the gateway to tell the use of a lease; false when it is not this one's any more. */
export async function askUse(tx: Transaction, lease: Lease): Promise<boolean> {
  const { rowCount } = await tx.query(`UPDATE segments SET use_asked = true WHERE ${IS_LEASE}`, [...keysOf(lease)]);
  return rowCount === 1;
}

/** Says to the gateway, sealed, how a lease ended; false when it is not this one's any more. */
export async function sayEnding(tx: Transaction, lease: Lease, said: Buffer): Promise<boolean> {
  const { rowCount } = await tx.query(`UPDATE segments SET said = $5 WHERE ${IS_LEASE}`, [...keysOf(lease), said]);
  return rowCount === 1;
}

/** Wakes whoever listens. */
export const notify = async (tx: Transaction, channel: string): Promise<void> =>
  void (await tx.query('SELECT pg_notify($1, $2)', [channel, '']));

// The gateway's side.

/** A lease as the gateway sees it. */
export interface LeaseState extends Lease {
  readonly isGranted: boolean;
  readonly isUseAsked: boolean;
  readonly isUseTold: boolean;
  /** How it ended, as its holder alone can say it; whoever did say it. */
  readonly said: Buffer | undefined;
  /** How often the segment was begun. */
  readonly tries: number;
}

/** Leases under way that somebody else than `holder` has. */
export async function leasesOfOthers(tx: Transaction, holder: string): Promise<readonly LeaseState[]> {
  const { rows } = await tx.query<
    LeaseRow & {
      is_granted: boolean;
      use_asked: boolean;
      use_told: boolean;
      said: Buffer | null;
      tries: number;
    }
  >(
    `SELECT s.job_id, s.case_id, s.n, s.holder, s.fence, s.granted IS NOT NULL AS is_granted, s.use_asked, s.use_told, s.said, s.tries
     FROM segments s JOIN jobs j ON j.id = s.job_id
     WHERE s.state = 'waiting' AND j.state = 'running' AND s.leased_until > clock_timestamp() AND s.holder <> $1
     ORDER BY s.leased_at`,
    [holder],
  );
  return rows.map((row) => ({
    ...toLease(row),
    isGranted: row.is_granted,
    isUseAsked: row.use_asked,
    isUseTold: row.use_told,
    said: row.said ?? undefined,
    tries: row.tries,
  }));
}

/** Puts at a lease what its holder needs, and where its result goes, once; false when the lease is not this one's any more. */
export async function grantLease(
  tx: Transaction,
  lease: Lease,
  grant: { readonly sealed: Buffer; readonly draft: ObjectId },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE segments SET granted = $5, drafts = drafts || $6::uuid, use_told = false,
       permitted_until = clock_timestamp() + interval '${PERMIT_SECONDS} seconds'
     WHERE ${IS_LEASE} AND granted IS NULL`,
    [...keysOf(lease), grant.sealed, grant.draft],
  );
  return rowCount === 1;
}

/** The gateway has decided again: the leases of others on this job may go on for a while. */
export async function permitLeases(tx: Transaction, jobId: JobId): Promise<void> {
  await tx.query(
    `UPDATE segments SET permitted_until = clock_timestamp() + interval '${PERMIT_SECONDS} seconds'
     WHERE job_id = $1 AND state = 'waiting' AND granted IS NOT NULL`,
    [jobId],
  );
}

/** The journal has the use that a holder asked for. */
export async function tellUse(tx: Transaction, lease: Lease): Promise<void> {
  await tx.query(`UPDATE segments SET use_told = true WHERE ${IS_LEASE}`, [...keysOf(lease)]);
}

/** Takes back what somebody said who is not the holder of a lease; what was said since stays. */
export async function unsay(tx: Transaction, lease: Lease, said: Buffer): Promise<void> {
  await tx.query(`UPDATE segments SET said = NULL WHERE ${IS_LEASE} AND said = $5`, [...keysOf(lease), said]);
}

/** Where the holder of a lease was to put its result: the last draft. */
export async function draftOf(
  tx: Transaction,
  lease: Lease,
): Promise<{ readonly object: ObjectId; readonly seconds: number } | undefined> {
  const { rows } = await tx.query<{ object: ObjectId; seconds: number }>(
    `SELECT drafts[cardinality(drafts)] AS object, extract(epoch FROM clock_timestamp() - leased_at)::float8 AS seconds
     FROM segments WHERE ${IS_LEASE} AND cardinality(drafts) > 0`,
    [...keysOf(lease)],
  );
  return rows[0];
}

/** For the metrics, in seconds; 0 where there is none: the oldest job with segments that nobody holds, the oldest lease, the quietest holder. */
export async function leaseAges(
  tx: Transaction,
): Promise<{ readonly waiting: number; readonly oldest: number; readonly silence: number }> {
  const { rows } = await tx.query<{ waiting: number; oldest: number; silence: number }>(
    `SELECT
       coalesce(extract(epoch FROM max(clock_timestamp() - j.created_at) FILTER (WHERE s.holder IS NULL)), 0)::float8 AS waiting,
       coalesce(extract(epoch FROM max(clock_timestamp() - s.leased_at) FILTER (WHERE s.holder IS NOT NULL)), 0)::float8 AS oldest,
       coalesce(extract(epoch FROM max(clock_timestamp() - s.leased_until) FILTER (WHERE s.holder IS NOT NULL)) + ${LEASE_SECONDS}, 0)::float8 AS silence
     FROM segments s JOIN jobs j ON j.id = s.job_id WHERE s.state = 'waiting' AND j.state = 'running'`,
  );
  return rows[0] ?? { waiting: 0, oldest: 0, silence: 0 };
}
