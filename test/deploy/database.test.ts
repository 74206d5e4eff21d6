import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../gateway/database.ts';
import { startPostgres } from '../../gateway/postgres.ts';

const SCRIPT = path.join(import.meta.dirname, '..', '..', 'gateway/deploy/kubernetes/database.sql');

it('PRO-01: the database of compose and manifests is of a role that is no superuser, and the gateway makes its tables there', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-owner-'));
  const server = await startPostgres(folder);
  onTestFinished(async () => {
    await server.stop('immediate');
    await rm(folder, { recursive: true, force: true });
  });
  // What psql reads of the script beside its own commands; the embedded server has a superuser of that name already.
  const script = (await readFile(SCRIPT, 'utf8'))
    .replaceAll(/^(--|\\|ALTER).*\n/gm, '')
    .replaceAll('differe', 'tenant');
  const statements = script.split(';').filter((each) => each.trim() !== '');
  expect(statements).toHaveLength(3);
  const admin = new pg.Client({ connectionString: server.urlOf('postgres') });
  await admin.connect();
  for (const statement of statements) await admin.query(statement);
  await admin.end();
  const url = server.urlOf('tenant').replace('user=differe', 'user=tenant');
  const database = await openDatabase({ url });
  try {
    const rows = await database.inService(async (tx) => {
      const { rows: found } = await tx.query('SELECT count(*)::int AS jobs, current_user AS role FROM jobs');
      return found;
    });
    expect(rows).toEqual([{ jobs: 0, role: 'differe_service' }]);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows: who } = await client.query(
      `SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user`,
    );
    await client.query('CHECKPOINT');
    await client.end();
    expect(who).toEqual([{ rolsuper: false, rolbypassrls: false }]);
  } finally {
    await database.close();
  }
});
