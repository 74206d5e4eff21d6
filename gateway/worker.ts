import { createPublicKey } from 'node:crypto';
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
import { connect, type Transaction } from './database.ts';
import { AppError } from './errors.ts';
import { decryptTo } from './footage/open-exhibit.ts';
import { createScratch } from './footage/scratch.ts';
import { type CaseId, newId, type ObjectId } from './ids.ts';
import { leaseLost, listen, startLeaseLoop } from './lease-loop.ts';
import { openModels } from './open-models.ts';
import { reportError } from './report-error.ts';
import { type SealedObjects, sealedObjects } from './sealed-objects.ts';
import { openStore } from './vault-place.ts';
import { createWorkerCopies } from './worker-copies.ts';
import { type Ending, type Grant, grantLabel, sealEnding } from './worker-grant.ts';
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
    const copies = keep(createWorkerCopies<Copy>(scratch), (open) => open.close());
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
      answered: (state: NonNullable<Awaited<ReturnType<typeof leases.readGrant>>>) => T | undefined,
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

    async function tell(said: (tx: Transaction) => Promise<boolean>): Promise<void> {
      await database.inLeases(async (tx) => {
        if (!(await said(tx))) throw leaseLost();
        await leases.notify(tx, leases.ASKED_CHANNEL);
      });
    }

    /** Says how a lease ended, until the gateway has ended it; again when somebody else who writes in the database took the word away. */
    async function end(lease: leases.Lease, draftKey: string, ending: Ending, lost: AbortSignal): Promise<void> {
      const said = sealEnding(Buffer.from(draftKey, 'base64'), lease, ending);
      let isGone = true;
      while (isGone) {
        await tell((tx) => leases.sayEnding(tx, lease, said));
        isGone = (await untilAnswered(lease, lost, ({ isSaid }) => !isSaid || undefined)) ?? false;
      }
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
      let ending: Ending;
      try {
        await workOn(lease, grant, lost);
        ending = { offered: true };
      } catch (error) {
        if (lost.aborted) return;
        reportError(error);
        ending = { failureCode: error instanceof AppError ? error.code : 'E_JOB_FAILED' };
      }
      // The lease ends with the gateway's answer; until then it is kept.
      await end(lease, grant.draft.key, ending, lost);
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
          await tell((tx) => leases.askUse(tx, lease));
          const isTold = await untilAnswered(lease, lost, ({ isUseTold }) => isUseTold || undefined);
          if (isTold !== true) throw leaseLost();
        })();
        return told;
      };
      const result = await copies.use(
        exhibit.object,
        lost,
        (folder, signal) => unseal(lease.caseId, exhibit, folder, objects, signal),
        async ({ file, packets, activity }) => {
          const segment = cutSegments(packets, activity).find(({ index }) => index === lease.n);
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
  signal: AbortSignal,
): Promise<Copy> {
  const file = path.join(folder, 'exhibit');
  if ((await decryptTo(file, caseId, exhibit.object, objects, signal)) !== exhibit.sha256)
    throw new AppError('E_DEF_UNSTABLE', { detail: 'the sealed bytes are not those of the schedule' });
  const packets = await readPacketList(exhibit, file, signal);
  return { file, packets, activity: activityOf(packets) };
}
