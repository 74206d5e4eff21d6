import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Database, migrate, openDatabase } from '../../gateway/database.ts';
import { type CaseId, newId } from '../../gateway/ids.ts';
import { writingMark } from '../../gateway/index/store.ts';
import { startPostgres } from '../../gateway/postgres.ts';
import { asOwner, testDatabase } from '../support/database.ts';
import { descendantsOf } from '../support/processes.ts';

const folders: string[] = [];
async function folder(): Promise<string> {
  const made = await mkdtemp(path.join(os.tmpdir(), 'differe-db-test-'));
  folders.push(made);
  return made;
}
afterAll(async () => {
  for (const made of folders) await rm(made, { recursive: true, force: true });
});

async function addCase(database: Database, caseId: CaseId): Promise<void> {
  await database.inCase(caseId, async (tx) => {
    await tx.query('INSERT INTO cases (id) VALUES ($1)', [caseId]);
    await tx.query(
      `INSERT INTO requisitions (id, case_id, authorisation_jti, thumbprints, not_before, expires, sealed)
       VALUES (gen_random_uuid(), $1, gen_random_uuid(), '{}', now(), now(), 'secret')`,
      [caseId],
    );
  });
}

describe('the wall between cases', () => {
  let database: Database;
  const a = newId<CaseId>();
  const b = newId<CaseId>();
  beforeAll(async () => {
    database = await testDatabase();
    await addCase(database, a);
    await addCase(database, b);
  });

  it('PRO-01: a transaction of case A reads only rows of case A, whatever the SQL asks for', async () => {
    for (const table of ['cases', 'requisitions']) {
      const column = table === 'cases' ? 'id' : 'case_id';
      const rows = await database.inCase(
        a,
        async (tx) => (await tx.query(`SELECT ${column} AS of FROM ${table}`)).rows,
      );
      expect(rows).toEqual([{ of: a }]);
      const asked = await database.inCase(a, (tx) => tx.query(`SELECT 1 FROM ${table} WHERE ${column} = $1`, [b]));
      expect(asked.rowCount).toBe(0);
    }
  });

  it('PRO-01: what only reads sees its own case alone, and the server lets it write nothing', async () => {
    const read = await database.readInCase(a, async (tx) => (await tx.query('SELECT id FROM cases')).rows);
    expect(read).toEqual([{ id: a }]);
    const write = database.readInCase(a, (tx) => tx.query('UPDATE requisitions SET expires = now()'));
    await expect(write).rejects.toThrow('read-only transaction');
    // The connection that goes back is an ordinary one.
    for (let n = 0; n < 25; n++) await database.readInCase(a, (tx) => tx.query('SELECT 1'));
    const { rowCount } = await database.inCase(a, (tx) => tx.query('UPDATE requisitions SET expires = now()'));
    expect(rowCount).toBe(1);
  });

  it('changes and deletes nothing of another case', async () => {
    const changed = await database.inCase(a, async (tx) => ({
      updated: (await tx.query('UPDATE requisitions SET expires = now() WHERE case_id = $1', [b])).rowCount,
      deleted: (await tx.query('DELETE FROM requisitions WHERE case_id = $1', [b])).rowCount,
    }));
    expect(changed).toEqual({ updated: 0, deleted: 0 });
  });

  it('refuses to write a row of another case', async () => {
    const writing = database.inCase(a, (tx) => tx.query('INSERT INTO cases (id) VALUES ($1)', [newId()]));
    await expect(writing).rejects.toThrow(/row-level security/);
  });

  it('shows nothing at all to a transaction whose case was unset', async () => {
    const seen = await database.inCase(a, async (tx) => {
      await tx.query("SELECT set_config('differe.case_id', '', true)");
      return (await tx.query('SELECT * FROM requisitions')).rowCount;
    });
    expect(seen).toBe(0);
  });

  it('walls every table that has a case', async () => {
    const open = await asOwner(
      database,
      `SELECT c.table_name FROM information_schema.columns c JOIN pg_class t ON t.oid = c.table_name::regclass
       WHERE c.table_schema = 'public' AND c.column_name = 'case_id' AND NOT (t.relrowsecurity AND t.relforcerowsecurity)`,
    );
    expect(open.rows).toEqual([]);
  });

  it('asks once a statement which case it is, and not of each of thousands of rows', async () => {
    const ofEachRow = await asOwner(
      database,
      `SELECT tablename, qual, with_check FROM pg_policies
        WHERE concat(qual, with_check) LIKE '%current_case()%'
          AND regexp_replace(concat(qual, with_check), 'SELECT current_case\\(\\)', '', 'g') LIKE '%current_case()%'`,
    );
    expect(ofEachRow.rows).toEqual([]);
    const walls = await asOwner(
      database,
      `SELECT tablename FROM pg_policies WHERE qual LIKE '%SELECT current_case()%'`,
    );
    expect(walls.rowCount).toBeGreaterThan(15);
  });

  it('lets the service role see ids of every case and no sealed column', async () => {
    const cases = await database.inService((tx) => tx.query('SELECT id FROM cases'));
    expect(cases.rowCount).toBe(2);
    await expect(database.inService((tx) => tx.query('SELECT sealed FROM requisitions'))).rejects.toThrow(/permission/);
    await expect(database.inService((tx) => tx.query('SELECT * FROM requisitions'))).rejects.toThrow(/permission/);
    await expect(database.inService((tx) => tx.query('SELECT id FROM exhibits'))).rejects.toThrow(/permission/);
  });

  it('leaves no trace of the case on a connection that goes back to the pool', async () => {
    await Promise.all(Array.from({ length: 8 }, () => database.inCase(a, (tx) => tx.query('SELECT 1'))));
    const left = await database.inService((tx) => tx.query("SELECT current_setting('differe.case_id', true) AS id"));
    expect(left.rows).toEqual([{ id: '' }]);
  });
});

describe('transactions', () => {
  it('undoes everything when the work fails, and gives the error of the work', async () => {
    const database = await testDatabase();
    const id = newId<CaseId>();
    const failing = database.inCase(id, async (tx) => {
      await tx.query('INSERT INTO cases (id) VALUES ($1)', [id]);
      throw new RangeError('no');
    });
    await expect(failing).rejects.toThrow(RangeError);
    const left = await database.inService((tx) => tx.query('SELECT id FROM cases'));
    expect(left.rowCount).toBe(0);
  });

  it('PRO-01: opens with its first statement in one way to the server, behind the same wall and with the same end', async () => {
    const database = await testDatabase();
    const [a, b] = [newId<CaseId>(), newId<CaseId>()];
    await addCase(database, a);
    await addCase(database, b);
    const first = await database.inCase(a, (tx) => tx.query(`SELECT id, current_user AS role FROM cases`));
    expect(first.rows).toEqual([{ id: a, role: 'differe_case' }]);
    const both: unknown = await database.inCase(a, (tx) => tx.query(`SELECT 1 AS one; SELECT id FROM cases`));
    expect((both as pg.QueryResult[]).map(({ rows }) => rows)).toEqual([[{ one: 1 }], [{ id: a }]]);
    const change = database.inCase(a, async (tx) => {
      await tx.query(`UPDATE cases SET state = 'closed'`);
      throw new Error('undone');
    });
    await expect(change).rejects.toThrow('undone');
    await expect(database.inCase(a, (tx) => tx.query('SELECT 1/0'))).rejects.toThrow('division by zero');
    // At once, so that those who come second wait for the opening of the first.
    const together = await database.inCase(b, (tx) =>
      Promise.all([tx.query('SELECT id FROM cases'), tx.query('SELECT state FROM cases WHERE id = $1', [b])]),
    );
    expect(together.map(({ rows }) => rows)).toEqual([[{ id: b }], [{ state: 'open' }]]);
    const once = await database.readOnce(a, (tx) => tx.query('SELECT id, current_user AS role FROM cases'));
    expect(once.rows).toEqual([{ id: a, role: 'differe_case' }]);
    const write = database.readOnce(a, (tx) => tx.query(`UPDATE cases SET state = 'closed'`));
    await expect(write).rejects.toThrow('read-only transaction');
    const twice = database.readOnce(a, async (tx) => [await tx.query('SELECT 1'), await tx.query('SELECT 1')]);
    await expect(twice).rejects.toMatchObject({ code: 'E_INTERNAL' });
    // Whoever gets the connection next finds nothing of it.
    for (let n = 0; n < 25; n++) await database.inService((tx) => tx.query('SELECT id FROM cases WHERE $1', [true]));
    const states = await database.inService((tx) => tx.query(`SELECT state FROM cases WHERE id = '${a}'`));
    expect(states.rows).toEqual([{ state: 'open' }]);
  });

  it('PRO-01: what is asked of a case at once goes together, and each gets its own answer behind its own wall', async () => {
    const database = await testDatabase();
    const [a, b] = [newId<CaseId>(), newId<CaseId>()];
    await addCase(database, a);
    await addCase(database, b);
    const ask = (caseId: CaseId, text: string) => database.readOnce(caseId, async (tx) => (await tx.query(text)).rows);
    const transaction = 'SELECT pg_current_snapshot() AS seen, pg_backend_pid() AS server, now() AS begun';
    const [first, ...rest] = await Promise.all([
      ask(a, 'SELECT pg_sleep(0.2)::text'),
      ...Array.from({ length: 9 }, () => ask(a, transaction)),
      ask(a, 'SELECT id FROM cases'),
      ask(b, 'SELECT id FROM cases'),
    ]);
    expect(first).toHaveLength(1);
    expect(new Set(rest.slice(0, 9).map((rows) => JSON.stringify(rows))).size).toBe(1);
    expect(rest.slice(9)).toEqual([[{ id: a }], [{ id: b }]]);
    const outcomes = await Promise.allSettled([ask(a, 'SELECT 1'), ask(a, 'SELECT 1/0'), ask(a, 'SELECT 2 AS two')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await expect(ask(a, 'SELECT 1; SELECT 2')).rejects.toMatchObject({ code: 'E_INTERNAL' });
  });

  it('PRO-01: runs nothing of a first statement whose wall does not come up', async () => {
    const database = await testDatabase();
    await addCase(database, newId<CaseId>());
    // Who reads all rows, and may not put the wall between them and himself.
    const role = `stranger_${randomUUID().slice(0, 8)}`;
    await asOwner(database, `CREATE ROLE ${role} LOGIN BYPASSRLS; GRANT SELECT ON cases TO ${role}`);
    const strange = connect(database.url.replace(/user=[^&]*/, `user=${role}`));
    try {
      const texts = ['SELECT id FROM cases', 'SELECT id FROM cases WHERE $1'];
      for (const [n, text] of texts.entries()) {
        const asked = strange.inCase(newId<CaseId>(), (tx) => (n === 0 ? tx.query(text) : tx.query(text, [true])));
        await expect(asked).rejects.toThrow('permission denied to set role');
      }
    } finally {
      await strange.close();
    }
  });

  it('gives bigint as a number', async () => {
    const database = await testDatabase();
    const { rows } = await database.inService((tx) => tx.query('SELECT 9007199254740991::bigint AS n'));
    expect(rows).toEqual([{ n: 9007199254740991 }]);
  });
});

describe('migrations', () => {
  const source = path.resolve('gateway/migrations');
  async function copyOfMigrations(): Promise<string> {
    const copy = await folder();
    for (const name of await readdir(source)) await copyFile(path.join(source, name), path.join(copy, name));
    return copy;
  }

  it('applies a new one once, however many gateways start together', async () => {
    const { url } = await testDatabase();
    const copy = await copyOfMigrations();
    await writeFile(path.join(copy, '9000-new.sql'), 'CREATE TABLE once (id int); INSERT INTO once VALUES (1);');
    await Promise.all(Array.from({ length: 6 }, () => migrate(url, copy)));
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    expect((await client.query('SELECT * FROM once')).rowCount).toBe(1);
    await client.end();
  });

  it('leaves nothing of one that fails', async () => {
    const database = await testDatabase();
    const copy = await copyOfMigrations();
    await writeFile(path.join(copy, '9000-bad.sql'), 'CREATE TABLE half (id int); SELECT no_such_thing();');
    await expect(migrate(database.url, copy)).rejects.toThrow(/no_such_thing/);
    const half = await asOwner(database, "SELECT to_regclass('half') AS half");
    expect(half.rows).toEqual([{ half: null }]);
  });

  it('refuses a database that is newer than the code', async () => {
    const { url } = await testDatabase();
    const copy = await copyOfMigrations();
    await writeFile(path.join(copy, '9000-new.sql'), 'SELECT 1');
    await migrate(url, copy);
    await expect(migrate(url)).rejects.toMatchObject({ code: 'E_DATABASE', detail: expect.stringContaining('newer') });
  });

  it('refuses a migration that was edited after it ran', async () => {
    const { url } = await testDatabase();
    const copy = await copyOfMigrations();
    await writeFile(path.join(copy, '0001-first.sql'), 'SELECT 1');
    await expect(migrate(url, copy)).rejects.toMatchObject({
      code: 'E_DATABASE',
      detail: expect.stringContaining('edited'),
    });
  });

  it('works for an owner that is no superuser, as in a database that somebody else runs', async () => {
    const database = await testDatabase();
    const { url } = database;
    const [row] = (await asOwner(database, 'SELECT current_database() AS name')).rows as { name: string }[];
    await asOwner(database, 'CREATE ROLE tenant LOGIN CREATEROLE');
    await asOwner(database, 'CREATE DATABASE tenant OWNER tenant');
    // On a server of its own the tenant makes the roles; here they exist, so their administration is handed over.
    await asOwner(database, 'GRANT differe_case, differe_service, differe_worker TO tenant WITH ADMIN TRUE, SET FALSE');
    const theirs = url.replace(row?.name ?? '', 'tenant').replace('user=differe', 'user=tenant');
    const opened = await openDatabase({ url: theirs });
    const id = newId<CaseId>();
    await addCase(opened, id);
    expect((await opened.inService((tx) => tx.query('SELECT id FROM cases'))).rows).toEqual([{ id }]);
    // A revocation is written in the name of the service, which may not look at marks: the owner writes it, and no policy stops him.
    expect(await opened.readOnce(id, writingMark)).toBe('0');
    await opened.inService((tx) => tx.query('UPDATE requisitions SET revoked_at = now()'));
    expect(await opened.readOnce(id, writingMark)).toBe('1');
    await expect(opened.inService((tx) => tx.query('SELECT written FROM case_marks'))).rejects.toThrow(/permission/);
    await expect(opened.inCase(id, (tx) => tx.query('UPDATE case_marks SET written = 0'))).rejects.toThrow(
      /permission/,
    );
    await opened.inCase(id, async (tx) => {
      await tx.query('UPDATE requisitions SET revoked_at = NULL');
      for (const table of ['requisitions', 'case_marks', 'cases']) await tx.query(`DELETE FROM ${table}`);
    });
    expect(await opened.readOnce(id, writingMark)).toBe('');
    expect((await opened.inService((tx) => tx.query('SELECT id FROM cases'))).rows).toEqual([]);
    await opened.close();
  });
});

describe('the embedded server', () => {
  it('RET-09: keeps what was committed over a restart, listens on no network, and removes what a killed back-up left beside it', async () => {
    const dataDir = await folder();
    const id = newId<CaseId>();
    const first = await openDatabase({ dataDir });
    await addCase(first, id);
    const listening = await asOwner(first, 'SHOW listen_addresses');
    expect(listening.rows).toEqual([{ listen_addresses: '' }]);
    expect((await asOwner(first, 'SHOW fsync')).rows).toEqual([{ fsync: 'on' }]);
    await first.close();
    const left = path.join(dataDir, 'exchange-abcdef');
    await mkdir(left);
    await writeFile(path.join(left, 'cases.rows'), 'rows of cases');
    const second = await openDatabase({ dataDir });
    expect(await readdir(dataDir)).not.toContain('exchange-abcdef');
    expect((await second.inService((tx) => tx.query('SELECT id FROM cases'))).rows).toEqual([{ id }]);
    await second.close();
  });

  it('sees no file outside its jail', async () => {
    const dataDir = await folder();
    const secret = path.join(await folder(), 'installation.key');
    await writeFile(secret, 'x'.repeat(32));
    const database = await openDatabase({ dataDir });
    await expect(asOwner(database, 'SELECT pg_read_file($1)', [secret])).rejects.toThrow(/No such file/);
    await expect(asOwner(database, "SELECT pg_ls_dir('/home')")).rejects.toThrow(/No such file/);
    const { rows } = await asOwner(database, "SELECT pg_ls_dir('/usr') AS name");
    expect(rows.map(({ name }) => name).filter((name) => !['bin', 'lib', 'lib64'].includes(name))).toEqual([]);
    await database.close();
  });

  it('recovers after the gateway was killed with -9, with nothing committed lost', async () => {
    const dataDir = await folder();
    const program = `
      import { openDatabase } from ${JSON.stringify(path.resolve('gateway/database.ts'))};
      const database = await openDatabase({ dataDir: ${JSON.stringify(dataDir)} });
      for (let n = 0; ; n++) {
        const id = crypto.randomUUID();
        await database.inCase(id, (tx) => tx.query('INSERT INTO cases (id) VALUES ($1)', [id]));
        console.log(id);
      }`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    for await (const text of child.stdout) {
      said += String(text);
      if (said.split('\n').length > 20) break;
    }
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    const acknowledged = said.split('\n').slice(0, -1);
    const database = await openDatabase({ dataDir });
    const { rows } = await database.inService((tx) => tx.query<{ id: string }>('SELECT id FROM cases'));
    expect(acknowledged.length).toBeGreaterThan(10);
    expect(rows.map((row) => row.id)).toEqual(expect.arrayContaining(acknowledged));
    await database.close();
    expect((await readdir(dataDir)).sort()).toEqual(['cluster']);
  });

  it('refuses a second server on the same folder while the first runs', async () => {
    const dataDir = await folder();
    const first = await startPostgres(dataDir);
    await expect(startPostgres(dataDir)).rejects.toMatchObject({ code: 'E_DATABASE' });
    await first.stop();
  });

  it('waits for a server that was killed with its gateway and still holds the data', async () => {
    const dataDir = await folder();
    const program = `
      import { startPostgres } from ${JSON.stringify(path.resolve('gateway/postgres.ts'))};
      await startPostgres(${JSON.stringify(dataDir)});
      console.log('ready');
      setInterval(() => {}, 1000);`;
    const gateway = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(gateway.stdout, 'data');
    const servers = descendantsOf(gateway.pid ?? 0, 'postgres');
    expect(servers.length).toBeGreaterThan(1);
    // Stopped, it answers nobody; it dies when its gateway does.
    for (const pid of servers) process.kill(pid, 'SIGSTOP');
    const next = startPostgres(dataDir);
    const early = await Promise.race([next.then(() => 'started', String), delay(1_500, 'waits')]);
    expect(early).toBe('waits');
    gateway.kill('SIGKILL');
    const server = await next;
    await server.stop();
  });

  it('works with a data folder whose path is longer than a socket address', async () => {
    const dataDir = path.join(await folder(), 'x'.repeat(120), 'y'.repeat(60));
    const database = await openDatabase({ dataDir });
    expect((await database.inService((tx) => tx.query('SELECT 1 AS one'))).rows).toEqual([{ one: 1 }]);
    await database.close();
  });

  it('says E_DATABASE when the server is gone', async () => {
    const dataDir = await folder();
    const server = await startPostgres(dataDir);
    const database = await openDatabase({ url: server.urlOf('differe') });
    await server.stop();
    await expect(database.inService((tx) => tx.query('SELECT 1'))).rejects.toMatchObject({ code: 'E_DATABASE' });
    await database.close();
    await expect(openDatabase({ url: server.urlOf('differe') })).rejects.toMatchObject({ code: 'E_DATABASE' });
    await expect(openDatabase({})).rejects.toMatchObject({ code: 'E_CONFIG' });
  });
});
