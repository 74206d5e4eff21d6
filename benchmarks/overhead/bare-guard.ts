import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../../gateway/errors.ts';
import { type GuardDeps, type Identity, NOBODY } from '../../gateway/policy/guard.ts';
import { installProblems } from '../../gateway/policy/problem.ts';

export { NOBODY };

/**
 * What the gateway's guard is without a decision and without a journal: who asks is still asked once, because handlers need it. For the benchmark
 * alone, where hook.ts puts it in the guard's place; no configuration of the gateway leads here.
 */
export function installGuard(app: FastifyInstance, deps: GuardDeps): () => Promise<void> {
  const identities = new WeakMap<FastifyRequest, Identity>();
  const proven = new Map<string, Identity>();
  const afterwards = new WeakMap<FastifyRequest, (() => Promise<void>)[]>();
  const identityOf = (request: FastifyRequest): Identity => identities.get(request) ?? NOBODY;
  for (const name of ['principal', 'authority', 'thumbprint'] as const) {
    app.decorateRequest(name, {
      getter(this: FastifyRequest) {
        return identityOf(this)[name];
      },
    } as never);
  }
  app.decorateRequest('requisition', {
    getter(this: FastifyRequest) {
      const { requisition } = identityOf(this);
      if (requisition === undefined) throw new AppError('E_REQ_MISSING');
      return requisition;
    },
  } as never);
  app.decorateRequest('show', () => undefined);
  app.decorateRequest('because', () => undefined);
  app.decorateRequest('decide', () => undefined);
  app.decorateRequest('record', async () => undefined);
  app.decorateRequest('afterDisclosure', function after(this: FastifyRequest, work) {
    afterwards.set(this, [...(afterwards.get(this) ?? []), work]);
  });
  app.addHook('onRequest', async (request) => {
    if (request.is404 || request.routeOptions.config.action === 'public.read') return;
    const { authorization = '', dpop } = request.headers;
    // Who came once with a proof is believed without one: the benchmark of load leaves the proof out, too.
    const believed = dpop === undefined ? proven.get(authorization) : undefined;
    const identity = believed ?? (await deps.authenticate(request));
    if (identity.authority !== undefined) proven.set(authorization, identity);
    identities.set(request, identity);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    if (reply.statusCode < 400) for (const work of afterwards.get(request) ?? []) await work();
    return payload;
  });
  const refused = async (): Promise<void> => undefined;
  installProblems(app, refused);
  return refused;
}
