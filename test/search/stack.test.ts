import { describe, expect, it } from 'vitest';
import type { Track, TrackPoint } from '../../gateway/analysis/types.ts';
import { GRID, type OpenExhibit } from '../../gateway/index/types.ts';
import { finderOf, matchesIn, matchTracks } from '../../gateway/search/match.ts';
import { colourAt } from '../../gateway/search/match-columns.ts';
import { LEAVES } from '../../gateway/search/normal-values.ts';
import { stackOf } from '../../gateway/search/stack.ts';
import { atLeast, eachTrack, stretchOf, type TrackSet, wholeOf } from '../../gateway/search/track-set.ts';
import type { ExecutedQuestion } from '../../gateway/search/types.ts';
import { CLASSES, COLOURS, classId, PARTS } from '../../gateway/vocabulary.ts';
import { openInMemory, point, seeded, track } from './fixtures.ts';

const random = seeded(2027);
const W = 1280;
const H = 720;
const has = (set: TrackSet, bit: number): boolean => ((set[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0;
const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;

/** From somewhere to somewhere, in small steps and without a jump, as things in a street go. */
function walker(): Track {
  const [x, y, dx, dy] = [random() * W, random() * H, (random() - 0.5) * 60, (random() - 0.5) * 40];
  const points = Array.from(
    { length: 1 + Math.floor(random() * 25) },
    (_, n): TrackPoint =>
      point({
        timeSeconds: n / 5,
        left: Math.round((x + n * dx) * 1000) / 1000 - 20,
        top: Math.round((y + n * dy) * 1000) / 1000 - 60,
        width: 40,
        height: 60,
      }),
  );
  return track({
    class: pick(LEAVES),
    confidence: Math.floor(random() * 256) / 255,
    colours: PARTS.flatMap((part) =>
      COLOURS.filter(() => random() < 0.2).map((colour) => ({ part, colour, share: Math.floor(random() * 256) / 255 })),
    ),
    points,
  });
}

const walkers = (count: number): OpenExhibit => openInMemory(Array.from({ length: count }, walker));
const question = (changes: Partial<ExecutedQuestion>): ExecutedQuestion => ({
  ...{ version: 1, classes: LEAVES, colours: [], time: null, exhibits: null, zone: null, minConfidence: 0 },
  ...{ where: null, order: 'time' },
  ...changes,
});

describe('a stack of exhibits', () => {
  // Around the 32 tracks of a word, and exhibits in which nothing was found.
  const exhibits = [33, 0, 1, 64, 31, 100, 0].map(walkers);
  const stack = stackOf(exhibits);
  const bits = exhibits.flatMap(({ columns }, n) =>
    Array.from({ length: columns.count }, (_, at) => ({ columns, at, bit: 32 * (stack.start[n] ?? 0) + at })),
  );

  it('has for every track the bit of its class, of its cells, and the bytes of its confidence and its colours', () => {
    for (const { columns, at, bit } of bits) {
      for (const name of CLASSES) {
        const row = stack.classRow(classId(name));
        expect(row !== undefined && has(row, bit)).toBe(columns.classId[at] === classId(name));
      }
      for (let cell = 0; cell < 8 * GRID.bytes; cell++) {
        const row = stack.cellRow(cell);
        const visited = ((columns.grid[at * GRID.bytes + (cell >> 3)] ?? 0) >> (cell & 7)) & 1;
        expect(row !== undefined && has(row, bit)).toBe(visited === 1);
      }
      const sure = columns.confidence[at] ?? 0;
      const reaches = (rows: Int32Array, least: number): boolean =>
        ((atLeast(rows, bit >>> 5, stack.words, least) >>> (bit & 31)) & 1) === 1;
      for (const least of [0, 1, sure, 128, 254, 255])
        expect(reaches(stack.confidenceRows(), least)).toBe(sure >= least);
      expect(reaches(stack.confidenceRows(), sure + 1)).toBe(sure === 255);
      for (const part of PARTS)
        for (const colour of COLOURS) {
          const place = colourAt({ part, colour });
          const rows = stack.shareRows(place);
          const share = columns.colourShare[at * PARTS.length * COLOURS.length + place] ?? 0;
          expect(rows !== undefined && reaches(rows, Math.max(1, share))).toBe(share > 0);
          expect(rows !== undefined && share < 255 && reaches(rows, share + 1)).toBe(false);
        }
    }
  });

  it('is visited track by track, each by its exhibit, and no exhibit without a track of the set is opened', () => {
    const found = matchesIn(question({ classes: ['car'] }), exhibits);
    const opened: OpenExhibit[] = [];
    const seen: string[] = [];
    eachTrack(found.tracks, wholeOf(stack), (exhibit) => {
      opened.push(exhibit);
      return (at) => void seen.push(`${exhibit.exhibitId} ${at}`);
    });
    const cars = exhibits.flatMap(({ columns, exhibitId }) =>
      Array.from({ length: columns.count }, (_, at) => at)
        .filter((at) => columns.classId[at] === classId('car'))
        .map((at) => `${exhibitId} ${at}`),
    );
    expect(seen).toStrictEqual(cars);
    expect(found.total).toBe(cars.length);
    expect(new Set(opened).size).toBe(opened.length);
    expect(opened.every(({ exhibitId }) => cars.some((car) => car.startsWith(exhibitId)))).toBe(true);
  });

  it('answers for all of its exhibits what each of them answers alone, whatever was asked before', () => {
    for (let n = 0; n < 60; n++) {
      const zone = Array.from({ length: 3 }, () => ({ x: random(), y: random() }));
      const asked = question({
        classes: [pick(LEAVES), pick(LEAVES)],
        minConfidence: Math.floor(random() * 200) / 255,
        colours: random() < 0.5 ? [] : [{ colour: pick(COLOURS), part: pick(PARTS), minShare: random() }],
        where:
          random() < 0.5 ? null : { zone: { polygon: zone, relation: pick(['passes', 'enters', 'avoids', 'inside']) } },
      });
      const { tracks } = matchesIn(asked, exhibits);
      const together: string[] = [];
      eachTrack(
        tracks,
        wholeOf(stack),
        ({ exhibitId }) =>
          (at) =>
            void together.push(`${exhibitId} ${at}`),
      );
      const alone = exhibits.flatMap((exhibit) =>
        matchTracks(asked, exhibit).map((at) => `${exhibit.exhibitId} ${at}`),
      );
      expect(together).toStrictEqual(alone);
      // Rooms that are used again, for other parts too, hold nothing of what was found before.
      const find = finderOf(asked);
      for (const [first, end] of [
        [0, 1],
        [1, 4],
        [0, exhibits.length],
        [2, 6],
      ] as const) {
        const { from, to } = stretchOf(stack, first, end);
        expect(find(stretchOf(stack, first, end)).slice(from, to)).toStrictEqual(tracks.slice(from, to));
      }
    }
  });
});

describe('the fine grid of feet', () => {
  it('decides nearly every way, so that few are opened', () => {
    const exhibit = walkers(400);
    let opened = 0;
    const counting = {
      ...exhibit,
      path: (at: number) => {
        opened += 1;
        return exhibit.path(at);
      },
    };
    let asked = 0;
    for (let n = 0; n < 100; n++) {
      const [x, y] = [0.2 + 0.6 * random(), 0.2 + 0.6 * random()];
      const polygon = [0, 1, 2, 3, 4].map((corner) => ({
        x: x + (0.1 + 0.1 * random()) * Math.cos((corner / 5) * 2 * Math.PI),
        y: y + (0.1 + 0.1 * random()) * Math.sin((corner / 5) * 2 * Math.PI),
      }));
      const line = { a: { x, y }, b: { x: random(), y: random() }, direction: pick(['both', 'to_left'] as const) };
      for (const where of [
        { zone: { polygon, relation: 'enters' } },
        { zone: { polygon, relation: 'passes' } },
        { zone: { polygon, relation: 'leaves' } },
        { line },
      ] as const) {
        matchTracks(question({ where }), counting);
        asked += exhibit.columns.count;
      }
    }
    // With cells as large as blocks one of twenty-four was.
    expect(opened / asked).toBeLessThan(0.001);
    expect(opened).toBeGreaterThan(0);
  });
});
