import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What becomes of one request. `lost`: carried out, and the answer cut off. `torn`: half of the answer's body, then cut off. */
export type Fault = 'cut' | 'lost' | 'torn' | 'hang' | { readonly status: number; readonly code: string };

export interface FaultyProxy extends AsyncDisposable {
  readonly url: string;
  /** Faults of the next requests that a method (and a part of the address) names, in turn; then all goes through. */
  fail(method: string, faults: readonly Fault[], part?: string): void;
  /** Faults that were not used yet. */
  left(): number;
  /** Requests that came, `METHOD /path`. */
  readonly seen: string[];
}

/** Stands before an HTTP server on loopback and fails as it is told. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  let plan: { method: string; part: string; faults: Fault[] } | undefined;
  const seen: string[] = [];
  const server = createServer((asked, answer) => {
    const { method = '', url = '', headers } = asked;
    seen.push(`${method} ${url}`);
    const isMeant = plan !== undefined && method === plan.method && url.includes(plan.part);
    const fault = isMeant ? plan?.faults.shift() : undefined;
    asked.on('error', () => undefined);
    answer.on('error', () => undefined);
    if (fault === 'hang') return void asked.resume();
    if (fault === 'cut') {
      asked.once('data', () => asked.socket.destroy());
      return void asked.once('end', () => asked.socket.destroy());
    }
    if (typeof fault === 'object') {
      asked.resume();
      asked.once('end', () => {
        answer.writeHead(fault.status, { 'content-type': 'application/xml' });
        answer.end(
          method === 'HEAD' ? undefined : `<Error><Code>${fault.code}</Code><Message>told to</Message></Error>`,
        );
      });
      return;
    }
    const upstream = request(new URL(url, target), { method, headers }, (said) => {
      if (fault === 'lost') {
        said.resume();
        return void said.once('end', () => asked.socket.destroy());
      }
      answer.writeHead(said.statusCode ?? 502, said.headers);
      if (fault !== 'torn') return void said.pipe(answer);
      const half = Number(said.headers['content-length'] ?? 0) >> 1;
      let sent = 0;
      said.on('data', (part: Buffer) => {
        const piece = part.subarray(0, half - sent);
        sent += piece.length;
        answer.write(piece, () => {
          if (sent >= half) asked.socket.destroy();
        });
      });
    });
    upstream.on('error', () => asked.socket.destroy());
    asked.pipe(upstream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fail(method, faults, part = '') {
      plan = { method, part, faults: [...faults] };
    },
    left: () => plan?.faults.length ?? 0,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
