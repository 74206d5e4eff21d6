import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { JsonValue } from '../canonical.ts';
import type { Database } from '../database.ts';
import { AppError } from '../errors.ts';
import { newId } from '../ids.ts';
import { type LogOptions, openLog, type WritableLog } from './append.ts';
import type { Checkpoint } from './checkpoint.ts';
import * as inbox from './inbox.ts';
import { encodeVkey } from './note.ts';
import { openReader } from './reader.ts';
import { checkEvent } from './record.ts';
import type { AuditEvent, AuditLog } from './types.ts';

export interface SharedLogOptions extends Omit<LogOptions, 'mayWrite'> {
  readonly database: Pick<Database, 'url'>;
  /** How often a process looks for the lock, and for events whose notice was missed. */
  readonly pollMs?: number;
  /** How long an event waits for the appender before the act is refused. */
  readonly waitMs?: number;
  /** How long the lock must be held before the log is opened; see LEASE_SHARE. */
  readonly settleMs?: number;
  /** Hears, once, that the database session is lost: this process appends nothing any more. */
  readonly onLost?: (error: AppError) => void;
}

export interface SharedLog extends AuditLog {
  /** Whether this process is the one that appends. */
  isAppender(): boolean;
  /** Why nothing can be appended any more; undefined while all is well. */
  failure(): AppError | undefined;
  /** As `WritableLog.purge`, where this process appends; undefined elsewhere. */
  purge(years: number, known: Checkpoint | undefined): Promise<number | undefined>;
}

/** Key of the session lock: whoever holds it may write. */
const LOCK_KEY = 7_230_021;
const DRAIN_AT_ONCE = 256;
// A session that the server has ended may not have told its process yet. So the holder asks the server before it puts files in place,
// and the answer counts for half the time that a new holder waits before it looks at the folder.
const LEASE_SHARE = 0.5;
const QUERY_TIMEOUT_MS = 5_000;

interface Waiter {
  readonly deadline: number;
  readonly resolve: (seq: number) => void;
  readonly reject: (error: AppError) => void;
}

/**
 * Opens the log for one process among several that share a folder and a database. The one that holds the advisory lock appends, for
 * itself and for the inbox; the others put their events in the inbox and wait for the number. When the holder is gone another takes
 * over. A process that loses its database session stops: E_LOG_DOWN until it opens the log again.
 */
export async function openSharedLog(options: SharedLogOptions): Promise<SharedLog> {
  const { database, dir, origin, signingKey, pollMs = 500, waitMs = 15_000, settleMs = 400 } = options;
  const key = inbox.inboxKey(signingKey);
  const vkey = encodeVkey(origin, signingKey);
  const client = new pg.Client({
    connectionString: database.url,
    connectionTimeoutMillis: 10_000,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
  });
  const session = inbox.inTurn(client);

  let log: WritableLog | undefined;
  let failure: AppError | undefined;
  let closing = false;
  let ended: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let confirmedAt = Number.NEGATIVE_INFINITY;
  /** Events of the inbox that are in the log and not yet written back. */
  const written = new Map<string, number>();
  const waiters = new Map<string, Waiter>();

  function stop(cause: unknown, detail: string): AppError {
    const known = cause instanceof AppError && cause.code === 'E_LOG_DOWN';
    failure ??= known ? cause : new AppError('E_LOG_DOWN', { detail, cause });
    clearInterval(timer);
    for (const { reject } of waiters.values()) reject(failure);
    waiters.clear();
    log?.close().catch(() => undefined);
    // Gives the lock back, so that another process may try.
    ended ??= client.end().catch(() => undefined);
    return failure;
  }

  /** Whether the session still has the lock, asked no longer ago than the lease. */
  async function mayWrite(): Promise<void> {
    const leaseMs = settleMs * LEASE_SHARE;
    while (failure === undefined && performance.now() - confirmedAt >= leaseMs) {
      const askedAt = performance.now();
      const { rowCount } = await session.query(
        `SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND granted AND pid = pg_backend_pid()`,
        [LOCK_KEY],
      );
      if (rowCount !== 1) throw stop(undefined, 'the lock of the log is lost');
      confirmedAt = askedAt;
    }
    if (failure !== undefined) throw failure;
  }

  async function takeOver(): Promise<void> {
    const { rows } = await session.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [LOCK_KEY]);
    if (rows[0]?.taken !== true) return;
    await delay(settleMs);
    const opened = await openLog({ ...options, mayWrite });
    try {
      await findWritten(opened);
    } catch (error) {
      await opened.close();
      throw error;
    }
    log = opened;
  }

  /** The holder before may have appended events of the inbox without writing their numbers back: these are not appended again. */
  async function findWritten(opened: WritableLog): Promise<void> {
    const size = await opened.size();
    const highest = await inbox.tidy(session);
    if (highest !== undefined && highest >= size) {
      throw new AppError('E_LOG_DOWN', {
        detail: 'the log lost records that were acknowledged',
        cause: { highest, size },
      });
    }
    const waiting = await inbox.listWaiting(session, key, 1_000_000);
    const ids = new Set(waiting.map(({ id }) => id));
    for (let seq = Math.min(size, ...waiting.map((one) => one.waiting?.atLeast ?? size)); seq < size; seq++) {
      const id = (await opened.record(seq))?.id;
      if (typeof id === 'string' && ids.has(id)) written.set(id, seq);
    }
  }

  async function settleOne(appender: WritableLog, id: string, event: AuditEvent | undefined): Promise<inbox.Settled> {
    const seq = written.get(id);
    if (seq !== undefined) return { id, seq };
    if (event === undefined) return { id, refused: 'E_LOG_CONTENT' };
    try {
      const appended = await appender.appendAs(id, event);
      written.set(id, appended);
      return { id, seq: appended };
    } catch (error) {
      if (error instanceof AppError && error.code !== 'E_LOG_DOWN') return { id, refused: error.code };
      throw error;
    }
  }

  async function drain(appender: WritableLog): Promise<void> {
    for (;;) {
      const waiting = await inbox.listWaiting(session, key, DRAIN_AT_ONCE);
      if (waiting.length === 0) return;
      const settled = await Promise.all(waiting.map(({ id, waiting: one }) => settleOne(appender, id, one?.event)));
      await inbox.writeSettled(session, settled);
      for (const { id } of settled) written.delete(id);
    }
  }

  async function collect(): Promise<void> {
    if (waiters.size === 0) return;
    for (const one of await inbox.takeSettled(session, [...waiters.keys()])) {
      const waiter = waiters.get(one.id);
      waiters.delete(one.id);
      if ('seq' in one) waiter?.resolve(one.seq);
      else waiter?.reject(inbox.refusalOf(one.refused));
    }
    const late = [...waiters].filter(([, { deadline }]) => performance.now() > deadline);
    if (late.length > 0)
      await inbox.withdraw(
        session,
        late.map(([id]) => id),
      );
  }

  // One look at a time; a notice that comes during a look causes another one.
  let looking: Promise<void> | undefined;
  let lookAgain = false;
  function look(): void {
    lookAgain = true;
    looking ??= lookAll().finally(() => {
      looking = undefined;
    });
  }
  async function lookAll(): Promise<void> {
    while (lookAgain && failure === undefined && !closing) {
      lookAgain = false;
      try {
        if (log === undefined) await takeOver();
        if (log !== undefined) await drain(log);
        await collect();
      } catch (error) {
        stop(error, 'the appender cannot go on');
      }
    }
  }

  async function append(event: AuditEvent): Promise<number> {
    if (failure !== undefined) throw failure;
    if (closing) throw new AppError('E_LOG_DOWN', { detail: 'the log is closed' });
    if (log !== undefined) {
      return log.append(event).catch((error: unknown) => {
        if (log?.failure() !== undefined) stop(error, 'a write failed');
        throw error;
      });
    }
    // Before it gets near the database (LOG-03).
    const checked = checkEvent(event);
    const id = newId();
    const atLeast = await reader.checkpoint().then(
      ({ value }) => value.size,
      () => 0,
    );
    return new Promise((resolve, reject) => {
      if (failure !== undefined || closing) {
        reject(failure ?? new AppError('E_LOG_DOWN', { detail: 'the log is closed' }));
        return;
      }
      waiters.set(id, { deadline: performance.now() + waitMs, resolve, reject });
      inbox.putEvent(session, key, id, { event: checked, atLeast }).catch((cause: unknown) => {
        waiters.delete(id);
        reject(failure ?? new AppError('E_LOG_DOWN', { detail: 'the inbox cannot be written', cause }));
      });
    });
  }

  const reader = await openReader(dir, vkey);
  const sizeNow = (): Promise<number> => reader.size();

  /** A record that another process wrote a moment ago is in the tree as soon as that has folded it in. */
  async function proveLater(seq: number): Promise<string> {
    const until = performance.now() + waitMs;
    for (;;) {
      const text = await reader.prove(seq);
      if (text !== undefined) return text;
      if (performance.now() > until || seq >= (await reader.size())) throw new RangeError(`audit: no record ${seq}`);
      await delay(pollMs / 5);
    }
  }

  const lost = (cause?: Error): void => {
    const isNews = failure === undefined && !closing;
    const error = stop(cause, 'the database session of the log is lost');
    if (isNews) options.onLost?.(error);
  };
  client.on('error', lost);
  client.on('end', () => lost());
  try {
    await client.connect();
    await session.query(`LISTEN ${inbox.WAITING_CHANNEL}`);
    await session.query(`LISTEN ${inbox.DONE_CHANNEL}`);
    await takeOver();
  } catch (error) {
    throw stop(error, 'no database session');
  }
  // From here on one look at a time: the lock can be taken twice by one session.
  client.on('notification', look);
  timer = setInterval(look, pollMs);
  look();

  return {
    append,
    purge: async (years, known) => log?.purge(years, known),
    isAppender: () => log !== undefined && failure === undefined,
    failure: () => failure,
    size: () => log?.size() ?? sizeNow(),
    async record(seq) {
      if (log !== undefined) return log.record(seq);
      const entry = await reader.entry(seq);
      return entry === undefined ? undefined : (JSON.parse(entry.toString('utf8')) as { [key: string]: JsonValue });
    },
    async prove(seq) {
      return log !== undefined ? log.prove(seq) : proveLater(seq);
    },
    checkpoint: async () => log?.checkpoint() ?? (await reader.checkpoint()).text,
    async close() {
      closing = true;
      clearInterval(timer);
      await looking;
      // The log first: the lock may only go when nothing is being written.
      await log?.close();
      if (failure === undefined && waiters.size > 0) await inbox.withdraw(session, [...waiters.keys()]);
      stop(undefined, 'the log is closed');
      await ended;
    },
  };
}
