import { SAFE_MODE_POLICY } from './safe-mode.ts';
import type { Decision, DecisionRequest, Policy } from './types.ts';

/**
 * May this happen? Pure: same request and policies, same answer. Default deny; a forbid beats any permit; among forbids the first
 * in the list gives the reason, so a list is ordered from "who are you" to "is it in your requisition".
 */
export function decide(request: DecisionRequest, policies: readonly Policy[]): Decision {
  const speaking = policies.filter((policy) => policy.when(request));
  const forbid = speaking.find((policy) => policy.effect === 'forbid');
  if (forbid !== undefined) {
    const cause = forbid.id === SAFE_MODE_POLICY ? request.safeMode : undefined;
    return { effect: 'forbid', policyId: forbid.id, reason: cause ?? forbid.reason ?? 'E_HAB_ROLE' };
  }
  const permit = speaking.find((policy) => policy.effect === 'permit');
  if (permit !== undefined) return { effect: 'permit', policyId: permit.id, reason: 'OK' };
  return { effect: 'forbid', policyId: 'default-deny', reason: 'E_HAB_ROLE' };
}
