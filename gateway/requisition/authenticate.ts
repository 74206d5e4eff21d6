import type { FastifyRequest } from 'fastify';
import { type Clock, nowSeconds } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { RequisitionId } from '../ids.ts';
import { type Identity, NOBODY } from '../policy/guard.ts';
import { agentOf, authorityOf, principalOf } from './authority.ts';
import { checkProof, type ReplayGuard } from './dpop.ts';
import type { RequisitionRecords } from './records.ts';

export interface AuthenticatorDeps {
  readonly records: Pick<RequisitionRecords, 'route' | 'load' | 'ofThumbprint'>;
  readonly replay: ReplayGuard;
  readonly clock: Clock;
  /** Scheme, host and port as clients name them; asked at each request, since a port may be known only after listening. */
  origin(): string;
}

export type Authenticator = (request: Pick<FastifyRequest, 'method' | 'url' | 'headers'>) => Promise<Identity>;

// RFC 9110: the name of a scheme may stand in any case. An id may not: the vault and the log know it in lower case alone.
const AUTHORIZATION = /^[Dd][Pp][Oo][Pp] ([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/**
 * Who asks, by `Authorization: DPoP <requisition id>` and a DPoP proof. Neither: nobody. A proof alone: the key itself, which may
 * present a requisition and list the cases it is designated in. Throws E_REQ_PROOF (proof missing or bad), E_REQ_MISSING (malformed
 * Authorization, or no such requisition on record).
 */
export function createAuthenticator(deps: AuthenticatorDeps): Authenticator {
  return async (request) => {
    const { authorization, dpop } = request.headers;
    if (authorization === undefined && dpop === undefined) return NOBODY;
    const requisitionId = authorization === undefined ? undefined : readAuthorization(authorization);
    if (typeof dpop !== 'string') throw new AppError('E_REQ_PROOF', { detail: 'no DPoP header' });
    const now = nowSeconds(deps.clock);
    const proof = await checkProof({
      proof: dpop,
      method: request.method,
      // Joined as text: a request for `//other-host/` must not change the origin.
      url: `${deps.origin()}${request.url}`,
      nowSeconds: now,
      ...(requisitionId === undefined ? {} : { accessToken: requisitionId }),
    });
    if (requisitionId === undefined) {
      const known = (await deps.records.ofThumbprint(proof.jkt))[0];
      if (known === undefined) return { ...NOBODY, thumbprint: proof.jkt };
      deps.replay.accept(proof, now);
      return { principal: principalOf(known, proof.jkt), authority: undefined, thumbprint: proof.jkt };
    }
    const route = await deps.records.route(requisitionId);
    if (route === undefined) throw new AppError('E_REQ_MISSING', { detail: 'no such requisition on record' });
    const requisition = await deps.records.load(route.caseId, requisitionId);
    const designated = agentOf(requisition, proof.jkt) !== undefined;
    // Only keys that a requisition names are remembered: a stranger cannot fill the memory, and is refused anyway.
    if (designated) deps.replay.accept(proof, now);
    return {
      principal: principalOf(requisition, proof.jkt),
      authority: authorityOf(requisition, designated),
      requisition,
      thumbprint: proof.jkt,
    };
  };
}

function readAuthorization(value: string): RequisitionId {
  const id = AUTHORIZATION.exec(value)?.[1];
  if (id === undefined) throw new AppError('E_REQ_MISSING', { detail: 'Authorization is not DPoP <requisition id>' });
  return id as RequisitionId;
}
