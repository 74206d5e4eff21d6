import { setTimeout as delay } from 'node:timers/promises';
import type { ObjectId } from '../../gateway/ids.ts';
import type { BenchSite, BenchWorker } from './site.ts';

// Workers that analyse: in a window in which all of them have work, each with an equal share of the processor.

export interface RealRun {
  readonly workers: number;
  /** Segments done in the window, those under way at its edges by the part that lies within. */
  readonly segmentsPerSecond: number;
  /** From lease to result, mean. */
  readonly segmentSeconds: number;
  /** Processor seconds that the workers took in the window, and were given. */
  readonly usedSeconds: number;
  readonly givenSeconds: number;
  readonly gatewaySeconds: number;
  readonly databaseSeconds: number;
  readonly windowSeconds: number;
  readonly resultBytes: number;
}

interface Row {
  readonly job_id: string;
  readonly n: number;
  readonly holder: string;
  readonly begun: number;
  readonly ended: number | null;
  readonly object_id: ObjectId | null;
}

const LOOK_MS = 100;

/** Lets so many workers work for so long. */
export async function runReal(
  site: BenchSite,
  options: { readonly workers: number; readonly cores: number; readonly windowSeconds: number },
): Promise<RealRun> {
  const { caseId, client } = site;
  const workers: BenchWorker[] = [];
  const jobs: string[] = [];
  try {
    for (let n = 0; n < options.workers; n++) workers.push(await site.startWorker(n, options.cores));
    // More than they can do, so that nobody is ever without work.
    for (const { id } of site.long.slice(0, Math.max(2, options.workers)))
      jobs.push((await client.json<{ id: string }>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId: id })).id);
    const rows = (): Promise<Row[]> =>
      site.asOwner<Row>(
        `SELECT job_id, n, holder, object_id, extract(epoch FROM leased_at)::float8 AS begun,
           CASE WHEN state = 'done' THEN extract(epoch FROM finished_at)::float8 END AS ended
         FROM segments WHERE job_id = ANY ($1) AND holder IS NOT NULL`,
        [jobs],
      );
    const until = async (holds: (found: readonly Row[]) => boolean): Promise<readonly Row[]> => {
      for (;;) {
        const found = await rows();
        if (holds(found)) return found;
        await delay(LOOK_MS);
      }
    };
    // The first of each brings its program into memory and the exhibit into its folder.
    await until((found) =>
      workers.every(({ holder }) => found.some((row) => row.holder === holder && row.ended !== null)),
    );
    const took = async () => ({
      at:
        (await site.asOwner<{ now: number }>('SELECT extract(epoch FROM clock_timestamp())::float8 AS now'))[0]?.now ??
        0,
      workers: sum(await Promise.all(workers.map(({ share }) => share.usedSeconds()))),
      gateway: await site.gateway.usedSeconds(),
      database: await site.databaseShare.usedSeconds(),
    });
    const from = await took();
    await delay(options.windowSeconds * 1000);
    const to = await took();
    const done = await until((found) => found.every(({ begun, ended }) => ended !== null || begun >= to.at));
    const window = to.at - from.at;
    const credit = done.map(({ begun, ended }) =>
      ended === null ? 0 : Math.max(0, Math.min(ended, to.at) - Math.max(begun, from.at)) / (ended - begun),
    );
    const within = done.filter(({ begun, ended }) => ended !== null && ended > from.at && begun < to.at);
    const sizes: number[] = [];
    for (const { object_id } of done) {
      if (object_id === null) continue;
      // A job that has closed meanwhile has removed what its segments gave.
      const bytes = await site.vault
        .get(caseId as Parameters<typeof site.vault.get>[0], object_id)
        .catch(() => undefined);
      if (bytes !== undefined) sizes.push(bytes.length);
    }
    return {
      workers: options.workers,
      segmentsPerSecond: sum(credit) / window,
      segmentSeconds: sum(within.map(({ begun, ended }) => (ended ?? 0) - begun)) / within.length,
      usedSeconds: to.workers - from.workers,
      givenSeconds: window * options.cores * options.workers,
      gatewaySeconds: to.gateway - from.gateway,
      databaseSeconds: to.database - from.database,
      windowSeconds: window,
      resultBytes: sum(sizes) / sizes.length,
    };
  } finally {
    for (const job of jobs) await client.json('DELETE', `/api/v1/cases/${caseId}/jobs/${job}`).catch(() => undefined);
    for (const worker of workers) await worker.stop();
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
