import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { activityOf } from '../../gateway/analysis/activity.ts';
import { countColours } from '../../gateway/analysis/colour.ts';
import * as leases from '../../gateway/analysis/lease-store.ts';
import { readPacketList } from '../../gateway/analysis/packets.ts';
import { analyseGranted } from '../../gateway/analysis/segment.ts';
import { cutSegments } from '../../gateway/analysis/segments.ts';
import { openSight } from '../../gateway/analysis/sight.ts';
import { track } from '../../gateway/analysis/track.ts';
import { folderStore } from '../../gateway/folder-store.ts';
import { hashExhibit } from '../../gateway/footage/commands.ts';
import { probeExhibit } from '../../gateway/footage/probe.ts';
import type { ObjectId } from '../../gateway/ids.ts';
import { listen } from '../../gateway/lease-loop.ts';
import { packets, probe } from '../../gateway/media.ts';
import { sealedObjects } from '../../gateway/sealed-objects.ts';
import { type Grant, grantLabel, sealEnding } from '../../gateway/worker-grant.ts';
import { keyIdOf, openForWorker } from '../../gateway/worker-keys.ts';
import type { BenchSite, Exhibit } from './site.ts';

// Workers that do all that a worker does but look at pictures: they hand in what a real one found. What they cost is what the gateway and
// its database take for a segment.

export interface PaperRun {
  readonly segments: number;
  readonly jobs: number;
  readonly seconds: number;
  readonly gatewaySeconds: number;
  readonly databaseSeconds: number;
  readonly journalRecords: number;
  readonly commits: number;
}

const AT_ONCE = 16;
const LOOK_MS = 250;

interface Machine {
  readonly privateKey: KeyObject;
  readonly keyId: string;
}

const machineOf = (site: BenchSite): Machine => {
  const privateKey = createPrivateKey(site.paperKey);
  return { privateKey, keyId: keyIdOf(createPublicKey(privateKey)) };
};

/** Does one job on each of these exhibits, which are of one length and show the same, with sixteen holders at a time. */
export async function runPaper(site: BenchSite, exhibits: readonly Exhibit[]): Promise<PaperRun> {
  const { client, caseId } = site;
  const results = await resultsOf(exhibits[0]?.file ?? '');
  const from = await measured(site);
  const jobs: string[] = [];
  for (const { id } of exhibits)
    jobs.push((await client.json<{ id: string }>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId: id })).id);
  const work = startPaper(site, results);
  try {
    for (const job of jobs) {
      for (;;) {
        const { state } = await client.json<{ state: string }>('GET', `/api/v1/cases/${caseId}/jobs/${job}`);
        if (state === 'done') break;
        if (!['queued', 'running', 'closing'].includes(state)) throw new Error(`a job of paper workers is ${state}`);
        await delay(20);
      }
    }
  } finally {
    await work.stop();
  }
  const to = await measured(site);
  const [row] = await site.asOwner<{ count: number }>(
    'SELECT count(*)::int AS count FROM segments WHERE job_id = ANY ($1)',
    [jobs],
  );
  return {
    segments: row?.count ?? 0,
    jobs: jobs.length,
    seconds: (to.atMs - from.atMs) / 1000,
    gatewaySeconds: to.gateway - from.gateway,
    databaseSeconds: to.database - from.database,
    journalRecords: to.journal - from.journal,
    commits: to.commits - from.commits,
  };
}

/** What a worker would hand in of each segment, as text, by its number. */
async function resultsOf(file: string): Promise<ReadonlyMap<number, string>> {
  const timeline = await probeExhibit(file, { damaged: false }, { media: { probe, packets } });
  const list = await readPacketList({ timeline }, file);
  const activity = activityOf(list);
  const windows = [{ fromSeconds: 0, toSeconds: timeline.durationSeconds }];
  const exhibit = { sha256: (await hashExhibit(file)).sha256, timeline, windows };
  const sight = await openSight(undefined);
  try {
    const results = new Map<number, string>();
    for (const segment of cutSegments(list, activity)) {
      const input = { exhibit, file, packets: list, segment, framesPerSecond: 5, activity };
      const result = await analyseGranted(input, { ...sight.deps, track, countColours });
      results.set(segment.index, JSON.stringify(result));
    }
    return results;
  } finally {
    await sight.close();
  }
}

/** Processor seconds of gateway and database by second and held lease: leases that are kept and not worked on. */
export async function costOfHolding(
  site: BenchSite,
  exhibits: readonly Exhibit[],
  seconds: number,
): Promise<{ readonly leases: number; readonly gatewaySeconds: number; readonly databaseSeconds: number }> {
  const { client, caseId, database } = site;
  const idle = await measured(site);
  await delay(seconds * 1000);
  const calm = await measured(site);
  const jobs: string[] = [];
  for (const { id } of exhibits)
    jobs.push((await client.json<{ id: string }>('POST', `/api/v1/cases/${caseId}/jobs`, { exhibitId: id })).id);
  const { keyId } = machineOf(site);
  const planSha256 = await planOf(site, jobs);
  const held: leases.Lease[] = [];
  const beat = setInterval(() => {
    for (const lease of held) database.inLeases((tx) => leases.renewLease(tx, lease)).catch(() => undefined);
  }, 2_000);
  for (let misses = 0; misses < 20; ) {
    const lease = await database.inLeases((tx) => leases.claimSegment(tx, { holder: `${keyId}.hold`, planSha256 }));
    if (lease === undefined) {
      misses++;
      await delay(50);
    } else held.push(lease);
  }
  await database.inLeases((tx) => leases.notify(tx, leases.ASKED_CHANNEL));
  // Each gets its grant first, which is a segment's cost and not that of holding.
  for (const lease of held) await untilGranted(site, lease);
  const from = await measured(site);
  await delay(seconds * 1000);
  const to = await measured(site);
  clearInterval(beat);
  for (const job of jobs) await client.json('DELETE', `/api/v1/cases/${caseId}/jobs/${job}`);
  const each = (all: number, none: number): number => Math.max(0, all - none) / (seconds * held.length);
  return {
    leases: held.length,
    gatewaySeconds: each(to.gateway - from.gateway, calm.gateway - idle.gateway),
    databaseSeconds: each(to.database - from.database, calm.database - idle.database),
  };
}

async function measured(site: BenchSite) {
  const [row] = await site.asOwner<{ commits: number }>(
    'SELECT xact_commit::int AS commits FROM pg_stat_database WHERE datname = current_database()',
  );
  return {
    atMs: performance.now(),
    gateway: await site.gateway.usedSeconds(),
    database: await site.databaseShare.usedSeconds(),
    journal: await site.logSize(),
    commits: row?.commits ?? 0,
  };
}

async function planOf(site: BenchSite, jobs: readonly string[]): Promise<string> {
  for (;;) {
    const rows = await site.asOwner<{ plan: string }>(
      `SELECT plan_sha256 AS plan FROM jobs WHERE id = ANY ($1) AND state = 'running'`,
      [jobs],
    );
    if (rows[0] !== undefined) return rows[0].plan;
    await delay(20);
  }
}

async function untilGranted(site: BenchSite, lease: leases.Lease): Promise<Buffer | undefined> {
  for (;;) {
    const state = await site.database.inLeases((tx) => leases.readGrant(tx, lease));
    if (state === undefined || state.granted !== undefined) return state?.granted;
    await delay(20);
  }
}

function startPaper(site: BenchSite, results: ReadonlyMap<number, string>): { stop(): Promise<void> } {
  const { database } = site;
  const { privateKey, keyId } = machineOf(site);
  let stopping = false;
  let plan: string | undefined;
  let wake: (() => void)[] = [];
  const notices = listen(database.url, [leases.ANSWERED_CHANNEL, leases.SEGMENTS_CHANNEL], () => {
    const waiting = wake;
    wake = [];
    for (const each of waiting) each();
  });
  const look = (): Promise<void> =>
    new Promise((resolve) => {
      wake.push(resolve);
      setTimeout(resolve, LOOK_MS);
    });

  async function until<T>(
    lease: leases.Lease,
    answered: (state: NonNullable<Awaited<ReturnType<typeof leases.readGrant>>>) => T | undefined,
  ): Promise<T | undefined> {
    for (;;) {
      const state = await database.inLeases((tx) => leases.readGrant(tx, lease));
      const answer = state === undefined ? undefined : answered(state);
      if (state === undefined || answer !== undefined) return answer;
      await look();
    }
  }

  async function work(lease: leases.Lease): Promise<void> {
    await database.inLeases((tx) => leases.notify(tx, leases.ASKED_CHANNEL));
    const sealed = await until(lease, ({ granted }) => granted);
    if (sealed === undefined) return;
    const { draft } = JSON.parse(openForWorker(privateKey, grantLabel(lease), sealed)) as Grant;
    const key = Buffer.from(draft.key, 'base64');
    await database.inLeases(async (tx) => {
      await leases.askUse(tx, lease);
      await leases.notify(tx, leases.ASKED_CHANNEL);
    });
    await until(lease, ({ isUseTold }) => isUseTold || undefined);
    const objects = sealedObjects(folderStore(site.vaultDir), async () => key);
    await objects.put(lease.caseId, draft.object as ObjectId, Buffer.from(resultOf(lease.n)));
    await database.inLeases(async (tx) => {
      await leases.sayEnding(tx, lease, sealEnding(key, lease, { offered: true }));
      await leases.notify(tx, leases.ASKED_CHANNEL);
    });
    await until(lease, () => undefined);
  }

  function resultOf(n: number): string {
    const known = results.get(n);
    if (known === undefined) throw new Error(`no result of segment ${n}`);
    return known;
  }

  async function lane(n: number): Promise<void> {
    while (!stopping) {
      plan ??= (
        await site.asOwner<{ plan: string }>(`SELECT plan_sha256 AS plan FROM jobs WHERE state = 'running' LIMIT 1`)
      )[0]?.plan;
      const planSha256 = plan;
      const lease =
        planSha256 === undefined
          ? undefined
          : await database.inLeases((tx) => leases.claimSegment(tx, { holder: `${keyId}.${n}`, planSha256 }));
      if (lease === undefined) await look();
      else await work(lease);
    }
  }

  const lanes = Array.from({ length: AT_ONCE }, (_, n) => lane(n));
  const all = Promise.all(lanes);
  all.catch(() => undefined);
  return {
    async stop() {
      stopping = true;
      await all;
      await notices.stop();
    },
  };
}
