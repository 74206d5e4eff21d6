import { describe, expect, it } from 'vitest';
import { firstIndexFrom, frameRef, packetList } from '../../gateway/analysis/packets.ts';
import { planEvenly } from '../../gateway/analysis/plan.ts';
import { cutSegments } from '../../gateway/analysis/segments.ts';
import type { Timeline } from '../../gateway/footage/types.ts';
import type { MediaPacket } from '../../gateway/media.ts';

const timeline = (change: Partial<Timeline> = {}): Timeline => ({
  container: 'mov',
  codec: 'h264',
  widthPx: 64,
  heightPx: 48,
  timeBase: { num: 1, den: 1_000 },
  firstPts: 0,
  lastPts: 0,
  durationSeconds: 1,
  frameCount: 0,
  basis: 'pts',
  nominalFps: 25,
  containerTimeMs: undefined,
  losses: [],
  ...change,
});

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
    const list = packetList(
      [0, 120, 40, 80].map((pts, n) => packet({ pts }, n === 0)),
      timeline(),
    );
    expect([...list.pts]).toEqual([0, 40, 80, 120]);
    expect([...list.key]).toEqual([1, 0, 0, 0]);
    expect(frameRef(list, 3)).toEqual({ number: 4, pts: 120 });
    expect(list.addressing).toBe('pts');
    expect(firstIndexFrom(list, 41)).toBe(2);
    expect(firstIndexFrom(list, 121)).toBe(4);
  });

  it('keeps frames that share a time and says so', () => {
    const list = packetList(
      [0, 40, 40, 80].map((pts) => packet({ pts })),
      timeline(),
    );
    expect(list.count).toBe(4);
    expect(list.notes).toEqual(['1 frames share the time of another']);
  });

  it('moves a second run of the clock behind the first, lengthens the duration and says so', () => {
    const run = [0, 40, 80, 120];
    const long = [...run, 20_000, ...run];
    const list = packetList(
      long.map((pts) => packet({ pts })),
      timeline({ durationSeconds: 20.04 }),
    );
    expect([...list.pts]).toEqual([0, 40, 80, 120, 20_000, 20_040, 20_080, 20_120, 20_160]);
    expect(list.durationSeconds).toBe(20.2);
    expect(list.addressing).toBe('number');
    expect(list.notes).toEqual(["the file's clock restarts 1 times"]);
  });

  it('takes decode times in rising order where presentation times do not exist', () => {
    const list = packetList(
      [{ dts: 5 }, { dts: 45 }, {}, { dts: 125 }].map((times) => packet(times)),
      timeline({ basis: 'dts', firstPts: 5 }),
    );
    expect([...list.pts]).toEqual([5, 45, 85, 125]);
    expect(list.addressing).toBe('number');
    expect(list.notes).toEqual(['1 of 4 frames have no DTS']);
  });

  it('counts frames at the nominal rate where the file has no times, and refuses without a rate', () => {
    const bare = [packet({}), packet({}), packet({})];
    const list = packetList(bare, timeline({ basis: 'frame-index', timeBase: { num: 1, den: 1_200_000 } }));
    expect([...list.pts]).toEqual([0, 48_000, 96_000]);
    expect(list.secondsOf(96_000)).toBe(0.08);
    expect(() => packetList(bare, timeline({ basis: 'frame-index', nominalFps: undefined }))).toThrow('E_MEDIA_DECODE');
    expect(() => packetList([], timeline())).toThrow('E_MEDIA_DECODE');
  });
});

describe('cutSegments', () => {
  it('cuts at the first key frame after each 60 s, with a run-up of 10 s', () => {
    const list = packetList(steady(130, 70), timeline({ durationSeconds: 130 }));
    const segments = cutSegments(list);
    // Key frames every 2.8 s: the first at or after 60 s is at 61.6 s, the next cut at or after 121.6 s is at 123.2 s.
    expect(segments).toEqual([
      { index: 0, fromPts: 0, toPts: 61_600, runUpFromPts: 0 },
      { index: 1, fromPts: 61_600, toPts: 123_200, runUpFromPts: 51_600 },
      { index: 2, fromPts: 123_200, toPts: 130_000, runUpFromPts: 113_200 },
    ]);
  });

  it('leaves a file with one key frame in one piece', () => {
    const list = packetList(steady(130, 99_999), timeline({ durationSeconds: 130 }));
    expect(cutSegments(list)).toEqual([{ index: 0, fromPts: 0, toPts: 130_000, runUpFromPts: 0 }]);
  });
});

describe('the plain plan', () => {
  const list = packetList(steady(130, 25), timeline({ durationSeconds: 130 }));
  const whole = [{ fromSeconds: 0, toSeconds: 130 }];
  const segments = cutSegments(list);
  const planOf = (n: number, framesPerSecond: number, windows = whole) => {
    const segment = segments[n];
    if (segment === undefined) throw new Error('no such segment');
    return planEvenly({ segment, packets: list, framesPerSecond, windows });
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

  it('does not call a hole in the recording analysed', () => {
    const holed = packetList(
      steady(30, 25).filter(({ pts = 0 }) => pts < 5_000 || pts >= 12_000),
      timeline({ durationSeconds: 30 }),
    );
    const [segment] = cutSegments(holed);
    if (segment === undefined) throw new Error('no segment');
    const plan = planEvenly({ segment, packets: holed, framesPerSecond: 2, windows: whole });
    expect(plan.intervals).toEqual([
      { fromSeconds: 0, toSeconds: 5.46, state: 'analysed', framesPerSecond: 2 },
      { fromSeconds: 5.46, toSeconds: 12, state: 'undecodable', reason: 'no-frames' },
      { fromSeconds: 12, toSeconds: 30, state: 'analysed', framesPerSecond: 2 },
    ]);
  });
});
