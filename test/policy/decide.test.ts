import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../gateway/errors.ts';
import type { CaseId } from '../../gateway/ids.ts';
import { decide } from '../../gateway/policy/decide.ts';
import { POLICIES, SCHEMA } from '../../gateway/policy/policies.ts';
import { compilePolicies } from '../../gateway/policy/policy-set.ts';
import {
  ACTIONS,
  type Action,
  type Authority,
  type DecisionRequest,
  HABILITATION_STANDINGS,
  OPS,
  ROLES,
  reachOf,
} from '../../gateway/policy/types.ts';

const CASE = '0a000000-0000-8000-8000-000000000001' as CaseId;
const OTHER = '0a000000-0000-8000-8000-000000000002' as CaseId;
const authority: Authority = {
  requisitionId: '0b000000-0000-4000-8000-000000000001',
  caseId: CASE,
  procedure: 'PV-1',
  ops: OPS,
  notBefore: 100,
  expires: 200,
  agentDesignated: true,
  revoked: false,
  magistrateSeized: true,
};
const agent = { role: 'agent_habilite', agentId: 'agent-1', service: 'DIPN', habilitation: 'in_force' } as const;
const nobody = { role: 'anonymous', agentId: undefined, service: undefined, habilitation: 'none' } as const;
const ask = (changes: Partial<DecisionRequest>) =>
  decide(
    { principal: agent, action: 'job.start', caseId: CASE, extraOps: [], authority, nowSeconds: 150, ...changes },
    POLICIES,
  );
const actions = Object.keys(ACTIONS) as Action[];
const onCase = actions.filter((action) => reachOf(action) === 'case');
const byAgent = onCase.filter((action) => action !== 'audit.read');

describe('decide', () => {
  it('REQ-01: default deny: without policies, and for an act or a role that nobody knows', () => {
    expect(
      decide(
        { principal: agent, action: 'job.start', caseId: CASE, extraOps: [], authority, nowSeconds: 150 },
        compilePolicies(SCHEMA, []),
      ),
    ).toEqual({ effect: 'forbid', policyId: 'default-deny', reason: 'E_HAB_ROLE' });
    expect(ask({ action: 'face.search' as Action }).effect).toBe('forbid');
    expect(ask({ action: 'toString' as Action }).effect).toBe('forbid');
    expect(ask({ principal: { ...agent, role: 'root' as 'dpo' } }).effect).toBe('forbid');
  });

  it('forbid beats permit, whatever the order', () => {
    const permit = { id: 'p', text: 'permit (principal, action, resource);' };
    const forbid = { id: 'f', text: '@code("E_REQ_OP") forbid (principal, action, resource);' };
    const second = { ...permit, id: 'q' };
    const request = {
      principal: agent,
      action: 'job.start',
      caseId: CASE,
      extraOps: [],
      authority,
      nowSeconds: 150,
    } as const;
    for (const policies of [
      [permit, forbid],
      [forbid, permit],
      [permit, forbid, second],
    ]) {
      expect(decide(request, compilePolicies(SCHEMA, policies))).toEqual({
        effect: 'forbid',
        policyId: 'f',
        reason: 'E_REQ_OP',
      });
    }
    expect(decide(request, compilePolicies(SCHEMA, [permit]))).toEqual({
      effect: 'permit',
      policyId: 'p',
      reason: 'OK',
    });
  });

  it('REQ-01: nobody may read what is public and present what somebody signed, and nothing else', () => {
    for (const action of actions) {
      const open = ['public.read', 'requisition.register', 'act.present', 'erasure.read'].includes(action);
      const decision = ask({ principal: nobody, action, authority: undefined });
      expect(decision.reason, action).toBe(open ? 'OK' : 'E_REQ_MISSING');
      expect(ask({ principal: nobody, action }).reason, action).toBe(open ? 'OK' : 'E_REQ_MISSING');
    }
  });

  it.each(byAgent)('a designated agent with a valid requisition may %s on its case and on no other', (action) => {
    expect(ask({ action })).toEqual({ effect: 'permit', policyId: 'agent-on-own-case', reason: 'OK' });
    expect(ask({ action, caseId: OTHER }).reason).toBe('E_PRO_SILO');
    expect(ask({ action, caseId: undefined }).reason).toBe('E_PRO_SILO');
    expect(ask({ action, authority: undefined }).reason).toBe('E_REQ_MISSING');
    expect(ask({ action, authority: { ...authority, agentDesignated: false } }).reason).toBe('E_HAB_CASE');
    expect(ask({ action, principal: { ...agent, agentId: undefined } }).reason).toBe('E_HAB_CASE');
  });

  it('REQ-10: outside the window no upload, analysis or question; reading what was found goes on', () => {
    for (const action of byAgent) {
      for (const nowSeconds of [99, 200]) {
        expect(ask({ action, nowSeconds }).reason, action).toBe(ACTIONS[action].needsValidity ? 'E_REQ_EXPIRED' : 'OK');
      }
      for (const nowSeconds of [100, 199]) expect(ask({ action, nowSeconds }).reason, action).toBe('OK');
    }
    expect(
      ['exhibit.upload', 'job.start', 'job.step', 'search.ask'].every(
        (action) => ACTIONS[action as Action].needsValidity,
      ),
    ).toBe(true);
  });

  it('REQ-08: permits exactly when every operation of the act and of its content is listed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...byAgent),
        fc.subarray([...OPS]),
        fc.subarray([...OPS]),
        (action, listed, extraOps) => {
          const wanted = [...ACTIONS[action].ops, ...extraOps];
          const decision = ask({ action, extraOps, authority: { ...authority, ops: listed } });
          expect(decision.reason).toBe(
            wanted.every((op) => (listed as readonly string[]).includes(op)) ? 'OK' : 'E_REQ_OP',
          );
        },
      ),
    );
  });

  it('LOG-07: no agent reads the journal, not even of the own case; control roles do', () => {
    expect(ask({ action: 'audit.read' })).toEqual({
      effect: 'forbid',
      policyId: 'journal-for-control',
      reason: 'E_HAB_ROLE',
    });
    expect(ask({ action: 'audit.read', caseId: OTHER }).reason).toBe('E_HAB_ROLE');
    expect(ask({ action: 'audit.read', authority: undefined }).reason).toBe('E_REQ_MISSING');
    const control = { role: 'magistrat_230_24', agentId: 'm-1', service: 'TJ', habilitation: 'in_force' } as const;
    expect(ask({ action: 'audit.read', principal: control }).reason).toBe('OK');
  });

  it('HAB-01, HAB-05: control roles only consult, content-blind roles see nothing of a case, whatever authority they hold', () => {
    for (const role of [
      'magistrat_parquet',
      'magistrat_instructeur',
      'procureur_controle',
      'magistrat_230_24',
    ] as const) {
      for (const action of onCase) {
        const { reason } = ask({
          action,
          principal: { role, agentId: 'm-1', service: 'TJ', habilitation: 'in_force' },
          nowSeconds: 150,
        });
        expect(reason, `${role} ${action}`).toBe(ACTIONS[action].kind === 'consultation' ? 'OK' : 'E_HAB_ROLE');
        if (ACTIONS[action].kind === 'consultation') {
          expect(
            ask({ action, principal: { role, agentId: 'm-1', service: 'TJ', habilitation: 'in_force' }, caseId: OTHER })
              .reason,
          ).toBe('E_PRO_SILO');
        }
      }
    }
    for (const role of ['admin_technique', 'dpo', 'conformite'] as const) {
      for (const action of actions.filter((name) => name !== 'public.read')) {
        expect(
          ask({ action, principal: { role, agentId: 'a', service: 's', habilitation: 'in_force' } }).reason,
          `${role} ${action}`,
        ).toBe('E_HAB_ROLE');
      }
    }
  });

  it('REQ-13: an answer of this second is given again for the same request, and for none that differs in anything', () => {
    const none = compilePolicies(SCHEMA, []);
    const differing: readonly (readonly [Partial<DecisionRequest>, string])[] = [
      [{}, 'OK'],
      [{ authority: { ...authority, revoked: true } }, 'E_REQ_REVOKED'],
      [{ authority: { ...authority, agentDesignated: false } }, 'E_HAB_CASE'],
      [{ authority: { ...authority, ops: ['search.class'] } }, 'E_REQ_OP'],
      [{ authority: undefined }, 'E_REQ_MISSING'],
      [{ caseId: OTHER }, 'E_PRO_SILO'],
      [{ principal: { ...agent, habilitation: 'ended' } }, 'E_HAB_REVOKED'],
      [{ safeMode: 'E_CLOCK' }, 'E_CLOCK'],
      [{ safeMode: 'E_VAULT' }, 'E_VAULT'],
      [{ nowSeconds: 250 }, 'E_REQ_EXPIRED'],
    ];
    for (const order of [differing, differing.toReversed(), differing]) {
      for (const [changes, code] of order) expect(ask(changes).reason, JSON.stringify(changes)).toBe(code);
      const request = { principal: agent, action: 'job.start', caseId: CASE, extraOps: [], authority, nowSeconds: 150 };
      expect(decide(request as DecisionRequest, none).reason).toBe('E_HAB_ROLE');
    }
  });

  it('answers for any request with a code of the table, and the same each time', () => {
    const maybe = <T>(value: T) => fc.option(fc.constant(value), { nil: undefined });
    const request = fc.record({
      principal: fc.record({
        role: fc.constantFrom(...ROLES),
        agentId: maybe('agent-1'),
        service: maybe('s'),
        habilitation: fc.constantFrom(...HABILITATION_STANDINGS),
      }),
      action: fc.constantFrom(...actions),
      caseId: fc.constantFrom(CASE, OTHER, undefined),
      extraOps: fc.subarray([...OPS]),
      authority: maybe(authority),
      nowSeconds: fc.nat(400),
    });
    fc.assert(
      fc.property(request, (asked) => {
        const decision = decide(asked, POLICIES);
        expect(decide(asked, POLICIES)).toEqual(decision);
        if (decision.effect === 'permit') expect(decision.reason).toBe('OK');
        else expect(Object.keys(ERRORS)).toContain(decision.reason);
        // The walls that no policy may open.
        if (decision.effect === 'permit' && onCase.includes(asked.action)) {
          expect(asked.authority?.caseId).toBe(asked.caseId);
          expect(asked.principal.role).not.toBe('anonymous');
        }
      }),
      { numRuns: 500 },
    );
  });
});
