import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  CompactSign,
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';
import { AppError } from '../errors.ts';
import { writeDurably } from '../vault.ts';

export const EVIDENCE_KEY_FILE = 'evidence.jwk';

/** The public half as it goes into packages and onto the installation's notice board. */
export interface PublicJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly alg: 'EdDSA';
  readonly use: 'sig';
  /** RFC 7638 thumbprint. */
  readonly kid: string;
}

/** The installation's Ed25519 key that signs evidence packages. The private half does not leave this object. */
export interface EvidenceKey {
  readonly publicJwk: PublicJwk;
  /** Compact JWS over the UTF-8 of `text`; `typ` is MANIFEST_TYPE unless it says otherwise. */
  sign(text: string, typ?: string): Promise<string>;
}

export const MANIFEST_TYPE = 'differe-package+jws';

/**
 * Opens `evidence.jwk` of the keys folder, and makes it on the first call. Rejects with E_CONFIG when the file is readable by
 * others or is not an Ed25519 private key: a package signed by a key that leaked proves nothing.
 */
export async function openEvidenceKey(keysDir: string): Promise<EvidenceKey> {
  const file = path.join(keysDir, EVIDENCE_KEY_FILE);
  await mkdir(keysDir, { recursive: true, mode: 0o700 });
  const exists = await stat(file).catch(() => undefined);
  if (exists === undefined) await createKey(file);
  const { mode } = await stat(file);
  if ((mode & 0o077) !== 0) throw new AppError('E_CONFIG', { detail: 'evidence.jwk is readable by others' });
  return keyOf(parseJwk(await readFile(file, 'utf8')));
}

async function createKey(file: string): Promise<void> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const whole = `${file}.${randomUUID()}`;
  await writeDurably(whole, JSON.stringify(await exportJWK(privateKey)));
  // A link fails when the name exists: of two processes that start together, both go on with the first one's key.
  await link(whole, file).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EEXIST') throw cause;
  });
  await rm(whole);
}

function parseJwk(text: string): JWK {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch (cause) {
    throw new AppError('E_CONFIG', { cause, detail: 'evidence.jwk is not JSON' });
  }
  throw new AppError('E_CONFIG', { detail: 'evidence.jwk is not a key' });
}

async function keyOf(jwk: JWK): Promise<EvidenceKey> {
  const { kty, crv, x, d } = jwk;
  if (kty !== 'OKP' || crv !== 'Ed25519' || x === undefined || d === undefined) {
    throw new AppError('E_CONFIG', { detail: 'evidence.jwk is not an Ed25519 private key' });
  }
  const kid = await calculateJwkThumbprint({ kty, crv, x });
  const key = (await importJWK({ kty, crv, x, d }, 'EdDSA')) as CryptoKey;
  return {
    publicJwk: { kty: 'OKP', crv: 'Ed25519', x, alg: 'EdDSA', use: 'sig', kid },
    sign: (text, typ = MANIFEST_TYPE) =>
      new CompactSign(Buffer.from(text, 'utf8')).setProtectedHeader({ alg: 'EdDSA', kid, typ }).sign(key),
  };
}
