import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createClient } from '../../gateway/client.ts';
import { portOf } from '../../gateway/listeners.ts';

interface Asked {
  readonly method: string;
  readonly proof: string;
}

/** A gateway that refuses the first request of each method so, and answers the next ones; `asked` fills with what came. */
async function busyAtFirst(refuse: (response: ServerResponse) => void) {
  const asked: Asked[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    request.resume().on('end', () => {
      const { method = '' } = request;
      const isFirst = !asked.some((one) => one.method === method);
      asked.push({ method, proof: String(request.headers.dpop) });
      if (isFirst && method !== 'HEAD') return refuse(response);
      response.setHeader('tus-resumable', '1.0.0');
      if (method === 'POST') return void response.writeHead(201, { location: '/api/v1/uploads/one' }).end();
      if (method === 'HEAD') return void response.writeHead(200, { 'upload-offset': '0', 'upload-length': '3' }).end();
      if (method === 'PATCH') return void response.writeHead(204, { 'upload-offset': '3' }).end();
      return void response.end('{"answered":true}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  return { asked, url: `http://127.0.0.1:${portOf(server)}`, agentKey: await exportJWK(privateKey) };
}

const sayWhen =
  (status: number, headers: Readonly<Record<string, string>>) =>
  (response: ServerResponse): void =>
    void response.writeHead(status, { 'differe-code': 'E_BUSY', ...headers }).end('{"code":"E_BUSY"}');

async function fileOfThreeBytes(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-patience-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'clip.mp4');
  await writeFile(file, 'abc');
  return file;
}

describe('a client that has patience', () => {
  it.each([429, 503])('asks again after a %i when it was told to, with a proof that was never used', async (status) => {
    const { asked, ...door } = await busyAtFirst(sayWhen(status, { 'retry-after': '1' }));
    const client = createClient({ ...door, patienceMs: 2_000 });
    expect(await client.json('GET', '/api/v1/cases')).toEqual({ answered: true });
    expect(asked).toHaveLength(2);
    expect(new Set(asked.map(({ proof }) => proof)).size).toBe(2);
  });

  it('goes on with a deposit where it was refused', async () => {
    const { asked, ...door } = await busyAtFirst(sayWhen(503, { 'retry-after': '1' }));
    const client = createClient({ ...door, patienceMs: 10_000 });
    expect(await client.upload(await fileOfThreeBytes(), 'S-1')).toBe(`${door.url}/api/v1/uploads/one`);
    expect(asked.map(({ method }) => method)).toEqual(['POST', 'POST', 'PATCH', 'HEAD', 'PATCH']);
  });

  it.each<[string, Parameters<typeof sayWhen>, number | undefined]>([
    ['it has none', [503, { 'retry-after': '1' }], undefined],
    ['it was not told when to come back', [503, {}], 60_000],
    ['it is told to wait for longer than it has', [503, { 'retry-after': '5' }], 4_000],
    ['it was refused for good', [403, { 'retry-after': '1' }], 60_000],
  ])('says that it was refused when %s', async (_, refusal, patienceMs) => {
    const { asked, ...door } = await busyAtFirst(sayWhen(...refusal));
    const client = createClient({ ...door, ...(patienceMs === undefined ? {} : { patienceMs }) });
    await expect(client.json('GET', '/api/v1/cases')).rejects.toMatchObject({ code: 'E_BUSY' });
    await expect(client.upload(await fileOfThreeBytes(), 'S-1')).rejects.toMatchObject({ code: 'E_BUSY' });
    expect(asked.map(({ method }) => method)).toEqual(['GET', 'POST']);
  });
});
