import { statfs } from 'node:fs/promises';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { VaultErrorCount } from './vault-errors.ts';

export interface MetricSources {
  /** Segments that wait or run; asked at each scrape. */
  queueDepth(): Promise<number>;
  queueAges(): Promise<QueueAges>;
  logSize(): Promise<number>;
  /** Time of the journal's last record, seconds since the epoch; undefined while it has none. */
  logNewestSeconds(): Promise<number | undefined>;
  /** Records that the newest cosigned checkpoint covers; 0 before the first. */
  logWitnessed(): Promise<number>;
  readonly witnesses: number;
  /** Tries of requests to the vault's bucket that failed since the start. */
  vaultErrors(): readonly VaultErrorCount[];
  nowSeconds(): number;
  /** What keeps content from being processed; empty when nothing does. */
  safeModeCauses(): readonly { readonly step: string; readonly code: string }[];
  /** Folders whose file system can fill up. */
  readonly folders: Readonly<Record<'data' | 'keys' | 'scratch', string>>;
  /** What is late, by a closed word. */
  overdue(): Promise<Readonly<Record<OverdueKind, number>>>;
  /** Requests that are worked on and that wait for it, in this process. */
  requests(): { readonly working: number; readonly waiting: number };
}

/** How long work has waited, and how long the quietest of those who hold work has said nothing; 0 where there is none. */
export interface QueueAges {
  readonly oldestWaitingSeconds: number;
  readonly longestSilenceSeconds: number;
  /** How long the oldest lease of a segment has lasted. */
  readonly oldestLeaseSeconds: number;
}

/** Kinds of what can be late: cases to be erased, orders of magistrates, results in quarantine, reviews of self-control, requests of persons, records of the journal. */
export const OVERDUE_KINDS = ['purge', 'order', 'quarantine', 'review', 'request', 'journal'] as const;
export type OverdueKind = (typeof OVERDUE_KINDS)[number];

const JOB_STATES = ['queued', 'running', 'done', 'failed', 'cancelled'] as const;
/** A counter that begins with its first event shows no increase at that event: those that an alert waits for stand at 0 from the start. */
const WATCHED_CODES = ['E_MEDIA_JAIL', 'E_LOG_DOWN', 'E_DATABASE', 'E_VAULT_STORE', 'E_BUSY'] as const;

/** Not a number where it cannot be read: the other metrics are needed all the more. */
const orNaN = (value: Promise<number>): Promise<number> => value.catch(() => Number.NaN);

/** The metrics of contracts.md. No label carries case data (LOG-08): labels are closed words of this file, codes and model names. */
export function createMetrics(sources: MetricSources) {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  collectState(sources, registers);
  const jobs = new Counter({
    name: 'differe_jobs_total',
    help: 'Analyses by state reached',
    labelNames: ['state'],
    registers,
  });
  for (const state of JOB_STATES) jobs.inc({ state }, 0);
  const jobFailures = new Counter({
    name: 'differe_job_failures_total',
    help: 'Analyses that ended without a result, by code',
    labelNames: ['code'],
    registers,
  });
  const refusals = new Counter({
    name: 'differe_refusals_total',
    help: 'Refusals by code',
    labelNames: ['code'],
    registers,
  });
  for (const code of WATCHED_CODES) for (const counter of [jobFailures, refusals]) counter.inc({ code }, 0);
  return {
    registry,
    jobs,
    jobFailures,
    refusals,
    mediaSeconds: new Counter({
      name: 'differe_media_seconds_total',
      help: 'Media seconds of closed analyses by coverage',
      labelNames: ['mode'],
      registers,
    }),
    frames: new Counter({ name: 'differe_frames_total', help: 'Frames by stage', labelNames: ['stage'], registers }),
    detectorCalls: new Counter({
      name: 'differe_detector_calls_total',
      help: 'Calls of a network',
      labelNames: ['model'],
      registers,
    }),
    stageSeconds: new Histogram({
      name: 'differe_stage_seconds',
      help: 'Seconds a stage took',
      labelNames: ['stage'],
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800],
      registers,
    }),
    queueDepth: new Gauge({
      name: 'differe_queue_depth',
      help: 'Segments that wait or run',
      registers,
      async collect() {
        this.set(await sources.queueDepth());
      },
    }),
    overdue: new Gauge({
      name: 'differe_overdue',
      help: 'Erasures, orders, quarantines and reviews that are overdue, and whether the journal is beyond its retention',
      labelNames: ['what'],
      registers,
      async collect() {
        const counts = await sources.overdue();
        for (const what of OVERDUE_KINDS) this.set({ what }, counts[what]);
      },
    }),
    logSize: new Gauge({
      name: 'differe_log_size',
      help: 'Records in the log',
      registers,
      async collect() {
        this.set(await sources.logSize());
      },
    }),
  };
}

/** What an operator is woken for (SEC-10): whether anything is processed, whether the journal is seen, the clock, the leases, the disks. */
function collectState(sources: MetricSources, registers: Registry[]): void {
  const gauge = (name: string, help: string, read: () => Promise<number>) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(await orNaN(read()));
      },
    });
  gauge('differe_safe_mode', '1 while nothing is processed', async () => Number(sources.safeModeCauses().length > 0));
  new Gauge({
    name: 'differe_safe_mode_cause',
    help: '1 for each step of the self-test that failed, with its code',
    labelNames: ['step', 'code'],
    registers,
    collect() {
      this.reset();
      for (const { step, code } of sources.safeModeCauses()) this.set({ step, code }, 1);
    },
  });
  gauge('differe_requests_working', 'Requests for acts that are worked on', async () => sources.requests().working);
  gauge('differe_requests_waiting', 'Requests that wait to be worked on', async () => sources.requests().waiting);
  gauge('differe_witnesses', 'Witnesses that are asked to cosign the log', async () => sources.witnesses);
  gauge('differe_log_witnessed_size', 'Records that the newest cosigned checkpoint covers', sources.logWitnessed);
  gauge(
    'differe_log_newest_timestamp_seconds',
    "Time of the log's last record",
    async () => (await sources.logNewestSeconds()) ?? Number.NaN,
  );
  new Counter({
    name: 'differe_vault_errors_total',
    help: "Tries of requests to the vault's bucket that failed, by operation and reason; most are tried again",
    labelNames: ['operation', 'reason'],
    registers,
    collect() {
      this.reset();
      for (const { operation, reason, count } of sources.vaultErrors()) this.inc({ operation, reason }, count);
    },
  });
  gauge('differe_clock_seconds', "What the gateway's clock says", async () => sources.nowSeconds());
  gauge('differe_queue_oldest_seconds', 'How long the oldest work has waited; 0 when none does', async () => {
    return (await sources.queueAges()).oldestWaitingSeconds;
  });
  gauge(
    'differe_lease_age_seconds',
    'How long the oldest segment under work has been worked on; 0 when none is',
    async () => {
      return (await sources.queueAges()).oldestLeaseSeconds;
    },
  );
  gauge('differe_lease_silence_seconds', 'Longest silence of a worker that holds work; 0 when none does', async () => {
    return (await sources.queueAges()).longestSilenceSeconds;
  });
  for (const [name, help, read] of [
    ['differe_disk_free_bytes', 'Bytes that the gateway may still write', 'bavail'],
    ['differe_disk_size_bytes', 'Bytes of the file system', 'blocks'],
  ] as const) {
    new Gauge({
      name,
      help,
      labelNames: ['folder'],
      registers,
      async collect() {
        for (const [folder, place] of Object.entries(sources.folders)) {
          const bytes = statfs(place).then((system) => system[read] * system.bsize);
          this.set({ folder }, await orNaN(bytes));
        }
      },
    });
  }
}

export type Metrics = ReturnType<typeof createMetrics>;
