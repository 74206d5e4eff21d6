import { readFileSync } from 'node:fs';
import swagger from '@fastify/swagger';
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { type AnalysisRoutesDeps, analysisRoutes } from './analysis/routes.ts';
import { type JournalRoutesDeps, journalRoutes } from './audit/routes.ts';
import { consoleRoutes } from './console/routes.ts';
import { AppError } from './errors.ts';
import { type EvidenceRoutesDeps, evidenceRoutes } from './evidence/routes.ts';
import { type FootageRoutesDeps, footageRoutes } from './footage/routes.ts';
import { type GuardDeps, installGuard } from './policy/guard.ts';
import { type RequisitionRoutesDeps, requisitionRoutes } from './requisition/routes.ts';
import type { SearchDeps } from './search/ask.ts';
import { searchRoutes } from './search/routes.ts';

export interface AppDeps {
  readonly guard: GuardDeps;
  readonly requisition: RequisitionRoutesDeps;
  readonly footage: FootageRoutesDeps;
  readonly analysis: AnalysisRoutesDeps;
  readonly search: SearchDeps;
  readonly evidence: EvidenceRoutesDeps;
  readonly journal: JournalRoutesDeps;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  readonly version: string;
}

// Slow clients lose their connection; an upload sends its bytes within a request that may take long, so no limit on that one.
const HEADERS_TIMEOUT_MS = 10_000;

/** The HTTP table of contents: the guard first, then one plugin a room in the order of the walk. */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const app = Fastify({
    ...(deps.tls === undefined ? {} : { https: tlsOptions(deps.tls) }),
    logger: { level: 'warn', stream: process.stderr, serializers: { req: () => ({}), res: () => ({}) } },
    bodyLimit: 3 * 1024 * 1024,
    requestTimeout: 0,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 200 },
  })
    .setValidatorCompiler(TypeBoxValidatorCompiler)
    .withTypeProvider<TypeBoxTypeProvider>();
  app.server.headersTimeout = HEADERS_TIMEOUT_MS;

  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Différé',
        version: deps.version,
        description:
          'Deferred analysis of recorded footage under a judicial requisition. Every request but the public ones carries a DPoP proof (RFC 9449).',
      },
      components: {
        securitySchemes: {
          requisition: {
            type: 'http',
            scheme: 'DPoP',
            description: 'Authorization: DPoP <id of the requisition on record>, with a DPoP proof by the agent’s key',
          },
        },
      },
      security: [{ requisition: [] }],
    },
  });
  installGuard(app, deps.guard);
  app.setNotFoundHandler(() => {
    throw new AppError('E_ROUTE_ABSENT');
  });

  await app.register(requisitionRoutes(deps.requisition));
  await app.register(footageRoutes(deps.footage));
  await app.register(analysisRoutes(deps.analysis));
  await app.register(searchRoutes(deps.search));
  await app.register(evidenceRoutes(deps.evidence));
  await app.register(journalRoutes(deps.journal));
  await app.register(consoleRoutes);
  app.get(
    '/api/v1/openapi.json',
    { config: { action: 'public.read' }, schema: { hide: true, response: { 200: Type.Unknown() } } },
    async () => app.swagger(),
  );
  return app;
}

const tlsOptions = (tls: { readonly certFile: string; readonly keyFile: string }) => ({
  cert: readFileSync(tls.certFile),
  key: readFileSync(tls.keyFile),
  minVersion: 'TLSv1.3' as const,
});
