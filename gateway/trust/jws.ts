import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { JsonValue } from '../canonical.ts';
import { AppError } from '../errors.ts';
import { SCHEDULE_TYP } from './registry.ts';
import { isJsonObject, MAX_PAYLOAD_BYTES, MAX_SCHEDULE_BYTES, parseStrictJson } from './strict-json.ts';

export interface CompactJws {
  readonly header: { readonly [name: string]: JsonValue };
  readonly payload: Buffer;
  /** The text that was signed, and the signature on it. */
  readonly signed: string;
  readonly signature: Buffer;
}

/** Header members by which a token would bring its own key, its own rules or another encoding (RFC 8725). */
const FORBIDDEN = ['jwk', 'jku', 'x5u', 'x5c', 'crit', 'b64', 'zip'] as const;

const refuse = (detail: string, cause?: unknown): AppError => new AppError('E_REQ_SIG', { detail, cause });

/**
 * Takes a compact JWS apart: three parts in canonical base64url, header strict JSON with `alg` EdDSA. Verifies nothing.
 * Throws E_REQ_SIG.
 */
export function readCompactJws(compact: string): CompactJws {
  // base64url needs 4 characters for 3 bytes; header and signature fit in the rest.
  if (compact.length > MAX_SCHEDULE_BYTES * 1.4) throw refuse('too large');
  const parts = compact.split('.');
  if (parts.length !== 3) throw refuse('not three parts');
  const [headerBytes, payload, signature] = parts.map(decodeCanonical);
  if (headerBytes === undefined || payload === undefined || signature === undefined) throw refuse('not base64url');
  if (signature.length !== 64) throw refuse('not an Ed25519 signature');
  const header = parseOrRefuse(headerBytes);
  if (!isJsonObject(header)) throw refuse('header is not an object');
  const most = header.typ === SCHEDULE_TYP ? MAX_SCHEDULE_BYTES : MAX_PAYLOAD_BYTES;
  if (payload.length > most) throw refuse('payload too large');
  if (header.alg !== 'EdDSA') throw refuse('alg is not EdDSA');
  return { header, payload, signed: compact.slice(0, compact.lastIndexOf('.')), signature };
}

/** Refuses the header members that only a proof of possession may have, or nothing may. */
export function refuseForbiddenMembers(header: CompactJws['header'], allowed: readonly string[] = []): void {
  const found = FORBIDDEN.find((name) => Object.hasOwn(header, name) && !allowed.includes(name));
  if (found !== undefined) throw refuse(`header member ${found}`);
}

/** Strict JSON of a token's payload. Throws E_REQ_SIG: what parsers could read in two ways was not signed in one. */
export function parseOrRefuse(bytes: Uint8Array): JsonValue {
  try {
    return parseStrictJson(bytes);
  } catch (cause) {
    throw refuse('not strict JSON', cause);
  }
}

/**
 * The public half of an Ed25519 key in JWK form, and nothing else of what the file held. Throws E_REQ_SIG for another key type, curve
 * or use.
 */
export function publicJwkOf(jwk: unknown): { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string } {
  if (!isJsonObject(jwk) || jwk.kty !== 'OKP' || jwk.crv !== 'Ed25519') throw refuse('key is not OKP Ed25519');
  if (typeof jwk.x !== 'string' || decodeCanonical(jwk.x)?.length !== 32) throw refuse('key has no 32-byte x');
  if (jwk.alg !== undefined && jwk.alg !== 'EdDSA' && jwk.alg !== 'Ed25519') throw refuse('key is for another alg');
  if (jwk.use !== undefined && jwk.use !== 'sig') throw refuse('key is for another use');
  return { kty: 'OKP', crv: 'Ed25519', x: jwk.x };
}

/**
 * Verifies the signature by a key that the caller chose; the token has no say in it. Throws E_REQ_SIG. In this turn of the event loop: each
 * request has a proof, and the threads to which WebCrypto hands it cost more than the 0.15 ms that it takes, and are those that write to disk.
 */
export function verifySignature({ header, signed, signature }: CompactJws, publicJwk: unknown): void {
  // An extension that must be understood changes what was signed, or what it means.
  if (Object.hasOwn(header, 'crit')) throw refuse('header member crit');
  if (!verify(null, Buffer.from(signed, 'ascii'), keyOf(publicJwkOf(publicJwk)), signature)) throw refuse('signature');
}

/** Keys that verified something last, by what makes them: an agent's is made anew for each of its proofs otherwise, for half of what one costs. */
const keys = new Map<string, KeyObject>();
const MOST_KEYS = 256;

function keyOf(jwk: ReturnType<typeof publicJwkOf>): KeyObject {
  const known = keys.get(jwk.x);
  const key = known ?? createPublicKey({ key: jwk, format: 'jwk' });
  // The newest last: the first goes when there are too many.
  keys.delete(jwk.x);
  keys.set(jwk.x, key);
  const [oldest] = keys.keys();
  if (keys.size > MOST_KEYS && oldest !== undefined) keys.delete(oldest);
  return key;
}

/**
 * The check of `requisition verify-jws`: encoding, `alg`, key type, signature and forbidden header members; `typ`, `kid` and claims
 * are not asked for. Throws E_REQ_SIG.
 */
export async function verifyJws(compact: string, jwk: unknown): Promise<CompactJws> {
  const opened = readCompactJws(compact);
  refuseForbiddenMembers(opened.header);
  verifySignature(opened, jwk);
  return opened;
}

// Decoders forgive padding, whitespace, the other alphabet and stray trailing bits; encoding again shows all of them.
function decodeCanonical(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}
