import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { createDemoInstallation, startGatewayProcess } from '../../gateway/demo/installation.ts';
import { runningServerUrl } from '../../gateway/postgres.ts';
import { analyse, deposit, openCase } from '../deposit.ts';
import { type Goal, rounded } from '../report.ts';
import { writeSparse } from '../throughput/workloads.ts';

const HOUR = 3_600;
const HOURS = 8;
const SAMPLE_MS = 500;
/** The decoders come and go, each in a jail with bounds of its own. */
const DECODERS = ['ffmpeg', 'ffprobe', 'bwrap', 'prlimit'];

export interface Growth {
  readonly hours: number;
  /** From the order to the result, by a gateway of its own. */
  readonly seconds: number;
  /** Of that gateway and its database, decoders apart; most of the run, MiB. */
  readonly residentMib: number;
}

/**
 * What eight quiet hours cost beside one: time and memory that grow with the recording and no faster. The hour is measured before and after,
 * because a machine is not as fast in one quarter of an hour as in the next.
 */
export async function measureGrowth(
  folder: string,
): Promise<{ readonly goals: readonly Goal[]; readonly raw: readonly Growth[] }> {
  const raw: Growth[] = [];
  for (const [round, hours] of [1, HOURS, 1].entries()) {
    const { file } = await writeSparse(folder, hours * HOUR, 'hours');
    raw.push({ hours, ...(await analyseAlone(file, path.join(folder, `growth-${round}`))) });
    console.error(raw.at(-1));
  }
  const [one, eight, again] = raw as [Growth, Growth, Growth];
  const growth = rounded(eight.seconds / ((HOURS * (one.seconds + again.seconds)) / 2));
  const rss = rounded((2 * eight.residentMib) / (one.residentMib + again.residentMib));
  return {
    raw,
    goals: [
      {
        id: 'growth_8h',
        goal: '8 hours over eight times 1 hour, before and after <= 1.05',
        value: growth,
        met: growth <= 1.05,
      },
      {
        id: 'rss_ratio',
        goal: `resident memory at 8 hours over that at 1 hour <= 1.1, and under 1.5 GiB with the database: ${eight.residentMib} MiB`,
        value: rss,
        met: rss <= 1.1 && eight.residentMib < 1_536,
      },
    ],
  };
}

/** Deposits a file in a gateway that has done nothing before, and has it analysed. */
async function analyseAlone(file: string, folder: string): Promise<Omit<Growth, 'hours'>> {
  const models = (process.env.DIFFERE_MODELS ?? '').split(':').filter((each) => each !== '');
  const installation = await createDemoInstallation(
    folder,
    models.map((each) => path.resolve(each)),
  );
  const gateway = await startGatewayProcess(installation);
  try {
    const { client, caseId } = await openCase(gateway.url, installation, [file]);
    const exhibitId = await deposit(client, file, 'CLIP-0');
    const roots = [gateway.process.pid ?? 0, await databasePid(installation.environment.DIFFERE_DATA ?? '')];
    const watch = watchMemory(roots);
    const started = performance.now();
    const { state } = await analyse(client, caseId, exhibitId);
    const seconds = rounded((performance.now() - started) / 1000);
    const most = await watch.stop();
    if (state !== 'done') throw new Error(`the analysis of ${file} ended as ${state}`);
    return { seconds, residentMib: rounded(most / 2 ** 20, 0) };
  } finally {
    await gateway.stop();
  }
}

/** Of the process from which all of a gateway's database server descend. */
async function databasePid(dataDir: string): Promise<number> {
  const client = new pg.Client({ connectionString: await runningServerUrl(path.join(dataDir, 'postgres'), 'differe') });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: number }>('SELECT pg_backend_pid() AS id');
    return (await processOf(rows[0]?.id ?? 0))?.parent ?? 0;
  } finally {
    await client.end();
  }
}

function watchMemory(roots: readonly number[]): { stop(): Promise<number> } {
  let most = 0;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      most = Math.max(most, await residentBytes(roots));
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
  })();
  return {
    stop: async () => {
      isOver = true;
      await watching;
      return most;
    },
  };
}

/** Of processes and all that descend from them; a page that several share counts once. */
async function residentBytes(roots: readonly number[]): Promise<number> {
  const ids = (await readdir('/proc')).map(Number).filter(Number.isSafeInteger);
  const all = (await Promise.all(ids.map(processOf))).filter((each) => each !== undefined);
  const wanted = new Set(roots);
  for (let before = 0; before !== wanted.size; ) {
    before = wanted.size;
    for (const { id, parent } of all) if (wanted.has(parent)) wanted.add(id);
  }
  const counted = all.filter(({ id, name }) => wanted.has(id) && !DECODERS.includes(name));
  const sizes = await Promise.all(counted.map(({ id }) => shareOf(id)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

interface Process {
  readonly id: number;
  readonly parent: number;
  readonly name: string;
}

/** Undefined for one that has ended meanwhile. */
async function processOf(id: number): Promise<Process | undefined> {
  const stat = await readFile(`/proc/${id}/stat`, 'latin1').catch(() => '');
  const [, name = '', parent] = /\((.*)\) \S (\d+)/s.exec(stat) ?? [];
  return parent === undefined ? undefined : { id, parent: Number(parent), name };
}

async function shareOf(id: number): Promise<number> {
  const map = await readFile(`/proc/${id}/smaps_rollup`, 'latin1').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB/m.exec(map)?.[1] ?? 0) * 1_024;
}
