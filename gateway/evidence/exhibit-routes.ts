import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { type ExhibitId, isUuid } from '../ids.ts';
import type { MediaTickets } from '../requisition/types.ts';
import { sendRange } from './byte-range.ts';
import { type ExhibitPictures, MOST_SPAN_SECONDS } from './exhibit-pictures.ts';
import type { FrameFacts } from './frame-facts.ts';
import { STILL_SIZES } from './still.ts';

export interface ExhibitPictureRoutesDeps {
  readonly exhibitPictures: ExhibitPictures;
  readonly tickets: Pick<MediaTickets, 'issue'>;
}

const uuid = Type.String({ format: 'uuid' });
const params = Type.Object({ caseId: uuid, exhibitId: uuid });
const strict = { additionalProperties: false };
const binary = Type.Unsafe<Buffer>(Type.String({ format: 'binary' }));
const ticket = Type.Optional(
  Type.String({
    maxLength: 100,
    description: 'In place of the proof: of `POST .../tickets`, for this very address, last in the query.',
  }),
);
const LONGEST_SECONDS = 1e9;
const seconds = (description: string) => Type.Number({ minimum: 0, maximum: LONGEST_SECONDS, description });
const span = {
  fromSeconds: seconds('Beginning in media time, seconds.'),
  toSeconds: seconds(`End in media time, seconds; at most ${MOST_SPAN_SECONDS} after the beginning.`),
};
const NUMBER = 'Number of the frame, from 1 in the order of showing.';
const number = Type.Integer({
  minimum: 1,
  maximum: 1e9,
  description: NUMBER,
});

/** As text: `1.5` is no frame, and must not become one. */
const numberInPath = Type.String({ pattern: '^[1-9][0-9]{0,8}$', description: NUMBER });

const frameBody = Type.Object({
  number,
  pts: Type.Number(),
  timeSeconds: Type.Number(),
  recorderTime: Type.String({ description: 'What the clock of the recorder said, RFC 3339.' }),
  trueTime: Type.String({ description: 'The same corrected by the offset of the clock, RFC 3339.' }),
  isAnalysed: Type.Boolean({ description: 'Whether something was seen on this very frame: a box on it is evidence.' }),
  shown: Type.Enum(['masked', 'coarse'], {
    description:
      '`masked`: heads and plates are covered; `coarse`: the analysis did not look there, so all of it is in blocks.',
  }),
});

const mediaHeaders = (reply: FastifyReply, mediaType: string): FastifyReply =>
  reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }).type(mediaType);

/** A picture says of itself which frame it is. */
const factHeaders = (facts: FrameFacts): Record<string, string> => ({
  'differe-frame': `${facts.number}`,
  'differe-pts': `${facts.pts}`,
  'differe-media-seconds': `${facts.timeSeconds}`,
  'differe-recorder-time': facts.recorderTime,
  'differe-true-time': facts.trueTime,
  'differe-analysed': `${facts.isAnalysed}`,
  'differe-shown': facts.shown,
});

/** Masked pictures of an exhibit wherever in it: one frame, the frames of a span by number and time, a clip by ranges, tickets for them. */
export const exhibitPictureRoutes =
  ({ exhibitPictures, tickets }: ExhibitPictureRoutesDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/api/v1/cases/:caseId/exhibits/:exhibitId/frames/:number',
      {
        config: { action: 'exhibit.picture' },
        schema: {
          params: Type.Object({ caseId: uuid, exhibitId: uuid, number: numberInPath }),
          querystring: Type.Object({ size: Type.Optional(Type.Enum([...STILL_SIZES])), ticket }, strict),
          response: { 200: binary },
        },
      },
      async (request, reply) => {
        const exhibitId = request.params.exhibitId as ExhibitId;
        const asked = { exhibitId, number: Number(request.params.number), size: request.query.size ?? 'full' };
        const { picture, exhibit, span: shown } = await exhibitPictures.frame(request.requisition, asked);
        request.show([{ type: 'exhibit', id: exhibit.id }], shown);
        return mediaHeaders(reply, 'image/jpeg').headers(factHeaders(picture.facts)).send(picture.jpeg);
      },
    );

    app.get(
      '/api/v1/cases/:caseId/exhibits/:exhibitId/frames',
      {
        config: { action: 'exhibit.picture' },
        schema: {
          params,
          querystring: Type.Object(span, strict),
          response: {
            200: Type.Object({
              frames: Type.Array(frameBody),
              keyFrames: Type.Array(Type.Object({ number }), {
                description: 'The key frames of the span, rising, with the one before it and the one after it.',
              }),
            }),
          },
        },
      },
      async (request) => {
        const asked = { exhibitId: request.params.exhibitId as ExhibitId, ...request.query };
        const { picture, exhibit, span: shown } = await exhibitPictures.frames(request.requisition, asked);
        request.show([{ type: 'exhibit', id: exhibit.id }], shown);
        return { frames: [...picture.frames], keyFrames: picture.keyFrames.map((each) => ({ number: each })) };
      },
    );

    app.get(
      '/api/v1/cases/:caseId/exhibits/:exhibitId/clip',
      {
        config: { action: 'exhibit.picture' },
        schema: {
          params,
          querystring: Type.Object({ ...span, ticket }, strict),
          response: { 200: binary, 206: binary },
        },
      },
      async (request, reply) => {
        const { fromSeconds, toSeconds } = request.query;
        const asked = { exhibitId: request.params.exhibitId as ExhibitId, fromSeconds, toSeconds };
        const { picture, exhibit, span: shown } = await exhibitPictures.clip(request.requisition, asked);
        request.show([{ type: 'exhibit', id: exhibit.id }], shown);
        return sendRange(request.headers.range, mediaHeaders(reply, 'video/mp4'), picture);
      },
    );

    app.post(
      '/api/v1/cases/:caseId/exhibits/:exhibitId/tickets',
      {
        config: { action: 'exhibit.ticket' },
        // The event is written before the handler runs, so the exhibit is named here.
        preValidation: async (request) => {
          const { exhibitId } = request.params;
          if (isUuid(exhibitId)) request.show([{ type: 'exhibit', id: exhibitId }]);
        },
        schema: {
          params,
          body: Type.Union([
            Type.Object({ of: Type.Literal('frame'), number }, strict),
            Type.Object({ of: Type.Literal('clip'), ...span }, strict),
          ]),
          response: { 201: Type.Object({ url: Type.String(), expiresAt: Type.String() }) },
        },
      },
      async (request, reply) => {
        const { caseId, exhibitId } = request.params;
        await exhibitPictures.demand(request.requisition, exhibitId as ExhibitId);
        const { body } = request;
        const path =
          body.of === 'frame'
            ? `/api/v1/cases/${caseId}/exhibits/${exhibitId}/frames/${body.number}`
            : `/api/v1/cases/${caseId}/exhibits/${exhibitId}/clip?fromSeconds=${body.fromSeconds}&toSeconds=${body.toSeconds}`;
        const holder = { jkt: request.thumbprint ?? '', requisitionId: request.requisition.id };
        const issued = tickets.issue(holder, path);
        const url = `${path}${path.includes('?') ? '&' : '?'}ticket=${issued.ticket}`;
        return reply.code(201).send({ url, expiresAt: new Date(issued.expiresAtMs).toISOString() });
      },
    );
  };
