import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { AuditObject } from '../audit/types.ts';
import { type ExportId, type HitId, isUuid } from '../ids.ts';
import { NextCursor, PageQuery } from '../pages.ts';
import { REVEAL_REASONS, type RevealReason } from '../policy/types.ts';
import type { MediaTickets } from '../requisition/types.ts';
import type { Hit } from '../search/types.ts';
import { isWhole, sendRange } from './byte-range.ts';
import type { Evidence } from './evidence.ts';
import type { Preview } from './preview.ts';
import { STILL_SIZES } from './still.ts';
import type { PackageFile } from './types.ts';

export interface EvidenceRoutesDeps extends Pick<Evidence, 'pictures' | 'exports'> {
  readonly tickets: Pick<MediaTickets, 'issue'>;
}

const uuid = Type.String({ format: 'uuid' });
const hitParams = Type.Object({ caseId: uuid, hitId: uuid });
const ticket = Type.Optional(
  Type.String({
    maxLength: 100,
    description: 'In place of the proof: of `POST .../tickets`, for this very address, last in the query.',
  }),
);
const exportParams = Type.Object({ caseId: uuid, exportId: uuid });
const binary = Type.Unsafe<Buffer>(Type.String({ format: 'binary' }));
const strict = { additionalProperties: false };
const MOST_HITS = 200;

const exportBody = Type.Object({
  id: uuid,
  state: Type.Enum(['building', 'done', 'failed']),
  failureCode: Type.Optional(Type.String()),
  createdAt: Type.String(),
  finishedAt: Type.Optional(Type.String()),
  files: Type.Optional(
    Type.Unsafe<readonly PackageFile[]>(
      Type.Array(Type.Object({ path: Type.String(), sha256: Type.String(), sizeBytes: Type.Integer() })),
    ),
  ),
});

const PreviewSchema = Type.Unsafe<Preview>(
  Type.Object({
    isPossible: Type.Boolean({ description: 'Whether the package would be made.' }),
    refusals: Type.Array(Type.String(), { description: 'Codes for which the package as a whole would be refused.' }),
    hits: Type.Array(
      Type.Object({
        id: uuid,
        piece: Type.Optional(Type.String()),
        verdict: Type.Optional(Type.Enum(['unreviewed', 'confirmed', 'rejected', 'uncertain'])),
        disputed: Type.Optional(Type.Boolean({ description: 'Its readers do not agree.' })),
        readers: Type.Optional(
          Type.Array(
            Type.Object({
              agentId: Type.Optional(Type.String({ description: 'Absent where the record does not say who.' })),
              verdict: Type.Enum(['confirmed', 'rejected', 'uncertain']),
            }),
          ),
        ),
        refusal: Type.Optional(Type.String({ description: 'Code for which this hit would have the package refused.' })),
      }),
    ),
    made: Type.Integer({ description: 'Packages that were made under the authorisation.' }),
    most: Type.Integer({ description: 'How many may be made under it.' }),
    exhibits: Type.Integer({ description: 'Exhibits whose results and coverage would go in.' }),
    files: Type.Array(
      Type.Object({
        path: Type.String(),
        sizeBytes: Type.Optional(
          Type.Integer({ description: 'Bytes; absent where they are known only when the file is made.' }),
        ),
      }),
    ),
  }),
);

const listedExport = Type.Object({
  id: uuid,
  requisitionId: uuid,
  state: Type.Enum(['building', 'done', 'failed']),
  createdAt: Type.String(),
});

// Who controls looks and reviews nothing: his look is no agent's (HUM-01).
const isReviewer = ({ principal }: Pick<FastifyRequest, 'principal'>): boolean => principal.role === 'agent_habilite';

type Shown = readonly [objects: readonly AuditObject[], range: { readonly fromMs: number; readonly toMs: number }];

const shownOf = (hit: Hit): Shown => [
  [
    { type: 'hit', id: hit.id },
    { type: 'exhibit', id: hit.exhibitId },
  ],
  { fromMs: Date.parse(hit.from), toMs: Date.parse(hit.to) },
];

const pathOf = (params: object): string => ('*' in params && typeof params['*'] === 'string' ? params['*'] : '');

function reasonIn(body: unknown): RevealReason | undefined {
  const reason = typeof body === 'object' && body !== null && 'reason' in body ? body.reason : undefined;
  return REVEAL_REASONS.find((each) => each === reason);
}

function hitsNamedIn(body: unknown): readonly string[] {
  const hits = typeof body === 'object' && body !== null && 'hits' in body ? body.hits : undefined;
  return Array.isArray(hits) ? hits.filter((id): id is string => typeof id === 'string' && isUuid(id)) : [];
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  jpg: 'image/jpeg',
  mp4: 'video/mp4',
  txt: 'text/plain; charset=utf-8',
};

// Bytes of a case stay in no cache, and no browser guesses that they are something else.
const withHeaders = (reply: FastifyReply, mediaType: string): FastifyReply =>
  reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }).type(mediaType);
const send = (reply: FastifyReply, mediaType: string, bytes: Buffer): FastifyReply =>
  withHeaders(reply, mediaType).send(bytes);

const TICKET_OF = { still: '/still', thumbnail: '/still?size=thumb', clip: '/clip' } as const;

/** Masked pictures of a hit, and packages: ask, watch, fetch file by file. */
export const evidenceRoutes =
  (deps: EvidenceRoutesDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/api/v1/cases/:caseId/hits/:hitId/still',
      {
        config: { action: 'hit.picture' },
        schema: {
          params: hitParams,
          querystring: Type.Object({ size: Type.Optional(Type.Enum([...STILL_SIZES])), ticket }, strict),
          response: { 200: binary },
        },
      },
      async (request, reply) => {
        const asked = { hitId: request.params.hitId as HitId, agentId: request.principal.agentId };
        const size = request.query.size ?? 'full';
        const { picture, hit } = await deps.pictures.still(request.requisition, { ...asked, size });
        request.show(...shownOf(hit));
        // A page of thumbnails is not a look at each of them: only the whole picture counts for a review.
        if (size === 'full' && isReviewer(request))
          request.afterDisclosure(() => deps.pictures.markSeen(request.requisition, asked));
        return send(reply, 'image/jpeg', picture.jpeg);
      },
    );

    app.get(
      '/api/v1/cases/:caseId/hits/:hitId/clip',
      {
        config: { action: 'hit.picture' },
        schema: {
          params: hitParams,
          querystring: Type.Object({ ticket }, strict),
          response: { 200: binary, 206: binary },
        },
      },
      async (request, reply) => {
        const asked = { hitId: request.params.hitId as HitId, agentId: request.principal.agentId };
        const { picture, hit } = await deps.pictures.clip(request.requisition, asked);
        request.show(...shownOf(hit));
        // A part of it is not a look at it (HUM-01).
        if (isReviewer(request) && isWhole(request.headers.range, picture.mp4.length))
          request.afterDisclosure(() => deps.pictures.markSeen(request.requisition, asked));
        return sendRange(request.headers.range, withHeaders(reply, 'video/mp4'), picture.mp4);
      },
    );

    app.post(
      '/api/v1/cases/:caseId/hits/:hitId/reveal',
      {
        config: { action: 'hit.reveal' },
        // The event is written before the handler runs: hit and reason are named here.
        preValidation: async (request) => {
          const { hitId } = request.params;
          if (isUuid(hitId)) request.show([{ type: 'hit', id: hitId }]);
          const reason = reasonIn(request.body);
          if (reason !== undefined) request.because(reason);
        },
        schema: {
          params: hitParams,
          body: Type.Object({ reason: Type.Enum([...REVEAL_REASONS]) }, strict),
          response: { 200: binary },
        },
      },
      async (request, reply) => {
        const asked = { hitId: request.params.hitId as HitId, agentId: request.principal.agentId };
        const { picture, hit } = await deps.pictures.reveal(request.requisition, asked);
        request.show(...shownOf(hit));
        return send(reply, 'image/jpeg', picture.jpeg);
      },
    );

    app.post(
      '/api/v1/cases/:caseId/hits/:hitId/tickets',
      {
        config: { action: 'hit.ticket' },
        // The event is written before the handler runs, so the hit is named here.
        preValidation: async (request) => {
          const { hitId } = request.params;
          if (isUuid(hitId)) request.show([{ type: 'hit', id: hitId }]);
        },
        schema: {
          params: hitParams,
          body: Type.Object({ of: Type.Enum(Object.keys(TICKET_OF) as (keyof typeof TICKET_OF)[]) }, strict),
          response: { 201: Type.Object({ url: Type.String(), expiresAt: Type.String() }) },
        },
      },
      async (request, reply) => {
        const { caseId, hitId } = request.params;
        await deps.pictures.demand(request.requisition, hitId as HitId);
        const path = `/api/v1/cases/${caseId}/hits/${hitId}${TICKET_OF[request.body.of]}`;
        const holder = { jkt: request.thumbprint ?? '', requisitionId: request.requisition.id };
        const issued = deps.tickets.issue(holder, path);
        const url = `${path}${path.includes('?') ? '&' : '?'}ticket=${issued.ticket}`;
        return reply.code(201).send({ url, expiresAt: new Date(issued.expiresAtMs).toISOString() });
      },
    );

    app.post(
      '/api/v1/cases/:caseId/exports',
      {
        config: { action: 'evidence.export', idempotent: true },
        // The event is written before the handler runs, so the hits are named here.
        preValidation: async (request) => {
          request.show(hitsNamedIn(request.body).map((id) => ({ type: 'hit', id })));
        },
        schema: {
          params: Type.Object({ caseId: uuid }),
          body: Type.Object({ hits: Type.Array(uuid, { maxItems: MOST_HITS, uniqueItems: true }) }, strict),
          response: { 202: exportBody },
        },
      },
      async (request, reply) => {
        const hitIds = request.body.hits as readonly string[] as readonly HitId[];
        const made = await request.once({
          takesId: true,
          make: (id) => deps.exports.start(request.requisition, request.principal, hitIds, id as ExportId),
          idOf: ({ id }) => id,
          read: (id) => deps.exports.read(request.requisition, id as ExportId),
        });
        return reply.code(202).send(made);
      },
    );

    app.post(
      '/api/v1/cases/:caseId/exports/preview',
      {
        config: { action: 'evidence.preview' },
        schema: {
          params: Type.Object({ caseId: uuid }),
          body: Type.Object({ hits: Type.Array(uuid, { maxItems: MOST_HITS, uniqueItems: true }) }, strict),
          response: { 200: PreviewSchema },
        },
      },
      async (request) => {
        const hitIds = request.body.hits as readonly string[] as readonly HitId[];
        const preview = await deps.exports.preview(request.requisition, hitIds);
        request.show(
          preview.hits.flatMap(({ id, piece }) => (piece === undefined ? [] : [{ type: 'hit', id } as const])),
        );
        return preview;
      },
    );

    app.get(
      '/api/v1/cases/:caseId/exports',
      {
        config: { action: 'evidence.list' },
        schema: {
          params: Type.Object({ caseId: uuid }),
          querystring: PageQuery,
          response: { 200: Type.Object({ exports: Type.Array(listedExport), nextCursor: NextCursor }) },
        },
      },
      async (request) => {
        const { items, next } = await deps.exports.list(request.requisition, request.query);
        request.show(items.map(({ id }) => ({ type: 'export', id })));
        return { exports: [...items], ...next };
      },
    );

    app.get(
      '/api/v1/cases/:caseId/exports/:exportId',
      { config: { action: 'evidence.read' }, schema: { params: exportParams, response: { 200: exportBody } } },
      async (request) => {
        const view = await deps.exports.read(request.requisition, request.params.exportId as ExportId);
        request.show([{ type: 'export', id: view.id }]);
        return view;
      },
    );

    app.get(
      '/api/v1/cases/:caseId/exports/:exportId/files/*',
      {
        config: { action: 'evidence.read' },
        schema: {
          // The rest of the path stands under `*`, a name that the schema compiler cannot take.
          params: exportParams,
          response: { 200: binary },
        },
      },
      async (request, reply) => {
        const exportId = request.params.exportId as ExportId;
        const { bytes, file } = await deps.exports.file(request.requisition, exportId, pathOf(request.params));
        request.show([
          { type: 'export', id: exportId },
          { type: 'digest', id: file.sha256 },
        ]);
        return send(reply, MEDIA_TYPES[file.path.split('.').at(-1) ?? ''] ?? 'application/octet-stream', bytes);
      },
    );
  };
