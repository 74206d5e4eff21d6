import type { Transaction } from '../database.ts';
import type { CaseId } from '../ids.ts';
import { type Placed, placeAt, type RowsAsked, rowParameters, timeAt } from '../pages.ts';
import type { Erasure, ErasureGround } from './types.ts';

/** An erasure as it stands in its row, the inventory sealed. */
export type SealedErasure = Omit<Erasure, 'inventory'> & { readonly inventory: Buffer };

export interface TermRow {
  readonly state: 'open' | 'closed' | 'erased';
  readonly createdAtMs: number;
  readonly firstRecordingAtMs: number | undefined;
  readonly closedAtMs: number | undefined;
  readonly eraseDueMs: number | undefined;
  /** Since when every requisition of the case is revoked; undefined while one stands. */
  readonly allRevokedAtMs: number | undefined;
}

/** In the case. */
export async function termRow(tx: Transaction, caseId: CaseId): Promise<TermRow | undefined> {
  const { rows } = await tx.query<{
    state: TermRow['state'];
    created_at: Date;
    first_recording_at: Date | null;
    closed_at: Date | null;
    erase_due: Date | null;
    revoked: Date | null;
    standing: number;
  }>(
    `SELECT state, created_at, first_recording_at, closed_at, erase_due,
       (SELECT max(revoked_at) FROM requisitions WHERE case_id = cases.id) AS revoked,
       (SELECT count(*)::int FROM requisitions WHERE case_id = cases.id AND revoked_at IS NULL) AS standing
     FROM cases WHERE id = $1`,
    [caseId],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  return {
    state: row.state,
    createdAtMs: row.created_at.getTime(),
    firstRecordingAtMs: row.first_recording_at?.getTime(),
    closedAtMs: row.closed_at?.getTime(),
    eraseDueMs: row.erase_due?.getTime(),
    allRevokedAtMs: row.standing === 0 ? row.revoked?.getTime() : undefined,
  };
}

export async function setEraseDue(tx: Transaction, caseId: CaseId, dueMs: number): Promise<void> {
  await tx.query('UPDATE cases SET erase_due = $2 WHERE id = $1', [caseId, new Date(dueMs)]);
}

export async function closeCase(tx: Transaction, caseId: CaseId, closedAtMs: number): Promise<void> {
  await tx.query(`UPDATE cases SET state = 'closed', closed_at = least(closed_at, $2) WHERE id = $1`, [
    caseId,
    new Date(closedAtMs),
  ]);
}

/** Cases and where they stand, of all. In the service role. */
export async function caseTerms(
  tx: Transaction,
): Promise<readonly { readonly id: CaseId; readonly state: string; readonly eraseDueMs: number | undefined }[]> {
  const { rows } = await tx.query<{ id: CaseId; state: string; erase_due: Date | null }>(
    'SELECT id, state, erase_due FROM cases',
  );
  return rows.map(({ id, state, erase_due }) => ({ id, state, eraseDueMs: erase_due?.getTime() }));
}

/** One case and its dates. */
export interface TermOfCase extends Omit<TermRow, 'allRevokedAtMs'> {
  readonly id: CaseId;
}

/** Cases with their dates, of all, oldest first. In the service role. */
export async function allTerms(tx: Transaction): Promise<readonly TermOfCase[]> {
  const { rows } = await tx.query<{
    id: CaseId;
    state: TermRow['state'];
    created_at: Date;
    first_recording_at: Date | null;
    closed_at: Date | null;
    erase_due: Date | null;
  }>('SELECT id, state, created_at, first_recording_at, closed_at, erase_due FROM cases ORDER BY created_at, id');
  return rows.map((row) => ({
    id: row.id,
    state: row.state,
    createdAtMs: row.created_at.getTime(),
    firstRecordingAtMs: row.first_recording_at?.getTime(),
    closedAtMs: row.closed_at?.getTime(),
    eraseDueMs: row.erase_due?.getTime(),
  }));
}

/** Orders that are not done, of all cases, the first that are due first. In the service role. */
export async function openOrders(
  tx: Transaction,
): Promise<readonly { readonly id: string; readonly caseId: CaseId; readonly dueAtMs: number }[]> {
  const { rows } = await tx.query<{ id: string; case_id: CaseId; due_at: Date }>(
    'SELECT id, case_id, due_at FROM orders WHERE done_at IS NULL ORDER BY due_at, id',
  );
  return rows.map(({ id, case_id, due_at }) => ({ id, caseId: case_id, dueAtMs: due_at.getTime() }));
}

/** Cases with an order that is overdue. In the service role. */
export async function overdueOrders(tx: Transaction, nowMs: number): Promise<readonly CaseId[]> {
  const { rows } = await tx.query<{ case_id: CaseId }>(
    'SELECT DISTINCT case_id FROM orders WHERE done_at IS NULL AND due_at < $1',
    [new Date(nowMs)],
  );
  return rows.map((row) => row.case_id);
}

export interface OrderRow {
  readonly id: string;
  readonly kind: 'rectify' | 'complete';
  readonly dueAtMs: number;
  readonly doneAtMs: number | undefined;
  /** The tool carries it out (RGT-03). */
  readonly byTool: boolean;
  /** The file to hand over; undefined until the tool has carried it out. */
  readonly certificate: string | undefined;
}

export async function insertOrder(
  tx: Transaction,
  caseId: CaseId,
  order: { readonly id: string; readonly kind: string; readonly dueAtMs: number; readonly byTool: boolean },
): Promise<void> {
  await tx.query('INSERT INTO orders (id, case_id, kind, due_at, by_tool) VALUES ($1, $2, $3, $4, $5)', [
    order.id,
    caseId,
    order.kind,
    new Date(order.dueAtMs),
    order.byTool,
  ]);
}

/** The order that the tool carried out, with its record in the journal and its certificate. */
export async function certifyOrder(
  tx: Transaction,
  id: string,
  done: { readonly atMs: number; readonly recordSeq: number; readonly certificate: string },
): Promise<void> {
  await tx.query('UPDATE orders SET done_at = $2, record_seq = $3, certificate = $4 WHERE id = $1', [
    id,
    new Date(done.atMs),
    done.recordSeq,
    done.certificate,
  ]);
}

export async function listOrders(tx: Transaction): Promise<readonly OrderRow[]> {
  const { rows } = await tx.query<{
    id: string;
    kind: OrderRow['kind'];
    due_at: Date;
    done_at: Date | null;
    by_tool: boolean;
    certificate: string | null;
  }>('SELECT id, kind, due_at, done_at, by_tool, certificate FROM orders ORDER BY due_at, id');
  return rows.map(({ id, kind, due_at, done_at, by_tool, certificate }) => ({
    id,
    kind,
    dueAtMs: due_at.getTime(),
    doneAtMs: done_at?.getTime(),
    byTool: by_tool,
    certificate: certificate ?? undefined,
  }));
}

/** False when the case has no such open order for people to carry out. */
export async function finishOrder(tx: Transaction, id: string, doneAtMs: number): Promise<boolean> {
  const { rowCount } = await tx.query(
    'UPDATE orders SET done_at = $2 WHERE id = $1 AND done_at IS NULL AND NOT by_tool',
    [id, new Date(doneAtMs)],
  );
  return rowCount === 1;
}

interface RawErasure {
  readonly case_id: CaseId;
  readonly act_id: string | null;
  readonly ground: ErasureGround;
  readonly inventory: Buffer;
  readonly started_at: Date;
  readonly record_seq: number | null;
  readonly finished_at: Date | null;
  readonly certificate: string | null;
}

const erasureOf = (row: RawErasure): SealedErasure => ({
  caseId: row.case_id,
  actId: row.act_id ?? undefined,
  ground: row.ground,
  inventory: row.inventory,
  startedAtMs: row.started_at.getTime(),
  recordSeq: row.record_seq ?? undefined,
  finishedAtMs: row.finished_at?.getTime(),
  certificate: row.certificate ?? undefined,
});

/** Says that a case is being erased; what is said already stays. In the service role, as all of these. */
export async function beginErasure(
  tx: Transaction,
  erasure: Pick<SealedErasure, 'caseId' | 'actId' | 'ground' | 'inventory' | 'startedAtMs'>,
): Promise<void> {
  await tx.query(
    `INSERT INTO erasures (case_id, act_id, ground, inventory, started_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (case_id) DO NOTHING`,
    [erasure.caseId, erasure.actId ?? null, erasure.ground, erasure.inventory, new Date(erasure.startedAtMs)],
  );
}

export async function findErasure(tx: Transaction, caseId: CaseId): Promise<SealedErasure | undefined> {
  const { rows } = await tx.query<RawErasure>('SELECT * FROM erasures WHERE case_id = $1', [caseId]);
  return rows[0] === undefined ? undefined : erasureOf(rows[0]);
}

export async function erasureOfAct(tx: Transaction, actId: string): Promise<SealedErasure | undefined> {
  const { rows } = await tx.query<RawErasure>('SELECT * FROM erasures WHERE act_id = $1', [actId]);
  return rows[0] === undefined ? undefined : erasureOf(rows[0]);
}

/** Every erasure, the oldest first. */
export async function listErasures(tx: Transaction): Promise<readonly SealedErasure[]> {
  const { rows } = await tx.query<RawErasure>('SELECT * FROM erasures ORDER BY started_at, case_id');
  return rows.map(erasureOf);
}

/** Some of them, in that order. */
export async function pageOfErasures(tx: Transaction, asked: RowsAsked): Promise<readonly Placed<SealedErasure>[]> {
  const { rows } = await tx.query<RawErasure & { place_at: string }>(
    `SELECT *, ${placeAt('started_at')} AS place_at FROM erasures
      WHERE $1::bigint IS NULL OR (started_at, case_id) > (${timeAt('$1')}, $2::uuid)
      ORDER BY started_at, case_id LIMIT $3`,
    rowParameters(asked),
  );
  return rows.map((row) => ({ ...erasureOf(row), place: { at: row.place_at, id: row.case_id } }));
}

export async function noteRecord(tx: Transaction, caseId: CaseId, seq: number): Promise<void> {
  await tx.query('UPDATE erasures SET record_seq = $2 WHERE case_id = $1', [caseId, seq]);
}

export async function finishErasure(
  tx: Transaction,
  caseId: CaseId,
  done: { readonly finishedAtMs: number; readonly certificate: string },
): Promise<void> {
  await tx.query('UPDATE erasures SET finished_at = $2, certificate = $3 WHERE case_id = $1', [
    caseId,
    new Date(done.finishedAtMs),
    done.certificate,
  ]);
}

/** Records of the journal that were read for erasures. In the service role. */
export async function journalRead(tx: Transaction): Promise<number> {
  const { rows } = await tx.query<{ journal_read: number }>('SELECT journal_read FROM retention_progress');
  return rows[0]?.journal_read ?? 0;
}

export async function setJournalRead(tx: Transaction, records: number): Promise<void> {
  await tx.query('UPDATE retention_progress SET journal_read = $1', [records]);
}

/**
 * Every table that has rows of cases, by the catalogue: a table that is added later is among them. The mark comes last: who writes an exhibit or a
 * job waits for it at the end, and who erased it before those would wait for him.
 */
export async function caseTables(tx: Transaction): Promise<readonly string[]> {
  const { rows } = await tx.query<{ table_name: string }>(
    `SELECT table_name FROM information_schema.columns
     WHERE table_schema = 'public' AND column_name = 'case_id' AND table_name <> 'erasures'
     ORDER BY table_name = 'case_marks', table_name`,
  );
  return rows.map((row) => row.table_name);
}

/** Rows of the case by table. In the case. */
export async function countRows(
  tx: Transaction,
  caseId: CaseId,
  tables: readonly string[],
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of [...tables, 'cases']) {
    const column = table === 'cases' ? 'id' : 'case_id';
    const { rows } = await tx.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM ${quoted(table)} WHERE ${column} = $1`,
      [caseId],
    );
    if ((rows[0]?.n ?? 0) > 0) counts[table] = rows[0]?.n ?? 0;
  }
  return counts;
}

/** Deletes every row of the case, those that others refer to last. In the case. */
export async function deleteRows(tx: Transaction, caseId: CaseId, tables: readonly string[]): Promise<void> {
  let left = [...tables];
  while (left.length > 0) {
    const failed: string[] = [];
    for (const table of left) {
      await tx.query('SAVEPOINT a_table');
      try {
        await tx.query(`DELETE FROM ${quoted(table)} WHERE case_id = $1`, [caseId]);
        await tx.query('RELEASE SAVEPOINT a_table');
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === FOREIGN_KEY_VIOLATION)) throw error;
        await tx.query('ROLLBACK TO SAVEPOINT a_table');
        failed.push(table);
      }
    }
    if (failed.length === left.length) throw new Error(`rows refer to each other: ${failed.join(', ')}`);
    left = failed;
  }
  await tx.query('DELETE FROM cases WHERE id = $1', [caseId]);
}

const FOREIGN_KEY_VIOLATION = '23503';

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
