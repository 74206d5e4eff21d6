import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';

// The page is served from memory: HTML, style and modules written in TypeScript, their types stripped once at start.
const read = (name: string): string => readFileSync(path.join(import.meta.dirname, name), 'utf8');
const script = (name: string): string => stripTypeScriptTypes(read(name));

const FILES = [
  { url: '/', type: 'text/html; charset=utf-8', body: () => read('page.html') },
  { url: '/page.css', type: 'text/css; charset=utf-8', body: () => read('page.css') },
  { url: '/icon.svg', type: 'image/svg+xml', body: () => read('icon.svg') },
  { url: '/page.js', type: 'text/javascript; charset=utf-8', body: () => script('page.ts') },
  { url: '/api.js', type: 'text/javascript; charset=utf-8', body: () => script('api.ts') },
  { url: '/words.js', type: 'text/javascript; charset=utf-8', body: () => script('words.ts') },
] as const;

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  'media-src blob:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The investigator's page: public files that hold no case data; everything it shows comes from the API. */
export async function consoleRoutes(app: FastifyInstance): Promise<void> {
  for (const file of FILES) {
    const body = file.body();
    app.get(file.url, { config: { action: 'public.read' }, schema: { hide: true } }, async (_request, reply) =>
      reply
        .header('content-security-policy', POLICY)
        .header('referrer-policy', 'no-referrer')
        .header('x-content-type-options', 'nosniff')
        .header('cache-control', 'no-cache')
        .type(file.type)
        .send(body),
    );
  }
}
