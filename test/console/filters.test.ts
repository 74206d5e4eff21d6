import { describe, expect, it } from 'vitest';
import type { Answer } from '../../gateway/console/api/types.ts';
import { GROUP_CLASSES } from '../../gateway/console/parts/vocabulary.ts';
import { withTravel } from '../../gateway/console/screens/search/across.ts';
import { DEEPEST, type Move, movedFilter } from '../../gateway/console/screens/search/filter-tree.ts';
import {
  type Filter,
  type Filters,
  inverted,
  keyOf,
  type Leaf,
  NO_FILTERS,
  questionOf,
  toggled,
  withFacet,
  without,
} from '../../gateway/console/screens/search/filters.ts';
import { filtersFrom } from '../../gateway/console/screens/search/reopened.ts';
import { withTyped } from '../../gateway/console/screens/search/typed.ts';
import { FR } from '../../gateway/console/words/fr.ts';
import { normaliseCondition } from '../../gateway/search/conditions/normal.ts';
import { MOST_DEPTH } from '../../gateway/search/conditions/schema.ts';
import { normalise } from '../../gateway/search/normalise.ts';
import { parseQuestion } from '../../gateway/search/schema.ts';
import { CLASSES, COLOURS, leavesOf } from '../../gateway/vocabulary.ts';
import { testRequisition } from '../search/fixtures.ts';

// Groups within groups: what the chips say is what is asked, and a move changes where a condition stands and nothing else.

const fast: Leaf = { speed: { min: 50 } };
const late: Leaf = { timeOfDay: { from: '20:00', to: '23:00' } };
const weekend: Leaf = { weekday: ['saturday', 'sunday'] };
const where = (id: string, leaf: Leaf): Filter => ({
  facet: { kind: 'where', id, leaf },
  isOff: false,
  isInverted: false,
});
const group = (id: string, joint: 'all' | 'any', ...parts: readonly Filter[]): Filter => ({
  facet: { kind: 'group', id, joint, parts },
  isOff: false,
  isInverted: false,
});
const listed = (...list: readonly Filter[]): Filters => ({ list, order: 'time' });
const asked = (filters: Filters) => {
  const question = questionOf(filters);
  // What the console asks is what the gateway takes.
  const parsed = parseQuestion(JSON.parse(JSON.stringify(question)));
  if (parsed.where !== undefined) normaliseCondition(parsed.where, CLASSES);
  return question.where;
};

let ids = 0;
const newId = () => `new-${++ids}`;
const moveAll = (filters: Filters, key: string, ...moves: readonly Move[]): Filters =>
  moves.reduce((before, move) => {
    const result = movedFilter(before, key, move, newId);
    if (result === undefined) throw new Error(`no move ${move}`);
    return result.filters;
  }, filters);

describe('groups of conditions', () => {
  it('ask AND, OR and NOT, one within the other', () => {
    const inner = group('b', 'all', where('1', fast), where('2', late));
    const filters = listed(group('a', 'any', inner, { ...where('3', weekend), isInverted: true }), where('4', fast));
    expect(asked(filters)).toEqual({ all: [{ any: [{ all: [fast, late] }, { not: weekend }] }, fast] });
    expect(asked(inverted(filters, 'b'))).toEqual({
      all: [{ any: [{ not: { all: [fast, late] } }, { not: weekend }] }, fast],
    });
    expect(asked(toggled(filters, '2'))).toEqual({ all: [{ any: [fast, { not: weekend }] }, fast] });
  });

  it('of which nothing is left ask nothing, and stay on the screen', () => {
    const filters = listed(group('a', 'any', where('1', fast)));
    expect(asked(toggled(filters, '1'))).toBeUndefined();
    expect(without(filters, '1').list).toHaveLength(1);
    expect(asked(without(filters, 'a'))).toBeUndefined();
  });

  it('take what is added while they are chosen; a group that is gone takes nothing', () => {
    const chosen = { ...listed(group('a', 'any', where('1', fast))), target: 'a' };
    const both = withFacet(chosen, { kind: 'where', id: '2', leaf: late });
    expect(asked(both)).toEqual({ any: [fast, late] });
    expect(asked(withFacet({ ...both, target: 'gone' }, { kind: 'where', id: '3', leaf: weekend }))).toEqual({
      all: [{ any: [fast, late] }, weekend],
    });
    // A criterion of the whole question is never hidden in a group.
    expect(questionOf(withFacet(chosen, { kind: 'classes', classes: ['car'] })).classes).toEqual(['car']);
  });
});

describe('moves of chips', () => {
  const start = listed(where('1', fast), group('a', 'any', where('2', late)), where('3', weekend));

  it('go before, behind, into and out of a group, and back', () => {
    expect(asked(moveAll(start, '1', 'later'))).toEqual({ all: [late, fast, weekend] });
    expect(asked(moveAll(start, '1', 'in'))).toEqual({ all: [{ any: [fast, late] }, weekend] });
    expect(asked(moveAll(start, '3', 'in'))).toEqual({ all: [fast, { any: [late, weekend] }] });
    expect(asked(moveAll(start, '2', 'out'))).toEqual({ all: [fast, late, weekend] });
    expect(asked(moveAll(start, '3', 'in', 'out'))).toEqual(asked(start));
    expect(asked(moveAll(start, '1', 'later', 'earlier'))).toEqual(asked(start));
  });

  it('that lead nowhere are none', () => {
    expect(movedFilter(start, '1', 'earlier', newId)).toBeUndefined();
    expect(movedFilter(start, '1', 'out', newId)).toBeUndefined();
    expect(movedFilter(start, '2', 'later', newId)).toBeUndefined();
    expect(movedFilter(listed(where('1', fast)), '1', 'in', newId)).toBeUndefined();
    const exhibits = withFacet(start, { kind: 'exhibits', exhibits: ['x'] });
    expect(movedFilter(exhibits, 'exhibits', 'group', newId)).toBeUndefined();
  });

  it('make a criterion of the whole question a condition of the group, with another key', () => {
    const filters = withFacet(NO_FILTERS, { kind: 'classes', classes: ['car'] });
    const result = movedFilter(filters, 'classes', 'group', newId);
    expect(result?.key).not.toBe('classes');
    const next = withFacet(
      { ...(result?.filters ?? NO_FILTERS), target: keyOf(result?.filters.list[0]?.facet ?? never()) },
      {
        ...{ kind: 'where', id: '9' },
        leaf: fast,
      },
    );
    expect(questionOf(next)).toEqual({ version: 1, where: { any: [{ class: ['car'] }, fast] }, order: 'time' });
    asked(next);
  });

  it('deeper than the gateway takes are none', () => {
    expect(DEEPEST).toBe(MOST_DEPTH);
    let filters = listed(where('0', fast), where('1', late));
    let depth = 0;
    for (;;) {
      const result = movedFilter(filters, '0', 'group', newId);
      if (result === undefined) break;
      // A group of one is no level: another beside it makes it one.
      const inner = result.filters;
      filters = withFacet(
        { ...inner, target: `new-${ids}` },
        { kind: 'where', id: `beside-${depth++}`, leaf: weekend },
      );
    }
    expect(depth).toBe(4);
    asked(filters);
  });
});

const never = (): never => {
  throw new Error('no filter');
};

describe('from camera to camera', () => {
  const zone = [
    { x: 0.1, y: 0.1 },
    { x: 0.9, y: 0.1 },
    { x: 0.5, y: 0.9 },
  ];
  const ONE = '11111111-1111-4111-8111-111111111111';
  const TWO = '22222222-2222-4222-8222-222222222222';
  const red = withFacet(withFacet(NO_FILTERS, { kind: 'classes', classes: ['car'] }), {
    kind: 'colours',
    colours: [{ colour: 'red' }],
  });

  it('the same attributes leave one zone and enter another, and both cameras are asked', () => {
    const filters = withTravel(
      red,
      { cameraId: 'CAM-1', exhibits: [ONE], zone },
      { cameraId: 'CAM-2', exhibits: [TWO], zone },
      { minSeconds: 90, maxSeconds: 240 },
      newId,
    );
    asked(filters);
    expect(questionOf(filters)).toEqual({
      version: 1,
      classes: ['car'],
      colours: [{ colour: 'red' }],
      exhibits: [ONE, TWO],
      where: {
        all: [
          { zone: { polygon: zone, relation: 'leaves' } },
          {
            acrossCameras: {
              arrival: {
                all: [
                  { class: ['car'] },
                  { colour: [{ colour: 'red' }] },
                  { zone: { polygon: zone, relation: 'enters' } },
                ],
              },
              exhibits: [TWO],
              minSeconds: 90,
              maxSeconds: 240,
            },
          },
        ],
      },
      order: 'time',
    });
  });

  it('from any camera to any other, with the departure never in another group', () => {
    const anywhere = { cameraId: undefined, exhibits: [], zone: undefined };
    const open = {
      ...withFacet(red, { kind: 'group', id: 'g', joint: 'any', parts: [where('1', fast)] }),
      target: 'g',
    };
    const filters = withTravel(open, { ...anywhere, zone }, anywhere, { minSeconds: 0, maxSeconds: 60 }, newId);
    const question = questionOf(filters);
    expect(question.exhibits).toBeUndefined();
    expect(asked(filters)).toMatchObject({ all: [fast, { zone: { relation: 'leaves' } }, { acrossCameras: {} }] });
  });

  it('of what came from another camera there is none: such a move is refused', () => {
    const across = withTravel(
      red,
      { cameraId: undefined, exhibits: [], zone: undefined },
      { cameraId: undefined, exhibits: [], zone: undefined },
      { minSeconds: 0, maxSeconds: 60 },
      newId,
    );
    const twice = listed(...across.list.slice(2), { ...group('b', 'all', where('1', fast)), isOff: false });
    const inner = twice.list[0]?.facet ?? never();
    expect(movedFilter(twice, keyOf(inner), 'in', newId)).toBeDefined();
    const second = listed(...across.list.slice(2), ...withTravelOf(across));
    expect(movedFilter(second, keyOf(inner), 'in', newId)).toBeUndefined();
  });
});

const withTravelOf = (filters: Filters): readonly Filter[] =>
  filters.list.slice(2).map((filter) => ({
    ...filter,
    facet: filter.facet.kind === 'group' ? { ...filter.facet, id: 'second' } : filter.facet,
  }));

describe('a question that is opened again', () => {
  const polygon = [
    { x: 0, y: 0.5 },
    { x: 1, y: 0.5 },
    { x: 1, y: 1 },
  ];
  const arrival = { any: [{ class: ['car'] }, { zone: { polygon, relation: 'enters' } }] };
  it.each<[string, Record<string, unknown>]>([
    ['facets', { classes: ['vehicle', 'person'], colours: [{ colour: 'red', part: 'upper', minShare: 0.4 }] }],
    ['nothing', {}],
    [
      'time, recordings, confidence',
      {
        time: { from: '2026-03-02T14:00:00+01:00', to: '2026-03-02T15:00:00+01:00' },
        exhibits: ['11111111-1111-4111-8111-111111111111'],
        minConfidence: 0.55,
        order: 'confidence',
      },
    ],
    [
      'a tree',
      { where: { all: [{ any: [fast, { all: [late, { not: weekend }] }] }, { not: { any: [fast, late] } }] } },
    ],
    ['one condition', { where: { not: { colour: [{ colour: 'red' }] } } }],
    [
      'around a hit',
      { where: { relativeTo: { hit: '22222222-2222-4222-8222-222222222222', relation: 'after', withinSeconds: 60 } } },
    ],
    [
      'another camera',
      {
        where: {
          all: [
            { zone: { polygon, relation: 'leaves' } },
            { acrossCameras: { arrival, minSeconds: 1, maxSeconds: 9 } },
          ],
        },
      },
    ],
    [
      'every other leaf',
      {
        where: {
          all: [
            { near: { distance: 0.1 } },
            { crowd: { atLeast: 3 } },
            { stationary: { minSeconds: 5 } },
            { size: { widthPx: { min: 3 } } },
            { line: { a: polygon[0], b: polygon[1] } },
          ],
        },
      },
    ],
  ])('has chips that ask the same: %s', async (_, question) => {
    const requisition = await testRequisition();
    const asked = parseQuestion({ version: 1, ...question });
    const executed = normalise(asked, requisition);
    const told = JSON.parse(JSON.stringify(executed)) as Answer['executed'];
    const filters = filtersFrom(told, CLASSES, newId);
    expect(normalise(parseQuestion(JSON.parse(JSON.stringify(questionOf(filters)))), requisition)).toEqual(executed);
  });

  it('knows which classes stand for others', () => {
    expect(GROUP_CLASSES).toEqual(CLASSES.filter((name) => !leavesOf(name).includes(name)));
  });
});

describe('typed groups', () => {
  const known = {
    ...{ classes: CLASSES, colours: COLOURS, ops: ['search.class', 'search.colour', 'search.speed', 'search.time'] },
    ...{ nameOf: (name: string) => FR.names[name] ?? name, newId },
  };
  const typed = (text: string) => withTyped(NO_FILTERS, text, known);

  it('bind AND before OR, and brackets before both', () => {
    const car = { class: ['car'] };
    const red = { colour: [{ colour: 'red' }] };
    const truck = { class: ['truck'] };
    expect(asked(typed('(objet:voiture couleur:rouge) OU objet:camion') ?? never())).toEqual({
      any: [{ all: [car, red] }, truck],
    });
    expect(asked(typed('objet:voiture couleur:rouge ou objet:camion') ?? never())).toEqual({
      any: [{ all: [car, red] }, truck],
    });
    expect(asked(typed('objet:voiture et (couleur:rouge ou vitesse:>50)') ?? never())).toEqual({ any: [red, fast] });
    expect(questionOf(typed('objet:voiture (couleur:rouge ou vitesse:>50)') ?? never()).classes).toEqual(['car']);
    expect(asked(typed('NON (couleur:rouge OU heure:20:00-23:00)') ?? never())).toEqual({ not: { any: [red, late] } });
    expect(asked(typed('-jour:samedi,dimanche vitesse:50-200') ?? never())).toEqual({
      all: [{ not: weekend }, { speed: { min: 50, max: 200 } }],
    });
  });

  it('that cannot be read are refused whole', () => {
    for (const text of [
      '(objet:voiture',
      'objet:voiture OU',
      'OU objet:voiture',
      '()',
      'NON',
      'objet:voiture)',
      'vitesse:50',
    ]) {
      expect(typed(text), text).toBeUndefined();
    }
    const withoutSpeed = { ...known, ops: ['search.class'] };
    expect(withTyped(NO_FILTERS, 'objet:voiture ou vitesse:>50', withoutSpeed)).toBeUndefined();
  });

  it('go to the group that is chosen', () => {
    const chosen = { ...listed(group('a', 'any', where('1', fast))), target: 'a' };
    expect(asked(withTyped(chosen, 'objet:voiture NON jour:samedi,dimanche', known) ?? never())).toEqual({
      any: [fast, { class: ['car'] }, { not: weekend }],
    });
  });
});
