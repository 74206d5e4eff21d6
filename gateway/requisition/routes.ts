import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { sha256Hex } from '../canonical.ts';
import { AppError } from '../errors.ts';
import type { Register } from '../habilitation/types.ts';
import type { CaseId, RequisitionId } from '../ids.ts';
import { NextCursor, type Page, type PageAsked, PageQuery } from '../pages.ts';
import { MAX_PAYLOAD_BYTES, MAX_SCHEDULE_BYTES } from '../trust/strict-json.ts';
import type { CaseKnown } from './case-pages.ts';
import { isSeized } from './oversight.ts';
import type { RequisitionRecords } from './records.ts';
import { registerRequisition } from './register.ts';
import {
  caseBody,
  caseParams,
  caseShape,
  caseWithRequisitions,
  iso,
  requisitionBody,
  requisitionShape,
} from './shapes.ts';
import { originOf, type Requisition } from './types.ts';

export interface RequisitionRoutesDeps {
  readonly records: RequisitionRecords;
  readonly register: Register;
  /** E_RET_CLOSED for a case that is closed or was erased. */
  readonly demandOpen?: (caseId: CaseId) => Promise<void>;
  /** Hears of each requisition that came on record. */
  readonly registered?: (caseId: CaseId) => Promise<unknown>;
}

/** Presenting a requisition; the cases that a key is designated in; the requisitions of a case. */
export const requisitionRoutes =
  ({ records, register, demandOpen, registered }: RequisitionRoutesDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    /** What a key may know of: the requisitions that designate it, or for a magistrate the newest of each case that he may read. */
    async function casesKnownTo(thumbprint: string, asked: PageAsked): Promise<Page<CaseKnown>> {
      const holder = register.holderOf(thumbprint);
      if (holder === undefined || holder.role === 'agent_habilite') return records.casesNaming(thumbprint, asked);
      return records.casesOfJurisdiction(holder.jurisdiction, (newest) => isSeized(holder, newest), asked);
    }

    app.post(
      '/api/v1/requisitions',
      {
        config: { action: 'requisition.register', journal: 'handler', idempotent: true },
        // Both tokens of the largest payload, in base64url.
        bodyLimit: 1.5 * (MAX_PAYLOAD_BYTES + MAX_SCHEDULE_BYTES),
        schema: {
          body: Type.Object({ authorisation: Type.String(), schedule: Type.String() }, { additionalProperties: false }),
          response: { 201: requisitionBody },
        },
      },
      async (request, reply) => {
        const digests = [request.body.authorisation, request.body.schedule].map(sha256Hex);
        request.show(digests.map((id) => ({ type: 'digest', id })));
        const record = (made: Requisition): Promise<void> => {
          const { id, caseId, authorisation } = made;
          return request.record(
            [
              { type: 'requisition', id },
              { type: 'case', id: caseId },
            ],
            { procedure: authorisation.sub, requisitionId: id },
            originOf(made),
          );
        };
        const requisition = await request.once({
          make: async () => {
            const made = await registerRequisition(request.body, request.thumbprint, {
              records,
              register,
              ...(demandOpen === undefined ? {} : { demandOpen }),
              journal: record,
            });
            await registered?.(made.caseId);
            return made;
          },
          idOf: ({ id }) => id,
          read: async (id) => {
            const made = await records.find(id as RequisitionId);
            if (made === undefined) throw new AppError('E_PRO_SILO', { detail: 'the requisition is gone' });
            await record(made);
            return made;
          },
        });
        return reply.code(201).send(requisitionShape(requisition));
      },
    );

    app.get(
      '/api/v1/cases',
      {
        config: { action: 'case.list', etag: true },
        schema: {
          querystring: PageQuery,
          response: { 200: Type.Object({ cases: Type.Array(caseWithRequisitions), nextCursor: NextCursor }) },
        },
      },
      async (request) => {
        if (request.thumbprint === undefined) throw new AppError('E_REQ_PROOF');
        const { items, next } = await casesKnownTo(request.thumbprint, request.query);
        request.show(items.map(({ caseId }) => ({ type: 'case', id: caseId })));
        const cases = items.map(async ({ caseId, requisitions }) => ({
          ...caseShape(await records.findCase(caseId), requisitions[0]?.authorisation.sub ?? '-'),
          requisitions: requisitions.map(({ id, notBefore, expires }) => ({
            id,
            notBefore: iso(notBefore),
            expires: iso(expires),
          })),
        }));
        return { cases: await Promise.all(cases), ...next };
      },
    );

    app.get(
      '/api/v1/cases/:caseId',
      {
        config: { action: 'requisition.read', etag: true },
        schema: { params: caseParams, response: { 200: caseBody } },
      },
      async (request) => {
        const { requisition } = request;
        request.show([{ type: 'case', id: requisition.caseId }]);
        return caseShape(await records.findCase(requisition.caseId), requisition.authorisation.sub);
      },
    );

    app.get(
      '/api/v1/cases/:caseId/requisitions',
      {
        config: { action: 'requisition.read' },
        schema: {
          params: caseParams,
          querystring: PageQuery,
          response: {
            200: Type.Object({
              requisitions: Type.Array(requisitionBody),
              agentId: Type.Optional(
                Type.String({ description: 'Who asks, as the schedule names him; absent of who controls.' }),
              ),
              nextCursor: NextCursor,
            }),
          },
        },
      },
      async (request) => {
        const { items, next } = await records.page(request.requisition.caseId, request.query);
        request.show(items.map(({ id }) => ({ type: 'requisition', id })));
        const { role, agentId } = request.principal;
        const asker = role === 'agent_habilite' && agentId !== undefined ? { agentId } : {};
        return { requisitions: items.map(requisitionShape), ...asker, ...next };
      },
    );
  };
