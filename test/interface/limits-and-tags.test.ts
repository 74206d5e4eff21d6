import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { installEtags } from '../../gateway/etags.ts';
import { installProblems } from '../../gateway/policy/problem.ts';
import { installAddressLimit } from '../../gateway/request-limits.ts';

async function limited(limits: { readonly perAddress: number; readonly perAgent: number }) {
  const app = Fastify();
  const asked: string[] = [];
  installProblems(app, async () => undefined);
  const limitAgents = await installAddressLimit(app, limits);
  // Stands for the guard: a proof is checked here.
  app.decorateRequest('thumbprint', {
    getter() {
      const { key } = this.headers;
      return typeof key === 'string' ? key : undefined;
    },
  });
  app.addHook('onRequest', async (request) => void asked.push(request.url));
  limitAgents();
  app.get('/thing', async () => ({ ok: true }));
  return { app, asked };
}

describe('rate limits', () => {
  it('SEC-11: an address over its limit is refused before its proof is looked at, with the time to wait', async () => {
    const { app, asked } = await limited({ perAddress: 3, perAgent: 0 });
    const from = (remoteAddress: string) => app.inject({ url: '/thing', remoteAddress });
    for (let n = 0; n < 3; n++) expect((await from('192.0.2.1')).statusCode).toBe(200);
    const refused = await from('192.0.2.1');
    expect([refused.statusCode, refused.json().code]).toEqual([429, 'E_RATE']);
    expect(refused.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(asked).toHaveLength(3);
    expect((await from('192.0.2.2')).statusCode).toBe(200);
  });

  it('SEC-11: a key over its limit is refused after its proof, from wherever it asks; who shows no key is not counted', async () => {
    const { app, asked } = await limited({ perAddress: 0, perAgent: 2 });
    const by = (key: string | undefined, remoteAddress = '192.0.2.1') =>
      app.inject({ url: '/thing', remoteAddress, headers: key === undefined ? {} : { key } });
    await by('a');
    await by('a', '192.0.2.7');
    expect((await by('a', '192.0.2.8')).json().code).toBe('E_RATE');
    expect(asked).toHaveLength(3);
    expect((await by('b')).statusCode).toBe(200);
    for (let n = 0; n < 5; n++) expect((await by(undefined)).statusCode).toBe(200);
  });

  it('0 is no limit', async () => {
    const { app } = await limited({ perAddress: 0, perAgent: 0 });
    for (let n = 0; n < 50; n++)
      expect((await app.inject({ url: '/thing', headers: { key: 'a' } })).statusCode).toBe(200);
  });
});

describe('ETags and headers of answers', () => {
  it('304 for who holds the answer, and another tag when it changes', async () => {
    const app = Fastify();
    let n = 1;
    installEtags(app);
    app.get('/thing', { config: { etag: true } }, async () => ({ n }));
    app.get('/plain', async () => ({ n }));
    const first = await app.inject('/thing');
    const tag = String(first.headers.etag);
    expect(tag).toMatch(/^"[\w-]{32}"$/);
    for (const held of [tag, `"x", ${tag}`, `W/${tag}`, '*']) {
      const again = await app.inject({ url: '/thing', headers: { 'if-none-match': held } });
      expect([again.statusCode, again.body, again.headers.etag], held).toEqual([304, '', tag]);
    }
    n = 2;
    const changed = await app.inject({ url: '/thing', headers: { 'if-none-match': tag } });
    expect([changed.statusCode, changed.json()]).toEqual([200, { n: 2 }]);
    expect((await app.inject('/plain')).headers.etag).toBeUndefined();
  });
});
