import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelCard } from '../../gateway/admission/card.ts';
import { createDetectorPool, type DetectorPool } from '../../gateway/analysis/detector-pool.ts';
import { CARD_FOLDER, chooseDetector, findModels, type LoadedModel, loadModel } from '../../gateway/analysis/models.ts';
import type { RgbFrame } from '../../gateway/analysis/types.ts';
import { dyingAt } from './dying.ts';

const BLOB = path.join(import.meta.dirname, '../models');
const SHARED = path.join(import.meta.dirname, '../../../shared');
const PICTURE = path.join(SHARED, 'labelled/coco_val128/images/000000000785.jpg');

let blob: LoadedModel;
let pool: DetectorPool;
beforeAll(async () => {
  blob = await loadModel(chooseDetector(await findModels({ cardFolders: [BLOB], weightFolders: [] })));
  pool = await createDetectorPool({ ...blob, threads: 2 });
});
afterAll(() => pool.close());

interface Patch {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Grey ground with red areas: what the test detector knows. */
function drawn(number: number, areas: readonly Patch[], scale = 1): RgbFrame {
  const [widthPx, heightPx] = [416, 234];
  const rgb = new Uint8Array(widthPx * heightPx * 3).fill(128);
  for (const { left, top, width, height } of areas) {
    for (let y = top; y < top + height; y += 1) {
      for (let x = left; x < left + width; x += 1) rgb.set([200, 20, 30], (y * widthPx + x) * 3);
    }
  }
  return {
    ref: { number, pts: number },
    timeSeconds: number / 5,
    widthPx,
    heightPx,
    scaleX: scale,
    scaleY: scale,
    rgb,
  };
}

const car = (left: number): Patch => ({ left, top: 100, width: 80, height: 40 });

describe('the detector pool', () => {
  it('refuses to start where what it shall run on is missing, and does not fall back in silence', async () => {
    const beside = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
    const library = path.join(path.dirname(beside), 'bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so');
    const started = createDetectorPool({ ...blob, threads: 1, provider: 'cuda' });
    if (existsSync(library)) return await started.then((open) => open.close());
    await expect(started).rejects.toThrow(
      expect.objectContaining({ code: 'E_MODEL_PROVIDER', detail: 'blob-detector on cuda' }),
    );
  });

  it('finds what is on a frame, in pixels of the original picture', async () => {
    const [found, ...others] = await pool.detect(drawn(1, [car(120)], 2));
    expect(others).toEqual([]);
    expect(found?.class).toBe('car');
    expect(found?.left).toBeCloseTo(240, -1);
    expect(found?.top).toBeCloseTo(200, -1);
    expect(found?.width).toBeCloseTo(160, -1.2);
    expect(found?.height).toBeCloseTo(80, -1.2);
    expect(await pool.detect(drawn(2, []))).toEqual([]);
  });

  it('gives the same detections in whatever thread, each to its own call', async () => {
    const frames = Array.from({ length: 12 }, (_, index) => drawn(index, [car(10 + 25 * index)]));
    const together = await Promise.all(frames.map((frame) => pool.detect(frame)));
    const single = await createDetectorPool({ ...blob, threads: 1 });
    for (const [index, frame] of frames.entries()) {
      expect(together[index]).toEqual(await single.detect(frame));
      expect(together[index]?.[0]?.left).toBeCloseTo(10 + 25 * index, -1);
    }
    expect(single.calls).toBe(12);
    await single.close();
  });

  it('keeps nothing of a frame that its owner uses again at once', async () => {
    const frames = [car(40), car(240), car(140)].map((area, index) => drawn(index, [area]));
    const answers = frames.map((frame) => {
      const answer = pool.detect(frame);
      frame.rgb.fill(128);
      return answer;
    });
    expect((await Promise.all(answers)).map((found) => found.length)).toEqual([1, 1, 1]);
  });

  it('FACE-12: refuses bytes that are not those of the card', async () => {
    const bytes = blob.bytes.slice();
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;
    await expect(createDetectorPool({ card: blob.card, bytes, threads: 1 })).rejects.toMatchObject({
      code: 'E_GATE_HASH',
    });
  });

  const contracts: readonly [string, (card: ModelCard) => ModelCard][] = [
    ['input name', (card) => ({ ...card, input: { ...card.input, name: 'image' } })],
    ['input size', (card) => ({ ...card, input: { ...card.input, width: 320 } })],
    ['output name', (card) => ({ ...card, outputs: { boxes: 'boxes', scores: 'logits' } })],
    ['number of labels', (card) => ({ ...card, labels: [...card.labels, 'dog'] })],
    ['decoder', (card) => ({ ...card, decoder: 'yolox', outputs: { predictions: 'boxes' } })],
  ];
  it.each(contracts)('refuses a graph whose %s is not that of the card', async (_, change) => {
    const refused = createDetectorPool({ card: change(blob.card), bytes: blob.bytes, threads: 1 });
    await expect(refused).rejects.toMatchObject({ code: 'E_GATE_CONTRACT' });
  });

  it('rejects a frame whose bytes do not fit its size, and works on', async () => {
    const frame = drawn(1, [car(100)]);
    await expect(pool.detect({ ...frame, heightPx: 235 })).rejects.toMatchObject({ code: 'E_JOB_FAILED' });
    expect(await pool.detect(frame)).toHaveLength(1);
  });

  it('rejects the call of a thread that dies, and that of each that is started in its place and dies, too', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'differe-worker-'));
    const file = path.join(folder, 'dies.mjs');
    await writeFile(
      file,
      `import { parentPort } from 'node:worker_threads';
       parentPort.on('message', () => process.exit(3));
       parentPort.postMessage({ kind: 'ready' });`,
    );
    const dying = await createDetectorPool({ ...blob, threads: 1, program: pathToFileURL(file) });
    const calls = await Promise.allSettled([1, 2, 3].map((number) => dying.detect(drawn(number, []))));
    for (const call of calls) expect(call).toMatchObject({ status: 'rejected', reason: { code: 'E_JOB_FAILED' } });
    await expect(dying.detect(drawn(4, []))).rejects.toMatchObject({ code: 'E_JOB_FAILED' });
    await dying.close();
    await rm(folder, { recursive: true });
  });

  it('starts a thread again that died, and loses the call alone that it had', async () => {
    const program = dyingAt(new URL('../../gateway/analysis/onnx-worker.ts', import.meta.url), 2, 5);
    const pool = await createDetectorPool({ ...blob, threads: 2, program });
    const statuses = async (numbers: readonly number[]) =>
      (await Promise.allSettled(numbers.map((number) => pool.detect(drawn(number, [car(100)]))))).map((call) =>
        call.status === 'fulfilled' ? call.value.length : (call.reason as { code: string }).code,
      );
    expect(await statuses([1, 2, 3, 4])).toEqual([1, 'E_JOB_FAILED', 1, 1]);
    expect(await statuses([5])).toEqual(['E_JOB_FAILED']);
    expect(await statuses([6, 7, 8, 9])).toEqual([1, 1, 1, 1]);
    expect(pool.calls).toBe(7);
    await pool.close();
  });

  it('answers what is under way before it closes, and nothing afterwards', async () => {
    const short = await createDetectorPool({ ...blob, threads: 1 });
    const answers = [1, 2, 3].map((number) => short.detect(drawn(number, [car(100)])));
    await short.close();
    expect((await Promise.all(answers)).map((found) => found.length)).toEqual([1, 1, 1]);
    await expect(short.detect(drawn(4, []))).rejects.toMatchObject({ code: 'E_JOB_FAILED' });
  });

  it('ends what a thread runs and refuses what waits for one when it is to close now', async () => {
    const short = await createDetectorPool({ ...blob, threads: 1 });
    const answers = [1, 2, 3].map((number) => short.detect(drawn(number, [car(100)])));
    const said = Promise.allSettled(answers);
    await short.close({ isNow: true });
    expect((await said).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  });

  it('asks the decoder for even sizes of the same aspect that fit the input', () => {
    expect(pool.decodeSize({ widthPx: 1920, heightPx: 1080 })).toEqual({ widthPx: 416, heightPx: 234 });
    expect(pool.decodeSize({ widthPx: 1080, heightPx: 1920 })).toEqual({ widthPx: 234, heightPx: 416 });
    expect(pool.decodeSize({ widthPx: 161, heightPx: 120 })).toEqual({ widthPx: 160, heightPx: 120 });
  });
});

// One picture with a known content for each published network, when its weights and the picture are there.
describe.skipIf(!existsSync(PICTURE))('a published network', () => {
  it.each(['yolox-nano', 'picodet-s-416'])('%s finds the skier of a labelled picture', async (name) => {
    const models = await findModels({ cardFolders: [CARD_FOLDER], weightFolders: [path.join(SHARED, 'models')] });
    const network = await createDetectorPool({ ...(await loadModel(chooseDetector(models, name))), threads: 1 });
    const { data, info } = await sharp(PICTURE).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const size = { widthPx: info.width, heightPx: info.height };
    const found = await network.detect({
      ref: { number: 1, pts: 0 },
      timeSeconds: 0,
      ...size,
      scaleX: 1,
      scaleY: 1,
      rgb: data,
    });
    await network.close();
    const [best] = found;
    expect(best).toMatchObject({ class: 'person' });
    // Ground truth of the picture: the skier from (280, 44) to (499, 387).
    expect(best?.score).toBeGreaterThan(0.7);
    expect(Math.abs((best?.left ?? 0) - 280)).toBeLessThan(20);
    expect(Math.abs((best?.top ?? 0) - 44)).toBeLessThan(20);
    expect(Math.abs((best?.height ?? 0) - 343)).toBeLessThan(30);
  });
});
