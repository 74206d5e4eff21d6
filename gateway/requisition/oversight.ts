import type { Holder } from '../habilitation/types.ts';
import { ROLE_GROUPS, type Role } from '../policy/types.ts';
import type { Requisition } from './types.ts';

/** Whether a role looks at cases without being designated in one. */
export const isControl = (role: Role): boolean => (ROLE_GROUPS.controle as readonly Role[]).includes(role);

/**
 * Whether a magistrate is seized of a case, or has the control of it, by the newest requisition of it (HAB-04): nationally under art.
 * 230-24 CPP; all cases of the court for its prosecutor's control (230-23); those that its prosecution office authorised for any member of
 * it, since the office is one; and those that he authorised himself for an investigating judge.
 */
export function isSeized(holder: Pick<Holder, 'role' | 'agentId' | 'jurisdiction'>, newest: Requisition): boolean {
  const { authority } = newest.authorisation;
  const isOfCourt = holder.jurisdiction === authority.jurisdiction;
  switch (holder.role) {
    case 'magistrat_230_24':
      return true;
    case 'procureur_controle':
      return isOfCourt;
    case 'magistrat_parquet':
      return isOfCourt && authority.role === 'procureur';
    case 'magistrat_instructeur':
      return isOfCourt && authority.id === holder.agentId;
    default:
      return false;
  }
}
