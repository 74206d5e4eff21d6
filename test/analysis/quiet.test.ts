import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Activity, activityOf } from '../../gateway/analysis/activity.ts';
import { findMovers } from '../../gateway/analysis/motion/movers.ts';
import { type PacketList, readPacketList } from '../../gateway/analysis/packets.ts';
import { type BuildFacts, closeResult } from '../../gateway/analysis/result.ts';
import { analyseSegment, type SegmentDeps } from '../../gateway/analysis/segment.ts';
import { cutSegments } from '../../gateway/analysis/segments.ts';
import { track } from '../../gateway/analysis/track.ts';
import type { AnalysisResult, DecodedFrame, Detection, RawTrack, Track } from '../../gateway/analysis/types.ts';
import { sha256Hex } from '../../gateway/canonical.ts';
import type { Exhibit } from '../../gateway/footage/types.ts';
import type { Requisition } from '../../gateway/requisition/types.ts';
import { CLASSES, COLOURS } from '../../gateway/vocabulary.ts';
import { ffmpeg, mediaFolder, timelineOf } from '../media/made-media.ts';

// Recordings of 130 s in which next to nothing happens: what is decoded, what the ledger says of the rest, and what must not be lost.
const media = mediaFolder();
afterAll(media.remove);
const SECONDS = 130;
const sha256 = sha256Hex('quiet');
const requisition = { caseId: 'case-1', schedule: { exhibits: [{ sha256 }] } } as unknown as Requisition;
const build: BuildFacts = {
  software: 'test',
  analysisSha256: '0'.repeat(64),
  ffmpeg: '5.1',
  onnxruntime: '1',
  processor: 'test',
};

interface Recording {
  readonly exhibit: Exhibit;
  readonly file: string;
  readonly packets: PacketList;
  readonly activity: Activity | undefined;
}

/** A pattern that stands still, and a white block over it where and when the overlay says; a key frame every 2 s. */
async function record(name: string, overlay: string): Promise<Recording> {
  const file = media.file(`${name}.mp4`);
  ffmpeg(
    ...['-f', 'lavfi', '-i', `testsrc2=s=640x360:r=10:d=0.1`],
    ...['-f', 'lavfi', '-i', `color=white:s=60x120:r=10:d=${SECONDS}`],
    ...[
      '-filter_complex',
      `[0]loop=-1:1,setpts=N/10/TB,trim=duration=${SECONDS}[g];[g][1]overlay=${overlay}:shortest=1,format=yuv420p`,
    ],
    ...['-r', '10', '-c:v', 'libx264', '-g', '20', '-sc_threshold', '0', file],
  );
  const timeline = await timelineOf(file, 'mov');
  const windows = [{ fromSeconds: 0, toSeconds: SECONDS }];
  const exhibit = { caseId: 'case-1', sha256, timeline, windows } as unknown as Exhibit;
  const packets = await readPacketList(exhibit, file);
  return { exhibit, file, packets, activity: activityOf(packets) };
}

const deps: SegmentDeps = {
  detect: undefined,
  findMovers,
  decodeSize: () => ({ widthPx: 640, heightPx: 360 }),
  track,
  countColours: (tracks) => [...tracks],
};

async function analyse(recording: Recording, change: Partial<SegmentDeps> = {}, order = [0, 1, 2], eyes = deps) {
  const { exhibit, file, packets, activity } = recording;
  const cuts = cutSegments(packets, activity);
  const segments = [];
  for (const n of order) {
    const segment = cuts[n];
    if (segment === undefined) continue;
    const input = { exhibit, file, packets, segment, framesPerSecond: 5, activity };
    segments.push(await analyseSegment(requisition, input, { ...eyes, ...change }));
  }
  const permitted = { classes: CLASSES, colours: COLOURS };
  const closed = closeResult(
    { exhibit, packets, activity, framesPerSecond: 5, segments, models: [], build, permitted },
    described,
  );
  const decoded = segments.reduce((sum, { work }) => sum + work.decodedFrames, 0);
  const calls = segments.reduce((sum, { work }) => sum + work.detectorCalls, 0);
  return { ...closed, decoded, calls };
}

const described = (raw: RawTrack): Track => ({
  class: 'object',
  confidence: 0.5,
  firstSeconds: raw.points[0]?.timeSeconds ?? 0,
  lastSeconds: raw.points.at(-1)?.timeSeconds ?? 0,
  colours: [],
  size: { widthPx: 60, heightPx: 120 },
  speed: { medianPxPerSecond: 0, maxPxPerSecond: 0 },
  points: raw.points,
});

const stateAt = ({ ledger }: AnalysisResult, seconds: number): string | undefined =>
  ledger.intervals.find(({ fromSeconds, toSeconds }) => seconds >= fromSeconds && seconds < toSeconds)?.state;

let passing: Recording;
beforeAll(async () => {
  passing = await record('passing', "x='if(between(t,61,71),60*(t-61),-100)':y=100");
});

describe('a quiet recording', () => {
  it('is decoded where something moves, and by its key frames and a few samples elsewhere', async () => {
    const { result, decoded } = await analyse(passing);
    expect(result.tracks).toHaveLength(1);
    expect(result.tracks[0]?.firstSeconds).toBeLessThan(62);
    expect(result.tracks[0]?.lastSeconds).toBeGreaterThan(70);
    expect(stateAt(result, 20)).toMatch(/quiet|sampled/);
    expect(stateAt(result, 66)).toBe('analysed');
    expect(result.ledger.totals.analysedSeconds).toBeLessThan(30);
    const { analysedSeconds, quietSeconds, sampledSeconds } = result.ledger.totals;
    expect(analysedSeconds + quietSeconds + sampledSeconds).toBeCloseTo(SECONDS, 6);
    // 650 of the plain plan, and the run-ups.
    expect(decoded).toBeLessThan(330);
  });

  it('says how much of it was sampled, and what follows for what may be missed', async () => {
    const { audit, ledger } = (await analyse(passing)).result;
    expect(audit.samples).toBeGreaterThan(10);
    expect(audit.missed).toBe(0);
    expect(audit.quietSeconds).toBeCloseTo(ledger.totals.quietSeconds + ledger.totals.sampledSeconds, 6);
    expect(audit.objectSeconds).toBeGreaterThan(8);
    expect(audit.recallBound).toBeGreaterThan(0.2);
    expect(audit.recallBound).toBeLessThan(1);
  });

  it('gives the same digest whatever the order in which its segments are done', async () => {
    expect((await analyse(passing, {}, [2, 0, 1])).digest).toBe((await analyse(passing)).digest);
  });

  it('is looked at throughout where no background model can look at its key frames', async () => {
    const { findMovers: _, ...blind } = deps;
    const { result } = await analyse(passing, { detect: () => Promise.resolve([]) }, [0, 1, 2], blind);
    expect(result.ledger.totals.analysedSeconds).toBe(SECONDS);
    expect(result.audit).toMatchObject({ samples: 0, quietSeconds: 0, recallBound: 1 });
  });

  it('shows a detector what moves, and the rest now and then', async () => {
    const seen: number[] = [];
    const detect = (frame: DecodedFrame): Promise<readonly Detection[]> => {
      seen.push(frame.timeSeconds);
      return Promise.resolve([]);
    };
    const { calls } = await analyse(passing, { detect });
    expect(calls).toBe(seen.length);
    expect(seen.filter((seconds) => seconds >= 61.2 && seconds < 70.8).length).toBeGreaterThanOrEqual(16);
    expect(calls).toBeLessThan(80);
  });
});

describe('a quiet recording of which a requisition covers a part', () => {
  it('REQ-07: shows no key frame and no sample outside its windows, and says that the rest is outside', async () => {
    const windows = [{ fromSeconds: 0, toSeconds: 99 }];
    const exhibit = { ...passing.exhibit, windows } as Exhibit;
    const seen: number[] = [];
    const eyes: SegmentDeps = {
      ...deps,
      findMovers: (frames) => {
        seen.push(...frames.map(({ timeSeconds }) => timeSeconds));
        return findMovers(frames);
      },
    };
    const { result } = await analyse({ ...passing, exhibit }, {}, [0, 1, 2], eyes);
    expect(Math.max(...seen)).toBeLessThan(99);
    expect(Math.max(...seen)).toBeGreaterThan(95);
    expect(stateAt(result, 98)).toMatch(/quiet|sampled/);
    expect(stateAt(result, 100)).toBe('outside');
    expect(result.ledger.totals.outsideSeconds).toBe(31);
  });
});

describe('a long segment that turns out to be busy', () => {
  it('is analysed in parts, each sighting counted once, with a ledger without a gap', async () => {
    const wandering = await record('wandering', "x='20+mod(t*8,500)':y=100");
    const { exhibit, file, packets } = wandering;
    const end = cutSegments(packets, undefined).at(-1)?.toPts ?? Number.NaN;
    const segment = { index: 0, fromPts: packets.firstPts, toPts: end, runUpFromPts: packets.firstPts };
    // As if the packets had told that all of it is quiet.
    const input = { exhibit, file, packets, segment, framesPerSecond: 5 };
    const calm = { ...input, activity: { spans: [], calm: [], quietSeconds: SECONDS } };
    const { tracks, intervals, arguments: runs } = await analyseSegment(requisition, calm, deps);
    // One run for the key frames and samples, then one for each part.
    expect(runs).toHaveLength(1 + 3);
    const long = tracks.filter(({ points }) => points.length > 50);
    expect(long.length).toBeGreaterThan(0);
    for (const { points, moved } of long) {
      expect(new Set(points.map(({ frame }) => frame)).size).toBe(points.length);
      expect(moved).toBeLessThanOrEqual(points.filter(({ observed }) => observed).length);
    }
    const lives = long.map(({ points }) => (points.at(-1)?.timeSeconds ?? 0) - (points[0]?.timeSeconds ?? 0));
    // Across the inner cuts: the block goes from left to right in 62.5 s, and back at once.
    expect(Math.max(...lives)).toBeGreaterThan(55);
    expect(intervals[0]?.fromSeconds).toBe(0);
    expect(intervals.at(-1)?.toSeconds).toBe(SECONDS);
    for (const [index, { fromSeconds, state }] of intervals.entries()) {
      expect(state).toBe('analysed');
      if (index > 0) expect(fromSeconds).toBe(intervals[index - 1]?.toSeconds);
    }
  });
});

describe('what the sizes of packets do not tell', () => {
  it('is told by key frames: a thing that only moves from one to the next', async () => {
    const standing = await record('standing', "x='if(between(t,89.95,99.95),100+40*floor((t-89.95)/2),-100)':y=100");
    expect(standing.activity?.spans.some(({ fromSeconds }) => fromSeconds > 80)).toBe(false);
    const { result } = await analyse(standing);
    expect(result.tracks.length).toBeGreaterThan(0);
    expect(result.tracks[0]?.firstSeconds).toBeGreaterThan(88);
    expect(result.tracks[0]?.firstSeconds).toBeLessThan(91);
    expect(stateAt(result, 91)).toBe('analysed');
  });

  it('is told by a detector that sees somebody who moves nothing', async () => {
    // The detector alone knows the thing: for the background model it has always been there.
    const detect = ({ timeSeconds }: DecodedFrame): Promise<readonly Detection[]> =>
      Promise.resolve(
        timeSeconds > 40 && timeSeconds < 100
          ? [{ class: 'person', score: 0.8, left: 500, top: 200, width: 40, height: 100 }]
          : [],
      );
    const { result } = await analyse(passing, { detect });
    const person = result.tracks.find(({ points }) => (points[0]?.left ?? 0) > 490);
    expect(person?.firstSeconds).toBeLessThanOrEqual(42);
    expect(person?.lastSeconds).toBeGreaterThan(98);
  });
});
