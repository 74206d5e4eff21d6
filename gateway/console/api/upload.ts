import { DetailedError, Upload } from 'tus-js-client';
import { type Api, refusalOf, Unreachable } from './client.ts';
import { routeTo } from './routes.ts';

const CHUNK_BYTES = 8 * 1024 * 1024;
const RETRY_MS = [500, 1_000, 3_000, 5_000, 10_000];

export interface UploadRequest {
  readonly file: File;
  /** Piece number of the schedule. */
  readonly piece: string;
  /** Id of a deposit of the same bytes that was interrupted: the gateway knows how far it came. */
  readonly resumeId: string | undefined;
  onStart(alreadySent: number): void;
  onProgress(sent: number): void;
  readonly signal: AbortSignal;
}

/** Deposits a file by tus and resolves when the gateway has sealed it. Throws the gateway's refusal, or Unreachable. */
export function upload(api: Api, request: UploadRequest): Promise<void> {
  const endpoint = new URL(routeTo('/api/v1/uploads', {}), location.origin).href;
  let isStarted = false;
  return new Promise<void>((resolve, reject) => {
    const sending = new Upload(request.file, {
      endpoint,
      ...(request.resumeId === undefined ? {} : { uploadUrl: `${endpoint}/${request.resumeId}` }),
      chunkSize: CHUNK_BYTES,
      metadata: { filename: request.file.name, piece: request.piece },
      retryDelays: RETRY_MS,
      // The gateway knows what it has; the browser keeps no name of a file.
      storeFingerprintForResuming: false,
      onBeforeRequest: async (outgoing) => {
        const headers = await api.headers(outgoing.getMethod(), outgoing.getURL());
        for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value);
      },
      onProgress: (sent) => {
        if (!isStarted) request.onStart(sent);
        isStarted = true;
        request.onProgress(sent);
      },
      onError: (error) => reject(whatFailed(error)),
      onSuccess: () => resolve(),
    });
    request.signal.addEventListener('abort', () => {
      void sending.abort();
      reject(request.signal.reason);
    });
    sending.start();
  });
}

function whatFailed(error: Error): Error {
  const response = error instanceof DetailedError ? error.originalResponse : undefined;
  if (response === null || response === undefined) return new Unreachable('unreachable', { cause: error });
  return refusalOf(response.getStatus(), response.getBody(), error.message);
}
