import pg from 'pg';
import type { Transaction } from '../database.ts';
import { AppError } from '../errors.ts';
import type { CaseId, ExhibitId, HitId, JobId, QuestionId, RequisitionId } from '../ids.ts';
import { type Placed, placeAt, type RowsAsked, rowParameters, timeAt } from '../pages.ts';
import type { Hit, Verdict } from './types.ts';

/**
 * Keeps questions of one authorisation, with the rows of the tracks that they show for the first time, in the order given and up to its
 * quota; gives the ids of those kept. Whoever else keeps some of it, in another process too, waits from here to the end of the
 * transaction, so that two at once cannot both be the last. One statement without parameters, for `writeOnce`.
 */
export async function keepQuestions(
  tx: Transaction,
  caseId: CaseId,
  authorisation: { readonly jti: string; readonly mostQuestions: number },
  questions: readonly {
    readonly id: QuestionId;
    readonly requisitionId: RequisitionId;
    readonly sealed: Buffer;
    readonly askedAtMs: number;
    readonly shown: readonly ShownTrack[];
  }[],
): Promise<ReadonlySet<QuestionId>> {
  const hits = questions.flatMap(({ id, shown }) => shown.map((hit) => ({ ...hit, questionId: id })));
  const inCase = `${pg.escapeLiteral(caseId)}::uuid`;
  const most = Math.trunc(authorisation.mostQuestions);
  // References are looked at when all has been written.
  const { rows } = await tx.query<{ id: QuestionId }>(
    `WITH turn AS (
       INSERT INTO question_counts AS known (case_id, authorisation_jti, taken)
       VALUES (${inCase}, ${pg.escapeLiteral(authorisation.jti)}, ${questions.length})
       ON CONFLICT (case_id, authorisation_jti) DO UPDATE SET taken = known.taken + ${questions.length} WHERE known.taken < ${most}
       RETURNING taken - ${questions.length} AS before),
     kept AS (
       INSERT INTO questions (id, case_id, requisition_id, sealed, asked_at)
       SELECT asked.id, ${inCase}, asked.requisition_id, decode(asked.sealed, 'hex'), asked.asked_at
         FROM turn, unnest(
           ${arrayOf(questions.map(({ id }) => id))}::uuid[],
           ${arrayOf(questions.map(({ requisitionId }) => requisitionId))}::uuid[],
           ${arrayOf(questions.map(({ sealed }) => sealed.toString('hex')))}::text[],
           ${arrayOf(questions.map(({ askedAtMs }) => new Date(askedAtMs).toISOString()))}::timestamptz[])
           WITH ORDINALITY AS asked (id, requisition_id, sealed, asked_at, place)
        WHERE turn.before + asked.place <= ${most}
       RETURNING id),
     listed AS (
       INSERT INTO hits (id, case_id, question_id, job_id, exhibit_id, track)
       SELECT shown.id, ${inCase}, shown.question_id, shown.job_id, shown.exhibit_id, shown.track
         FROM unnest(
           ${arrayOf(hits.map((hit) => hit.id))}::uuid[],
           ${arrayOf(hits.map((hit) => hit.questionId))}::uuid[],
           ${arrayOf(hits.map((hit) => hit.jobId))}::uuid[],
           ${arrayOf(hits.map((hit) => hit.exhibitId))}::uuid[],
           ${arrayOf(hits.map((hit) => hit.track))}::int[]) AS shown (id, question_id, job_id, exhibit_id, track)
         JOIN kept ON kept.id = shown.question_id)
     SELECT id FROM kept`,
  );
  return new Set(rows.map(({ id }) => id));
}

/** An array in SQL of what needs no quotes within one: ids, numbers, hexadecimals and times. */
function arrayOf(values: readonly (string | number)[]): string {
  const text = values.join(',');
  if (!/^[\w:.,-]*$/.test(text)) throw new AppError('E_INTERNAL', { detail: 'not to be written without quotes' });
  return `'{${text}}'`;
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

/** A hit of a question whose track was decided on under another one. */
export interface DecidedElsewhere {
  readonly hitId: HitId;
  readonly jobId: JobId;
  readonly track: number;
  readonly verdict: Verdict;
  readonly question: { readonly id: QuestionId; readonly requisitionId: RequisitionId };
}

/** Of each hit that a question has shown, what was decided on its track under another one: confirmed before uncertain before rejected. */
export async function decidedElsewhere(tx: Transaction, id: QuestionId): Promise<readonly DecidedElsewhere[]> {
  const { rows } = await tx.query<{
    id: HitId;
    job_id: JobId;
    track: number;
    verdict: Verdict;
    question_id: QuestionId;
    requisition_id: RequisitionId;
  }>(
    `SELECT DISTINCT ON (own.id) own.id, own.job_id, own.track, other.verdict, other.question_id, q.requisition_id
       FROM hits own
       JOIN hits other ON other.job_id = own.job_id AND other.track = own.track AND other.case_id = own.case_id
       JOIN questions q ON q.id = other.question_id
      WHERE own.question_id = $1 AND other.question_id <> $1 AND other.verdict <> 'unreviewed'
      ORDER BY own.id, array_position(ARRAY['confirmed', 'uncertain', 'rejected'], other.verdict), q.asked_at DESC, other.id`,
    [id],
  );
  return rows.map((row) => ({
    hitId: row.id,
    jobId: row.job_id,
    track: row.track,
    verdict: row.verdict,
    question: { id: row.question_id, requisitionId: row.requisition_id },
  }));
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
