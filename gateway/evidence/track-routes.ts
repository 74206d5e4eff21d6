import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { COVERAGE_STATES } from '../analysis/types.ts';
import type { ExhibitId } from '../ids.ts';
import { CLASSES } from '../vocabulary.ts';
import type { ExhibitTracks } from './exhibit-tracks.ts';
import { trueSpan } from './frame-facts.ts';
import { type Activity, MOST_BUCKETS, type TracksPage } from './tracks.ts';

export interface TrackRoutesDeps {
  readonly exhibitTracks: ExhibitTracks;
}

const uuid = Type.String({ format: 'uuid' });
const params = Type.Object({ caseId: uuid, exhibitId: uuid });
const strict = { additionalProperties: false };
const LONGEST_SECONDS = 1e9;
const MOST_TRACKS = 500;
const USUAL_TRACKS = 100;
const USUAL_BUCKET_SECONDS = 60;

const className = Type.Enum([...CLASSES]);
const trackBody = Type.Object({
  track: Type.Integer(),
  class: className,
  confidence: Type.Number(),
  firstSeconds: Type.Number({ description: 'First seen, seconds of media time.' }),
  lastSeconds: Type.Number({ description: 'Last seen, seconds of media time.' }),
  points: Type.Array(
    Type.Object({
      frame: Type.Integer(),
      pts: Type.Number(),
      timeSeconds: Type.Number(),
      left: Type.Number(),
      top: Type.Number(),
      width: Type.Number(),
      height: Type.Number(),
      confidence: Type.Number({ description: 'How sure the sighting is, 0 to 1.' }),
      observed: Type.Boolean({ description: 'False where the tracker bridged a gap.' }),
    }),
  ),
});

const pageBody = Type.Unsafe<TracksPage>(
  Type.Object({ tracks: Type.Array(trackBody), nextCursor: Type.Optional(Type.String()) }),
);

const seconds = Type.Number();
const activityBody = Type.Unsafe<Activity>(
  Type.Object({
    durationSeconds: Type.Number(),
    bucketSeconds: Type.Number({ description: 'Length of a stretch, seconds.' }),
    buckets: Type.Array(
      Type.Object({
        fromSeconds: seconds,
        toSeconds: seconds,
        tracks: Type.Integer({ description: 'Number of objects in the picture at some moment of it.' }),
        byClass: Type.Array(
          Type.Object({ class: className, tracks: Type.Integer({ description: 'Number of objects of the class.' }) }),
        ),
        coverage: Type.Object({
          analysedSeconds: seconds,
          sampledSeconds: seconds,
          quietSeconds: seconds,
          undecodableSeconds: seconds,
          outsideSeconds: seconds,
        }),
      }),
    ),
    intervals: Type.Array(
      Type.Object({
        fromSeconds: seconds,
        toSeconds: seconds,
        state: Type.Enum([...COVERAGE_STATES]),
        framesPerSecond: Type.Optional(Type.Number({ description: 'Frames a second that were looked at.' })),
        reason: Type.Optional(Type.String()),
      }),
    ),
  }),
);

/** What the analysis of an exhibit says over time: tracks with their places, and how much happened when. */
export const trackRoutes =
  ({ exhibitTracks }: TrackRoutesDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/api/v1/cases/:caseId/exhibits/:exhibitId/tracks',
      {
        config: { action: 'track.read' },
        schema: {
          params,
          querystring: Type.Object(
            {
              fromSeconds: Type.Number({ minimum: 0, maximum: LONGEST_SECONDS }),
              toSeconds: Type.Number({ minimum: 0, maximum: LONGEST_SECONDS }),
              limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST_TRACKS })),
              cursor: Type.Optional(Type.String({ maxLength: 100 })),
            },
            strict,
          ),
          response: { 200: pageBody },
        },
      },
      async (request) => {
        const { fromSeconds, toSeconds, limit = USUAL_TRACKS, cursor } = request.query;
        const asked = { fromSeconds, toSeconds, limit, cursor };
        const { exhibit, page } = await exhibitTracks.page(
          request.requisition,
          request.params.exhibitId as ExhibitId,
          asked,
        );
        const end = Math.min(toSeconds, exhibit.timeline.durationSeconds);
        request.show([{ type: 'exhibit', id: exhibit.id }], trueSpan(exhibit, Math.min(fromSeconds, end), end));
        return page;
      },
    );

    app.get(
      '/api/v1/cases/:caseId/exhibits/:exhibitId/activity',
      {
        config: { action: 'track.read' },
        schema: {
          params,
          querystring: Type.Object(
            {
              bucketSeconds: Type.Optional(
                Type.Number({
                  minimum: 0.1,
                  maximum: 86_400,
                  description: `Length of a stretch, seconds; so long that there are at most ${MOST_BUCKETS}. Default ${USUAL_BUCKET_SECONDS}.`,
                }),
              ),
            },
            strict,
          ),
          response: { 200: activityBody },
        },
      },
      async (request) => {
        const { bucketSeconds = USUAL_BUCKET_SECONDS } = request.query;
        const exhibitId = request.params.exhibitId as ExhibitId;
        const { exhibit, activity } = await exhibitTracks.activity(request.requisition, exhibitId, bucketSeconds);
        request.show([{ type: 'exhibit', id: exhibit.id }], trueSpan(exhibit, 0, exhibit.timeline.durationSeconds));
        return activity;
      },
    );
  };
