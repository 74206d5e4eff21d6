import { createHash, randomUUID } from 'node:crypto';
import { type CryptoKey, importJWK, type JWK, SignJWT } from 'jose';
import { nowSeconds, systemClock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { parseOrRefuse, publicJwkOf, readCompactJws, refuseForbiddenMembers, verifySignature } from '../trust/jws.ts';
import { isJsonObject } from '../trust/strict-json.ts';

// Proof of possession, RFC 9449: every request is signed by the agent's key for its method and URL, so a stolen requisition id is
// worth nothing and a stolen proof is worth one minute of one URL, once.

const TYP = 'dpop+jwt';
const WINDOW_SECONDS = 60;
// A proof of a clock that runs 60 s ahead can be accepted for 120 s, both ends included.
const KEPT_SECONDS = 2 * WINDOW_SECONDS + 1;
const CLAIMS = ['jti', 'htm', 'htu', 'iat', 'ath'];
// What WebCrypto and jose put into a public JWK beside the key itself.
const JWK_MEMBERS = ['kty', 'crv', 'x', 'alg', 'use', 'kid', 'key_ops', 'ext'];

export interface ProofInput {
  /** Value of the DPoP header. */
  readonly proof: string;
  readonly method: string;
  /** Absolute URL of the request as the client names it; query and fragment do not count. */
  readonly url: string;
  readonly nowSeconds: number;
  /** The requisition id of `Authorization: DPoP ...`, when the request carries one. */
  readonly accessToken?: string;
}

export interface CheckedProof {
  /** RFC 7638 thumbprint of the key that signed. */
  readonly jkt: string;
  readonly jti: string;
  readonly iat: number;
}

export interface ReplayGuard {
  /** Throws E_REQ_PROOF when the proof was seen before, is older than this process, or when too many are kept of its key or at all. */
  accept(proof: CheckedProof, nowSeconds: number): void;
}

/** How many proofs are kept. */
export interface ReplayLimits {
  readonly proofs: number;
  /** Of one key: above 150 requests a second, so that no agent takes the place of the others. */
  readonly proofsPerKey: number;
}

/**
 * Remembers proofs for two minutes. Kept in memory: a proof made before this process started is refused instead, so that a restart
 * opens no window. When it is full it refuses, because forgetting would let a proof be used twice.
 */
export function createReplayGuard(
  startedAtSeconds: number,
  limits: ReplayLimits = { proofs: 200_000, proofsPerKey: 20_000 },
): ReplayGuard {
  const seen = new Map<string, { readonly jkt: string; readonly until: number }>();
  const countOf = new Map<string, number>();
  const forget = (now: number): void => {
    // Insertion order is time order.
    for (const [key, { jkt, until }] of seen) {
      if (until > now) break;
      seen.delete(key);
      const left = (countOf.get(jkt) ?? 0) - 1;
      if (left > 0) countOf.set(jkt, left);
      else countOf.delete(jkt);
    }
  };
  return {
    accept(proof, now) {
      forget(now);
      const key = `${proof.jkt}:${proof.jti}`;
      if (proof.iat < startedAtSeconds) throw refuse('made before this process started');
      if (seen.has(key)) throw refuse('seen before');
      const ofKey = countOf.get(proof.jkt) ?? 0;
      if (ofKey >= limits.proofsPerKey) throw refuse('too many proofs of this key');
      if (seen.size >= limits.proofs) throw refuse('too many proofs');
      seen.set(key, { jkt: proof.jkt, until: now + KEPT_SECONDS });
      countOf.set(proof.jkt, ofKey + 1);
    },
  };
}

const refuse = (detail: string, cause?: unknown): AppError => new AppError('E_REQ_PROOF', { detail, cause });

/** Everything of a proof that needs no memory. Throws E_REQ_PROOF. */
export async function checkProof(input: ProofInput): Promise<CheckedProof> {
  try {
    return checkAll(input);
  } catch (cause) {
    throw cause instanceof AppError && cause.code === 'E_REQ_PROOF' ? cause : refuse('not a proof', cause);
  }
}

function checkAll(input: ProofInput): CheckedProof {
  if (input.proof.length > 4096) throw refuse('too large');
  const opened = readCompactJws(input.proof);
  const { header, payload } = opened;
  refuseForbiddenMembers(header, ['jwk']);
  if (header.typ !== TYP || Object.keys(header).length !== 3 || !isJsonObject(header.jwk)) throw refuse('header');
  // A private key here would be one that everybody on the way has seen.
  const unknown = Object.keys(header.jwk).find((name) => !JWK_MEMBERS.includes(name));
  if (unknown !== undefined) throw refuse('jwk holds more than a public key');
  const jwk = publicJwkOf(header.jwk);
  const claims = parseOrRefuse(payload);
  if (!isJsonObject(claims) || Object.keys(claims).some((name) => !CLAIMS.includes(name))) throw refuse('claims');
  verifySignature(opened, jwk);
  const { jti, htm, htu, iat, ath } = claims;
  if (typeof jti !== 'string' || jti.length < 8 || jti.length > 128) throw refuse('jti');
  if (htm !== input.method) throw refuse('htm');
  if (typeof htu !== 'string' || /[?#]/.test(htu) || targetOf(htu) !== targetOf(input.url)) throw refuse('htu');
  if (typeof iat !== 'number' || !Number.isInteger(iat) || Math.abs(iat - input.nowSeconds) > WINDOW_SECONDS) {
    throw refuse('iat');
  }
  if (ath !== (input.accessToken === undefined ? undefined : hashOf(input.accessToken))) throw refuse('ath');
  return { jkt: thumbprintOf(jwk), jti, iat };
}

/** Scheme, host, port and path; the URL parser lowers the host and drops the default port. */
function targetOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

const hashOf = (text: string): string => createHash('sha256').update(text, 'ascii').digest('base64url');

/** RFC 7638: the members that make the key, in the order of their names, without a space. */
const thumbprintOf = ({ crv, kty, x }: ReturnType<typeof publicJwkOf>): string =>
  hashOf(JSON.stringify({ crv, kty, x }));

/** A private key that signs proofs: a private JWK, or a WebCrypto pair whose private half cannot be read. */
export type ProofKey = JWK | { readonly privateKey: CryptoKey; readonly publicJwk: JWK };

/** A proof for one request, as a client makes it. */
export async function makeProof(request: {
  readonly key: ProofKey;
  readonly method: string;
  readonly url: string;
  readonly accessToken?: string;
  readonly nowSeconds?: number;
}): Promise<string> {
  const { key, accessToken } = request;
  const isPair = 'privateKey' in key && 'publicJwk' in key;
  const publicJwk = publicJwkOf(isPair ? key.publicJwk : key);
  const privateKey = isPair ? (key.privateKey as CryptoKey) : await importJWK(key, 'EdDSA');
  return await new SignJWT({
    jti: randomUUID(),
    htm: request.method,
    htu: targetOf(request.url),
    iat: request.nowSeconds ?? nowSeconds(systemClock),
    ...(accessToken === undefined ? {} : { ath: hashOf(accessToken) }),
  })
    .setProtectedHeader({ typ: TYP, alg: 'EdDSA', jwk: publicJwk })
    .sign(privateKey);
}
