import { describe, expect, it } from 'vitest';
import type { CaseId } from '../../gateway/ids.ts';
import { buildInertApp } from '../../gateway/inert-app.ts';
import { decide } from '../../gateway/policy/decide.ts';
import { POLICIES } from '../../gateway/policy/policies.ts';
import { ACTIONS, type Action, OPS, ROLES, type Role, reachOf } from '../../gateway/policy/types.ts';

const CONTROL: readonly Role[] = [
  'magistrat_parquet',
  'magistrat_instructeur',
  'procureur_controle',
  'magistrat_230_24',
];
const AGENT: readonly Role[] = ['agent_habilite'];
const NOBODY: readonly Role[] = ['anonymous'];

/**
 * Who may do what, by what an act reaches and what kind of processing it is. A route of a class that is not here fails the test: whoever
 * adds one says here, in front of the others, whose it is.
 */
const GOLDEN: Readonly<Record<string, readonly Role[]>> = {
  'public administration': ROLES,
  'presenting administration': [...AGENT, ...NOBODY],
  // The certificate of an erasure, for whoever holds the id of its act; magistrates have the list.
  'presenting erasure': [...AGENT, ...NOBODY],
  'ownCases consultation': [...AGENT, ...CONTROL],
  'installation consultation': CONTROL,
  'case collection': AGENT,
  'case modification': AGENT,
  'case combination': AGENT,
  'case communication': AGENT,
  'case erasure': AGENT,
  'case consultation': [...AGENT, ...CONTROL],
};

/** Acts whose roles are not those of their class. */
const GOLDEN_BY_NAME: Readonly<Partial<Record<Action, readonly Role[]>>> = {
  'audit.read': CONTROL,
};

const isPermitted = (role: Role, action: Action): boolean =>
  decide(
    {
      principal: { role, agentId: 'id-1', service: 'service-1', habilitation: 'in_force' },
      action,
      caseId: 'c1' as CaseId,
      extraOps: [],
      nowSeconds: 150,
      authority: {
        requisitionId: 'r',
        caseId: 'c1' as CaseId,
        procedure: 'p',
        ops: OPS,
        notBefore: 100,
        expires: 200,
        agentDesignated: true,
        magistrateSeized: true,
        revoked: false,
      },
    },
    POLICIES,
  ).effect === 'permit';

describe('roles and routes', () => {
  it('HAB-01: the roles are exactly those of the requirement, and nobody', () => {
    expect([...ROLES].sort()).toEqual(
      [
        'agent_habilite',
        'magistrat_parquet',
        'magistrat_instructeur',
        'procureur_controle',
        'magistrat_230_24',
        'admin_technique',
        'dpo',
        'conformite',
        'anonymous',
      ].sort(),
    );
  });

  it('HAB-01: each route of the running application is open to the roles of the golden table and to no other', async () => {
    const app = await buildInertApp('0');
    const routes = [...app.routeList];
    await app.close();
    expect(routes.length).toBeGreaterThan(30);
    for (const route of routes) {
      const action = route.split(' ')[2] as Action;
      const name = `${reachOf(action)} ${ACTIONS[action].kind}`;
      const expected = GOLDEN_BY_NAME[action] ?? GOLDEN[name];
      expect(expected, `${route} is "${name}": say in GOLDEN whose it is`).toBeDefined();
      const permitted = ROLES.filter((role) => isPermitted(role, action));
      expect([...permitted].sort(), route).toEqual([...(expected ?? [])].sort());
    }
  });
});
