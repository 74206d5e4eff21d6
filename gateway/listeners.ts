import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Metrics } from './metrics.ts';

/** The port that a listener got, also when it asked for any (0). */
export function portOf(server: Pick<Server, 'address'>): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('listener has no port');
  return (address satisfies AddressInfo).port;
}

const KEEP_ALIVE_MS = 30_000;
const REQUESTS_PER_CONNECTION = 10_000;
/** No number of connections takes the memory of the gateway. */
export const CONNECTIONS = 1_000;

/** A server for those who ask, by TLS 1.3 where there are files for it; whoever sends no whole head in time loses his connection. */
export function serverForClients(
  tls: { readonly certFile: string; readonly keyFile: string } | undefined,
  headersTimeout: number,
  listener: RequestListener,
) {
  const options = {
    // Probes of TCP find the client of an upload that has vanished.
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
    headersTimeout,
    connectionsCheckingInterval: headersTimeout / 2,
    // Node's limit is one for all requests, and a permitted upload takes as long as it takes: see `limitArrivals`.
    requestTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
  const server =
    tls === undefined
      ? createServer(options, listener)
      : createTlsServer(
          { ...options, cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile), minVersion: 'TLSv1.3' },
          listener,
        );
  server.maxRequestsPerSocket = REQUESTS_PER_CONNECTION;
  server.maxConnections = CONNECTIONS;
  return server;
}

/** Takes a port for a moment. */
export async function tryPort(host: string, port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  await new Promise((resolve) => server.close(resolve));
}

export interface Readiness {
  /** What is not ready, in words for the operator; empty means ready. */
  missing(): Promise<readonly string[]>;
  /** What an operator should see to although everything works. */
  warnings(): Promise<readonly string[]>;
}

/** /metrics, /healthz and /readyz on a listener of their own: no token, and nothing of a case in sight. */
export async function listenForOperators(
  options: { readonly host: string; readonly port: number },
  deps: { readonly metrics: Metrics; readonly readiness: Readiness },
): Promise<Server> {
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string) => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    };
    const fail = () => answer(500, 'text/plain', 'error\n');
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(405, 'text/plain', 'GET only\n');
    switch (request.url) {
      case '/healthz':
        return answer(200, 'text/plain', 'ok\n');
      case '/readyz':
        Promise.all([deps.readiness.missing(), deps.readiness.warnings()]).then(([missing, warnings]) => {
          answer(
            missing.length === 0 ? 200 : 503,
            'application/json',
            `${JSON.stringify({ ready: missing.length === 0, missing, warnings })}\n`,
          );
        }, fail);
        return;
      case '/metrics':
        deps.metrics.registry.metrics().then((text) => answer(200, deps.metrics.registry.contentType, text), fail);
        return;
      default:
        return answer(404, 'text/plain', 'not found\n');
    }
  });
  server.headersTimeout = 5_000;
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return server;
}
