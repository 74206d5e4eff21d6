import type { Transaction } from '../database.ts';
import type { ExhibitId, JobId, ObjectId } from '../ids.ts';

/** A closed job and where its blocks lie. */
export interface ClosedJob {
  readonly jobId: JobId;
  readonly exhibitId: ExhibitId;
  readonly columnsObject: ObjectId;
  readonly pathsObject: ObjectId;
  readonly resultSha256: string;
}

type JobState = 'queued' | 'running' | 'closing' | 'done' | 'failed' | 'cancelled';

/** What the index knows of an exhibit's analyses: the latest closed one, and how the latest of all stands. */
export interface ExhibitState {
  readonly exhibitId: ExhibitId;
  readonly latestState: JobState | undefined;
  readonly closed: ClosedJob | undefined;
}

interface ClosedRow {
  job_id: JobId;
  exhibit_id: ExhibitId;
  columns_object: ObjectId;
  paths_object: ObjectId;
  result_sha256: string;
}

const toClosed = (row: ClosedRow): ClosedJob => ({
  jobId: row.job_id,
  exhibitId: row.exhibit_id,
  columnsObject: row.columns_object,
  pathsObject: row.paths_object,
  resultSha256: row.result_sha256,
});

/**
 * The sealed exhibits of the case in the order of their sealing. Of a job only `done` counts as a result (DEF-10), and only one that was
 * free to name all that is permitted now: what an analysis was not let name was not looked for. What was found under a requisition that
 * was revoked since is in quarantine (REQ-13): as if it had not been looked for.
 */
export async function exhibitStates(
  tx: Transaction,
  permitted: { readonly classes: readonly string[]; readonly colours: readonly string[] },
): Promise<readonly ExhibitState[]> {
  const { rows } = await tx.query<Partial<ClosedRow> & { exhibit: ExhibitId; latest_state: JobState | null }>(
    `SELECT e.id AS exhibit, latest.state AS latest_state, closed.*
       FROM exhibits e
       LEFT JOIN LATERAL (
         SELECT j.state FROM jobs j WHERE j.exhibit_id = e.id ORDER BY j.created_at DESC, j.id DESC LIMIT 1
       ) latest ON true
       LEFT JOIN LATERAL (
         SELECT j.id AS job_id, j.exhibit_id, j.columns_object, j.paths_object, j.result_sha256
           FROM jobs j
          WHERE j.exhibit_id = e.id AND j.state = 'done' AND j.columns_object IS NOT NULL
            AND j.paths_object IS NOT NULL AND j.result_sha256 IS NOT NULL
            AND j.classes @> $1::text[] AND j.colours @> $2::text[]
            AND NOT EXISTS (SELECT FROM requisitions r WHERE r.id = j.requisition_id AND r.revoked_at IS NOT NULL)
          ORDER BY j.finished_at DESC NULLS LAST, j.created_at DESC, j.id DESC LIMIT 1
       ) closed ON true
      WHERE e.state = 'sealed'
      ORDER BY e.sealed_at, e.id`,
    [permitted.classes, permitted.colours],
  );
  return rows.map((row) => ({
    exhibitId: row.exhibit,
    latestState: row.latest_state ?? undefined,
    closed: row.job_id == null ? undefined : toClosed(row as ClosedRow),
  }));
}

/**
 * A number that changes with every transaction that writes what `exhibitStates` reads, kept by the database itself: one row. Also where nothing of it
 * became another, which `stateMark` tells. Empty where there is no such case.
 */
export async function writingMark(tx: Transaction): Promise<string> {
  const { rows } = await tx.query<{ mark: string }>('SELECT written::text AS mark FROM case_marks');
  return rows[0]?.mark ?? '';
}

/** Numbers that change with what `exhibitStates` reads. */
export interface StateMark {
  /** Of the exhibits alone. */
  readonly exhibits: string;
  /** Of their analyses, and of what was revoked. */
  readonly analyses: string;
}

/**
 * Numbers that change with everything `exhibitStates` reads: one look at narrow rows, where the states of five hundred exhibits take ten
 * times as long. How far a job is does not count; what it was let name is written once, when it is done.
 */
export async function stateMark(tx: Transaction): Promise<StateMark> {
  const { rows } = await tx.query<{ exhibits: string | null; analyses: string }>(
    `SELECT (SELECT bit_xor(hash_record_extended(ROW(id, state, sealed_at), 0)) FROM exhibits)::text AS exhibits,
       concat_ws(' ',
       (SELECT bit_xor(hash_record_extended(ROW(id, exhibit_id, requisition_id, state, created_at, finished_at, columns_object,
                 paths_object, result_sha256), 0)) FROM jobs),
       (SELECT bit_xor(hash_record_extended(ROW(id, revoked_at), 0)) FROM requisitions WHERE revoked_at IS NOT NULL)) AS analyses`,
  );
  const [mark] = rows;
  return { exhibits: mark?.exhibits ?? '', analyses: mark?.analyses ?? '' };
}

/** Those of the named jobs that are closed and not in quarantine; the case's row-level security hides every other case's. */
export async function closedJobs(tx: Transaction, ids: readonly JobId[]): Promise<readonly ClosedJob[]> {
  const { rows } = await tx.query<ClosedRow>(
    `SELECT id AS job_id, exhibit_id, columns_object, paths_object, result_sha256
       FROM jobs j
      WHERE id = ANY ($1::uuid[]) AND state = 'done' AND columns_object IS NOT NULL
        AND paths_object IS NOT NULL AND result_sha256 IS NOT NULL
        AND NOT EXISTS (SELECT FROM requisitions r WHERE r.id = j.requisition_id AND r.revoked_at IS NOT NULL)`,
    [ids],
  );
  return rows.map(toClosed);
}
