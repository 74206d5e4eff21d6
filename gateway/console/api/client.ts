import { proofHeaders } from '../../interface/client.ts';
import type { Access } from './access.ts';

/** A refusal as the gateway worded it, in the language that was asked for. */
export class Refusal extends Error {
  readonly code: string;
  readonly status: number;
  /** What is wrong with what was sent, place by place, where the gateway says it. */
  readonly faults: readonly string[];

  constructor(code: string, detail: string, status: number, faults: readonly string[] = []) {
    super(detail);
    this.code = code;
    this.status = status;
    this.faults = faults;
  }
}

/** No answer came at all. */
export class Unreachable extends Error {}

export type Language = 'fr' | 'en';

/** What a problem document says; a body that is none keeps the status line. */
export function refusalOf(status: number, body: string, fallback: string): Refusal {
  const problem = (() => {
    try {
      return JSON.parse(body) as {
        code?: string;
        detail?: string;
        errors?: readonly { in: string; pointer: string; detail: string }[];
      };
    } catch {
      return {};
    }
  })();
  const faults = problem.errors?.map(({ in: part, pointer, detail }) => `${part} ${pointer || '/'} : ${detail}`);
  return new Refusal(problem.code ?? 'E_INTERNAL', problem.detail ?? fallback, status, [...new Set(faults)]);
}

/** The gateway counts requests by the minute. */
const LONGEST_WAIT_MS = 61_000;

export interface Ask {
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Put no requisition into the request. */
  readonly bare?: boolean;
}

/** The API for one access and a language: a proof on every request, no cookie, nothing kept by the browser. */
export function createApi(access: Access, language: () => Language) {
  const proof = (method: string, url: string, isBare = false): Promise<Record<string, string>> =>
    proofHeaders(
      {
        url: location.origin,
        pair: { privateKey: access.key, publicJwk: access.publicJwk },
        requisitionId: isBare ? undefined : access.requisitionId,
        language,
      },
      method,
      url,
    );

  async function request(method: string, route: string, ask: Ask = {}): Promise<Response> {
    const url = new URL(route, location.origin).href;
    const response = await fetch(url, {
      method,
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
      headers: {
        ...(await proof(method, url, ask.bare)),
        ...(ask.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(ask.body === undefined ? {} : { body: JSON.stringify(ask.body) }),
      ...(ask.signal === undefined ? {} : { signal: ask.signal }),
    }).catch((cause: unknown) => {
      throw cause instanceof DOMException ? cause : new Unreachable('unreachable', { cause });
    });
    const waitMs = 1000 * Number(response.headers.get('retry-after') ?? Number.NaN);
    // A grid that is scrolled fast asks for many pictures: who only reads waits as long as the gateway says.
    if ((response.status === 429 || response.status === 503) && method === 'GET' && waitMs <= LONGEST_WAIT_MS) {
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      ask.signal?.throwIfAborted();
      return request(method, route, ask);
    }
    if (!response.ok) throw refusalOf(response.status, await response.text().catch(() => ''), response.statusText);
    return response;
  }

  const json = async <T>(method: string, route: string, ask?: Ask): Promise<T> =>
    (await (await request(method, route, ask)).json()) as T;

  return {
    request,
    get: <T>(route: string, signal?: AbortSignal): Promise<T> => json<T>('GET', route, { signal }),
    post: <T>(route: string, body: unknown, signal?: AbortSignal): Promise<T> =>
      json<T>('POST', route, { body, signal }),
    put: <T>(route: string, body: unknown): Promise<T> => json<T>('PUT', route, { body }),
    delete: <T>(route: string): Promise<T> => json<T>('DELETE', route),
    blob: async (route: string, signal?: AbortSignal): Promise<Blob> =>
      (await request('GET', route, { signal })).blob(),
    text: async (route: string): Promise<string> => (await request('GET', route)).text(),
    /** Each line of an answer as it comes. */
    async *lines<T>(route: string, signal: AbortSignal): AsyncGenerator<T> {
      const { body } = await request('GET', route, { signal });
      if (body === null) return;
      const reader = body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = '';
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        const lines = (rest + value).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) yield JSON.parse(line) as T;
      }
    },
    /** Headers for a client that sends by itself (tus). */
    headers: (method: string, url: string): Promise<Record<string, string>> => proof(method, url),
  };
}

export type Api = ReturnType<typeof createApi>;
