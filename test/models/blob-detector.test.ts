import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namedScenes, type SceneName } from '../../benchmarks/scenes/named.ts';
import type { WriteOptions } from '../../benchmarks/scenes/write.ts';
import { writeSceneOnce } from '../support/run-folder.ts';
import { detectFile, MODEL_FILE, type Score, scoreAgainst } from './detect.ts';
import { makeBlobDetector } from './make-blob-detector.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'differe-blob-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function scoreScene(name: SceneName, fileName: string, options: WriteOptions = {}, every = 1) {
  const spec = namedScenes[name];
  const file = join(folder, fileName);
  const written = await writeSceneOnce(spec, file, options);
  const { seen, medianMs } = await detectFile(file, spec.widthPx, spec.heightPx, every);
  const truth = written.truth.filter((box) => box.frame % every === 0);
  const score = scoreAgainst(truth, seen, 0.3);
  report(`${name} ${fileName}`, score, medianMs);
  return { score, seen };
}

function report(what: string, score: Score, medianMs: number): void {
  const figures = [score.recall, score.precision, score.meanIou].map((value) => value.toFixed(3)).join(' ');
  console.error(
    `${what}: ${score.truthBoxes} boxes; recall, precision, IoU ${figures}; ${medianMs.toFixed(1)} ms a frame`,
  );
}

describe('the test detector', () => {
  it('is made again byte for byte by its script, and its card bears its digest', async () => {
    const made = makeBlobDetector();
    const shipped = await readFile(MODEL_FILE);
    const digest = createHash('sha256').update(shipped).digest('hex');
    expect(createHash('sha256').update(made.onnx).digest('hex')).toBe(digest);
    const cardText = await readFile(join(import.meta.dirname, 'blob-detector.card.json'), 'utf8');
    expect(JSON.parse(cardText)).toEqual(JSON.parse(made.card));
    expect(JSON.parse(cardText).sha256).toBe(digest);
    expect(shipped.length).toBeLessThan(300_000);
  });

  it('finds every object of the street with tight boxes and calls nothing else an object', async () => {
    const { score } = await scoreScene('street', 'street.mp4');
    expect(score.truthBoxes).toBeGreaterThan(500);
    expect(score.recall).toBeGreaterThan(0.98);
    expect(score.precision).toBeGreaterThan(0.99);
    expect(score.meanIou).toBeGreaterThan(0.9);
  });

  it('finds the objects of three segments', async () => {
    const { score } = await scoreScene('long', 'long.mp4', {}, 3);
    expect(score.recall).toBeGreaterThan(0.98);
    expect(score.precision).toBeGreaterThan(0.99);
    expect(score.meanIou).toBeGreaterThan(0.9);
  });

  it('takes two persons for one only while they touch', async () => {
    const { score } = await scoreScene('crossing', 'crossing.mp4');
    expect(score.recall).toBeGreaterThan(0.93);
    expect(score.precision).toBeGreaterThan(0.97);
  });

  it('sees nothing in the empty street, its clock included', async () => {
    expect((await scoreScene('quiet', 'quiet.mp4')).seen).toEqual([]);
  });

  it.each([
    ['HEVC in Matroska', 'street.mkv', { codec: 'hevc' }],
    ['MPEG-4 part 2 in AVI', 'street.avi', { codec: 'mpeg4' }],
    ['a variable frame rate', 'street-vfr.mp4', { dropFrames: [5, 6, 7, 50, 51, 90, 200] }],
  ] as const)('finds the same objects through %s', async (_, fileName, options) => {
    const { score } = await scoreScene('street', fileName, options, 2);
    expect(score.recall).toBeGreaterThan(0.97);
    expect(score.precision).toBeGreaterThan(0.98);
  });
});
