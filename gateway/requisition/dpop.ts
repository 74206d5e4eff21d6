import { createHash, randomUUID } from 'node:crypto';
import { type CryptoKey, importJWK, type JWK, SignJWT } from 'jose';
import { nowSeconds, systemClock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { onceFor } from '../once.ts';
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
  /**
   * Throws E_REQ_PROOF when the proof was seen before or is older than this process; E_RATE when as many of its key are kept as may be, E_BUSY
   * when as many at all: then with the seconds until one of them is forgotten.
   */
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
  /** Until when each proof is kept, by key and `jti`. Insertion order is time order. */
  const seen = new Map<string, Map<string, number>>();
  let total = 0;
  let forgottenAt = Number.NEGATIVE_INFINITY;

  function forget(now: number): void {
    if (now === forgottenAt) return;
    forgottenAt = now;
    for (const [jkt, ofKey] of seen) {
      for (const [jti, until] of ofKey) {
        if (until > now) break;
        ofKey.delete(jti);
        total -= 1;
      }
      if (ofKey.size === 0) seen.delete(jkt);
    }
  }

  /** Seconds until the oldest of these is forgotten. */
  const roomIn = (now: number, kept: Iterable<Map<string, number>>): number =>
    Math.min(...[...kept].map((ofKey) => (ofKey.values().next().value ?? now + KEPT_SECONDS) - now));

  return {
    accept({ jkt, jti, iat }, now) {
      forget(now);
      const ofKey = seen.get(jkt) ?? new Map<string, number>();
      if (iat < startedAtSeconds) throw refuse('made before this process started');
      if (ofKey.has(jti)) throw refuse('seen before');
      if (ofKey.size >= limits.proofsPerKey)
        throw new AppError('E_RATE', { detail: 'proofs of this key', retryAfterSeconds: roomIn(now, [ofKey]) });
      if (total >= limits.proofs)
        throw new AppError('E_BUSY', { detail: 'proofs', retryAfterSeconds: roomIn(now, seen.values()) });
      ofKey.set(jti, now + KEPT_SECONDS);
      seen.set(jkt, ofKey);
      total += 1;
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

/** A client signs every request with one key: it is read once. */
const imported = onceFor((key: JWK) => importJWK(key, 'EdDSA'));

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
  const privateKey = isPair ? (key.privateKey as CryptoKey) : await imported(key as JWK);
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
