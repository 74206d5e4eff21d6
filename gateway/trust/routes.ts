import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Acts } from './acts.ts';
import { MAX_PAYLOAD_BYTES } from './strict-json.ts';

export interface ActRoutesDeps {
  readonly acts: Pick<Acts, 'present'>;
}

/**
 * Presenting a signed act: a revocation list, a contrary decision, an order, an extension, a closure, a habilitation. Its signature is
 * the authority for it, so whoever carries it may present it.
 */
export const actRoutes =
  ({ acts }: ActRoutesDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      '/api/v1/acts',
      {
        config: { action: 'act.present', journal: 'handler', idempotent: true },
        bodyLimit: 2 * MAX_PAYLOAD_BYTES,
        schema: {
          body: Type.Object({ act: Type.String() }, { additionalProperties: false }),
          response: {
            201: Type.Object({ id: Type.String(), typ: Type.String(), presentedAt: Type.String() }),
          },
        },
      },
      async (request, reply) => {
        const presented = await request.once({
          make: async () => {
            const act = await acts.present(request.body.act, async ({ claims, caseId, sha256 }) => {
              const objects = [
                { type: 'act' as const, id: claims.jti },
                { type: 'digest' as const, id: sha256 },
                ...(caseId === undefined ? [] : [{ type: 'case' as const, id: caseId }]),
              ];
              await request.record(objects, { procedure: '-', requisitionId: '-' });
            });
            const typ: string = act.typ;
            const presentedAt = new Date(act.presentedAtMs).toISOString();
            return { id: act.claims.jti, typ, presentedAt };
          },
          // Id, type and time are all that was answered, and no content.
          idOf: (made) => JSON.stringify(made),
          read: async (made) => {
            const act = JSON.parse(made) as { readonly id: string; readonly typ: string; readonly presentedAt: string };
            await request.record([{ type: 'act', id: act.id }], { procedure: '-', requisitionId: '-' });
            return act;
          },
        });
        return reply.code(201).send(presented);
      },
    );
  };
