import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseCard } from '../../gateway/admission/card.ts';
import { modelsCommand } from '../../gateway/analysis/commands.ts';
import { CARD_FOLDER, chooseDetector, findModels, loadCards, loadModel } from '../../gateway/analysis/models.ts';

const BLOB = path.join(import.meta.dirname, '../models');
const blobCard = async (): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(path.join(BLOB, 'blob-detector.card.json'), 'utf8'));

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'differe-models-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function place(name: string, card: Record<string, unknown>): Promise<void> {
  await mkdir(path.join(folder, name), { recursive: true });
  await writeFile(path.join(folder, name, 'card.json'), JSON.stringify(card));
}

describe('cards', () => {
  it('reads the cards that come with the product', async () => {
    const cards = await loadCards([CARD_FOLDER]);
    expect(cards.map(({ card }) => card.name)).toEqual(['picodet-s-416', 'yolox-nano', 'yolox-s', 'yolox-tiny']);
    for (const { card } of cards) {
      expect(card.labels).toHaveLength(80);
      expect(card.labels[79]).toBe('toothbrush');
      expect(card.map).toMatchObject({ person: 'person', car: 'car', truck: 'truck', suitcase: 'suitcase' });
    }
  });

  const changes: readonly [string, string, (card: Record<string, unknown>) => object][] = [
    ['an unknown member', 'E_GATE_LABEL', (card) => ({ ...card, embedding: true })],
    [
      'an unknown member of input',
      'E_GATE_LABEL',
      (card) => ({ ...card, input: { ...(card.input as object), crop: 1 } }),
    ],
    ['a label outside the vocabulary', 'E_GATE_LABEL', (card) => ({ ...card, labels: ['person', 'drone'] })],
    ['FACE-08: the label face', 'E_GATE_LABEL', (card) => ({ ...card, labels: ['person', 'car', 'face'] })],
    [
      'FACE-08: a face behind a map entry',
      'E_GATE_LABEL',
      (card) => ({ ...card, labels: ['Person face'], map: { 'Person face': 'person' } }),
    ],
    ['FACE-08: the label woman', 'E_GATE_LABEL', (card) => ({ ...card, labels: ['woman'], map: { woman: 'person' } })],
    ['a map to a class that does not exist', 'E_GATE_LABEL', (card) => ({ ...card, map: { person: 'suspect' } })],
    ['a map to a class that is no leaf', 'E_GATE_LABEL', (card) => ({ ...card, map: { car: 'vehicle' } })],
    ['a map of a label it does not have', 'E_GATE_LABEL', (card) => ({ ...card, map: { van: 'van' } })],
    ['the same label twice', 'E_GATE_LABEL', (card) => ({ ...card, labels: ['person', 'person'] })],
    [
      'a threshold for no class',
      'E_GATE_LABEL',
      (card) => ({ ...card, thresholds: { score: 0.5, nmsIou: 0.5, perClass: { dog: 1 } } }),
    ],
    ['a source that is no address', 'E_GATE_LABEL', ({ test: _, ...card }) => card],
    ['outputs of another decoder', 'E_GATE_CONTRACT', (card) => ({ ...card, outputs: { predictions: 'boxes' } })],
    ['a role that no decoder reads', 'E_GATE_LABEL', (card) => ({ ...card, outputs: { landmarks: 'boxes' } })],
  ];
  it.each(changes)('refuses a card with %s', async (_, code, change) => {
    const card = await blobCard();
    expect(() => parseCard(card, 'card')).not.toThrow();
    expect(() => parseCard(change(card), 'card')).toThrow(expect.objectContaining({ code }));
  });

  it('refuses two cards of one name, and a card that is not JSON', async () => {
    const { file: _, ...card } = await blobCard();
    await place('one', card);
    await place('two', card);
    await expect(loadCards([folder])).rejects.toMatchObject({ code: 'E_GATE_LABEL' });
    await writeFile(path.join(folder, 'two', 'card.json'), '{');
    await expect(loadCards([folder])).rejects.toMatchObject({ code: 'E_GATE_LABEL' });
  });
});

describe('weights', () => {
  it('are found by digest under any name, and their bytes are what is loaded', async () => {
    const { file: _, ...card } = await blobCard();
    await place('cards/blob', card);
    await mkdir(path.join(folder, 'weights/deep'), { recursive: true });
    await writeFile(path.join(folder, 'weights/a.onnx'), 'not these');
    await copyFile(path.join(BLOB, 'blob-detector.onnx'), path.join(folder, 'weights/deep/renamed.onnx'));
    const folders = { cardFolders: [path.join(folder, 'cards')], weightFolders: [path.join(folder, 'weights')] };
    const model = chooseDetector(await findModels(folders));
    expect(path.basename(model.weightsPath ?? '')).toBe('renamed.onnx');
    const { bytes } = await loadModel(model);
    expect(Buffer.compare(bytes, await readFile(path.join(BLOB, 'blob-detector.onnx')))).toBe(0);
  });

  it('FACE-12: refuses a file that the card names and that has another digest', async () => {
    await place('blob', await blobCard());
    await writeFile(path.join(folder, 'blob/blob-detector.onnx'), 'other bytes');
    await expect(findModels({ cardFolders: [folder], weightFolders: [] })).rejects.toMatchObject({
      code: 'E_GATE_HASH',
    });
  });

  it('FACE-12: refuses weights that were exchanged after they were found', async () => {
    await place('blob', await blobCard());
    await copyFile(path.join(BLOB, 'blob-detector.onnx'), path.join(folder, 'blob/blob-detector.onnx'));
    const model = chooseDetector(await findModels({ cardFolders: [folder], weightFolders: [] }));
    await writeFile(path.join(folder, 'blob/blob-detector.onnx'), 'other bytes');
    await expect(loadModel(model)).rejects.toMatchObject({ code: 'E_GATE_HASH' });
  });

  it('says so when there are none', async () => {
    const models = await findModels({ cardFolders: [CARD_FOLDER], weightFolders: [] });
    expect(models.map(({ weightsPath }) => weightsPath)).toEqual([undefined, undefined, undefined, undefined]);
    expect(() => chooseDetector(models)).toThrow(expect.objectContaining({ code: 'E_MODEL_NONE' }));
    expect(() => chooseDetector(models, 'yolox-nano')).toThrow(expect.objectContaining({ code: 'E_MODEL_NONE' }));
  });
});

describe('the choice of a detector', () => {
  it('takes the highest priority, a named one before that, and a test detector only when nothing else is there', async () => {
    const card = parseCard(await blobCard(), 'card');
    const { test: _, ...real } = { ...card, source: 'https://example.org/model' };
    const found = [
      { card: { ...card, priority: 99 }, folder, weightsPath: 'test.onnx' },
      { card: { ...real, name: 'low', priority: 1 }, folder, weightsPath: 'low.onnx' },
      { card: { ...real, name: 'high', priority: 2 }, folder, weightsPath: 'high.onnx' },
      { card: { ...real, name: 'absent', priority: 3 }, folder, weightsPath: undefined },
    ];
    expect(chooseDetector(found).card.name).toBe('high');
    expect(chooseDetector(found, 'low').card.name).toBe('low');
    expect(chooseDetector(found, 'blob-detector').card.name).toBe('blob-detector');
    expect(chooseDetector(found.slice(0, 1)).card.name).toBe('blob-detector');
  });
});

describe('differe models', () => {
  it('lists every card as JSON', async () => {
    const out: string[] = [];
    const io = { out: (text: string) => out.push(text), err: () => {} };
    expect(await modelsCommand(['list'], io)).toBe(0);
    expect(JSON.parse(out.join('\n'))).toContainEqual(
      expect.objectContaining({
        name: 'yolox-nano',
        licence: 'Apache-2.0',
        classes: expect.arrayContaining(['person', 'car']),
      }),
    );
    expect(JSON.parse(out.join('\n'))).toContainEqual(
      expect.objectContaining({ name: 'street-crop', role: 'crop-classifier', present: true }),
    );
    expect(await modelsCommand(['lisp'], io)).toBe(2);
  });

  it('FACE-12: G8: admit takes no key that says it is of another office, and writes over no admission', async () => {
    const put = async (name: string, content: object): Promise<string> => {
      await writeFile(path.join(folder, name), JSON.stringify(content));
      return path.join(folder, name);
    };
    const keyOf = (role: string, signs: readonly string[]): Promise<string> =>
      put(`${role}.json`, { kid: `${role}-1`, iss: role, env: 'test', role, signs });
    const dossier = await put('dossier.json', { dossier: { id: 'D-1', version: 1 } });
    const admit = async (key: string, ...more: readonly string[]) => {
      const err: string[] = [];
      const words = ['admit', path.join(BLOB, 'blob-detector.onnx'), '--key', key, '--aud', 'a', '--dossier', dossier];
      const exit = await modelsCommand([...words, ...more], { out: () => {}, err: (text) => err.push(text) });
      return { exit, err: err.join('\n') };
    };
    const other = await admit(await keyOf('responsable', ['differe-dossier+jwt']));
    expect(other.exit).toBe(1);
    expect(other.err).toMatch(/^E_KEY_OFFICE: [\s\S]*signed by technique, dpo; responsable-1/);
    const there = await admit(await keyOf('dpo', ['differe-admission+jwt']), '--out', dossier);
    expect([there.exit, there.err]).toEqual([2, expect.stringContaining('dossier.json exists; not overwritten')]);
  });
});
