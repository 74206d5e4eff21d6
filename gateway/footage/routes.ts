import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { ExhibitId } from '../ids.ts';
import { packets, probe } from '../media.ts';
import type { DepositDeps } from './deposit.ts';
import { describeExhibit, type ExhibitSummary, listExhibits } from './exhibits.ts';
import { deferralFloor } from './gate.ts';
import { answerUpload, UPLOADS_PATH } from './upload.ts';
import { createUploadLocks } from './upload-locks.ts';

export interface FootageRoutesDeps extends Omit<DepositDeps, 'media' | 'locks' | 'floorSeconds'> {
  /** A policy's own deferral, seconds; E_CONFIG below the compiled floor. */
  readonly deferralSeconds?: number;
}

const uuid = Type.String({ format: 'uuid' });
const exhibitBody = Type.Object({
  id: uuid,
  state: Type.Union([Type.Literal('receiving'), Type.Literal('sealed'), Type.Literal('refused')]),
  refusalCode: Type.Optional(Type.String()),
  piece: Type.String(),
  fileName: Type.String(),
  sha256: Type.String(),
  sizeBytes: Type.Integer(),
  captureStart: Type.String(),
  captureEnd: Type.String(),
  timeZone: Type.String(),
  sealedAt: Type.Optional(Type.String()),
  camera: Type.Object({ id: Type.String(), place: Type.String() }),
  clock: Type.Object({ offsetSeconds: Type.Number(), uncertaintySeconds: Type.Number(), basis: Type.String() }),
  clockNote: Type.Optional(Type.String()),
  damaged: Type.Boolean(),
  durationSeconds: Type.Optional(Type.Number()),
  frames: Type.Optional(Type.Integer()),
  codec: Type.Optional(Type.String()),
  losses: Type.Optional(Type.Array(Type.String())),
  windows: Type.Optional(Type.Array(Type.Object({ fromSeconds: Type.Number(), toSeconds: Type.Number() }))),
});

function shape({ facts, ...exhibit }: ExhibitSummary) {
  const { established } = facts;
  return {
    id: exhibit.id,
    state: exhibit.state,
    ...(exhibit.refusalCode === undefined ? {} : { refusalCode: exhibit.refusalCode }),
    piece: facts.piece,
    fileName: facts.fileName,
    sha256: facts.sha256,
    sizeBytes: exhibit.sizeBytes,
    captureStart: new Date(exhibit.captureStartMs).toISOString(),
    captureEnd: new Date(exhibit.captureEndMs).toISOString(),
    timeZone: facts.timeZone,
    ...(exhibit.sealedAtMs === undefined ? {} : { sealedAt: new Date(exhibit.sealedAtMs).toISOString() }),
    camera: facts.camera,
    clock: facts.clock,
    damaged: facts.damaged,
    ...(established === undefined
      ? {}
      : {
          durationSeconds: established.timeline.durationSeconds,
          frames: established.timeline.frameCount,
          codec: established.timeline.codec,
          losses: [...established.timeline.losses],
          windows: [...established.windows],
          ...(established.clockNote === undefined ? {} : { clockNote: established.clockNote }),
        }),
  };
}

/** Deposit by tus 1.0, and the exhibits of a case. An upload's id is the id of the exhibit that it becomes. */
export const footageRoutes =
  (routesDeps: FootageRoutesDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { deferralSeconds, ...given } = routesDeps;
    const locks = createUploadLocks({ databaseUrl: given.database.url, clock: given.clock });
    app.addHook('onClose', () => locks.close());
    const deps: DepositDeps = {
      ...given,
      media: { probe, packets },
      locks,
      floorSeconds: deferralFloor(deferralSeconds),
    };

    // The bytes of a PATCH are never gathered in memory: the handler reads the socket.
    app.addContentTypeParser('application/offset+octet-stream', (_request, _payload, done) => done(null));

    for (const url of [UPLOADS_PATH, `${UPLOADS_PATH}/:uploadId`]) {
      const isUpload = url !== UPLOADS_PATH;
      app.route({
        method: isUpload ? ['HEAD', 'PATCH', 'DELETE'] : ['POST', 'OPTIONS'],
        url,
        config: { action: 'exhibit.upload' },
        schema: {
          ...(isUpload ? { params: Type.Object({ uploadId: uuid }) } : {}),
          response: { 200: Type.Null(), 201: Type.Null(), 204: Type.Null() },
        },
        handler: async (request, reply) => {
          reply.header('tus-resumable', '1.0.0');
          const { uploadId } = (request.params ?? {}) as { readonly uploadId?: string };
          // For the journal, should it be refused.
          if (uploadId !== undefined) request.show([{ type: 'upload', id: uploadId }]);
          const { method, url, raw } = request;
          const answer = await answerUpload(request.requisition, request.principal, { method, url, raw }, deps);
          return reply.code(answer.status).headers(answer.headers).send(null);
        },
      });
    }

    app.get(
      '/api/v1/cases/:caseId/exhibits',
      {
        config: { action: 'exhibit.read' },
        schema: {
          params: Type.Object({ caseId: uuid }),
          response: { 200: Type.Object({ exhibits: Type.Array(exhibitBody) }) },
        },
      },
      async (request) => {
        const exhibits = await listExhibits(request.requisition, deps);
        request.show(exhibits.map(({ id }) => ({ type: 'exhibit', id })));
        return { exhibits: exhibits.map(shape) };
      },
    );

    app.get(
      '/api/v1/cases/:caseId/exhibits/:exhibitId',
      {
        config: { action: 'exhibit.read' },
        schema: { params: Type.Object({ caseId: uuid, exhibitId: uuid }), response: { 200: exhibitBody } },
      },
      async (request) => {
        const exhibit = await describeExhibit(request.requisition, request.params.exhibitId as ExhibitId, deps);
        request.show([{ type: 'exhibit', id: exhibit.id }]);
        return shape(exhibit);
      },
    );
  };
