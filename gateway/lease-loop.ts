import pg from 'pg';
import * as leases from './analysis/lease-store.ts';
import type { Database } from './database.ts';
import { AppError } from './errors.ts';

// Takes segments and keeps their leases alive while they are worked on: the same in the gateway and in a worker.

export interface LeaseLoopOptions {
  readonly database: Pick<Database, 'url' | 'inLeases'>;
  readonly holder: string;
  /** Segments of other plans are not for this process. */
  readonly planSha256: string;
  readonly atOnce: number;
  mayClaim(): boolean;
  onError(error: unknown): void;
}

/** How the holders that are gateways begin. */
export const GATEWAY_PREFIX = 'gateway.';

export interface LeaseLoop {
  /** Takes no more, aborts what is under way, gives it back and waits for that. */
  stop(): Promise<void>;
}

const LOOK_MS = 1_000;
const BEAT_MS = 2_000;
/** A holder that could not renew for so long counts its lease as lost before anybody else may take it. */
const LOST_AFTER_MS = leases.LEASE_SECONDS * 800;
const RETRY_AFTER_SECONDS = 1;

/** Why work stops: its lease is no longer this process's. Nothing of it may be handed in. */
export const leaseLost = (): AppError => new AppError('E_JOB_FAILED', { detail: 'the lease is lost' });

/**
 * Claims segments as long as there are any, `atOnce` at a time. `work` is given the lease and a signal that aborts when it is lost; what it
 * throws gives the segment back.
 */
export function startLeaseLoop(
  options: LeaseLoopOptions,
  work: (lease: leases.Lease, signal: AbortSignal) => Promise<void>,
): LeaseLoop {
  const { database } = options;
  const underWay = new Map<leases.Lease, { readonly stop: AbortController; readonly done: Promise<void> }>();
  let stopping = false;
  let claiming = false;
  let again = false;

  async function fill(): Promise<void> {
    again = true;
    if (claiming) return;
    claiming = true;
    try {
      while (again) {
        again = false;
        while (!stopping && underWay.size < options.atOnce && options.mayClaim()) {
          const lease = await database.inLeases((tx) => leases.claimSegment(tx, options));
          if (lease === undefined) break;
          const stop = new AbortController();
          const done = hold(lease, stop).finally(() => {
            underWay.delete(lease);
            void fill();
          });
          underWay.set(lease, { stop, done });
          if (stopping) stop.abort(leaseLost());
        }
      }
    } catch (error) {
      if (!stopping) options.onError(error);
    } finally {
      claiming = false;
    }
  }

  async function hold(lease: leases.Lease, stop: AbortController): Promise<void> {
    let confirmedAt = performance.now();
    let asking = false;
    const beat = setInterval(() => {
      const askedAt = performance.now();
      if (askedAt - confirmedAt > LOST_AFTER_MS) stop.abort(leaseLost());
      if (asking || stop.signal.aborted) return;
      asking = true;
      database
        .inLeases((tx) => leases.renewLease(tx, lease))
        .then(
          (isHeld) => {
            if (isHeld) confirmedAt = askedAt;
            else stop.abort(leaseLost());
          },
          () => undefined,
        )
        .finally(() => {
          asking = false;
        });
    }, BEAT_MS);
    try {
      await work(lease, stop.signal);
    } catch (error) {
      if (!stop.signal.aborted) options.onError(error);
      await database.inLeases((tx) => leases.releaseLease(tx, lease, RETRY_AFTER_SECONDS)).catch(() => undefined);
    } finally {
      clearInterval(beat);
    }
    if (stopping) await database.inLeases((tx) => leases.releaseLease(tx, lease, 0)).catch(() => undefined);
  }

  const notices = listen(database.url, [leases.SEGMENTS_CHANNEL], () => void fill());
  const timer = setInterval(() => void fill(), LOOK_MS);
  void fill();

  return {
    async stop() {
      stopping = true;
      clearInterval(timer);
      await notices.stop();
      for (const { stop } of underWay.values()) stop.abort(leaseLost());
      await Promise.all([...underWay.values()].map(({ done }) => done));
    },
  };
}

/** Calls back at each notice of these channels; a session that is lost is opened again. Whoever listens looks by the clock as well. */
export function listen(url: string, channels: readonly string[], heard: () => void): { stop(): Promise<void> } {
  let client: pg.Client | undefined;
  let stopping = false;
  let timer: NodeJS.Timeout | undefined;
  async function open(): Promise<void> {
    const fresh = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000, keepAlive: true });
    client = fresh;
    let isOver = false;
    const over = (): void => {
      if (isOver || stopping) return;
      isOver = true;
      fresh.end().catch(() => undefined);
      timer = setTimeout(() => void open(), LOOK_MS);
    };
    fresh.on('error', over);
    fresh.on('end', over);
    fresh.on('notification', heard);
    try {
      await fresh.connect();
      for (const channel of channels) await fresh.query(`LISTEN ${channel}`);
      heard();
    } catch {
      over();
    }
  }
  void open();
  return {
    async stop() {
      stopping = true;
      clearTimeout(timer);
      await client?.end().catch(() => undefined);
    },
  };
}
