import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { type HitId, isUuid } from '../ids.ts';
import { HitSchema } from './answer-schema.ts';
import type { SearchDeps } from './ask.ts';
import { exportList, listHit, unlistHits } from './export-list.ts';

const uuid = Type.String({ format: 'uuid' });
const hitParams = Type.Object({ caseId: uuid, hitId: uuid });

/** The hits that an agent means to hand over: his own list of the case. */
export const exportListRoutes =
  (deps: SearchDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    // The event is written before the handler runs, so the hit is named here.
    const announce = async (request: {
      readonly params: { readonly hitId: string };
      show(objects: readonly [{ readonly type: 'hit'; readonly id: string }]): void;
    }): Promise<void> => {
      const { hitId } = request.params;
      if (isUuid(hitId)) request.show([{ type: 'hit', id: hitId }]);
    };

    app.get(
      '/api/v1/cases/:caseId/export-list',
      {
        config: { action: 'selection.read' },
        schema: {
          params: Type.Object({ caseId: uuid }),
          response: { 200: Type.Object({ hits: Type.Array(HitSchema) }) },
        },
      },
      async (request) => {
        const hits = await exportList(request.requisition, request.principal.agentId, deps);
        request.show(hits.map(({ id }) => ({ type: 'hit', id })));
        return { hits: [...hits] };
      },
    );

    app.put(
      '/api/v1/cases/:caseId/export-list/:hitId',
      {
        config: { action: 'selection.change' },
        preValidation: announce,
        schema: { params: hitParams, response: { 200: HitSchema } },
      },
      async (request) => {
        const { agentId } = request.principal;
        return listHit(request.requisition, { hitId: request.params.hitId as HitId, agentId }, deps);
      },
    );

    app.delete(
      '/api/v1/cases/:caseId/export-list/:hitId',
      {
        config: { action: 'selection.change' },
        preValidation: announce,
        schema: { params: hitParams, response: { 204: Type.Null() } },
      },
      async (request, reply) => {
        const { agentId } = request.principal;
        await unlistHits(request.requisition, { hitId: request.params.hitId as HitId, agentId }, deps);
        return reply.code(204).send(null);
      },
    );

    app.delete(
      '/api/v1/cases/:caseId/export-list',
      {
        config: { action: 'selection.change' },
        schema: { params: Type.Object({ caseId: uuid }), response: { 204: Type.Null() } },
      },
      async (request, reply) => {
        await unlistHits(request.requisition, { agentId: request.principal.agentId }, deps);
        return reply.code(204).send(null);
      },
    );
  };
