import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { EVENTS } from '../../gateway/audit/events.ts';
import { Refusal, refusalOf, Unreachable } from '../../gateway/console/api/client.ts';
import { createSha256 } from '../../gateway/console/api/sha256.ts';
import type { ExhibitBody } from '../../gateway/console/api/types.ts';
import { addressOf, addressOfQuestion, placeOf, withKept } from '../../gateway/console/app/router.ts';
import {
  added,
  closed,
  closes,
  type Drawing,
  faultOf,
  inserted,
  isWhole,
  moved,
  NOTHING,
  nextPlace,
  pressed,
  removed,
  undone,
} from '../../gateway/console/parts/draw/drawing.ts';
import { clockNoteIn } from '../../gateway/console/parts/remarks.ts';
import { sizeWords } from '../../gateway/console/parts/size.ts';
import { tagsOf } from '../../gateway/console/parts/tags.ts';
import { exactTime, mediaTime, offsetAt, parisInstant } from '../../gateway/console/parts/time.ts';
import {
  hitStretch,
  indexOf,
  nearest,
  stretchAround,
  targetOf,
} from '../../gateway/console/screens/player/frame-clock.ts';
import { previewFrames } from '../../gateway/console/screens/player/hover-preview.ts';
import { mayPass, untilPassed } from '../../gateway/console/screens/player/pass.ts';
import { groupOf } from '../../gateway/console/screens/review/package-groups.ts';
import { drawnLeaf, figuresOf, KINDS, redrawn, startLeaf } from '../../gateway/console/screens/search/conditions.ts';
import {
  type Filters,
  inverted,
  NO_FILTERS,
  questionOf,
  toggled,
  withFacet,
} from '../../gateway/console/screens/search/filters.ts';
import { byWeekday, regionsOf } from '../../gateway/console/screens/search/heat.ts';
import {
  camerasOf,
  LABEL_HEIGHT_PX,
  labelPlaces,
  metresFrom,
  planOf,
} from '../../gateway/console/screens/search/plan.ts';
import { withTyped } from '../../gateway/console/screens/search/typed.ts';
import { EN } from '../../gateway/console/words/en.ts';
import { FR } from '../../gateway/console/words/fr.ts';
import { clipCut } from '../../gateway/evidence/clip-time.ts';
import { ACTIONS, ROLES } from '../../gateway/policy/types.ts';
import { parseQuestion } from '../../gateway/search/schema.ts';
import { CLASSES, COLOURS } from '../../gateway/vocabulary.ts';

// What of the console needs no browser.

describe('the digest of a file', () => {
  it('is SHA-256 for every length around a block and for any cutting of the stream', () => {
    for (const length of [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 4_096, 70_001]) {
      const bytes = randomBytes(length);
      for (const piece of [1, 7, 64, 65_536]) {
        const hash = createSha256();
        for (let at = 0; at < length; at += piece) hash.update(bytes.subarray(at, at + piece));
        expect(hash.hex(), `${length} by ${piece}`).toBe(createHash('sha256').update(bytes).digest('hex'));
      }
    }
  });
});

describe('time', () => {
  it('is that of Paris, also in the nights when the clocks change', () => {
    expect(parisInstant('02/03/2026 14:02:00')).toBe('2026-03-02T14:02:00+01:00');
    expect(parisInstant('02/07/2026 14:02')).toBe('2026-07-02T14:02:00+02:00');
    expect(parisInstant('29/03/2026 01:59:59')).toBe('2026-03-29T01:59:59+01:00');
    expect(parisInstant('29/03/2026 03:00:00')).toBe('2026-03-29T03:00:00+02:00');
    expect(parisInstant('25/10/2026 03:30:00')).toBe('2026-10-25T03:30:00+01:00');
    expect(parisInstant('25/10/2026 01:30:00')).toBe('2026-10-25T01:30:00+02:00');
  });

  it('is not guessed', () => {
    for (const text of [
      '',
      '2026-03-02',
      '2/3/2026 14:02',
      '32/01/2026 10:00:00',
      '31/02/2026 10:00:00',
      '02/03/2026 25:00:00',
    ])
      expect(parisInstant(text), text).toBeUndefined();
  });

  it('is printed with its offset, and media time to the frame', () => {
    expect(exactTime(Date.parse('2026-07-02T12:02:00.250Z'))).toBe('02/07/2026 14:02:00.250 (UTC+02:00)');
    expect(offsetAt('2026-01-02T00:00:00Z')).toBe('+01:00');
    expect(mediaTime(3_723.45)).toBe('01:02:03.5');
    expect(mediaTime(6.24, 3)).toBe('00:00:06.240');
    expect(mediaTime(59.96)).toBe('00:01:00.0');
  });
});

describe('a zone that is drawn', () => {
  const square = [
    { x: 0.1, y: 0.1 },
    { x: 0.9, y: 0.1 },
    { x: 0.9, y: 0.9 },
  ].reduce<Drawing>((drawing, point) => added(drawing, point), NOTHING);

  it('is closed by a click near its first corner and not before it has three', () => {
    expect(closes(square, { x: 0.105, y: 0.105 }, 9 / 16)).toBe(true);
    expect(closes(square, { x: 0.2, y: 0.1 }, 9 / 16)).toBe(false);
    expect(closes(added(NOTHING, { x: 0.1, y: 0.1 }), { x: 0.1, y: 0.1 }, 9 / 16)).toBe(false);
    expect(closed(added(NOTHING, { x: 0, y: 0 })).isClosed).toBe(false);
    const zone = closed(square);
    expect(zone.isClosed).toBe(true);
    expect(added(zone, { x: 0.5, y: 0.5 }).points).toHaveLength(3);
  });

  it('moves, loses and gains corners within the picture, and goes back step by step', () => {
    const zone = closed(square);
    const outside = moved(zone, 0, { x: -3, y: 2 }, true);
    expect(outside.points[0]).toEqual({ x: 0, y: 1 });
    expect(undone(outside).points).toEqual(zone.points);
    expect(inserted(zone, 2, { x: 0.1, y: 0.9 }).points).toHaveLength(4);
    const open = removed(zone, 1);
    expect(open).toMatchObject({ isClosed: false });
    expect(undone(open).points).toEqual(zone.points);
    expect(undone(undone(undone(undone(undone(zone)))))).toEqual(NOTHING);
  });
});

describe('a zone that bounds nothing', () => {
  const at = (...points: (readonly [number, number])[]) => points.map(([x, y]) => ({ x, y }));

  it('is one whose edges cross, or whose corners lie on a line, and cannot be used', () => {
    const bow = at([0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]);
    expect(faultOf(bow, 'zone')).toBe('crossing');
    expect(isWhole({ ...NOTHING, points: bow }, 'zone')).toBe(false);
    expect(faultOf(at([0.1, 0.1], [0.5, 0.5], [0.9, 0.9]), 'zone')).toBe('flat');
    expect(faultOf(at([0.2, 0.2], [0.2, 0.2], [0.2, 0.2]), 'zone')).toBe('flat');
    expect(faultOf(at([0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]), 'zone')).toBeUndefined();
    // A hollow one is none of these, and neither is what is no zone.
    expect(faultOf(at([0.1, 0.1], [0.9, 0.1], [0.5, 0.3], [0.9, 0.9]), 'zone')).toBeUndefined();
    expect(faultOf(bow, 'path')).toBeUndefined();
    expect(faultOf(at([0.1, 0.1], [0.5, 0.5]), 'zone')).toBeUndefined();
  });

  it('is never made by the button that adds a corner, whatever the figure', () => {
    for (const [tool, count] of [
      ['zone', 8],
      ['line', 2],
      ['path', 12],
      ['boxes', 4],
    ] as const) {
      const drawing = Array.from({ length: count }).reduce<Drawing>(
        (before) => added(before, nextPlace(before, tool), tool),
        NOTHING,
      );
      expect(new Set(drawing.points.map(({ x, y }) => `${x} ${y}`)).size, tool).toBe(count);
      expect(isWhole(drawing, tool), tool).toBe(true);
    }
  });
});

describe('other figures', () => {
  const drawn = (tool: 'line' | 'path' | 'boxes', count: number) =>
    Array.from({ length: count }, (_, index) => ({ x: 0.1 + index * 0.2, y: 0.2 + index * 0.1 })).reduce<Drawing>(
      (drawing, point) => added(drawing, point, tool),
      NOTHING,
    );

  it('a line has two ends, a path two points at least, a size one or two boxes', () => {
    expect(drawn('line', 5).points).toHaveLength(2);
    expect(isWhole(drawn('line', 1), 'line')).toBe(false);
    expect(isWhole(drawn('path', 2), 'path')).toBe(true);
    expect(isWhole(drawn('boxes', 3), 'boxes')).toBe(false);
    expect(isWhole(drawn('boxes', 4), 'boxes')).toBe(true);
    expect(isWhole(closed(drawn('path', 2)), 'zone')).toBe(false);
  });

  it('become conditions that the gateway knows', () => {
    const picture = { widthPx: 1_000, heightPx: 500 };
    const leaves = [
      drawnLeaf('line', drawn('line', 2).points, undefined, picture),
      drawnLeaf('path', drawn('path', 3).points, undefined, picture),
      drawnLeaf('size', drawn('boxes', 4).points, undefined, picture),
      drawnLeaf('dwell', drawn('path', 3).points, undefined, picture),
      drawnLeaf('sequence', drawn('path', 3).points, drawn('path', 3).points, picture),
      drawnLeaf('zone', drawn('path', 3).points, undefined, picture),
      ...KINDS.map((kind) => startLeaf(kind, { classes: CLASSES, colours: COLOURS })),
    ].filter((leaf) => leaf !== undefined);
    expect(leaves.length).toBe(6 + 8);
    // Drawn again with the same figures, each is what it was; with others, only its figures change.
    for (const leaf of leaves) expect(redrawn(leaf, figuresOf(leaf))).toEqual(leaf);
    expect(leaves.map((leaf) => figuresOf(leaf).length)).toEqual([1, 1, 0, 1, 2, 1, ...Array(8).fill(0)]);
    const zone = { zone: { polygon: drawn('path', 3).points, relation: 'leaves' } } as const;
    const other = drawn('path', 4).points;
    expect(redrawn(zone, [other])).toEqual({ zone: { polygon: other, relation: 'leaves' } });
    expect(leaves[2]).toEqual({ size: { widthPx: { min: 200, max: 200 }, heightPx: { min: 50, max: 50 } } });
    const filters = leaves.reduce<Filters>(
      (before, leaf, index) => withFacet(before, { kind: 'where', id: `${index}`, leaf }),
      NO_FILTERS,
    );
    expect(parseQuestion(JSON.parse(JSON.stringify(questionOf(filters))))).toMatchObject({ where: { all: leaves } });
  });
});

describe('the player', () => {
  const windows = [
    { fromSeconds: 0, toSeconds: 10 },
    { fromSeconds: 20, toSeconds: 100 },
  ];
  const exhibit = {
    windows,
    durationSeconds: 90,
    captureStart: '2026-03-14T14:02:00.000Z',
    clock: { offsetSeconds: -42, uncertaintySeconds: 2, basis: 'horloge parlante' },
  };

  it('says of a hit what its clip shows, as the gateway does', () => {
    const timeline = { durationSeconds: 90 } as never;
    for (const [mediaFromSeconds, mediaToSeconds, timeSeconds] of [
      [1, 4, 2],
      [8, 9.5, 9],
      [21, 89, 55],
      [60, 95, 89],
    ] as const) {
      const hit = { mediaFromSeconds, mediaToSeconds, best: { timeSeconds } } as never;
      expect(hitStretch(exhibit, hit)).toEqual(clipCut({ windows, timeline }, hit));
    }
  });

  it('REQ-07: holds stretches inside one window of the requisition, and none elsewhere', () => {
    expect(stretchAround(exhibit, 50)).toEqual({ fromSeconds: 40, toSeconds: 70 });
    expect(stretchAround(exhibit, 25)).toEqual({ fromSeconds: 20, toSeconds: 45 });
    expect(stretchAround(exhibit, 85)).toEqual({ fromSeconds: 75, toSeconds: 90 });
    expect(stretchAround(exhibit, 5)).toEqual({ fromSeconds: 0, toSeconds: 10 });
    for (const outside of [10.5, 15, 101]) expect(stretchAround(exhibit, outside)).toBeUndefined();
  });

  it('finds the frame that is meant by number or time', () => {
    const frames = [101, 102, 103, 104].map((number) => ({ number, timeSeconds: (number - 1) / 25 })) as never[];
    expect(indexOf(frames, { number: 103 })).toBe(2);
    expect([indexOf(frames, { number: 1 }), indexOf(frames, { number: 999 })]).toEqual([0, 3]);
    expect([nearest(frames, 4.05), nearest(frames, 4.07), nearest(frames, 0), nearest(frames, 99)]).toEqual([
      1, 2, 0, 3,
    ]);
  });

  it('previews a hit by a few frames from its beginning to its end, by number', () => {
    const hit = { mediaFromSeconds: 4, mediaToSeconds: 8, best: { frame: 151, timeSeconds: 6 } } as never;
    expect(previewFrames(hit)).toEqual([114, 139, 164, 189]);
    expect(
      previewFrames({ mediaFromSeconds: 0, mediaToSeconds: 0, best: { frame: 1, timeSeconds: 0 } } as never),
    ).toEqual([1]);
  });

  it('goes to media time, true time or a frame as it is typed', () => {
    expect(targetOf('01:02.5', exhibit)).toEqual({ seconds: 62.5 });
    expect(targetOf('1:01:02', exhibit)).toEqual({ seconds: 3662 });
    expect(targetOf(' #123 ', exhibit)).toEqual({ number: 123 });
    // The recorder is 42 s ahead: at 15:01:48 in Paris it shows 15:02:30.
    expect(targetOf('14/03/2026 15:01:48', exhibit)).toEqual({ seconds: 30 });
    for (const wrong of ['', 'midi', '12', '#', '#1.5', '31/02/2026 10:00:00'])
      expect(targetOf(wrong, exhibit)).toBeUndefined();
  });
});

describe('the criteria', () => {
  let ids = 0;
  const newId = () => `id-${++ids}`;
  const known = {
    ...{ classes: CLASSES, colours: COLOURS, ops: ['search.class', 'search.colour', 'search.speed', 'search.time'] },
    ...{ nameOf: (name: string) => FR.names[name] ?? name, newId },
  };

  it('typed give the question that clicked ones give', () => {
    const typed = withTyped(NO_FILTERS, 'objet:voiture couleur:Rouge confiance:80', known);
    expect(typed).toBeDefined();
    expect(questionOf(typed ?? NO_FILTERS)).toEqual({
      version: 1,
      classes: ['car'],
      colours: [{ colour: 'red' }],
      minConfidence: 0.8,
      order: 'time',
    });
  });

  it('that are unknown, or that the requisition does not cover, are refused and never dropped', () => {
    expect(withTyped(NO_FILTERS, 'objet:voiture visage:rond', known)).toBeUndefined();
    expect(withTyped(NO_FILTERS, 'objet:voiture', { ...known, classes: ['person'] })).toBeUndefined();
    expect(withTyped(NO_FILTERS, 'confiance:', known)).toBeUndefined();
  });

  it('inverted leave out what fulfils them, alone and among others', () => {
    const red = withFacet(NO_FILTERS, { kind: 'colours', colours: [{ colour: 'red' }] });
    const not = { not: { colour: [{ colour: 'red' }] } };
    expect(questionOf(inverted(red, 'colours'))).toEqual({ version: 1, where: not, order: 'time' });
    const both = withFacet(inverted(red, 'colours'), { kind: 'where', id: 'a', leaf: { speed: { min: 10 } } });
    expect(questionOf(both)).toEqual({ version: 1, where: { all: [not, { speed: { min: 10 } }] }, order: 'time' });
    expect(questionOf(inverted(inverted(red, 'colours'), 'colours'))).toEqual(questionOf(red));
  });

  it('switched off stay, and are not asked', () => {
    const filters = withFacet(NO_FILTERS, { kind: 'classes', classes: ['car'] });
    const off = toggled(filters, 'classes');
    expect(off.list).toHaveLength(1);
    expect(questionOf(off)).not.toHaveProperty('classes');
    expect(withFacet(filters, { kind: 'classes', classes: [] }).list).toEqual([]);
  });
});

describe('the plan of the cameras', () => {
  const at = (latitude: number, longitude: number) => ({ latitude, longitude, basis: 'plan' });
  const exhibit = (id: string, camera: string, position?: ReturnType<typeof at>, state = 'sealed') =>
    ({
      id,
      state,
      camera: { id: camera, place: 'Rue', ...(position === undefined ? {} : { position }) },
    }) as ExhibitBody;

  it('has a camera once, where its schedules put it; where they contradict each other, or say nothing, nowhere', () => {
    const cameras = camerasOf([
      exhibit('1', 'A', at(48, 2)),
      exhibit('2', 'A'),
      exhibit('3', 'B', at(48, 2)),
      exhibit('4', 'B', at(48.001, 2)),
      exhibit('5', 'C'),
      exhibit('6', 'D', at(48, 2), 'receiving'),
    ]);
    expect(
      cameras.map(({ id, exhibits, position, isContradicted }) => [id, exhibits, position?.latitude, isContradicted]),
    ).toEqual([
      ['A', ['1', '2'], 48, false],
      ['B', ['3', '4'], undefined, true],
      ['C', ['5'], undefined, false],
    ]);
  });

  it('is to scale, north up, in metres of the ellipsoid, also across the 180th meridian', () => {
    // Lengths of a degree on WGS84: 110 574 m and 111 320 m at the equator, 111 412 m and 55 800 m at 60 degrees.
    expect(metresFrom(at(0, 0), at(1, 1)).north).toBeCloseTo(110_574, -1);
    expect(metresFrom(at(0, 0), at(1, 1)).east).toBeCloseTo(111_320, -1);
    expect(metresFrom(at(60, 10), at(61, 11)).north).toBeCloseTo(111_412, -1);
    expect(metresFrom(at(60, 10), at(61, 11)).east).toBeCloseTo(55_800, -1);
    expect(metresFrom(at(0, 179.999), at(0, -179.999)).east).toBeCloseTo(222.6, 0);
    const plan = planOf([at(43, 5), at(43.0004, 5), at(43, 5.0009)], 600, 300);
    const [zero, north, east] = plan.points;
    if (zero === undefined || north === undefined || east === undefined) throw new Error('no points');
    expect(north.x).toBeCloseTo(zero.x, 6);
    expect(zero.y - north.y).toBeCloseTo(44.4 * plan.pixelsPerMetre, 0);
    expect(east.x - zero.x).toBeCloseTo(73.4 * plan.pixelsPerMetre, 0);
    for (const { x, y } of plan.points) expect([x > 0, x < 600, y > 0, y < 300]).toEqual([true, true, true, true]);
    expect([20, 50]).toContain(plan.gridMetres);
    expect((plan.columns[1] ?? 0) - (plan.columns[0] ?? 0)).toBeCloseTo(plan.gridMetres * plan.pixelsPerMetre, 6);
    expect(plan.columns.some((x) => Math.abs(x - zero.x) < 1e-6)).toBe(true);
    // One camera alone has a plan too.
    expect(planOf([at(43, 5)], 600, 300).points).toEqual([{ x: 300, y: 150 }]);
  });

  it('writes names beside their points, over no other; where a hundred stand in one street, some stay points', () => {
    const points = Array.from({ length: 100 }, (_each, n) => ({
      x: 100 + (n % 10) * 20,
      y: 100 + Math.floor(n / 10) * 10,
    }));
    const sheet = { width: 600, height: 300 };
    const places = labelPlaces(
      points,
      points.map(() => 80),
      sheet,
      [{ x: 0, y: 270, width: 120, height: 30 }],
    );
    const placed = places.flatMap((each) => (each === undefined ? [] : [each]));
    expect(placed.length).toBeGreaterThan(5);
    expect(placed.length).toBeLessThan(100);
    for (const [index, one] of placed.entries()) {
      expect([one.x >= 0, one.y >= 0, one.x + 80 <= 600, one.y + LABEL_HEIGHT_PX <= 300]).not.toContain(false);
      for (const other of placed.slice(index + 1))
        expect(Math.abs(one.x - other.x) >= 80 || Math.abs(one.y - other.y) >= LABEL_HEIGHT_PX).toBe(true);
    }
  });
});

describe('addresses', () => {
  it('name a screen, what it is about and a moment, and take nothing else for one', () => {
    const nowhere = {
      id: undefined,
      at: undefined,
      question: undefined,
      kept: { question: undefined, caseId: undefined },
    };
    const moment = { ...nowhere, screen: 'player', id: 'h1' };
    expect(placeOf(addressOf('player', 'h1', 12.345_678_9))).toEqual({ ...moment, at: 12.345_679 });
    expect(placeOf(addressOf('player', 'h1', 0))).toEqual({ ...moment, at: 0 });
    expect(placeOf(addressOf('review'))).toEqual({ ...nowhere, screen: 'review' });
    const kept = { question: 'q1', caseId: 'c1' };
    expect(placeOf(withKept(addressOf('player', 'h1', 2), kept))).toEqual({ ...moment, at: 2, kept });
    expect(placeOf(withKept('', kept))).toEqual({ ...nowhere, screen: 'case', kept });
    expect(withKept(withKept('#/search', kept), { question: undefined, caseId: undefined })).toBe('#/search');
    expect(placeOf(addressOfQuestion('q1'))).toEqual({ ...nowhere, screen: 'search', question: 'q1' });
    for (const at of ['-1', 'NaN', '1e9', '', 'x']) expect(placeOf(`#/player/h1/${at}`).at, at).toBeUndefined();
  });
});

describe('the arrows of a line', () => {
  it('drop a way and bring it back, and never leave none', () => {
    expect(pressed('both', 'to_left')).toBe('to_right');
    expect(pressed('to_right', 'to_left')).toBe('both');
    expect(pressed('to_right', 'to_right')).toBe('to_left');
    expect(pressed('to_left', 'to_right')).toBe('both');
  });
});

describe('tags of a label', () => {
  it('are its words that begin with #, whatever their case, each once', () => {
    expect(tagsOf('cortège #Témoin-A, près du #quai #témoin-a n°3 # x')).toEqual(['#témoin-a', '#quai']);
    expect(tagsOf(undefined)).toEqual([]);
  });
});

describe('the preview of a package', () => {
  it('sorts every file by what it is for, and says sizes as people do', () => {
    expect(
      [
        'stills/PV-2026-000042_CAM-1_2026-03-14_15-02-03_0001.jpg',
        'clips/PV-2026-000042_CAM-1_2026-03-14_15-02-03_0001.filter.txt',
        'a.ledger.json',
        'a.mot.txt',
        'proofs/0001.json',
        'manifest.jws',
      ].map(groupOf),
    ).toEqual(['hits', 'hits', 'results', 'results', 'proofs', 'papers']);
    const said = (bytes: number) => sizeWords(bytes, 'fr').replaceAll(/\s/g, ' ');
    expect([0, 1, 999, 1000, 15_234, 3_400_000_000].map(said)).toEqual([
      '0 octet',
      '1 octet',
      '999 octets',
      '1 ko',
      '15,2 ko',
      '3,4 Go',
    ]);
  });
});

describe('what the charts show', () => {
  it('nine parts of a picture each say their busiest cell, and cells are not added', () => {
    const cells = [
      { column: 0, row: 0, tracks: 3 },
      { column: 1, row: 0, tracks: 5 },
      { column: 63, row: 35, tracks: 2 },
      { column: 32, row: 18, tracks: 9 },
    ];
    expect(regionsOf({ columns: 64, rows: 36, cells }).map(({ most }) => most)).toEqual([5, 0, 0, 0, 9, 0, 0, 0, 2]);
    expect(regionsOf({ columns: 64, rows: 1, cells: [] })).toHaveLength(9);
  });

  it('the hours of an answer fall on the weekday and hour that they are written with, also in the night of the clocks', () => {
    const week = byWeekday([
      { from: '2026-03-02T14:00:00.000+01:00', hits: 3 },
      { from: '2026-03-09T14:00:00.000+01:00', hits: 4 },
      { from: '2026-03-29T03:00:00.000+02:00', hits: 1 },
      { from: '2026-10-25T02:00:00.000+02:00', hits: 1 },
      { from: '2026-10-25T02:00:00.000+01:00', hits: 1 },
    ]);
    expect(week[0]?.[14]).toBe(7);
    expect(week[6]?.[3]).toBe(1);
    expect(week[6]?.[2]).toBe(2);
    expect(week.flat().reduce((a, b) => a + b)).toBe(10);
  });
});

describe('the words', () => {
  it('LOG-02: of the journal stand in both languages for every act, event and role', () => {
    for (const { codes } of [FR, EN]) {
      for (const act of [...Object.keys(ACTIONS), ...Object.keys(EVENTS)])
        expect(codes.acts, act).toHaveProperty([act]);
      for (const role of ROLES) expect(codes.roles, role).toHaveProperty([role]);
    }
    expect(Object.keys(FR.codes.things)).toEqual(Object.keys(EN.codes.things));
  });

  it('stand in both languages for every class, colour and state', () => {
    expect(Object.keys(EN.names).sort()).toEqual(Object.keys(FR.names).sort());
    for (const name of [...CLASSES, ...COLOURS]) expect(FR.names[name], name).toBeDefined();
  });

  it('of a remark on the clock are those of one language', () => {
    const note = 'le fichier porte la date X (the file is dated X)';
    expect(clockNoteIn('fr', note)).toBe('le fichier porte la date X');
    expect(clockNoteIn('en', note)).toBe('the file is dated X');
    expect(clockNoteIn('en', 'autre')).toBe('autre');
    const two = `${note} ; le fichier dure 3 s (the file lasts 3 s)`;
    expect(clockNoteIn('fr', two)).toBe('le fichier porte la date X ; le fichier dure 3 s');
    expect(clockNoteIn('en', two)).toBe('the file is dated X ; the file lasts 3 s');
    expect(clockNoteIn('fr', 'le fichier porte la date 2018-04-19T22:46:00.000Z, hors')).toBe(
      'le fichier porte la date 19/04/2018 22:46:00 UTC, hors',
    );
  });
});

describe('what keeps a clip away', () => {
  const busy = new Refusal('E_TOO_MANY', 'too many', 429);
  const silo = new Refusal('E_PRO_SILO', 'none', 404);
  const failing = (...failures: Error[]) => {
    const asked: Error[] = [...failures];
    return {
      asked,
      work: async () => {
        const failure = asked.shift();
        if (failure !== undefined) throw failure;
        return 'clip';
      },
    };
  };
  const { signal } = new AbortController();

  it('says the places of what is wrong as the gateway does, and none where it names none', () => {
    const errors = [
      {
        in: 'requisition',
        pointer: '/ops',
        rule: 'lacks',
        expected: [],
        detail: 'la réquisition ne vise pas : search.line',
      },
      { in: 'body', pointer: '', rule: 'json', expected: [], detail: 'ceci ne se lit pas' },
    ];
    const refusal = refusalOf(403, JSON.stringify({ code: 'E_REQ_OP', detail: 'Non.', errors }), '');
    expect(refusal.faults).toEqual([
      'requisition /ops : la réquisition ne vise pas : search.line',
      'body / : ceci ne se lit pas',
    ]);
    expect(refusalOf(503, 'busy', 'Unavailable')).toMatchObject({ message: 'Unavailable', faults: [] });
  });

  it('passes by itself where the gateway is busy or the line broke, and is asked again', async () => {
    expect([busy, new Unreachable('x'), new Refusal('E_DATABASE', 'x', 503)].map(mayPass)).toEqual([true, true, true]);
    expect(await untilPassed(failing(busy, new Unreachable('x'), busy).work, signal, [0, 0, 0])).toBe('clip');
  });

  it('stays where it is a rule, and where it lasts', async () => {
    const once = failing(silo, silo);
    await expect(untilPassed(once.work, signal, [0, 0])).rejects.toBe(silo);
    expect(once.asked).toHaveLength(1);
    await expect(untilPassed(failing(busy, busy, busy, busy).work, signal, [0, 0])).rejects.toBe(busy);
  });

  it('is asked for no more once nobody wants it', async () => {
    const stop = new AbortController();
    const twice = failing(busy, busy);
    const waiting = untilPassed(twice.work, stop.signal, [1, 1]);
    stop.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow();
    expect(twice.asked.length).toBe(1);
  });
});
