import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { PersonRequests } from './person-requests.ts';

export interface PersonRequestRoutesDeps {
  readonly requests: Pick<PersonRequests, 'list'>;
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** The register of requests of persons, for those who control. Requests and answers come in as signed acts; no route tells a person anything. */
export const personRequestRoutes =
  ({ requests }: PersonRequestRoutesDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/api/v1/person-requests',
      {
        config: { action: 'request.list' },
        schema: {
          response: {
            200: Type.Object({
              requests: Type.Array(
                Type.Object({
                  id: Type.String(),
                  channel: Type.String(),
                  subject: Type.String(),
                  ref: Type.String(),
                  receivedAt: Type.String(),
                  dueAt: Type.String(),
                  isOverdue: Type.Boolean(),
                  /** Absent until it is given. */
                  answer: Type.Optional(Type.Object({ at: Type.String(), what: Type.String(), act: Type.String() })),
                }),
              ),
            }),
          },
        },
      },
      async (request) => {
        const listed = await requests.list();
        request.show(listed.map(({ id }) => ({ type: 'act', id })));
        return {
          requests: listed.map(({ receivedAtMs, dueAtMs, answer, ...said }) => ({
            ...said,
            receivedAt: iso(receivedAtMs),
            dueAt: iso(dueAtMs),
            ...(answer === undefined ? {} : { answer: { at: iso(answer.atMs), what: answer.what, act: answer.act } }),
          })),
        };
      },
    );
  };
