import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { AppError } from '../errors.ts';
import type { CaseId } from '../ids.ts';
import { NextCursor, PageQuery } from '../pages.ts';
import type { Retention } from './retention.ts';
import { REVIEW_MS } from './term.ts';
import type { ErasureState } from './types.ts';

export interface RetentionRoutesDeps {
  readonly retention: Pick<
    Retention,
    'term' | 'stateOf' | 'orders' | 'finishOrder' | 'erasureOfAct' | 'erasures' | 'report'
  >;
}

const uuid = Type.String({ format: 'uuid' });
const caseParams = Type.Object({ caseId: uuid });
const orderBody = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  dueAt: Type.String(),
  doneAt: Type.Optional(Type.String()),
  /** Whether the tool carries it out (RGT-03); then nobody says that it is done but the tool. */
  byTool: Type.Boolean(),
  /** The file to hand over; absent until the tool has carried it out. */
  certificate: Type.Optional(Type.String()),
});
const erasureBody = Type.Object({
  caseId: Type.String(),
  ground: Type.String(),
  startedAt: Type.String(),
  /** Absent while it is not done. */
  finishedAt: Type.Optional(Type.String()),
  /** The file to hand over; absent while it is not done. */
  certificate: Type.Optional(Type.String()),
});

/** `RetentionReport` of types.ts. */
const reportBody = Type.Object({
  at: Type.String(),
  cases: Type.Array(
    Type.Object({
      id: Type.String(),
      state: Type.String(),
      openedAt: Type.String(),
      firstRecordingAt: Type.Optional(Type.String()),
      closedAt: Type.Optional(Type.String()),
      eraseDue: Type.String(),
      isExtended: Type.Boolean(),
      isOverdue: Type.Boolean(),
      quarantines: Type.Array(
        Type.Object({ requisition: Type.String(), eraseDue: Type.String(), isOverdue: Type.Boolean() }),
      ),
    }),
  ),
  orders: Type.Array(
    Type.Object({ id: Type.String(), caseId: Type.String(), dueAt: Type.String(), isOverdue: Type.Boolean() }),
  ),
  unfinished: Type.Array(Type.Object({ caseId: Type.String(), startedAt: Type.String() })),
  erased: Type.Integer(),
  oldestRecordingAt: Type.Optional(Type.String()),
  frozen: Type.Integer(),
  extended: Type.Integer(),
  overdue: Type.Object({ purges: Type.Integer(), orders: Type.Integer(), quarantines: Type.Integer() }),
});

const iso = (ms: number): string => new Date(ms).toISOString();

const shapeOf = ({ caseId, ground, startedAtMs, finishedAtMs, certificate }: ErasureState) => ({
  caseId,
  ground,
  startedAt: iso(startedAtMs),
  ...(finishedAtMs === undefined ? {} : { finishedAt: iso(finishedAtMs) }),
  ...(certificate === undefined ? {} : { certificate }),
});

/** When a case must be gone and what stands in the way; the orders on it; the certificates of those that are gone. */
export const retentionRoutes =
  ({ retention }: RetentionRoutesDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/api/v1/cases/:caseId/retention',
      {
        config: { action: 'retention.read' },
        schema: {
          params: caseParams,
          response: {
            200: Type.Object({
              state: Type.String(),
              firstRecordingAt: Type.Optional(Type.String()),
              eraseDue: Type.Optional(Type.String()),
              /** When it has to be asked again whether the search is still needed (RET-04). */
              reviewDue: Type.Optional(Type.String()),
              orders: Type.Array(orderBody),
            }),
          },
        },
      },
      async (request) => {
        const caseId = request.requisition.caseId;
        const { framework } = request.requisition.authorisation;
        const term = await retention.term(caseId);
        request.show([{ type: 'case', id: caseId }]);
        const orders = await retention.orders(caseId);
        return {
          state: retention.stateOf(caseId),
          ...(term.firstRecordingAtMs === undefined ? {} : { firstRecordingAt: iso(term.firstRecordingAtMs) }),
          ...(term.eraseDueMs === undefined ? {} : { eraseDue: iso(term.eraseDueMs) }),
          ...(framework === 'DISPARITION' || framework === 'MORT_SUSPECTE'
            ? { reviewDue: iso(term.createdAtMs + REVIEW_MS) }
            : {}),
          orders: orders.map(({ id, kind, dueAtMs, doneAtMs, byTool, certificate }) => ({
            id,
            kind,
            dueAt: iso(dueAtMs),
            byTool,
            ...(doneAtMs === undefined ? {} : { doneAt: iso(doneAtMs) }),
            ...(certificate === undefined ? {} : { certificate }),
          })),
        };
      },
    );

    app.get(
      '/api/v1/retention',
      { config: { action: 'retention.list' }, schema: { response: { 200: reportBody } } },
      async (request) => {
        const report = await retention.report();
        request.show(report.cases.map(({ id }) => ({ type: 'case', id })));
        return JSON.parse(JSON.stringify(report)) as Static<typeof reportBody>;
      },
    );

    app.post(
      '/api/v1/cases/:caseId/orders/:orderId/done',
      {
        config: { action: 'order.done' },
        schema: {
          params: Type.Object({ caseId: uuid, orderId: uuid }),
          response: { 200: Type.Object({ id: Type.String() }) },
        },
      },
      async (request) => {
        const id = request.params.orderId.toLowerCase();
        await retention.finishOrder(request.requisition.caseId, id);
        return { id };
      },
    );

    app.get(
      '/api/v1/erasures',
      {
        config: { action: 'erasure.list' },
        schema: {
          querystring: PageQuery,
          response: { 200: Type.Object({ erasures: Type.Array(erasureBody), nextCursor: NextCursor }) },
        },
      },
      async (request) => {
        const { items, next } = await retention.erasures(request.query);
        request.show(items.map(({ caseId }) => ({ type: 'case', id: caseId })));
        return { erasures: items.map(shapeOf), ...next };
      },
    );

    // The id of an act is known to whoever holds the act: what it caused may be told to him, though the case is gone.
    app.get(
      '/api/v1/erasures/:actId',
      {
        config: { action: 'erasure.read' },
        schema: { params: Type.Object({ actId: uuid }), response: { 200: erasureBody } },
      },
      async (request) => {
        const actId = request.params.actId.toLowerCase();
        const erasure = await retention.erasureOfAct(actId);
        if (erasure === undefined) throw new AppError('E_PRO_SILO', { detail: 'no erasure by this act' });
        request.show([
          { type: 'act', id: actId },
          { type: 'case', id: erasure.caseId as CaseId },
        ]);
        return shapeOf(erasure);
      },
    );
  };
