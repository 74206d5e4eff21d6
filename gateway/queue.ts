import { type JobWithMetadata, PgBoss } from 'pg-boss';
import type { QueueAges } from './metrics.ts';

/** Work that waits in PostgreSQL. Payloads carry ids alone: what they stand for is sealed elsewhere. */
export interface WorkQueue {
  /** Asks for an analysis to be planned, or taken up again where it stands. */
  askForAnalysis(jobId: string): Promise<void>;
  /** Removes what waits, or is kept, of these jobs. */
  forget(jobIds: readonly string[]): Promise<void>;
  /** Of analyses that wait to be planned; segments stand in leases. */
  ages(): Promise<Pick<QueueAges, 'oldestWaitingSeconds' | 'longestSilenceSeconds'>>;
  stop(): Promise<void>;
}

export interface QueueHandlers {
  /** `lastTry` is true when a failure will not be tried again. */
  analysis(jobId: string, lastTry: boolean): Promise<void>;
}

/** How often what failed is tried again. */
export const RETRIES = 2;
// New work wakes the workers at once; a retry comes due without a notice, so it waits for the next look.
const POLLING = { pollingIntervalSeconds: 1, notifyPollingIntervalSeconds: 1 } as const;
const ANALYSIS = 'analysis';
const AGES = `
  SELECT extract(epoch FROM max(now() - created_on) FILTER (WHERE state IN ('created', 'retry'))) AS waiting,
         extract(epoch FROM max(now() - greatest(heartbeat_on, started_on)) FILTER (WHERE state = 'active')) AS silence
  FROM queue.job WHERE name = $1`;

/**
 * Starts pg-boss on the gateway's database. A worker that is killed stops its heartbeat and its work returns to the queue; the
 * handlers see in their own tables what was already done, so nothing is done twice.
 */
export async function startQueue(
  options: { readonly databaseUrl: string; onError(error: Error): void },
  handlers: QueueHandlers,
): Promise<WorkQueue> {
  const boss = new PgBoss({
    connectionString: options.databaseUrl,
    schema: 'queue',
    max: 4,
    useListenNotify: true,
    schedule: false,
  });
  boss.on('error', options.onError);
  await boss.start();
  const queue = {
    retryLimit: RETRIES,
    retryDelay: 1,
    expireInSeconds: 6 * 3600,
    heartbeatSeconds: 30,
    notify: true,
  } as const;
  await boss.createQueue(ANALYSIS, queue);

  await boss.work(
    ANALYSIS,
    { ...POLLING, localConcurrency: 2, includeMetadata: true },
    async (jobs: JobWithMetadata<{ jobId: string }>[]) => {
      for (const job of jobs) await handlers.analysis(job.data.jobId, job.retryCount >= RETRIES);
    },
  );

  return {
    async askForAnalysis(jobId) {
      await boss.send(ANALYSIS, { jobId });
    },
    async forget(jobIds) {
      await boss.getDb().executeSql(`DELETE FROM queue.job WHERE data->>'jobId' = ANY($1)`, [jobIds]);
    },
    async ages() {
      const { rows } = (await boss.getDb().executeSql(AGES, [ANALYSIS])) as {
        rows: { waiting: string | null; silence: string | null }[];
      };
      return {
        oldestWaitingSeconds: Number(rows[0]?.waiting ?? 0),
        longestSilenceSeconds: Number(rows[0]?.silence ?? 0),
      };
    },
    stop: () => boss.stop({ graceful: true, timeout: 10_000 }),
  };
}
