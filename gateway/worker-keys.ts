import type { KeyObject } from 'node:crypto';
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
} from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { AppError } from './errors.ts';
import { box, unbox } from './sealed-objects.ts';

// The key of a worker's machine (X25519). What a lease needs is encrypted for it alone, so whoever writes in the database gives no lease to
// a machine that the gateway's own file does not name, and reads none (decision 0034).

/** A worker that DIFFERE_WORKERS names. */
export interface KnownWorker {
  /** As the journal names it: one word. */
  readonly name: string;
  readonly publicKey: KeyObject;
}

const RAW_BYTES = 32;

const rawOf = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' }).subarray(-RAW_BYTES);

/** The `SubjectPublicKeyInfo` of an X25519 key before its 32 bytes (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');

const publicKeyOf = (raw: Buffer): KeyObject =>
  createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' });

/** Names a key in the database: the first half of its SHA-256, in hex. */
export const keyIdOf = (publicKey: KeyObject): string =>
  createHash('sha256').update(rawOf(publicKey)).digest('hex').slice(0, 32);

/** A fresh key: the private half as PEM, and the public one as a line of DIFFERE_WORKERS has it. */
export function newWorkerKey(): { readonly pem: string; readonly publicText: string } {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  return {
    pem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    publicText: rawOf(publicKey).toString('base64url'),
  };
}

/** The private key of this worker's machine. E_CONFIG when others may read the file, or it is another kind of key. */
export async function openWorkerKey(file: string): Promise<KeyObject> {
  const bad = (detail: string, cause?: unknown): AppError =>
    new AppError('E_CONFIG', { detail: `DIFFERE_WORKER_KEY ${detail}`, cause });
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw bad('cannot be read', cause);
  });
  if (((await stat(file)).mode & 0o077) !== 0) throw bad('must be readable by its owner alone (mode 0600)');
  let key: KeyObject;
  try {
    key = createPrivateKey(text);
  } catch (cause) {
    throw bad('holds no key', cause);
  }
  if (key.asymmetricKeyType !== 'x25519') throw bad('is not an X25519 key');
  return key;
}

/** Workers by the id of their key: a line reads `NAME KEY`, lines that start with `#` are comments. Throws E_CONFIG. */
export function readWorkers(text: string): ReadonlyMap<string, KnownWorker> {
  const bad = (detail: string): AppError => new AppError('E_CONFIG', { detail: `DIFFERE_WORKERS: ${detail}` });
  const workers = text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line): KnownWorker => {
      const [name = '', key = '', ...more] = line.trim().split(/\s+/);
      const raw = Buffer.from(key, 'base64url');
      if (more.length > 0 || raw.length !== RAW_BYTES || raw.toString('base64url') !== key)
        throw bad('a line reads NAME KEY');
      if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,62}$/.test(name)) throw bad('a name is one word');
      return { name, publicKey: publicKeyOf(raw) };
    });
  if (new Set(workers.map(({ name }) => name)).size !== workers.length) throw bad('two workers of one name');
  return new Map(workers.map((worker) => [keyIdOf(worker.publicKey), worker]));
}

/** The workers of DIFFERE_WORKERS; none without the file. Throws E_CONFIG. */
export async function loadWorkers(file: string | undefined): Promise<ReadonlyMap<string, KnownWorker>> {
  if (file === undefined) return new Map();
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AppError('E_CONFIG', { cause, detail: 'DIFFERE_WORKERS cannot be read' });
  });
  return readWorkers(text);
}

const secretOf = (privateKey: KeyObject, publicKey: KeyObject, ephemeral: Buffer, recipient: Buffer): Buffer =>
  Buffer.from(
    hkdfSync(
      'sha256',
      diffieHellman({ privateKey, publicKey }),
      Buffer.concat([ephemeral, recipient]),
      'differe/lease',
      32,
    ),
  );

/** Encrypts for one worker; `label` is authenticated with it. */
export function sealForWorker(publicKey: KeyObject, label: string, plain: string): Buffer {
  const ephemeral = generateKeyPairSync('x25519');
  const raw = rawOf(ephemeral.publicKey);
  const secret = secretOf(ephemeral.privateKey, publicKey, raw, rawOf(publicKey));
  return Buffer.concat([raw, box(secret, label, Buffer.from(plain, 'utf8'))]);
}

/** What `sealForWorker` encrypted for this key under this label; E_VAULT for anything else. */
export function openForWorker(privateKey: KeyObject, label: string, sealed: Buffer): string {
  const raw = sealed.subarray(0, RAW_BYTES);
  if (raw.length !== RAW_BYTES) throw new AppError('E_VAULT', { detail: 'a lease is too short' });
  const secret = secretOf(privateKey, publicKeyOf(raw), raw, rawOf(createPublicKey(privateKey)));
  return unbox(secret, label, sealed.subarray(RAW_BYTES)).toString('utf8');
}
