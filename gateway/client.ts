import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { JWK } from 'jose';
import * as tus from 'tus-js-client';
import { makeProof } from './requisition/dpop.ts';

/** A refusal or failure as the gateway worded it. */
export class GatewayError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string) {
    super(`${code} (${status}): ${detail}`);
    this.name = 'GatewayError';
    this.status = status;
    this.code = code;
  }
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

  async function request(method: string, route: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
    const url = new URL(route, options.url).href;
    const response = await fetch(url, {
      method,
      headers: {
        ...(await headers(method, url)),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    if (!response.ok) throw await refusal(response);
    return response;
  }

  return {
    async json<T>(method: string, route: string, body?: unknown): Promise<T> {
      return (await (await request(method, route, body)).json()) as T;
    },
    text: async (route: string): Promise<string> => (await request('GET', route)).text(),
    bytes: async (route: string): Promise<Buffer> => Buffer.from(await (await request('GET', route)).arrayBuffer()),
    /** Uploads a file by tus and resolves with the upload's URL when the gateway has sealed it. */
    async upload(file: string, piece: string, onProgress?: (sent: number, total: number) => void): Promise<string> {
      const { size } = await stat(file);
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
          onError: (error) => reject(uploadError(error)),
          onSuccess: () => resolve(upload.url ?? ''),
        });
        upload.start();
      });
    },
  };
}

export type Client = ReturnType<typeof createClient>;

function uploadError(error: Error): Error {
  const response = 'originalResponse' in error ? (error as tus.DetailedError).originalResponse : null;
  if (response === null || response === undefined) return error;
  const problem = parseProblem(response.getBody());
  return new GatewayError(
    response.getStatus(),
    problem.code ?? response.getHeader('differe-code') ?? 'E_INTERNAL',
    problem.detail ?? error.message,
  );
}

async function refusal(response: Response): Promise<GatewayError> {
  const problem = parseProblem(await response.text());
  return new GatewayError(response.status, problem.code ?? 'E_INTERNAL', problem.detail ?? response.statusText);
}

function parseProblem(text: string): { code?: string; detail?: string } {
  try {
    const problem: unknown = JSON.parse(text);
    if (typeof problem !== 'object' || problem === null) return {};
    const { code, detail } = problem as { code?: unknown; detail?: unknown };
    return { ...(typeof code === 'string' ? { code } : {}), ...(typeof detail === 'string' ? { detail } : {}) };
  } catch {
    return {};
  }
}
