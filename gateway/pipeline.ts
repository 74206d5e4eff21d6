import { countColours } from './analysis/colour.ts';
import { describe } from './analysis/describe.ts';
import type { DetectorPool } from './analysis/detector-pool.ts';
import { type PacketList, readPacketList } from './analysis/packets.ts';
import { type BuildFacts, closeResult } from './analysis/result.ts';
import { analyseSegment } from './analysis/segment.ts';
import { cutSegments } from './analysis/segments.ts';
import * as jobs from './analysis/store.ts';
import { track } from './analysis/track.ts';
import type { SegmentResult } from './analysis/types.ts';
import type { AuditEvent, AuditLog } from './audit/types.ts';
import { type Clock, nowSeconds } from './clock.ts';
import type { Database } from './database.ts';
import { AppError, type ErrorCode } from './errors.ts';
import type { Exhibit } from './footage/types.ts';
import type { WorkingCopies } from './footage/working-copies.ts';
import { type CaseId, type ExhibitId, type JobId, newId, type ObjectId, type RequisitionId } from './ids.ts';
import { indexResult } from './index/seal.ts';
import type { Metrics } from './metrics.ts';
import { decide } from './policy/decide.ts';
import { POLICIES } from './policy/policies.ts';
import type { Decision } from './policy/types.ts';
import { startQueue, type WorkQueue } from './queue.ts';
import { authorityOf } from './requisition/authority.ts';
import type { Requisition } from './requisition/types.ts';
import type { Vault } from './vault.ts';

export interface PipelineDeps {
  readonly database: Database;
  readonly vault: Vault;
  readonly log: AuditLog;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly copies: WorkingCopies;
  readonly detector: DetectorPool;
  readonly build: BuildFacts;
  readonly framesPerSecond: number;
  readonly threads: number;
  /** The requisition on record, verified again: nothing runs on a stored belief. */
  loadRequisition(caseId: CaseId, id: RequisitionId): Promise<Requisition>;
  loadExhibit(requisition: Requisition, id: ExhibitId): Promise<Exhibit>;
  onError(error: unknown): void;
}

/** Hands work from a room to the next: the only file that knows them all. */
export interface Pipeline {
  startJob(requisition: Requisition, exhibitId: ExhibitId): Promise<jobs.Job>;
  cancelJob(requisition: Requisition, jobId: JobId): Promise<jobs.Job>;
  readJob(requisition: Requisition, jobId: JobId): Promise<jobs.Job>;
  listJobs(requisition: Requisition): Promise<readonly jobs.Job[]>;
  stop(): Promise<void>;
}

/** A job under way in this process. */
interface Running {
  readonly requisition: Requisition;
  readonly exhibit: Exhibit;
  readonly packets: PacketList;
  readonly stop: AbortController;
}

const WORKER = { id: 'gateway', role: 'worker', service: '-' } as const;
const WATCH_MS = 1000;

export async function startPipeline(deps: PipelineDeps): Promise<Pipeline> {
  const running = new Map<JobId, Promise<Running>>();
  const segmentsHere = new Set<string>();
  const closing = new Set<JobId>();
  const { database } = deps;

  const findJob = (caseId: CaseId, jobId: JobId) => database.inCase(caseId, (tx) => jobs.findJob(tx, jobId));

  async function jobOf(requisition: Requisition, jobId: JobId): Promise<jobs.Job> {
    const job = await findJob(requisition.caseId, jobId);
    if (job === undefined) throw new AppError('E_PRO_SILO', { detail: 'no such job in this case' });
    return job;
  }

  /** Everything a step of the job needs, made once a process: the requisition verified, the exhibit's packets read. */
  function takeUp(job: jobs.Job): Promise<Running> {
    const known = running.get(job.id);
    if (known !== undefined) return known;
    const fresh = (async (): Promise<Running> => {
      const requisition = await deps.loadRequisition(job.caseId, job.requisitionId);
      const exhibit = await deps.loadExhibit(requisition, job.exhibitId);
      const stop = new AbortController();
      const packets = await deps.copies.use(requisition, exhibit, (file) => readPacketList(exhibit, file, stop.signal));
      return { requisition, exhibit, packets, stop };
    })();
    running.set(job.id, fresh);
    fresh.catch(() => running.delete(job.id));
    return fresh;
  }

  async function forget(job: jobs.Job): Promise<void> {
    running.delete(job.id);
    await deps.copies.release(job.exhibitId);
  }

  /** Every step is decided like any act (REQ-10): a job that crosses the end of its requisition stops without results. */
  function demandStep(requisition: Requisition): Decision {
    const decision = decide(
      {
        principal: { role: 'agent_habilite', agentId: WORKER.id, service: WORKER.service },
        action: 'job.step',
        caseId: requisition.caseId,
        extraOps: [],
        authority: authorityOf(requisition, true),
        nowSeconds: nowSeconds(deps.clock),
      },
      POLICIES,
    );
    if (decision.reason !== 'OK') throw new AppError(decision.reason, { detail: decision.policyId });
    return decision;
  }

  /** Decides now, then every second while the work runs; what was decided against is aborted. */
  async function underWatch<T>(requisition: Requisition, stop: AbortController, work: () => Promise<T>): Promise<T> {
    const watch = setInterval(() => {
      try {
        demandStep(requisition);
      } catch (error) {
        stop.abort(error);
      }
    }, WATCH_MS);
    try {
      const result = await work();
      demandStep(requisition);
      return result;
    } finally {
      clearInterval(watch);
    }
  }

  async function journal(
    requisition: Requisition,
    job: jobs.Job,
    op: string,
    outcome: AuditEvent['outcome'],
    objects: AuditEvent['objects'] = [],
  ): Promise<void> {
    const seq = await deps.log.append({
      action: op,
      actor: WORKER,
      reason: { procedure: requisition.authorisation.sub, requisition: requisition.id, op },
      objects: [{ type: 'job', id: job.id }, { type: 'exhibit', id: job.exhibitId }, ...objects],
      outcome,
      models: deps.detector.modelUse.sha256,
    });
    await database.inCase(job.caseId, (tx) => jobs.addLogRecord(tx, job.id, seq));
  }

  async function end(job: jobs.Job, state: 'failed' | 'cancelled', code: ErrorCode, detail: unknown): Promise<void> {
    const ended = await database.inCase(job.caseId, (tx) => jobs.endJob(tx, job.id, state, code));
    if (!ended) return;
    (await running.get(job.id)?.catch(() => undefined))?.stop.abort(new AppError(code));
    deps.onError(detail);
    deps.metrics.jobs.inc({ state });
    const requisition = await deps.loadRequisition(job.caseId, job.requisitionId);
    await journal(requisition, job, 'job.end', { effect: 'failed', policyId: '-', code });
    await forget(job);
  }

  /** What stops a job for good; anything else is tried again by the queue. */
  async function settle(job: jobs.Job, error: unknown, lastTry: boolean): Promise<void> {
    if (error instanceof AppError && error.code === 'E_REQ_EXPIRED')
      return await end(job, 'cancelled', error.code, error);
    if (error instanceof AppError && error.status < 500) return await end(job, 'failed', error.code, error);
    if (lastTry) return await end(job, 'failed', error instanceof AppError ? error.code : 'E_JOB_FAILED', error);
    throw error;
  }

  async function planAnalysis(jobId: JobId): Promise<void> {
    const caseId = await database.inService((tx) => jobs.caseOfJob(tx, jobId));
    const job = caseId === undefined ? undefined : await findJob(caseId, jobId);
    if (job === undefined || (job.state !== 'queued' && job.state !== 'running')) return;
    try {
      const { requisition, exhibit, packets } = await takeUp(job);
      const { policyId } = demandStep(requisition);
      await journal(requisition, job, 'job.step', { effect: 'permit', policyId, code: 'OK' }, [
        { type: 'digest', id: exhibit.sha256 },
      ]);
      const segments = cutSegments(packets);
      await database.inCase(job.caseId, (tx) =>
        jobs.planJob(
          tx,
          job,
          segments.map((segment) => ({
            n: segment.index,
            fromSeconds: packets.secondsOf(segment.fromPts),
            toSeconds: Math.min(packets.secondsOf(segment.toPts), exhibit.timeline.durationSeconds),
          })),
        ),
      );
      if (job.state === 'queued') deps.metrics.jobs.inc({ state: 'running' });
      const waiting = await database.inCase(job.caseId, (tx) => jobs.waitingSegments(tx, job.id));
      if (waiting.length === 0) await close(job);
      else await queue.askForSegments(job.id, waiting);
    } catch (error) {
      await settle(job, error, true);
    }
  }

  async function runSegment(jobId: JobId, n: number, lastTry: boolean): Promise<void> {
    const name = `${jobId}:${n}`;
    const caseId = await database.inService((tx) => jobs.caseOfJob(tx, jobId));
    const job = caseId === undefined ? undefined : await findJob(caseId, jobId);
    if (job === undefined || job.state !== 'running' || segmentsHere.has(name)) return;
    const waiting = await database.inCase(job.caseId, (tx) => jobs.waitingSegments(tx, job.id));
    if (!waiting.includes(n)) return;
    segmentsHere.add(name);
    try {
      const { exhibit, packets, stop } = await takeUp(job);
      const requisition = await deps.loadRequisition(job.caseId, job.requisitionId);
      const { policyId } = demandStep(requisition);
      const segment = cutSegments(packets).find((candidate) => candidate.index === n);
      if (segment === undefined) throw new AppError('E_JOB_FAILED', { detail: `segment ${n} does not exist` });
      await journal(requisition, job, 'job.step', { effect: 'permit', policyId, code: 'OK' });
      const timer = deps.metrics.stageSeconds.startTimer({ stage: 'segment' });
      const result = await underWatch(requisition, stop, () =>
        deps.copies.use(requisition, exhibit, (file) =>
          analyseSegment(
            requisition,
            { exhibit, file, packets, segment, framesPerSecond: job.framesPerSecond },
            { detect: deps.detector.detect, decodeSize: deps.detector.decodeSize, track, countColours },
            stop.signal,
          ),
        ),
      );
      timer();
      const object = newId<ObjectId>();
      await deps.vault.put(job.caseId, object, Buffer.from(JSON.stringify(result), 'utf8'));
      const last = await database.inCase(job.caseId, (tx) => jobs.finishSegment(tx, job.id, n, object, result.work));
      deps.metrics.frames.inc({ stage: 'decoded' }, result.work.decodedFrames);
      deps.metrics.detectorCalls.inc({ model: deps.detector.modelUse.name }, result.work.detectorCalls);
      if (last) await close(job);
    } catch (error) {
      const current = await findJob(job.caseId, job.id);
      if (current?.state === 'running' && !stopping) await settle(job, error, lastTry);
      else if (stopping) throw error;
    } finally {
      segmentsHere.delete(name);
    }
  }

  /** Stitches, describes, seals and indexes; the journal entry is durable before the state says done (DEF-10). */
  async function close(job: jobs.Job): Promise<void> {
    if (closing.has(job.id)) return;
    closing.add(job.id);
    try {
      await closeOnce(job);
    } finally {
      closing.delete(job.id);
    }
  }

  async function closeOnce(job: jobs.Job): Promise<void> {
    const { requisition, exhibit, packets } = await takeUp(job);
    const objects = await database.inCase(job.caseId, (tx) => jobs.segmentObjects(tx, job.id));
    const segments: SegmentResult[] = [];
    for (const object of objects)
      segments.push(JSON.parse((await deps.vault.get(job.caseId, object)).toString('utf8')) as SegmentResult);
    const timer = deps.metrics.stageSeconds.startTimer({ stage: 'close' });
    const { result, text, digest } = closeResult(
      {
        exhibit,
        packets,
        framesPerSecond: job.framesPerSecond,
        segments,
        models: [deps.detector.modelUse],
        build: deps.build,
      },
      describe,
    );
    const sealed = await indexResult(
      requisition,
      { job: { id: job.id }, exhibit, result, text },
      { vault: deps.vault },
    );
    timer();
    await journal(requisition, job, 'job.end', { effect: 'done', policyId: '-', code: 'OK' }, [
      { type: 'digest', id: digest },
    ]);
    await database.inCase(job.caseId, (tx) => jobs.closeJob(tx, job.id, { ...sealed, sha256: digest }));
    for (const object of objects) await deps.vault.remove(job.caseId, object);
    deps.metrics.jobs.inc({ state: 'done' });
    const { totals } = result.ledger;
    for (const mode of ['analysed', 'sampled', 'quiet', 'undecodable', 'outside'] as const) {
      deps.metrics.mediaSeconds.inc({ mode }, totals[`${mode}Seconds`]);
    }
    await forget(job);
  }

  let stopping = false;
  const queue: WorkQueue = await startQueue(
    { databaseUrl: database.url, segmentsAtOnce: deps.threads, onError: deps.onError },
    {
      analysis: (jobId) => planAnalysis(jobId as JobId),
      segment: (jobId, n, lastTry) => runSegment(jobId as JobId, n, lastTry),
    },
  );
  // What a killed process left is taken up from its last finished segment.
  for (const job of await database.inService(jobs.unfinishedJobs)) await queue.askForAnalysis(job.id);

  return {
    async startJob(requisition, exhibitId) {
      const exhibit = await deps.loadExhibit(requisition, exhibitId);
      const job = await database.inCase(requisition.caseId, async (tx) => {
        await jobs.insertJob(tx, {
          id: newId<JobId>(),
          caseId: requisition.caseId,
          exhibitId: exhibit.id,
          requisitionId: requisition.id,
          framesPerSecond: deps.framesPerSecond,
        });
        return await jobs.openJobOf(tx, exhibit.id);
      });
      if (job === undefined) throw new AppError('E_DATABASE', { detail: 'a job vanished' });
      await queue.askForAnalysis(job.id);
      deps.metrics.jobs.inc({ state: 'queued' });
      return job;
    },
    async cancelJob(requisition, jobId) {
      const job = await jobOf(requisition, jobId);
      await end(job, 'cancelled', 'E_JOB_CANCELLED', 'cancelled by the agent');
      return await jobOf(requisition, jobId);
    },
    readJob: jobOf,
    listJobs: (requisition) => database.inCase(requisition.caseId, jobs.jobsOfCase),
    async stop() {
      stopping = true;
      for (const job of running.values()) (await job.catch(() => undefined))?.stop.abort();
      await queue.stop();
    },
  };
}
