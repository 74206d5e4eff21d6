import { describe, expect, it } from 'vitest';
import type { Track, TrackPoint } from '../../gateway/analysis/types.ts';
import { bitsOf } from '../../gateway/index/bits.ts';
import { rectifiedColumns } from '../../gateway/index/rectified.ts';
import type { OpenExhibit, Rectification } from '../../gateway/index/types.ts';
import { compile } from '../../gateway/search/conditions/match.ts';
import type { ExecutedCondition, ExecutedLeaf } from '../../gateway/search/conditions/normal.ts';
import { sieveOf } from '../../gateway/search/conditions/sieve.ts';
import { matchesIn } from '../../gateway/search/match.ts';
import { nearMisses } from '../../gateway/search/near-misses.ts';
import { LEAVES } from '../../gateway/search/normal-values.ts';
import { stackOf } from '../../gateway/search/stack.ts';
import { addRow, eachTrack, emptySet, stretchOf, wholeOf } from '../../gateway/search/track-set.ts';
import { CLASSES, COLOURS, classId, PARTS } from '../../gateway/vocabulary.ts';
import { openInMemory, point, seeded, track } from './fixtures.ts';

// The sieve against the exact way of each single track (`holds`), which knows no rows, no grids and no other tracks than it is asked about.

const random = seeded(48);
const int = (below: number): number => Math.floor(random() * below);
const pick = <T>(items: readonly T[]): T => items[int(items.length)] as T;
const some = <T>(make: () => T, count = 1 + int(3)): T[] => Array.from({ length: count }, make);
/** The evening before the clocks go forward. */
const START_MS = Date.parse('2026-03-28T21:30:00+01:00');
const NOWHERE = { find: () => undefined };
const W = 1280;
const H = 720;

const onLines = (parts: number): number => int(parts + 1) / parts;

/** In steps, from line to line of the coarse grid, or anywhere and beyond the picture. */
function wanderer(): Track {
  const mode = int(3);
  let [seconds, x, y] = [
    int(300) * (random() < 0.3 ? 120 : 1) + (random() < 0.5 ? 0 : random() * 10),
    random(),
    random(),
  ];
  const [dx, dy] = [(random() - 0.5) * 0.15, (random() - 0.5) * 0.15];
  const points = some(
    (): TrackPoint => {
      [x, y] =
        mode === 0
          ? [onLines(16), onLines(9)]
          : mode === 1
            ? [random() * 1.6 - 0.3, random() * 1.6 - 0.3]
            : [x + dx, y + dy];
      const timeSeconds = Math.round(seconds * 1e6) / 1e6;
      seconds += random() < 0.1 ? 200 : pick([0.2, 1, 3.7]);
      const [left, top] = [Math.round((x * W - 20) * 1000) / 1000, Math.round((y * H - 60) * 1000) / 1000];
      return point({ timeSeconds, left, top, width: 40, height: 60 });
    },
    random() < 0.2 ? 1 : 1 + int(10),
  );
  const medianPxPerSecond = pick([0, 10.1, 20.3, int(300) / 10, random() * 50]);
  return track({
    class: pick(LEAVES),
    confidence: int(256) / 255,
    colours: PARTS.flatMap((part) =>
      COLOURS.filter(() => random() < 0.2).map((colour) => ({ part, colour, share: int(256) / 255 })),
    ),
    size: { widthPx: int(100), heightPx: int(100) },
    speed: { medianPxPerSecond, maxPxPerSecond: 500 },
    ...(random() < 0.2 ? {} : { directionDegrees: pick([0, 90, 359.999_999_99, int(3600) / 10]) }),
    points,
  });
}

/** Some of its tracks an order erased or gave another class. */
function exhibitOf(count: number): OpenExhibit {
  const open = openInMemory(Array.from({ length: count }, wanderer), {
    startMs: START_MS + int(40) * 1_800_000,
    uncertaintyMs: pick([0, 0, 2_000, 600_000]),
    durationSeconds: 36_000,
  });
  const { exhibitId, jobId } = open;
  const orders = Array.from({ length: count }, (_, at) => at).filter(() => random() < 0.06);
  const rectifications = orders.map(
    (at): Rectification => ({
      ...{ orderId: 'order', appliedAtMs: 1, exhibitId, jobId, track: at, anchor: open.path(at)[0] as TrackPoint },
      ...{ erased: random() < 0.7, class: pick(LEAVES), personCategory: undefined },
    }),
  );
  const columns = rectifiedColumns(open.columns, open.path, rectifications);
  return { ...open, columns, bits: bitsOf(columns) };
}

const place = () => (random() < 0.5 ? { x: onLines(16), y: onLines(9) } : { x: random(), y: random() });

/** Upright on lines of the grid, with doubled edges, a star, or anything. */
function polygon() {
  const [a, b, c, d] = [place(), place(), place(), place()];
  const star = Array.from({ length: 5 }, (_, n) => ({
    x: 0.5 + 0.3 * Math.cos((4 * n * Math.PI) / 5),
    y: 0.5 + 0.3 * Math.sin((4 * n * Math.PI) / 5),
  }));
  return pick([[a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }], [a, b, c, b, d, b], star, [a, b, c, d], some(place, 6)]);
}

function line() {
  const a = place();
  let b = place();
  while (a.x === b.x && a.y === b.y) b = place();
  return { a, b, direction: pick(['both', 'to_left', 'to_right'] as const) };
}

function span() {
  const from = START_MS + int(20 * 3600) * 1000;
  return { from: new Date(from).toISOString(), to: new Date(from + int(20_000) * 1000).toISOString() };
}

const step = () => (random() < 0.5 ? { zone: { polygon: polygon(), relation: 'passes' as const } } : { line: line() });
const clock = (): string => `${String(int(24)).padStart(2, '0')}:${pick(['00', '15', '59'])}`;

const MAKERS: readonly (() => ExecutedLeaf)[] = [
  () => ({ class: [pick(LEAVES), pick(LEAVES)] }),
  () => ({ colour: [{ colour: pick(COLOURS), part: pick(PARTS), minShare: random() < 0.3 ? 0 : random() }] }),
  () => ({ confidence: { min: random() } }),
  () => ({ size: { widthPx: { min: random() * 100 }, heightPx: { max: random() * 100 } } }),
  () => ({
    speed: pick([
      { min: 0, max: 0 },
      { min: int(300) / 10 },
      { max: int(300) / 10 },
      { min: 10.1, max: 20.3 },
      { min: 20.3 },
      { max: 10.1 },
    ]),
  }),
  () => ({
    direction: { fromDegrees: pick([0, 360, 90, random() * 360]), toDegrees: pick([0, 360, 90, random() * 360]) },
  }),
  () => ({ span: span() }),
  () => ({ timeOfDay: { from: clock(), to: clock() } }),
  () => ({ weekday: [pick(['saturday', 'sunday', 'monday'] as const)] }),
  () => ({ sequence: { steps: [step(), step()], withinSeconds: random() * 20 } }),
  () => ({ path: { points: [place(), place()], tolerance: 0.05 + random() * 0.3 } }),
  () => ({ dwell: { polygon: polygon(), minSeconds: pick([0, 0.2, 1, random() * 10]) } }),
  () => ({ stationary: { minSeconds: pick([0, 0.2, 1, random() * 10]), radius: 0.1 } }),
  () => ({ near: { class: [pick(LEAVES)], distance: 0.2 } }),
  () => ({ crowd: { atLeast: 2, class: [pick(LEAVES), pick(LEAVES)] } }),
  () => ({ line: line() }),
  () => ({ zone: { polygon: polygon(), relation: pick(['passes', 'inside', 'enters', 'leaves', 'avoids'] as const) } }),
];

/** A place beside a time that cuts the lives of some tracks, and one that holds all of them. */
function cut(exhibits: readonly OpenExhibit[]): ExecutedCondition {
  const { startMs, columns, path } = pick(exhibits.filter((exhibit) => exhibit.columns.count > 0));
  const middle = startMs + Math.round(1000 * pick(path(int(columns.count))).timeSeconds);
  const during = {
    from: new Date(middle - pick([0, 500, 2_000])).toISOString(),
    to: new Date(middle + 1_000).toISOString(),
  };
  const places = MAKERS.slice(-2).concat(MAKERS.slice(9, 15));
  return {
    all: [{ span: during }, pick(places)(), ...(random() < 0.3 ? [{ weekday: ['saturday', 'sunday'] as const }] : [])],
  };
}

function tree(depth: number): ExecutedCondition {
  const kind = random();
  if (depth === 0 || kind < 0.4) return pick(MAKERS)();
  if (kind < 0.65) return { all: some(() => tree(depth - 1)) };
  return kind < 0.85 ? { any: some(() => tree(depth - 1)) } : { not: tree(depth - 1) };
}

describe('the sieve', () => {
  it('says yes and no of no track of which the exact way says otherwise, in whole stacks and in parts of them', () => {
    let [yes, maybe, no] = [0, 0, 0];
    for (let round = 0; round < 8; round++) {
      const exhibits = [33, 0, 5, 40].map(exhibitOf);
      const stack = stackOf(exhibits);
      const among = emptySet(stack);
      for (const name of CLASSES) addRow(among, stack.classRow(classId(name)), wholeOf(stack));
      for (let question = 0; question < 60; question++) {
        const condition = random() < 0.2 ? cut(exhibits) : tree(2);
        const sieve = sieveOf(condition);
        const time = random() < 0.3 ? span() : undefined;
        const windowsOf =
          time === undefined
            ? undefined
            : (n: number) => {
                const { startMs = 0 } = exhibits[n] ?? {};
                return [{ fromMs: Date.parse(time.from) - startMs, toMs: Date.parse(time.to) - startMs }];
              };
        const [first, end] = pick([
          [0, 4],
          [0, 1],
          [1, 4],
          [2, 4],
        ] as const);
        for (const part of [wholeOf(stack), stretchOf(stack, first, end), wholeOf(stack)]) {
          // Of other tracks at every call: nothing may be left of the one before.
          const asked = among.map((word) => word & (int(2 ** 31) | int(2 ** 31)));
          const found = sieve.sift(part, windowsOf, asked);
          for (let word = part.from; word < part.to; word++)
            expect(((found.yes[word] ?? 0) | (found.maybe[word] ?? 0)) & ~(asked[word] ?? 0)).toBe(0);
          const has = (set: Int32Array, bit: number): boolean => (((set[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1;
          eachTrack(asked, part, (exhibit, n) => {
            const exact = compile(condition, exhibit, windowsOf?.(n), NOWHERE);
            return (at, bit) => {
              const says = has(found.yes, bit) ? 'yes' : has(found.maybe, bit) ? 'maybe' : 'no';
              if (says === 'maybe') maybe++;
              else {
                if (says === 'yes') yes++;
                else no++;
                const shown = `${JSON.stringify(condition)} of ${JSON.stringify(exhibit.path(at))}`;
                expect(exact.holds(at), shown).toBe(says === 'yes');
              }
              expect(has(found.yes, bit) && has(found.maybe, bit)).toBe(false);
            };
          });
        }
      }
    }
    // It means something: much is decided, either way.
    expect(yes).toBeGreaterThan(10_000);
    expect(no).toBeGreaterThan(10_000);
    expect(maybe).toBeLessThan(yes + no);
  });

  it('leaves a stay that lasts just as long as was asked to the exact way', () => {
    const at = (timeSeconds: number): TrackPoint => point({ timeSeconds });
    const exhibit = openInMemory([track({ points: [at(21.649_584), at(30.169_584)] })]);
    const asked = { version: 1, classes: LEAVES, colours: [], time: null, exhibits: null, zone: null } as const;
    const where = { stationary: { minSeconds: 8.52, radius: 0.1 } };
    expect(compile(where, exhibit, undefined, NOWHERE).holds(0)).toBe(true);
    expect(matchesIn({ ...asked, minConfidence: 0, where, order: 'time' }, [exhibit]).total).toBe(1);
  });

  it('asks each recording for the clock of its own days, however far they lie apart', () => {
    const ofYear = (year: number): OpenExhibit =>
      openInMemory([track()], { startMs: Date.UTC(year, 5, 1, 12), durationSeconds: 600 });
    const exhibits = [ofYear(1970), ofYear(2026)];
    const stack = stackOf(exhibits);
    const among = emptySet(stack);
    for (const name of CLASSES) addRow(among, stack.classRow(classId(name)), wholeOf(stack));
    const sieve = sieveOf({ timeOfDay: { from: '13:00', to: '15:00' } });
    const { yes } = sieve.sift(wholeOf(stack), undefined, among);
    expect([...yes]).toStrictEqual([1, 1]);
  });
});

describe('near misses', () => {
  it('are found in the last of very many exhibits as in the first', () => {
    const of = (confidence: number): OpenExhibit => openInMemory([track({ confidence })]);
    const exhibits = Array.from({ length: 400 }, (_, n) => of(n === 3 || n === 70 || n === 399 ? 0.5 : 0.9));
    const asked = { version: 1, classes: LEAVES, colours: [], time: null, exhibits: null, zone: null } as const;
    const question = { ...asked, minConfidence: 0.6, where: null, order: 'time' } as const;
    const misses = nearMisses(question, matchesIn(question, exhibits), NOWHERE);
    expect(misses.map(({ exhibitId }) => exhibits.findIndex((each) => each.exhibitId === exhibitId))).toStrictEqual([
      3, 70, 399,
    ]);
  });
});
