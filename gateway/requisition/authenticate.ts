import type { FastifyRequest } from 'fastify';
import { type Clock, nowSeconds } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Holder, Register } from '../habilitation/types.ts';
import type { CaseId, RequisitionId } from '../ids.ts';
import { isUuid } from '../ids.ts';
import { type Identity, NOBODY } from '../policy/guard.ts';
import { agentOf, authorityOf, principalOf, type Stands } from './authority.ts';
import { checkProof, type ReplayGuard } from './dpop.ts';
import { isControl, isSeized } from './oversight.ts';
import type { RequisitionRecords } from './records.ts';
import type { MediaTickets, Standing } from './types.ts';

export interface AuthenticatorDeps {
  readonly records: Pick<RequisitionRecords, 'route' | 'find' | 'list' | 'ofThumbprint'>;
  readonly register: Register;
  readonly standing: Pick<Standing, 'refresh'> & Stands;
  readonly replay: ReplayGuard;
  readonly tickets: Pick<MediaTickets, 'open'>;
  readonly clock: Clock;
  /** Scheme, host and port as clients name them; asked at each request, since a port may be known only after listening. */
  origin(): string;
}

export type Authenticator = (
  request: Pick<FastifyRequest, 'method' | 'url' | 'headers'> & Partial<Pick<FastifyRequest, 'params'>>,
) => Promise<Identity>;

// RFC 9110: the name of a scheme may stand in any case. An id may not: the vault and the log know it in lower case alone.
const AUTHORIZATION = /^[Dd][Pp][Oo][Pp] ([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/**
 * Who asks, by `Authorization: DPoP <requisition id>` and a DPoP proof. Neither: nobody. A proof alone: the key itself, which may
 * present a requisition and list the cases it is designated in. Whom the register has for a magistrate or for a role without content is
 * that, whatever a requisition says of his key. Throws E_REQ_PROOF (proof missing or bad), E_REQ_MISSING (malformed Authorization, or no
 * such requisition on record), E_PRO_SILO (a magistrate asks for a case that is not here).
 */
export function createAuthenticator(deps: AuthenticatorDeps): Authenticator {
  /** A magistrate reads a case under one of its requisitions: the one that he names, or the newest. */
  async function identityOf(
    { agentId, service, role, standing, jurisdiction }: Holder,
    thumbprint: string,
    requisitionId: RequisitionId | undefined,
    caseOfUrl: CaseId | undefined,
  ): Promise<Identity> {
    const principal = { role, agentId, service, habilitation: standing };
    const nobodysCase = { principal, authority: undefined, thumbprint };
    if (!isControl(role) || (requisitionId === undefined && caseOfUrl === undefined)) return nobodysCase;
    const caseId = requisitionId === undefined ? caseOfUrl : (await deps.records.route(requisitionId))?.caseId;
    const [newest, ...older] = caseId === undefined ? [] : await deps.records.list(caseId);
    const named = requisitionId === undefined ? newest : [newest, ...older].find((each) => each?.id === requisitionId);
    if (newest === undefined || named === undefined) throw new AppError('E_PRO_SILO', { detail: 'no such case' });
    const magistrateSeized = isSeized({ agentId, role, jurisdiction }, newest);
    return {
      ...nobodysCase,
      authority: { ...authorityOf(named, false, deps.standing), magistrateSeized },
      requisition: named,
    };
  }

  /** Who a key is here. `accept` is called once the key is one that somebody designated: then its proof counts as used. */
  async function identify(
    request: Parameters<Authenticator>[0],
    jkt: string,
    requisitionId: RequisitionId | undefined,
    accept: () => void,
  ): Promise<Identity> {
    await Promise.all([deps.register.refresh(), deps.standing.refresh()]);
    const holder = deps.register.holderOf(jkt);
    if (holder !== undefined && holder.role !== 'agent_habilite') {
      accept();
      return await identityOf(holder, jkt, requisitionId, caseOf(request.params));
    }
    if (requisitionId === undefined) {
      const known = (await deps.records.ofThumbprint(jkt))[0];
      if (known === undefined) {
        const habilitation = holder?.standing ?? 'none';
        return { ...NOBODY, principal: { ...NOBODY.principal, habilitation }, thumbprint: jkt };
      }
      accept();
      return { principal: principalOf(known, jkt, deps.register), authority: undefined, thumbprint: jkt };
    }
    const requisition = await deps.records.find(requisitionId);
    if (requisition === undefined) throw new AppError('E_REQ_MISSING', { detail: 'no such requisition on record' });
    const designated = agentOf(requisition, jkt) !== undefined;
    // Only keys that a requisition names are remembered: a stranger cannot fill the memory, and is refused anyway.
    if (designated) accept();
    return {
      principal: principalOf(requisition, jkt, deps.register),
      authority: authorityOf(requisition, designated, deps.standing),
      requisition,
      thumbprint: jkt,
    };
  }

  return async (request) => {
    const { authorization, dpop } = request.headers;
    if (authorization === undefined && dpop === undefined) {
      const ticket = ticketOf(request);
      if (ticket === undefined) return NOBODY;
      const { jkt, requisitionId } = deps.tickets.open(ticket.value, ticket.path);
      return await identify(request, jkt, requisitionId, () => undefined);
    }
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
    return await identify(request, proof.jkt, requisitionId, () => deps.replay.accept(proof, now));
  };
}

/** The case that the URL names; undefined when it names none, or what is no id. */
function caseOf(params: unknown): CaseId | undefined {
  const caseId = (params as { readonly caseId?: string } | undefined)?.caseId?.toLowerCase();
  return caseId !== undefined && isUuid(caseId) ? (caseId as CaseId) : undefined;
}

/** The ticket of a GET, and the address without it: what it was issued for. */
function ticketOf({
  method,
  url,
}: Pick<FastifyRequest, 'method' | 'url'>): { value: string; path: string } | undefined {
  const at = url.search(/[?&]ticket=/);
  if (method !== 'GET' || at < 0) return undefined;
  return { value: url.slice(at + '?ticket='.length), path: url.slice(0, at) };
}

function readAuthorization(value: string): RequisitionId {
  const id = AUTHORIZATION.exec(value)?.[1];
  if (id === undefined) throw new AppError('E_REQ_MISSING', { detail: 'Authorization is not DPoP <requisition id>' });
  return id as RequisitionId;
}
