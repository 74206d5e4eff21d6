import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyLog } from '../../gateway/audit/verify.ts';
import type { Client } from '../../gateway/client.ts';
import { newWorkerKey } from '../../gateway/worker-keys.ts';
import { type DebianPostgres, startDebianPostgres, whyNoDebianPostgres } from '../support/debian-postgres.ts';
import {
  clientOf,
  exhibitIdOf,
  exhibitOf,
  jobEnd,
  journalText,
  type Line,
  register,
  sceneFile,
  startLine,
  type Tokens,
  tokensFor,
} from '../support/line.ts';

// A PostgreSQL that somebody else runs, and workers each in a network of its own, joined to it by a cable that can be pulled.

const run = promisify(execFile);
const why = whyNoDebianPostgres();
if (why !== undefined) process.stderr.write(`workers.test.ts: ${why}\n`);

interface Machine {
  readonly name: string;
  readonly process: ChildProcess;
  readonly holder: string;
  cut(): Promise<void>;
  mend(): Promise<void>;
  end(): Promise<void>;
}

describe.skipIf(why !== undefined)('workers on machines of their own', () => {
  let postgres: DebianPostgres;
  let line: Line;
  let client: Client;
  let tokens: Tokens;
  let caseId: string;
  let exhibitId: string;
  const machines: Machine[] = [];
  const keys = [newWorkerKey(), newWorkerKey()];

  async function startMachine(n: number): Promise<Machine> {
    const name = `dw${process.pid % 10_000}${n}`;
    const subnet = `10.${100 + (process.pid % 100)}.${n}`;
    await run('ip', ['netns', 'add', name]);
    await run('ip', ['link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name]);
    await run('ip', ['addr', 'add', `${subnet}.1/30`, 'dev', name]);
    await run('ip', ['-n', name, 'addr', 'add', `${subnet}.2/30`, 'dev', 'eth0']);
    await run('ip', ['-n', name, 'link', 'set', 'eth0', 'up']);
    await run('ip', ['link', 'set', name, 'up']);
    const keyFile = path.join(line.folder, `${name}.key`);
    await writeFile(keyFile, keys[n]?.pem ?? '', { mode: 0o600 });
    const inherited = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('DIFFERE_')));
    const child = spawn('ip', ['netns', 'exec', name, process.execPath, 'gateway/cli.ts', 'worker'], {
      env: {
        ...inherited,
        DATABASE_URL: postgres.workerUrl(`${subnet}.1`),
        DIFFERE_ENV: 'test',
        DIFFERE_DATA: line.installation.dataDir,
        DIFFERE_SCRATCH: path.join(line.folder, `${name}.scratch`),
        DIFFERE_WORKER_KEY: keyFile,
        DIFFERE_MODELS: line.installation.environment.DIFFERE_MODELS,
        DIFFERE_THREADS: '1',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [text] = (await once(child.stdout, 'data')) as [Buffer];
    const machine: Machine = {
      name,
      process: child,
      holder: (JSON.parse(String(text)) as { worker: string }).worker,
      cut: async () => void (await run('ip', ['link', 'set', name, 'down'])),
      mend: async () => void (await run('ip', ['link', 'set', name, 'up'])),
      async end() {
        if (child.exitCode === null && child.signalCode === null) {
          child.kill('SIGKILL');
          await once(child, 'exit');
        }
        await run('ip', ['link', 'del', name]).catch(() => undefined);
        await run('ip', ['netns', 'del', name]).catch(() => undefined);
      },
    };
    machines.push(machine);
    return machine;
  }

  const environment = (): Record<string, string> => ({
    DATABASE_URL: postgres.url,
    DIFFERE_WORKERS: path.join(line?.folder ?? '', 'workers'),
  });

  beforeAll(async () => {
    postgres = await startDebianPostgres();
    line = await startLine({ DATABASE_URL: postgres.url });
    await postgres.asSuperuser('GRANT differe_worker TO machine');
    const file = await sceneFile(line.folder, 'long');
    tokens = await tokensFor(line, [await exhibitOf(file, 'SCELLE-1', line.captureStartMs, 130)]);
    ({ client, caseId } = await register(line, tokens));
    await client.upload(file, 'SCELLE-1');
    exhibitId = await exhibitIdOf(client, caseId, 'SCELLE-1');
  }, 300_000);

  afterAll(async () => {
    for (const machine of machines) await machine.end();
    await line?.[Symbol.asyncDispose]();
    await postgres?.[Symbol.asyncDispose]();
  });

  const startJob = async (): Promise<string> =>
    (await client.json<{ id: string }>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId })).id;

  const segmentsOf = (jobId: string) =>
    postgres.asSuperuser<{
      n: number;
      holder: string | null;
      fence: string;
      granted: boolean;
      state: string;
      drafts: string[];
    }>(
      'SELECT n, holder, fence, granted IS NOT NULL AS granted, state, drafts FROM segments WHERE job_id = $1 ORDER BY n',
      [jobId],
    );

  async function until<T>(what: () => Promise<T | undefined>): Promise<T> {
    const end = Date.now() + 90_000;
    for (;;) {
      const found = await what();
      if (found !== undefined) return found;
      if (Date.now() > end) throw new Error('waited for 90 s');
      await delay(10);
    }
  }

  it('one is cut off in mid-work: another does its segment, nothing counts twice, and the digest is that of one machine', async () => {
    const alone = await jobEnd(client, caseId, await startJob());
    expect(alone.state).toBe('done');

    await line.gateway.stop();
    const lines = keys.map(({ publicText }, n) => `machine-${n} ${publicText}\n`);
    await writeFile(path.join(line.folder, 'workers'), lines.join(''));
    await line.restart({ ...environment(), DIFFERE_SEGMENTS_HERE: '0' });
    client = clientOf(line, tokens.requisitionId);
    const first = await startMachine(0);
    const jobId = await startJob();
    const taken = await until(async () =>
      (await segmentsOf(jobId)).find(({ holder, granted }) => holder === first.holder && granted),
    );
    await first.cut();
    const second = await startMachine(1);
    const shared = await jobEnd(client, caseId, jobId);

    expect(shared).toMatchObject({ state: 'done', digest: alone.digest });
    const segments = await segmentsOf(jobId);
    expect(new Set(segments.map(({ holder }) => holder))).toEqual(new Set([second.holder]));
    const again = segments.find(({ n }) => n === taken.n);
    expect(again?.drafts).toHaveLength(2);
    expect(Number(again?.fence)).toBe(Number(taken.fence) + 1);
    const [works] = [
      await postgres.asSuperuser<{ decoded_frames: string; detector_calls: string }>(
        'SELECT DISTINCT decoded_frames, detector_calls FROM jobs WHERE id = ANY ($1)',
        [[jobId, alone.id]],
      ),
    ];
    expect(works).toHaveLength(1);

    await first.mend();
    const journal = await journalText(line);
    expect(journal).toContain('machine-0');
    expect(journal).toContain('machine-1');
    const verdict = await verifyLog(path.join(line.installation.dataDir, 'log'));
    expect(verdict).toMatchObject({ ok: true });
  }, 400_000);

  it('a machine that the gateway does not name is given nothing, and keeps nothing from others', async () => {
    await line.gateway.stop();
    await writeFile(path.join(line.folder, 'workers'), `machine-1 ${keys[1]?.publicText}\n`);
    await machines[1]?.end();
    await line.restart({ ...environment(), DIFFERE_SEGMENTS_HERE: '0' });
    client = clientOf(line, tokens.requisitionId);
    const jobId = await startJob();
    await until(async () => (await segmentsOf(jobId)).find(({ holder }) => holder === machines[0]?.holder));
    // It is taken from it, and offered again.
    await until(async () => (await segmentsOf(jobId)).find(({ fence }) => Number(fence) >= 2));
    for (const { granted, drafts, state } of await segmentsOf(jobId))
      expect({ granted, drafts, state }).toEqual({ granted: false, drafts: [], state: 'waiting' });
    await client.json('DELETE', `/api/v1/cases/${caseId}/jobs/${jobId}`);
  }, 180_000);

  it('the login of a worker reads no sealed column, and rows of no case but leases', async () => {
    const machine = new pg.Client({ connectionString: postgres.workerUrl('127.0.0.1') });
    await machine.connect();
    try {
      await machine.query('SET ROLE differe_worker');
      await expect(machine.query('SELECT sealed FROM exhibits')).rejects.toThrow(/permission denied/);
      await expect(machine.query('SELECT result_object FROM jobs')).rejects.toThrow(/permission denied/);
      await expect(machine.query("UPDATE segments SET permitted_until = 'infinity'")).rejects.toThrow(
        /permission denied/,
      );
      await expect(machine.query("UPDATE segments SET state = 'done'")).rejects.toThrow(/permission denied/);
      await machine.query('RESET ROLE');
      await expect(machine.query('SET ROLE differe_case')).rejects.toThrow(/permission denied/);
    } finally {
      await machine.end();
    }
  });

  it('row-level security binds the gateway of that server, whose role owns the tables', async () => {
    const gateway = new pg.Client({ connectionString: postgres.url });
    await gateway.connect();
    try {
      const [role] = await postgres.asSuperuser<{ rolsuper: boolean; rolbypassrls: boolean }>(
        "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = 'gateway'",
      );
      expect(role).toEqual({ rolsuper: false, rolbypassrls: false });
      expect(Number((await postgres.asSuperuser('SELECT count(*) AS count FROM exhibits'))[0]?.count)).toBe(1);
      // Forced on owners too: without a role of the gateway's it sees nothing, and in another case nothing either.
      expect((await gateway.query('SELECT id FROM exhibits')).rows).toEqual([]);
      await gateway.query(
        "BEGIN; SET LOCAL ROLE differe_case; SET LOCAL differe.case_id = '00000000-0000-8000-8000-000000000000'",
      );
      expect((await gateway.query('SELECT id FROM exhibits')).rows).toEqual([]);
      await gateway.query(`SET LOCAL differe.case_id = '${caseId}'`);
      expect((await gateway.query('SELECT id FROM exhibits')).rows).toHaveLength(1);
    } finally {
      await gateway.end();
    }
  });
});
