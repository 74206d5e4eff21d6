import { randomUUID } from 'node:crypto';
import type { JWK } from 'jose';
import { type Environment, foundingOf, loadRegistry } from './registry.ts';
import {
  changeOf,
  entriesOf,
  REGISTRY_TYP,
  type RegistryChange,
  type RegistryClaims,
  refusedRegistry,
} from './registry-change.ts';
import { signClaims } from './sign.ts';

// What the machine of an office does when a registry is founded or changed. The gateway holds none of their keys (REQ-12).

export interface RegistryOffice {
  readonly env: Environment;
  readonly audience: string;
  readonly nowSeconds: number;
}

/** The signature of one office under a change. `key` is a private Ed25519 JWK whose `kid` stands in the registry before. */
export async function signChange(
  change: RegistryChange,
  iss: string,
  key: JWK,
  office: RegistryOffice,
): Promise<string> {
  const claims: RegistryClaims = {
    ver: 1,
    env: office.env,
    iss,
    aud: office.audience,
    jti: randomUUID(),
    iat: office.nowSeconds,
    change,
  };
  return await signClaims(claims, REGISTRY_TYP, key);
}

/** The text of a registry file with one signature more under all of its keys. Throws E_KEY_REGISTRY for a key that is not among them. */
export async function signFirstRegistry(text: string, key: JWK, office: RegistryOffice): Promise<string> {
  const registry = loadRegistry(text, office.env);
  const own = [...registry.values()].find(({ kid }) => kid === key.kid);
  if (own === undefined) throw refusedRegistry('the key that signs is not among those of the first registry');
  const change = changeOf(new Map(), { add: [...entriesOf(registry)], end: [], remove: [] });
  const founding = [...foundingOf(text), await signChange(change, own.iss, key, office)];
  return `${JSON.stringify({ keys: entriesOf(registry), founding }, null, 2)}\n`;
}
