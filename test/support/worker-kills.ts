import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { startPostgres } from '../../gateway/postgres.ts';
import { newWorkerKey } from '../../gateway/worker-keys.ts';
import { type Analysed, lostJobs, type Place } from './chaos.ts';
import { clientOf, type JobBody, type Line } from './line.ts';

interface Running {
  readonly holder: string;
  /** Rejects when it had ended by itself. */
  kill(): Promise<void>;
}

/**
 * Has an exhibit analysed by a worker process alone, which is killed so many times while it holds a segment, and replaced by a new one; goes on
 * until an analysis has ended after the last kill. Meanwhile the gateway has nothing to do itself, on its own data under a server that it does not
 * run, as it must be where there are workers. The time for which a dead worker's lease still counts is taken away, not waited for.
 */
export async function analyseByWorkers(line: Line, at: Place, kills: number): Promise<Analysed & { kills: number }> {
  const { pem, publicText } = newWorkerKey();
  const [keyFile, workersFile] = [path.join(line.folder, 'worker.key'), path.join(line.folder, 'workers')];
  await writeFile(keyFile, pem, { mode: 0o600 });
  await writeFile(workersFile, `worker ${publicText}\n`);
  await line.gateway.stop();
  const server = await startPostgres(path.join(line.installation.dataDir, 'postgres'));
  const url = server.urlOf('differe');
  const sql = new pg.Client({ connectionString: url });
  await sql.connect();
  await line.restart({ DATABASE_URL: url, DIFFERE_WORKERS: workersFile, DIFFERE_SEGMENTS_HERE: '0' });
  let started = 0;
  const next = (): Promise<Running> => {
    started += 1;
    const scratch = path.join(line.folder, `scratch-${started}`);
    return startWorkerProcess(line, { DATABASE_URL: url, DIFFERE_WORKER_KEY: keyFile, DIFFERE_SCRATCH: scratch });
  };
  const jobs = `/api/v1/cases/${at.caseId}/jobs`;
  const client = clientOf(line, at.requisitionId);
  const start = () => client.json<JobBody>('POST', jobs, { exhibitId: at.exhibitId });
  let worker = await next();
  try {
    const digests: (string | undefined)[] = [];
    let [job, done] = [await start(), 0];
    const asked = [job.id];
    for (;;) {
      const read = await client.json<JobBody>('GET', `${jobs}/${job.id}`);
      if (read.state === 'done') digests.push(read.digest);
      if (read.state === 'done' && done === kills)
        return { digests, asked: asked.length, lost: await lostJobs(line, at, asked), kills: done };
      if (read.state === 'done' || read.state === 'failed') {
        job = await start();
        asked.push(job.id);
      }
      await delay(20);
      if (done === kills || !(await holds(sql, worker.holder))) continue;
      await delay(randomInt(0, 500));
      await worker.kill();
      done += 1;
      await sql.query('UPDATE segments SET leased_until = clock_timestamp() WHERE holder = $1', [worker.holder]);
      worker = await next();
    }
  } finally {
    await worker.kill();
    await sql.end();
    await line.gateway.stop();
    await server.stop();
    await line.restart();
  }
}

async function holds(sql: pg.Client, holder: string): Promise<boolean> {
  const { rowCount } = await sql.query('SELECT FROM segments WHERE holder = $1 AND granted IS NOT NULL', [holder]);
  return (rowCount ?? 0) > 0;
}

async function startWorkerProcess(line: Line, changes: Readonly<Record<string, string>>): Promise<Running> {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('DIFFERE_')));
  const { DIFFERE_ENV, DIFFERE_DATA, DIFFERE_MODELS } = line.installation.environment;
  const own = { DIFFERE_ENV, DIFFERE_DATA, DIFFERE_MODELS, DIFFERE_THREADS: '1' };
  const child = spawn(process.execPath, ['gateway/cli.ts', 'worker'], {
    cwd: path.join(import.meta.dirname, '../..'),
    env: { ...inherited, ...own, ...changes },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    holder: (JSON.parse(String(text)) as { worker: string }).worker,
    async kill() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      if (child.signalCode !== 'SIGKILL') throw new Error(`a worker ended by itself: ${child.exitCode}`);
    },
  };
}
