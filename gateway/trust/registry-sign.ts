import { randomUUID } from 'node:crypto';
import type { JWK } from 'jose';
import { type AuthorityKey, type Environment, foundingOf, type KeyRegistry, loadRegistry } from './registry.ts';
import {
  ANSWERING,
  changeOf,
  entriesOf,
  REGISTRY_TYP,
  type RegistryChange,
  type RegistryClaims,
  refusedRegistry,
} from './registry-change.ts';
import { signClaims, withSignature } from './sign.ts';
import { demandOffice, notOfOffice } from './signers.ts';

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

/** The entry of a private key in the registry, as of an office that signs changes. Throws E_KEY_REGISTRY where it has none, E_KEY_OFFICE. */
export function demandOwn(registry: KeyRegistry, key: JWK): AuthorityKey {
  const own = registry.get(key.kid ?? '');
  if (own === undefined || own.jwk.x !== key.x)
    throw refusedRegistry('the key that signs is not among those of the registry');
  demandOffice({ ...own }, REGISTRY_TYP);
  return own;
}

/**
 * The text of a registry file with the signature of controller or DPO under all of its keys; signed again it stands there once. Throws
 * E_KEY_REGISTRY for a key that is not among them, E_KEY_OFFICE for one of another office.
 */
export async function signFirstRegistry(text: string, key: JWK, office: RegistryOffice): Promise<string> {
  const registry = loadRegistry(text, office.env);
  const own = demandOwn(registry, key);
  if (!ANSWERING.includes(own.role)) throw notOfOffice('the first registry', ANSWERING, `${own.kid} is of ${own.role}`);
  const change = changeOf(new Map(), { add: [...entriesOf(registry)], end: [], remove: [] });
  const founding = withSignature(foundingOf(text), await signChange(change, own.iss, key, office));
  return `${JSON.stringify({ keys: entriesOf(registry), founding }, null, 2)}\n`;
}
