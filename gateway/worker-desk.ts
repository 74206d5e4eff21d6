import * as leases from './analysis/lease-store.ts';
import { demandScope } from './analysis/segment.ts';
import type { Job } from './analysis/store.ts';
import type { SegmentResult } from './analysis/types.ts';
import type { AuditEvent } from './audit/types.ts';
import type { Database } from './database.ts';
import { createDeskLock } from './desk-lock.ts';
import { AppError, type ErrorCode } from './errors.ts';
import type { Exhibit } from './footage/types.ts';
import { type ExhibitId, type JobId, newId, type ObjectId } from './ids.ts';
import { GATEWAY_PREFIX, listen } from './lease-loop.ts';
import type { Metrics } from './metrics.ts';
import type { Decision } from './policy/types.ts';
import { RETRIES } from './queue.ts';
import type { Requisition } from './requisition/types.ts';
import type { Vault } from './vault.ts';
import { type Grant, grantLabel, openEnding } from './worker-grant.ts';
import { type KnownWorker, sealForWorker } from './worker-keys.ts';

// Where workers of other machines turn to (decision 0034). The gateway decides, writes the journal and holds the keys; a worker has its
// lease, the key of one exhibit's object and that of the object for its result, and hands in what it found.

interface DeskDeps {
  readonly database: Database;
  readonly vault: Vault;
  readonly workers: ReadonlyMap<string, KnownWorker>;
  /** Holder of the leases of this process itself. */
  readonly here: string;
  readonly metrics: Pick<Metrics, 'stageSeconds'>;
  mayProcess(): boolean;
  onError(error: unknown): void;
}

/** What the desk has done by the pipeline: each under the requisition, verified again. */
interface Steps {
  step(jobId: JobId, lastTry: boolean, work: (job: Job, requisition: Requisition) => Promise<void>): Promise<void>;
  demandStep(requisition: Requisition): Decision;
  loadExhibit(requisition: Requisition, id: ExhibitId): Promise<Exhibit>;
  journal(
    job: Job,
    procedure: string,
    op: 'job.step',
    outcome: AuditEvent['outcome'],
    objects: AuditEvent['objects'],
    more: { readonly actorId: string },
  ): Promise<void>;
  announceUse(job: Job, requisition: Requisition): Promise<void>;
  finish(
    job: Job,
    requisition: Requisition,
    lease: leases.Lease,
    object: ObjectId,
    work: SegmentResult['work'],
  ): Promise<void>;
}

const LOOK_MS = 1_000;
/** A segment that was begun this often and never ended takes its workers with it. */
const MOST_TRIES = 5;

/** Serves the workers until it is stopped. What a worker holds that the gateway does not know goes back to the others. */
export function startWorkerDesk(deps: DeskDeps, steps: Steps): { stop(): Promise<void> } {
  const { database, vault } = deps;
  const busy = new Map<string, Promise<void>>();
  let stopping = false;
  let looking: Promise<void> | undefined;
  let lookAgain = false;
  const desk = createDeskLock(database.url);

  function look(): void {
    lookAgain = true;
    looking ??= lookAll().finally(() => {
      looking = undefined;
    });
  }

  async function lookAll(): Promise<void> {
    while (lookAgain && !stopping) {
      lookAgain = false;
      try {
        // In safe mode this gateway serves nobody, and keeps no other from it.
        if (!deps.mayProcess()) return await desk.giveUp();
        if (!(await desk.take())) return;
        const held = await database.inLeases((tx) => leases.leasesOfOthers(tx, deps.here));
        for (const lease of held) {
          const worker = deps.workers.get(lease.holder.split('.')[0] ?? '');
          if (worker !== undefined) serve(lease, worker);
          else if (!lease.holder.startsWith(GATEWAY_PREFIX))
            await database.inCase(lease.caseId, (tx) => leases.releaseLease(tx, lease, 0));
        }
      } catch (error) {
        deps.onError(error);
      }
    }
  }

  /** One thing at a time for each lease. */
  function serve(lease: leases.LeaseState, worker: KnownWorker): void {
    const name = `${lease.jobId}:${lease.n}:${lease.fence}`;
    const what = nextOf(lease);
    if (what === undefined || busy.has(name)) return;
    const done = what(lease, worker)
      .catch(async (error: unknown) => {
        deps.onError(error);
        await database.inCase(lease.caseId, (tx) => leases.releaseLease(tx, lease, 1)).catch(() => undefined);
      })
      .finally(() => {
        busy.delete(name);
        look();
      });
    busy.set(name, done);
  }

  function nextOf(
    lease: leases.LeaseState,
  ): ((lease: leases.LeaseState, worker: KnownWorker) => Promise<void>) | undefined {
    if (lease.said !== undefined) return hear;
    if (!lease.isGranted) return grant;
    return lease.isUseAsked && !lease.isUseTold ? tellUse : undefined;
  }

  async function grant(lease: leases.LeaseState, worker: KnownWorker): Promise<void> {
    await steps.step(lease.jobId, lease.tries >= RETRIES, async (job, requisition) => {
      const tries = await database.inCase(job.caseId, (tx) => leases.countTry(tx, lease));
      if (tries === undefined) return;
      if (tries > MOST_TRIES)
        throw new AppError('E_MEDIA_LIMIT', { detail: 'a segment was begun too often and never ended' });
      const exhibit = await steps.loadExhibit(requisition, job.exhibitId);
      demandScope(requisition, exhibit);
      const { policyId } = steps.demandStep(requisition);
      // The record before the act: the key of the footage leaves only after it.
      const done = { effect: 'permit', policyId, code: 'OK' } as const;
      await steps.journal(job, requisition.authorisation.sub, 'job.step', done, [], { actorId: worker.name });
      const draft = newId<ObjectId>();
      const { sha256, timeline, windows, object } = exhibit;
      const text: Grant = {
        exhibit: { sha256, timeline, windows, object },
        exhibitKey: (await vault.objectKey(job.caseId, object)).toString('base64'),
        framesPerSecond: job.framesPerSecond,
        draft: { object: draft, key: (await vault.objectKey(job.caseId, draft)).toString('base64') },
      };
      const sealed = sealForWorker(worker.publicKey, grantLabel(lease), JSON.stringify(text));
      await database.inCase(job.caseId, async (tx) => {
        await leases.grantLease(tx, lease, { sealed, draft });
        await leases.notify(tx, leases.ANSWERED_CHANNEL);
      });
    });
  }

  async function tellUse(lease: leases.LeaseState): Promise<void> {
    await steps.step(lease.jobId, false, async (job, requisition) => {
      steps.demandStep(requisition);
      await steps.announceUse(job, requisition);
      await database.inCase(job.caseId, async (tx) => {
        await leases.tellUse(tx, lease);
        await leases.notify(tx, leases.ANSWERED_CHANNEL);
      });
    });
  }

  /** A row is no word of a machine: what counts is sealed under the key that the grant brought to it (decision 0037). */
  async function hear(lease: leases.LeaseState): Promise<void> {
    const { said } = lease;
    if (said === undefined) return;
    const draft = lease.isGranted ? await database.inCase(lease.caseId, (tx) => leases.draftOf(tx, lease)) : undefined;
    const ending = draft && openEnding(await vault.objectKey(lease.caseId, draft.object), lease, said);
    if (draft === undefined || ending === undefined) {
      deps.onError(new AppError('E_VAULT', { detail: 'the end of a lease was said by somebody who does not hold it' }));
      await database.inCase(lease.caseId, (tx) => leases.unsay(tx, lease, said));
    } else if ('offered' in ending) await accept(lease, draft);
    else await fail(lease, ending.failureCode);
  }

  async function accept(
    lease: leases.LeaseState,
    draft: { readonly object: ObjectId; readonly seconds: number },
  ): Promise<void> {
    await steps.step(lease.jobId, lease.tries > RETRIES, async (job, requisition) => {
      steps.demandStep(requisition);
      const result = resultOf((await vault.get(job.caseId, draft.object)).toString('utf8'), lease.n);
      deps.metrics.stageSeconds.observe({ stage: 'segment' }, draft.seconds);
      await steps.finish(job, requisition, lease, draft.object, result.work);
      await database.inCase(job.caseId, (tx) => leases.notify(tx, leases.ANSWERED_CHANNEL));
    });
  }

  async function fail(lease: leases.LeaseState, failureCode: ErrorCode): Promise<void> {
    // Nothing but footage is a worker's to judge.
    const code = /^E_(MEDIA_|DEF_UNSTABLE$)/.test(failureCode) ? failureCode : 'E_JOB_FAILED';
    await steps.step(lease.jobId, lease.tries > RETRIES, async () => {
      throw new AppError(code, { detail: 'said by a worker' });
    });
  }

  /** Decides again for each job that workers have leases of; what is decided against ends the job, and with it their leases. */
  async function watch(): Promise<void> {
    if (!deps.mayProcess() || !desk.isHeld()) return;
    const held = await database.inLeases((tx) => leases.leasesOfOthers(tx, deps.here));
    const granted = held.filter(({ isGranted, holder }) => isGranted && deps.workers.has(holder.split('.')[0] ?? ''));
    for (const jobId of new Set(granted.map((lease) => lease.jobId))) {
      const decided = steps.step(jobId, false, async (job, requisition) => {
        steps.demandStep(requisition);
        await database.inCase(job.caseId, (tx) => leases.permitLeases(tx, jobId));
      });
      // One job that cannot be decided about keeps no other waiting; its own leases run out.
      await decided.catch(deps.onError);
    }
  }

  const notices = listen(database.url, [leases.ASKED_CHANNEL], look);
  let watching: Promise<void> | undefined;
  const timer = setInterval(() => {
    look();
    watching ??= watch()
      .catch(deps.onError)
      .finally(() => {
        watching = undefined;
      });
  }, LOOK_MS);
  look();
  return {
    async stop() {
      stopping = true;
      clearInterval(timer);
      await notices.stop();
      await Promise.allSettled([looking, watching, ...busy.values()]);
      await desk.giveUp();
    },
  };
}

/** A worker's result has the form of one; E_VAULT for anything else. That its bytes are the worker's, its key has said. */
function resultOf(text: string, n: number): SegmentResult {
  const result = JSON.parse(text) as Partial<SegmentResult>;
  const { tracks, intervals, work, audit } = result;
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
  const isResult =
    result.index === n &&
    Array.isArray(tracks) &&
    Array.isArray(intervals) &&
    Array.isArray(result.arguments) &&
    isCount(audit?.samples) &&
    isCount(audit?.missed) &&
    isCount(work?.decodedFrames) &&
    isCount(work?.detectorCalls);
  if (!isResult) throw new AppError('E_VAULT', { detail: 'a worker handed in something else than a result' });
  return result as SegmentResult;
}
