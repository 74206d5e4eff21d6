import { describe, expect, it } from 'vitest';
import type { Track, TrackPoint } from '../../gateway/analysis/types.ts';
import type { HitId } from '../../gateway/ids.ts';
import type { OpenExhibit } from '../../gateway/index/types.ts';
import { elsewhereIn } from '../../gateway/search/conditions/across-cameras.ts';
import { compile } from '../../gateway/search/conditions/match.ts';
import { type ExecutedCondition, normaliseCondition, opsOfCondition } from '../../gateway/search/conditions/normal.ts';
import type { Condition } from '../../gateway/search/conditions/types.ts';
import { describeMatch, matchTracks } from '../../gateway/search/match.ts';
import { LEAVES } from '../../gateway/search/normal-values.ts';
import { isBroad } from '../../gateway/search/normalise.ts';
import { parseQuestion } from '../../gateway/search/schema.ts';
import type { ExecutedQuestion, PicturePoint } from '../../gateway/search/types.ts';
import { inEnglish, inFrench } from '../../gateway/search/words.ts';
import { CAPTURE_START_MS, openInMemory, point, seeded, track } from './fixtures.ts';

const W = 1280;
const H = 720;
const ASPECT = H / W;

const question = (where: ExecutedCondition | null, changes: Partial<ExecutedQuestion> = {}): ExecutedQuestion => ({
  version: 1,
  classes: LEAVES,
  colours: [],
  time: null,
  exhibits: null,
  zone: null,
  minConfidence: 0,
  where,
  order: 'time',
  ...changes,
});
const executed = (condition: Condition): ExecutedCondition => normaliseCondition(condition, LEAVES);
const ask = (condition: Condition, exhibit: OpenExhibit, changes: Partial<ExecutedQuestion> = {}): number[] =>
  matchTracks(question(executed(condition), changes), exhibit);

/** A track whose feet are at these places (fractions) at these seconds. */
function walk(
  steps: readonly (readonly [seconds: number, x: number, y: number])[],
  changes: Partial<Track> = {},
): Track {
  const points = steps.map(([timeSeconds, x, y], n) =>
    point({ frame: n + 1, pts: n * 512, timeSeconds, left: x * W - 20, top: y * H - 60, width: 40, height: 60 }),
  );
  return track({ points, size: { widthPx: 40, heightPx: 60 }, ...changes });
}

const LEFT: PicturePoint[] = [
  { x: 0, y: 0 },
  { x: 0.3, y: 0 },
  { x: 0.3, y: 1 },
  { x: 0, y: 1 },
];
const RIGHT = LEFT.map(({ x, y }) => ({ x: x + 0.7, y }));
const across = walk([
  [0, 0.1, 0.5],
  [10, 0.9, 0.5],
]);
const back = walk([
  [20, 0.9, 0.5],
  [30, 0.1, 0.5],
]);
const standing = walk([
  [40, 0.15, 0.5],
  [60, 0.16, 0.5],
]);
const street = openInMemory([across, back, standing]);

describe('a condition on where something goes', () => {
  it('enters, leaves, stays in, passes and avoids a zone are five things', () => {
    const zone = (relation: 'passes' | 'inside' | 'enters' | 'leaves' | 'avoids') =>
      ask({ zone: { polygon: LEFT, relation } }, street);
    expect(zone('passes')).toEqual([0, 1, 2]);
    expect(zone('leaves')).toEqual([0]);
    expect(zone('enters')).toEqual([1]);
    expect(zone('inside')).toEqual([2]);
    expect(ask({ zone: { polygon: RIGHT, relation: 'avoids' } }, street)).toEqual([2]);
  });

  it('a line has two sides, as somebody sees who looks from a to b', () => {
    // Downwards in the picture: to the right of it is the left of the picture.
    const line = { a: { x: 0.5, y: 0 }, b: { x: 0.5, y: 1 } };
    expect(ask({ line }, street)).toEqual([0, 1]);
    expect(ask({ line: { ...line, direction: 'to_left' } }, street)).toEqual([0]);
    expect(ask({ line: { ...line, direction: 'to_right' } }, street)).toEqual([1]);
    expect(ask({ line: { a: { x: 0.5, y: 0 }, b: { x: 0.5, y: 0.4 } } }, street)).toEqual([]);
  });

  it('A then B within t counts from the end of A, in that order', () => {
    const steps = [{ zone: { polygon: LEFT } }, { zone: { polygon: RIGHT } }];
    // 0.3 to 0.7 of the way from 0.1 to 0.9 in ten seconds: five seconds.
    expect(ask({ sequence: { steps, withinSeconds: 5.1 } }, street)).toEqual([0]);
    expect(ask({ sequence: { steps, withinSeconds: 4.9 } }, street)).toEqual([]);
    expect(ask({ sequence: { steps: steps.toReversed(), withinSeconds: 5.1 } }, street)).toEqual([1]);
  });

  it('a path that was drawn has a direction and a tolerance', () => {
    const points = [
      { x: 0.2, y: 0.52 },
      { x: 0.8, y: 0.52 },
    ];
    expect(ask({ path: { points, tolerance: 0.05 } }, street)).toEqual([0]);
    expect(ask({ path: { points: points.toReversed(), tolerance: 0.05 } }, street)).toEqual([1]);
    expect(ask({ path: { points: points.map(({ x }) => ({ x, y: 0.8 })), tolerance: 0.05 } }, street)).toEqual([]);
  });

  it('dwells in a zone, stands still, comes near another, is one of several at once', () => {
    expect(ask({ dwell: { polygon: LEFT, minSeconds: 15 } }, street)).toEqual([2]);
    expect(ask({ stationary: { minSeconds: 15 } }, street)).toEqual([2]);
    const pair = openInMemory([
      walk([
        [0, 0.1, 0.5],
        [10, 0.9, 0.5],
      ]),
      walk([
        [0, 0.9, 0.5],
        [10, 0.1, 0.5],
      ]),
      walk([
        [0, 0.1, 0.1],
        [10, 0.9, 0.1],
      ]),
    ]);
    // They meet between two of their points.
    expect(ask({ near: { distance: 0.01 } }, pair)).toEqual([0, 1]);
    expect(ask({ near: { distance: 0.01, class: ['person'] } }, pair)).toEqual([]);
    expect(ask({ crowd: { atLeast: 3 } }, pair)).toEqual([0, 1, 2]);
    expect(ask({ crowd: { atLeast: 2 } }, street)).toEqual([]);
  });
});

describe('a condition on what and when', () => {
  const tracks = [
    walk(
      [
        [0, 0.5, 0.5],
        [1, 0.5, 0.5],
      ],
      { class: 'person', confidence: 200 / 255, directionDegrees: 350 },
    ),
    walk(
      [
        [3600, 0.5, 0.5],
        [3601, 0.5, 0.5],
      ],
      { speed: { medianPxPerSecond: 300, maxPxPerSecond: 320 }, directionDegrees: undefined as never },
    ),
    walk(
      [
        [8000, 0.5, 0.5],
        [8001, 0.5, 0.5],
      ],
      { size: { widthPx: 90, heightPx: 200 }, directionDegrees: 20 },
    ),
  ];
  const exhibit = openInMemory(tracks, { durationSeconds: 90_000, uncertaintyMs: 0 });

  it('size, speed, direction over north, confidence, class and colour', () => {
    expect(ask({ size: { heightPx: { min: 100 } } }, exhibit)).toEqual([2]);
    expect(ask({ size: { heightPx: { max: 100 }, widthPx: { min: 10 } } }, exhibit)).toEqual([0, 1]);
    expect(ask({ speed: { min: 200, max: 400 } }, exhibit)).toEqual([1]);
    // What hardly moved has no direction, and is in none.
    expect(ask({ direction: { fromDegrees: 340, toDegrees: 30 } }, exhibit)).toEqual([0, 2]);
    expect(ask({ direction: { fromDegrees: 30, toDegrees: 340 } }, exhibit)).toEqual([]);
    expect(ask({ confidence: { min: 0.81 } }, exhibit)).toEqual([]);
    expect(ask({ class: ['person'] }, exhibit)).toEqual([0]);
    expect(ask({ colour: [{ colour: 'red' }] }, exhibit)).toEqual([0, 1, 2]);
    expect(ask({ colour: [{ colour: 'red', minShare: 0.7 }] }, exhibit)).toEqual([]);
  });

  it('time of day and weekday are those of the zone of the case, spans are joined by OR in an any', () => {
    // Monday 2 March 2026, 14:00 in Paris.
    expect(ask({ timeOfDay: { from: '13:59', to: '14:30' } }, exhibit)).toEqual([0]);
    expect(ask({ timeOfDay: { from: '15:30', to: '14:00' } }, exhibit)).toEqual([0, 2]);
    expect(ask({ weekday: ['monday'] }, exhibit)).toEqual([0, 1, 2]);
    expect(ask({ weekday: ['sunday', 'tuesday'] }, exhibit)).toEqual([]);
    const span = (seconds: number) => ({
      span: {
        from: new Date(CAPTURE_START_MS + seconds * 1000).toISOString(),
        to: new Date(CAPTURE_START_MS + seconds * 1000 + 2000).toISOString(),
      },
    });
    expect(ask({ any: [span(0), span(8000)] }, exhibit)).toEqual([0, 2]);
    expect(ask({ all: [span(0), span(8000)] }, exhibit)).toEqual([]);
    expect(ask({ not: span(0) }, exhibit)).toEqual([1, 2]);
  });

  it('the uncertainty of a clock loses nothing: it widens a span on both sides', () => {
    const from = new Date(CAPTURE_START_MS + 3_000).toISOString();
    const to = new Date(CAPTURE_START_MS + 4_000).toISOString();
    const uncertain = openInMemory(tracks, { durationSeconds: 90_000, uncertaintyMs: 2_500 });
    expect(ask({ span: { from, to } }, exhibit)).toEqual([]);
    expect(ask({ span: { from, to } }, uncertain)).toEqual([0]);
    const before = {
      from: new Date(CAPTURE_START_MS + 3_597_000).toISOString(),
      to: new Date(CAPTURE_START_MS + 3_598_000).toISOString(),
    };
    expect(ask({ span: before }, exhibit)).toEqual([]);
    expect(ask({ span: before }, uncertain)).toEqual([1]);
  });

  it('a time beside a place in an all bounds when the place has to be passed', () => {
    const time = (from: number, to: number) => ({
      span: {
        from: new Date(CAPTURE_START_MS + from * 1000).toISOString(),
        to: new Date(CAPTURE_START_MS + to * 1000).toISOString(),
      },
    });
    const zone = { zone: { polygon: RIGHT } };
    expect(ask({ all: [zone, time(0, 2)] }, street)).toEqual([]);
    expect(ask({ all: [zone, time(7, 9)] }, street)).toEqual([0]);
    // Apart from each other they ask two things.
    expect(ask({ all: [{ any: [zone] }, { any: [time(0, 2)] }] }, street)).toEqual([0]);
  });
});

describe('the same attributes on another camera', () => {
  const first = openInMemory([across], { cameraId: 'cam-1', uncertaintyMs: 0 });
  const second = openInMemory(
    [
      walk([
        [100, 0.1, 0.5],
        [110, 0.9, 0.5],
      ]),
      walk([
        [500, 0.1, 0.5],
        [510, 0.9, 0.5],
      ]),
    ],
    { cameraId: 'cam-2', uncertaintyMs: 0 },
  );
  const all = [first, second];
  const then = (minSeconds: number, maxSeconds: number): ExecutedCondition =>
    executed({
      all: [
        { zone: { polygon: LEFT, relation: 'leaves' } },
        { acrossCameras: { arrival: { zone: { polygon: RIGHT, relation: 'enters' } }, minSeconds, maxSeconds } },
      ],
    });

  it('counts from leaving one zone to entering the other', () => {
    // Left at 2.5 s, entered at 107.5 s: 105 s.
    const found = (condition: ExecutedCondition, exhibits = all): number[] =>
      matchTracks(question(condition), first, elsewhereIn(exhibits));
    expect(found(then(104, 106))).toEqual([0]);
    expect(found(then(90, 104))).toEqual([]);
    expect(found(then(106, 400))).toEqual([]);
    expect(found(then(504, 506))).toEqual([0]);
    // Another recording of the same camera is no other camera.
    expect(found(then(104, 106), [first, { ...second, cameraId: 'cam-1' }])).toEqual([]);
    // What both clocks may be wrong widens the time.
    expect(found(then(106, 400), [first, { ...second, uncertaintyMs: 1500 }])).toEqual([0]);
  });

  it('names the other track, and never says that it is the same', () => {
    const asked = question(then(104, 106));
    const { reasons } = describeMatch(asked, first, 0, [], elsewhereIn(all));
    expect(reasons.at(-1)).toMatchObject({
      condition: 'acrossCameras',
      value: 105,
      other: { exhibitId: second.exhibitId, track: 0 },
    });
    expect(inFrench(asked)).toContain('mêmes attributs, sans dire qu’il s’agit du même'.replaceAll('’', "'"));
    expect(inEnglish(asked)).toContain('without saying that it is the same');
    expect(inEnglish(asked)).not.toMatch(/same person/);
  });
});

// ---- An oracle that looks at a way in thousands of moments. It knows nothing of grids, edges or crossings; what happens within `slack` of a
// border it can see or miss, so each answer has to lie between that of a narrow and of a wide reading.

const MOMENTS = 1500;
type Place = { readonly x: number; readonly y: number };

function momentsOf({ points }: Track): { readonly seconds: number; readonly at: Place }[] {
  const [first, last] = [points[0] as TrackPoint, points.at(-1) as TrackPoint];
  const foot = (one: TrackPoint): Place => ({ x: (one.left + one.width / 2) / W, y: (one.top + one.height) / H });
  return Array.from({ length: MOMENTS + 1 }, (_, n) => {
    const seconds = first.timeSeconds + ((last.timeSeconds - first.timeSeconds) * n) / MOMENTS;
    const next = points.findIndex((one) => one.timeSeconds >= seconds);
    const [a, b] = [points[Math.max(0, next - 1)] as TrackPoint, points[Math.max(0, next)] as TrackPoint];
    const share = b.timeSeconds === a.timeSeconds ? 1 : (seconds - a.timeSeconds) / (b.timeSeconds - a.timeSeconds);
    const [p, q] = [foot(a), foot(b)];
    return { seconds, at: { x: p.x + (q.x - p.x) * share, y: p.y + (q.y - p.y) * share } };
  });
}

/** Signed distance to the border of an upright rectangle: below 0 inside. */
const outside = (box: readonly Place[], { x, y }: Place): number => {
  const [a, c] = [box[0] as Place, box[2] as Place];
  return Math.max(a.x - x, x - c.x, a.y - y, y - c.y);
};

/** Whether it holds when borders are moved outwards by `slack` (inwards when negative). */
function plainly(condition: Condition, one: Track, others: readonly Track[], slack: number): boolean {
  const moments = momentsOf(one);
  if ('zone' in condition) {
    const { polygon, relation = 'passes' } = condition.zone;
    const inside = (moment: { at: Place }): boolean => outside(polygon, moment.at) <= slack;
    const deep = (moment: { at: Place }): boolean => outside(polygon, moment.at) <= -slack;
    if (relation === 'passes') return moments.some(inside);
    if (relation === 'inside') return moments.every(inside);
    if (relation === 'avoids') return !moments.some(deep);
    const order = relation === 'enters' ? moments : moments.toReversed();
    const out = order.findIndex((moment) => outside(polygon, moment.at) > -slack);
    return out >= 0 && order.slice(out + 1).some(inside);
  }
  if ('dwell' in condition) {
    let [since, longest]: [number | undefined, number] = [undefined, 0];
    for (const { seconds, at } of moments) {
      since = outside(condition.dwell.polygon, at) > slack ? undefined : (since ?? seconds);
      longest = Math.max(longest, seconds - (since ?? seconds));
    }
    return longest >= condition.dwell.minSeconds - slack * 20;
  }
  if ('line' in condition) {
    // An upright line: crossed where x passes its x between its ends.
    const { a, b, direction = 'both' } = condition.line;
    const [top, bottom] = [Math.min(a.y, b.y) - slack, Math.max(a.y, b.y) + slack];
    return moments.some((moment, n) => {
      const before = moments[n - 1];
      if (before === undefined || (before.at.x - a.x) * (moment.at.x - a.x) > 0) return false;
      if (before.at.x === moment.at.x || moment.at.y < top || moment.at.y > bottom) return false;
      const toRight = moment.at.x < before.at.x === b.y > a.y;
      return direction === 'both' || (direction === 'to_right') === toRight;
    });
  }
  if ('near' in condition) {
    return others.some((other) => {
      const theirs = momentsOf(other);
      const [first, last] = [theirs[0]?.seconds ?? 0, theirs.at(-1)?.seconds ?? 0];
      return moments.some(({ seconds, at }) => {
        if (seconds < first || seconds > last) return false;
        const there = theirs[Math.round(((seconds - first) / Math.max(1e-9, last - first)) * MOMENTS)]?.at ?? {
          x: 9,
          y: 9,
        };
        return Math.hypot(at.x - there.x, (at.y - there.y) * ASPECT) <= condition.near.distance + slack;
      });
    });
  }
  throw new Error('the oracle knows no such condition');
}

describe('a random tree', () => {
  const random = seeded(20_261_126);
  const between = (low: number, high: number): number => low + random() * (high - low);
  const box = (): PicturePoint[] => {
    const [x, y] = [between(0, 0.6), between(0, 0.6)];
    const [right, bottom] = [x + between(0.1, 0.4), y + between(0.1, 0.4)];
    return [
      { x, y },
      { x: right, y },
      { x: right, y: bottom },
      { x, y: bottom },
    ];
  };
  const wanderer = (): Track => {
    const start = between(0, 40);
    let [x, y] = [between(0, 1), between(0, 1)];
    return walk(
      Array.from({ length: 2 + Math.floor(random() * 6) }, (_, n) => {
        [x, y] = [Math.min(1, Math.max(0, x + between(-0.4, 0.4))), Math.min(1, Math.max(0, y + between(-0.4, 0.4)))];
        return [start + n * 2, x, y] as const;
      }),
    );
  };
  const leaf = (): Condition => {
    const kinds: (() => Condition)[] = [
      () => ({
        zone: {
          polygon: box(),
          relation: (['passes', 'inside', 'enters', 'leaves', 'avoids'] as const)[Math.floor(random() * 5)] ?? 'passes',
        },
      }),
      () => ({ dwell: { polygon: box(), minSeconds: between(0.5, 4) } }),
      () => {
        const x = between(0.1, 0.9);
        const [top, bottom] = [between(0, 0.5), between(0.5, 1)];
        const down = random() < 0.5;
        const [a, b] = [
          { x, y: down ? top : bottom },
          { x, y: down ? bottom : top },
        ];
        return {
          line: { a, b, direction: (['both', 'to_left', 'to_right'] as const)[Math.floor(random() * 3)] ?? 'both' },
        };
      },
      () => ({ near: { distance: between(0.02, 0.2) } }),
    ];
    return (kinds[Math.floor(random() * kinds.length)] ?? (() => leaf()))();
  };

  it('finds what an oracle of thousands of moments finds, for each kind of place', () => {
    const seen = { yes: 0, no: 0 };
    for (let round = 0; round < 12; round++) {
      const tracks = Array.from({ length: 12 }, wanderer);
      const exhibit = openInMemory(tracks);
      for (let n = 0; n < 20; n++) {
        const condition = leaf();
        const found = new Set(ask(condition, exhibit));
        for (const [index, one] of tracks.entries()) {
          const others = tracks.filter((other) => other !== one);
          const text = `${JSON.stringify(condition)} of track ${index} in round ${round}`;
          if (plainly(condition, one, others, -0.01)) expect(found.has(index), text).toBe(true);
          if (!plainly(condition, one, others, 0.01)) expect(found.has(index), text).toBe(false);
          seen[found.has(index) ? 'yes' : 'no']++;
        }
      }
    }
    expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(400);
  });

  it('and, or and not are those of sets, and columns never contradict the exact way', () => {
    const tracks = Array.from({ length: 40 }, wanderer);
    const exhibit = openInMemory(tracks);
    const everything = tracks.map((_, n) => n);
    for (let n = 0; n < 60; n++) {
      const [a, b] = [leaf(), leaf()];
      const [inA, inB] = [new Set(ask(a, exhibit)), new Set(ask(b, exhibit))];
      expect(ask({ all: [a, b] }, exhibit)).toEqual(everything.filter((one) => inA.has(one) && inB.has(one)));
      expect(ask({ any: [a, b] }, exhibit)).toEqual(everything.filter((one) => inA.has(one) || inB.has(one)));
      expect(ask({ all: [a, { not: b }] }, exhibit)).toEqual(everything.filter((one) => inA.has(one) && !inB.has(one)));
      // Blind columns: whatever is asked goes through the ways.
      const blind = compile(executed({ any: [a, b] }), exhibit, undefined, { find: () => undefined });
      expect(everything.filter((one) => blind.holds(one))).toEqual(ask({ any: [a, b] }, exhibit));
    }
  });
});

describe('the language', () => {
  const HIT = '0a000000-0000-4000-8000-000000000001' as HitId;
  const one = (where: unknown) => parseQuestion({ version: 1, where });

  it('FACE-09, REQ-17: knows no free text, no picture and no condition that is not in its vocabulary', () => {
    for (const where of [
      { text: 'a man with a hat' },
      { class: ['child'] },
      { class: ['car'], colour: [{ colour: 'red' }] },
      { zone: { polygon: LEFT, relation: 'looks_at' } },
      { all: [] },
      { speed: {} },
      { similar: HIT },
      { image: 'data:image/png;base64,iVBORw0KGgo' },
      { acrossCameras: { arrival: { person: HIT }, minSeconds: 0, maxSeconds: 1 } },
    ]) {
      expect(() => one(where), JSON.stringify(where)).toThrow(/E_QUESTION|E_FACE_QUERY_IMAGE/);
    }
    let deep: unknown = { class: ['car'] };
    for (let n = 0; n < 5000; n++) deep = { not: deep };
    expect(() => one(deep)).toThrow(/E_QUESTION/);
    expect(() => executed({ not: { not: { not: { not: { not: { not: { class: ['car'] } } } } } } })).toThrow(
      /E_QUESTION/,
    );
    expect(one({ any: [{ not: { class: ['car'] } }, { weekday: ['monday'] }] })).toBeDefined();
  });

  it('REQ-08: each kind of condition needs its own operation of the requisition', () => {
    const ops = (condition: Condition) => opsOfCondition(executed(condition));
    expect(ops({ line: { a: { x: 0, y: 0 }, b: { x: 1, y: 1 } } })).toEqual(['search.line']);
    expect(ops({ not: { near: { distance: 0.1 } } })).toEqual(['search.proximity']);
    expect(
      ops({ acrossCameras: { arrival: { dwell: { polygon: LEFT, minSeconds: 1 } }, minSeconds: 0, maxSeconds: 1 } }),
    ).toEqual(['search.cross_camera', 'search.dwell']);
    expect(
      ops({ sequence: { steps: [{ zone: { polygon: LEFT } }, { zone: { polygon: RIGHT } }], withinSeconds: 3 } }),
    ).toContain('search.zone');
  });

  it('PRO-04: a broad question is told from one that a place, a time or a second facet bounds', () => {
    const broad = (where: Condition, changes: Partial<ExecutedQuestion> = {}) =>
      isBroad(question(executed(where), changes));
    expect(broad({ class: ['car'] })).toBe(true);
    expect(broad({ all: [{ class: ['car'] }, { colour: [{ colour: 'red' }] }] })).toBe(false);
    expect(broad({ any: [{ class: ['car'] }, { zone: { polygon: LEFT } }] })).toBe(true);
    expect(broad({ not: { zone: { polygon: LEFT } } })).toBe(true);
    expect(broad({ zone: { polygon: LEFT, relation: 'avoids' } })).toBe(true);
    expect(broad({ line: { a: { x: 0, y: 0 }, b: { x: 1, y: 1 } } })).toBe(false);
    expect(broad({ class: ['car'] }, { colours: [{ colour: 'red', part: 'whole', minShare: 0.2 }] })).toBe(false);
  });

  it('says in French and in English what it was asked', () => {
    const asked = question(
      executed({
        all: [
          { any: [{ speed: { min: 50 } }, { not: { stationary: { minSeconds: 10 } } }] },
          { line: { a: { x: 0, y: 0 }, b: { x: 1, y: 1 }, direction: 'to_left' } },
          { timeOfDay: { from: '22:00', to: '06:00' } },
        ],
      }),
      { classes: ['car'] },
    );
    expect(inFrench(asked)).toBe(
      "Voitures, (dont la vitesse médiane est au moins 50 px/s ou à l'exclusion de ce qui répond à : immobile au moins 10 s (à 2 % de la largeur de l'image près)) et qui franchit la ligne tracée vers sa gauche et entre 22:00 et 06:00, quel que soit le jour, ordre chronologique",
    );
    expect(inEnglish(asked)).toBe(
      "Cars, (whose median speed is at least 50 px/s or leaving out what answers: that stands still for at least 10 s (to within 2% of the picture's width)) and that crosses the drawn line towards its left and between 22:00 and 06:00 on any day, in order of time",
    );
  });
});
