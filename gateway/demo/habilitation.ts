import { randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { createClient } from '../client.ts';
import type { HabilitationClaims } from '../habilitation/types.ts';
import { signClaims } from '../trust/sign.ts';
import { DEMO } from './requisition.ts';

const DAY_S = 86_400;

/** An act of habilitation of the demo's agent (`env=test`); a gateway in production refuses it. */
export function demoHabilitation(
  nowMs: number,
  jkt: string,
  changes: Partial<HabilitationClaims> = {},
): HabilitationClaims {
  const now = Math.floor(nowMs / 1000);
  return {
    ver: 1,
    env: 'test',
    iss: 'chef-demo',
    aud: DEMO.installation,
    jti: randomUUID(),
    iat: now,
    agent: { id: DEMO.agentId, service: DEMO.service, name_ref: 'demo' },
    role: 'agent_habilite',
    jkt,
    authority: { role: 'chef_de_service', ref: 'HAB-DEMO-1' },
    natures: ['enregistrements', 'resultats'],
    training: { tool_at: now - 30 * DAY_S, law_at: now - 30 * DAY_S, bias_at: now - 30 * DAY_S },
    granted_at: now - DAY_S,
    until: now + 364 * DAY_S,
    ...changes,
  };
}

/** Signs a habilitation. */
export const habilitate = (claims: HabilitationClaims, key: JWK): Promise<string> =>
  signClaims(claims, 'differe-habilitation+jwt', key);

/** Presents it as whoever carries it would: by the API, with a proof by the carrier's own key. */
export async function presentAct(url: string, carrierKey: JWK, act: string): Promise<void> {
  await createClient({ url, agentKey: carrierKey }).json('POST', '/api/v1/acts', { act });
}

/** Puts a prosecutor who controls into the register, with a key of his own; gives the key, which is all that he signs in with. */
export async function seatProsecutor(
  { agentKey, magistrateKey }: { readonly agentKey: JWK; readonly magistrateKey: JWK },
  url: string,
): Promise<JWK> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const key: JWK = { ...(await exportJWK(privateKey)), kid: 'procureur-demo-1', alg: 'EdDSA' };
  const claims = demoHabilitation(Date.now(), await calculateJwkThumbprint(key), {
    iss: 'parquet-demo',
    role: 'procureur_controle',
    jurisdiction: 'TJ-PARIS',
    agent: { id: 'procureur-demo-1', service: 'TJ-PARIS', name_ref: 'demo' },
    authority: { role: 'procureur', ref: 'NOM-DEMO-1' },
    training: {},
  });
  await presentAct(url, agentKey, await habilitate(claims, magistrateKey));
  return key;
}
