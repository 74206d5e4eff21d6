import swagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { type AnalysisRoutesDeps, analysisRoutes } from './analysis/routes.ts';
import { type JournalRoutesDeps, journalRoutes } from './audit/routes.ts';
import { type DocumentRoutesDeps, documentRoutes } from './compliance/documents/routes.ts';
import { type DossierRoutesDeps, dossierRoutes } from './compliance/dossier-routes.ts';
import { type PersonRequestRoutesDeps, personRequestRoutes } from './compliance/person-request-routes.ts';
import { type StatisticsRoutesDeps, statisticsRoutes } from './compliance/statistics-routes.ts';
import { answerNoRequest, limitArrivals } from './connections.ts';
import { consoleRoutes } from './console/routes.ts';
import { AppError } from './errors.ts';
import { installEtags } from './etags.ts';
import { type ExhibitPictureRoutesDeps, exhibitPictureRoutes } from './evidence/exhibit-routes.ts';
import { type EvidenceRoutesDeps, evidenceRoutes } from './evidence/routes.ts';
import { type TrackRoutesDeps, trackRoutes } from './evidence/track-routes.ts';
import { type FootageRoutesDeps, footageRoutes } from './footage/routes.ts';
import { type HabilitationRoutesDeps, habilitationRoutes } from './habilitation/routes.ts';
import { type IdempotencyDeps, installIdempotency } from './idempotency.ts';
import { type ApiRoute, describeApi } from './interface/document.ts';
import { installJsonBodies } from './json-body.ts';
import { serverForClients } from './listeners.ts';
import { type GuardDeps, installGuard } from './policy/guard.ts';
import { preparedProblem } from './policy/problem.ts';
import { installAddressLimit, type RequestLimits } from './request-limits.ts';
import { requestValidator } from './request-validator.ts';
import {
  IN_FLIGHT,
  type InFlight,
  type InFlightLimits,
  installInFlight,
  RETRY_AFTER_S,
  refusalUnseen,
} from './requests-in-flight.ts';
import { type RequisitionRoutesDeps, requisitionRoutes } from './requisition/routes.ts';
import { type RetentionRoutesDeps, retentionRoutes } from './retention/routes.ts';
import type { SearchDeps } from './search/ask.ts';
import { bookmarkRoutes } from './search/bookmark-routes.ts';
import { coverageRoutes } from './search/coverage-routes.ts';
import { elsewhereRoutes } from './search/elsewhere-routes.ts';
import { exportListRoutes } from './search/export-list-routes.ts';
import { noteRoutes } from './search/note-routes.ts';
import { questionNameRoutes } from './search/question-name-routes.ts';
import { searchRoutes } from './search/routes.ts';
import { type RegistryRoutesDeps, registryRoutes } from './trust/registry-routes.ts';
import { type ActRoutesDeps, actRoutes } from './trust/routes.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** `METHOD url action` of every route: a part of what this installation can do (FACE-13). */
    readonly routeList: readonly string[];
    /** The OpenAPI 3.1 description of the API; made at the first call, once the application is ready. */
    describe(): object;
    /** Requests that are worked on and that wait for it now. */
    readonly inFlight: Pick<InFlight, 'working' | 'waiting'>;
  }
}

export interface AppDeps {
  readonly guard: GuardDeps;
  readonly acts: ActRoutesDeps;
  readonly registry: RegistryRoutesDeps;
  readonly dossier: DossierRoutesDeps;
  readonly habilitation: HabilitationRoutesDeps;
  readonly requisition: RequisitionRoutesDeps;
  readonly footage: FootageRoutesDeps;
  readonly analysis: AnalysisRoutesDeps;
  readonly search: SearchDeps;
  readonly evidence: EvidenceRoutesDeps & ExhibitPictureRoutesDeps & TrackRoutesDeps;
  readonly retention: RetentionRoutesDeps;
  readonly personRequests: PersonRequestRoutesDeps;
  readonly documents: DocumentRoutesDeps;
  readonly statistics: StatisticsRoutesDeps;
  readonly journal: JournalRoutesDeps;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  readonly idempotency: IdempotencyDeps;
  readonly limits?: RequestLimits;
  readonly version: string;
  /** How many requests are worked on at once; IN_FLIGHT when absent. */
  readonly inFlight?: InFlightLimits;
  /** How long a client may take to send a request, permitted uploads apart; default 30 s. */
  readonly requestTimeoutMs?: number;
}

// A client that holds a connection for nothing loses it.
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;

/** The HTTP table of contents: the guard first, then one plugin a room in the order of the walk. */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const requestTimeoutMs = deps.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  const headersTimeoutMs = Math.min(HEADERS_TIMEOUT_MS, requestTimeoutMs);
  const arrivals = limitArrivals(requestTimeoutMs);
  let refusesUnseen: ReturnType<typeof refusalUnseen> = () => false;
  const app = Fastify({
    serverFactory: (handler) =>
      serverForClients(deps.tls, headersTimeoutMs, (request, response) => {
        if (refusesUnseen(request, response)) setImmediate(() => request.complete || arrivals.watch(request, response));
        else {
          arrivals.watch(request, response);
          handler(request, response);
        }
      }),
    logger: { level: 'warn', stream: process.stderr, serializers: { req: () => ({}), res: () => ({}) } },
    bodyLimit: 3 * 1024 * 1024,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 200 },
    clientErrorHandler: answerNoRequest(requestTimeoutMs),
  })
    .setValidatorCompiler(requestValidator)
    .withTypeProvider<TypeBoxTypeProvider>();

  await app.register(swagger, {
    exposeHeadRoutes: true,
    openapi: { openapi: '3.1.0', info: { title: 'Différé', version: deps.version, description: ABOUT } },
  });
  const headers = deps.tls === undefined ? HEADERS : { ...HEADERS, ...OVER_TLS };
  app.addHook('onRequest', async (request, reply) => {
    if (request.url.startsWith('/api/')) reply.headers(headers);
  });
  const limitAgents = await installAddressLimit(app, deps.limits ?? NO_LIMITS);
  const sayBusy = preparedProblem('E_BUSY', { ...headers, 'retry-after': String(RETRY_AFTER_S) });
  const inFlight = installInFlight(app, deps.inFlight ?? IN_FLIGHT, async (request, reply) => {
    await guard.refused('E_BUSY', request);
    reply.hijack();
    sayBusy(request.raw, reply.raw, String(request.id));
  });
  app.decorate('inFlight', inFlight);
  const guard = installGuard(app, deps.guard);
  refusesUnseen = refusalUnseen(inFlight, guard.countRefusal, sayBusy);
  inFlight.endTurns();
  limitAgents();
  installIdempotency(app, deps.idempotency);
  installEtags(app);
  installJsonBodies(app);
  const routeList: string[] = [];
  const apiRoutes: ApiRoute[] = [];
  app.decorate('routeList', routeList);
  app.addHook('onRoute', ({ method, url, config = {} }) => {
    const { action, etag = false, ifMatch = false, idempotent = false } = config;
    for (const each of [method].flat()) {
      routeList.push(`${each} ${url} ${action ?? '-'}`);
      if (action !== undefined) {
        apiRoutes.push({ method: each, url, action, hasTag: etag, isConditional: ifMatch, isIdempotent: idempotent });
      }
    }
  });
  let description: object | undefined;
  app.decorate('describe', () => {
    description ??= describeApi(app.swagger(), apiRoutes);
    return description;
  });
  app.addHook('onRequest', async (request) => {
    if (request.routeOptions.config.action === 'exhibit.upload') arrivals.giveTime(request.raw);
  });
  app.setNotFoundHandler(() => {
    throw new AppError('E_ROUTE_ABSENT');
  });

  await app.register(actRoutes(deps.acts));
  await app.register(registryRoutes(deps.registry));
  await app.register(dossierRoutes(deps.dossier));
  await app.register(habilitationRoutes(deps.habilitation));
  await app.register(requisitionRoutes(deps.requisition));
  await app.register(footageRoutes(deps.footage));
  await app.register(analysisRoutes(deps.analysis));
  await app.register(searchRoutes(deps.search));
  await app.register(coverageRoutes(deps.search));
  await app.register(elsewhereRoutes(deps.search));
  await app.register(questionNameRoutes(deps.search));
  await app.register(noteRoutes(deps.search));
  await app.register(bookmarkRoutes(deps.search));
  await app.register(exportListRoutes(deps.search));
  await app.register(evidenceRoutes(deps.evidence));
  await app.register(exhibitPictureRoutes(deps.evidence));
  await app.register(trackRoutes(deps.evidence));
  await app.register(retentionRoutes(deps.retention));
  await app.register(personRequestRoutes(deps.personRequests));
  await app.register(documentRoutes(deps.documents));
  await app.register(statisticsRoutes(deps.statistics));
  await app.register(journalRoutes(deps.journal));
  await app.register(consoleRoutes);
  app.get(
    '/api/v1/openapi.json',
    { config: { action: 'public.read', etag: true }, schema: { response: { 200: Type.Unknown() } } },
    async () => app.describe(),
  );
  return app;
}

const ABOUT = [
  'Deferred analysis of recorded footage under a judicial requisition. Every request but the public ones carries a DPoP proof (RFC 9449).',
  'Refusals are RFC 9457 problem documents with a code of a closed table, in French unless Accept-Language prefers English.',
  'Times are RFC 3339 in UTC; units stand in the names or the descriptions of fields. Lists come in pages: `nextCursor` of one page is `cursor` of the next.',
].join('\n\n');

// What the API answers is of a case until it is known not to be: no cache keeps it, and nothing guesses at it or says where it was read.
const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
};
const OVER_TLS = { 'strict-transport-security': 'max-age=31536000' };
const NO_LIMITS: RequestLimits = { perAddress: 0, perAgent: 0 };
