import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The answer carries an ETag and may be 304: for what does not change, or changes rarely. */
    etag?: true;
    /** The handler honours If-Match. */
    ifMatch?: true;
  }
}

/** Strong ETag of the bytes of an answer. */
export const etagOf = (payload: string | Uint8Array): string =>
  `"${createHash('sha256').update(payload).digest('base64url').slice(0, 32)}"`;

/** Whether a header of ETags (If-None-Match, If-Match) names this one; `*` names any, and a weak mark does not count (RFC 9110, 13.1.2). */
export const namesTag = (header: string, tag: string): boolean =>
  header
    .split(',')
    .map((part) => part.trim().replace(/^W\//, ''))
    .some((part) => part === '*' || part === tag);

/**
 * ETags on the routes that ask for them, and 304 for a client that holds the answer. To be called after the guard was put up: a 304
 * shows again what the client holds, so its event is in the journal like that of a 200.
 */
export function installEtags(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (request.is404 || request.routeOptions.config.etag !== true || reply.statusCode !== 200) return payload;
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return payload;
    const tag = etagOf(payload);
    reply.header('etag', tag);
    const held = request.headers['if-none-match'];
    if (held === undefined || !namesTag(held, tag)) return payload;
    reply.code(304).removeHeader('content-length').removeHeader('content-type');
    return null;
  });
}
