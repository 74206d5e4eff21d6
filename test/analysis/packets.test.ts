import { describe, expect, it } from 'vitest';
import { anchorFrom, anchorsPerSecond, firstIndexFrom, frameRef, packetList } from '../../gateway/analysis/packets.ts';
import { planSegment } from '../../gateway/analysis/plan.ts';
import { cutAgain, cutSegments } from '../../gateway/analysis/segments.ts';
import type { MediaPacket } from '../../gateway/media.ts';
import { createPacketTable, type FileClock, ownPts, timePackets } from '../../gateway/packet-times.ts';
import { tableOf } from '../media/made-media.ts';

const clock = { timeBase: { num: 1, den: 1_000 }, nominalFps: 25 };
const listOf = (list: readonly MediaPacket[], change: Partial<FileClock> = {}) =>
  packetList(tableOf(list), { ...clock, ...change });

const packet = (times: Pick<MediaPacket, 'pts' | 'dts'>, key = false, durationTicks = 40): MediaPacket => ({
  ...times,
  durationTicks,
  sizeBytes: 100,
  key,
  corrupt: false,
  discard: false,
});

/** Steady frames of 25/s with a key frame every `gop`. */
const steady = (seconds: number, gop: number): MediaPacket[] =>
  Array.from({ length: seconds * 25 }, (_, n) => packet({ pts: n * 40, dts: n * 40 }, n % gop === 0));

describe('packetList', () => {
  it('numbers frames from 1 in presentation order, whatever the order in the file', () => {
    const list = listOf([0, 120, 40, 80].map((pts, n) => packet({ pts }, n === 0)));
    expect([...list.pts]).toEqual([0, 40, 80, 120]);
    expect([...list.key]).toEqual([1, 0, 0, 0]);
    expect([...list.anchor]).toEqual([1, 0, 0, 1]);
    expect(anchorsPerSecond(list)).toBe(2 / 0.16);
    expect(frameRef(list, 3)).toEqual({ number: 4, pts: 120 });
    expect([list.addressing, list.durationSeconds]).toEqual(['pts', 0.16]);
    expect(firstIndexFrom(list, 41)).toBe(2);
    expect(firstIndexFrom(list, 121)).toBe(4);
  });

  it('takes every frame for an anchor where none is shown before one that was decoded earlier, or frames are counted', () => {
    const plain = listOf([0, 40, 40, 80].map((pts, n) => packet({ pts }, n === 0)));
    expect([[...plain.anchor], anchorsPerSecond(plain)]).toEqual([[1, 1, 1, 1], 0]);
    const restarted = listOf([0, 120, 40, 80, 20_000, 0, 40].map((pts) => packet({ pts })));
    expect([restarted.addressing, anchorsPerSecond(restarted)]).toEqual(['number', 0]);
  });

  it('finds the next anchor, not too far away', () => {
    const list = listOf([0, 160, 80, 40, 120, 320, 240, 200, 280].map((pts, n) => packet({ pts }, n === 0)));
    expect([...list.anchor]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    expect([anchorFrom(list, 1, 3), anchorFrom(list, 1, 2), anchorFrom(list, 4, 0), anchorFrom(list, 5, 8)]).toEqual([
      4, 1, 4, 8,
    ]);
  });

  it('keeps frames that share a time', () => {
    expect(listOf([0, 40, 40, 80].map((pts) => packet({ pts }))).count).toBe(4);
  });

  it('leaves out what an edit list hides', () => {
    const list = listOf([{ ...packet({ pts: -40 }, true), discard: true }, packet({ pts: 0 }), packet({ pts: 40 })]);
    expect([list.count, list.firstPts, list.durationSeconds]).toEqual([2, 0, 0.08]);
  });

  it('moves a second run of the clock behind the first and lengthens the duration', () => {
    const run = [0, 40, 80, 120];
    const list = listOf([...run, 20_000, ...run].map((pts) => packet({ pts })));
    expect([...list.pts]).toEqual([0, 40, 80, 120, 20_000, 20_040, 20_080, 20_120, 20_160]);
    expect(list.durationSeconds).toBe(20.2);
    expect(list.addressing).toBe('number');
  });

  it('takes decode times in rising order where presentation times do not exist', () => {
    const list = listOf([5, 45, 42, 125].map((dts) => packet({ dts })));
    expect([...list.pts]).toEqual([5, 45, 45, 125]);
    expect([list.addressing, list.firstPts]).toEqual(['number', 5]);
  });

  it('counts frames at the nominal rate where the file has no times, and refuses without a rate', () => {
    const bare = [packet({}), packet({}), packet({})];
    const list = listOf(bare, { timeBase: { num: 1, den: 1_200_000 } });
    expect([...list.pts]).toEqual([0, 48_000, 96_000]);
    expect([list.secondsOf(96_000), list.durationSeconds]).toEqual([0.08, 0.12]);
    expect(() => listOf(bare, { nominalFps: undefined })).toThrow('E_MEDIA_DECODE');
    expect(() => listOf([])).toThrow('E_MEDIA_DECODE');
  });
});

describe('the clock of a file', () => {
  const timesOf = (list: readonly MediaPacket[]) => timePackets(tableOf(list), clock).file;
  const run = (seconds: number): MediaPacket[] => steady(seconds, 25);

  it('is found to restart by decode times even when the first part is short, and each run begins where the last ends', () => {
    const file = timesOf([...run(2), ...run(3), ...run(1)]);
    expect(file).toMatchObject({
      basis: 'pts',
      addressing: 'number',
      durationSeconds: 6,
      frameCount: 150,
      lastPts: 5_960,
    });
    expect(file.restarts).toEqual([
      { frame: 51, pts: 2_000, shiftTicks: 2_000 },
      { frame: 126, pts: 5_000, shiftTicks: 5_000 },
    ]);
  });

  it('puts the earliest shown frame of a new run first, and not its first packet', () => {
    const reordered = [80, 0, 40].map((pts, n) => packet({ pts, dts: n * 40 }, n === 0));
    const file = timesOf([...run(2), ...reordered]);
    expect(file.restarts).toEqual([{ frame: 51, pts: 2_000, shiftTicks: 2_000 }]);
    expect(file.durationSeconds).toBe(2.12);
  });

  it('does not take the reordered frames of a slow time lapse for a restart', () => {
    const slow = [0, 30_000, 10_000, 20_000, 60_000, 40_000, 50_000];
    const file = timesOf(slow.map((pts, n) => packet({ pts, dts: n * 10_000 - 20_000 }, n === 0, 10_000)));
    expect(file).toMatchObject({ addressing: 'pts', restarts: [], durationSeconds: 70 });
  });

  it('tells the own time of a frame behind a restart', () => {
    const file = timesOf([...run(2), ...run(3)]);
    expect(ownPts(file, { number: 50, pts: 1_960 })).toBe(1_960);
    expect(ownPts(file, { number: 51, pts: 2_000 })).toBe(0);
    expect(ownPts({ ...file, basis: 'dts' }, { number: 51, pts: 2_000 })).toBeUndefined();
  });

  it('is not believed when it restarts a hundred times', () => {
    const file = timesOf(Array.from({ length: 150 }, () => run(1)).flat());
    expect(file).toMatchObject({ basis: 'frame-index', addressing: 'number', durationSeconds: 150, restarts: [] });
  });

  it('SEC-11: is not read beyond a bound of packets', () => {
    const gathered = createPacketTable(5_000);
    for (let n = 0; n < 5_000; n++) gathered.add(packet({ pts: n }));
    expect(gathered.table().pts.at(-1)).toBe(4_999);
    expect(() => gathered.add(packet({ pts: 5_000 }))).toThrow('E_MEDIA_LIMIT');
  });
});

describe('cutSegments', () => {
  it('cuts at the first key frame after each 60 s, with a run-up of 10 s', () => {
    const list = listOf(steady(130, 70));
    const segments = cutSegments(list, undefined);
    // Key frames every 2.8 s: the first at or after 60 s is at 61.6 s, the next cut at or after 121.6 s is at 123.2 s.
    expect(segments).toEqual([
      { index: 0, fromPts: 0, toPts: 61_600, runUpFromPts: 0 },
      { index: 1, fromPts: 61_600, toPts: 123_200, runUpFromPts: 51_600 },
      { index: 2, fromPts: 123_200, toPts: 130_000, runUpFromPts: 113_200 },
    ]);
  });

  it('cuts after 120 s where no key frame comes, so that no segment grows with the file', () => {
    expect(cutSegments(listOf(steady(119, 99_999)), undefined)).toHaveLength(1);
    expect(cutSegments(listOf(steady(300, 99_999)), undefined)).toEqual([
      { index: 0, fromPts: 0, toPts: 120_000, runUpFromPts: 0 },
      { index: 1, fromPts: 120_000, toPts: 240_000, runUpFromPts: 110_000 },
      { index: 2, fromPts: 240_000, toPts: 300_000, runUpFromPts: 230_000 },
    ]);
  });
});

const QUIET = { spans: [], calm: [] };

describe('cutSegments where the packets tell what is quiet', () => {
  const list = listOf(steady(600, 50));

  it('makes one segment of neighbours that are quiet together: a quiet second counts for a third of a busy one', () => {
    const hour = listOf(steady(3_600, 50));
    const spans = [{ fromSeconds: 310, toSeconds: 340 }];
    expect(cutSegments(hour, { spans, calm: [] }).slice(0, 4)).toEqual([
      { index: 0, fromPts: 0, toPts: 180_000, runUpFromPts: 0 },
      { index: 1, fromPts: 180_000, toPts: 300_000, runUpFromPts: 170_000 },
      { index: 2, fromPts: 300_000, toPts: 420_000, runUpFromPts: 290_000 },
      { index: 3, fromPts: 420_000, toPts: 600_000, runUpFromPts: 410_000 },
    ]);
  });

  it('makes twice as long ones where nothing moves beyond doubt', () => {
    const hour = listOf(steady(3_600, 50));
    const calm = [{ fromSeconds: 0, toSeconds: 3_600 }];
    const ends = cutSegments(hour, { spans: [], calm }).map(({ toPts }) => toPts);
    expect(ends).toEqual([
      360_000, 720_000, 1_080_000, 1_440_000, 1_800_000, 2_160_000, 2_520_000, 2_880_000, 3_240_000, 3_600_000,
    ]);
  });

  it('leaves a short exhibit in four segments, so that they run beside each other', () => {
    expect(cutSegments(list, QUIET).map(({ toPts }) => toPts)).toEqual([180_000, 300_000, 480_000, 600_000]);
    expect(cutSegments(listOf(steady(200, 50)), QUIET)).toHaveLength(4);
  });

  it('makes no segment of a second that is left over', () => {
    const ends = cutSegments(listOf(steady(601, 50)), QUIET).map(({ toPts }) => toPts);
    expect(ends).toEqual([180_000, 300_000, 480_000, 601_000]);
  });

  it('cuts as without a plan where all is busy', () => {
    const all = { spans: [{ fromSeconds: 0, toSeconds: 600 }], calm: [] };
    expect(cutSegments(list, all)).toEqual(cutSegments(list, undefined));
  });

  it('cuts again what turned out to be busy, where the cuts of a busy exhibit lie', () => {
    const [first] = cutSegments(listOf(steady(3_600, 50)), QUIET);
    if (first === undefined) throw new Error('no segment');
    const busy = (toSeconds: number) => ({ spans: [{ fromSeconds: 0, toSeconds }], calm: [] });
    expect(cutAgain(list, first, QUIET)).toEqual([first]);
    expect(cutAgain(list, first, busy(6))).toEqual([first]);
    expect(cutAgain(list, first, busy(600))).toEqual([
      { index: 0, fromPts: 0, toPts: 60_000, runUpFromPts: 0 },
      { index: 1, fromPts: 60_000, toPts: 120_000, runUpFromPts: 50_000 },
      { index: 2, fromPts: 120_000, toPts: 180_000, runUpFromPts: 110_000 },
    ]);
  });
});

describe('the plain plan', () => {
  const list = listOf(steady(130, 25));
  const whole = [{ fromSeconds: 0, toSeconds: 130 }];
  const segments = cutSegments(list, undefined);
  const planOf = (n: number, framesPerSecond: number, windows = whole) => {
    const segment = segments[n];
    if (segment === undefined) throw new Error('no such segment');
    return planSegment({ segment, packets: list, framesPerSecond, windows });
  };

  it('chooses the first frame of each cell, and in a run-up the very frames that the segment before chose', () => {
    const [first, second] = [planOf(0, 4), planOf(1, 4)];
    expect(first.frames.slice(0, 5).map((ref) => ref.pts)).toEqual([0, 280, 520, 760, 1_000]);
    const runUp = second.frames.filter((ref) => ref.pts < (segments[1]?.fromPts ?? 0));
    expect(runUp).toHaveLength(40);
    expect(runUp).toEqual(first.frames.slice(-40));
  });

  it('covers the segment proper in its ledger', () => {
    expect(planOf(1, 4).intervals).toEqual([
      { fromSeconds: 60, toSeconds: 120, state: 'analysed', framesPerSecond: 4 },
    ]);
  });

  it('REQ-07: chooses no frame outside the windows, to one frame at either edge', () => {
    const windows = [
      { fromSeconds: 1, toSeconds: 2 },
      { fromSeconds: 50.02, toSeconds: 61 },
    ];
    const plan = planOf(0, 25, windows);
    const pts = plan.frames.map((ref) => ref.pts);
    expect([pts[0], pts[24], pts[25], pts.at(-1)]).toEqual([1_000, 1_960, 50_040, 59_960]);
    expect(pts).toHaveLength(25 + 249);
    expect(plan.intervals).toEqual([
      { fromSeconds: 0, toSeconds: 1, state: 'outside', reason: 'E_REQ_SCOPE' },
      { fromSeconds: 1, toSeconds: 2, state: 'analysed', framesPerSecond: 25 },
      { fromSeconds: 2, toSeconds: 50.02, state: 'outside', reason: 'E_REQ_SCOPE' },
      { fromSeconds: 50.02, toSeconds: 60, state: 'analysed', framesPerSecond: 25 },
    ]);
  });

  it('REQ-07: chooses nothing at all when no window is given', () => {
    const plan = planOf(0, 4, []);
    expect(plan.frames).toEqual([]);
    expect(plan.intervals.map((interval) => interval.state)).toEqual(['outside']);
  });

  it('asks fewer key frames where it is calm, and one in two seconds at least where it is not', () => {
    const [segment] = segments;
    if (segment === undefined) throw new Error('no segment');
    const planned = planSegment({
      ...{ segment, packets: list, framesPerSecond: 4, windows: whole, active: [] },
      calm: [{ fromSeconds: 20, toSeconds: 60 }],
    });
    const seconds = planned.probes.map(({ pts }) => pts / 1_000);
    const longest = (times: readonly number[]): number =>
      Math.max(...times.slice(1).map((at, index) => at - (times[index] ?? 0)));
    const [doubtful, calm] = [seconds.filter((at) => at < 20), seconds.filter((at) => at >= 20 && at < 60)];
    expect([longest(doubtful), longest(calm)]).toEqual([2, 4]);
    expect([doubtful.length, calm.length]).toEqual([13, 11]);
  });

  it('does not call a hole in the recording analysed', () => {
    const holed = listOf(steady(30, 25).filter(({ pts = 0 }) => pts < 5_000 || pts >= 12_000));
    const [segment] = cutSegments(holed, undefined);
    if (segment === undefined) throw new Error('no segment');
    const plan = planSegment({ segment, packets: holed, framesPerSecond: 2, windows: whole });
    expect(plan.intervals).toEqual([
      { fromSeconds: 0, toSeconds: 5.46, state: 'analysed', framesPerSecond: 2 },
      { fromSeconds: 5.46, toSeconds: 12, state: 'undecodable', reason: 'no-frames' },
      { fromSeconds: 12, toSeconds: 30, state: 'analysed', framesPerSecond: 2 },
    ]);
  });
});
