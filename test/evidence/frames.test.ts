import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SceneSpec } from '../../benchmarks/scenes/types.ts';
import { readPacketList } from '../../gateway/analysis/packets.ts';
import type { AnalysisResult, LedgerInterval } from '../../gateway/analysis/types.ts';
import { makeSpan } from '../../gateway/evidence/clip.ts';
import { blockPx, coarseSpans } from '../../gateway/evidence/coarse.ts';
import { factsOf, firstFrameFrom, keyFramesAround } from '../../gateway/evidence/frame-facts.ts';
import { GROUP_FRAMES, groupOf, makeFrames } from '../../gateway/evidence/frames.ts';
import { readKeyFrames } from '../../gateway/evidence/key-frames.ts';
import type { CaseId, JobId } from '../../gateway/ids.ts';
import { type Footage, filmScene, requisitionOf, resultOf } from './fixtures.ts';

const caseId = randomUUID() as string as CaseId;
const requisition = requisitionOf(caseId);

const at = (timeSeconds: number, x: number, y: number) => ({ timeSeconds, x, y });
const scene: SceneSpec = {
  name: 'anywhere',
  widthPx: 322,
  heightPx: 240,
  framesPerSecond: 25,
  durationSeconds: 4,
  seed: 9,
  noise: 2,
  gopSeconds: 1,
  objects: [
    { id: 1, class: 'person', upper: 'red', lower: 'blue', heightPx: 90, path: [at(0.4, -20, 200), at(3.6, 340, 200)] },
    { id: 2, class: 'person', upper: 'green', lower: 'black', heightPx: 70, path: [at(1, 340, 120), at(3, 200, 120)] },
    { id: 3, class: 'car', colour: 'blue', heightPx: 40, path: [at(1, -50, 236), at(3, 370, 236)] },
  ],
};

interface Grey {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly pixels: Uint8Array;
}

async function greyOf(jpeg: Buffer | undefined): Promise<Grey> {
  const { data, info } = await sharp(jpeg).greyscale().raw().toBuffer({ resolveWithObject: true });
  return { widthPx: info.width, heightPx: info.height, pixels: data };
}

function spread(picture: Grey, left: number, top: number, right: number, bottom: number) {
  const values: number[] = [];
  for (let y = Math.max(0, Math.ceil(top)); y < Math.min(picture.heightPx, bottom); y++) {
    for (let x = Math.max(0, Math.ceil(left)); x < Math.min(picture.widthPx, right); x++) {
      values.push(picture.pixels[y * picture.widthPx + x] ?? 0);
    }
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, most: Math.max(...values.map((value) => Math.abs(value - mean))) };
}

/** Every frame of the file by an ffmpeg of our own. */
function reference({ file, exhibit }: Footage): readonly Uint8Array[] {
  const { widthPx, heightPx } = exhibit.timeline;
  const { stdout } = spawnSync(
    'ffmpeg',
    ['-v', 'error', '-i', file, '-fps_mode', 'passthrough', '-f', 'rawvideo', '-pix_fmt', 'gray', 'pipe:1'],
    { maxBuffer: 2 ** 30 },
  );
  const size = widthPx * heightPx;
  return Array.from({ length: stdout.length / size }, (_, index) => stdout.subarray(index * size, (index + 1) * size));
}

/** How far a shown picture is from a frame of the file, where it is not covered. */
function distance(shown: Grey, frame: Uint8Array): number {
  let sum = 0;
  let count = 0;
  for (let index = 0; index < frame.length; index++) {
    const value = shown.pixels[index] ?? 0;
    if (value < 24) continue;
    sum += Math.abs(value - (frame[index] ?? 0));
    count++;
  }
  return sum / count;
}

async function orderOf(footage: Footage, result: AnalysisResult) {
  const { exhibit, file } = footage;
  return {
    sourcePath: file,
    exhibit,
    result,
    bystanders: [],
    table: await readPacketList(exhibit, file),
    keyFrames: await readKeyFrames(exhibit, file),
  };
}

async function allFrames(order: Awaited<ReturnType<typeof orderOf>>): Promise<ReadonlyMap<number, Buffer>> {
  const all = new Map<number, Buffer>();
  for (let first = 1; first <= order.table.count; first += GROUP_FRAMES) {
    for (const [number, jpeg] of await makeFrames(requisition, { ...order, first })) all.set(number, jpeg);
  }
  return all;
}

const withIntervals = (result: AnalysisResult, intervals: readonly LedgerInterval[]): AnalysisResult => ({
  ...result,
  ledger: { ...result.ledger, intervals },
});

const QUIET: readonly LedgerInterval[] = [
  { fromSeconds: 0, toSeconds: 1.5, state: 'analysed', framesPerSecond: 5 },
  { fromSeconds: 1.5, toSeconds: 3, state: 'quiet' },
  { fromSeconds: 3, toSeconds: 4, state: 'analysed', framesPerSecond: 5 },
];

describe('frames of an exhibit anywhere', () => {
  let footage: Footage;
  beforeAll(async () => {
    footage = await filmScene(caseId, scene, 'scene.mp4');
  });

  it.each([
    ['scene.mp4', {}],
    ['scene.mkv', {}],
    ['scene.ts', {}],
    ['scene.avi', { codec: 'mpeg4' }],
    ['scene.h264', {}],
  ] as const)('PRO-02: %s gives each frame by its number, every head and plate covered', async (name, options) => {
    const filmed = name === 'scene.mp4' ? footage : await filmScene(caseId, scene, name, options);
    const shown = await allFrames(await orderOf(filmed, resultOf(filmed, 8)));
    const frames = reference(filmed);
    expect([...shown.keys()]).toEqual(Array.from({ length: frames.length }, (_, index) => index + 1));
    let seen = 0;
    for (const [number, jpeg] of shown) {
      const picture = await greyOf(jpeg);
      for (const box of filmed.truth.filter(({ frame }) => frame === number)) {
        const region =
          box.class === 'person'
            ? [box.left, box.top, box.left + box.width, box.top + 0.15 * box.height]
            : [
                ...[box.left + 0.3 * box.width, box.top + 0.65 * box.height],
                ...[box.left + 0.7 * box.width, box.top + box.height],
              ];
        const { mean } = spread(picture, ...(region as [number, number, number, number]));
        expect(mean, `frame ${number} object ${box.id}`).toBeLessThan(24);
        seen++;
      }
      // While things move, no neighbour looks like it.
      if (number % 9 !== 0 || number < 30 || number > 70) continue;
      const distances = [-2, -1, 0, 1, 2].map((step) =>
        distance(picture, frames[number - 1 + step] ?? new Uint8Array()),
      );
      expect(Math.min(...distances), `frame ${number}`).toBe(distances[2]);
    }
    expect(seen).toBe(filmed.truth.length);
  });

  it('PRO-02: what the analysis did not look at is shown in blocks of one colour, on every frame of it and no other', async () => {
    // Nothing was seen in the quiet part: the tracks end before it, though persons go on walking through it.
    const seen = resultOf(footage, 5);
    const result = withIntervals(
      {
        ...seen,
        tracks: seen.tracks.map((track) => ({
          ...track,
          points: track.points.filter(({ timeSeconds }) => timeSeconds < 1.3),
        })),
      },
      QUIET,
    );
    const order = await orderOf(footage, result);
    const block = blockPx(result.picture);
    expect(block).toBe(16);
    for (const [number, jpeg] of await allFrames(order)) {
      const picture = await greyOf(jpeg);
      const isQuiet = number > 38 && number <= 75;
      const blocks = Array.from({ length: 20 * 15 }, (_, index) => {
        const [x, y] = [(index % 20) * block, Math.floor(index / 20) * block];
        return spread(picture, x + 1, y + 1, x + block - 1, y + block - 1).most;
      });
      const most = Math.max(...blocks);
      if (isQuiet) expect(most, `frame ${number}`).toBeLessThan(12);
      else expect(most, `frame ${number}`).toBeGreaterThan(25);
    }
  });

  it.each(['scene.mp4', 'scene.h264'])(
    'REQ-07: %s has two windows within a group: each frame is its own, and none of between',
    async (name) => {
      const filmed = name === 'scene.mp4' ? footage : await filmScene(caseId, scene, name, {});
      const order = await orderOf(filmed, resultOf(filmed, 8));
      const first = 49;
      const secondsOf = (number: number) => order.table.secondsOf(order.table.pts[number - 1] ?? Number.NaN);
      const windows = [
        { fromSeconds: 0, toSeconds: secondsOf(51) },
        { fromSeconds: secondsOf(56), toSeconds: 4 },
      ];
      const whole = await makeFrames(requisition, { ...order, first });
      const parted = await makeFrames(requisition, { ...order, exhibit: { ...order.exhibit, windows }, first });
      expect([...parted.keys()]).toEqual([49, 50, 51, 56, 57, 58, 59, 60]);
      for (const [number, jpeg] of parted)
        expect(jpeg.equals(whole.get(number) as Buffer), `frame ${number}`).toBe(true);
    },
  );

  it('PRO-02: a clip that ends where the analysed time ends has its last frame in blocks, as the frame alone has', () => {
    expect(coarseSpans({ intervals: QUIET }, { fromSeconds: 0, toSeconds: 1.5 })).toEqual([
      { fromSeconds: 1.5, toSeconds: 1.5 },
    ]);
    expect(coarseSpans({ intervals: QUIET }, { fromSeconds: 0, toSeconds: 1.4 })).toEqual([]);
    expect(coarseSpans({ intervals: QUIET }, { fromSeconds: 3, toSeconds: 4 })).toEqual([]);
  });

  it('PRO-02: the same of a clip', async () => {
    const order = await orderOf(footage, withIntervals(resultOf(footage, 5), QUIET));
    const cut = { fromSeconds: 0, toSeconds: 4 };
    for (const [name, source] of [
      ['by times', order],
      ['by number', { ...order, ...(await orderOf(await filmScene(caseId, scene, 'clip.h264'), order.result)) }],
    ] as const) {
      const { mp4, filter } = await makeSpan(requisition, { ...source, result: order.result, cut, track: undefined });
      expect(filter.match(/pixelize/g), name).toHaveLength(1);
      const { stdout } = spawnSync(
        'ffmpeg',
        ['-v', 'error', '-i', 'pipe:0', '-fps_mode', 'passthrough', '-f', 'rawvideo', '-pix_fmt', 'gray', 'pipe:1'],
        {
          input: mp4,
          maxBuffer: 2 ** 30,
        },
      );
      expect(stdout.length / (322 * 240), name).toBe(100);
      for (let index = 0; index < 100; index++) {
        const pixels = stdout.subarray(index * 322 * 240, (index + 1) * 322 * 240);
        const picture = { widthPx: 322, heightPx: 240, pixels };
        // A wall with noise and a person walking by is not of one colour.
        const inner = Array.from({ length: 20 * 15 }, (_, place) => {
          const [x, y] = [(place % 20) * 16, Math.floor(place / 20) * 16];
          return spread(picture, x + 3, y + 3, x + 13, y + 13).most;
        });
        const [isCertainlyQuiet, isCertainlySeen] = [index >= 38 && index < 75, index < 36 || index >= 77];
        if (isCertainlyQuiet) expect(Math.max(...inner), `${name}, frame ${index + 1}`).toBeLessThan(20);
        if (isCertainlySeen && index > 12 && index < 88)
          expect(Math.max(...inner), `${name}, frame ${index + 1}`).toBeGreaterThan(30);
      }
    }
  });

  it('a frame of the quiet part on which something was seen was looked at, and is masked like any other', async () => {
    const order = await orderOf(footage, withIntervals(resultOf(footage, 25), QUIET));
    // Frame 51 bears points (every 25th); frame 50 lies in the quiet part.
    const analysed = {
      exhibit: order.exhibit,
      result: order.result,
      bystanders: [],
      jobId: randomUUID() as JobId,
      resultText: '',
      rectified: new Map(),
    };
    const facts = factsOf(analysed, order.table, 50, 52);
    expect(facts.map(({ number, shown, isAnalysed }) => [number, shown, isAnalysed])).toEqual([
      [50, 'coarse', false],
      [51, 'masked', true],
      [52, 'coarse', false],
    ]);
    const group = await makeFrames(requisition, { ...order, first: groupOf(51) });
    const [before, probe] = await Promise.all([greyOf(group.get(50)), greyOf(group.get(51))]);
    const frames = reference(footage);
    expect(distance(probe, frames[50] as Uint8Array)).toBeLessThan(4);
    expect(distance(before, frames[49] as Uint8Array)).toBeGreaterThan(6);
  });

  it('key frames of a span come with the one before it and the one after it, and no others', () => {
    const key = Uint8Array.from({ length: 40 }, (_, index) => (index % 10 === 0 ? 1 : 0));
    const table = { key, count: 40, pts: new Float64Array(40), durationSeconds: 4, secondsOf: () => 0 };
    expect(keyFramesAround(table, 12, 15)).toEqual([11, 21]);
    expect(keyFramesAround(table, 11, 21)).toEqual([1, 11, 21, 31]);
    expect(keyFramesAround(table, 1, 2)).toEqual([1, 11]);
    expect(keyFramesAround(table, 31, 40)).toEqual([21, 31]);
    expect(keyFramesAround(table, 1, 40)).toEqual([1, 11, 21, 31]);
  });

  it('REQ-07: frames outside the windows of the requisition are not decoded into pictures', async () => {
    const order = await orderOf(footage, resultOf(footage, 8));
    const exhibit = { ...order.exhibit, windows: [{ fromSeconds: 0.2, toSeconds: 0.4 }] };
    expect([...(await makeFrames(requisition, { ...order, exhibit, first: 1 })).keys()]).toEqual([6, 7, 8, 9, 10, 11]);
    await expect(makeFrames(requisition, { ...order, exhibit, first: 25 })).rejects.toMatchObject({
      code: 'E_REQ_SCOPE',
    });
    const other = requisitionOf(randomUUID() as string as CaseId);
    await expect(makeFrames(other, { ...order, first: 1 })).rejects.toMatchObject({ code: 'E_PRO_SILO' });
  });

  it('facts of a minute go through long tracks once, and not for every frame', async () => {
    const order = await orderOf(footage, resultOf(footage, 5));
    let reads = 0;
    const points = Array.from({ length: 2000 }, (_, index) => ({
      get frame() {
        reads++;
        return 1000 + index;
      },
      ...{ pts: 0, timeSeconds: index / 500, left: 0, top: 0, width: 9, height: 9, score: 1, observed: true },
    }));
    const result = withIntervals(
      { ...order.result, tracks: order.result.tracks.slice(0, 1).map((track) => ({ ...track, points })) },
      [{ fromSeconds: 0, toSeconds: 4, state: 'quiet' }],
    );
    const analysed = { exhibit: order.exhibit, result, bystanders: [], jobId: randomUUID() as JobId };
    const facts = factsOf({ ...analysed, resultText: '', rectified: new Map() }, order.table, 1, 100);
    expect(facts.every(({ shown }) => shown === 'coarse')).toBe(true);
    expect(reads).toBeLessThan(5 * points.length);
  });

  it('times of frames are those of the packets, of the recorder and corrected', async () => {
    const order = await orderOf(footage, resultOf(footage, 5));
    const analysed = {
      exhibit: order.exhibit,
      result: order.result,
      bystanders: [],
      jobId: randomUUID() as JobId,
      resultText: '',
      rectified: new Map(),
    };
    const [first] = factsOf(analysed, order.table, 26, 26);
    expect(first).toMatchObject({
      number: 26,
      timeSeconds: 1,
      recorderTime: '2026-03-14T14:02:01.000Z',
      trueTime: '2026-03-14T14:01:19.000Z',
      isAnalysed: true,
    });
    expect(firstFrameFrom(order.table, 1)).toBe(26);
    expect(firstFrameFrom(order.table, 1.01)).toBe(27);
    expect(firstFrameFrom(order.table, 99)).toBe(101);
  });
});

describe('what nobody looked at', () => {
  it('is all that no analysed interval holds, the ends and gaps of a ledger included', () => {
    const intervals = QUIET;
    expect(coarseSpans({ intervals }, { fromSeconds: 0, toSeconds: 4 })).toEqual([{ fromSeconds: 1.5, toSeconds: 3 }]);
    expect(coarseSpans({ intervals }, { fromSeconds: 3.2, toSeconds: 4.5 })).toEqual([
      { fromSeconds: 4, toSeconds: 4.5 },
    ]);
    expect(coarseSpans({ intervals: [] }, { fromSeconds: 1, toSeconds: 2 })).toEqual([
      { fromSeconds: 1, toSeconds: 2 },
    ]);
    expect(coarseSpans({ intervals }, { fromSeconds: 0.2, toSeconds: 1.4 })).toEqual([]);
  });
});
