import { activityOf } from './analysis/activity.ts';
import { countColours } from './analysis/colour.ts';
import { type Estimate, expectedSeconds, remainingSeconds } from './analysis/estimate.ts';
import * as leases from './analysis/lease-store.ts';
import { readPacketList } from './analysis/packets.ts';
import { type BuildFacts, planDigest } from './analysis/result.ts';
import { analyseSegment } from './analysis/segment.ts';
import { cutSegments } from './analysis/segments.ts';
import { announced, type Sight } from './analysis/sight.ts';
import * as jobs from './analysis/store.ts';
import { track } from './analysis/track.ts';
import type { SegmentResult } from './analysis/types.ts';
import type { AuditLog } from './audit/types.ts';
import { nowSeconds } from './clock.ts';
import type { SafeMode } from './compliance/safe-mode.ts';
import type { Database } from './database.ts';
import { AppError, type ErrorCode } from './errors.ts';
import type { Exhibit } from './footage/types.ts';
import type { WorkingCopies } from './footage/working-copies.ts';
import { type CaseId, type ExhibitId, type JobId, newId, type ObjectId, type RequisitionId } from './ids.ts';
import { closeJob, type InHand } from './job-close.ts';
import { openEstimates } from './job-estimates.ts';
import { openJobJournal } from './job-journal.ts';
import { decideSteps, type StepDeps } from './job-steps.ts';
import { GATEWAY_PREFIX, startLeaseLoop } from './lease-loop.ts';
import type { Metrics, QueueAges } from './metrics.ts';
import { type Page, type PageAsked, pageOfRows, rowsAsked } from './pages.ts';
import { RETRIES, startQueue, type WorkQueue } from './queue.ts';
import { listsExhibit, type Requisition } from './requisition/types.ts';
import { putNew, type Vault } from './vault.ts';
import { startWorkerDesk } from './worker-desk.ts';
import type { KnownWorker } from './worker-keys.ts';

export interface PipelineDeps extends StepDeps {
  readonly database: Database;
  readonly vault: Vault;
  readonly log: AuditLog;
  readonly metrics: Metrics;
  readonly copies: WorkingCopies;
  readonly sight: Sight;
  readonly build: BuildFacts;
  readonly framesPerSecond: number;
  readonly threads: number;
  /** Segments that this process works on at a time; 0 leaves them to workers. */
  readonly segmentsHere: number;
  /** Segments of one case that are worked on at a time, on all machines. */
  readonly mostAtOnce: number;
  /** Workers of other machines, by the id of their key. */
  readonly workers: ReadonlyMap<string, KnownWorker>;
  /** No other process reaches this database. */
  readonly isAlone: boolean;
  /** The requisition on record, verified again: nothing runs on a stored belief. */
  loadRequisition(caseId: CaseId, id: RequisitionId): Promise<Requisition>;
  loadExhibit(requisition: Requisition, id: ExhibitId): Promise<Exhibit>;
  readonly safeMode: Pick<SafeMode, 'code' | 'mayProcess'>;
  /** Throws when no new job may start under this requisition (CPL-01). */
  demandNewJob(requisition: Requisition): Promise<void>;
}

/** Hands work from a room to the next: the only file that knows them all. */
export interface Pipeline {
  startJob(requisition: Requisition, exhibitId: ExhibitId, id?: JobId): Promise<jobs.Job>;
  /** What a job would take, from the packets; nothing is decoded, and what would refuse the job refuses this. */
  estimateJob(requisition: Requisition, exhibitId: ExhibitId): Promise<Estimate>;
  cancelJob(requisition: Requisition, jobId: JobId): Promise<jobs.Job>;
  readJob(requisition: Requisition, jobId: JobId): Promise<jobs.Job>;
  listJobs(requisition: Requisition, asked: PageAsked): Promise<Page<jobs.Job>>;
  /** Stops all work on a case in this process, without waiting for it, and forgets its copies: the case is being erased. */
  forgetCase(caseId: CaseId): Promise<void>;
  /** Takes up what a killed process left, from its last finished segment. To be called once nothing stands against processing. */
  resume(): Promise<void>;
  queueAges(): Promise<QueueAges>;
  stop(): Promise<void>;
}

/** A job under way in this process. `stop` can be pulled before anything of it is ready. */
interface UnderWay {
  readonly stop: AbortController;
  /** Seconds of work expected of each segment, once it is known; in memory alone, because it tells how much happens when. */
  expected: readonly number[] | undefined;
  readonly ready: Promise<InHand>;
}

/** A requisition that ends so soon puts its segments before others (lease-store.ts). */
const URGENT_SECONDS = 24 * 3600;
/** A job that ended its process this often, and finished no segment meanwhile, is not taken up again. */
const MOST_TAKE_UPS = 5;
/** An agent's cancellation comes too late once a job is closing: its journal entry may say "done" already. */
const CANCELLABLE: readonly jobs.JobState[] = ['queued', 'running'];
const OPEN: readonly jobs.JobState[] = [...CANCELLABLE, 'closing'];

export async function startPipeline(deps: PipelineDeps): Promise<Pipeline> {
  const { database, vault } = deps;
  const underWay = new Map<JobId, UnderWay>();
  const hasDetector = deps.sight.deps.detect !== undefined;
  const estimates = openEstimates(deps, hasDetector);
  const closingHere = new Set<JobId>();
  let stopping = false;

  const told = openJobJournal(deps);
  const { journal, announceUse } = told;
  const { demandStep, underWatch } = decideSteps(deps);
  const planSha256 = planDigest(deps.build, deps.sight.modelSet);

  const findJob = (caseId: CaseId, jobId: JobId) => database.inCase(caseId, (tx) => jobs.findJob(tx, jobId));

  /** With the time that is left, where this process has the exhibit's packets in hand. */
  async function withRemaining(job: jobs.Job): Promise<jobs.Job> {
    const expected = job.state === 'running' ? underWay.get(job.id)?.expected : undefined;
    if (expected === undefined || job.startedAt === undefined) return job;
    const waiting = await database.inCase(job.caseId, (tx) => jobs.waitingSegments(tx, job.id));
    const elapsedSeconds = Math.max(0, deps.clock.nowMs() - Date.parse(job.startedAt)) / 1000;
    return { ...job, remainingSeconds: remainingSeconds({ expected, waiting, elapsedSeconds, atOnce: deps.threads }) };
  }

  async function jobOf(requisition: Requisition, jobId: JobId): Promise<jobs.Job> {
    const job = await findJob(requisition.caseId, jobId);
    if (job === undefined) throw new AppError('E_PRO_SILO', { detail: 'no such job in this case' });
    return job;
  }

  /** An exhibit of which a new job may be asked. */
  async function exhibitFor(requisition: Requisition, exhibitId: ExhibitId): Promise<Exhibit> {
    await deps.demandNewJob(requisition);
    const exhibit = await deps.loadExhibit(requisition, exhibitId);
    if (!listsExhibit(requisition, exhibit))
      throw new AppError('E_REQ_SCOPE', { detail: 'the schedule does not list this exhibit' });
    return exhibit;
  }

  /** What every step of a job needs of its exhibit, read once a process. */
  function takeUp(job: jobs.Job, requisition: Requisition): UnderWay {
    const known = underWay.get(job.id);
    if (known !== undefined) return known;
    const stop = new AbortController();
    const read = async () => {
      if ((await database.inCase(job.caseId, (tx) => jobs.countTakeUp(tx, job.id))) > MOST_TAKE_UPS) {
        throw new AppError('E_MEDIA_LIMIT', { detail: 'the job ended its process too often' });
      }
      const exhibit = await deps.loadExhibit(requisition, job.exhibitId);
      const packets = await deps.copies.use(requisition, exhibit, (file) => readPacketList(exhibit, file, stop.signal));
      const activity = activityOf(packets);
      fresh.expected = expectedSeconds(packets, job.framesPerSecond, activity, hasDetector, exhibit.windows);
      return { exhibit, packets, activity };
    };
    const fresh: UnderWay = { stop, expected: undefined, ready: read() };
    underWay.set(job.id, fresh);
    fresh.ready.catch(() => underWay.delete(job.id));
    return fresh;
  }

  async function putDown(job: jobs.Job, reason?: AppError): Promise<void> {
    if (reason !== undefined) underWay.get(job.id)?.stop.abort(reason);
    underWay.delete(job.id);
    told.forget(job.id);
    await deps.copies.release(job.exhibitId);
  }

  /** Ends a job without results: its event is durable first. False when it had ended already. */
  async function end(
    job: jobs.Job,
    how: { readonly state: 'failed' | 'cancelled'; readonly code: ErrorCode; readonly from: readonly jobs.JobState[] },
  ): Promise<boolean> {
    const current = await findJob(job.caseId, job.id);
    if (current === undefined || !how.from.includes(current.state)) return false;
    // An authority that is trusted no more must not keep its job from ending.
    const requisition = await deps.loadRequisition(job.caseId, job.requisitionId).catch(() => undefined);
    await journal(job, requisition?.authorisation.sub ?? '-', 'job.end', {
      effect: 'failed',
      policyId: '-',
      code: how.code,
    });
    const ended = await database.inCase(job.caseId, (tx) => jobs.endJob(tx, job.id, how));
    if (ended) {
      deps.metrics.jobs.inc({ state: how.state });
      if (how.state === 'failed') deps.metrics.jobFailures.inc({ code: how.code });
    }
    await putDown(job, new AppError(how.code));
    return ended;
  }

  /** What stops a job for good; anything else goes back to the queue and is tried again. */
  async function settle(job: jobs.Job, error: unknown, lastTry: boolean): Promise<void> {
    // What safe mode stopped is no failure of the job: it stays open for the next start that is in order.
    if (!deps.safeMode.mayProcess()) return;
    const current = await findJob(job.caseId, job.id);
    if (stopping || current === undefined || !OPEN.includes(current.state)) {
      if (stopping) throw error;
      return;
    }
    deps.onError(error);
    const code = error instanceof AppError ? error.code : 'E_JOB_FAILED';
    const isVerdict = error instanceof AppError && error.status < 500;
    if (!isVerdict && !lastTry) throw error;
    const state = code === 'E_REQ_EXPIRED' || code === 'E_REQ_REVOKED' ? 'cancelled' : 'failed';
    await end(job, { state, code, from: OPEN });
  }

  /** Runs one step of an open job; a job that has ended takes no step. */
  async function step(
    jobId: JobId,
    lastTry: boolean,
    work: (job: jobs.Job, requisition: Requisition) => Promise<void>,
  ): Promise<void> {
    // The job stays open as it is; the next start that is in order resumes it.
    if (!deps.safeMode.mayProcess()) return;
    const caseId = await database.inService((tx) => jobs.caseOfJob(tx, jobId));
    const job = caseId === undefined ? undefined : await findJob(caseId, jobId);
    if (job === undefined || !OPEN.includes(job.state)) return;
    try {
      const requisition = await deps.loadRequisition(job.caseId, job.requisitionId);
      await deps.standing.refresh();
      await work(job, requisition);
    } catch (error) {
      await settle(job, error, lastTry);
    }
  }

  /** Cuts the exhibit into segments and queues those that are not done; closes the job when none is left. */
  async function planAnalysis(job: jobs.Job, requisition: Requisition): Promise<void> {
    const { exhibit, packets, activity } = await takeUp(job, requisition).ready;
    const { policyId } = demandStep(requisition);
    await journal(job, requisition.authorisation.sub, 'job.step', { effect: 'permit', policyId, code: 'OK' }, [
      { type: 'digest', id: exhibit.sha256 },
    ]);
    const segments = cutSegments(packets, activity).map((segment) => ({
      n: segment.index,
      fromSeconds: packets.secondsOf(segment.fromPts),
      toSeconds: Math.min(packets.secondsOf(segment.toPts), packets.durationSeconds),
    }));
    if (job.state !== 'closing') {
      const outdated = await database.inCase(job.caseId, (tx) => jobs.adoptPlan(tx, job.id, planSha256));
      for (const object of outdated) await vault.remove(job.caseId, object);
      const open = await database.inCase(job.caseId, async (tx) => {
        const isOpen = await jobs.planJob(tx, job, segments);
        if (isOpen) await jobs.takeUpStopped(tx, job);
        return isOpen;
      });
      if (!open) return await putDown(job);
      if (job.state === 'queued') deps.metrics.jobs.inc({ state: 'running' });
    }
    const waiting = await database.inCase(job.caseId, (tx) => jobs.waitingSegments(tx, job.id));
    if (waiting.length === 0) await close(job, requisition);
    else await database.inCase(job.caseId, (tx) => leases.notify(tx, leases.SEGMENTS_CHANNEL));
  }

  const counted = new Map<string, number>();
  /** Network runs since the last look, by model: of all segments that ran beside each other. */
  function countCalls(): void {
    for (const [model, calls] of deps.sight.calls()) {
      deps.metrics.detectorCalls.inc({ model }, calls - (counted.get(model) ?? 0));
      counted.set(model, calls);
    }
  }

  /** A segment that this process has a lease of. */
  async function runSegment(
    job: jobs.Job,
    requisition: Requisition,
    lease: leases.Lease,
    lost: AbortSignal,
  ): Promise<void> {
    const { stop, ready } = takeUp(job, requisition);
    const { exhibit, packets, activity } = await ready;
    const { policyId } = demandStep(requisition);
    const segment = cutSegments(packets, activity).find((candidate) => candidate.index === lease.n);
    if (segment === undefined) throw new AppError('E_JOB_FAILED', { detail: `segment ${lease.n} does not exist` });
    await journal(job, requisition.authorisation.sub, 'job.step', { effect: 'permit', policyId, code: 'OK' });
    const timer = deps.metrics.stageSeconds.startTimer({ stage: 'segment' });
    const result = await underWatch(requisition, stop, () =>
      deps.copies.use(requisition, exhibit, (file) =>
        analyseSegment(
          requisition,
          { exhibit, file, packets, segment, framesPerSecond: job.framesPerSecond, activity },
          { ...announced(deps.sight.deps, () => announceUse(job, requisition)), track, countColours },
          AbortSignal.any([stop.signal, lost]),
        ),
      ),
    );
    timer();
    const object = await putNew(vault, job.caseId, Buffer.from(JSON.stringify(result), 'utf8'));
    countCalls();
    await finish(job, requisition, lease, object, result.work);
  }

  /** Takes a segment's result, unless the lease it was made under has gone to somebody else; the last one closes the job. */
  async function finish(
    job: jobs.Job,
    requisition: Requisition,
    lease: leases.Lease,
    object: ObjectId,
    work: SegmentResult['work'],
  ): Promise<void> {
    const how = await database.inCase(job.caseId, (tx) => jobs.finishSegment(tx, lease, object, work));
    if (how === 'fenced') {
      // Unless it is the one that counts: two gateways may have heard of one offer.
      const counted = await database.inCase(job.caseId, (tx) => jobs.segmentObjects(tx, job.id));
      if (!counted.includes(object)) await vault.remove(job.caseId, object);
      return;
    }
    deps.metrics.frames.inc({ stage: 'decoded' }, work.decodedFrames);
    if (how === 'more') return;
    try {
      await close(job, requisition);
    } catch (error) {
      if (stopping || (error instanceof AppError && error.status < 500)) throw error;
      // Nothing is left to do but the close: planned again, the job goes there at once, and has tries of its own.
      deps.onError(error);
      await queue.askForAnalysis(job.id);
    }
  }

  async function close(job: jobs.Job, requisition: Requisition): Promise<void> {
    if (closingHere.has(job.id)) return;
    closingHere.add(job.id);
    try {
      const inHand = await takeUp(job, requisition).ready;
      demandStep(requisition);
      const isOurs = await database.inCase(job.caseId, (tx) => jobs.claimClosing(tx, job.id));
      if (isOurs) await closeJob(job, requisition, inHand, told, deps);
      await putDown(job);
    } finally {
      closingHere.delete(job.id);
    }
  }

  const queue: WorkQueue = await startQueue(
    { databaseUrl: database.url, onError: deps.onError },
    { analysis: (jobId, lastTry) => step(jobId as JobId, lastTry, planAnalysis) },
  );
  const here = `${GATEWAY_PREFIX}${newId()}`;
  const loop = startLeaseLoop(
    {
      database,
      holder: here,
      planSha256,
      atOnce: deps.segmentsHere,
      mayClaim: () => !stopping && deps.safeMode.mayProcess(),
      onError: deps.onError,
    },
    async (lease, lost) => {
      const tries = await database.inCase(lease.caseId, (tx) => leases.countTry(tx, lease));
      if (tries === undefined) return;
      await step(lease.jobId, tries > RETRIES, async (job, requisition) => {
        try {
          await runSegment(job, requisition, lease, lost);
        } catch (error) {
          // What a lost lease breaks off is no failure of the job.
          if (!lost.aborted || stopping) throw error;
        }
      });
    },
  );
  // Nobody else reaches an embedded database.
  const desk = deps.isAlone
    ? undefined
    : startWorkerDesk(
        {
          database,
          vault,
          workers: deps.workers,
          here,
          metrics: deps.metrics,
          mayProcess: deps.safeMode.mayProcess,
          onError: deps.onError,
        },
        { step, demandStep, loadExhibit: deps.loadExhibit, journal, announceUse, finish },
      );

  return {
    async resume() {
      for (const job of await database.inService(jobs.unfinishedJobs)) {
        // What a process before this one held on a database that nobody else reaches, nobody holds.
        if (deps.isAlone) await database.inCase(job.caseId, (tx) => leases.releaseAll(tx, job.id));
        await queue.askForAnalysis(job.id);
      }
    },
    async startJob(requisition, exhibitId, id = newId<JobId>()) {
      const exhibit = await exhibitFor(requisition, exhibitId);
      const job = await database.inCase(requisition.caseId, async (tx) => {
        const open = await jobs.openJobOf(tx, exhibit.id);
        if (open !== undefined) return open;
        const hours = ((await jobs.analysedSeconds(tx)) + exhibit.timeline.durationSeconds) / 3600;
        if (hours > requisition.authorisation.limits.max_hours)
          throw new AppError('E_PRO_QUOTA', { detail: 'limits.max_hours' });
        await jobs.insertJob(tx, {
          id,
          caseId: requisition.caseId,
          exhibitId: exhibit.id,
          requisitionId: requisition.id,
          framesPerSecond: deps.framesPerSecond,
          isUrgent: requisition.expires - nowSeconds(deps.clock) < URGENT_SECONDS,
          mostAtOnce: deps.mostAtOnce,
        });
        return await jobs.openJobOf(tx, exhibit.id);
      });
      if (job === undefined) throw new AppError('E_DATABASE', { detail: 'a job vanished' });
      await queue.askForAnalysis(job.id);
      deps.metrics.jobs.inc({ state: 'queued' });
      return job;
    },
    estimateJob: async (requisition, exhibitId) => estimates.of(requisition, await exhibitFor(requisition, exhibitId)),
    async cancelJob(requisition, jobId) {
      const job = await jobOf(requisition, jobId);
      await end(job, { state: 'cancelled', code: 'E_JOB_CANCELLED', from: CANCELLABLE });
      return await jobOf(requisition, jobId);
    },
    readJob: async (requisition, jobId) => withRemaining(await jobOf(requisition, jobId)),
    async listJobs(requisition, asked) {
      const wanted = rowsAsked('jobs', asked);
      const rows = await database.inCase(requisition.caseId, (tx) => jobs.pageOfJobs(tx, wanted));
      const { items, next } = pageOfRows('jobs', rows, asked);
      return { items: await Promise.all(items.map(withRemaining)), next };
    },
    async forgetCase(caseId) {
      const all = await database.inCase(caseId, jobs.jobsOfCase);
      for (const job of all) {
        underWay.get(job.id)?.stop.abort(new AppError('E_RET_CLOSED', { detail: 'the case is being erased' }));
        underWay.delete(job.id);
        await deps.copies.forget(job.exhibitId);
      }
      await queue.forget(all.map(({ id }) => id));
    },
    async queueAges() {
      const [planned, held] = await Promise.all([queue.ages(), database.inLeases(leases.leaseAges)]);
      return {
        oldestWaitingSeconds: Math.max(planned.oldestWaitingSeconds, held.waiting),
        longestSilenceSeconds: Math.max(planned.longestSilenceSeconds, held.silence),
        oldestLeaseSeconds: held.oldest,
      };
    },
    async stop() {
      stopping = true;
      estimates.stop();
      for (const { stop } of underWay.values())
        stop.abort(new AppError('E_JOB_FAILED', { detail: 'the gateway stops' }));
      await Promise.all([loop.stop(), desk?.stop(), queue.stop()]);
    },
  };
}
