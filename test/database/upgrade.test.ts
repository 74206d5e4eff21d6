import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, expect, it } from 'vitest';
import { MIGRATIONS, migrate } from '../../gateway/database.ts';
import { startPostgres } from '../../gateway/postgres.ts';
import { descendantsOf } from '../support/processes.ts';

// A trigger of the server's own stops each migration after one of its statements; there every session of the server is killed.

const stopped: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const stop of stopped.toReversed()) await stop();
});

async function asked<T extends object>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

const CHECKPOINTER = `SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'`;

/**
 * A killed session makes the server end all others and recover; it takes no connection meanwhile, and may take some before it has noticed. Its
 * checkpointer is another one afterwards.
 */
async function untilRecovered(url: string, before: unknown): Promise<void> {
  for (;;) {
    const now = await asked(url, CHECKPOINTER).catch(() => []);
    if (now.length === 1 && JSON.stringify(now) !== JSON.stringify(before)) return;
    await delay(20);
  }
}

/** It may have gone by itself meanwhile. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

it('SEC-10: killed in the middle of each migration, the database is as before it: the old version starts, and then the new one', async () => {
  const place = await mkdtemp(path.join(os.tmpdir(), 'differe-upgrade-'));
  stopped.push(() => rm(place, { recursive: true, force: true }));
  const postgres = await startPostgres(path.join(place, 'postgres'));
  stopped.push(() => postgres.stop('immediate'));
  const names = (await readdir(MIGRATIONS)).sort();
  const url = postgres.urlOf('differe');
  /** The migrations of a version that knew the first n. */
  const version = async (n: number): Promise<string> => {
    const folder = path.join(place, `version-${n}`);
    await mkdir(folder);
    for (const name of names.slice(0, n)) await symlink(path.join(MIGRATIONS, name), path.join(folder, name));
    return folder;
  };
  const versions = await Promise.all([...names, ''].map((_, n) => version(n)));
  const shape = async (): Promise<string> => {
    const columns = `SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2`;
    return JSON.stringify([await asked(url, columns), await asked(url, 'SELECT name FROM migrations ORDER BY 1')]);
  };
  let kills = 0;
  for (const n of names.keys()) {
    await migrate(url, versions[n]);
    const before = await shape();
    await asked(
      url,
      `CREATE FUNCTION halt() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); END $$;
       CREATE EVENT TRIGGER halt ON ddl_command_end EXECUTE FUNCTION halt()`,
    );
    let end: string | undefined;
    const half = migrate(url, versions[n + 1]).then(
      () => (end = 'done'),
      () => (end = 'broken'),
    );
    const sleeping = `SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'`;
    while (end === undefined && (await asked(url, sleeping)).length === 0);
    expect(end, names[n]).toBeUndefined();
    const checkpointer = await asked(url, CHECKPOINTER);
    expect(checkpointer).toHaveLength(1);
    // Sessions stand below the server; one that is killed takes all others with it. The last one may be one that has just ended.
    const servers = descendantsOf(process.pid, 'postgres');
    const [main = 0] = servers;
    while (end === undefined) {
      const last = descendantsOf(main, 'postgres').at(-1);
      if (last !== undefined) kill(last);
      await Promise.race([half, delay(100)]);
    }
    kills++;
    expect(end, names[n]).toBe('broken');
    await untilRecovered(url, checkpointer);
    await asked(url, 'DROP EVENT TRIGGER halt; DROP FUNCTION halt()');
    await migrate(url, versions[n]);
    expect(await shape(), names[n]).toBe(before);
  }
  await migrate(url);
  await expect(migrate(url, versions[names.length - 1])).rejects.toMatchObject({ code: 'E_DATABASE' });
  expect(kills).toBe(names.length);
}, 180_000);
