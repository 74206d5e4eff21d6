import { createPublicKey, verify } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { canonicalJson, type JsonValue } from '../canonical.ts';
import type { Finding, Manifest } from './types.ts';

// The signature of a package, checked without the code that made it. Only one spelling of a JWS is accepted, so that no byte of
// manifest.jws can change without notice.

export const MANIFEST_FILE = 'manifest.jws';

const strict = { additionalProperties: false };
const sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });

const HEADER = Compile(
  Type.Object({ alg: Type.Literal('EdDSA'), kid: Type.String(), typ: Type.Literal('differe-package+jws') }, strict),
);
const MANIFEST = Compile(
  Type.Object(
    {
      format: Type.Literal('differe-package/1'),
      created: Type.String(),
      installation: Type.String(),
      requisition: Type.Object({ authorisation: sha256, schedule: sha256 }, strict),
      files: Type.Array(Type.Object({ path: Type.String(), sha256, sizeBytes: Type.Integer({ minimum: 0 }) }, strict)),
    },
    strict,
  ),
);
const PUBLIC_KEY = Compile(
  Type.Object({
    kty: Type.Literal('OKP'),
    crv: Type.Literal('Ed25519'),
    x: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
  }),
);

export interface CheckedManifest {
  /** Undefined when it cannot be read or its signature does not hold: then nothing that it lists is believed. */
  readonly manifest: Manifest | undefined;
  /** Thumbprint of the key that was used. */
  readonly key: string | undefined;
  readonly findings: readonly Finding[];
}

/** Checks the signature with `key`, a public Ed25519 JWK as parsed from wherever it came. */
export async function checkManifest(bytes: Buffer | undefined, key: unknown): Promise<CheckedManifest> {
  const refuse = (problem: string, states: Pick<Finding, 'expected' | 'found'> = {}): CheckedManifest => ({
    manifest: undefined,
    key: thumbprint,
    findings: [{ file: MANIFEST_FILE, problem, ...states }],
  });
  let thumbprint: string | undefined;
  if (bytes === undefined) return refuse('missing');
  if (!PUBLIC_KEY.Check(key)) return refuse('no Ed25519 public key to check it with');
  const { kty, crv, x } = key;
  thumbprint = await calculateJwkThumbprint({ kty, crv, x });

  const parts = bytes.toString('latin1').split('.');
  const [header, payload, signature] = parts.map(decodePart);
  if (parts.length !== 3 || header === undefined || payload === undefined || signature === undefined) {
    return refuse('not a compact JWS in its one spelling');
  }
  const protectedHeader = parse(header);
  if (!HEADER.Check(protectedHeader)) return refuse('header members other than alg, kid and typ as they must be');
  if (protectedHeader.kid !== thumbprint) {
    return refuse('signed by another key', { expected: thumbprint, found: protectedHeader.kid });
  }
  const signed = bytes.subarray(0, bytes.lastIndexOf('.'));
  const publicKey = createPublicKey({ key: { kty, crv, x }, format: 'jwk' });
  if (signature.length !== 64 || !verify(null, signed, publicKey, signature))
    return refuse('the signature is not valid');
  const manifest = parse(payload);
  if (!MANIFEST.Check(manifest)) return refuse('the payload is not a manifest');
  if (canonicalJson(manifest as JsonValue) !== payload.toString('utf8')) return refuse('the payload is not canonical');
  return { manifest, key: thumbprint, findings: [] };
}

// Base64url has spare bits and a lax decoder ignores what it does not know: what is decoded must encode to the same text.
function decodePart(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, 'base64url');
  return part !== '' && bytes.toString('base64url') === part ? bytes : undefined;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
