import type { Transaction } from '../database.ts';

// Due dates and answers of requests of persons, by the id of their act; in the service role. What they say stands in the acts, sealed.

export async function insertRequest(tx: Transaction, id: string, dueMs: number): Promise<void> {
  await tx.query('INSERT INTO person_requests (id, due_at) VALUES ($1, $2)', [id, new Date(dueMs)]);
}

/** False when there is no such request, or it was answered. */
export async function answerRequest(tx: Transaction, id: string, answeredMs: number): Promise<boolean> {
  const { rowCount } = await tx.query(
    'UPDATE person_requests SET answered_at = $2 WHERE id = $1 AND answered_at IS NULL',
    [id, new Date(answeredMs)],
  );
  return rowCount === 1;
}

/** Requests that are due and not answered, the oldest first. */
export async function overdueRequests(
  tx: Transaction,
  nowMs: number,
): Promise<readonly { readonly id: string; readonly isNoted: boolean }[]> {
  const { rows } = await tx.query<{ id: string; noted: boolean }>(
    `SELECT id, overdue_noted_at IS NOT NULL AS noted FROM person_requests
     WHERE answered_at IS NULL AND due_at < $1 ORDER BY due_at, id`,
    [new Date(nowMs)],
  );
  return rows.map(({ id, noted }) => ({ id, isNoted: noted }));
}

export async function noteOverdue(tx: Transaction, id: string, atMs: number): Promise<void> {
  await tx.query('UPDATE person_requests SET overdue_noted_at = $2 WHERE id = $1', [id, new Date(atMs)]);
}
