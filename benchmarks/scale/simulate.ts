import { randomFrom } from '../scenes/noise.ts';

// How far one gateway carries workers: a closed queue simulated event by event, with no clock, no chance but a seeded one, and no input but
// measured costs. Each worker takes a lease, waits for the gateway, fetches the exhibit unless it has it, computes, hands in; what all share
// (the claims' lock, the database's cores, the gateway's one thread, the network, the disk) serves in turn.

/** What one thing costs, seconds unless it says bytes. Measured by `bench -- scale`. */
export interface UnitCosts {
  /** A worker's own time for a segment, from the grant to its word. */
  readonly segmentSeconds: number;
  /** And for each byte of an exhibit that it fetches, to decrypt and hash it. */
  readonly unsealSecondsPerByte: number;
  /** A claim holds the lock of all claims; and what that grows by for each segment that waits. */
  readonly claimSeconds: number;
  readonly claimSecondsPerWaiting: number;
  /** The gateway's thread: a segment (grant, use, journal, taking the result), a job (planning, merging, closing), a held lease each second. */
  readonly gatewaySegmentSeconds: number;
  readonly gatewayJobSeconds: number;
  readonly gatewayLeaseSeconds: number;
  /** The database's cores: a segment, a job, a held lease each second (beats). */
  readonly databaseSegmentSeconds: number;
  readonly databaseJobSeconds: number;
  readonly databaseLeaseSeconds: number;
  /** The journal, one durable write at a time, and its records a segment. */
  readonly journalSeconds: number;
  readonly journalRecords: number;
  readonly resultBytes: number;
}

/** What is analysed, and on what. */
export interface Site {
  readonly workers: number;
  readonly exhibitBytes: number;
  readonly segmentsPerExhibit: number;
  /** Workers on the exhibits of one case at a time; each of them fetches the whole of an exhibit for what it does of it. */
  readonly workersPerCase: number;
  readonly waitingSegments: number;
  readonly networkBytesPerSecond: number;
  readonly diskBytesPerSecond: number;
  readonly databaseCores: number;
}

export const RESOURCES = ['claims', 'gateway', 'database', 'journal', 'network', 'disk'] as const;
export type Resource = (typeof RESOURCES)[number];

export interface Simulated {
  /** Segments that all workers finish in a second. */
  readonly segmentsPerSecond: number;
  /** That, over what as many workers would do that have the exhibits at hand and wait for nobody. */
  readonly efficiency: number;
  /** Share of its time in which each shared thing is busy. */
  readonly busy: Readonly<Record<Resource, number>>;
  /** The busiest of them. */
  readonly first: Resource;
}

interface Visit {
  /** `own`: the worker itself, whom nobody keeps waiting. */
  readonly resource: Resource | 'own';
  readonly seconds: number;
}

/** Simulates until so many segments a worker are done; the first third is let pass. */
export function simulate(costs: UnitCosts, site: Site, { rounds = 12, seed = 1 } = {}): Simulated {
  const random = randomFrom(seed);
  const servers: Readonly<Record<Resource, number[]>> = {
    claims: [0],
    gateway: [0],
    database: Array.from({ length: site.databaseCores }, () => 0),
    journal: [0],
    network: [0],
    disk: [0],
  };
  const spent: Record<Resource, number> = { claims: 0, gateway: 0, database: 0, journal: 0, network: 0, disk: 0 };
  // What held leases cost by the second slows the thread and the cores that serve the rest; one that has no time left serves nothing.
  const kept = (perLease: number, cores: number): number => Math.max(0.001, 1 - (perLease * site.workers) / cores);
  const pace: Partial<Record<Resource, number>> = {
    gateway: kept(costs.gatewayLeaseSeconds, 1),
    database: kept(costs.databaseLeaseSeconds, site.databaseCores),
  };

  function serve(resource: Resource, seconds: number, fromSeconds: number): number {
    const own = servers[resource];
    const at = own.indexOf(Math.min(...own));
    const length = seconds / (pace[resource] ?? 1);
    const end = Math.max(fromSeconds, own[at] ?? 0) + length;
    own[at] = end;
    spent[resource] += length;
    return end;
  }

  /** The way of one segment. */
  function visits(): readonly Visit[] {
    const perJob = 1 / site.segmentsPerExhibit;
    const gateway = costs.gatewaySegmentSeconds + perJob * costs.gatewayJobSeconds;
    const database = costs.databaseSegmentSeconds + perJob * costs.databaseJobSeconds;
    const fetched = random() < site.workersPerCase / site.segmentsPerExhibit ? site.exhibitBytes : 0;
    const claim = costs.claimSeconds + costs.claimSecondsPerWaiting * site.waitingSegments;
    const own = costs.segmentSeconds * (0.9 + 0.2 * random()) + costs.unsealSecondsPerByte * fetched;
    return [
      { resource: 'claims', seconds: claim },
      { resource: 'database', seconds: database / 2 },
      { resource: 'journal', seconds: costs.journalSeconds * costs.journalRecords },
      { resource: 'gateway', seconds: gateway / 2 },
      { resource: 'disk', seconds: fetched / site.diskBytesPerSecond },
      { resource: 'network', seconds: fetched / site.networkBytesPerSecond },
      { resource: 'own', seconds: own },
      { resource: 'network', seconds: costs.resultBytes / site.networkBytesPerSecond },
      { resource: 'disk', seconds: costs.resultBytes / site.diskBytesPerSecond },
      { resource: 'gateway', seconds: gateway / 2 },
      { resource: 'database', seconds: database / 2 },
    ];
  }

  // One event a visit, so that nobody is served before somebody who came earlier.
  const queue = createQueue<{ readonly visits: readonly Visit[]; readonly next: number; readonly worker: number }>();
  const begin = (worker: number, atSeconds: number): void =>
    queue.add(atSeconds, { visits: visits(), next: 0, worker });
  for (let worker = 0; worker < site.workers; worker++)
    begin(worker, (random() * costs.segmentSeconds * worker) / site.workers);
  const all = rounds * site.workers;
  let [done, markSeconds, markDone] = [0, 0, 0];
  let nowSeconds = 0;
  const atMark: Record<Resource, number> = { ...spent };
  while (done < all) {
    const event = queue.take();
    if (event === undefined) break;
    nowSeconds = event.at;
    const { visits: own, next, worker } = event.value;
    const visit = own[next];
    if (visit === undefined) {
      done += 1;
      if (markDone === 0 && done >= all / 3) {
        [markSeconds, markDone] = [nowSeconds, done];
        Object.assign(atMark, spent);
      }
      begin(worker, nowSeconds);
    } else {
      const { resource, seconds } = visit;
      const end = resource === 'own' ? nowSeconds + seconds : serve(resource, seconds, nowSeconds);
      queue.add(end, { visits: own, next: next + 1, worker });
    }
  }
  const elapsed = nowSeconds - markSeconds;
  const segmentsPerSecond = (done - markDone) / elapsed;
  const busy = Object.fromEntries(
    RESOURCES.map((name) => {
      const served = (spent[name] - atMark[name]) / elapsed / servers[name].length;
      return [name, Math.min(1, Math.max(served, 1 - (pace[name] ?? 1)))];
    }),
  ) as Record<Resource, number>;
  const first = RESOURCES.reduce((most, name) => (busy[name] > busy[most] ? name : most));
  return {
    segmentsPerSecond,
    efficiency: (segmentsPerSecond * costs.segmentSeconds) / site.workers,
    busy,
    first,
  };
}

/** The most workers of a site that are kept at so good an efficiency, to one in a hundred; and what stops the next ones. */
export function mostWorkers(
  costs: UnitCosts,
  siteOf: (workers: number) => Site,
  least = 0.9,
): { readonly workers: number; readonly first: Resource } {
  const holds = (workers: number): boolean => simulate(costs, siteOf(workers)).efficiency >= least;
  if (!holds(1)) return { workers: 0, first: simulate(costs, siteOf(1)).first };
  let [low, high] = [1, 2];
  while (high < MOST && holds(high)) [low, high] = [high, high * 2];
  while (high - low > Math.max(1, low / 100)) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return { workers: low, first: simulate(costs, siteOf(high)).first };
}

const MOST = 8_192;

/** Events by their time; those of one time in the order in which they were added. */
function createQueue<T>() {
  const heap: { readonly at: number; readonly order: number; readonly value: T }[] = [];
  let order = 0;
  const isBefore = (a: number, b: number): boolean => {
    const [one, other] = [heap[a], heap[b]];
    if (one === undefined || other === undefined) return one !== undefined;
    return one.at < other.at || (one.at === other.at && one.order < other.order);
  };
  const swap = (a: number, b: number): void => {
    const [one, other] = [heap[a], heap[b]];
    if (one !== undefined && other !== undefined) [heap[a], heap[b]] = [other, one];
  };
  return {
    add(at: number, value: T): void {
      heap.push({ at, order: order++, value });
      for (let n = heap.length - 1; n > 0; ) {
        const parent = (n - 1) >> 1;
        if (!isBefore(n, parent)) break;
        swap(n, parent);
        n = parent;
      }
    },
    take(): { readonly at: number; readonly value: T } | undefined {
      const top = heap[0];
      const last = heap.pop();
      if (top === undefined || last === undefined || heap.length === 0) return top;
      heap[0] = last;
      for (let n = 0; ; ) {
        const [left, right] = [2 * n + 1, 2 * n + 2];
        const least = [left, right].reduce(
          (found, child) => (child < heap.length && isBefore(child, found) ? child : found),
          n,
        );
        if (least === n) return top;
        swap(n, least);
        n = least;
      }
    },
  };
}
