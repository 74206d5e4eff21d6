import type { IncomingMessage } from 'node:http';
import { ReadableStream } from 'node:stream/web';
import { Server } from '@tus/server';
import { ERRORS, type Locker } from '@tus/utils';
import { AppError, type ErrorCode } from '../errors.ts';
import { isUuid } from '../ids.ts';
import type { Requisition } from '../requisition/types.ts';
import type { DepositDeps, Depositor } from './deposit.ts';
import { DepositStore } from './tus-store.ts';

export const UPLOADS_PATH = '/api/v1/uploads';

/** Request headers that tus reads; nothing else of the request reaches it. */
const TUS_HEADERS = [
  'tus-resumable',
  'upload-length',
  'upload-offset',
  'upload-metadata',
  'upload-defer-length',
  'upload-concat',
  'content-type',
  'content-length',
] as const;

/** What tus answers: 2xx and its headers. */
export interface UploadAnswer {
  readonly status: 200 | 201 | 204;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * One tus 1.0 request by an authenticated depositor. Resolves with the answer of the protocol; throws the refusal, of ours or of the
 * protocol, as an AppError, so that one place writes refusals into the journal and makes problem documents of them.
 */
export async function answerUpload(
  requisition: Requisition,
  depositor: Depositor,
  request: {
    readonly method: string;
    readonly url: string;
    readonly raw: IncomingMessage;
    /** The upload that the request is about; that of a creation is chosen before it, so that the journal can name it. */
    readonly uploadId: string;
  },
  deps: DepositDeps,
): Promise<UploadAnswer> {
  let refusal: unknown;
  const server = new Server({
    path: UPLOADS_PATH,
    datastore: new DepositStore(requisition, depositor, deps),
    // Reading an offset waits for nobody; whatever changes an upload does.
    locker: request.method === 'HEAD' ? NO_LOCKER : deps.locks.locker,
    relativeLocation: true,
    allowedOrigins: () => false,
    namingFunction: () => request.uploadId,
    getFileIdFromRequest: (_request, last) => (last !== undefined && isUuid(last) ? last : undefined),
    onResponseError: (_request, error) => {
      refusal = error;
      return undefined;
    },
  });
  const bytes: AsyncIterableIterator<Uint8Array> = request.raw.iterator({ destroyOnReturn: false });
  const response = await server.handleWeb(webRequest(request, bytes));
  // What is left of a body that was refused half-way is let go: the next request of this connection stands behind it.
  if (refusal !== undefined) void bytes.return?.().then(() => request.raw.resume());
  if (refusal !== undefined) throw asAppError(refusal);
  if (response.status >= 400) {
    // Header checks of the protocol answer without passing the error hook.
    throw new AppError('E_REQUEST', { detail: (await response.text()).trim() });
  }
  const status = response.status === 201 ? 201 : response.status === 200 ? 200 : 204;
  return { status, headers: Object.fromEntries(response.headers) };
}

const NO_LOCKER: Locker = { newLock: () => ({ lock: async () => undefined, unlock: async () => undefined }) };

function webRequest(
  { method, url, raw }: { method: string; url: string; raw: IncomingMessage },
  bytes: AsyncIterable<Uint8Array>,
): Request {
  const headers = new Headers();
  for (const name of TUS_HEADERS) {
    const value = raw.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  const hasBody = method === 'PATCH' || method === 'POST';
  return new Request(new URL(url, 'http://gateway'), {
    method,
    headers,
    // Nothing is read before tus asks for it: a request that is refused by its headers leaves the connection usable.
    ...(hasBody ? { body: bodyOf(bytes), duplex: 'half' } : {}),
  });
}

// Node's own class: the page's checks know the browser's, which has no `from`.
const bodyOf = (bytes: AsyncIterable<Uint8Array>): NonNullable<RequestInit['body']> =>
  ReadableStream.from(bytes) as unknown as NonNullable<RequestInit['body']>;

const DEFERRED: readonly unknown[] = [ERRORS.UNSUPPORTED_CREATION_DEFER_LENGTH_EXTENSION, ERRORS.INVALID_LENGTH];
const GONE: readonly unknown[] = [ERRORS.FILE_NOT_FOUND, ERRORS.FILE_NO_LONGER_EXISTS];

/** tus throws plain objects of a status and a text; each becomes the code of ours that says the same. */
function asAppError(error: unknown): unknown {
  if (error instanceof Error && !('status_code' in error)) return error;
  if (typeof error !== 'object' || error === null || !('status_code' in error)) return error;
  const code: ErrorCode = DEFERRED.includes(error)
    ? 'E_UPLOAD_DEFERRED'
    : error === ERRORS.INVALID_OFFSET
      ? 'E_UPLOAD_OFFSET'
      : GONE.includes(error)
        ? 'E_PRO_SILO'
        : Number(error.status_code) < 500 || error === ERRORS.UNSUPPORTED_CONCATENATION_EXTENSION
          ? 'E_REQUEST'
          : 'E_INTERNAL';
  return new AppError(code, { detail: 'body' in error ? String(error.body).trim() : '' });
}
