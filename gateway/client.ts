import { createReadStream } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { JWK } from 'jose';
import * as tus from 'tus-js-client';
import { type Fault, isFault } from './faults.ts';
import { makeProof } from './requisition/dpop.ts';

/** A refusal or failure as the gateway worded it. */
export class GatewayError extends Error {
  readonly status: number;
  readonly code: string;
  /** What is wrong with what was sent, place by place. */
  readonly faults: readonly Fault[];

  constructor(status: number, code: string, detail: string, faults: readonly Fault[] = []) {
    super(`${code} (${status}): ${detail}`);
    this.name = 'GatewayError';
    this.status = status;
    this.code = code;
    this.faults = faults;
  }
}

/** No answer came: no gateway at that address, or the connection broke. */
export class UnreachableError extends Error {
  constructor(url: string, cause: unknown) {
    super(`cannot reach ${url}${reasonOf(cause)}`, { cause });
    this.name = 'UnreachableError';
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if (error.cause instanceof Error) return reasonOf(error.cause);
  const { code } = error as NodeJS.ErrnoException;
  const reason = code ?? error.message;
  return reason === '' ? '' : ` (${reason})`;
}

export interface ClientOptions {
  /** Scheme, host and port of the gateway. */
  readonly url: string;
  /** The agent's private Ed25519 key. */
  readonly agentKey: JWK;
  /** Id of the requisition on record; absent only to register one. */
  readonly requisitionId?: string;
  /** The client's own clock, seconds; the machine's when absent. */
  readonly nowSeconds?: () => number;
  /** How long it waits in all for a gateway that says when to come back (429 and 503 with Retry-After); absent, not at all. */
  readonly patienceMs?: number;
}

/** The HTTP API as the command line and the demo use it: no door of their own, a proof on every request. */
export function createClient(options: ClientOptions) {
  async function headers(method: string, url: string): Promise<Record<string, string>> {
    const proof = await makeProof({
      key: options.agentKey,
      method,
      url,
      ...(options.nowSeconds === undefined ? {} : { nowSeconds: options.nowSeconds() }),
      ...(options.requisitionId === undefined ? {} : { accessToken: options.requisitionId }),
    });
    return {
      dpop: proof,
      'accept-language': 'en',
      ...(options.requisitionId === undefined ? {} : { authorization: `DPoP ${options.requisitionId}` }),
    };
  }

  /** Gives how long to wait after each refusal, until the patience is spent or the gateway does not say when to come back. */
  function patience(): (status: number, retryAfter: string | null | undefined) => number | undefined {
    let leftMs = options.patienceMs ?? 0;
    return (status, retryAfter) => {
      const waitMs = [429, 503].includes(status) ? 1000 * Math.max(1, Number(retryAfter ?? Number.NaN)) : Number.NaN;
      if (!(waitMs <= leftMs)) return undefined;
      leftMs -= waitMs;
      return waitMs;
    };
  }

  async function request(method: string, route: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
    const url = new URL(route, options.url).href;
    const waitAfter = patience();
    for (;;) {
      const response = await fetch(url, {
        method,
        headers: {
          ...(await headers(method, url)),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      }).catch((cause: unknown) => {
        // So fetch says that there was no answer.
        throw cause instanceof TypeError && cause.cause !== undefined
          ? new UnreachableError(options.url, cause)
          : cause;
      });
      if (response.ok) return response;
      const waitMs = waitAfter(response.status, response.headers.get('retry-after'));
      if (waitMs === undefined) throw await refusal(response);
      await response.body?.cancel();
      await delay(waitMs, undefined, signal === undefined ? {} : { signal });
    }
  }

  return {
    async json<T>(method: string, route: string, body?: unknown): Promise<T> {
      const response = await request(method, route, body);
      const text = await response.text();
      try {
        return JSON.parse(text) as T;
      } catch {
        throw new GatewayError(502, 'E_INTERNAL', `the answer of ${options.url} is no JSON`);
      }
    },
    /** Each line of an answer as it comes. */
    async *lines<T>(route: string): AsyncGenerator<T> {
      const { body } = await request('GET', route);
      if (body === null) return;
      const texts = body.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
      let rest = '';
      for (;;) {
        const next = await texts.next().catch((cause: unknown) => {
          throw new UnreachableError(options.url, cause);
        });
        if (next.done === true) return;
        const lines = (rest + next.value).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) yield JSON.parse(line) as T;
      }
    },
    text: async (route: string): Promise<string> => (await request('GET', route)).text(),
    bytes: async (route: string): Promise<Buffer> => Buffer.from(await (await request('GET', route)).arrayBuffer()),
    /** Uploads a file by tus and resolves with the upload's URL when the gateway has sealed it. */
    async upload(file: string, piece: string, onProgress?: (sent: number, total: number) => void): Promise<string> {
      const { size } = await stat(file);
      const waitAfter = patience();
      return await new Promise<string>((resolve, reject) => {
        const upload = new tus.Upload(createReadStream(file), {
          endpoint: new URL('/api/v1/uploads', options.url).href,
          uploadSize: size,
          chunkSize: 8 * 1024 * 1024,
          metadata: { filename: path.basename(file), piece },
          retryDelays: [],
          onBeforeRequest: async (outgoing) => {
            for (const [name, value] of Object.entries(await headers(outgoing.getMethod(), outgoing.getURL()))) {
              outgoing.setHeader(name, value);
            }
          },
          ...(onProgress === undefined ? {} : { onProgress }),
          onError: (error) => {
            const answer = error instanceof tus.DetailedError ? error.originalResponse : undefined;
            const waitMs = waitAfter(answer?.getStatus() ?? 0, answer?.getHeader('retry-after'));
            if (waitMs === undefined) reject(uploadError(error, options.url));
            else setTimeout(() => upload.start(), waitMs);
          },
          onSuccess: () => resolve(upload.url ?? ''),
        });
        upload.start();
      });
    },
  };
}

export type Client = ReturnType<typeof createClient>;

/** The state of a job whenever it changes, until it has ended. */
export async function* watchJob<J extends { readonly state: string }>(
  client: Client,
  caseId: string,
  jobId: string,
): AsyncGenerator<J> {
  for (;;) {
    // The gateway ends an answer after a minute; the next one needs a fresh proof.
    for await (const job of client.lines<J>(`/api/v1/cases/${caseId}/jobs/${jobId}/progress`)) {
      yield job;
      if (['done', 'failed', 'cancelled'].includes(job.state)) return;
    }
  }
}

const POLL_MS = 300;

/** Has a package made of hits that were confirmed, waits for it and puts its files into a folder; gives its id. */
export async function exportPackage(
  client: Client,
  caseId: string,
  hits: readonly string[],
  folder: string,
): Promise<string> {
  const of = `/api/v1/cases/${caseId}/exports`;
  const { id } = await client.json<{ id: string }>('POST', of, { hits });
  for (;;) {
    const made = await client.json<{ state: string; failureCode?: string; files?: { path: string }[] }>(
      'GET',
      `${of}/${id}`,
    );
    if (made.state === 'failed') throw new GatewayError(500, made.failureCode ?? 'E_INTERNAL', 'the export failed');
    if (made.state === 'done') {
      for (const file of made.files ?? []) {
        const target = path.resolve(folder, file.path);
        if (!target.startsWith(path.resolve(folder) + path.sep)) throw new Error('a file outside the package');
        await mkdir(path.dirname(target), { recursive: true });
        await writeFile(target, await client.bytes(`${of}/${id}/files/${file.path}`));
      }
      return id;
    }
    await delay(POLL_MS);
  }
}

function uploadError(error: Error, url: string): Error {
  if (!(error instanceof tus.DetailedError)) return error;
  const { originalResponse: response, causingError } = error;
  if (response === null || response === undefined) {
    // The file may fail as well as the connection; a file's fault names the call that failed.
    const ofFile = causingError !== null && /^(open|read|f?stat)$/.test(String(Reflect.get(causingError, 'syscall')));
    return ofFile ? causingError : new UnreachableError(url, causingError ?? error);
  }
  const problem = parseProblem(response.getBody());
  return new GatewayError(
    response.getStatus(),
    problem.code ?? response.getHeader('differe-code') ?? 'E_INTERNAL',
    problem.detail ?? error.message,
    problem.faults,
  );
}

async function refusal(response: Response): Promise<GatewayError> {
  const problem = parseProblem(await response.text());
  const { code = 'E_INTERNAL', detail = response.statusText, faults } = problem;
  return new GatewayError(response.status, code, detail, faults);
}

function parseProblem(text: string): { code?: string; detail?: string; faults?: readonly Fault[] } {
  try {
    const problem: unknown = JSON.parse(text);
    if (typeof problem !== 'object' || problem === null) return {};
    const { code, detail, errors } = problem as { code?: unknown; detail?: unknown; errors?: unknown };
    return {
      ...(typeof code === 'string' ? { code } : {}),
      ...(typeof detail === 'string' ? { detail } : {}),
      ...(Array.isArray(errors) ? { faults: errors.filter(isFault) } : {}),
    };
  } catch {
    return {};
  }
}
