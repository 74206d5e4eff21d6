import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { AppError } from './errors.ts';
import { folderStore } from './folder-store.ts';
import { isLoopback } from './loopback.ts';
import type { ObjectStore } from './object-store.ts';
import type { Bucket, S3Options } from './s3-client.ts';
import { s3Store } from './s3-store.ts';

/** A bucket for sealed objects, as the settings name it; what opens it is read from its file when it is opened. */
export interface VaultPlace extends Omit<Bucket, 'credentials'> {
  readonly credentialsFile: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const bad = (detail: string, cause?: unknown): AppError => new AppError('E_CONFIG', { detail, cause });

const DETAILS = ['DIFFERE_VAULT_ENDPOINT', 'DIFFERE_VAULT_REGION', 'DIFFERE_VAULT_CREDENTIALS', 'DIFFERE_VAULT_HTTP'];

/** The bucket of DIFFERE_VAULT; undefined without it: then sealed objects lie in the data folder. Throws E_CONFIG. */
export function readVaultPlace(env: Environment): VaultPlace | undefined {
  const { DIFFERE_VAULT: place, DIFFERE_VAULT_ENDPOINT: endpoint, DIFFERE_VAULT_CREDENTIALS: credentials } = env;
  if (place === undefined) {
    const lonely = DETAILS.find((key) => env[key] !== undefined);
    if (lonely !== undefined) throw bad(`${lonely} says nothing without DIFFERE_VAULT`);
    return undefined;
  }
  const named = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:\/[A-Za-z0-9._-]+)*)\/?$/.exec(place);
  const [, bucket = '', folders = ''] = named ?? [];
  if (named === null || folders.split('/').some((name) => /^\.+$/.test(name)))
    throw bad('DIFFERE_VAULT must read s3://BUCKET or s3://BUCKET/PREFIX');
  if (endpoint === undefined) throw bad('DIFFERE_VAULT_ENDPOINT is not set: no address of a bucket is guessed');
  if (credentials === undefined) throw bad('DIFFERE_VAULT_CREDENTIALS is not set');
  return {
    bucket,
    prefix: folders === '' ? '' : `${folders.slice(1)}/`,
    endpoint: readEndpoint(endpoint, env.DIFFERE_VAULT_HTTP),
    region: env.DIFFERE_VAULT_REGION ?? 'us-east-1',
    credentialsFile: path.resolve(credentials),
  };
}

function readEndpoint(text: string, http: string | undefined): string {
  if (http !== undefined && http !== 'allow') throw bad('DIFFERE_VAULT_HTTP must be "allow" or absent');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isAddress = url !== undefined && /^https?:$/.test(url.protocol) && url.origin === text.replace(/\/$/, '');
  if (!isAddress) throw bad('DIFFERE_VAULT_ENDPOINT must read https://HOST or https://HOST:PORT');
  if (url.protocol === 'http:' && !isLoopback(url.hostname.replace(/^\[|\]$/g, '')) && http !== 'allow')
    throw bad('DIFFERE_VAULT_ENDPOINT must be https off loopback (DIFFERE_VAULT_HTTP=allow for a network of its own)');
  return url.origin;
}

/** Key and secret of a bucket, from a file of their owner alone: an environment is shown by too many tools. Throws E_CONFIG. */
function readCredentials(file: string): Bucket['credentials'] {
  let text: string;
  try {
    if ((statSync(file).mode & 0o077) !== 0)
      throw bad('DIFFERE_VAULT_CREDENTIALS must be readable by its owner alone (mode 0600)');
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw bad('DIFFERE_VAULT_CREDENTIALS cannot be read', cause);
  }
  const [accessKeyId = '', secretAccessKey = '', ...rest] = text.trim().split('\n');
  if (!/^\S+$/.test(accessKeyId) || !/^\S+$/.test(secretAccessKey) || rest.length > 0)
    throw bad('DIFFERE_VAULT_CREDENTIALS must hold two lines, the access key and its secret');
  return { accessKeyId, secretAccessKey };
}

/** Where the sealed objects of an installation lie. Throws E_CONFIG for credentials that cannot be read; asks nothing of the store yet. */
export function openStore(
  { dataDir, vault }: { readonly dataDir: string; readonly vault: VaultPlace | undefined },
  options?: S3Options,
): ObjectStore {
  if (vault === undefined) return folderStore(vaultFolder(dataDir));
  const { credentialsFile, ...place } = vault;
  return s3Store({ ...place, credentials: readCredentials(credentialsFile) }, options);
}

/** The folder of sealed objects in a data folder. */
export const vaultFolder = (dataDir: string): string => path.join(dataDir, 'vault');
