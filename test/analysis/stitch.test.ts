import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stitch } from '../../gateway/analysis/stitch.ts';
import { track } from '../../gateway/analysis/track.ts';
import type { FrameDetections, RawTrack, Segment, SegmentResult, TrackPoint } from '../../gateway/analysis/types.ts';

// A simulated scene: five analysed frames a second, a tick a millisecond, cuts every 60 s with a run-up of 10 s.
const STEP = 200;
const END = 200_000;
const SEGMENTS: Segment[] = [0, 60_000, 120_000, 180_000].map((fromPts, index) => ({
  index,
  fromPts,
  toPts: Math.min(fromPts + 60_000, END),
  runUpFromPts: Math.max(0, fromPts - 10_000),
}));

interface Thing {
  readonly row: number;
  readonly fromPts: number;
  readonly toPts: number;
  readonly speed: number;
  readonly hidden?: { readonly fromPts: number; readonly toPts: number };
}

const frameAt = (pts: number, things: readonly Thing[]): FrameDetections => ({
  ref: { number: pts / STEP + 1, pts },
  timeSeconds: pts / 1_000,
  detections: things
    .filter((thing) => pts >= thing.fromPts && pts < thing.toPts)
    .filter(({ hidden }) => hidden === undefined || pts < hidden.fromPts || pts >= hidden.toPts)
    .map((thing) => ({
      left: 10 + ((pts - thing.fromPts) / 1_000) * thing.speed,
      top: thing.row * 120,
      width: 60,
      height: 90,
      class: thing.row % 2 === 0 ? ('person' as const) : ('car' as const),
      score: 0.9,
    })),
});

const framesOf = (things: readonly Thing[], fromPts: number, toPts: number): FrameDetections[] => {
  const frames: FrameDetections[] = [];
  for (let pts = fromPts; pts < toPts; pts += STEP) frames.push(frameAt(pts, things));
  return frames;
};

const sum = (points: readonly TrackPoint[]): number => points.reduce((total, point) => total + point.score, 0);

/** What a segment's analysis leaves: whole points, evidence of its own part. One colour pixel an observed frame. */
function analysed(segment: Segment, things: readonly Thing[]): SegmentResult {
  const tracks = track(framesOf(things, segment.runUpFromPts, segment.toPts)).flatMap((raw): RawTrack[] => {
    const own = raw.points.filter((point) => point.pts >= segment.fromPts);
    const [name] = Object.keys(raw.votes);
    if (own.length === 0 || name === undefined) return [];
    return [{ ...raw, votes: { [name]: sum(own) }, colourCounts: { whole: { red: own.length } } }];
  });
  const work = { decodedFrames: 0, detectorCalls: 0 };
  return { index: segment.index, tracks, intervals: [], audit: { samples: 0, missed: 0 }, arguments: [], work };
}

const summary = (tracks: readonly RawTrack[]) =>
  tracks
    .map(({ points }) => ({
      frames: points.map((point) => point.frame),
      boxes: points.map((point) => point.left),
      top: points[0]?.top ?? 0,
    }))
    .sort((a, b) => (a.frames[0] ?? 0) - (b.frames[0] ?? 0) || (a.boxes[0] ?? 0) - (b.boxes[0] ?? 0) || a.top - b.top);

const inPieces = (things: readonly Thing[]): RawTrack[] =>
  stitch(
    SEGMENTS,
    SEGMENTS.map((segment) => analysed(segment, things)),
  );

describe('stitch', () => {
  it('makes one track of an object that crosses every cut, and counts each frame once', () => {
    const things = [{ row: 0, fromPts: 5_000, toPts: 195_000, speed: 3 }];
    const [only, ...others] = inPieces(things);
    expect(others).toEqual([]);
    expect(only?.points).toHaveLength(950);
    expect(only?.votes.person).toBeCloseTo(950 * 0.9, 6);
    expect(only?.colourCounts).toEqual({ whole: { red: 950 } });
    expect(only?.points.map((point) => point.pts)).toEqual(Array.from({ length: 950 }, (_, n) => 5_000 + n * STEP));
  });

  it('keeps two objects apart that stand side by side at the cut', () => {
    const things = [0, 1].map((row) => ({ row, fromPts: 40_000, toPts: 80_000, speed: 4 + row }));
    expect(inPieces(things).map((raw) => Object.keys(raw.votes))).toEqual([['person'], ['car']]);
  });

  it('joins an object that was hidden at the cut, with its places between', () => {
    const hidden = { fromPts: 59_000, toPts: 61_000 };
    const [only, ...others] = inPieces([{ row: 0, fromPts: 30_000, toPts: 90_000, speed: 4, hidden }]);
    expect(others).toEqual([]);
    expect(only?.points).toHaveLength(300);
    expect(only?.points.filter((point) => !point.observed).map((point) => point.pts)).toEqual(
      Array.from({ length: 10 }, (_, n) => 59_000 + n * STEP),
    );
  });

  it('leaves an object of the run-up to the segment that it belongs to', () => {
    expect(inPieces([{ row: 0, fromPts: 52_000, toPts: 58_000, speed: 4 }]).map((raw) => raw.points.length)).toEqual([
      30,
    ]);
  });

  it('starts at the cut what the segment before could not confirm', () => {
    const [only, ...others] = inPieces([{ row: 0, fromPts: 59_800, toPts: 80_000, speed: 4 }]);
    expect(others).toEqual([]);
    expect(only?.points[0]?.pts).toBe(60_000);
  });

  it('gives the same whatever the order of the results', () => {
    const things = [0, 1, 2].map((row) => ({ row, fromPts: 20_000 + row * 777 * STEP, toPts: 190_000, speed: 2 }));
    const results = SEGMENTS.map((segment) => analysed(segment, things));
    expect(stitch(SEGMENTS, results.toReversed())).toEqual(stitch(SEGMENTS, results));
  });

  it('refuses to join a file with a segment missing', () => {
    expect(() => stitch(SEGMENTS, [analysed({ ...SEGMENTS[0] } as Segment, [])])).toThrow('E_INTERNAL');
  });

  it('gives the tracks that one piece would have given, on a clean scene', () => {
    // Nothing is born within the second before a cut: see the test above.
    const birth = fc.integer({ min: 0, max: 950 }).filter((n) => (n * STEP) % 60_000 < 59_000);
    const thing = (row: number) =>
      fc
        .record({ birth, life: fc.integer({ min: 15, max: 600 }), speed: fc.integer({ min: -4, max: 4 }) })
        .map(({ birth: from, life, speed }) => ({
          row,
          fromPts: from * STEP,
          toPts: Math.min((from + life) * STEP, END),
          speed,
        }));
    // Two that begin alike, of which the first lives longer.
    const twins = [0, 1, 2, 3].map((row) => {
      const fromPts = row < 2 ? 0 : 400;
      return { row, fromPts, toPts: fromPts + (row === 2 ? 49_800 : 3_000), speed: 0 };
    });
    const scenes = fc.tuple(thing(0), thing(1), thing(2), thing(3));
    fc.assert(
      fc.property(scenes, (things) => {
        expect(summary(inPieces(things))).toEqual(summary(track(framesOf(things, 0, END))));
      }),
      { numRuns: 30, examples: [[twins as [Thing, Thing, Thing, Thing]]] },
    );
  });
});
