import { randomUUID } from 'node:crypto';
import type { JWK } from 'jose';
import type { JsonValue } from '../canonical.ts';
import type { Environment } from '../trust/registry.ts';
import { signClaims, withSignature } from '../trust/sign.ts';
import { demandTighter, POLICIES_TYP, readBundleFile } from './bundle.ts';

/** Whose signature it is, as the registry has him. */
export interface Office {
  readonly iss: string;
  readonly env: Environment;
  /** The installation that the bundle is for. */
  readonly audience: string;
  readonly nowSeconds: number;
}

/**
 * Adds the signature of one person to the text of a bundle file, which has an empty list of them at first. Throws what `openBundle` throws
 * for what the bundle says: nobody signs what would not start.
 */
export async function signBundle(file: string, key: JWK, { iss, env, audience, nowSeconds }: Office): Promise<string> {
  const { bundle, signatures } = readBundleFile(file);
  demandTighter(bundle);
  const claims: { readonly [name: string]: JsonValue } = {
    ver: 1,
    env,
    iss,
    aud: audience,
    jti: randomUUID(),
    iat: nowSeconds,
    bundle,
  };
  const added = await signClaims(claims, POLICIES_TYP, key);
  return `${JSON.stringify({ bundle, signatures: withSignature(signatures, added) }, null, 2)}\n`;
}
