import type { JWK } from 'jose';
import { makeProof } from '../../gateway/requisition/dpop.ts';

/** A request as it is sent: everything may be wrong about it. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
  readonly ms: number;
}

/** Who asks: a key, and the requisition that it names, if any. */
export interface Asker {
  readonly key: JWK;
  readonly requisitionId?: string;
}

/** Sends a request, proven when somebody asks. */
export async function send(url: string, sent: Sent, asker?: Asker): Promise<Answered> {
  const target = new URL(sent.path, url).href;
  const proof =
    asker === undefined
      ? {}
      : {
          dpop: await makeProof({
            key: asker.key,
            method: sent.method,
            url: target,
            ...(asker.requisitionId === undefined ? {} : { accessToken: asker.requisitionId }),
          }),
          ...(asker.requisitionId === undefined ? {} : { authorization: `DPoP ${asker.requisitionId}` }),
        };
  const before = performance.now();
  const response = await fetch(target, {
    method: sent.method,
    headers: { ...proof, ...sent.headers },
    ...(sent.body === undefined ? {} : { body: sent.body as NonNullable<RequestInit['body']> }),
  });
  const text = await response.text();
  const ms = performance.now() - before;
  return { status: response.status, headers: response.headers, text, json: parsed(text), ms };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
