import { createHash, randomUUID } from 'node:crypto';
import { addAbortSignal, type Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { AppError } from './errors.ts';

// The five requests that the vault makes of a bucket. Tries again are ours and not the SDK's, so that one loop bounds them all, bodies
// included, and each failure is counted once.

/** A bucket, and how it is reached. Read from the settings by `vault-place.ts`. */
export interface Bucket {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** '' or a path that ends in "/". */
  readonly prefix: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** How patient a request is. */
export interface Patience {
  /** Milliseconds that one try may take, its body included. */
  readonly tryMs: number;
  readonly tries: number;
  /** Milliseconds before the second try; twice as many before each further one, less a random part. */
  readonly pauseMs: number;
}
export const PATIENCE: Patience = { tryMs: 30_000, tries: 5, pauseMs: 200 };

/** Words of the metric `differe_vault_errors_total`. */
export const VAULT_OPERATIONS = ['put', 'get', 'head', 'list', 'delete'] as const;
export type VaultOperation = (typeof VAULT_OPERATIONS)[number];
/** `busy`: told to slow down. `denied`: credentials, bucket or policy. `cut`: the connection ended or never was. */
export const VAULT_REASONS = ['busy', 'server', 'timeout', 'cut', 'denied', 'refused'] as const;
export type VaultReason = (typeof VAULT_REASONS)[number];

export interface S3Options {
  readonly patience?: Patience;
  /** Told of each try that failed. */
  onError?(operation: VaultOperation, reason: VaultReason): void;
}

/** A part of a GET; `totalBytes` is the size of the whole. */
export interface Ranged {
  readonly bytes: Buffer;
  readonly totalBytes: number;
}

/** Keys are given without the prefix. Each rejects with E_VAULT_STORE when the bucket did not do it. */
export interface S3Requests {
  /** False when there is an object of this key that this call did not write: it is left as it is. */
  putNew(key: string, bytes: Uint8Array): Promise<boolean>;
  /** Writes in the place of what is there. */
  putOver(key: string, bytes: Uint8Array): Promise<void>;
  /** Bytes [from, to), fewer where the object ends; undefined when there is no such object. `from` lies within it. */
  get(key: string, from: number, to: number): Promise<Ranged | undefined>;
  has(key: string): Promise<boolean>;
  /** Below a prefix, in the order of their keys. With `delimiter` the names of its folders alone, of 0 bytes. */
  list(below: string, delimiter?: '/'): Promise<readonly { readonly key: string; readonly bytes: number }[]>;
  remove(key: string): Promise<void>;
}

/** Metadata by which a try finds out that an earlier one, whose answer was lost, had been carried out. */
const WRITE_ID = 'differe-write';

export function s3Requests(place: Bucket, { patience = PATIENCE, onError }: S3Options = {}): S3Requests {
  const Bucket = place.bucket;
  // All of it is said here: what the SDK is not told it looks for in the environment, in files of the home folder and on the network.
  const client = new S3Client({
    endpoint: place.endpoint,
    region: place.region,
    credentials: place.credentials,
    forcePathStyle: true,
    maxAttempts: 1,
    retryMode: 'standard',
    defaultsMode: 'standard',
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    useArnRegion: false,
    disableMultiregionAccessPoints: true,
    disableS3ExpressSessionAuth: true,
    userAgentAppId: 'differe',
    // Content-MD5 says the same to stores that do not know the newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: Math.min(5_000, patience.tryMs) },
  });
  const nameOf = (key: string): string => `${place.prefix}${key}`;

  /** Undefined for what is not there (404), `exists` for what a condition refused (412); anything else that fails is tried again or thrown. */
  async function ask<T>(
    operation: VaultOperation,
    work: (signal: AbortSignal, attempt: number) => Promise<T>,
  ): Promise<T | undefined | 'exists'> {
    for (let attempt = 1; ; attempt++) {
      const signal = AbortSignal.timeout(patience.tryMs);
      try {
        return await work(signal, attempt);
      } catch (cause) {
        const verdict = signal.aborted ? 'timeout' : verdictOf(cause);
        if (verdict === 'absent') return undefined;
        if (verdict === 'exists') return 'exists';
        onError?.(operation, verdict);
        if (verdict === 'denied' || verdict === 'refused' || attempt >= patience.tries)
          throw new AppError('E_VAULT_STORE', { cause, detail: `${operation}: ${verdict}` });
        await delay(patience.pauseMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
      }
    }
  }

  const head = (key: string) =>
    ask('head', (abortSignal) => client.send(new HeadObjectCommand({ Bucket, Key: nameOf(key) }), { abortSignal }));

  async function remove(key: string): Promise<void> {
    await ask('delete', (abortSignal) =>
      client.send(new DeleteObjectCommand({ Bucket, Key: nameOf(key) }), { abortSignal }),
    );
  }

  async function put(key: string, Body: Uint8Array, condition: { readonly IfNoneMatch?: '*' }): Promise<boolean> {
    const writeId = randomUUID();
    const ContentMD5 = createHash('md5').update(Body).digest('base64');
    const command = { Bucket, Key: nameOf(key), Body, ContentMD5, Metadata: { [WRITE_ID]: writeId }, ...condition };
    const isOurs = async (): Promise<boolean> => {
      const there = await head(key);
      return typeof there === 'object' && there.Metadata?.[WRITE_ID] === writeId;
    };
    try {
      const said = await ask('put', (abortSignal) => client.send(new PutObjectCommand(command), { abortSignal }));
      if (said === undefined) throw new AppError('E_VAULT_STORE', { detail: 'put: the bucket is not there' });
      return said !== 'exists' || (await isOurs());
    } catch (error) {
      // A try whose answer was lost may have been carried out: what is not acknowledged must not show.
      const isLeft = condition.IfNoneMatch !== undefined && (await isOurs().catch(() => false));
      if (isLeft) await remove(key).catch(() => undefined);
      throw error;
    }
  }

  return {
    putNew: (key, bytes) => put(key, bytes, { IfNoneMatch: '*' }),
    async putOver(key, bytes) {
      await put(key, bytes, {});
    },
    async get(key, from, to) {
      const Range = `bytes=${from}-${to - 1}`;
      const said = await ask('get', async (abortSignal) => {
        const answer = await client.send(new GetObjectCommand({ Bucket, Key: nameOf(key), Range }), { abortSignal });
        const bytes = await wholeOf(answer.Body as Readable, abortSignal);
        const totalBytes = Number(/\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1]);
        if (bytes.length !== Math.min(to, totalBytes) - from) throw new Error('another range than asked for');
        return { bytes, totalBytes };
      });
      return said === 'exists' ? undefined : said;
    },
    async has(key) {
      return (await head(key)) !== undefined;
    },
    async list(below, delimiter) {
      const found: { key: string; bytes: number }[] = [];
      const plain = (name = ''): string => name.slice(place.prefix.length);
      for (let ContinuationToken: string | undefined; ; ) {
        const command = { Bucket, Prefix: nameOf(below), ContinuationToken, Delimiter: delimiter };
        const page = await ask('list', (abortSignal) =>
          client.send(new ListObjectsV2Command(command), { abortSignal }),
        );
        if (typeof page !== 'object') throw new AppError('E_VAULT_STORE', { detail: 'list: the bucket is not there' });
        if (delimiter === undefined)
          for (const { Key, Size = 0 } of page.Contents ?? []) found.push({ key: plain(Key), bytes: Size });
        else for (const { Prefix } of page.CommonPrefixes ?? []) found.push({ key: plain(Prefix), bytes: 0 });
        ContinuationToken = page.NextContinuationToken;
        if (ContinuationToken === undefined) return found;
      }
    },
    remove,
  };
}

async function wholeOf(body: Readable, signal: AbortSignal): Promise<Buffer> {
  const parts: Buffer[] = [];
  // The SDK's own signal ends with the headers of the answer.
  for await (const part of addAbortSignal(signal, body) as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}

function verdictOf(error: unknown): VaultReason | 'absent' | 'exists' {
  const { name, code, $metadata } = (error ?? {}) as {
    name?: string;
    code?: string;
    $metadata?: { httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode;
  if (name === 'NoSuchBucket' || status === 401 || status === 403) return 'denied';
  if (status === 404) return 'absent';
  if (status === 412) return 'exists';
  if (name === 'SlowDown' || status === 503 || status === 429) return 'busy';
  // 409: another conditional write of the same key is under way.
  if (status === 409 || (status !== undefined && status >= 500)) return 'server';
  // The SDK calls a connection that was reset a time-out as well.
  if (name === 'TimeoutError' && code !== 'ECONNRESET') return 'timeout';
  // Named by the store when a body did not arrive as it was sent.
  if (status === undefined || status < 400 || name === 'BadDigest' || name === 'RequestTimeout') return 'cut';
  return 'refused';
}
