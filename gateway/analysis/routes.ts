import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { type ExhibitId, isUuid, type JobId } from '../ids.ts';
import { NextCursor, type Page, type PageAsked, PageQuery } from '../pages.ts';
import type { Requisition } from '../requisition/types.ts';
import type { Estimate } from './estimate.ts';
import type { Job } from './store.ts';

export interface AnalysisRoutesDeps {
  /** Queues the analysis of a sealed exhibit; the same job again while one runs. */
  startJob(requisition: Requisition, exhibitId: ExhibitId, id?: JobId): Promise<Job>;
  /** How long an analysis of a sealed exhibit would take, from its packets. */
  estimateJob(requisition: Requisition, exhibitId: ExhibitId): Promise<Estimate>;
  readJob(requisition: Requisition, jobId: JobId): Promise<Job>;
  listJobs(requisition: Requisition, asked: PageAsked): Promise<Page<Job>>;
  cancelJob(requisition: Requisition, jobId: JobId): Promise<Job>;
  /** Canonical text of a closed result; E_JOB_NOT_DONE before (DEF-10). */
  readResult(requisition: Requisition, jobId: JobId): Promise<string>;
  /** MOTChallenge text of a closed result. */
  readMot(requisition: Requisition, jobId: JobId): Promise<string>;
}

const uuid = Type.String({ format: 'uuid' });
const jobParams = Type.Object({ caseId: uuid, jobId: uuid });

const jobBody = Type.Object({
  id: uuid,
  exhibitId: uuid,
  state: Type.Enum(['queued', 'running', 'done', 'failed', 'cancelled']),
  failureCode: Type.Optional(Type.String()),
  segments: Type.Optional(Type.Integer()),
  segmentsDone: Type.Optional(Type.Integer()),
  secondsDone: Type.Number(),
  reachedSeconds: Type.Number({
    description: 'Media time up to which all is analysed, seconds, in steps: where the analysis is looking.',
  }),
  remainingSeconds: Type.Optional(Type.Number()),
  startedAt: Type.Optional(Type.String()),
  finishedAt: Type.Optional(Type.String()),
  digest: Type.Optional(Type.String()),
  decodedFrames: Type.Optional(Type.Integer()),
  detectorCalls: Type.Optional(Type.Integer()),
});

const estimateBody = Type.Object({
  exhibitId: uuid,
  estimatedSeconds: Type.Number(),
  mediaSeconds: Type.Number(),
  basis: Type.Literal('packets', { description: 'Sizes and times of packets; nothing was decoded.' }),
  hasDetector: Type.Boolean(),
});

/** To ten seconds: finer would tell, poll by poll, how much happens in which minute (DEF-10). */
const coarse = (seconds: number): number => 10 * Math.ceil(seconds / 10);

const STEP_SHARE = 0.05;
const LEAST_STEP_SECONDS = 60;
const hasEnded = ({ state }: Pick<Job, 'state'>): boolean => ['done', 'failed', 'cancelled'].includes(state);

/**
 * How far it is. Quiet segments are longer than busy ones: while it runs, media time comes in steps that have nothing to do with them, and how
 * many they are is said at the end (DEF-10).
 */
function progressShown(job: Job) {
  if (hasEnded(job)) {
    const { segments, segmentsDone, secondsDone, secondsReached } = job;
    return {
      segmentsDone,
      secondsDone,
      reachedSeconds: secondsReached,
      ...(segments === undefined ? {} : { segments }),
    };
  }
  const step = Math.max(LEAST_STEP_SECONDS, STEP_SHARE * job.secondsPlanned);
  const inSteps = (seconds: number): number => step * Math.floor(seconds / step);
  return { secondsDone: inSteps(job.secondsDone), reachedSeconds: inSteps(job.secondsReached) };
}

// State and media time while it runs; the digest and the work done only when it is closed (DEF-10).
const shape = (job: Job) => ({
  id: job.id,
  exhibitId: job.exhibitId,
  // Being sealed is running, seen from outside.
  state: job.state === 'closing' ? ('running' as const) : job.state,
  ...progressShown(job),
  ...(job.remainingSeconds === undefined ? {} : { remainingSeconds: coarse(job.remainingSeconds) }),
  ...(job.failureCode === undefined ? {} : { failureCode: job.failureCode }),
  ...(job.startedAt === undefined ? {} : { startedAt: job.startedAt }),
  ...(job.finishedAt === undefined ? {} : { finishedAt: job.finishedAt }),
  ...(job.state === 'done' && job.resultSha256 !== undefined
    ? { digest: job.resultSha256, decodedFrames: job.work.decodedFrames, detectorCalls: job.work.detectorCalls }
    : {}),
});

const LOOK_MS = 500;
/** Then the client asks again, with a proof of its own (REQ-15). */
const LONGEST_WATCH_MS = 60_000;

/** A line of JSON whenever the state or the media time of a job changes, until it has ended (DEF-09: nothing of what was seen). */
async function* progressOf(first: Job, read: () => Promise<Job>, stop: AbortSignal): AsyncGenerator<string> {
  const until = performance.now() + LONGEST_WATCH_MS;
  let said = '';
  for (let job = first; ; job = await read()) {
    const { remainingSeconds, ...state } = shape(job);
    const now = JSON.stringify(state);
    if (now !== said) yield `${JSON.stringify({ ...state, remainingSeconds })}\n`;
    said = now;
    if (hasEnded(job) || performance.now() >= until) return;
    await delay(LOOK_MS, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) return;
  }
}

/** Jobs: start, watch, cancel, and the closed result's own files. */
export const analysisRoutes =
  (deps: AnalysisRoutesDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    // Whoever watches: nobody looks on for a client that has gone, or in a gateway that stops.
    const watching = new Set<AbortController>();
    app.addHook('preClose', async () => {
      for (const stop of watching) stop.abort();
    });

    app.post(
      '/api/v1/cases/:caseId/jobs',
      {
        config: { action: 'job.start', idempotent: true },
        // The event is written before the handler runs, so the exhibit is named here.
        preValidation: async (request) => {
          const exhibitId = (request.body as { exhibitId?: unknown } | undefined)?.exhibitId;
          if (typeof exhibitId === 'string' && isUuid(exhibitId)) request.show([{ type: 'exhibit', id: exhibitId }]);
        },
        schema: {
          params: Type.Object({ caseId: uuid }),
          body: Type.Object({ exhibitId: uuid }, { additionalProperties: false }),
          response: { 202: jobBody },
        },
      },
      async (request, reply) => {
        const job = await request.once({
          takesId: true,
          make: (id) => deps.startJob(request.requisition, request.body.exhibitId as ExhibitId, id as JobId),
          idOf: ({ id }) => id,
          read: (id) => deps.readJob(request.requisition, id as JobId),
        });
        return reply.code(202).send(shape(job));
      },
    );

    app.get(
      '/api/v1/cases/:caseId/exhibits/:exhibitId/estimate',
      {
        config: { action: 'job.estimate' },
        preValidation: async (request) => {
          const { exhibitId } = request.params;
          if (isUuid(exhibitId)) request.show([{ type: 'exhibit', id: exhibitId }]);
        },
        schema: {
          params: Type.Object({ caseId: uuid, exhibitId: uuid }),
          response: { 200: estimateBody },
        },
      },
      async (request) => {
        const exhibitId = request.params.exhibitId as ExhibitId;
        const { seconds, mediaSeconds, hasDetector } = await deps.estimateJob(request.requisition, exhibitId);
        // Its plan is that of the job, and says as little of what happens in which minute.
        return { exhibitId, estimatedSeconds: coarse(seconds), mediaSeconds, basis: 'packets' as const, hasDetector };
      },
    );

    app.get(
      '/api/v1/cases/:caseId/jobs',
      {
        config: { action: 'job.read' },
        schema: {
          params: Type.Object({ caseId: uuid }),
          querystring: PageQuery,
          response: { 200: Type.Object({ jobs: Type.Array(jobBody), nextCursor: NextCursor }) },
        },
      },
      async (request) => {
        const { items, next } = await deps.listJobs(request.requisition, request.query);
        request.show(items.map((job) => ({ type: 'job', id: job.id })));
        return { jobs: items.map(shape), ...next };
      },
    );

    app.get(
      '/api/v1/cases/:caseId/jobs/:jobId',
      { config: { action: 'job.read' }, schema: { params: jobParams, response: { 200: jobBody } } },
      async (request) => {
        const job = await deps.readJob(request.requisition, request.params.jobId as JobId);
        request.show([{ type: 'job', id: job.id }]);
        return shape(job);
      },
    );

    app.get(
      '/api/v1/cases/:caseId/jobs/:jobId/progress',
      {
        config: { action: 'job.read' },
        schema: { params: jobParams, response: { 200: Type.Unsafe<Readable>({ type: 'string' }) } },
      },
      async (request, reply) => {
        const { requisition } = request;
        const read = () => {
          // Each look is decided like the first one.
          request.decide([]);
          return deps.readJob(requisition, request.params.jobId as JobId);
        };
        const first = await read();
        request.show([{ type: 'job', id: first.id }]);
        const stop = new AbortController();
        watching.add(stop);
        reply.raw.once('close', () => {
          watching.delete(stop);
          stop.abort();
        });
        return reply.type('application/x-ndjson').send(Readable.from(progressOf(first, read, stop.signal)));
      },
    );

    app.delete(
      '/api/v1/cases/:caseId/jobs/:jobId',
      {
        config: { action: 'job.cancel' },
        preValidation: async (request) => {
          const { jobId } = request.params;
          if (isUuid(jobId)) request.show([{ type: 'job', id: jobId }]);
        },
        schema: { params: jobParams, response: { 200: jobBody } },
      },
      async (request) => shape(await deps.cancelJob(request.requisition, request.params.jobId as JobId)),
    );

    app.get(
      '/api/v1/cases/:caseId/jobs/:jobId/result',
      {
        config: { action: 'result.read', etag: true },
        schema: { params: jobParams, response: { 200: Type.String() } },
      },
      async (request, reply) => {
        const text = await deps.readResult(request.requisition, request.params.jobId as JobId);
        request.show([{ type: 'job', id: request.params.jobId }]);
        return reply.type('application/json').serializer(String).send(text);
      },
    );

    app.get(
      '/api/v1/cases/:caseId/jobs/:jobId/mot',
      {
        config: { action: 'result.read', etag: true },
        schema: { params: jobParams, response: { 200: Type.String() } },
      },
      async (request, reply) => {
        const text = await deps.readMot(request.requisition, request.params.jobId as JobId);
        request.show([{ type: 'job', id: request.params.jobId }]);
        return reply.type('text/plain').send(text);
      },
    );
  };
