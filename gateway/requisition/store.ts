import pg from 'pg';
import type { Transaction } from '../database.ts';
import type { CaseId, RequisitionId } from '../ids.ts';
import { type Placed, placeAt, type RowsAsked, rowParameters, timeAt } from '../pages.ts';
import type { Requisition } from './types.ts';

export interface CaseRow {
  readonly id: CaseId;
  readonly state: 'open' | 'closed' | 'erased';
  readonly createdAtMs: number;
  /** When the first recording of the case was sealed here; retention counts from it. */
  readonly firstRecordingAtMs: number | undefined;
}

/** Puts a requisition on record, and its case unless it is there. In the case. A `jti` on record is a unique violation (23505). */
export async function insertRequisition(
  tx: Transaction,
  requisition: Requisition,
  sealed: Buffer,
  registeredAtMs: number,
): Promise<void> {
  const registeredAt = new Date(registeredAtMs);
  await tx.query(
    `INSERT INTO cases (id, created_at, jurisdiction) VALUES ($1, $2, $3)
     ON CONFLICT (id) DO UPDATE SET jurisdiction = EXCLUDED.jurisdiction`,
    [requisition.caseId, registeredAt, requisition.authorisation.authority.jurisdiction],
  );
  await tx.query(
    `INSERT INTO requisitions
       (id, case_id, authorisation_jti, thumbprints, not_before, expires, sealed, registered_at, revocation_list)
     VALUES ($1, $2, $3, $4, to_timestamp($5), to_timestamp($6), $7, $8, $9)`,
    [
      requisition.id,
      requisition.caseId,
      requisition.authorisation.jti,
      requisition.schedule.cnf.jkt,
      requisition.notBefore,
      requisition.expires,
      sealed,
      registeredAt,
      requisition.authorisation.rev.list_id,
    ],
  );
}

/** The sealed tokens of one requisition of the case. */
export async function findSealed(tx: Transaction, id: RequisitionId): Promise<Buffer | undefined> {
  const { rows } = await tx.query<{ sealed: Buffer }>('SELECT sealed FROM requisitions WHERE id = $1', [id]);
  return rows[0]?.sealed;
}

/** Which row it is, and which writing of it: every change of the row makes another, and looking at it does not read the tokens. */
const WRITING = "xmin::text || ' ' || ctid::text";

export interface SealedRow {
  readonly sealed: Buffer;
  readonly writing: string;
}

/**
 * The sealed tokens of one requisition of the case, unless its row is still this writing: then `same`. A schedule of two thousand pieces is
 * two megabytes, which a request that has seen it need not be sent again, nor the server read.
 */
export async function findSealedUnless(
  tx: Transaction,
  id: RequisitionId,
  known: string | undefined,
): Promise<SealedRow | 'same' | undefined> {
  // Without parameters, for `readOnce`.
  const { rows } = await tx.query<{ sealed: Buffer | null; writing: string }>(
    `SELECT ${WRITING} AS writing, CASE WHEN ${WRITING} = ${pg.escapeLiteral(known ?? '')} THEN NULL ELSE sealed END AS sealed
       FROM requisitions WHERE id = ${pg.escapeLiteral(id)}`,
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  return row.sealed === null ? 'same' : { sealed: row.sealed, writing: row.writing };
}

/** The sealed tokens of the case, newest first. */
export async function listSealed(
  tx: Transaction,
): Promise<readonly { readonly id: RequisitionId; readonly sealed: Buffer }[]> {
  const { rows } = await tx.query<{ id: RequisitionId; sealed: Buffer }>(
    'SELECT id, sealed FROM requisitions ORDER BY registered_at DESC, id',
  );
  return rows;
}

/** Some of them, in that order. */
export async function pageOfSealed(
  tx: Transaction,
  asked: RowsAsked,
): Promise<readonly Placed<{ readonly id: RequisitionId; readonly sealed: Buffer }>[]> {
  const { rows } = await tx.query<{ id: RequisitionId; sealed: Buffer; place_at: string }>(
    `SELECT id, sealed, ${placeAt('registered_at')} AS place_at FROM requisitions
      WHERE $1::bigint IS NULL OR (registered_at <= ${timeAt('$1')} AND (registered_at < ${timeAt('$1')} OR id > $2::uuid))
      ORDER BY registered_at DESC, id LIMIT $3`,
    rowParameters(asked),
  );
  return rows.map(({ id, sealed, place_at }) => ({ id, sealed, place: { at: place_at, id } }));
}

export async function findCase(tx: Transaction, id: CaseId): Promise<CaseRow | undefined> {
  const { rows } = await tx.query<{
    id: CaseId;
    state: CaseRow['state'];
    created_at: Date;
    first_recording_at: Date | null;
  }>('SELECT id, state, created_at, first_recording_at FROM cases WHERE id = $1', [id]);
  const row = rows[0];
  if (row === undefined) return undefined;
  return {
    id: row.id,
    state: row.state,
    createdAtMs: row.created_at.getTime(),
    firstRecordingAtMs: row.first_recording_at?.getTime(),
  };
}

/** Which case a requisition id leads to, and the keys that may use it. In the service role. */
export async function requisitionRoute(
  tx: Transaction,
  id: RequisitionId,
): Promise<{ readonly caseId: CaseId; readonly thumbprints: readonly string[] } | undefined> {
  const { rows } = await tx.query<{ case_id: CaseId; thumbprints: string[] }>(
    'SELECT case_id, thumbprints FROM requisitions WHERE id = $1',
    [id],
  );
  const row = rows[0];
  return row === undefined ? undefined : { caseId: row.case_id, thumbprints: row.thumbprints };
}

/** Requisitions that name a key, the latest to end first; of one case where one is named. In the service role. */
export async function requisitionsNaming(
  tx: Transaction,
  jkt: string,
  caseId?: CaseId,
): Promise<readonly { readonly id: RequisitionId; readonly caseId: CaseId }[]> {
  const { rows } = await tx.query<{ id: RequisitionId; case_id: CaseId }>(
    `SELECT id, case_id FROM requisitions WHERE $1 = ANY (thumbprints) AND ($2::uuid IS NULL OR case_id = $2)
      ORDER BY expires DESC, id`,
    [jkt, caseId ?? null],
  );
  return rows.map((row) => ({ id: row.id, caseId: row.case_id }));
}

/** Cases of a court, or of all, newest first. In the service role. */
export async function casesOfJurisdiction(
  tx: Transaction,
  jurisdiction: string | undefined,
  asked: RowsAsked,
): Promise<readonly Placed<{ readonly caseId: CaseId }>[]> {
  const { rows } = await tx.query<{ id: CaseId; place_at: string }>(
    `SELECT id, ${placeAt('created_at')} AS place_at FROM cases
      WHERE ($4::text IS NULL OR jurisdiction = $4)
        AND ($1::bigint IS NULL OR (created_at <= ${timeAt('$1')} AND (created_at < ${timeAt('$1')} OR id > $2::uuid)))
      ORDER BY created_at DESC, id LIMIT $3`,
    [...rowParameters(asked), jurisdiction ?? null],
  );
  return rows.map(({ id, place_at }) => ({ caseId: id, place: { at: place_at, id } }));
}

/** Cases of which a requisition names a key, the latest to end first. In the service role. */
export async function casesNaming(
  tx: Transaction,
  jkt: string,
  asked: RowsAsked,
): Promise<readonly Placed<{ readonly caseId: CaseId }>[]> {
  const { rows } = await tx.query<{ case_id: CaseId; place_at: string }>(
    `SELECT case_id, ${placeAt('max(expires)')} AS place_at FROM requisitions WHERE $4 = ANY (thumbprints)
      GROUP BY case_id
     HAVING $1::bigint IS NULL
         OR (max(expires) <= ${timeAt('$1')} AND (max(expires) < ${timeAt('$1')} OR case_id > $2::uuid))
      ORDER BY max(expires) DESC, case_id LIMIT $3`,
    [...rowParameters(asked), jkt],
  );
  return rows.map(({ case_id, place_at }) => ({ caseId: case_id, place: { at: place_at, id: case_id } }));
}

/** Requisitions on record that bear a `jti`, as schedule or as authorisation. In the service role. */
export async function withJti(
  tx: Transaction,
  jti: string,
): Promise<readonly { readonly id: RequisitionId; readonly caseId: CaseId }[]> {
  const { rows } = await tx.query<{ id: RequisitionId; case_id: CaseId }>(
    'SELECT id, case_id FROM requisitions WHERE id = $1 OR authorisation_jti = $1',
    [jti],
  );
  return rows.map((row) => ({ id: row.id, caseId: row.case_id }));
}
