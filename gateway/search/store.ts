import pg from 'pg';
import type { Transaction } from '../database.ts';
import type { CaseId, ExhibitId, HitId, JobId, QuestionId, RequisitionId } from '../ids.ts';
import { type Placed, placeAt, type RowsAsked, rowParameters, timeAt } from '../pages.ts';
import type { Hit } from './types.ts';

/**
 * Questions already asked under an authorisation, whichever schedule they were asked with. Questions of one authorisation take turns
 * from here to the end of the transaction, so that two at once cannot both be the last.
 */
export async function countQuestions(tx: Transaction, authorisationJti: string): Promise<number> {
  const jti = pg.escapeLiteral(authorisationJti);
  // In one way to the database, and two statements: the second sees what was committed while the first waited.
  const results: unknown = await tx.query(
    `SELECT pg_advisory_xact_lock(hashtextextended('questions:' || ${jti}, 0));
     SELECT count(*) AS count FROM questions q JOIN requisitions r ON r.id = q.requisition_id WHERE r.authorisation_jti = ${jti}`,
  );
  const [, counted] = results as readonly pg.QueryResult<{ count: number }>[];
  return Number(counted?.rows[0]?.count ?? 0);
}

/** Questions and the rows of the tracks that they show for the first time, in one way to the database. */
export async function insertQuestions(
  tx: Transaction,
  caseId: CaseId,
  questions: readonly {
    readonly id: QuestionId;
    readonly requisitionId: RequisitionId;
    readonly sealed: Buffer;
    readonly askedAtMs: number;
    readonly shown: readonly ShownTrack[];
  }[],
): Promise<void> {
  const hits = questions.flatMap(({ id, shown }) => shown.map((hit) => ({ ...hit, questionId: id })));
  // References are looked at when both have been written.
  await tx.query(
    `WITH kept AS (
       INSERT INTO questions (id, case_id, requisition_id, sealed, asked_at)
       SELECT asked.id, $1, asked.requisition_id, asked.sealed, asked.asked_at
         FROM unnest($2::uuid[], $3::uuid[], $4::bytea[], $5::timestamptz[]) AS asked (id, requisition_id, sealed, asked_at))
     INSERT INTO hits (id, case_id, question_id, job_id, exhibit_id, track)
     SELECT shown.id, $1, shown.question_id, shown.job_id, shown.exhibit_id, shown.track
       FROM unnest($6::uuid[], $7::uuid[], $8::uuid[], $9::uuid[], $10::int[])
         AS shown (id, question_id, job_id, exhibit_id, track)`,
    [
      caseId,
      questions.map(({ id }) => id),
      questions.map(({ requisitionId }) => requisitionId),
      questions.map(({ sealed }) => sealed),
      questions.map(({ askedAtMs }) => new Date(askedAtMs)),
      hits.map((hit) => hit.id),
      hits.map((hit) => hit.questionId),
      hits.map((hit) => hit.jobId),
      hits.map((hit) => hit.exhibitId),
      hits.map((hit) => hit.track),
    ],
  );
}

/** The sealed text of a question of the case; undefined when the case has none of this id. */
export async function findQuestion(tx: Transaction, id: QuestionId): Promise<Buffer | undefined> {
  const { rows } = await tx.query<{ sealed: Buffer }>('SELECT sealed FROM questions WHERE id = $1', [id]);
  return rows[0]?.sealed;
}

/** All questions of the case, newest first. */
export async function pageOfQuestions(
  tx: Transaction,
  whose: RequisitionId | undefined,
  asked: RowsAsked,
): Promise<
  readonly Placed<{
    readonly id: QuestionId;
    readonly requisitionId: RequisitionId;
    readonly sealed: Buffer;
    /** Sealed; undefined where nobody named it. */
    readonly name: Buffer | undefined;
    readonly askedAt: string;
  }>[]
> {
  const { rows } = await tx.query<{
    id: QuestionId;
    requisition_id: RequisitionId;
    sealed: Buffer;
    name: Buffer | null;
    asked_at: Date;
    place_at: string;
  }>(
    `SELECT id, requisition_id, sealed, name, asked_at, ${placeAt('asked_at')} AS place_at FROM questions
      WHERE ($4::uuid IS NULL OR requisition_id = $4)
        AND ($1::bigint IS NULL OR (asked_at <= ${timeAt('$1')} AND (asked_at < ${timeAt('$1')} OR id > $2::uuid)))
      ORDER BY asked_at DESC, id LIMIT $3`,
    [...rowParameters(asked), whose ?? null],
  );
  return rows.map(({ id, requisition_id, sealed, name, asked_at, place_at }) => ({
    id,
    requisitionId: requisition_id,
    sealed,
    name: name ?? undefined,
    askedAt: asked_at.toISOString(),
    place: { at: place_at, id },
  }));
}

/** Names a question of the requisition, or takes its name away; false when the requisition has none of this id. */
export async function nameQuestion(
  tx: Transaction,
  named: { readonly id: QuestionId; readonly requisitionId: RequisitionId; readonly sealed: Buffer | undefined },
): Promise<boolean> {
  const { rowCount } = await tx.query('UPDATE questions SET name = $3 WHERE id = $1 AND requisition_id = $2', [
    named.id,
    named.requisitionId,
    named.sealed ?? null,
  ]);
  return rowCount === 1;
}

export interface ShownTrack {
  readonly id: HitId;
  readonly jobId: JobId;
  readonly exhibitId: ExhibitId;
  readonly track: number;
}

export interface HitState {
  readonly id: HitId;
  readonly jobId: JobId;
  readonly track: number;
  readonly verdict: Hit['verdict'];
}

/** Gives every track that is shown a row; a track that was shown before under the same question keeps the row and id it has. */
export async function showTracks(
  tx: Transaction,
  caseId: CaseId,
  questionId: QuestionId,
  shown: readonly ShownTrack[],
): Promise<readonly HitState[]> {
  if (shown.length === 0) return [];
  const columns = [
    shown.map((hit) => hit.id),
    shown.map((hit) => hit.jobId),
    shown.map((hit) => hit.exhibitId),
    shown.map((hit) => hit.track),
  ];
  type Row = { id: HitId; job_id: JobId; track: number; verdict: Hit['verdict'] };
  const toState = (row: Row): HitState => ({ id: row.id, jobId: row.job_id, track: row.track, verdict: row.verdict });
  const { rows: fresh } = await tx.query<Row>(
    `INSERT INTO hits (id, case_id, question_id, job_id, exhibit_id, track)
     SELECT shown.id, $5, $6, shown.job_id, shown.exhibit_id, shown.track
       FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[]) AS shown (id, job_id, exhibit_id, track)
     ON CONFLICT (question_id, job_id, track) DO NOTHING
     RETURNING id, job_id, track, verdict`,
    [...columns, caseId, questionId],
  );
  if (fresh.length === shown.length) return fresh.map(toState);
  const { rows } = await tx.query<Row>(
    `SELECT h.id, h.job_id, h.track, h.verdict
       FROM hits h
       JOIN unnest($2::uuid[], $3::int[]) AS shown (job_id, track) ON h.job_id = shown.job_id AND h.track = shown.track
      WHERE h.question_id = $1`,
    [questionId, columns[1], columns[3]],
  );
  return rows.map(toState);
}

export interface HitRow {
  readonly id: HitId;
  readonly questionId: QuestionId;
  readonly jobId: JobId;
  readonly exhibitId: ExhibitId;
  readonly track: number;
  readonly verdict: Hit['verdict'];
  readonly pictureSeenAtMs: number | undefined;
  readonly pictureSeenBy: Buffer | undefined;
}

/** A hit of the case; locked until the end of the transaction when it is about to be changed. */
export async function findHit(tx: Transaction, id: HitId, lock: 'read' | 'change'): Promise<HitRow | undefined> {
  const { rows } = await tx.query<{
    id: HitId;
    question_id: QuestionId;
    job_id: JobId;
    exhibit_id: ExhibitId;
    track: number;
    verdict: Hit['verdict'];
    picture_seen_at: Date | null;
    picture_seen_by: Buffer | null;
  }>(
    `SELECT id, question_id, job_id, exhibit_id, track, verdict, picture_seen_at, picture_seen_by
       FROM hits WHERE id = $1${lock === 'change' ? ' FOR UPDATE' : ''}`,
    [id],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  return {
    id: row.id,
    questionId: row.question_id,
    jobId: row.job_id,
    exhibitId: row.exhibit_id,
    track: row.track,
    verdict: row.verdict,
    pictureSeenAtMs: row.picture_seen_at?.getTime(),
    pictureSeenBy: row.picture_seen_by ?? undefined,
  };
}

export async function setPictureSeen(
  tx: Transaction,
  id: HitId,
  seen: { readonly by: Buffer; readonly atMs: number },
): Promise<void> {
  await tx.query(
    'UPDATE hits SET picture_seen_by = $2, picture_seen_at = coalesce(picture_seen_at, $3) WHERE id = $1',
    [id, seen.by, new Date(seen.atMs)],
  );
}
