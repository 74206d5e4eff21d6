import { createPublicKey } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Activity, activityOf } from './analysis/activity.ts';
import { countColours } from './analysis/colour.ts';
import * as leases from './analysis/lease-store.ts';
import { type PacketList, readPacketList } from './analysis/packets.ts';
import { type BuildFacts, buildFacts, planDigest } from './analysis/result.ts';
import { analyseGranted } from './analysis/segment.ts';
import { cutSegments } from './analysis/segments.ts';
import { announced } from './analysis/sight.ts';
import { track } from './analysis/track.ts';
import type { WorkerConfig } from './config.ts';
import { connect } from './database.ts';
import { AppError, type ErrorCode } from './errors.ts';
import { decryptTo } from './footage/open-exhibit.ts';
import { createScratch, type Scratch } from './footage/scratch.ts';
import { type CaseId, newId, type ObjectId } from './ids.ts';
import { leaseLost, listen, startLeaseLoop } from './lease-loop.ts';
import { openModels } from './open-models.ts';
import { reportError } from './report-error.ts';
import { type SealedObjects, sealedObjects } from './sealed-objects.ts';
import { openStore } from './vault-place.ts';
import { type Grant, grantLabel } from './worker-desk.ts';
import { keyIdOf, openForWorker, openWorkerKey } from './worker-keys.ts';

export interface Worker {
  /** As the database names it: digest of its key, and a number of this process. */
  readonly holder: string;
  stop(): Promise<void>;
}

const CONNECTIONS = 3;
const QUERY_TIMEOUT_MS = 5_000;
const LOOK_MS = 250;
const BACK_OFF_MS = 5_000;
const LINGER_MS = 10_000;

/**
 * A worker (decision 0034): takes leases of segments whose plan is its own, works on them and hands results in. It has no key but that of its
 * machine; each grant brings those of one exhibit and of one result, and they go with the lease.
 */
export async function startWorker(config: WorkerConfig): Promise<Worker> {
  const started = new AsyncDisposableStack();
  const keep = <T>(value: T, stop: (value: T) => Promise<unknown>): T => {
    started.defer(async () => void (await stop(value)));
    return value;
  };
  try {
    const privateKey = await openWorkerKey(config.keyFile);
    const store = openStore(config);
    const scratch = await createScratch(config.scratchDir);
    await scratch.sweep();
    // A machine that is cut off must not wait for its answers until TCP gives up.
    const options = { connections: CONNECTIONS, queryTimeoutMs: QUERY_TIMEOUT_MS };
    const database = keep(connect(config.databaseUrl, options), (open) => open.close());
    await database.inLeases(leases.leaseAges);
    // What may run, the gateway has judged: a lease is given only for its own plan, which names each network by its digest.
    const { model, sight } = await openModels(config, async () => undefined, keep);
    const build: BuildFacts = await buildFacts(model === undefined ? 'cpu' : config.provider);
    const holder = `${keyIdOf(createPublicKey(privateKey))}.${newId()}`;
    const copies = keep(createCopies(scratch), (open) => open.close());
    let wake: (() => void)[] = [];
    const notices = listen(config.databaseUrl, [leases.ANSWERED_CHANNEL], () => {
      const waiting = wake;
      wake = [];
      for (const each of waiting) each();
    });
    keep(notices, (open) => open.stop());

    /** Until the gateway has answered; a lease that is gone meanwhile gives undefined. */
    async function untilAnswered<T>(
      lease: leases.Lease,
      lost: AbortSignal,
      answered: (state: { readonly granted: Buffer | undefined; readonly isUseTold: boolean }) => T | undefined,
    ): Promise<T | undefined> {
      for (;;) {
        lost.throwIfAborted();
        const state = await database.inLeases((tx) => leases.readGrant(tx, lease));
        if (state === undefined) return undefined;
        const answer = answered(state);
        if (answer !== undefined) return answer;
        await new Promise<void>((resolve) => {
          wake.push(resolve);
          setTimeout(resolve, LOOK_MS);
        });
      }
    }

    async function say(lease: leases.Lease, word: leases.Word): Promise<void> {
      await database.inLeases(async (tx) => {
        if (!(await leases.sayWord(tx, lease, word))) throw leaseLost();
        await leases.notify(tx, leases.ASKED_CHANNEL);
      });
    }

    async function work(lease: leases.Lease, lost: AbortSignal): Promise<void> {
      await database.inLeases((tx) => leases.notify(tx, leases.ASKED_CHANNEL));
      const sealed = await untilAnswered(lease, lost, ({ granted }) => granted);
      if (sealed === undefined) {
        // Given back by the gateway: it does not know this machine, or does not process. Others may try meanwhile.
        await delay(BACK_OFF_MS, undefined, { signal: lost }).catch(() => undefined);
        return;
      }
      const grant = JSON.parse(openForWorker(privateKey, grantLabel(lease), sealed)) as Grant;
      try {
        await workOn(lease, grant, lost);
      } catch (error) {
        if (lost.aborted) return;
        reportError(error);
        const failureCode: ErrorCode = error instanceof AppError ? error.code : 'E_JOB_FAILED';
        await say(lease, { failureCode });
      }
      // The lease ends with the gateway's answer; until then it is kept.
      await untilAnswered(lease, lost, () => undefined);
    }

    async function workOn(lease: leases.Lease, grant: Grant, lost: AbortSignal): Promise<void> {
      const { exhibit, draft } = grant;
      const keys = new Map<ObjectId, Buffer>([
        [exhibit.object, Buffer.from(grant.exhibitKey, 'base64')],
        [draft.object, Buffer.from(draft.key, 'base64')],
      ]);
      const objects = sealedObjects(store, async (_, object) => {
        const key = keys.get(object);
        if (key === undefined) throw new AppError('E_VAULT', { detail: 'no key for this object' });
        return key;
      });
      let told: Promise<void> | undefined;
      const tellUse = (): Promise<void> => {
        told ??= (async () => {
          await say(lease, { useAsked: true });
          const isTold = await untilAnswered(lease, lost, ({ isUseTold }) => isUseTold || undefined);
          if (isTold !== true) throw leaseLost();
        })();
        return told;
      };
      const result = await copies.use(
        exhibit.object,
        (folder) => unseal(lease.caseId, exhibit, folder, objects),
        async ({ file, packets, activity }) => {
          const segment = cutSegments(packets, activity?.spans).find(({ index }) => index === lease.n);
          if (segment === undefined)
            throw new AppError('E_JOB_FAILED', { detail: `segment ${lease.n} does not exist` });
          return await analyseGranted(
            { exhibit, file, packets, segment, framesPerSecond: grant.framesPerSecond, activity },
            { ...announced(sight.deps, tellUse), track, countColours },
            lost,
          );
        },
      );
      lost.throwIfAborted();
      await objects.put(lease.caseId, draft.object, Buffer.from(JSON.stringify(result), 'utf8'));
      await say(lease, { offered: true });
    }

    const loop = startLeaseLoop(
      {
        database,
        holder,
        planSha256: planDigest(build, sight.modelSet),
        atOnce: config.threads,
        mayClaim: () => true,
        onError: reportError,
      },
      work,
    );
    keep(loop, (open) => open.stop());
    return { holder, stop: () => started.disposeAsync() };
  } catch (error) {
    await started.disposeAsync();
    throw error;
  }
}

interface Copy {
  readonly file: string;
  readonly packets: PacketList;
  readonly activity: Activity | undefined;
}

/** Decrypts an exhibit into a folder, hashing it again on the way (DEF-07), and reads its packets. */
async function unseal(
  caseId: CaseId,
  exhibit: Grant['exhibit'],
  folder: string,
  objects: Pick<SealedObjects, 'read'>,
): Promise<Copy> {
  const file = path.join(folder, 'exhibit');
  if ((await decryptTo(file, caseId, exhibit.object, objects)) !== exhibit.sha256)
    throw new AppError('E_DEF_UNSTABLE', { detail: 'the sealed bytes are not those of the schedule' });
  const packets = await readPacketList(exhibit, file);
  return { file, packets, activity: activityOf(packets) };
}

/** Plain bytes of exhibits and what their packets tell: one copy for all leases of an exhibit, gone soon after the last of them. */
function createCopies(scratch: Scratch) {
  interface Open {
    readonly folder: Promise<string>;
    readonly ready: Promise<Copy>;
    users: number;
    linger: NodeJS.Timeout | undefined;
  }
  const open = new Map<ObjectId, Open>();
  async function remove(object: ObjectId, copy: Open): Promise<void> {
    clearTimeout(copy.linger);
    if (open.get(object) === copy) open.delete(object);
    await copy.ready.catch(() => undefined);
    await rm(await copy.folder, { recursive: true, force: true });
  }
  return {
    async use<T>(
      object: ObjectId,
      make: (folder: string) => Promise<Copy>,
      work: (copy: Copy) => Promise<T>,
    ): Promise<T> {
      let copy = open.get(object);
      if (copy === undefined) {
        const folder = scratch.folder();
        copy = { folder, ready: folder.then(make), users: 0, linger: undefined };
        open.set(object, copy);
      }
      const { ready } = copy;
      clearTimeout(copy.linger);
      copy.users += 1;
      let wasMade = false;
      try {
        const made = await ready;
        wasMade = true;
        return await work(made);
      } finally {
        copy.users -= 1;
        const last = copy;
        if (copy.users === 0 && !wasMade) await remove(object, copy);
        else if (copy.users === 0) copy.linger = setTimeout(() => void remove(object, last), LINGER_MS);
      }
    },
    close: () => Promise.all([...open].map(([object, copy]) => remove(object, copy))),
  };
}
