import { CompactSign, importJWK, type JWK } from 'jose';
import { AppError } from '../errors.ts';
import { readCompactJws } from './jws.ts';
import type { SignedType } from './registry.ts';
import { demandOffice } from './signers.ts';

// What the machine of an authority, of a controller or of a chief of service does. The gateway holds none of their keys (REQ-12); this
// is for their command line, the demo and the tests.

/**
 * Compact JWS of claims. `key` is a private Ed25519 JWK with its `kid`; E_KEY_REGISTRY when it is not, E_KEY_OFFICE when it says that it is
 * of an office that does not sign this.
 */
export async function signClaims(claims: object, typ: SignedType, key: JWK): Promise<string> {
  if (key.kid === undefined || key.d === undefined) {
    throw new AppError('E_KEY_REGISTRY', { detail: 'the signing key needs d and kid' });
  }
  demandOffice(key as Readonly<Record<string, unknown>>, typ);
  return await new CompactSign(Buffer.from(JSON.stringify(claims), 'utf8'))
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, typ })
    .sign(await importJWK(key, 'EdDSA'));
}

/** The signatures under one text with one more, which takes the place of an earlier one of the same key. Throws E_REQ_SIG for what is none. */
export function withSignature(signatures: readonly string[], added: string): readonly string[] {
  const kidOf = (compact: string) => readCompactJws(compact).header.kid;
  return [...signatures.filter((one) => kidOf(one) !== kidOf(added)), added];
}
