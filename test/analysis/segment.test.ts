import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keptEvery } from '../../gateway/analysis/busy.ts';
import { createFrameStore, type FrameMemory } from '../../gateway/analysis/frame-memory.ts';
import { motText } from '../../gateway/analysis/mot.ts';
import { findMovers } from '../../gateway/analysis/motion/movers.ts';
import { type PacketList, readPacketList } from '../../gateway/analysis/packets.ts';
import { rgbOf } from '../../gateway/analysis/pixels.ts';
import { PLAN_VERSION } from '../../gateway/analysis/plan.ts';
import {
  type BuildFacts,
  buildFacts,
  type ClosingInput,
  closeResult,
  processorOf,
} from '../../gateway/analysis/result.ts';
import { analyseSegment, type SegmentDeps } from '../../gateway/analysis/segment.ts';
import { cutSegments } from '../../gateway/analysis/segments.ts';
import { track } from '../../gateway/analysis/track.ts';
import type {
  Box,
  DecodedFrame,
  Detection,
  RawTrack,
  SegmentResult,
  Track,
  TrackPoint,
} from '../../gateway/analysis/types.ts';
import { sha256Hex } from '../../gateway/canonical.ts';
import type { Exhibit } from '../../gateway/footage/types.ts';
import type { Requisition } from '../../gateway/requisition/types.ts';
import { CLASSES, COLOURS } from '../../gateway/vocabulary.ts';
import { ffmpeg, mediaFolder, restartingFilm, timelineOf } from '../media/made-media.ts';

// A white block of 40 x 40 that goes from left to right at 8 px/s over a black ground, for 70 s: two segments.
const media = mediaFolder();
afterAll(media.remove);
const file = media.file('block.mp4');
const [WIDTH, HEIGHT] = [640, 120];
const film = (seconds: number): string[] => [
  ...['-f', 'lavfi', '-i', `color=black:s=${WIDTH}x${HEIGHT}:r=10:d=${seconds}`],
  ...['-f', 'lavfi', '-i', `color=white:s=40x40:r=10:d=${seconds}`],
  ...['-filter_complex', '[0][1]overlay=x=8*t:y=40:shortest=1,format=yuv420p', '-r', '10'],
];

const sha256 = sha256Hex('exhibit');
const requisition = { caseId: 'case-1', schedule: { exhibits: [{ sha256 }] } } as unknown as Requisition;
const build: BuildFacts = {
  software: 'differe 0.1.0',
  analysisSha256: '0'.repeat(64),
  ffmpeg: '5.1',
  onnxruntime: '1',
  processor: 'test',
};

let exhibit: Exhibit;
let packets: PacketList;
beforeAll(async () => {
  ffmpeg(...film(70), '-c:v', 'libx264', '-g', '50', '-bf', '2', file);
  const timeline = await timelineOf(file, 'mov');
  const windows = [{ fromSeconds: 0, toSeconds: 70 }];
  exhibit = { caseId: 'case-1', sha256, timeline, windows } as unknown as Exhibit;
  packets = await readPacketList(exhibit, file);
});

/** Finds the bright block, a rectangle, by its first and its last bright byte: the detector of this test reads the decoded pixels. */
function findBlock(frame: DecodedFrame): Detection[] {
  const { widthPx, scaleX, scaleY } = frame;
  const rgb = rgbOf(frame);
  const isBright = (value: number): boolean => value >= 128;
  const first = rgb.findIndex(isBright);
  if (first < 0) return [];
  const pixel = (index: number) => ({ x: Math.floor(index / 3) % widthPx, y: Math.floor(index / 3 / widthPx) });
  const [start, end] = [pixel(first), pixel(rgb.findLastIndex(isBright))];
  const width = (end.x - start.x + 1) * scaleX;
  const height = (end.y - start.y + 1) * scaleY;
  return [{ left: start.x * scaleX, top: start.y * scaleY, width, height, class: 'car', score: 0.8 }];
}

const deps = (change: Partial<SegmentDeps> = {}): SegmentDeps => ({
  detect: (frame) => Promise.resolve(findBlock(frame)),
  decodeSize: () => ({ widthPx: 320, heightPx: 60 }),
  track,
  countColours: (tracks) => tracks.map((raw) => ({ ...raw, colourCounts: { whole: { white: raw.points.length } } })),
  ...change,
});

const analyse = (n: number, change: Partial<SegmentDeps> = {}, over: Partial<Exhibit> = {}, by = requisition) => {
  const segment = cutSegments(packets, undefined)[n];
  if (segment === undefined) throw new Error('no such segment');
  return analyseSegment(
    by,
    { exhibit: { ...exhibit, ...over }, file, packets, segment, framesPerSecond: 5 },
    deps(change),
  );
};

const describeTrack = (raw: RawTrack): Track => ({
  class: 'car',
  confidence: (raw.votes.car ?? 0) / raw.points.length,
  firstSeconds: raw.points[0]?.timeSeconds ?? 0,
  lastSeconds: raw.points.at(-1)?.timeSeconds ?? 0,
  colours: [{ part: 'whole', colour: 'white', share: (raw.colourCounts.whole?.white ?? 0) / raw.points.length }],
  size: { widthPx: 40, heightPx: 40 },
  speed: { medianPxPerSecond: 8.004_9, maxPxPerSecond: -0 },
  directionDegrees: 359.999,
  points: raw.points,
});

const box = ({ left, top, width, height }: TrackPoint): Box => ({ left, top, width, height });

const everything: ClosingInput['permitted'] = { classes: CLASSES, colours: COLOURS };
const close = (segments: readonly SegmentResult[], permitted = everything) =>
  closeResult(
    {
      exhibit,
      packets,
      activity: undefined,
      framesPerSecond: 5,
      segments,
      models: [{ name: 'block', sha256: 'm' }],
      build,
      permitted,
    },
    describeTrack,
  );

describe('analyseSegment', () => {
  it('gives the same in memory that another segment has used, and gives that of a failed one to nobody', async () => {
    const lend = createFrameStore();
    let given = 0;
    const lendFrames = (): FrameMemory => {
      const memory = lend();
      return {
        ...memory,
        giveBack() {
          given += 1;
          memory.giveBack();
        },
      };
    };
    const alone = [await analyse(0), await analyse(1)];
    expect([await analyse(0, { lendFrames }), await analyse(1, { lendFrames })]).toEqual(alone);
    expect(given).toBe(2);
    const detect = () => Promise.reject(new Error('no detector'));
    await expect(analyse(0, { lendFrames, detect })).rejects.toThrow('no detector');
    expect(given).toBe(2);
    expect(await analyse(1, { lendFrames })).toEqual(alone[1]);
  });

  it('finds the block where it is, in pixels of the original picture', async () => {
    const result = await analyse(0);
    expect(result.tracks).toHaveLength(1);
    const points = result.tracks[0]?.points ?? [];
    expect(points).toHaveLength(300);
    for (const point of points) expect(Math.abs(point.left - 8 * point.timeSeconds)).toBeLessThan(4);
    expect(result.work).toEqual({ decodedFrames: 300, detectorCalls: 300 });
    expect(result.intervals).toEqual([{ fromSeconds: 0, toSeconds: 60, state: 'analysed', framesPerSecond: 5 }]);
  });

  it('reaches back into the run-up with its points, not with its votes and colours', async () => {
    const result = await analyse(1);
    const [only] = result.tracks;
    expect(result.work.decodedFrames).toBe(100);
    expect(only?.points[0]?.timeSeconds).toBe(50);
    expect(only?.points).toHaveLength(100);
    expect(only?.votes.car).toBeCloseTo(50 * 0.8, 6);
    expect(only?.colourCounts).toEqual({ whole: { white: 50 } });
    expect(result.intervals).toEqual([{ fromSeconds: 60, toSeconds: 70, state: 'analysed', framesPerSecond: 5 }]);
  });

  it('finds the block by its motion alone where there is no detector', async () => {
    const result = await analyse(0, { detect: undefined, findMovers });
    expect(result.work).toEqual({ decodedFrames: 300, detectorCalls: 0 });
    expect(result.intervals).toEqual([{ fromSeconds: 0, toSeconds: 60, state: 'analysed', framesPerSecond: 5 }]);
    expect(result.tracks).toHaveLength(1);
    expect(Object.keys(result.tracks[0]?.votes ?? {})).toEqual(['object']);
    const points = result.tracks[0]?.points ?? [];
    expect(points.length).toBeGreaterThan(290);
    for (const point of points) expect(Math.abs(point.left - 8 * point.timeSeconds)).toBeLessThan(6);
  });

  it('makes one track of what a detector names and what moves, and counts how often it was seen to move', async () => {
    const result = await analyse(1, { findMovers });
    expect(result.tracks).toHaveLength(1);
    expect(result.tracks[0]?.moved).toBeGreaterThan(45);
    expect(result.tracks[0]?.moved).toBeLessThanOrEqual(50);
    // The detector is shown one frame in four of what moves so slowly.
    expect(result.tracks[0]?.votes.car).toBeGreaterThan(12 * 0.8);
    expect(result.tracks[0]?.votes.car).toBeLessThan(18 * 0.8);
  });

  it('says where the background model could not look: not analysed without a detector, noted beside one', async () => {
    const blind: SegmentDeps['findMovers'] = (frames) =>
      Promise.resolve(
        frames.map(({ timeSeconds }) => (timeSeconds >= 61 && timeSeconds < 64 ? ('camera-moves' as const) : [])),
      );
    const without = await analyse(1, { detect: undefined, findMovers: blind });
    const beside = await analyse(1, { findMovers: blind });
    const part = (fromSeconds: number, toSeconds: number) => ({
      fromSeconds,
      toSeconds,
      state: 'analysed',
      framesPerSecond: 5,
    });
    expect(without.intervals).toEqual([
      part(60, 61),
      { fromSeconds: 61, toSeconds: 64, state: 'undecodable', reason: 'camera-moves' },
      part(64, 70),
    ]);
    expect(beside.intervals).toEqual([part(60, 61), { ...part(61, 64), reason: 'camera-moves' }, part(64, 70)]);
  });

  it('REQ-07: refuses an exhibit that the schedule does not list, or of another case', async () => {
    let seen = 0;
    const detect: SegmentDeps['detect'] = () => Promise.resolve([]).finally(() => seen++);
    await expect(analyse(0, { detect }, { sha256: sha256Hex('another') })).rejects.toThrow('E_REQ_SCOPE');
    const other = { ...requisition, caseId: 'case-2' } as unknown as Requisition;
    await expect(analyse(0, { detect }, {}, other)).rejects.toThrow('E_REQ_SCOPE');
    expect(seen).toBe(0);
  });

  it('REQ-07: shows the detector no frame outside the windows', async () => {
    const times: number[] = [];
    const detect: SegmentDeps['detect'] = (frame) => {
      times.push(frame.timeSeconds);
      return Promise.resolve([]);
    };
    const result = await analyse(0, { detect }, { windows: [{ fromSeconds: 10, toSeconds: 12 }] });
    expect([times[0], times.at(-1), times.length]).toEqual([10, 11.8, 10]);
    expect(result.intervals.map((interval) => interval.state)).toEqual(['outside', 'analysed', 'outside']);
  });

  it('keeps the order of frames when the detector answers out of order', async () => {
    const waiting: (() => void)[] = [];
    const detect: SegmentDeps['detect'] = (frame) =>
      new Promise((resolve) => {
        waiting.push(() => resolve(findBlock(frame)));
        // Answers in pairs, the later one first.
        if (waiting.length === 2 || frame.timeSeconds > 69.7)
          for (const answer of waiting.splice(0).reverse()) answer();
      });
    expect(await analyse(1, { detect })).toEqual(await analyse(1));
  });

  it('ends with the error of the detector', async () => {
    await expect(analyse(1, { detect: () => Promise.reject(new Error('the session died')) })).rejects.toThrow(
      'session died',
    );
  });

  it('marks what does not decode as undecodable', async () => {
    const broken = media.file('broken.avi');
    ffmpeg(...film(10), '-c:v', 'mjpeg', broken);
    const bytes = readFileSync(broken);
    const pictures = [...bytes.toString('latin1').matchAll(/\xff\xd8\xff/g)].map((match) => match.index);
    for (let n = 40; n < 60; n++) bytes.fill(0, pictures[n], (pictures[n] ?? 0) + 300);
    writeFileSync(broken, bytes);
    const timeline = await timelineOf(broken, 'avi');
    const damaged = { ...exhibit, timeline, windows: [{ fromSeconds: 0, toSeconds: 10 }] };
    const list = await readPacketList(damaged, broken);
    const [segment] = cutSegments(list, undefined);
    if (segment === undefined) throw new Error('no segment');
    const input = { exhibit: damaged, file: broken, packets: list, segment, framesPerSecond: 5 };
    const result = await analyseSegment(requisition, input, deps());
    const rate = { framesPerSecond: 5 };
    expect(result.intervals).toEqual([
      { fromSeconds: 0, toSeconds: 4, state: 'analysed', ...rate },
      { fromSeconds: 4, toSeconds: 6, state: 'undecodable', reason: 'E_MEDIA_DECODE' },
      { fromSeconds: 6, toSeconds: 10, state: 'analysed', ...rate },
    ]);
  });
});

describe('memory of a segment', () => {
  it('SEC-11: keeps frames for their colours within 352 MiB, evenly spread', async () => {
    expect(keptEvery(650, { widthPx: 416, heightPx: 234 })).toBe(1);
    expect(keptEvery(650, { widthPx: 1280, heightPx: 720 })).toBe(3);
    let kept: readonly DecodedFrame[] = [];
    const countColours: SegmentDeps['countColours'] = (tracks, frames) => {
      kept = frames;
      return [...tracks];
    };
    const decodeSize = () => ({ widthPx: 2_560, heightPx: 1_200 });
    await analyse(1, { countColours, decodeSize, detect: () => Promise.resolve([]) });
    // 100 frames of 4.6 MB: every other.
    expect(kept.map(({ ref }) => ref.number)).toEqual(Array.from({ length: 50 }, (_, n) => 501 + n * 4));
  });
});

describe('a file whose clock restarts', () => {
  it('is analysed to its end, each frame in its own time, and its ledger covers 28 s', async () => {
    const restarting = restartingFilm(media.folder);
    const timeline = await timelineOf(restarting, 'mpegts');
    const over = { ...exhibit, timeline, windows: [{ fromSeconds: 0, toSeconds: timeline.durationSeconds }] };
    const list = await readPacketList(over, restarting);
    const [segment] = cutSegments(list, undefined);
    if (segment === undefined) throw new Error('no segment');
    const seen: (readonly [number, string])[] = [];
    const detect: SegmentDeps['detect'] = async (frame) => {
      const { timeSeconds } = frame;
      const [red = 0, green = 0, blue = 0] = rgbOf(frame);
      seen.push([timeSeconds, red > 128 ? 'red' : green > 128 ? 'green' : blue > 128 ? 'blue' : 'none']);
      return [];
    };
    const input = { exhibit: over, file: restarting, packets: list, segment, framesPerSecond: 5 };
    const result = await analyseSegment(
      requisition,
      input,
      deps({ detect, decodeSize: () => ({ widthPx: 8, heightPx: 8 }) }),
    );
    expect(seen).toHaveLength(140);
    for (const [time, colour] of seen)
      expect(colour, `${time} s`).toBe(time < 8 ? 'red' : time < 18 ? 'green' : 'blue');
    const models = [{ name: 'none', sha256: 'm' }];
    const closed = closeResult(
      {
        exhibit: over,
        packets: list,
        activity: undefined,
        framesPerSecond: 5,
        segments: [result],
        models,
        build,
        permitted: everything,
      },
      describeTrack,
    );
    expect(closed.result.ledger).toMatchObject({
      durationSeconds: 28,
      intervals: [{ fromSeconds: 0, toSeconds: 28, state: 'analysed' }],
      totals: { analysedSeconds: 28 },
    });
  });

  it('is refused when its packets do not give the timeline that was sealed', async () => {
    const restarting = restartingFilm(media.folder);
    const timeline = { ...(await timelineOf(restarting, 'mpegts')), durationSeconds: 20 };
    await expect(readPacketList({ timeline }, restarting)).rejects.toThrow('E_MEDIA_DECODE');
  });
});

describe('closeResult', () => {
  it('closes one track over two segments, with a ledger that sums to the file', async () => {
    const { result } = close([await analyse(1), await analyse(0)]);
    expect(result.tracks).toHaveLength(1);
    expect(result.tracks[0]).toMatchObject({ firstSeconds: 0, lastSeconds: 69.8, confidence: 0.8 });
    expect(result.tracks[0]?.points).toHaveLength(350);
    expect(result.tracks[0]?.colours).toEqual([{ part: 'whole', colour: 'white', share: 1 }]);
    expect(result.ledger.totals.analysedSeconds).toBe(70);
    expect(result).toMatchObject({ frames: 700, plan: { version: PLAN_VERSION, framesPerSecond: 5, segments: 2 } });
    expect(result.arguments).toHaveLength(2);
  });

  it('gives the same text and digest for the same exhibit, and the digest is that of the text', async () => {
    const pixels: string[][] = [[], []];
    const analysed = async (n: number) => {
      const detect = (frame: DecodedFrame) => {
        pixels[n]?.push(sha256Hex(rgbOf(frame)));
        return Promise.resolve(findBlock(frame));
      };
      return close([await analyse(0, { detect }), await analyse(1, { detect })]);
    };
    const [first, second] = [await analysed(0), await analysed(1)];
    // Should results ever differ, this says whether the pictures did.
    expect(pixels[1]).toEqual(pixels[0]);
    expect(second.result).toEqual(first.result);
    expect(second.text).toBe(first.text);
    expect(first.digest).toBe(sha256Hex(first.text));
    expect(first.text).not.toContain(media.folder);
    expect(JSON.parse(first.text)).toEqual(first.result);
  });

  it('PRO-02: leaves flicker out of the result, and keeps what may be somebody for its mask', async () => {
    const [first, second] = [await analyse(0), await analyse(1)];
    const [block] = first.tracks;
    if (block === undefined) throw new Error('no track');
    const still = (names: NonNullable<RawTrack['names']>): RawTrack => ({
      votes: { object: 5 },
      names,
      colourCounts: {},
      points: block.points.slice(0, 20).map((point) => ({ ...point, left: 200, top: 0, width: 20, height: 40 })),
    });
    const flickering = { ...first, tracks: [block, still({ person: 2, object: 4 }), still({ object: 6 })] };
    const { result, bystanders } = close([flickering, second]);
    expect(result.tracks).toHaveLength(1);
    expect(bystanders).toHaveLength(1);
    expect(bystanders[0]?.points[0]).toMatchObject({ left: 200, height: 40 });
  });

  it('does not take for flicker who walks in during one segment and stands in the next', async () => {
    const eyes = { detect: undefined, findMovers };
    const [first, second] = [await analyse(0, eyes), await analyse(1, eyes)];
    const [walker] = first.tracks;
    const last = walker?.points.at(-1);
    if (walker === undefined || last === undefined) throw new Error('no track');
    const points = second.tracks.flatMap((track) => track.points).map((point) => ({ ...point, ...box(last) }));
    const standing = { ...second, tracks: second.tracks.slice(0, 1).map((track) => ({ ...track, points })) };
    expect(close([{ ...first, tracks: [{ ...walker, points: walker.points }] }, standing]).result.tracks).toHaveLength(
      1,
    );
  });

  it('survives storing a segment as JSON', async () => {
    const segments = [await analyse(0), await analyse(1)];
    const stored = JSON.parse(JSON.stringify(segments)) as SegmentResult[];
    expect(close(stored).digest).toBe(close(segments).digest);
  });

  it('rounds what is noise, and writes neither -0 nor 360 degrees', async () => {
    const [only] = close([await analyse(0), await analyse(1)]).result.tracks;
    expect(only?.speed).toEqual({ medianPxPerSecond: 8, maxPxPerSecond: 0 });
    expect(Object.is(only?.speed.maxPxPerSecond, 0)).toBe(true);
    expect(only?.directionDegrees).toBe(0);
  });

  it('REQ-07: holds no class that the requisition does not permit; its objects are bystanders, known for their masks alone', async () => {
    const segments = [await analyse(0), await analyse(1)];
    const { result, text, digest, bystanders } = close(segments, { classes: ['person'], colours: COLOURS });
    expect(result.tracks).toEqual([]);
    expect(result.plan).toMatchObject({ classes: ['person'], colours: COLOURS });
    expect(JSON.parse(text)).toEqual(result);
    expect(digest).not.toBe(close(segments).digest);
    expect(bystanders.map((one) => [Object.keys(one).sort(), one.class, one.points.length])).toEqual([
      [['class', 'points'], 'car', 350],
    ]);
    expect(bystanders[0]?.points).toEqual(close(segments).result.tracks[0]?.points);
    expect(close(segments).bystanders).toEqual([]);
  });

  it('REQ-07: holds no colour that the requisition does not permit, and says what it permits in one order', async () => {
    const segments = [await analyse(0), await analyse(1)];
    const narrow = close(segments, { classes: ['car', 'person'], colours: ['red', 'black'] });
    expect(narrow.result.tracks[0]?.colours).toEqual([]);
    expect(narrow.result.plan).toMatchObject({ classes: ['person', 'car'], colours: ['black', 'red'] });
    expect(close(segments, { classes: ['person', 'car'], colours: ['black', 'red'] }).digest).toBe(narrow.digest);
    expect(narrow.text).not.toContain('"white"');
  });

  it('does not close while a segment is missing', async () => {
    const first = await analyse(0);
    expect(() => close([first])).toThrow('E_INTERNAL');
  });
});

describe('motText', () => {
  it('has a line for every frame of the file between the first and the last sighting', async () => {
    const { result } = close([await analyse(0), await analyse(1)]);
    const lines = motText(result, packets).trimEnd().split('\n');
    // Analysed are frames 1, 3, 5 and so on up to 699; the even ones between are interpolated.
    expect(lines.map((line) => Number(line.split(',')[0]))).toEqual(Array.from({ length: 699 }, (_, n) => n + 1));
    for (const line of lines) {
      const [frame = 0, id, left = 0, top = 0, width, height, confidence, classNumber, visibility] = line
        .split(',')
        .map(Number);
      expect(Math.abs(left - 0.8 * (frame - 1))).toBeLessThan(4);
      expect(Math.abs(top - 40)).toBeLessThan(3);
      expect([id, confidence, classNumber, visibility]).toEqual([1, 0.8, 3, 1]);
      expect(Math.abs((width ?? 0) - 40) + Math.abs((height ?? 0) - 40)).toBeLessThan(8);
    }
  });

  it('interpolates by time and not by frame number', () => {
    const point = { top: 0, width: 10, height: 10, timeSeconds: 0, observed: true };
    const points = [
      { ...point, frame: 1, pts: 0, left: 0, score: 0.9 },
      { ...point, frame: 4, pts: 100, left: 100, score: 0.5 },
    ];
    const tracks = [{ ...describeTrack({ votes: {}, colourCounts: {}, points }) }];
    expect(motText({ tracks }, { pts: Float64Array.of(0, 10, 90, 100) })).toBe(
      '1,1,0,0,10,10,0.9,3,1\n2,1,10,0,10,10,0.5,3,1\n3,1,90,0,10,10,0.5,3,1\n4,1,100,0,10,10,0.5,3,1\n',
    );
  });
});

describe('buildFacts', () => {
  it('tells what made a result, the same each time', async () => {
    const facts = await buildFacts();
    expect(facts.software).toMatch(/^differe \d+\.\d+\.\d+$/);
    expect(facts.analysisSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(facts.onnxruntime).toMatch(/^\d+\.\d+\.\d+/);
    expect(await buildFacts()).toEqual(facts);
  });

  it('names the processor family, and the architecture alone where nothing is known', () => {
    const cpuinfo = 'vendor_id\t: AuthenticAMD\ncpu family\t: 26\nmodel\t\t: 2\nflags\t\t: fpu avx avx2 avx512f\n';
    expect(processorOf('x64', cpuinfo)).toBe('x64 AuthenticAMD 26 avx512f');
    expect(processorOf('arm64', '')).toBe('arm64');
  });
});
