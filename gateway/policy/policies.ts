import { answersInSafeMode, SAFE_MODE_POLICY } from './safe-mode.ts';
import { ACTIONS, type Action, type DecisionRequest, type Op, type Policy, type Role } from './types.ts';

// The rules of the product, from "who are you" to "is it in your requisition". Each speaks of one thing only.

/** Acts that need no requisition: what is public, and the presenting of what somebody signed. */
const OPEN: readonly Action[] = ['public.read', 'requisition.register', 'act.present'];

/** An agent's key may list the cases it is designated in before it names one of them. */
const WITHOUT_CASE: readonly Action[] = [...OPEN, 'case.list'];

/** Prosecutor, magistrate of art. 230-24 and the magistrates seized: they look, they do not operate (HAB-01, HAB-04). */
const CONTROL_ROLES: readonly Role[] = [
  'magistrat_parquet',
  'magistrat_instructeur',
  'procureur_controle',
  'magistrat_230_24',
];

/** Roles that keep the machine or the rules and never see content (HAB-05). */
const CONTENT_BLIND_ROLES: readonly Role[] = ['admin_technique', 'dpo', 'conformite'];

const isKnown = (request: DecisionRequest): boolean => Object.hasOwn(ACTIONS, request.action);

/** Acts on a case: everything that is known and is not open to nobody. */
const touchesACase = (request: DecisionRequest): boolean => isKnown(request) && !WITHOUT_CASE.includes(request.action);

const isControl = (request: DecisionRequest): boolean => CONTROL_ROLES.includes(request.principal.role);

/** The operations that the requisition must list for this request: the action's own and those drawn from its content. */
const opsOf = (request: DecisionRequest): readonly Op[] => [...ACTIONS[request.action].ops, ...request.extraOps];

/** Whether the window of the requisition is open: notBefore inclusive, expires exclusive. */
const isValid = ({ authority, nowSeconds }: DecisionRequest): boolean =>
  authority !== undefined && authority.notBefore <= nowSeconds && nowSeconds < authority.expires;

export const POLICIES: readonly Policy[] = [
  {
    // Before "who are you": an installation that is not in order tells nobody more than that. The code is that of what failed (decide.ts).
    id: SAFE_MODE_POLICY,
    effect: 'forbid',
    reason: 'E_CPL_INCOMPLETE',
    when: (request) => request.safeMode !== undefined && !answersInSafeMode(request.action),
  },
  {
    id: 'anonymous-needs-requisition',
    effect: 'forbid',
    reason: 'E_REQ_MISSING',
    when: (request) => request.principal.role === 'anonymous' && !OPEN.includes(request.action),
  },
  {
    id: 'content-blind',
    effect: 'forbid',
    reason: 'E_HAB_ROLE',
    when: (request) => CONTENT_BLIND_ROLES.includes(request.principal.role) && request.action !== 'public.read',
  },
  {
    id: 'control-reads-only',
    effect: 'forbid',
    reason: 'E_HAB_ROLE',
    when: (request) =>
      isControl(request) &&
      isKnown(request) &&
      request.action !== 'public.read' &&
      ACTIONS[request.action].kind !== 'consultation',
  },
  {
    id: 'act-needs-requisition',
    effect: 'forbid',
    reason: 'E_REQ_MISSING',
    when: (request) => touchesACase(request) && request.authority === undefined,
  },
  {
    // No route signs a control role in yet, so nobody reads the journal over HTTP; `differe audit` reads it where it lies.
    id: 'journal-for-control',
    effect: 'forbid',
    reason: 'E_HAB_ROLE',
    when: (request) => request.action === 'audit.read' && !isControl(request),
  },
  {
    id: 'case-silo',
    effect: 'forbid',
    reason: 'E_PRO_SILO',
    when: (request) =>
      touchesACase(request) && request.authority !== undefined && request.authority.caseId !== request.caseId,
  },
  {
    id: 'agent-designated',
    effect: 'forbid',
    reason: 'E_HAB_CASE',
    when: (request) =>
      request.principal.role === 'agent_habilite' &&
      !OPEN.includes(request.action) &&
      request.authority !== undefined &&
      (!request.authority.agentDesignated || request.principal.agentId === undefined),
  },
  {
    id: 'requisition-valid',
    effect: 'forbid',
    reason: 'E_REQ_EXPIRED',
    when: (request) => touchesACase(request) && ACTIONS[request.action].needsValidity && !isValid(request),
  },
  {
    id: 'ops-listed',
    effect: 'forbid',
    reason: 'E_REQ_OP',
    when: (request) =>
      touchesACase(request) &&
      request.principal.role === 'agent_habilite' &&
      opsOf(request).some((op) => request.authority?.ops.includes(op) !== true),
  },
  {
    id: 'public',
    effect: 'permit',
    when: (request) => request.action === 'public.read',
  },
  {
    id: 'present-requisition',
    effect: 'permit',
    when: (request) =>
      (request.action === 'requisition.register' || request.action === 'act.present') &&
      (request.principal.role === 'anonymous' || request.principal.role === 'agent_habilite'),
  },
  {
    id: 'agent-lists-own-cases',
    effect: 'permit',
    when: (request) => request.action === 'case.list' && request.principal.role === 'agent_habilite',
  },
  {
    id: 'agent-on-own-case',
    effect: 'permit',
    when: (request) => touchesACase(request) && request.principal.role === 'agent_habilite',
  },
  {
    id: 'control-consults',
    effect: 'permit',
    when: (request) => touchesACase(request) && isControl(request) && ACTIONS[request.action].kind === 'consultation',
  },
];
