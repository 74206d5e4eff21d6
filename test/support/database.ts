import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll } from 'vitest';
import { connect, type Database } from '../../gateway/database.ts';
import { type PostgresServer, startPostgres } from '../../gateway/postgres.ts';
import { putCluster } from './run-folder.ts';

export { asOwner } from './owner.ts';

// A real PostgreSQL for tests: one embedded server a test file, started at the first call on a copy of the run's
// cluster and stopped after the file, and a fresh database a call, copied from a migrated template (about 50 ms).
//
//   const database = await testDatabase();          // closed by itself when the test file ends
//   await database.inCase(caseId, (tx) => tx.query('SELECT ...'));

interface Server {
  readonly postgres: PostgresServer;
  readonly folder: string;
}

let server: Promise<Server> | undefined;
let copies = 0;
const opened: Database[] = [];

afterAll(async () => {
  if (server === undefined) return;
  await Promise.all(opened.splice(0).map((database) => database.close()));
  const { postgres, folder } = await server;
  server = undefined;
  await postgres.stop('immediate');
  await rm(folder, { recursive: true, force: true });
});

/** A fresh, migrated database. Call it in a test or in `beforeAll`; closing it is allowed and not needed. */
export async function testDatabase(): Promise<Database> {
  server ??= startServer();
  const { postgres } = await server;
  copies += 1;
  const name = `test_${copies}`;
  await admin(postgres, `CREATE DATABASE ${name} TEMPLATE differe`);
  const database = connect(postgres.urlOf(name));
  let closed: Promise<void> | undefined;
  const closeable: Database = {
    ...database,
    close: () => {
      closed ??= database.close();
      return closed;
    },
  };
  opened.push(closeable);
  return closeable;
}

async function startServer(): Promise<Server> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'differe-pg-'));
  await putCluster(folder);
  return { postgres: await startPostgres(folder), folder };
}

async function admin(postgres: PostgresServer, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.urlOf('postgres') });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
