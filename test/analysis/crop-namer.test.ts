import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namedScenes } from '../../benchmarks/scenes/named.ts';
import { type CropCard, parseCropCard } from '../../gateway/admission/crop-card.ts';
import { type CropNamer, createCropNamer, loadCropModel } from '../../gateway/analysis/crop-namer.ts';
import { CARD_FOLDER } from '../../gateway/analysis/models.ts';
import type { RawTrack } from '../../gateway/analysis/types.ts';
import { type Golden, lookAtGolden } from '../../models/training/golden.ts';
import { dyingAt } from './dying.ts';
import { show } from './motion/frames.ts';

const SHIPPED = path.join(CARD_FOLDER, 'street-crop');
const card = async (): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(path.join(SHIPPED, 'card.json'), 'utf8'));

let namer: CropNamer;
beforeAll(async () => {
  namer = await createCropNamer(await loadCropModel(SHIPPED));
});
afterAll(() => namer.close());

/** The tracks that a perfect eye would make of the street. */
function perfectTracks(): { tracks: Map<number, RawTrack>; frames: ReturnType<typeof show>['frames'] } {
  const { frames, truth } = show(namedScenes.street);
  const tracks = new Map<number, RawTrack>();
  for (const [index, boxes] of truth.entries()) {
    const frame = frames[index];
    if (frame === undefined) continue;
    for (const { id, left, top, width, height } of boxes) {
      const before = tracks.get(id) ?? { votes: { object: 1 }, colourCounts: {}, points: [] };
      const point = {
        left,
        top,
        width,
        height,
        ...frame.ref,
        frame: frame.ref.number,
        timeSeconds: frame.timeSeconds,
        score: 0.7,
        observed: true,
      };
      tracks.set(id, { ...before, points: [...before.points, point] });
    }
  }
  return { tracks, frames };
}

describe('the classifier that the repository ships', () => {
  it('names the persons and the cars of the rendered street', async () => {
    const { tracks, frames } = perfectTracks();
    const ids = [...tracks.keys()];
    const before = namer.calls;
    const named = await namer.name([...tracks.values()], frames);
    const best = named.map(({ names = {} }) => Object.entries(names).toSorted((a, b) => b[1] - a[1])[0]?.[0]);
    expect(Object.fromEntries(ids.map((id, index) => [id, best[index]]))).toEqual({
      1: 'car',
      2: 'car',
      3: 'person',
      4: 'person',
    });
    expect(namer.calls - before).toBe(24);
  });

  it('says of the golden crops what it said when it was exported, within a hundredth or two', async () => {
    const golden = JSON.parse(await readFile(path.join(SHIPPED, 'golden.json'), 'utf8')) as readonly Golden[];
    const seen = await lookAtGolden();
    expect(seen.map(({ names: _, ...which }) => which)).toEqual(golden.map(({ names: _, ...which }) => which));
    for (const [index, { names }] of golden.entries()) {
      for (const name of new Set([...Object.keys(names), ...Object.keys(seen[index]?.names ?? {})])) {
        const key = name as keyof typeof names;
        expect(Math.abs((names[key] ?? 0) - (seen[index]?.names[key] ?? 0))).toBeLessThanOrEqual(0.021);
      }
    }
    expect(golden.filter(({ class: name, names }) => (names[name as 'car'] ?? 0) > 0.5).length).toBe(golden.length);
  });

  it('sums at most six crops a track, each a probability', async () => {
    const { tracks, frames } = perfectTracks();
    for (const { names = {} } of await namer.name([...tracks.values()], frames)) {
      const sum = Object.values(names).reduce((total, value) => total + value, 0);
      expect(sum).toBeGreaterThan(5.8);
      expect(sum).toBeLessThan(6.2);
    }
  });

  it('looks at nothing that a detector has named, and at no frame that was not kept', async () => {
    const { tracks, frames } = perfectTracks();
    const [first] = tracks.values();
    if (first === undefined) throw new Error('no track');
    const before = namer.calls;
    const named = { ...first, votes: { car: 0.6 * first.points.length } };
    expect(await namer.name([named], frames)).toEqual([named]);
    expect(await namer.name([first], [])).toEqual([first]);
    expect(namer.calls).toBe(before);
  });

  it('starts its thread again after that died', async () => {
    const program = dyingAt(new URL('../../gateway/analysis/crop-worker.ts', import.meta.url), 1);
    const own = await createCropNamer(await loadCropModel(SHIPPED), program);
    const { tracks, frames } = perfectTracks();
    await expect(own.name([...tracks.values()], frames)).rejects.toMatchObject({ code: 'E_JOB_FAILED' });
    expect(await own.name([...tracks.values()], frames)).toEqual(await namer.name([...tracks.values()], frames));
    await own.close();
    await expect(own.name([...tracks.values()], frames)).rejects.toMatchObject({ code: 'E_JOB_FAILED' });
  });

  it('FACE-11: lets out probabilities of closed labels in hundredths, and nothing finer', async () => {
    const { tracks, frames } = perfectTracks();
    for (const { names = {} } of await namer.name([...tracks.values()], frames)) {
      for (const value of Object.values(names)) expect(value).toBe(Math.round(value * 100) / 100);
    }
  });
});

describe('the card of a classifier', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'differe-crop-'));
    await cp(SHIPPED, folder, { recursive: true });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const changes: readonly [string, (given: Record<string, unknown>) => object][] = [
    ['an unknown member', (given) => ({ ...given, embedding: true })],
    [
      'a label that is no class',
      (given) => ({ ...given, labels: [...(given.labels as string[]).slice(0, 6), 'woman'] }),
    ],
    [
      'FACE-08: a label for faces',
      (given) => ({ ...given, labels: ['person', 'face'], map: { person: 'person', face: 'person' } }),
    ],
    ['a class that is no leaf', (given) => ({ ...given, map: { ...(given.map as object), car: 'vehicle' } })],
    ['more than eight labels', (given) => ({ ...given, labels: [...(given.labels as string[]), 'van', 'suitcase'] })],
    ['the same label twice', (given) => ({ ...given, labels: ['person', 'person'] })],
    ['no source', (given) => ({ ...given, source: 'a friend' })],
  ];
  it.each(changes)('is refused with %s', async (_, change) => {
    const given = await card();
    expect(parseCropCard(given, 'here')).toEqual(given);
    expect(() => parseCropCard(change(given), 'here')).toThrow('E_GATE_LABEL');
  });

  it('FACE-12: opens no weights but those of its digest', async () => {
    const model = await loadCropModel(folder);
    const bytes = new Uint8Array(model.bytes);
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;
    await expect(createCropNamer({ ...model, bytes })).rejects.toThrow('E_GATE_HASH');
  });

  it('is refused when its weights have other outputs', async () => {
    const model = await loadCropModel(folder);
    const other = { ...model.card, output: 'features' } as CropCard;
    await expect(createCropNamer({ ...model, card: other })).rejects.toThrow('E_GATE_CONTRACT');
    const short = { ...model.card, labels: model.card.labels.slice(0, 6) } as CropCard;
    await expect(createCropNamer({ ...model, card: short })).rejects.toThrow('E_GATE_CONTRACT');
  });

  it('is refused without its weights', async () => {
    await writeFile(path.join(folder, 'card.json'), JSON.stringify({ ...(await card()), file: 'elsewhere.onnx' }));
    await expect(loadCropModel(folder)).rejects.toThrow('E_MODEL_NONE');
  });
});

describe('two segments at once', () => {
  it('name their tracks as they do one after the other', async () => {
    const { tracks, frames } = perfectTracks();
    const many = [...tracks.values()];
    const others = many.map((track) => ({ ...track, points: track.points.slice(0, 9) }));
    const [one, two] = [await namer.name(many, frames), await namer.name(others, frames)];
    const together = await Promise.all([namer.name(many, frames), namer.name(others, frames)]);
    expect(together).toEqual([one, two]);
  });
});
