import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError, ERRORS } from '../../gateway/errors.ts';
import type { CaseId } from '../../gateway/ids.ts';
import { decide } from '../../gateway/policy/decide.ts';
import { POLICIES, POLICY_FOLDER, POLICY_TEXTS, SCHEMA } from '../../gateway/policy/policies.ts';
import { compilePolicies } from '../../gateway/policy/policy-set.ts';
import { groupsOf } from '../../gateway/policy/schema.ts';
import {
  ACTIONS,
  type Action,
  type DecisionRequest,
  HABILITATION_STANDINGS,
  OPS,
  ROLES,
} from '../../gateway/policy/types.ts';
import { oracle } from './oracle.ts';
import { examples, policyFolders } from './requests.ts';

const actions = Object.keys(ACTIONS) as Action[];
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'accepted';
  } catch (error) {
    return error instanceof AppError ? `${error.code} ${error.detail ?? ''}` : String(error);
  }
};

const anyRequest: fc.Arbitrary<DecisionRequest> = fc.record({
  principal: fc.record({
    role: fc.constantFrom(...ROLES),
    agentId: fc.constantFrom('agent-1', undefined),
    service: fc.constant('s'),
    // Most requests of a day are by people in order: else few would reach the later rules.
    habilitation: fc.constantFrom('in_force' as const, 'in_force' as const, ...HABILITATION_STANDINGS),
  }),
  action: fc.constantFrom(...actions),
  caseId: fc.constantFrom('c1' as CaseId, 'c1' as CaseId, 'c1' as CaseId, 'c2' as CaseId, undefined),
  extraOps: fc.subarray([...OPS], { maxLength: 2 }),
  broad: fc.boolean(),
  authority: fc.option(
    fc.record({
      requisitionId: fc.constant('r'),
      caseId: fc.constant('c1' as CaseId),
      procedure: fc.constant('p'),
      ops: fc.oneof(fc.constant(OPS), fc.subarray([...OPS])),
      notBefore: fc.constant(100),
      expires: fc.constant(200),
      agentDesignated: fc.constantFrom(true, true, false),
      magistrateSeized: fc.constantFrom(true, false),
      revoked: fc.constantFrom(false, false, true),
      caseState: fc.constantFrom(undefined, undefined, 'closed' as const, 'closed' as const, 'frozen' as const),
    }),
    { nil: undefined, freq: 6 },
  ),
  nowSeconds: fc.constantFrom(99, 100, 150, 199, 200),
  safeMode: fc.constantFrom(undefined, undefined, undefined, 'E_CPL_INCOMPLETE' as const),
});

describe('the policies of the product', () => {
  it.each(examples())('$policyId, $side: $sentence', ({ policyId, side, request, refusesBroad }) => {
    const policy = POLICIES.policies.find(({ id }) => id === policyId);
    const decision = decide(request, { ...POLICIES, refusesBroad });
    if (policy?.effect === 'permit') {
      // A permit is the reason of what it lets pass; what it does not let pass is refused by whatever rule.
      if (side === 'ALLOW') expect(decision).toMatchObject({ effect: 'permit', policyId });
      else expect(decision.effect).toBe('forbid');
    } else if (side === 'ALLOW') expect(decision.effect).toBe('permit');
    else expect(decision).toEqual({ effect: 'forbid', policyId, reason: request.safeMode ?? policy?.code });
  });

  it('every policy has its ground in law, its rule in both languages, and requests on both sides', () => {
    for (const id of policyFolders()) {
      const readme = readFileSync(path.join(POLICY_FOLDER, id, 'README.md'), 'utf8');
      expect(readme, id).toMatch(
        /^# .+\n\n.+\n\n\*\*Fondement :\*\* .*(?:art\.|[A-Z]{3}-\d\d).*\n\n---\n\n\*\*.+\*\* .+\n$/s,
      );
      const sides = examples().filter(({ policyId }) => policyId === id);
      expect(new Set(sides.map(({ side }) => side)), id).toEqual(new Set(['ALLOW', 'DENY']));
    }
    for (const { id, effect, code } of POLICIES.policies) {
      if (effect === 'forbid') expect(Object.keys(ERRORS), id).toContain(code);
    }
  });

  it('agrees with an oracle in plain code on ten thousand random requests, and reaches every rule', () => {
    // What a jurist wrote reaches each rule; chance alone would miss a rare one now and then.
    const reached = new Set(
      examples().map(({ request }) => decide(request, { ...POLICIES, refusesBroad: true }).policyId),
    );
    fc.assert(
      fc.property(anyRequest, fc.boolean(), (request, refusesBroad) => {
        const decision = decide(request, { ...POLICIES, refusesBroad });
        reached.add(decision.policyId);
        expect(decision.reason).toBe(oracle(request, refusesBroad));
        expect(decision.effect).toBe(decision.reason === 'OK' ? 'permit' : 'forbid');
      }),
      { numRuns: 10_000 },
    );
    expect([...POLICIES.policies.map(({ id }) => id).filter((id) => !reached.has(id))]).toEqual([]);
  });

  it('every policy is needed: without it some request is decided otherwise', () => {
    const samples = fc.sample(anyRequest, 1500);
    for (const { id } of POLICY_TEXTS) {
      const without = compilePolicies(
        SCHEMA,
        POLICY_TEXTS.filter((each) => each.id !== id),
        { refusesBroad: true },
      );
      const differs = [...examples().map(({ request }) => request), ...samples].some(
        (request) => decide(request, without).reason !== oracle(request, true),
      );
      expect(differs, `${id} decides nothing`).toBe(true);
    }
  });

  it('an action that is added is ruled by what its entry says: declared in the schema, of one kind and one reach', () => {
    for (const action of actions) {
      const groups = groupsOf(action);
      expect(SCHEMA, `${action} must be declared: see schemaWithActions`).toContain(`action "${action}" in [`);
      for (const group of groups) {
        expect(
          SCHEMA.split('action "')[0],
          `${group} of ${action} is no group of schema.cedarschema: add it there`,
        ).toMatch(new RegExp(`^action .*\\b${group}\\b.*;$`, 'm'));
      }
    }
  });

  it('does not start with a policy that is broken, ungrounded in the schema, or without a code', () => {
    const compile = (text: string) => codeOf(() => compilePolicies(SCHEMA, [{ id: 'p', text }]));
    expect(compile('permit (principal, action, resource);')).toBe('accepted');
    expect(compile('permit (principal, action, resource')).toMatch(/^E_CONFIG policy p/);
    expect(compile('permit (principal, action, resource) when { context.face == "x" };')).toMatch(/^E_CONFIG/);
    expect(compile('permit (principal, action == Action::"face.search", resource);')).toMatch(/^E_CONFIG/);
    expect(compile('permit (principal, action, resource) when { context.now == "soon" };')).toMatch(/^E_CONFIG/);
    expect(compile('permit (principal, action, resource) when { context.authority.designated };')).toMatch(/^E_CONFIG/);
    expect(compile('permit (principal, action, resource) when { false };')).toMatch(/^E_CONFIG/);
    expect(compile('forbid (principal, action, resource);')).toMatch(/^E_CONFIG.*@code/);
    expect(compile('@code("E_NOT_ONE") forbid (principal, action, resource);')).toMatch(/^E_CONFIG.*@code/);
    expect(
      compile('@code("E_REQ_OP") forbid (principal, action, resource); permit (principal, action, resource);'),
    ).toMatch(/^E_CONFIG/);
    expect(codeOf(() => compilePolicies('entity Person', []))).toMatch(/^E_CONFIG/);
  });

  it('a policy that fails to evaluate is an error and never a permit', () => {
    const set = compilePolicies(SCHEMA, [
      { id: 'p', text: 'permit (principal, action, resource);' },
      // Adds up to more than an integer of Cedar holds, which only shows when it is evaluated.
      {
        id: 'f',
        text: '@code("E_REQ_OP") forbid (principal, action, resource) when { context.now + 9223372036854775807 > 1 };',
      },
    ]);
    const [example] = examples();
    if (example === undefined) throw new Error('no example');
    expect(codeOf(() => decide(example.request, set))).toMatch(/^E_INTERNAL f/);
  });

  it('decides in the time that a request has: well below a millisecond at the median', () => {
    const [request] = examples().flatMap((each) => (each.policyId === 'agent-on-own-case' ? [each.request] : []));
    if (request === undefined) throw new Error('no example');
    const times = Array.from({ length: 2000 }, () => {
      const began = performance.now();
      decide(request, POLICIES);
      return performance.now() - began;
    });
    expect(times.toSorted((a, b) => a - b)[1000]).toBeLessThan(1);
  });
});
