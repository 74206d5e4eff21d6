import type { FastifyInstance } from 'fastify';
import { type AppDeps, buildApp } from './app.ts';
import { POLICIES } from './policy/policies.ts';

/** Every member of it is itself, and so is what a call of it gives: what routes close over when nobody will ever call them. */
const NOTHING: unknown = new Proxy(() => NOTHING, {
  get: (_target, name) => (name === 'then' || name === Symbol.toPrimitive ? undefined : NOTHING),
});

/**
 * The application with all its routes and nothing behind them: to read off what the code can do (routes, OpenAPI document) without an
 * installation. Never listens; a request to it would do nothing.
 */
export async function buildInertApp(version: string): Promise<FastifyInstance> {
  const deps: Record<keyof Omit<AppDeps, 'requestTimeoutMs' | 'tls' | 'version' | 'limits' | 'inFlight'>, unknown> = {
    guard: { authenticate: NOTHING, log: NOTHING, clock: NOTHING, policies: POLICIES },
    acts: NOTHING,
    registry: NOTHING,
    dossier: NOTHING,
    habilitation: NOTHING,
    requisition: NOTHING,
    footage: { database: { url: '' } },
    analysis: NOTHING,
    search: NOTHING,
    evidence: NOTHING,
    retention: NOTHING,
    personRequests: NOTHING,
    documents: NOTHING,
    statistics: NOTHING,
    journal: NOTHING,
    idempotency: NOTHING,
  };
  const app = await buildApp({ ...deps, tls: undefined, version } as AppDeps);
  await app.ready();
  return app;
}
