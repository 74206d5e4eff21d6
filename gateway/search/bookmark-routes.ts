import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { AppError } from '../errors.ts';
import { etagOf, namesTag } from '../etags.ts';
import { type BookmarkId, type ExhibitId, type HitId, isUuid } from '../ids.ts';
import { HitSchema } from './answer-schema.ts';
import type { SearchDeps } from './ask.ts';
import { bookmarksOfCase, labelBookmark, readBookmark, removeBookmark, setBookmark } from './bookmarks.ts';
import { digestOf, textOf } from './said.ts';
import type { Bookmark } from './types.ts';

const uuid = Type.String({ format: 'uuid' });
const strict = { additionalProperties: false };
const MOST_CHARACTERS = 200;
/** No recording is longer. */
const MOST_SECONDS = 31 * 86_400;

const label = Type.Optional(
  textOf(MOST_CHARACTERS, 'Free text. It is sealed, and the journal has a keyed digest of it alone.'),
);
const atSeconds = Type.Number({
  minimum: 0,
  maximum: MOST_SECONDS,
  description: 'Moment of the exhibit, media seconds.',
});
const BookmarkSchema = Type.Unsafe<Bookmark>(
  Type.Object({
    id: uuid,
    exhibitId: uuid,
    fileName: Type.String(),
    cameraId: Type.String(),
    atSeconds: Type.Number({ description: 'Moment of the exhibit, media seconds.' }),
    at: Type.String({ description: 'True time of that moment, RFC 3339.' }),
    uncertaintySeconds: Type.Number(),
    hit: Type.Optional(HitSchema),
    label: Type.Optional(Type.String({ description: 'What the agent wrote beside it.' })),
    author: Type.String({ description: 'Id of the agent who set it.' }),
    isOwn: Type.Boolean({ description: 'Whether who asks set it.' }),
    madeAt: Type.String({ description: 'When it was set, RFC 3339.' }),
  }),
);
const params = Type.Object({ caseId: uuid, bookmarkId: uuid });

const textIn = (body: unknown, name: string): string | undefined => {
  const value = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' ? value : undefined;
};

/** Moments of exhibits that agents want to find again: of the case, for everybody who reads its hits. */
export const bookmarkRoutes =
  (deps: SearchDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    /** The event is written before the handler runs: what is marked, and the digest of what is said. */
    const announce = async (request: FastifyRequest, bookmarkId?: string): Promise<void> => {
      const { body } = request;
      for (const [type, id] of [
        ['bookmark', bookmarkId],
        ['exhibit', textIn(body, 'exhibitId')],
        ['hit', textIn(body, 'hitId')],
      ] as const)
        if (id !== undefined && isUuid(id)) request.show([{ type, id }]);
      const said = textIn(body, 'label');
      if (said === undefined) return;
      request.show([{ type: 'digest', id: await digestOf(deps.vault, request.requisition.caseId, said) }]);
    };
    const showOf = ({ id, exhibitId, hit }: Bookmark) => [
      { type: 'bookmark', id } as const,
      { type: 'exhibit', id: exhibitId } as const,
      ...(hit === undefined ? [] : [{ type: 'hit', id: hit.id } as const]),
    ];

    app.get(
      '/api/v1/cases/:caseId/bookmarks',
      {
        config: { action: 'bookmark.read' },
        schema: {
          params: Type.Object({ caseId: uuid }),
          querystring: Type.Object({ cursor: Type.Optional(Type.String({ maxLength: 400 })) }, strict),
          response: {
            200: Type.Object({ bookmarks: Type.Array(BookmarkSchema), nextCursor: Type.Optional(Type.String()) }),
          },
        },
      },
      async (request) => {
        const asked = { cursor: request.query.cursor, asker: request.principal.agentId };
        const { bookmarks, ...rest } = await bookmarksOfCase(request.requisition, asked, deps);
        request.show(bookmarks.flatMap(showOf));
        return { bookmarks: [...bookmarks], ...rest };
      },
    );

    app.post(
      '/api/v1/cases/:caseId/bookmarks',
      {
        config: { action: 'bookmark.keep', idempotent: true },
        preValidation: (request) => announce(request),
        schema: {
          params: Type.Object({ caseId: uuid }),
          body: Type.Object({ exhibitId: uuid, atSeconds, hitId: Type.Optional(uuid), label }, strict),
          response: { 201: BookmarkSchema },
        },
      },
      async (request, reply) => {
        const { body, requisition, principal } = request;
        const { agentId } = principal;
        const said = {
          exhibitId: body.exhibitId as ExhibitId,
          atSeconds: body.atSeconds,
          ...(body.hitId === undefined ? {} : { hitId: body.hitId as HitId }),
          ...(body.label === undefined ? {} : { label: body.label }),
          agentId,
        };
        const made = await request.once({
          takesId: true,
          make: (id) => setBookmark(requisition, said, deps, id as BookmarkId),
          idOf: ({ id }) => id,
          read: (id) => readBookmark(requisition, id as BookmarkId, agentId, deps),
        });
        return reply.code(201).send(made);
      },
    );

    app.get(
      '/api/v1/cases/:caseId/bookmarks/:bookmarkId',
      { config: { action: 'bookmark.read', etag: true }, schema: { params, response: { 200: BookmarkSchema } } },
      async (request) => {
        const { requisition, principal } = request;
        const id = request.params.bookmarkId as BookmarkId;
        const bookmark = await readBookmark(requisition, id, principal.agentId, deps);
        request.show(showOf(bookmark));
        return bookmark;
      },
    );

    app.put(
      '/api/v1/cases/:caseId/bookmarks/:bookmarkId',
      {
        config: { action: 'bookmark.keep', ifMatch: true },
        preValidation: (request) => announce(request, request.params.bookmarkId),
        schema: { params, body: Type.Object({ label }, strict), response: { 200: BookmarkSchema } },
      },
      async (request, reply) => {
        const { agentId } = request.principal;
        const said = { id: request.params.bookmarkId as BookmarkId, label: request.body.label, agentId };
        const held = request.headers['if-match'];
        if (held === undefined) return labelBookmark(request.requisition, said, deps);
        const now = await readBookmark(request.requisition, said.id, agentId, deps);
        if (!namesTag(held, etagOf(String(reply.serialize(now))))) throw new AppError('E_CHANGED');
        return labelBookmark(request.requisition, { ...said, as: now }, deps);
      },
    );

    app.delete(
      '/api/v1/cases/:caseId/bookmarks/:bookmarkId',
      {
        config: { action: 'bookmark.remove' },
        preValidation: (request) => announce(request, request.params.bookmarkId),
        schema: { params, response: { 204: Type.Null() } },
      },
      async (request, reply) => {
        const { agentId } = request.principal;
        await removeBookmark(request.requisition, { id: request.params.bookmarkId as BookmarkId, agentId }, deps);
        return reply.code(204).send(null);
      },
    );
  };
