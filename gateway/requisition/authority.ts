import { AppError } from '../errors.ts';
import type { Register } from '../habilitation/types.ts';
import type { Authority, Principal } from '../policy/types.ts';
import type { CaseStates, Requisition, Standing } from './types.ts';

/** The agent whose key has this thumbprint; undefined when the requisition designates nobody by it. */
export const agentOf = (requisition: Requisition, thumbprint: string) =>
  requisition.schedule.cnf.jkt.includes(thumbprint)
    ? requisition.schedule.agents.find((agent) => agent.jkt === thumbprint)
    : undefined;

/** Who asks, by the key that proved itself: an agent of the requisition, or a key without a name. */
export function principalOf(
  requisition: Requisition,
  thumbprint: string,
  register: Pick<Register, 'standingOf'>,
): Principal {
  const agent = agentOf(requisition, thumbprint);
  const habilitation = agent === undefined ? 'none' : register.standingOf(agent);
  return { role: 'agent_habilite', agentId: agent?.id, service: agent?.service, habilitation };
}

const CODES = { none: 'E_HAB_NONE', ended: 'E_HAB_REVOKED', untrained: 'E_HAB_TRAINING' } as const;

/** All agents of a requisition, when it is registered (HAB-02, HAB-03). Throws E_HAB_NONE, E_HAB_REVOKED or E_HAB_TRAINING for the first who is not habilitated. */
export function demandHabilitated({ schedule }: Requisition, register: Pick<Register, 'standingOf'>): void {
  for (const agent of schedule.agents) {
    const standing = register.standingOf(agent);
    if (standing !== 'in_force') throw new AppError(CODES[standing], { detail: 'an agent of the schedule' });
  }
}

/** What is known of where a requisition stands. */
export type Stands = Pick<Standing, 'isRevoked'> &
  Partial<Pick<Standing, 'whyRevoked'> & Pick<CaseStates, 'caseStateOf'>>;

const revocationOf = (requisition: Requisition, standing: Stands): Pick<Authority, 'revoked' | 'whyRevoked'> =>
  standing.isRevoked(requisition)
    ? { revoked: true, whyRevoked: standing.whyRevoked?.(requisition) }
    : { revoked: false };

/** What a decision needs to know of a requisition, and whether it stands. `agentDesignated` is for the one who acts. */
export const authorityOf = (requisition: Requisition, agentDesignated: boolean, standing: Stands): Authority => ({
  requisitionId: requisition.id,
  caseId: requisition.caseId,
  procedure: requisition.authorisation.sub,
  ops: requisition.authorisation.ops,
  notBefore: requisition.notBefore,
  expires: requisition.expires,
  agentDesignated,
  ...revocationOf(requisition, standing),
  caseState: standing.caseStateOf?.(requisition.caseId),
});
