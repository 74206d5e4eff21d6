import type { Transaction } from '../database.ts';
import type { ExportId, JobId, ObjectId, RequisitionId } from '../ids.ts';

/** What stands under one requisition. */
export interface FoundUnder {
  readonly jobs: readonly JobId[];
  readonly exports: readonly ExportId[];
  readonly objects: readonly ObjectId[];
  /** Packages name their objects in a sealed column. */
  readonly packages: readonly { readonly id: ExportId; readonly sealed: Buffer }[];
}

/** Requisitions of the case that were revoked before a time, beside others that stand, and whose results are not erased yet. */
export async function overdueQuarantines(tx: Transaction, untilMs: number): Promise<readonly RequisitionId[]> {
  const { rows } = await tx.query<{ id: RequisitionId }>(
    'SELECT id FROM requisitions WHERE revoked_at <= $1 AND results_erased_at IS NULL ORDER BY revoked_at, id',
    [new Date(untilMs)],
  );
  return rows.map(({ id }) => id);
}

/** Requisitions of the case that were revoked and whose results are not erased yet, with the time. In the case. */
export async function waitingQuarantines(
  tx: Transaction,
): Promise<readonly { readonly id: RequisitionId; readonly revokedAtMs: number }[]> {
  const { rows } = await tx.query<{ id: RequisitionId; revoked_at: Date }>(
    'SELECT id, revoked_at FROM requisitions WHERE revoked_at IS NOT NULL AND results_erased_at IS NULL ORDER BY revoked_at, id',
  );
  return rows.map(({ id, revoked_at }) => ({ id, revokedAtMs: revoked_at.getTime() }));
}

export async function noteErased(tx: Transaction, id: RequisitionId, atMs: number): Promise<void> {
  await tx.query('UPDATE requisitions SET results_erased_at = $2 WHERE id = $1', [id, new Date(atMs)]);
}

export async function foundUnder(tx: Transaction, id: RequisitionId): Promise<FoundUnder> {
  const jobs = await tx.query<{ id: JobId }>('SELECT id FROM jobs WHERE requisition_id = $1 ORDER BY id', [id]);
  const exports = await tx.query<{ id: ExportId; sealed: Buffer | null }>(
    'SELECT id, sealed FROM exports WHERE requisition_id = $1 ORDER BY id',
    [id],
  );
  const objects: ObjectId[] = [];
  for (const { table, where } of await rowsUnder(tx)) {
    for (const column of await objectColumns(tx, table)) {
      const { rows } = await tx.query<{ object: ObjectId }>(
        `SELECT ${quoted(column)} AS object FROM ${quoted(table)} WHERE ${where} AND ${quoted(column)} IS NOT NULL`,
        [id],
      );
      objects.push(...rows.map(({ object }) => object));
    }
  }
  return {
    jobs: jobs.rows.map((row) => row.id),
    exports: exports.rows.map((row) => row.id),
    objects,
    packages: exports.rows.flatMap((row) => (row.sealed === null ? [] : [{ id: row.id, sealed: row.sealed }])),
  };
}

export async function deleteFound(tx: Transaction, id: RequisitionId): Promise<void> {
  for (const { table, where } of await rowsUnder(tx)) {
    await tx.query(`DELETE FROM ${quoted(table)} WHERE ${where}`, [id]);
  }
}

interface Rows {
  readonly table: string;
  /** `$1` is the requisition. */
  readonly where: string;
}

interface Reference {
  readonly child: string;
  readonly childColumn: string;
  readonly parent: string;
  readonly parentColumn: string;
}

/** A recording is no result: it stays. */
const KEPT = ['exhibits'];

/**
 * Everything that refers to a requisition, directly or through what does, by the catalogue: a table that is added later is among them. In an
 * order in which it can be deleted: what refers to a row stands before it.
 */
async function rowsUnder(tx: Transaction): Promise<readonly Rows[]> {
  const references = await foreignKeys(tx);
  const found: Rows[] = [];
  const walk = (table: string, where: string, path: readonly string[]): void => {
    if (path.includes(table)) throw new Error(`rows refer to each other: ${[...path, table].join(', ')}`);
    for (const { child, childColumn, parent, parentColumn } of references) {
      if (parent !== table || KEPT.includes(child)) continue;
      const of = `${quoted(childColumn)} IN (SELECT ${quoted(parentColumn)} FROM ${quoted(table)} WHERE ${where})`;
      walk(child, of, [...path, table]);
    }
    if (table !== 'requisitions') found.push({ table, where });
  };
  walk('requisitions', 'id = $1', []);
  return found;
}

/** Of a reference of several columns the first, which has to tell rows of the parent from one another alone. */
async function foreignKeys(tx: Transaction): Promise<readonly Reference[]> {
  const { rows } = await tx.query<Reference & { told: boolean }>(
    `SELECT child.relname AS child, ca.attname AS "childColumn", parent.relname AS parent, pa.attname AS "parentColumn",
       array_length(c.conkey, 1) = 1 OR EXISTS (
         SELECT FROM pg_index i
          WHERE i.indrelid = c.confrelid AND i.indisprimary AND i.indnkeyatts = 1 AND i.indkey[0] = c.confkey[1]) AS told
     FROM pg_constraint c
     JOIN pg_class child ON child.oid = c.conrelid
     JOIN pg_class parent ON parent.oid = c.confrelid
     JOIN pg_namespace n ON n.oid = child.relnamespace AND n.nspname = 'public'
     JOIN pg_attribute ca ON ca.attrelid = c.conrelid AND ca.attnum = c.conkey[1]
     JOIN pg_attribute pa ON pa.attrelid = c.confrelid AND pa.attnum = c.confkey[1]
     WHERE c.contype = 'f' ORDER BY 1, 2`,
  );
  const wide = rows.find(({ told }) => !told);
  if (wide !== undefined) throw new Error(`a reference of several columns: ${wide.child}`);
  return rows;
}

/** Columns that name an object of the vault. */
async function objectColumns(tx: Transaction, table: string): Promise<readonly string[]> {
  const { rows } = await tx.query<{ column_name: string }>(
    `SELECT column_name FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name = $1 AND data_type = 'uuid' AND column_name ~ '(^|_)object(_id)?$'
     ORDER BY column_name`,
    [table],
  );
  return rows.map((row) => row.column_name);
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
