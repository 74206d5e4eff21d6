import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import { AppError } from '../errors.ts';
import { SAFE_MODE_POLICY } from './safe-mode.ts';
import {
  ACTIONS,
  type Authority,
  type Decision,
  type DecisionRequest,
  type PolicySet,
  ROLE_GROUPS,
  type Role,
} from './types.ts';

const DEFAULT_DENY: Decision = { effect: 'forbid', policyId: 'default-deny', reason: 'E_HAB_ROLE' };

/**
 * May this happen? Pure and in this process: same request and policies, same answer. Default deny, also for an act that nobody knows; a
 * forbid beats any permit; among forbids the first in the set's order gives the reason. A policy that fails to evaluate would be left
 * out by Cedar, so it is an error here: E_INTERNAL.
 */
export function decide(request: DecisionRequest, set: PolicySet): Decision {
  if (!Object.hasOwn(ACTIONS, request.action)) return DEFAULT_DENY;
  const { decision, diagnostics } = answerTo(callOf(request, set), request.nowSeconds);
  const [error] = diagnostics.errors;
  if (error !== undefined) throw new AppError('E_INTERNAL', { detail: `${error.policyId}: ${error.error.message}` });
  // Cedar names all policies that speak for its decision: permits when it allows, forbids when one of them made it deny.
  const speaking = set.policies.find(({ id }) => diagnostics.reason.includes(id));
  if (speaking === undefined) return DEFAULT_DENY;
  if (decision === 'allow') return { effect: 'permit', policyId: speaking.id, reason: 'OK' };
  const cause = speaking.id === SAFE_MODE_POLICY ? request.safeMode : undefined;
  return { effect: 'forbid', policyId: speaking.id, reason: cause ?? speaking.code ?? 'E_HAB_ROLE' };
}

/** What Cedar answered in the second that `second` is. */
const answered = new Map<string, cedar.Response>();
let second = Number.NaN;
/** Above what one process decides in a second. */
const MOST_ANSWERED = 5_000;

/**
 * Cedar's answer, asked once a second for calls that are equal in every member: an agent who looks at a page of hits asks for the same
 * thing fifty times. The two answers of a question were a fifth of its processor time, and a key is a hundredth of an answer (decision 0042).
 */
function answerTo(call: cedar.StatefulAuthorizationCall, nowSeconds: number): cedar.Response {
  if (nowSeconds !== second || answered.size >= MOST_ANSWERED) answered.clear();
  second = nowSeconds;
  const key = JSON.stringify(call);
  const known = answered.get(key);
  if (known !== undefined) return known;
  const answer = cedar.statefulIsAuthorized(call);
  if (answer.type === 'failure') throw new AppError('E_INTERNAL', { detail: answer.errors[0]?.message ?? 'cedar' });
  answered.set(key, answer.response);
  return answer.response;
}

/** The request in Cedar's words (policies/schema.cedarschema). */
function callOf(request: DecisionRequest, { sha256, refusesBroad }: PolicySet): cedar.StatefulAuthorizationCall {
  const { principal, action, caseId, authority } = request;
  const needs = [...new Set([...ACTIONS[action].ops, ...request.extraOps])];
  const person = { type: 'Person', id: principal.agentId ?? '-' };
  return {
    principal: person,
    action: { type: 'Action', id: action },
    resource: caseId === undefined ? { type: 'Installation', id: 'here' } : { type: 'Case', id: caseId },
    context: {
      now: request.nowSeconds,
      named: principal.agentId !== undefined,
      habilitation: principal.habilitation,
      needs,
      broad: request.broad === true,
      refusesBroad,
      safeMode: request.safeMode !== undefined,
      ...(authority === undefined ? {} : { authority: authorityOf(authority, needs) }),
    },
    entities: [{ uid: person, attrs: {}, parents: parentsOf(principal.role) }],
    preparsedSchemaName: sha256,
    preparsedPolicySetId: sha256,
    // Types hold it on this side; a check of each request would double its time.
    validateRequest: false,
  };
}

// Of twenty listed operations a request needs few: whether the rest are listed is asked by no policy, and carrying them takes as long as
// all policies together.
const authorityOf = (authority: Authority, needs: readonly string[]): cedar.CedarValueJson => ({
  of: { __entity: { type: 'Case', id: authority.caseId } },
  ops: authority.ops.filter((op) => needs.includes(op)),
  notBefore: authority.notBefore,
  expires: authority.expires,
  designated: authority.agentDesignated,
  seized: authority.magistrateSeized === true,
  revoked: authority.revoked,
  state: authority.caseState ?? 'open',
});

const parentsOf = (role: Role): cedar.TypeAndId[] => [
  { type: 'Role', id: role },
  ...Object.entries(ROLE_GROUPS)
    .filter(([, members]) => (members as readonly Role[]).includes(role))
    .map(([id]) => ({ type: 'Role', id })),
];
