import { createPrivateKey } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Histogram } from 'prom-client';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import * as leases from '../../gateway/analysis/lease-store.ts';
import * as jobs from '../../gateway/analysis/store.ts';
import type { Database, Transaction } from '../../gateway/database.ts';
import { createDeskLock } from '../../gateway/desk-lock.ts';
import { AppError } from '../../gateway/errors.ts';
import type { Exhibit } from '../../gateway/footage/types.ts';
import { newId, type ObjectId } from '../../gateway/ids.ts';
import type { Decision } from '../../gateway/policy/types.ts';
import type { Requisition } from '../../gateway/requisition/types.ts';
import { openVault } from '../../gateway/vault.ts';
import { startWorkerDesk } from '../../gateway/worker-desk.ts';
import { type Grant, grantLabel, sealEnding } from '../../gateway/worker-grant.ts';
import { newWorkerKey, openForWorker, readWorkers } from '../../gateway/worker-keys.ts';
import { testDatabase } from '../support/database.ts';
import { addRunningJob } from '../support/running-job.ts';

const PLAN = 'plan';

/** A desk on a real database and vault, whose requisitions are all in order; what it ends a job with is kept. */
async function openDesk(given: { readonly database: Database; mayProcess?(): boolean }) {
  const { database } = given;
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-desk-'));
  const vault = await openVault({
    dataDir: path.join(folder, 'vault'),
    keysDir: path.join(folder, 'keys'),
    installationKey: Buffer.alloc(32, 5),
  });
  const { pem, publicText } = newWorkerKey();
  const workers = readWorkers(`machine ${publicText}\n`);
  const [keyId = ''] = [...workers.keys()];
  const stageSeconds = new Histogram({ name: 'seconds', help: '-', labelNames: ['stage'], registers: [] });
  const ends: string[] = [];
  const errors: unknown[] = [];
  const sha256 = 'a'.repeat(64);
  const exhibit = { sha256, timeline: {}, windows: [], object: newId<ObjectId>() } as unknown as Exhibit;
  const served = vi.fn();
  const desk = startWorkerDesk(
    {
      ...{ database, vault, workers, here: 'gateway.test', metrics: { stageSeconds } },
      mayProcess: given.mayProcess ?? (() => true),
      onError: (error) => errors.push(error),
    },
    {
      async step(jobId, _lastTry, work) {
        served(jobId);
        const caseId = (await database.inService((tx) => jobs.caseOfJob(tx, jobId))) ?? newId();
        const job = await database.inCase(caseId, (tx) => jobs.findJob(tx, jobId));
        if (job === undefined) return;
        const requisition = {
          caseId,
          schedule: { exhibits: [{ sha256 }] },
          authorisation: { sub: '-' },
        } as unknown as Requisition;
        await work(job, requisition).catch((error: unknown) => {
          ends.push(error instanceof AppError ? error.code : String(error));
        });
      },
      demandStep: () => ({ effect: 'permit', policyId: '-', reason: 'OK' }) as unknown as Decision,
      loadExhibit: async (requisition) => ({ ...exhibit, caseId: requisition.caseId }),
      journal: async () => undefined,
      announceUse: async () => undefined,
      async finish(job, _requisition, lease, object, work) {
        await database.inCase(job.caseId, (tx) => jobs.finishSegment(tx, lease, object, work));
      },
    },
  );
  onTestFinished(async () => {
    await desk.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const privateKey = createPrivateKey(pem);
  return {
    ...{ vault, ends, errors, served, stageSeconds },
    holder: `${keyId}.1`,
    open: (lease: leases.Lease, sealed: Buffer) =>
      JSON.parse(openForWorker(privateKey, grantLabel(lease), sealed)) as Grant,
  };
}

describe('the desk of the workers', () => {
  /** A lease with its grant, as a worker has them. */
  async function granted() {
    const database = await testDatabase();
    const desk = await openDesk({ database });
    const { caseId, id } = await addRunningJob(database, PLAN, 1);
    await desk.vault.createCase(caseId);
    const claim = { holder: desk.holder, planSha256: PLAN };
    const lease = (await database.inLeases((tx) => leases.claimSegment(tx, claim))) as leases.Lease;
    const sealed = await vi.waitFor(async () => {
      const state = await database.inLeases((tx) => leases.readGrant(tx, lease));
      if (state?.granted === undefined) throw new Error('not granted');
      return state.granted;
    }, WAIT);
    const say = (said: Buffer) => database.inLeases((tx) => saidAloud(tx, lease, said));
    return { ...{ database, desk, caseId, id, lease, say }, grant: desk.open(lease, sealed) };
  }

  it('SEC-03: ends a job by what a worker says of its footage, when it is said under the key of its grant', async () => {
    const { desk, lease, grant, say } = await granted();
    await say(sealEnding(Buffer.from(grant.draft.key, 'base64'), lease, { failureCode: 'E_MEDIA_BREAKOUT' }));
    await vi.waitFor(() => expect(desk.ends).toContain('E_MEDIA_BREAKOUT'), WAIT);
  });

  it('SEC-03: believes no end of a lease that a login of the database wrote, that was said of another lease, or before a grant', async () => {
    const { database, desk, lease, grant, say, caseId, id } = await granted();
    const key = Buffer.from(grant.draft.key, 'base64');
    const forged = [
      Buffer.from('E_MEDIA_BREAKOUT'),
      sealEnding(Buffer.alloc(32, 9), lease, { failureCode: 'E_MEDIA_BREAKOUT' }),
      sealEnding(key, { ...lease, fence: lease.fence - 1 }, { failureCode: 'E_MEDIA_BREAKOUT' }),
      sealEnding(Buffer.alloc(32, 9), lease, { offered: true }),
    ];
    for (const [index, said] of forged.entries()) {
      expect(await say(said)).toBe(true);
      await vi.waitFor(async () => {
        const state = await database.inLeases((tx) => leases.readGrant(tx, lease));
        expect(state?.isSaid).toBe(false);
      }, WAIT);
      expect(desk.errors).toHaveLength(index + 1);
    }
    // The lease has gone on meanwhile: it is the one that it was, and what its holder says of it counts.
    expect(desk.ends).toEqual([]);
    const result = { index: 0, tracks: [], intervals: [], arguments: [], audit: { samples: 0, missed: 0 } };
    const text = JSON.stringify({ ...result, work: { decodedFrames: 3, detectorCalls: 2 } });
    await desk.vault.put(caseId, grant.draft.object, Buffer.from(text));
    await say(sealEnding(key, lease, { offered: true }));
    await vi.waitFor(async () => {
      const job = await database.inCase(caseId, (tx) => jobs.findJob(tx, id));
      expect(job).toMatchObject({ segmentsDone: 1, work: { decodedFrames: 3, detectorCalls: 2 } });
    }, WAIT);
    // SEC-10: what a worker took is in the same metric as what the gateway itself took.
    const { values } = await desk.stageSeconds.get();
    const count = values.find(({ metricName }) => metricName === 'seconds_count');
    expect(count).toMatchObject({ labels: { stage: 'segment' }, value: 1 });
  });

  it('is given up by a gateway in safe mode, so that another one serves the workers', async () => {
    const database = await testDatabase();
    let mayFirst = true;
    const first = await openDesk({ database, mayProcess: () => mayFirst });
    const { caseId } = await addRunningJob(database, PLAN, 2);
    await first.vault.createCase(caseId);
    const claim = { holder: first.holder, planSha256: PLAN };
    await database.inLeases((tx) => leases.claimSegment(tx, claim));
    await vi.waitFor(() => expect(first.served).toHaveBeenCalled(), WAIT);
    const second = await openDesk({ database });
    await second.vault.createCase(caseId);
    mayFirst = false;
    await database.inLeases((tx) => leases.claimSegment(tx, { ...claim, holder: second.holder }));
    await vi.waitFor(() => expect(second.served).toHaveBeenCalled(), WAIT);
  });
});

describe('the lock of the desk', () => {
  it('is one gateway’s at a time, and free when that one gives it up or ends', async () => {
    const { url } = await testDatabase();
    const [one, two] = [createDeskLock(url), createDeskLock(url)];
    onTestFinished(() => Promise.all([one.giveUp(), two.giveUp()]).then(() => undefined));
    expect(await one.take()).toBe(true);
    expect(await two.take()).toBe(false);
    await one.giveUp();
    await vi.waitFor(async () => expect(await two.take()).toBe(true), WAIT);
    expect([await one.take(), one.isHeld(), two.isHeld()]).toEqual([false, false, true]);
  });

  it('goes to another gateway when the cable of its holder is cut, and its holder has stopped before', async () => {
    const database = await testDatabase();
    const cable = await startCable(database.url);
    const silenceMs = 3_000;
    const [cut, other] = [createDeskLock(cable.url, silenceMs), createDeskLock(database.url, silenceMs)];
    onTestFinished(async () => {
      cable.end();
      await Promise.all([cut.giveUp(), other.giveUp()]);
    });
    expect(await cut.take()).toBe(true);
    cable.cut();
    const stopped = vi.waitFor(async () => {
      await cut.take().catch(() => undefined);
      expect(cut.isHeld()).toBe(false);
    }, WAIT);
    await vi.waitFor(async () => {
      if (!(await other.take())) throw new Error('not free yet');
      expect(cut.isHeld()).toBe(false);
    }, WAIT);
    await stopped;
  });
});

const saidAloud = async (tx: Transaction, lease: leases.Lease, said: Buffer): Promise<boolean> => {
  await leases.notify(tx, leases.ASKED_CHANNEL);
  return await leases.sayEnding(tx, lease, said);
};

const WAIT = { timeout: 30_000, interval: 20 } as const;

/** A way to the server over TCP that can go silent without a word to either end, as a pulled cable does. */
async function startCable(url: string): Promise<{ readonly url: string; cut(): void; end(): void }> {
  const { searchParams, pathname } = new URL(url.replace('postgresql:///', 'postgresql://localhost/'));
  const sockets: net.Socket[] = [];
  let isCut = false;
  const server = net.createServer((near) => {
    const far = net.connect(path.join(searchParams.get('host') ?? '', '.s.PGSQL.5432'));
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.push(from);
      from.on('error', () => undefined);
      from.on('data', (bytes) => isCut || to.write(bytes));
      from.on('end', () => isCut || to.end());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  return {
    url: `postgresql://${searchParams.get('user')}@127.0.0.1:${port}${pathname}`,
    cut: () => {
      isCut = true;
    },
    end() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
