import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface MetricSources {
  /** Segments that wait or run; asked at each scrape. */
  queueDepth(): Promise<number>;
  logSize(): Promise<number>;
  /** What is late, by a closed word. */
  overdue(): Promise<Readonly<Record<OverdueKind, number>>>;
}

/** Kinds of what can be late: cases to be erased, orders of magistrates, results in quarantine, reviews of self-control, requests of persons, records of the journal. */
export const OVERDUE_KINDS = ['purge', 'order', 'quarantine', 'review', 'request', 'journal'] as const;
export type OverdueKind = (typeof OVERDUE_KINDS)[number];

/** The metrics of contracts.md. No label carries case data (LOG-08): labels are closed words of this file, codes and model names. */
export function createMetrics(sources: MetricSources) {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    jobs: new Counter({
      name: 'differe_jobs_total',
      help: 'Analyses by state reached',
      labelNames: ['state'],
      registers,
    }),
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
    refusals: new Counter({
      name: 'differe_refusals_total',
      help: 'Refusals by code',
      labelNames: ['code'],
      registers,
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

export type Metrics = ReturnType<typeof createMetrics>;
