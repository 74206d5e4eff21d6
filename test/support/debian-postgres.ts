import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';

// Debian's own PostgreSQL 15, as an operator would run it: another server than the embedded one, over TCP, with a role that is no superuser.

const BIN = '/usr/lib/postgresql/15/bin';

/** Why there is no such server for tests; undefined where there is one. */
export function whyNoDebianPostgres(): string | undefined {
  if (!existsSync(`${BIN}/initdb`)) return "Debian's postgresql-15 is not installed (apt-get install postgresql-15)";
  if (!existsSync('/usr/sbin/ip') && !existsSync('/usr/bin/ip'))
    return 'ip is not installed (apt-get install iproute2)';
  return process.getuid?.() === 0 ? undefined : 'starting it as its own account needs root';
}

export interface DebianPostgres extends AsyncDisposable {
  /** Connection string of the gateway's role, which owns the database and is no superuser. */
  readonly url: string;
  /** The same of a role that may hold leases and nothing else, by way of another address. */
  workerUrl(host: string): string;
  /** Asks as the superuser. */
  asSuperuser<R extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<R[]>;
}

/** Starts one on a free port, on all addresses, with passwords. */
export async function startDebianPostgres(): Promise<DebianPostgres> {
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-pg15-'));
  const run = promisify(execFile);
  const [uid, gid] = [
    Number((await run('id', ['-u', 'postgres'])).stdout),
    Number((await run('id', ['-g', 'postgres'])).stdout),
  ];
  await chown(folder, uid, gid);
  const account = ['--reuid', String(uid), '--regid', String(gid), '--clear-groups'];
  const data = path.join(folder, 'cluster');
  const passwords = path.join(folder, 'password');
  await writeFile(passwords, 'secret\n', { mode: 0o644 });
  await run(
    'setpriv',
    [...account, `${BIN}/initdb`, '-D', data, '-U', 'postgres', '--pwfile', passwords, '-A', 'scram-sha-256'],
    {
      cwd: '/',
    },
  );
  await writeFile(path.join(data, 'pg_hba.conf'), 'host all all all scram-sha-256\n');
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const server = spawn(
    'setpriv',
    [
      ...account,
      `${BIN}/postgres`,
      '-D',
      data,
      '-k',
      folder,
      '-p',
      String(port),
      '-c',
      'listen_addresses=*',
      '-c',
      'timezone=UTC',
    ],
    { cwd: '/', stdio: 'ignore' },
  );
  const urlOf = (user: string, database: string, host = '127.0.0.1'): string =>
    `postgresql://${user}:secret@${host}:${port}/${database}`;
  const ask = async <R extends pg.QueryResultRow>(
    database: string,
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<R[]> => {
    const client = new pg.Client({ connectionString: urlOf('postgres', database) });
    await client.connect();
    try {
      return (await client.query<R>(sql, [...values])).rows;
    } finally {
      await client.end();
    }
  };
  for (let attempt = 1; ; attempt++) {
    try {
      await ask('postgres', 'SELECT 1');
      break;
    } catch (error) {
      if (attempt === 300 || server.exitCode !== null) throw error;
      await delay(100);
    }
  }
  await ask('postgres', "CREATE ROLE gateway LOGIN CREATEROLE NOSUPERUSER PASSWORD 'secret'");
  await ask('postgres', "CREATE ROLE machine LOGIN NOSUPERUSER PASSWORD 'secret'");
  await ask('postgres', 'CREATE DATABASE differe OWNER gateway');
  return {
    url: urlOf('gateway', 'differe'),
    workerUrl: (host) => urlOf('machine', 'differe', host),
    asSuperuser: (sql, values) => ask('differe', sql, values),
    async [Symbol.asyncDispose]() {
      // Told to the server itself: its launcher has become it.
      const pid = Number((await readFile(path.join(data, 'postmaster.pid'), 'utf8')).split('\n')[0]);
      process.kill(pid, 'SIGQUIT');
      if (server.exitCode === null) await once(server, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
