import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { AppError } from '../errors.ts';
import { faultAt } from '../faults.ts';
import { documentHtml } from './documents/html.ts';
import type { Counted, Figures } from './figures.ts';
import { publicBody, statisticsBody } from './statistics-body.ts';
import { PublicBody, StatisticsBody } from './statistics-schema.ts';
import { controlReport, transparencyReport } from './transparency.ts';

export interface StatisticsRoutesDeps {
  readonly figures: Figures;
  readonly installation: string;
  readonly isDemo: boolean;
  readonly clock: { nowMs(): number };
}

const month = Type.String({ pattern: '^\\d{4}-(0[1-9]|1[0-2])$' });
const span = Type.Object({ from: Type.Optional(month), to: Type.Optional(month) }, { additionalProperties: false });
const period = Type.Object({ period: Type.String({ maxLength: 16 }) });
const nothing = Type.Object({}, { additionalProperties: false });
/** For the description of the interface: no proof is asked for. */
const open = { security: [] };
const HTML = 'text/html; charset=utf-8';

/**
 * Figures of the installation, from its journal and from nothing else (STA-01): whole for those who control, aggregated for everybody. There
 * is no route that writes one (STA-03). A journal that does not verify answers E_LOG_DOWN.
 */
export const statisticsRoutes =
  (deps: StatisticsRoutesDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    const frame = () => ({
      installation: deps.installation,
      isDemo: deps.isDemo,
      madeAt: new Date(deps.clock.nowMs()).toISOString(),
    });

    async function countedFor(request: FastifyRequest, { from, to }: Static<typeof span>): Promise<Counted> {
      if ((from === undefined) !== (to === undefined))
        throw new AppError('E_REQUEST', {
          faults: [faultAt('query', from === undefined ? '/from' : '/to', 'missing')],
        });
      const counted = await deps.figures.counted(from === undefined || to === undefined ? undefined : { from, to });
      // Which state of the journal was told: its root.
      request.show([{ type: 'log', id: Buffer.from(counted.log.root, 'base64').toString('hex') }]);
      return counted;
    }

    app.get(
      '/api/v1/statistics',
      { config: { action: 'statistics.read' }, schema: { querystring: span, response: { 200: StatisticsBody } } },
      async (request) => statisticsBody(await countedFor(request, request.query)),
    );
    app.get(
      '/api/v1/statistics/page',
      { config: { action: 'statistics.read' }, schema: { querystring: span, response: { 200: Type.String() } } },
      async (request, reply) => {
        const counted = await countedFor(request, request.query);
        return reply.header('content-type', HTML).send(documentHtml(controlReport(counted, frame())));
      },
    );
    app.get(
      '/api/v1/transparency/:period',
      {
        config: { action: 'public.read' },
        schema: { ...open, params: period, querystring: nothing, response: { 200: PublicBody } },
      },
      async (request) => publicBody(await deps.figures.published(request.params.period)),
    );
    app.get(
      '/api/v1/transparency/:period/page',
      {
        config: { action: 'public.read' },
        schema: { ...open, params: period, querystring: nothing, response: { 200: Type.String() } },
      },
      async (request, reply) => {
        const report = await deps.figures.published(request.params.period);
        return reply.header('content-type', HTML).send(documentHtml(transparencyReport(report, frame())));
      },
    );
  };
