import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ClientBase } from 'pg';
import pg from 'pg';
import { AppError } from './errors.ts';
import type { CaseId } from './ids.ts';
import { startPostgres } from './postgres.ts';
import { createTogether } from './together.ts';

/** A connection inside a transaction: the first parameter of every store function. */
export type Transaction = Pick<ClientBase, 'query'>;

export interface Database {
  /** Connection string for pg-boss and for a session-long advisory lock. */
  readonly url: string;
  /** Runs in one transaction that sees the rows of this case only (row-level security). */
  inCase<T>(caseId: CaseId, work: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * As `inCase`, for work that only reads: the server refuses anything else. What was read is handed on without waiting for the end of the
   * transaction, which decides nothing.
   */
  readInCase<T>(caseId: CaseId, work: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * As `readInCase`, for work that asks one thing, without parameters: one way to the server and back. What is asked of a case while something
   * is under way goes next, together, and what is asked alike is asked once.
   */
  readOnce<T>(caseId: CaseId, work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** As `readOnce`, for one thing that writes. */
  writeOnce<T>(caseId: CaseId, work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Runs in one transaction that reads ids and states across cases, and no sealed column. */
  inService<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Runs in one transaction that sees and takes leases of segments, of all cases: the one door of a worker of another machine. */
  inLeases<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Gives the space of deleted rows back and writes the log of changes out; what the server does not allow is left. */
  vacuum(tables: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Folder of the embedded server; used when `url` is absent. */
  readonly dataDir?: string;
  /** A PostgreSQL 15 or newer that somebody else runs (`DATABASE_URL`). Its role needs CREATEROLE and owns the tables. */
  readonly url?: string;
  /** Gives up a start that takes too long. */
  readonly signal?: AbortSignal;
}

/** The migrations of this version. */
export const MIGRATIONS = path.join(import.meta.dirname, 'migrations');
const MIGRATION_LOCK = 7_230_020;
const CONNECTIONS = 20;
/** A connection is dear to open, and what follows a pause comes at once: those that a busy minute opened stay for the next. */
const IDLE_MS = 10 * 60_000;
const KEEP_ALIVE_MS = 60_000;
/** A connection that hangs, or a slow look, is not to hold up a case. */
const TOGETHER = { mostAtOnce: 64, patienceMs: 200 };

/**
 * Opens the database: starts the embedded server unless `url` names another, brings the tables to this version and keeps a pool.
 * `bigint` columns arrive as numbers, `timestamptz` as Date, `bytea` as Buffer. Rejects with E_DATABASE (not reachable, or newer
 * than this version) or E_CONFIG (neither folder nor URL).
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  if (options.url === undefined && options.dataDir === undefined) {
    throw new AppError('E_CONFIG', { detail: 'no database: neither DATABASE_URL nor a data folder' });
  }
  const server =
    options.url === undefined && options.dataDir !== undefined
      ? await startPostgres(path.resolve(options.dataDir), options.signal)
      : undefined;
  const url = server?.urlOf('differe') ?? options.url ?? '';
  try {
    await migrate(url);
  } catch (error) {
    await server?.stop();
    throw error;
  }
  const database = connect(url);
  return {
    ...database,
    async close() {
      await database.close();
      await server?.stop();
    },
  };
}

/** A pool on a database whose tables are up to date. */
export function connect(
  url: string,
  options: { readonly connections?: number; readonly queryTimeoutMs?: number } = {},
): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.connections ?? CONNECTIONS,
    ...(options.queryTimeoutMs === undefined ? {} : { query_timeout: options.queryTimeoutMs }),
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: IDLE_MS,
    // What lies between may forget a connection that is silent for minutes.
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    allowExitOnIdle: true,
    types: { getTypeParser },
  });
  // An idle connection that the server closes is replaced at the next use; without a listener it would end the process.
  pool.on('error', () => undefined);
  // Nobody listens between a connection's first word and its first use: a server that dies in that moment would end the process.
  pool.on('connect', (client) => void client.on('error', () => undefined));
  const inRole = async <T>(
    role: 'differe_case' | 'differe_service' | 'differe_worker',
    caseId: string,
    work: (tx: Transaction) => Promise<T>,
    { isReadOnly = false, isOnce = false } = {},
  ): Promise<T> => {
    const client = await pool.connect().catch(refuse);
    let broken: Error | undefined;
    // Between two uses of a connection the pool listens; while it is ours, we do.
    const onError = (error: Error): void => {
      broken = error;
    };
    client.on('error', onError);
    try {
      const opening = `BEGIN${isReadOnly ? ' READ ONLY' : ''}; SET LOCAL ROLE ${role}; SET LOCAL differe.case_id = ${pg.escapeLiteral(caseId)}`;
      const { tx, commit } = isOnce ? askedOnce(opening, client) : openedBy(opening, client);
      const result = await work(tx);
      await commit();
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((failure: Error) => {
        broken = failure;
      });
      return refuse(error);
    } finally {
      client.removeListener('error', onError);
      client.release(broken);
    }
  };
  const readInCase = async <T>(caseId: CaseId, work: (tx: Transaction) => Promise<T>): Promise<T> => {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const readOut = async (tx: Transaction): Promise<void> => resolve(await work(tx));
    inRole('differe_case', caseId, readOut, { isReadOnly: true }).catch(reject);
    return promise;
  };
  const readTogether = createTogether(TOGETHER, async (asked: readonly { caseId: CaseId; text: string }[]) => {
    const [first] = asked;
    if (first === undefined) return [];
    const texts = [...new Set(asked.map(({ text }) => text))];
    const ask = (tx: Transaction) => tx.query(texts.join('; ')) as Promise<unknown>;
    const found = await inRole('differe_case', first.caseId, ask, { isReadOnly: true, isOnce: true });
    const results = [found].flat();
    if (results.length !== texts.length) throw new AppError('E_INTERNAL', { detail: 'one statement, asked once' });
    return asked.map(({ text }) => results[texts.indexOf(text)]);
  });
  return {
    url,
    inCase: (caseId, work) => inRole('differe_case', caseId, work),
    readInCase,
    readOnce: (caseId, work) => work({ query: once((text) => readTogether(caseId, { caseId, text })) }),
    writeOnce: (caseId, work) => inRole('differe_case', caseId, work, { isOnce: true }),
    inService: (work) => inRole('differe_service', '', work),
    inLeases: (work) => inRole('differe_worker', '', work),
    async vacuum(tables) {
      for (const table of tables) await pool.query(`VACUUM ${pg.escapeIdentifier(table)}`).catch(() => undefined);
      await pool.query('CHECKPOINT').catch(() => undefined);
    },
    close: () => pool.end(),
  };
}

interface Opened {
  readonly tx: Transaction;
  commit(): Promise<void>;
}

/** Statements of an opening. */
const OPENING = 3;

const oneOrAll = (results: readonly pg.QueryResult[]): unknown => (results.length === 1 ? results[0] : results);

/**
 * A transaction that its first statement opens. Without parameters that statement goes in the same way to the server and back as the
 * opening, where none of it runs if the opening fails; one with parameters waits for the opening, or it could run without its wall.
 */
function openedBy(opening: string, client: ClientBase): Opened {
  let opened: Promise<unknown> | undefined;
  const query = async (text: string, values?: unknown[]): Promise<unknown> => {
    if (opened === undefined && values === undefined) {
      const together = client.query(`${opening}; ${text}`) as unknown as Promise<readonly pg.QueryResult[]>;
      opened = together;
      return oneOrAll((await together).slice(OPENING));
    }
    opened ??= client.query(opening);
    await opened;
    return values === undefined ? client.query(text) : client.query(text, values);
  };
  return {
    tx: { query: query as Transaction['query'] },
    async commit() {
      // Who asked nothing opened nothing.
      if (opened !== undefined) await client.query('COMMIT');
    },
  };
}

/** A transaction of one statement without parameters: its opening, itself and its end go together. */
const askedOnce = (opening: string, client: ClientBase): Opened => ({
  tx: {
    query: once(async (text) => {
      const results = (await client.query(`${opening}; ${text}; COMMIT`)) as unknown as readonly pg.QueryResult[];
      return oneOrAll(results.slice(OPENING, -1));
    }),
  },
  commit: async () => undefined,
});

/** One question without parameters, and no second one. */
function once(ask: (text: string) => Promise<unknown>): Transaction['query'] {
  let isAsked = false;
  const query = async (text: string, values?: unknown[]): Promise<unknown> => {
    if (isAsked || values !== undefined) throw new AppError('E_INTERNAL', { detail: 'asked once, without parameters' });
    isAsked = true;
    return await ask(text);
  };
  return query as Transaction['query'];
}

/**
 * Forward-only migrations in the order of their names, each in a transaction of its own under an advisory lock, so that gateways
 * that start together take turns. Refuses a database that is newer than this code and a migration that was edited after it ran.
 */
export async function migrate(url: string, folder: string = MIGRATIONS): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect().catch(refuse);
  try {
    await underLock(client, async () => {
      await client.query(`CREATE TABLE IF NOT EXISTS migrations (
        name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`);
      const { rows } = await client.query<{ name: string }>('SELECT name FROM migrations ORDER BY name');
      const unknown = rows.find((row) => !files.includes(row.name));
      if (unknown !== undefined)
        throw new AppError('E_DATABASE', { detail: `newer than this version: ${unknown.name}` });
    });
    for (const name of files) {
      const sql = await readFile(path.join(folder, name), 'utf8');
      const sha256 = createHash('sha256').update(sql).digest('hex');
      await underLock(client, async () => {
        const { rows } = await client.query<{ sha256: string }>('SELECT sha256 FROM migrations WHERE name = $1', [
          name,
        ]);
        if (rows[0] === undefined) {
          await client.query(sql);
          await client.query('INSERT INTO migrations (name, sha256) VALUES ($1, $2)', [name, sha256]);
        } else if (rows[0].sha256 !== sha256) {
          throw new AppError('E_DATABASE', { detail: `${name} was edited after it ran` });
        }
      });
    }
  } catch (error) {
    refuse(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function underLock(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await work();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

const INT8 = 20;

function getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  if (oid === INT8 && format !== 'binary') return toSafeInteger;
  return format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid, 'text');
}

function toSafeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError('bigint beyond the safe integers');
  return value;
}

const CONNECTION_ERRNO = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** Throws; a lost or refused connection becomes E_DATABASE, anything else stays what it is. */
function refuse(error: unknown): never {
  if (error instanceof AppError || !(error instanceof Error)) throw error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const sqlState = /^(08|28|3D|57P0|53)/.test(code) && code.length === 5;
  const lost = /^Connection terminated|timeout exceeded when trying to connect|^Client has encountered/.test(
    error.message,
  );
  const syscall =
    'syscall' in error && CONNECTION_ERRNO.has(code) && /connect|read|write|getaddrinfo/.test(String(error.syscall));
  if (sqlState || lost || syscall) throw new AppError('E_DATABASE', { cause: error });
  throw error;
}
