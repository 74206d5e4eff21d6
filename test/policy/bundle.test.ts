import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../gateway/errors.ts';
import { deferralFloor } from '../../gateway/footage/gate.ts';
import type { CaseId } from '../../gateway/ids.ts';
import { type BundleContext, openBundle, openPolicies } from '../../gateway/policy/bundle.ts';
import { decide } from '../../gateway/policy/decide.ts';
import { POLICIES } from '../../gateway/policy/policies.ts';
import { ACTIONS, type Action, type DecisionRequest, OPS, type Role, reachOf } from '../../gateway/policy/types.ts';
import { verifyRequisition } from '../../gateway/requisition/verify.ts';
import { loadRegistry } from '../../gateway/trust/registry.ts';
import { signClaims } from '../../gateway/trust/sign.ts';
import {
  AUDIENCE,
  authorisationClaims,
  NOW,
  newAuthorities,
  newKey,
  scheduleClaims,
  type TestKey,
  tokensOf,
} from '../requisition/support.ts';

let controller: TestKey;
let dpo: TestKey;
let vendor: TestKey;
let context: BundleContext;

beforeAll(async () => {
  [controller, dpo, vendor] = await Promise.all([newKey('responsable-1'), newKey('dpo-1'), newKey('technique-1')]);
  const entry = (key: TestKey, role: string) => ({
    ...key.publicJwk,
    kid: key.privateJwk.kid,
    iss: `office-${role}`,
    role,
    signs: ['differe-policies+jwt'],
    env: 'test',
  });
  const keys = [entry(controller, 'responsable'), entry(dpo, 'dpo'), entry(vendor, 'technique')];
  context = {
    registry: loadRegistry(JSON.stringify({ keys }), 'test'),
    env: 'test',
    audience: AUDIENCE,
    nowSeconds: NOW,
  };
});

const sign = (bundle: object, key: TestKey, role: string, changes: object = {}) =>
  signClaims(
    {
      ver: 1,
      env: 'test',
      iss: `office-${role}`,
      aud: AUDIENCE,
      jti: randomUUID(),
      iat: NOW - 60,
      bundle,
      ...changes,
    },
    'differe-policies+jwt',
    key.privateJwk,
  );
const signed = async (bundle: object): Promise<string> =>
  JSON.stringify({
    bundle,
    signatures: [await sign(bundle, controller, 'responsable'), await sign(bundle, dpo, 'dpo')],
  });
const open = async (bundle: object) => openBundle(await signed(bundle), context);
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'accepted',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );
const withValues = (values: object) => open({ version: 1, values });

const request = (action: Action, role: Role = 'agent_habilite'): DecisionRequest => ({
  principal: { role, agentId: 'a-1', service: 's', habilitation: 'in_force' },
  action,
  caseId: reachOf(action) === 'case' ? ('c1' as CaseId) : undefined,
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
    revoked: false,
    magistrateSeized: true,
  },
});

describe('the rules of an installation', () => {
  it('without a bundle they are those of the product', async () => {
    expect(await openPolicies(undefined, context)).toMatchObject({ policies: POLICIES, values: {} });
    expect(await codeOf(openPolicies('/nowhere/bundle.json', context))).toBe('E_CONFIG');
  });

  it.each([
    ['deferral_floor_s', 3599, 3600],
    ['max_hours', 1_000_001, 10],
    ['max_queries', 1_000_001, 10],
    ['max_exports', 1_000_001, 10],
    ['validity_days', 61, 2],
    ['retention_days', 1096, 90],
    ['refuse_broad_questions', false, true],
  ])('POL-01: %s can only be made narrower: %s stops the start, %s holds', async (key, loose, tight) => {
    expect(await codeOf(withValues({ [key]: loose }))).toBe('E_POL_LOOSENED');
    expect(await codeOf(withValues({ [key]: 0 }))).toBe('E_POL_LOOSENED');
    expect(await codeOf(withValues({ [key]: 'none' }))).toBe('E_POL_LOOSENED');
    expect(await codeOf(withValues({ [key]: null }))).toBe('E_POL_LOOSENED');
    expect((await withValues({ [key]: tight })).values).toEqual({ [key]: tight });
  });

  it('POL-01: what the product does not know is nothing that an installation sets', async () => {
    expect(await codeOf(withValues({ face_search: true }))).toBe('E_POL_LOOSENED');
    expect(await codeOf(withValues({ toString: 1 }))).toBe('E_POL_LOOSENED');
    expect(await codeOf(open({ version: 1, permit: [] }))).toBe('E_POL_LOOSENED');
    const ban = (id: string, cedar: string) => open({ version: 1, forbid: [{ id, ground: 'note', cedar }] });
    expect(await codeOf(ban('all-may', 'permit (principal, action, resource);'))).toBe('E_POL_LOOSENED');
    expect(
      await codeOf(ban('case-silo', '@code("E_REQ_OP") forbid (principal, action, resource) when { false };')),
    ).toBe('E_POL_LOOSENED');
    expect(await codeOf(ban('no-code', 'forbid (principal, action, resource);'))).toBe('E_CONFIG');
    expect(await codeOf(ban('unreadable', 'forbid (principal'))).toBe('E_CONFIG');
    const two = '@code("E_REQ_OP") forbid (principal, action, resource); permit (principal, action, resource);';
    expect(await codeOf(ban('two-at-once', two))).toBe('E_CONFIG');
  });

  it('POL-01: a ban of the installation binds agents, and closes neither control nor signed acts nor erasure', async () => {
    const cedar = '@code("E_HAB_ROLE") forbid (principal, action, resource); // everything';
    const { policies } = await open({ version: 1, forbid: [{ id: 'nothing-today', ground: 'Note', cedar }] });
    for (const action of Object.keys(ACTIONS) as Action[]) {
      for (const role of ['agent_habilite', 'magistrat_230_24', 'procureur_controle', 'anonymous'] as const) {
        const before = decide(request(action, role), POLICIES);
        const after = decide(request(action, role), policies);
        // Never more than before.
        if (before.effect === 'forbid') expect(after.effect).toBe('forbid');
        const kind: string = ACTIONS[action].kind;
        const isOwed =
          role === 'magistrat_230_24' ||
          role === 'procureur_controle' ||
          kind === 'erasure' ||
          ['act.present', 'requisition.register', 'public.read'].includes(action);
        if (isOwed) expect(after, `${role} ${action}`).toEqual(before);
        else if (before.effect === 'permit') {
          expect(after, `${role} ${action}`).toEqual({
            effect: 'forbid',
            policyId: 'nothing-today',
            reason: 'E_HAB_ROLE',
          });
        }
      }
    }
  });

  it('POL-01: a ban speaks of what it names alone', async () => {
    const cedar =
      '@code("E_REQ_OP") forbid (principal, action, resource) when { context.needs.contains("search.cross_camera") };';
    const { policies } = await open({ version: 1, forbid: [{ id: 'one-camera', ground: 'Note', cedar }] });
    expect(decide(request('search.ask'), policies).reason).toBe('OK');
    expect(decide({ ...request('search.ask'), extraOps: ['search.cross_camera'] }, policies)).toMatchObject({
      policyId: 'one-camera',
      reason: 'E_REQ_OP',
    });
  });

  it('POL-01, PRO-04: a broad question answers by default and is refused where the installation decided so', async () => {
    const broad = { ...request('search.ask'), broad: true };
    expect(decide(broad, POLICIES).reason).toBe('OK');
    const { policies } = await withValues({ refuse_broad_questions: true });
    expect(decide(broad, policies)).toMatchObject({ policyId: 'broad-question', reason: 'E_PRO_BROAD' });
    expect(decide({ ...broad, broad: false }, policies).reason).toBe('OK');
  });

  it('POL-01: quotas and validity of a requisition are the lower of what was granted and what the installation allows', async () => {
    const authorities = await newAuthorities();
    const authorisation = authorisationClaims();
    const tokens = tokensOf(authorities, authorisation, scheduleClaims(authorisation, [authorities.agent]));
    const verified = (tightened: object) =>
      verifyRequisition(tokens, {
        registry: loadRegistry(authorities.jwks, 'test'),
        env: 'test',
        audience: AUDIENCE,
        nowSeconds: NOW,
        caseIdOf: () => 'c1' as CaseId,
        isUsed: () => false,
        isRevoked: () => false,
        tightened,
      });
    const plain = await verified({});
    expect(plain.authorisation.limits).toEqual({ max_hours: 100, max_queries: 1000, max_exports: 10 });
    const { values } = await withValues({ max_hours: 5, max_queries: 7, max_exports: 500, validity_days: 1 });
    const narrow = await verified(values);
    expect(narrow.authorisation.limits).toEqual({ max_hours: 5, max_queries: 7, max_exports: 10 });
    expect(narrow.expires).toBe(narrow.notBefore + 86_400);
    expect(plain.expires).toBeGreaterThan(narrow.expires);
    expect((await verified({ validity_days: 60 })).expires).toBe(plain.expires);
    expect(deferralFloor((await withValues({ deferral_floor_s: 7200 })).values.deferral_floor_s)).toBe(7200);
  });

  it('POL-01: it counts with both signatures over the very same bundle, for this installation', async () => {
    const bundle = { version: 1, values: { max_hours: 5 } };
    const file = (signatures: readonly string[], own: object = bundle) =>
      codeOf(openBundle(JSON.stringify({ bundle: own, signatures }), context));
    const [byController, byDpo] = [await sign(bundle, controller, 'responsable'), await sign(bundle, dpo, 'dpo')];
    expect(await file([byController, byDpo])).toBe('accepted');
    expect(await file([byDpo, byController])).toBe('accepted');
    expect(await file([byController])).toBe('E_CONFIG');
    expect(await file([byController, byController])).toBe('E_CONFIG');
    expect(await file([byController, byDpo, byDpo])).toBe('E_CONFIG');
    expect(await file([byController, await sign(bundle, vendor, 'technique')])).toBe('E_CONFIG');
    expect(await file([byController, byDpo], { version: 1, values: { max_hours: 50 } })).toBe('E_CONFIG');
    for (const changes of [{ aud: 'elsewhere' }, { env: 'prod' }, { iat: NOW + 3600 }, { iss: 'office-dpo' }]) {
      expect(await file([await sign(bundle, controller, 'responsable', changes), byDpo])).toBe('E_CONFIG');
    }
    const forged = `${byController.slice(0, -6)}AAAAAA`;
    expect(await file([forged, byDpo])).toBe('E_CONFIG');
    expect(await codeOf(openBundle('{"bundle":{"version":1}', context))).toBe('E_CONFIG');
    expect(await codeOf(openBundle(JSON.stringify({ bundle, signatures: [], more: 1 }), context))).toBe('E_CONFIG');
  });
});
