import { ACTIONS, type Action, type Decision, type DecisionRequest } from '../../gateway/policy/types.ts';

// The rules of the product once more, written as one walk in plain code from the text of the requirements, without Cedar, groups or an order
// of policies: what the Cedar set must agree with on any request.

const CONTROL = ['magistrat_parquet', 'magistrat_instructeur', 'procureur_controle', 'magistrat_230_24'];
const BLIND = ['admin_technique', 'dpo', 'conformite'];
const CHANGING: readonly string[] = ['collection', 'combination', 'modification'];
const IN_SAFE_MODE = [
  'public.read',
  'act.present',
  'audit.read',
  'habilitation.read',
  'statistics.read',
  'registry.read',
  'dossier.read',
  'request.list',
];

const reachOf = (action: Action): string => {
  const entry: object = ACTIONS[action];
  return 'reach' in entry ? String(entry.reach) : 'case';
};

export function oracle(request: DecisionRequest, refusesBroad = false): Decision['reason'] {
  const { principal, action, authority, caseId, nowSeconds } = request;
  const { role, habilitation } = principal;
  const { kind, needsValidity, ops } = ACTIONS[action];
  const reach = reachOf(action);
  if (request.safeMode !== undefined && kind !== ('erasure' as string) && !IN_SAFE_MODE.includes(action))
    return request.safeMode;
  if (reach === 'public') return 'OK';
  if (role === 'anonymous') return reach === 'presenting' ? 'OK' : 'E_REQ_MISSING';
  if (BLIND.includes(role)) return 'E_HAB_ROLE';
  const isControl = CONTROL.includes(role);
  if (isControl && kind !== 'consultation') return 'E_HAB_ROLE';
  if (reach === 'presenting') return 'OK';
  if (reach === 'case') {
    if (authority === undefined) return 'E_REQ_MISSING';
    if (action === 'audit.read' && !isControl) return 'E_HAB_ROLE';
    if (authority.caseId !== caseId) return 'E_PRO_SILO';
    if (isControl && authority.magistrateSeized !== true) return 'E_HAB_JURIS';
  }
  const isNamed = principal.agentId !== undefined;
  if (!isControl && authority !== undefined && !(isNamed && authority.agentDesignated)) return 'E_HAB_CASE';
  if (habilitation === 'none') return 'E_HAB_NONE';
  if (habilitation === 'ended') return 'E_HAB_REVOKED';
  if (habilitation === 'untrained') return 'E_HAB_TRAINING';
  if (reach === 'installation') return isControl ? 'OK' : 'E_HAB_ROLE';
  if (reach === 'ownCases' || authority === undefined) return 'OK';
  if (needsValidity && !(authority.notBefore <= nowSeconds && nowSeconds < authority.expires)) return 'E_REQ_EXPIRED';
  const { caseState } = authority;
  if (caseState === 'frozen' && !['audit.read', 'retention.read', 'order.done'].includes(action)) return 'E_RET_FROZEN';
  const staysOpen = ['order.done', 'selection.change'].includes(action);
  if (caseState === 'closed' && CHANGING.includes(kind) && !staysOpen) return 'E_RET_CLOSED';
  if (!isControl && authority.revoked) return 'E_REQ_REVOKED';
  const needed = [...ops, ...request.extraOps];
  if (!isControl && !needed.every((op) => authority.ops.includes(op))) return 'E_REQ_OP';
  return refusesBroad && request.broad === true ? 'E_PRO_BROAD' : 'OK';
}
