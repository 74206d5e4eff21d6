import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { type ExhibitId, isUuid, newId } from '../ids.ts';
import { packets, probe } from '../media.ts';
import { NextCursor, PageQuery } from '../pages.ts';
import type { DepositDeps } from './deposit.ts';
import { exhibitBody, shape } from './exhibit-body.ts';
import { describeExhibit, listExhibits } from './exhibits.ts';
import { deferralFloor } from './gate.ts';
import { answerUpload, UPLOADS_PATH } from './upload.ts';
import { createUploadLocks } from './upload-locks.ts';
import { createExhibitVerifier, VERDICTS, type VerifyDeps } from './verify-exhibit.ts';

export interface FootageRoutesDeps extends Omit<DepositDeps, 'media' | 'locks' | 'floorSeconds'> {
  readonly log: DepositDeps['log'] & VerifyDeps['log'];
  readonly logVkey: string;
  /** A policy's own deferral, seconds; E_CONFIG below the compiled floor. */
  readonly deferralSeconds?: number;
}

const uuid = Type.String({ format: 'uuid' });

const verificationBody = Type.Object({
  exhibitId: uuid,
  verdict: Type.Enum([...VERDICTS], {
    description:
      '`verified`: the sealed bytes are those of the signed schedule, and the journal proves their sealing; `partly`: the bytes are, but the journal shows no such record; `not_signed`: the schedule does not list the exhibit, and nothing was read; `altered`: the bytes are not those that were sealed.',
  }),
  scheduledSha256: Type.String({ description: 'The digest that was sealed, SHA-256 (hex).' }),
  foundSha256: Type.Optional(
    Type.String({
      description:
        'SHA-256 (hex) computed now from the sealed bytes; absent where they were not read or cannot be opened.',
    }),
  ),
  record: Type.Optional(
    Type.Integer({ description: 'Record of the journal that has the sealing, its place in the log proved.' }),
  ),
  checkedAt: Type.String({ description: 'When it was checked, RFC 3339.' }),
});

/** Asking how far an upload has come, or what the server can do, collects nothing: it is reading. */
const UPLOAD_METHODS = [
  { method: 'POST', action: 'exhibit.upload' },
  { method: 'OPTIONS', action: 'exhibit.read' },
  { method: 'PATCH', action: 'exhibit.upload' },
  { method: 'DELETE', action: 'exhibit.upload' },
  { method: 'HEAD', action: 'exhibit.read' },
] as const;

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

    const verify = createExhibitVerifier(given);

    // The bytes of a PATCH are never gathered in memory: the handler reads the socket.
    app.addContentTypeParser('application/offset+octet-stream', (_request, _payload, done) => done(null));

    const uploadIds = new WeakMap<FastifyRequest, string>();
    for (const { method, action } of UPLOAD_METHODS) {
      const creates = method === 'POST' || method === 'OPTIONS';
      app.route({
        method,
        url: creates ? UPLOADS_PATH : `${UPLOADS_PATH}/:uploadId`,
        config: method === 'POST' ? { action, idempotent: true } : { action },
        // The event is written before the handler runs, so the upload is named here: one that is to be made has its id from now on.
        preValidation: async (request) => {
          const { uploadId = newId<string>() } = (request.params ?? {}) as { readonly uploadId?: string };
          uploadIds.set(request, uploadId);
          if (method !== 'OPTIONS' && isUuid(uploadId)) request.show([{ type: 'upload', id: uploadId }]);
        },
        schema: {
          ...(creates ? {} : { params: Type.Object({ uploadId: uuid }) }),
          response: { 200: Type.Null(), 201: Type.Null(), 204: Type.Null() },
        },
        handler: async (request, reply) => {
          reply.header('tus-resumable', '1.0.0');
          const { url, raw } = request;
          const asked = { method, url, raw, uploadId: uploadIds.get(request) ?? '' };
          const ask = (what: typeof asked) => answerUpload(request.requisition, request.principal, what, deps);
          const answer =
            method !== 'POST'
              ? await ask(asked)
              : await request.once({
                  make: () => ask(asked),
                  idOf: () => asked.uploadId,
                  // What the first one made, and how far it has come since.
                  read: async (uploadId) => {
                    const location = `${UPLOADS_PATH}/${uploadId}`;
                    const { headers } = await ask({ ...asked, method: 'HEAD', url: location, uploadId });
                    return { status: 201 as const, headers: { ...headers, location } };
                  },
                  said: [request.headers['upload-length'], request.headers['upload-metadata']],
                });
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
          querystring: PageQuery,
          response: { 200: Type.Object({ exhibits: Type.Array(exhibitBody), nextCursor: NextCursor }) },
        },
      },
      async (request) => {
        const { items, next } = await listExhibits(request.requisition, request.query, deps);
        request.show(items.map(({ id }) => ({ type: 'exhibit', id })));
        return { exhibits: items.map(shape), ...next };
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

    app.get(
      '/api/v1/cases/:caseId/exhibits/:exhibitId/verification',
      {
        config: { action: 'exhibit.verify' },
        schema: { params: Type.Object({ caseId: uuid, exhibitId: uuid }), response: { 200: verificationBody } },
      },
      async (request) => {
        const { exhibit, ...found } = await verify(request.requisition, request.params.exhibitId as ExhibitId);
        const { checkedAtMs, foundSha256, record, ...said } = found;
        request.show([
          { type: 'exhibit', id: exhibit.id },
          ...(foundSha256 === undefined ? [] : [{ type: 'digest' as const, id: foundSha256 }]),
        ]);
        return {
          exhibitId: exhibit.id,
          ...said,
          scheduledSha256: exhibit.sha256,
          ...(foundSha256 === undefined ? {} : { foundSha256 }),
          ...(record === undefined ? {} : { record }),
          checkedAt: new Date(checkedAtMs).toISOString(),
        };
      },
    );
  };
