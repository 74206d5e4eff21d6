import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { claimSegment } from '../gateway/analysis/lease-store.ts';
import { openLog } from '../gateway/audit/append.ts';
import { systemClock } from '../gateway/clock.ts';
import { openDatabase } from '../gateway/database.ts';
import { decryptTo } from '../gateway/footage/open-exhibit.ts';
import { type CaseId, newId, type ObjectId } from '../gateway/ids.ts';
import { addRunningJob } from '../test/support/running-job.ts';
import { type Goal, type Measurement, rounded } from './report.ts';
import { costOfHolding, runPaper } from './scale/paper.ts';
import { type RealRun, runReal } from './scale/real.ts';
import { mostWorkers, RESOURCES, type Site, simulate, type UnitCosts } from './scale/simulate.ts';
import { type BenchSite, LONG_SEGMENTS, openSite } from './scale/site.ts';

/** Four workers leave the gateway and its database 0.4 of two cores. */
const CORES = 0.4;
const COUNTS = [1, 2, 4] as const;
const SHORT_JOBS = 16;
const [FEW_WAITING, MANY_WAITING] = [1_000, 20_000];
const CLAIMS = 30;
const APPENDS = 300;
const UNSEALED_BYTES = 64 * 1024 ** 2;

/**
 * 1, 2 and 4 workers, each with 0.4 of a core by the kernel's control groups (so that two cores stand for five machines of that size, which
 * share caches and memory as machines do not); what a segment costs the gateway and its database, by workers that hand in without looking;
 * and how far those costs carry 10, 100 and 1,000 workers, simulated. About five minutes on two quiet cores; `--short` two, for a trial.
 */
export async function measureScale({ short = false }: { readonly short?: boolean }): Promise<Measurement> {
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-bench-scale-'));
  try {
    const most = Math.max(...COUNTS);
    await using site = await openSite(folder, { workers: most, long: most, short: SHORT_JOBS });
    const runs: RealRun[] = [];
    for (const workers of short ? [2] : COUNTS) {
      runs.push(await runReal(site, { workers, cores: CORES, windowSeconds: short ? 5 : 30 }));
      console.error(JSON.stringify(runs.at(-1)));
    }
    const paper = { long: await runPaper(site, site.long), short: await runPaper(site, site.short) };
    console.error(JSON.stringify(paper));
    const holding = await costOfHolding(site, site.long, short ? 4 : 10);
    const shared = {
      claims: [await claimSeconds(site, FEW_WAITING), await claimSeconds(site, MANY_WAITING)],
      journalSeconds: await journalSeconds(folder),
      unsealSecondsPerByte: await unsealSeconds(folder, site),
    };
    const costs = costsOf(runs, paper, holding, shared);
    const exhibitBytes = site.long[0]?.bytes ?? 0;
    const checks = checksOf(runs, paper.long, costs, exhibitBytes);
    const sites = sitesOf(exhibitBytes);
    const simulated = Object.entries(sites).map(([name, siteOf]) => ({
      site: name,
      workers: [10, 100, 1_000].map((workers) => ({ workers, ...readable(simulate(costs, siteOf(workers))) })),
      most: mostWorkers(costs, siteOf),
    }));
    return {
      rounds: 1,
      goals: goalsOf(runs, checks, simulated),
      raw: { coresEach: CORES, runs, paper, holding, shared, costs, checks, simulated },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Paper = Awaited<ReturnType<typeof runPaper>>;
type Shared = {
  readonly claims: readonly number[];
  readonly journalSeconds: number;
  readonly unsealSecondsPerByte: number;
};

function costsOf(
  runs: readonly RealRun[],
  paper: { readonly long: Paper; readonly short: Paper },
  holding: { readonly gatewaySeconds: number; readonly databaseSeconds: number },
  { claims: [few = 0, many = 0], journalSeconds, unsealSecondsPerByte }: Shared,
): UnitCosts {
  const [alone] = runs;
  if (alone === undefined) throw new Error('no run');
  const gateway = apart(paper, 'gatewaySeconds');
  const database = apart(paper, 'databaseSeconds');
  const claimSecondsPerWaiting = Math.max(0, many - few) / (MANY_WAITING - FEW_WAITING);
  return {
    // A machine of one core for each worker.
    segmentSeconds: alone.usedSeconds / (alone.segmentsPerSecond * alone.windowSeconds),
    unsealSecondsPerByte,
    claimSeconds: Math.max(0, few - claimSecondsPerWaiting * FEW_WAITING),
    claimSecondsPerWaiting,
    gatewaySegmentSeconds: gateway.segment,
    gatewayJobSeconds: gateway.job,
    gatewayLeaseSeconds: holding.gatewaySeconds,
    databaseSegmentSeconds: database.segment,
    databaseJobSeconds: database.job,
    databaseLeaseSeconds: holding.databaseSeconds,
    journalSeconds,
    journalRecords: paper.long.journalRecords / paper.long.segments,
    resultBytes: alone.resultBytes,
  };
}

/** What segments and what jobs took, from a run of few long jobs and one of many short ones. */
function apart(
  { long, short }: { readonly long: Paper; readonly short: Paper },
  what: 'gatewaySeconds' | 'databaseSeconds',
): { readonly segment: number; readonly job: number } {
  const determinant = long.segments * short.jobs - short.segments * long.jobs;
  const segment = (long[what] * short.jobs - short[what] * long.jobs) / determinant;
  const job = (long.segments * short[what] - short.segments * long[what]) / determinant;
  return { segment: Math.max(0, segment), job: Math.max(0, job) };
}

/** How far the simulation is from what ran: real workers, and paper workers that do nothing but ask. */
function checksOf(runs: readonly RealRun[], paper: Paper, costs: UnitCosts, exhibitBytes: number) {
  const here = (workers: number): Site => ({
    ...{ workers, exhibitBytes, segmentsPerExhibit: LONG_SEGMENTS, workersPerCase: workers },
    ...{ waitingSegments: LONG_SEGMENTS * 4, networkBytesPerSecond: 1e9, diskBytesPerSecond: 1e9, databaseCores: 2 },
  });
  const compare = (measured: number, predicted: number) => ({ measured, predicted, ratio: predicted / measured });
  const slower = { ...costs, segmentSeconds: costs.segmentSeconds / CORES };
  return {
    real: runs.map(({ workers, segmentsPerSecond }) => ({
      workers,
      ...compare(segmentsPerSecond, simulate(slower, here(workers), { rounds: 300 }).segmentsPerSecond),
    })),
    paper: compare(
      paper.segments / paper.seconds,
      simulate(
        { ...costs, segmentSeconds: 0, unsealSecondsPerByte: 0 },
        { ...here(16), exhibitBytes: 0 },
        { rounds: 200 },
      ).segmentsPerSecond,
    ),
  };
}

/** 10 Gbit/s to the vault's folder, which reads as fast; four cores of a database; the default bound of 64 segments a case. */
const SHOP = { networkBytesPerSecond: 1.25e9, diskBytesPerSecond: 1.25e9, databaseCores: 4 } as const;
const CASE_BOUND = 64;

function sitesOf(benchBytes: number): Readonly<Record<string, (workers: number) => Site>> {
  // An hour at 4 Mbit/s, sixty segments.
  const hour = { exhibitBytes: (3_600 * 4e6) / 8, segmentsPerExhibit: 60 };
  const minutes = { exhibitBytes: benchBytes, segmentsPerExhibit: LONG_SEGMENTS };
  return {
    'rendered files of this bench, a case for eight workers': (workers) => ({
      ...{ workers, ...SHOP, ...minutes, workersPerCase: Math.min(8, workers), waitingSegments: 10 * workers },
    }),
    'hours at 4 Mbit/s, a case for eight workers': (workers) => ({
      ...{ workers, ...SHOP, ...hour, workersPerCase: Math.min(8, workers), waitingSegments: 10 * workers },
    }),
    'hours at 4 Mbit/s, as many workers on one case as it may have': (workers) => ({
      ...{ workers, ...SHOP, ...hour, workersPerCase: Math.min(CASE_BOUND, workers), waitingSegments: 10 * workers },
    }),
  };
}

const readable = ({ segmentsPerSecond, efficiency, busy, first }: ReturnType<typeof simulate>) => ({
  segmentsPerSecond: rounded(segmentsPerSecond),
  efficiency: rounded(efficiency),
  busy: Object.fromEntries(RESOURCES.map((name) => [name, rounded(busy[name])])),
  first,
});

function goalsOf(
  runs: readonly RealRun[],
  checks: ReturnType<typeof checksOf>,
  simulated: readonly { readonly site: string; readonly most: { readonly workers: number; readonly first: string } }[],
): readonly Goal[] {
  const [alone] = runs;
  const efficiencies = runs.slice(1).map((run): Goal => {
    const value = rounded(run.segmentsPerSecond / (run.workers * (alone?.segmentsPerSecond ?? Number.NaN)));
    const goal = `${run.workers} workers with ${CORES} of a core each: segments a second over ${run.workers} times one worker's >= 0.9`;
    return { id: `efficiency_${run.workers}`, goal, value, met: value >= 0.9 };
  });
  const within = (ratio: number, most: number): boolean => ratio >= 1 / most && ratio <= most;
  const worst = checks.real.reduce(
    (far, { ratio }) => (Math.abs(Math.log(ratio)) > Math.abs(Math.log(far)) ? ratio : far),
    1,
  );
  return [
    ...efficiencies,
    {
      id: 'simulated_real',
      goal: 'segments a second simulated over measured, the worst of these runs: within 1.15',
      value: rounded(worst),
      met: within(worst, 1.15),
    },
    {
      id: 'simulated_paper',
      goal: 'the same for sixteen workers that only ask: within 2',
      value: rounded(checks.paper.ratio),
      met: within(checks.paper.ratio, 2),
    },
    ...simulated.map(
      ({ site, most }, index): Goal => ({
        id: `workers_${index + 1}`,
        goal: `simulated: workers at 0.9 of their speed, ${site}; then the ${most.first} is what they wait for (no aim)`,
        value: most.workers,
        met: true,
      }),
    ),
  ];
}

/** Seconds of one claim where so many segments wait. */
async function claimSeconds(site: BenchSite, waiting: number): Promise<number> {
  const name = `claims_${waiting}`;
  const admin = new pg.Client({ connectionString: site.postgres.urlOf('postgres') });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  const database = await openDatabase({ url: site.postgres.urlOf(name) });
  try {
    const job = await addRunningJob(database, 'claims', 1, { mostAtOnce: 1_000_000 });
    await database.inCase(job.caseId, async (tx) => {
      await tx.query(
        `INSERT INTO segments (job_id, case_id, n, from_seconds, to_seconds, state)
         SELECT $1, $2, n, 0, 60, 'waiting' FROM generate_series(1, $3) AS n`,
        [job.id, job.caseId, waiting - 1],
      );
    });
    await database.vacuum(['segments']);
    const claim = () => database.inLeases((tx) => claimSegment(tx, { holder: 'bench', planSha256: 'claims' }));
    await claim();
    const start = performance.now();
    for (let n = 0; n < CLAIMS; n++) if ((await claim()) === undefined) throw new Error('no segment');
    return (performance.now() - start) / 1000 / CLAIMS;
  } finally {
    await database.close();
  }
}

/** Seconds of one durable record, when many wait together. */
async function journalSeconds(folder: string): Promise<number> {
  const signingKey = generateKeyPairSync('ed25519').privateKey;
  const common = { origin: 'bench/log', clock: systemClock, software: 'differe/bench' };
  const log = await openLog({ dir: path.join(folder, 'bench-log'), signingKey, ...common });
  const append = () =>
    log.append({
      action: 'job.step',
      actor: { id: 'gateway', role: 'worker', service: '-' },
      reason: { procedure: 'PV-2026-000042', requisition: '-', op: 'job.step' },
      objects: [],
      outcome: { effect: 'permit', policyId: '-', code: 'OK' },
    });
  const start = performance.now();
  await Promise.all(Array.from({ length: APPENDS }, append));
  const seconds = (performance.now() - start) / 1000;
  await log.close();
  return seconds / APPENDS;
}

/** Seconds in which a worker decrypts and hashes one byte. */
async function unsealSeconds(folder: string, { vault, caseId }: BenchSite): Promise<number> {
  const object = newId<ObjectId>();
  await vault.put(caseId as CaseId, object, Buffer.alloc(UNSEALED_BYTES, 1));
  const start = performance.now();
  await decryptTo(path.join(folder, 'unsealed'), caseId as CaseId, object, vault);
  return (performance.now() - start) / 1000 / UNSEALED_BYTES;
}
