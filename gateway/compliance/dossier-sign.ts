import { randomUUID } from 'node:crypto';
import type { JWK } from 'jose';
import { canonicalJson, type JsonValue } from '../canonical.ts';
import type { Environment } from '../trust/registry.ts';
import { signClaims, withSignature } from '../trust/sign.ts';
import { type Capability, capabilityDigest, modelSetDigest } from './capability.ts';
import { DOSSIER_TYP, type DossierFile } from './dossier.ts';
import { type Dossier, type DossierClaims, parseDossier } from './dossier-schema.ts';

/** The members of a dossier that only people can give. */
export type DossierPapers = Omit<Dossier, 'capability' | 'capability_sha256' | 'model_set_sha256'>;

export function papersOf(dossier: Dossier): DossierPapers {
  const { capability: _capability, capability_sha256: _digest, model_set_sha256: _models, ...papers } = dossier;
  return papers;
}

/** The dossier of these papers for what an installation can do. */
export const dossierOf = (papers: DossierPapers, capability: Capability): Dossier => ({
  ...papers,
  // Frozen lists of the manifest become the plain ones of the schema.
  capability: JSON.parse(canonicalJson(capability)) as Dossier['capability'],
  capability_sha256: capabilityDigest(capability),
  model_set_sha256: modelSetDigest(capability.models),
});

/**
 * Adds the signature of one person to a dossier file, once however often he signs. `key` is a private Ed25519 JWK with `kid`; `office` is what the registry says of
 * it. Throws E_CPL_INCOMPLETE for a draft that is not filled in: nobody signs a blank.
 */
export async function signDossier(
  { dossier, signatures }: { readonly dossier: JsonValue | Dossier; readonly signatures: readonly string[] },
  key: JWK,
  office: { readonly iss: string; readonly env: Environment; readonly audience: string; readonly nowSeconds: number },
): Promise<DossierFile> {
  const whole = parseDossier(dossier);
  const claims: DossierClaims = {
    ver: 1,
    env: office.env,
    iss: office.iss,
    aud: office.audience,
    jti: randomUUID(),
    iat: office.nowSeconds,
    dossier: whole,
  };
  return { dossier: whole, signatures: withSignature(signatures, await signClaims(claims, DOSSIER_TYP, key)) };
}
