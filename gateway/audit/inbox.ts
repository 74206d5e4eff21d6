import { createCipheriv, createDecipheriv, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import type { QueryResult, QueryResultRow } from 'pg';
import { AppError, type ErrorCode } from '../errors.ts';
import { checkEvent } from './record.ts';
import type { AuditEvent } from './types.ts';

// Table audit_inbox: events on their way to the process that appends. They name procedures and agents, so they are sealed; and since
// only the processes of the gateway have the key, nobody else can put an event into the journal by way of the database.

/** Says that an event waits, and that events have their numbers. */
export const WAITING_CHANNEL = 'differe_audit_waiting';
export const DONE_CHANNEL = 'differe_audit_done';

/** An event in the inbox. */
export interface WaitingEvent {
  readonly event: AuditEvent;
  /** Size of the log when the event was put here: its record has no smaller number. */
  readonly atLeast: number;
}

/** What became of an event. */
export type Settled =
  | { readonly id: string; readonly seq: number }
  | { readonly id: string; readonly refused: ErrorCode };

/** What asks the database; a `pg` client is one, for a caller that asks one thing at a time. */
export interface Asking {
  query<R extends QueryResultRow>(sql: string, values?: unknown[]): Promise<QueryResult<R>>;
}

/** One question after the other on one session, whoever asks. */
export function inTurn(client: Asking): Asking {
  let last: Promise<unknown> = Promise.resolve();
  return {
    query<R extends QueryResultRow>(sql: string, values?: unknown[]) {
      const asked = last.then(() => client.query<R>(sql, values));
      last = asked.catch(() => undefined);
      return asked;
    },
  };
}

export async function putEvent(client: Asking, key: Buffer, id: string, waiting: WaitingEvent): Promise<void> {
  await client.query(
    `WITH added AS (INSERT INTO audit_inbox (id, record) VALUES ($1, jsonb_build_object('sealed', $2::text)) RETURNING id)
     SELECT pg_notify('${WAITING_CHANNEL}', id::text) FROM added`,
    [id, seal(key, id, JSON.stringify(waiting))],
  );
}

/** Events that nobody has appended or refused, oldest first. One that this installation did not seal has no content. */
export async function listWaiting(
  client: Asking,
  key: Buffer,
  limit: number,
): Promise<{ readonly id: string; readonly waiting: WaitingEvent | undefined }[]> {
  const { rows } = await client.query<{ id: string; sealed: string | null }>(
    `SELECT id, record->>'sealed' AS sealed FROM audit_inbox
     WHERE seq IS NULL AND refused IS NULL ORDER BY created_at, id LIMIT $1`,
    [limit],
  );
  return rows.map(({ id, sealed }) => ({ id, waiting: unseal(key, id, sealed ?? '') }));
}

/** Writes back what became of events; says so to those who wait. */
export async function writeSettled(client: Asking, settled: readonly Settled[]): Promise<void> {
  const column = <T>(pick: (one: Settled) => T): T[] => settled.map(pick);
  await client.query(
    `WITH done AS (
       UPDATE audit_inbox SET seq = given.seq, refused = given.refused
       FROM unnest($1::uuid[], $2::bigint[], $3::text[]) AS given (id, seq, refused) WHERE audit_inbox.id = given.id)
     SELECT pg_notify('${DONE_CHANNEL}', '')`,
    [
      column(({ id }) => id),
      column((one) => ('seq' in one ? one.seq : null)),
      column((one) => ('seq' in one ? null : one.refused)),
    ],
  );
}

/** What became of these events; those that still wait are left out. Takes the settled ones out of the table. */
export async function takeSettled(client: Asking, ids: readonly string[]): Promise<Settled[]> {
  const { rows } = await client.query<{ id: string; seq: string | null; refused: ErrorCode | null }>(
    `DELETE FROM audit_inbox WHERE id = ANY ($1::uuid[]) AND (seq IS NOT NULL OR refused IS NOT NULL)
     RETURNING id, seq, refused`,
    [ids],
  );
  return rows.map(({ id, seq, refused }) =>
    seq === null ? { id, refused: refused ?? 'E_LOG_DOWN' } : { id, seq: Number(seq) },
  );
}

/** Gives up events that nobody has appended yet. */
export async function withdraw(client: Asking, ids: readonly string[]): Promise<void> {
  await client.query(
    `UPDATE audit_inbox SET refused = 'E_LOG_DOWN' WHERE id = ANY ($1::uuid[]) AND seq IS NULL AND refused IS NULL`,
    [ids],
  );
}

/** Removes what nobody came back for; returns the highest number that was ever given out and still stands here. */
export async function tidy(client: Asking): Promise<number | undefined> {
  const { rows } = await client.query<{ highest: string | null }>('SELECT max(seq) AS highest FROM audit_inbox');
  await client.query(
    "DELETE FROM audit_inbox WHERE (seq IS NOT NULL OR refused IS NOT NULL) AND created_at < now() - interval '1 day'",
  );
  const highest = rows[0]?.highest;
  return highest === null || highest === undefined ? undefined : Number(highest);
}

/** The key of the inbox: every process that could append can derive it, the database cannot. */
export function inboxKey(signingKey: KeyObject): Buffer {
  const secret = signingKey.export({ format: 'der', type: 'pkcs8' });
  return Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), 'differe/audit-inbox', 32));
}

function seal(key: Buffer, id: string, text: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(id));
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

function unseal(key: Buffer, id: string, sealed: string): WaitingEvent | undefined {
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length < 28) return undefined;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(Buffer.from(id));
    decipher.setAuthTag(bytes.subarray(-16));
    const text = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
    const { event, atLeast } = JSON.parse(text) as WaitingEvent;
    return { event: checkEvent(event), atLeast };
  } catch {
    return undefined;
  }
}

/** The refusal that the inbox has a code for. */
export const refusalOf = (code: ErrorCode): AppError => new AppError(code, { detail: 'refused by the appender' });
