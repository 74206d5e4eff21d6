import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from './errors.ts';
import { writeDurably } from './vault.ts';

/** The log's signing key, an Ed25519 key in the keys folder (`log.pem`), made at the first start. Throws E_CONFIG when it is another kind. */
export async function openLogKey(keysDir: string): Promise<KeyObject> {
  await mkdir(keysDir, { recursive: true, mode: 0o700 });
  const file = path.join(keysDir, 'log.pem');
  const pem = await readFile(file, 'utf8').catch(() => undefined);
  if (pem === undefined) {
    const { privateKey } = generateKeyPairSync('ed25519');
    await writeDurably(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    return privateKey;
  }
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new AppError('E_CONFIG', { detail: 'log.pem is not an Ed25519 key' });
  return key;
}
