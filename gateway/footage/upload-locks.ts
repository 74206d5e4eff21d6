import type { Lock, Locker } from '@tus/utils';
import pg from 'pg';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';

/** One writer an upload, over all processes: a map in this one and a PostgreSQL advisory lock between them. */
export interface UploadLocks {
  /** For tus: a lock that is taken at once or refused with E_UPLOAD_BUSY. */
  readonly locker: Locker;
  /**
   * Ties a piece of work to the lock that its request holds: the lock is let go only when the work has settled, also when the
   * request ended before it (a client that went away in the middle).
   */
  hold<T>(id: string, work: Promise<T>): Promise<T>;
  /** Says that bytes arrive, so that the holder is not taken for a dead connection. */
  alive(id: string): void;
  close(): Promise<void>;
}

interface Holder {
  readonly cancel: () => void | Promise<void>;
  work: Promise<unknown>;
  lastByteMs: number;
}

/** A holder that has heard nothing for so long is a half-open connection: the next request ends it. */
const SILENT_AFTER_MS = 10_000;

export function createUploadLocks(deps: { readonly databaseUrl: string; readonly clock: Clock }): UploadLocks {
  const holders = new Map<string, Holder>();
  let session: Promise<pg.Client> | undefined;

  // One session for all advisory locks of this process: they last as long as it does, and a killed process frees them.
  function connect(): Promise<pg.Client> {
    if (session !== undefined) return session;
    const client = new pg.Client({ connectionString: deps.databaseUrl, connectionTimeoutMillis: 10_000 });
    const forget = (): void => {
      session = undefined;
    };
    client.on('error', forget);
    client.on('end', forget);
    session = client.connect().then(() => client);
    session.catch(forget);
    return session;
  }

  // One question after the other: the session answers one at a time.
  let answered: Promise<unknown> = Promise.resolve();
  function ask(sql: string, id: string): Promise<boolean> {
    const answer = answered.then(() => askNow(sql, id));
    answered = answer.catch(() => undefined);
    return answer;
  }

  async function askNow(sql: string, id: string): Promise<boolean> {
    try {
      const { rows } = await (await connect()).query<{ yes: boolean }>(sql, [keyOf(id)]);
      return rows[0]?.yes === true;
    } catch (cause) {
      throw new AppError('E_DATABASE', { cause });
    }
  }

  const lockOf = (id: string): Lock => {
    let mine: Holder | undefined;
    return {
      async lock(_signal, cancel) {
        const holder = holders.get(id);
        if (holder !== undefined) {
          if (deps.clock.nowMs() - holder.lastByteMs > SILENT_AFTER_MS) await holder.cancel();
          throw new AppError('E_UPLOAD_BUSY');
        }
        mine = { cancel, work: Promise.resolve(), lastByteMs: deps.clock.nowMs() };
        holders.set(id, mine);
        const free = await ask('SELECT pg_try_advisory_lock($1) AS yes', id).catch((error: unknown) => {
          holders.delete(id);
          throw error;
        });
        if (free) return;
        holders.delete(id);
        throw new AppError('E_UPLOAD_BUSY');
      },
      async unlock() {
        await mine?.work.catch(() => undefined);
        // A session that was lost has freed the lock by itself.
        await ask('SELECT pg_advisory_unlock($1) AS yes', id).catch(() => false);
        if (holders.get(id) === mine) holders.delete(id);
      },
    };
  };

  return {
    locker: { newLock: lockOf },
    hold(id, work) {
      const holder = holders.get(id);
      if (holder !== undefined) holder.work = work;
      return work;
    },
    alive(id) {
      const holder = holders.get(id);
      if (holder !== undefined) holder.lastByteMs = deps.clock.nowMs();
    },
    async close() {
      const client = await session?.catch(() => undefined);
      await client?.end();
    },
  };
}

/** The first 64 bits of the random id, as PostgreSQL's signed bigint. */
const keyOf = (id: string): string => BigInt.asIntN(64, BigInt(`0x${id.replaceAll('-', '').slice(0, 16)}`)).toString();
