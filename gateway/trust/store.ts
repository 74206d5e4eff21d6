import type { Transaction } from '../database.ts';
import type { CaseId } from '../ids.ts';

export interface ActRow {
  /** The act's `jti`. */
  readonly id: string;
  readonly typ: string;
  readonly sealed: Buffer;
  readonly presentedAtMs: number;
}

interface RawRow {
  readonly id: string;
  readonly typ: string;
  readonly sealed: Buffer;
  readonly presented_at: Date;
}

const rowOf = ({ presented_at, ...row }: RawRow): ActRow => ({ ...row, presentedAtMs: presented_at.getTime() });

/** In the case. A `jti` on record is a unique violation (23505). */
export async function insertCaseAct(tx: Transaction, caseId: CaseId, row: ActRow): Promise<void> {
  await tx.query('INSERT INTO case_acts (id, case_id, typ, sealed, presented_at) VALUES ($1, $2, $3, $4, $5)', [
    row.id,
    caseId,
    row.typ,
    row.sealed,
    new Date(row.presentedAtMs),
  ]);
}

/** In the service role; as above. */
export async function insertInstallationAct(tx: Transaction, row: ActRow): Promise<void> {
  await tx.query('INSERT INTO installation_acts (id, typ, sealed, presented_at) VALUES ($1, $2, $3, $4)', [
    row.id,
    row.typ,
    row.sealed,
    new Date(row.presentedAtMs),
  ]);
}

export async function findCaseAct(tx: Transaction, id: string): Promise<Buffer | undefined> {
  const { rows } = await tx.query<{ sealed: Buffer }>('SELECT sealed FROM case_acts WHERE id = $1', [id]);
  return rows[0]?.sealed;
}

export async function findInstallationAct(tx: Transaction, id: string): Promise<Buffer | undefined> {
  const { rows } = await tx.query<{ sealed: Buffer }>('SELECT sealed FROM installation_acts WHERE id = $1', [id]);
  return rows[0]?.sealed;
}

/** Acts of a kind about the case, oldest first. */
export async function listCaseActs(tx: Transaction, typ: string): Promise<readonly ActRow[]> {
  const { rows } = await tx.query<RawRow>(
    'SELECT id, typ, sealed, presented_at FROM case_acts WHERE typ = $1 ORDER BY presented_at, id',
    [typ],
  );
  return rows.map(rowOf);
}

/** Acts of a kind about the installation, oldest first. In the service role. */
export async function listInstallationActs(tx: Transaction, typ: string): Promise<readonly ActRow[]> {
  const { rows } = await tx.query<RawRow>(
    'SELECT id, typ, sealed, presented_at FROM installation_acts WHERE typ = $1 ORDER BY presented_at, id',
    [typ],
  );
  return rows.map(rowOf);
}

export async function hasCase(tx: Transaction, id: CaseId): Promise<boolean> {
  const { rowCount } = await tx.query('SELECT FROM cases WHERE id = $1', [id]);
  return rowCount === 1;
}
