import type { Transaction } from '../database.ts';

/** The registry in force, as the database knows it. */
export interface RegistryHead {
  readonly digest: string;
  /** Record of the journal that says so. */
  readonly recordSeq: number;
  readonly journalRead: number;
}

/** Undefined before the first registry. `lock` keeps two changes from standing on one registry. In the service role, as all of these. */
export async function findHead(tx: Transaction, lock: 'read' | 'change' = 'read'): Promise<RegistryHead | undefined> {
  const { rows } = await tx.query<{ digest: string; record_seq: number; journal_read: number }>(
    `SELECT digest, record_seq, journal_read FROM registry_head${lock === 'change' ? ' FOR UPDATE' : ''}`,
  );
  const [row] = rows;
  return row === undefined
    ? undefined
    : { digest: row.digest, recordSeq: row.record_seq, journalRead: row.journal_read };
}

export async function insertHead(tx: Transaction, head: RegistryHead): Promise<void> {
  await tx.query('INSERT INTO registry_head (digest, record_seq, journal_read) VALUES ($1, $2, $3)', [
    head.digest,
    head.recordSeq,
    head.journalRead,
  ]);
}

export async function moveHead(tx: Transaction, digest: string, recordSeq: number): Promise<void> {
  await tx.query('UPDATE registry_head SET digest = $1, record_seq = $2', [digest, recordSeq]);
}

export async function setJournalRead(tx: Transaction, records: number): Promise<void> {
  await tx.query('UPDATE registry_head SET journal_read = $1', [records]);
}
