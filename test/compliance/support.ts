import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Capability } from '../../gateway/compliance/capability.ts';
import { orderedCapability } from '../../gateway/compliance/capability.ts';
import type { DossierContext, DossierFile } from '../../gateway/compliance/dossier.ts';
import type { Dossier } from '../../gateway/compliance/dossier-schema.ts';
import { dossierOf, signDossier } from '../../gateway/compliance/dossier-sign.ts';
import { demoPapers } from '../../gateway/demo/dossier.ts';
import { DEMO } from '../../gateway/demo/requisition.ts';
import { SOFTWARE } from '../../gateway/software.ts';
import { type KeyRegistry, loadRegistry } from '../../gateway/trust/registry.ts';

export const NOW_MS = Date.parse('2026-11-25T12:00:00Z');
export const DAY_MS = 86_400_000;

export const CAPABILITY: Capability = orderedCapability({
  ops: ['index.objects', 'search.class'],
  classes: ['person', 'car'],
  colours: ['red'],
  knownLabels: ['bench'],
  routes: ['GET /api/v1/cases case.list'],
  roles: ['agent_habilite', 'anonymous'],
  roleMatrix: ['agent_habilite case.list', 'anonymous public.read'],
  models: [{ name: 'detector', sha256: 'd'.repeat(64), labels: ['person', 'car', 'bench'] }],
  packages: ['fastify@5.12.8'],
  exposure: ['api http 127.0.0.1 8420'],
  retentionDays: { case: 1095 },
  permits: ['public'],
  bans: ['safe-mode', 'content-blind'],
  configKeys: ['DIFFERE_ENV'],
});

export interface Signers {
  readonly registry: KeyRegistry;
  readonly keys: Readonly<Record<'controller' | 'dpo' | 'vendor' | 'stranger', JWK>>;
}

const OFFICES = [
  ['controller', 'responsable', 'responsable-demo'],
  ['dpo', 'dpo', 'dpo-demo'],
  ['vendor', 'technique', 'editeur-demo'],
] as const;

/** A registry with the offices of a demo, the vendor's among them, and a key that is in none. */
export async function makeSigners(): Promise<Signers> {
  const keys: Record<string, JWK> = {};
  const entries: object[] = [];
  for (const [name, role, iss] of [...OFFICES, ['stranger', undefined, undefined] as const]) {
    const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    keys[name] = { ...(await exportJWK(pair.privateKey)), kid: name, alg: 'EdDSA' };
    if (role === undefined) continue;
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: name, alg: 'EdDSA' };
    entries.push({ ...jwk, iss, role, signs: ['differe-dossier+jwt'], env: 'test' });
  }
  return { registry: loadRegistry(JSON.stringify({ keys: entries }), 'test'), keys: keys as Signers['keys'] };
}

export const contextOf = (registry: KeyRegistry, changes: Partial<DossierContext> = {}): DossierContext => ({
  registry,
  env: 'test',
  audience: DEMO.installation,
  controller: { type: DEMO.controller.type, unitCode: DEMO.controller.unit_code },
  software: SOFTWARE,
  nowMs: NOW_MS,
  firstJobMs: undefined,
  ...changes,
});

export const demoDossierOf = (changes: Partial<Dossier> = {}, capability = CAPABILITY): Dossier => ({
  ...dossierOf(demoPapers(NOW_MS), capability),
  ...changes,
});

const OFFICE_OF = {
  controller: 'responsable-demo',
  dpo: 'dpo-demo',
  vendor: 'editeur-demo',
  stranger: 'responsable-demo',
};

/** The file of a dossier with the signatures of these, in order. */
export async function signedBy(
  dossier: Dossier,
  { keys }: Signers,
  who: readonly (keyof Signers['keys'])[] = ['controller', 'dpo'],
  office: { readonly audience?: string; readonly nowSeconds?: number } = {},
): Promise<string> {
  let file: DossierFile = { dossier, signatures: [] };
  for (const name of who) {
    file = await signDossier(file, keys[name], {
      iss: OFFICE_OF[name],
      env: 'test',
      audience: office.audience ?? DEMO.installation,
      nowSeconds: office.nowSeconds ?? NOW_MS / 1000,
    });
  }
  return JSON.stringify(file);
}
