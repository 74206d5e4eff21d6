import type { Authority, Principal } from '../policy/types.ts';
import type { Requisition } from './types.ts';

/** The agent whose key has this thumbprint; undefined when the requisition designates nobody by it. */
export const agentOf = (requisition: Requisition, thumbprint: string) =>
  requisition.schedule.cnf.jkt.includes(thumbprint)
    ? requisition.schedule.agents.find((agent) => agent.jkt === thumbprint)
    : undefined;

/** Who asks, by the key that proved itself: an agent of the requisition, or a key without a name. */
export function principalOf(requisition: Requisition | undefined, thumbprint: string): Principal {
  const agent = requisition === undefined ? undefined : agentOf(requisition, thumbprint);
  return { role: 'agent_habilite', agentId: agent?.id, service: agent?.service };
}

/** What a decision needs to know of a requisition. `agentDesignated` is for the one who acts. */
export const authorityOf = (requisition: Requisition, agentDesignated: boolean): Authority => ({
  requisitionId: requisition.id,
  caseId: requisition.caseId,
  procedure: requisition.authorisation.sub,
  ops: requisition.authorisation.ops,
  notBefore: requisition.notBefore,
  expires: requisition.expires,
  agentDesignated,
});
