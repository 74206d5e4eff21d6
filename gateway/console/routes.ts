import { existsSync } from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { AppError } from '../errors.ts';
import { CONSOLE_HEADERS } from './headers.ts';

const BUILT = path.join(import.meta.dirname, 'built');
const PAGE = 'page.html';
const YEAR_MS = 365 * 86_400_000;

/** The investigator's pages: public files that hold no case data; everything that they show comes from the API. */
export const consoleRoutes: FastifyPluginAsyncTypebox = async (app) => {
  await app.register(fastifyStatic, { serve: false });

  // `page.html` is written last but for its stamp: a set-up that was interrupted serves nothing.
  const send = (reply: FastifyReply, file: string, maxAgeMs: number): FastifyReply => {
    if (!existsSync(path.join(BUILT, PAGE))) throw new AppError('E_CONSOLE_ABSENT');
    return reply
      .headers(CONSOLE_HEADERS)
      .header('cache-control', maxAgeMs === 0 ? 'no-cache' : `public, max-age=${maxAgeMs / 1000}, immutable`)
      .sendFile(file, BUILT, { cacheControl: false, dotfiles: 'deny' });
  };

  app.get('/', { config: { action: 'public.read' }, schema: { hide: true } }, async (_request, reply) =>
    send(reply, PAGE, 0),
  );
  // Names carry a digest of what is in them.
  app.get(
    '/assets/:file',
    {
      config: { action: 'public.read' },
      schema: {
        hide: true,
        params: Type.Object({ file: Type.String({ pattern: '^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*\\.(js|css|svg)$' }) }),
      },
    },
    async (request, reply) => send(reply, `assets/${request.params.file}`, YEAR_MS),
  );
};
