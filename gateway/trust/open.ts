import { type JsonValue, sha256Hex } from '../canonical.ts';
import { AppError } from '../errors.ts';
import { parseOrRefuse, readCompactJws, refuseForbiddenMembers, verifySignature } from './jws.ts';
import type { AuthorityKey, KeyRegistry, SignedType } from './registry.ts';

/** What every signed object says of itself. */
export interface CommonClaims {
  readonly env: 'prod' | 'test';
  readonly iss: string;
  readonly iat: number;
}

/** A signed object whose signature, key and issuer hold. */
export interface Opened<T> {
  readonly claims: T;
  readonly key: AuthorityKey;
  /** SHA-256 (hex) of the compact JWS as presented. */
  readonly sha256: string;
}

/**
 * Opens a signed object: syntax, header, key of the registry, signature, what the key may sign, claims, issuer, environment of the key
 * and its period, in that order. `parse` checks the claims against their schema. Throws E_REQ_SIG (syntax, signature, key),
 * E_REQ_AUTHORITY (a key of somebody else's), or what `parse` throws.
 */
export async function openSigned<T extends CommonClaims>(
  compact: string,
  typ: SignedType,
  parse: (value: JsonValue) => T,
  registry: KeyRegistry,
): Promise<Opened<T>> {
  const opened = readCompactJws(compact);
  const { header, payload } = opened;
  refuseForbiddenMembers(header);
  if (header.typ !== typ) throw new AppError('E_REQ_SIG', { detail: `typ is not ${typ}` });
  const key = typeof header.kid === 'string' ? registry.get(header.kid) : undefined;
  if (key === undefined) throw new AppError('E_REQ_SIG', { detail: 'kid is not in the registry' });
  if (Object.keys(header).length !== 3)
    throw new AppError('E_REQ_SIG', { detail: 'header has more than alg, kid, typ' });
  const value = parseOrRefuse(payload);
  verifySignature(opened, key.jwk);
  if (!key.signs.includes(typ)) throw new AppError('E_REQ_AUTHORITY', { detail: `${key.kid} does not sign ${typ}` });
  const claims = parse(value);
  if (claims.iss !== key.iss) throw new AppError('E_REQ_AUTHORITY', { detail: 'iss does not own the key' });
  if (claims.env !== key.env) throw new AppError('E_REQ_AUTHORITY', { detail: 'key of another environment' });
  if (claims.iat < (key.nbf ?? 0) || claims.iat >= (key.exp ?? Number.POSITIVE_INFINITY)) {
    throw new AppError('E_REQ_SIG', { detail: `${key.kid} was not active at iat` });
  }
  return { claims, key, sha256: sha256Hex(compact) };
}
