import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { MIGRATIONS, migrate } from '../database.ts';
import { AppError } from '../errors.ts';
import { EXCHANGE_PREFIX, runningServerUrl, startPostgres } from '../postgres.ts';
import { type BackedUpFile, type BackedUpTable, copyTree, type Manifest } from './backup-manifest.ts';

// Rows of the embedded server, table by table in PostgreSQL's own binary format, from one moment. A copy of its files would hold the free
// pages as well, and on them rows of cases that were erased. The queue is left out: a start asks again for what was not finished.

type DatabasePart = NonNullable<Manifest['database']>;

const DATABASE = 'differe';

/** Copies the rows of every table into a folder: beside a gateway that runs, or with a server of its own for the moment. */
export async function dumpDatabase(
  dataDir: string,
  to: string,
): Promise<{ readonly database: DatabasePart; readonly files: readonly BackedUpFile[] }> {
  const running = await runningServerUrl(dataDir, DATABASE);
  // Not by `openDatabase`: a back-up before an update must not be the update.
  const server = running === undefined ? await startPostgres(dataDir) : undefined;
  const exchange = await exchangeFolder(dataDir);
  const client = new pg.Client({ connectionString: running ?? server?.urlOf(DATABASE) });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const places = await placesOf(client, exchange);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows: migrations } = await client.query<{ name: string; sha256: string }>(
      'SELECT name, sha256 FROM migrations ORDER BY name',
    );
    const tables: BackedUpTable[] = [];
    for (const { name, columns } of await tablesOf(client)) {
      const { rowCount } = await client.query(`COPY ${named(name, columns)} TO ${places.file(name)} (FORMAT binary)`);
      tables.push({ name, columns, rows: rowCount ?? 0 });
    }
    await client.query('COMMIT');
    const files = await copyTree(exchange, to);
    return { database: { migrations, tables }, files };
  } finally {
    await client.end().catch(() => undefined);
    await rm(exchange, { recursive: true, force: true });
    await server?.stop();
  }
}

/** What ended for good, by id, with the time of it. */
export interface EndedRights {
  readonly revoked: ReadonlyMap<string, string>;
  readonly closed: ReadonlyMap<string, string>;
}

/**
 * Makes a new cluster with the tables as they were when the back-up was taken, and their rows, less what has ended since; later migrations are
 * for the next start.
 */
export async function loadDatabase(
  dataDir: string,
  from: string,
  database: DatabasePart,
  ended: EndedRights,
): Promise<void> {
  await demandFitting(database);
  const server = await startPostgres(dataDir);
  const exchange = await exchangeFolder(dataDir);
  const client = new pg.Client({ connectionString: server.urlOf(DATABASE) });
  client.on('error', () => undefined);
  try {
    const folder = path.join(exchange, 'migrations');
    await mkdir(folder);
    for (const { name } of database.migrations) await symlink(path.join(MIGRATIONS, name), path.join(folder, name));
    await migrate(server.urlOf(DATABASE), folder);
    await copyTree(from, exchange);
    await client.connect();
    const places = await placesOf(client, exchange);
    await client.query('BEGIN');
    // References hold in the rows as a whole, in whatever order the tables come.
    await client.query('SET LOCAL session_replication_role = replica');
    for (const { name, columns, rows } of database.tables) {
      await client.query(`DELETE FROM ${pg.escapeIdentifier(name)}`);
      const { rowCount } = await client.query(`COPY ${named(name, columns)} FROM ${places.file(name)} (FORMAT binary)`);
      if (rowCount !== rows) throw new AppError('E_BACKUP', { detail: `${name}: ${rowCount} rows, not ${rows}` });
    }
    for (const [id, time] of ended.revoked)
      await client.query('UPDATE requisitions SET revoked_at = $2 WHERE id::text = $1 AND revoked_at IS NULL', [
        id,
        time,
      ]);
    for (const [id, time] of ended.closed)
      await client.query(
        `UPDATE cases SET state = 'closed', closed_at = least(closed_at, $2) WHERE id::text = $1 AND state = 'open'`,
        [id, time],
      );
    await client.query('COMMIT');
  } finally {
    await client.end().catch(() => undefined);
    await rm(exchange, { recursive: true, force: true });
    await server.stop();
  }
}

/** E_BACKUP unless this version knows every migration of the back-up as it ran. */
export async function demandFitting({ migrations }: DatabasePart): Promise<void> {
  const own = new Set(await readdir(MIGRATIONS));
  for (const { name, sha256 } of migrations) {
    if (!own.has(name)) throw new AppError('E_BACKUP', { detail: `of a newer version: ${name}` });
    const text = await readFile(path.join(MIGRATIONS, name));
    if (createHash('sha256').update(text).digest('hex') !== sha256)
      throw new AppError('E_BACKUP', { detail: `${name} is another one here` });
  }
}

/** A folder that the server, too, can reach. */
async function exchangeFolder(dataDir: string): Promise<string> {
  return await mkdtemp(path.join(path.resolve(dataDir), EXCHANGE_PREFIX));
}

/** Where the server sees the files of the exchange folder: in its jail its data stand elsewhere. */
async function placesOf(client: pg.Client, exchange: string): Promise<{ file(table: string): string }> {
  const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
  const seen = path.join(path.dirname(rows[0]?.data_directory ?? ''), path.basename(exchange));
  return { file: (table) => pg.escapeLiteral(path.join(seen, `${table}.rows`)) };
}

async function tablesOf(client: pg.Client): Promise<readonly { readonly name: string; readonly columns: string[] }[]> {
  const { rows } = await client.query<{ name: string; columns: string[] }>(
    `SELECT table_name AS name, array_agg(column_name::text ORDER BY ordinal_position) AS columns
     FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND is_generated = 'NEVER' AND table_name <> 'migrations'
     GROUP BY table_name ORDER BY table_name`,
  );
  return rows;
}

const named = (table: string, columns: readonly string[]): string =>
  `${pg.escapeIdentifier(table)} (${columns.map((column) => pg.escapeIdentifier(column)).join(', ')})`;
