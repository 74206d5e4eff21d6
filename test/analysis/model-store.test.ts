import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { modelsCommand } from '../../gateway/analysis/commands.ts';
import { chooseDetector, findModels, loadModel } from '../../gateway/analysis/models.ts';

const BLOB = path.join(import.meta.dirname, '../models');
const WEIGHTS = path.join(BLOB, 'blob-detector.onnx');

let folder = '';
let place = '';
let server: Server;
let address = '';
let served: Buffer;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'differe-store-'));
  place = path.join(folder, 'weights');
  await mkdir(place);
  process.env.DIFFERE_MODELS = place;
  served = await readFile(WEIGHTS);
  server = createServer((request, response) => {
    if (request.url === '/blob.onnx') response.end(served);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  delete process.env.DIFFERE_MODELS;
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await modelsCommand(args, { out: (text) => out.push(text), err: (text) => err.push(text) });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

/** The card of the test detector, changed; gives its path. */
async function cardAt(where: string, change: object): Promise<string> {
  const { file: _, ...card } = JSON.parse(await readFile(path.join(BLOB, 'blob-detector.card.json'), 'utf8'));
  await mkdir(path.dirname(where), { recursive: true });
  await writeFile(where, JSON.stringify({ ...card, ...change }));
  return where;
}

const placed = async (): Promise<readonly string[]> => (await readdir(place)).toSorted();
const found = () => findModels({ cardFolders: [place], weightFolders: [place] });
const digest = async (): Promise<string> =>
  createHash('sha256')
    .update(await readFile(WEIGHTS))
    .digest('hex');

describe('differe models add', () => {
  it('places weights and card, and the gateway opens them', async () => {
    const card = await cardAt(path.join(folder, 'card.json'), { name: 'brought' });
    expect(await run('add', WEIGHTS, '--card', card)).toMatchObject({ code: 0, out: path.join(place, 'brought.onnx') });
    expect(await placed()).toEqual(['brought.card.json', 'brought.onnx']);
    expect((await loadModel(chooseDetector(await found(), 'brought'))).bytes.length).toBe(served.length);
  });

  it('writes no second card where one of that name is known, and refuses a file that the known one is not of', async () => {
    await cardAt(path.join(place, 'known', 'card.json'), { name: 'known' });
    const card = await cardAt(path.join(folder, 'card.json'), { name: 'known' });
    expect(await run('add', WEIGHTS, '--card', card)).toMatchObject({ code: 0 });
    expect(await placed()).toEqual(['known', 'known.onnx']);
    expect(chooseDetector(await found(), 'known').weightsPath).toBe(path.join(place, 'known.onnx'));
    const nano = await cardAt(path.join(folder, 'nano.json'), { name: 'yolox-nano' });
    expect(await run('add', WEIGHTS, '--card', nano)).toMatchObject({
      code: 3,
      err: expect.stringContaining('E_GATE_HASH'),
    });
    expect(await placed()).toEqual(['known', 'known.onnx']);
  });

  it('writes the digest into a card that has none', async () => {
    const card = await cardAt(path.join(folder, 'card.json'), { name: 'brought', sha256: undefined });
    expect(await run('add', WEIGHTS, '--card', card)).toMatchObject({ code: 0 });
    expect(JSON.parse(await readFile(path.join(place, 'brought.card.json'), 'utf8')).sha256).toBe(await digest());
  });

  it('FACE-12: leaves nothing of a file that has another digest', async () => {
    const other = path.join(folder, 'other.onnx');
    await writeFile(other, 'other bytes');
    const card = await cardAt(path.join(folder, 'card.json'), {});
    expect(await run('add', other, '--card', card)).toMatchObject({
      code: 3,
      err: expect.stringContaining('E_GATE_HASH'),
    });
    const offer = await cardAt(path.join(folder, 'offer.json'), { sha256: undefined });
    const wanted = '0'.repeat(64);
    expect(await run('add', WEIGHTS, '--card', offer, '--sha256', wanted)).toMatchObject({ code: 3 });
    expect(await placed()).toEqual([]);
  });

  it('leaves nothing of a graph that is not what its card says', async () => {
    const card = await cardAt(path.join(folder, 'card.json'), { outputs: { boxes: 'elsewhere', scores: 'scores' } });
    expect(await run('add', WEIGHTS, '--card', card)).toMatchObject({
      code: 3,
      err: expect.stringContaining('E_GATE_CONTRACT'),
    });
    expect(await placed()).toEqual([]);
  });

  it('FACE-08: refuses a card with a label for faces before it looks at the file', async () => {
    const card = await cardAt(path.join(folder, 'card.json'), { labels: ['person', 'face'] });
    expect(await run('add', path.join(folder, 'absent.onnx'), '--card', card)).toMatchObject({
      code: 3,
      err: expect.stringContaining('E_GATE_LABEL'),
    });
  });
});

describe('differe models fetch', () => {
  it('gets the weights of a card that lies in the folder, and checks them', async () => {
    await cardAt(path.join(place, 'far.card.json'), { name: 'far', download: `${address}/blob.onnx` });
    expect(await run('fetch', 'far')).toMatchObject({ code: 0, out: path.join(place, 'far.onnx') });
    expect(chooseDetector(await found(), 'far').weightsPath).toBe(path.join(place, 'far.onnx'));
  });

  it('FACE-12: leaves nothing of an answer with another digest', async () => {
    await cardAt(path.join(place, 'far.card.json'), { name: 'far', download: `${address}/blob.onnx` });
    served = Buffer.concat([served, Buffer.from('x')]);
    expect(await run('fetch', 'far')).toMatchObject({ code: 3, err: expect.stringContaining('E_GATE_HASH') });
    expect(await placed()).toEqual(['far.card.json']);
  });

  it('asks for a digest where the card has none, and keeps the one that it was given', async () => {
    const card = path.join(place, 'deep', 'card.json');
    await cardAt(card, { name: 'far', sha256: undefined, download: `${address}/blob.onnx` });
    expect(await run('fetch', 'far')).toMatchObject({ code: 3, err: expect.stringContaining('--sha256') });
    expect(await run('fetch', 'far', '--sha256', await digest())).toMatchObject({ code: 0 });
    expect(chooseDetector(await found(), 'far').card.sha256).toBe(await digest());
  });

  it('says where a model without an address comes from, and what an absent file answers', async () => {
    await cardAt(path.join(place, 'near.card.json'), { name: 'near' });
    expect((await run('fetch', 'near')).err).toContain('no address');
    await cardAt(path.join(place, 'lost.card.json'), { name: 'lost', download: `${address}/lost.onnx` });
    expect((await run('fetch', 'lost')).err).toContain('404');
  });

  it('fetches from publishers by https alone', async () => {
    await cardAt(path.join(place, 'plain.card.json'), {
      name: 'plain',
      test: undefined,
      source: 'https://example.org/model',
      download: `${address}/blob.onnx`,
    });
    expect(await run('fetch', 'plain')).toMatchObject({ code: 3, err: expect.stringContaining('E_GATE_LABEL') });
  });

  it('is called wrongly without a folder, with a name that no card has, and with half a digest', async () => {
    expect((await run('fetch', 'nobody')).code).toBe(2);
    expect((await run('fetch', 'yolox-nano', '--sha256', 'abc')).code).toBe(2);
    expect((await run('add', WEIGHTS)).code).toBe(2);
    delete process.env.DIFFERE_MODELS;
    expect((await run('fetch', 'yolox-nano')).code).toBe(2);
  });
});
