import type { ClientBase } from 'pg';
import type { CaseId } from './ids.ts';

/** A connection inside a transaction: the first parameter of every store function. */
export type Transaction = Pick<ClientBase, 'query'>;

export interface Database {
  /** Connection string for pg-boss and for a session-long advisory lock. */
  readonly url: string;
  /** Runs in one transaction that sees the rows of this case only (row-level security). */
  inCase<T>(caseId: CaseId, work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Runs in one transaction that reads ids and states across cases, and no sealed column. */
  inService<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
