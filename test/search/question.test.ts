import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AppError } from '../../gateway/errors.ts';
import { type ExhibitId, newId } from '../../gateway/ids.ts';
import { OPS } from '../../gateway/policy/types.ts';
import { LEAVES } from '../../gateway/search/normal-values.ts';
import { fingerprint, isBroad, normalise, opsOf } from '../../gateway/search/normalise.ts';
import { parseQuestion } from '../../gateway/search/schema.ts';
import type { Question } from '../../gateway/search/types.ts';
import { inEnglish, inFrench, localInstant } from '../../gateway/search/words.ts';
import { codeOf, testRequisition } from './fixtures.ts';

const requisition = await testRequisition();
const ask = (members: Omit<Question, 'version'> = {}): Question => ({ version: 1, ...members });

const square = [
  { x: 0.1, y: 0.1 },
  { x: 0.4, y: 0.1 },
  { x: 0.4, y: 0.4 },
  { x: 0.1, y: 0.4 },
];
const span = { from: '2026-03-02T14:02:00+01:00', to: '2026-03-02T14:05:00+01:00' };

function faultsOf(work: () => unknown): readonly unknown[] {
  try {
    return [work()];
  } catch (error) {
    return (error as AppError).faults.map(({ pointer, rule, expected }) => [pointer, rule, expected]);
  }
}

describe('a question on the wire', () => {
  it('is taken as it is when every member is in the schema', () => {
    const full = {
      version: 1,
      classes: ['car', 'person'],
      colours: [{ colour: 'red', part: 'upper', minShare: 0.5 }, { colour: 'blue' }],
      time: span,
      exhibits: [newId<ExhibitId>()],
      zone: square,
      minConfidence: 0.4,
      order: 'confidence',
      page: { size: 200, cursor: 'abc' },
    };
    expect(parseQuestion(full)).toStrictEqual(full);
    expect(parseQuestion({ version: 1 })).toStrictEqual({ version: 1 });
  });

  it.each<[string, unknown]>([
    ['no object', 'a red car'],
    ['null', null],
    ['a list', [{ version: 1 }]],
    ['another version', { version: 2 }],
    ['no version', { classes: ['car'] }],
    ['free text', { version: 1, text: 'une voiture rouge' }],
    ['an unknown member of a colour', { version: 1, colours: [{ colour: 'red', shade: 'dark' }] }],
    ['an unknown class', { version: 1, classes: ['woman'] }],
    ['an unknown colour', { version: 1, colours: [{ colour: 'crimson' }] }],
    ['a share above 1', { version: 1, colours: [{ colour: 'red', minShare: 1.01 }] }],
    ['a zone of two points', { version: 1, zone: square.slice(0, 2) }],
    ['a zone of 65 points', { version: 1, zone: Array.from({ length: 65 }, () => ({ x: 0, y: 0 })) }],
    ['a zone outside the picture', { version: 1, zone: [...square, { x: 1.1, y: 0 }] }],
    [
      'a zone of bare numbers',
      {
        version: 1,
        zone: [
          [0, 0],
          [1, 0],
          [1, 1],
        ],
      },
    ],
    ['a time without an offset', { version: 1, time: { from: '2026-03-02T14:02:00', to: '2026-03-02T14:05:00' } }],
    ['an open time', { version: 1, time: { from: span.from } }],
    ['an exhibit that is no id', { version: 1, exhibits: ['../../etc/passwd'] }],
    ['no exhibit at all', { version: 1, exhibits: [] }],
    ['a page of 0', { version: 1, page: { size: 0 } }],
    ['a page of 201', { version: 1, page: { size: 201 } }],
    ['a page of 1.5', { version: 1, page: { size: 1.5 } }],
    ['an unknown order', { version: 1, order: 'relevance' }],
  ])('is refused with E_QUESTION when it is or holds %s', async (_, value) => {
    expect(await codeOf(() => parseQuestion(value))).toBe('E_QUESTION');
  });

  it.each<[string, unknown]>([
    ['image', { version: 1, image: 'x' }],
    ['photo', { version: 1, colours: [{ colour: 'red', photo: 'x' }] }],
    ['embedding', { version: 1, embedding: [0.1, 0.2] }],
    ['similarTo', { version: 1, similarTo: newId<ExhibitId>() }],
    ['face', { version: 1, face: {} }],
    ['a data URL', { version: 1, classes: ['data:image/png;base64,iVBORw0KGgo='] }],
    ['a base64 JPEG', { version: 1, note: '/9j/4AAQSkZJRgABAQ' }],
  ])('FACE-09: is refused with E_FACE_QUERY_IMAGE when it carries %s', async (_, value) => {
    expect(await codeOf(() => parseQuestion(value))).toBe('E_FACE_QUERY_IMAGE');
  });

  it('is told where its fault is, unless it is so large that looking for the place would take long', () => {
    const points = (count: number) => Array.from({ length: count }, () => ({ x: 0, y: 0 }));
    const wrong = { where: { any: Array.from({ length: 60 }, () => ({ zone: { polygon: points(64) } })) } };
    expect(faultsOf(() => parseQuestion({ version: 1, zone: points(65) }))).toEqual([['/zone', 'maxItems', ['64']]]);
    expect(faultsOf(() => parseQuestion({ version: 1, ...wrong, order: 'size' }))).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, string, string, string[]?]>([
    ['a class', { classes: ['car', 'woman'] }, '/classes/1', 'oneOf'],
    ['a leaf of another name', { where: { zon: {} } }, '/where', 'oneMember'],
    ['two leaves in one', { where: { span, weekday: ['monday'] } }, '/where', 'oneMember'],
    [
      'a point',
      { where: { all: [{ zone: { polygon: [square[0]] } }] } },
      '/where/all/0/zone/polygon',
      'minItems',
      ['3'],
    ],
    ['a member', { where: { not: { dwell: { polygon: square } } } }, '/where/not/dwell/minSeconds', 'missing', []],
    [
      'a step',
      { where: { sequence: { steps: [{ dwell: {} }, {}], withinSeconds: 1 } } },
      '/where/sequence/steps/0',
      'oneMember',
      ['zone', 'line'],
    ],
    ['a slip of the pen', { page: { sise: 10 } }, '/page/sise', 'unknown', ['size', 'cursor']],
    ['a number', { minConfidence: 2 }, '/minConfidence', 'maximum', ['1']],
  ])('tells the place and the rule of %s', (_, members, pointer, rule, expected) => {
    const [first] = faultsOf(() => parseQuestion({ version: 1, ...members }));
    expect(first).toEqual([pointer, rule, expected ?? expect.arrayContaining([expect.any(String)])]);
  });

  it.each<[string, Partial<Question>, string, string]>([
    ['a time that ends first', { time: { from: span.to, to: span.from } }, '/time/to', 'order'],
    [
      'a day that is not',
      { where: { not: { span: { from: '2026-02-30T00:00:00Z', to: span.to } } } },
      '/where/not/span/from',
      'instant',
    ],
    ['a range', { where: { all: [{ speed: { min: 5, max: 1 } }] } }, '/where/all/0/speed/max', 'order'],
    ['a line', { where: { any: [{ line: { a: { x: 0, y: 0 }, b: { x: 0, y: 0 } } }] } }, '/where/any/0/line', 'line'],
  ])('tells the place of what the schema cannot say: %s', (_, members, pointer, rule) => {
    expect(faultsOf(() => normalise(ask(members), requisition))).toEqual([[pointer, rule, []]]);
  });

  it('is refused with a code of the table whatever JSON it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        expect(await codeOf(() => parseQuestion(value))).toMatch(/^E_(QUESTION|FACE_QUERY_IMAGE)$/);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the executed question', () => {
  it('has every default written out', () => {
    expect(normalise(ask({ colours: [{ colour: 'red' }] }), requisition)).toStrictEqual({
      version: 1,
      classes: LEAVES,
      colours: [{ colour: 'red', part: 'whole', minShare: 0.2 }],
      time: null,
      exhibits: null,
      zone: null,
      minConfidence: 0,
      where: null,
      order: 'time',
    });
  });

  it('has the leaves of a parent class in its place', () => {
    expect(normalise(ask({ classes: ['two-wheeler', 'vehicle'] }), requisition).classes).toStrictEqual([
      'car',
      'bus',
      'truck',
      'van',
      'bicycle',
      'motorcycle',
    ]);
    expect(LEAVES).toHaveLength(9);
  });

  it('has the same text and digest however an equal question was written', () => {
    const [first, second] = [newId<ExhibitId>(), newId<ExhibitId>()];
    const one = ask({
      classes: ['bus', 'car', 'car'],
      colours: [{ colour: 'white' }, { colour: 'red', minShare: 0.5 }, { colour: 'red', minShare: 0.3 }],
      time: span,
      exhibits: [first, second],
      zone: [{ x: 0, y: -0 }, ...square.slice(1)],
    });
    const other = ask({
      classes: ['car', 'bus'],
      colours: [
        { colour: 'red', part: 'whole', minShare: 0.3 },
        { colour: 'white', minShare: 0.2 },
      ],
      time: { from: '2026-03-02T13:02:00.000Z', to: '2026-03-02T08:05:00-05:00' },
      exhibits: [second, first, second],
      zone: [{ x: 0, y: 0 }, ...square.slice(1)],
      order: 'time',
      page: { size: 7 },
    });
    const [a, b] = [one, other].map((question) => fingerprint(normalise(question, requisition)));
    expect(a).toStrictEqual(b);
    expect(a?.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['ends where it starts', { from: span.from, to: span.from }],
    ['ends before it starts', { from: span.to, to: span.from }],
    ['names 30 February', { from: '2026-02-30T00:00:00Z', to: span.to }],
    ['names 24 o’clock', { from: '2026-02-28T24:00:00Z', to: span.to }],
    ['names an offset that no place has', { from: '2026-02-28T10:00:00+25:00', to: span.to }],
  ])('is refused with E_QUESTION when its time %s', async (_, time) => {
    expect(await codeOf(() => normalise(ask({ time }), requisition))).toBe('E_QUESTION');
  });

  it('REQ-08: refuses by name a class or colour that the requisition does not permit, and drops none in silence', async () => {
    const narrow = await testRequisition({
      authorisation: { facets: { classes: ['car', 'two-wheeler'], colours: ['red'] } },
    });
    expect(normalise(ask(), narrow).classes).toStrictEqual(['car', 'bicycle', 'motorcycle']);
    for (const [question, name] of [
      [ask({ classes: ['car', 'person'] }), 'class person'],
      [ask({ classes: ['vehicle'] }), 'class bus'],
      [ask({ classes: ['car'], colours: [{ colour: 'red' }, { colour: 'green' }] }), 'colour green'],
    ] as const) {
      expect(() => normalise(question, narrow)).toThrowError(
        expect.objectContaining({ code: 'E_REQ_SCOPE', detail: name }),
      );
    }
  });

  it('REQ-08: never holds a class or colour beyond the facets, for any question and any facets', () => {
    const names = fc.subarray([...LEAVES], { minLength: 1 });
    const colours = fc.subarray(['red', 'blue', 'green'] as const);
    fc.assert(
      fc.property(names, colours, names, colours, (permitted, permittedColours, classes, wanted) => {
        const facets = { classes: permitted, colours: permittedColours };
        const limited = { ...requisition, authorisation: { ...requisition.authorisation, facets } };
        const isWithin =
          classes.every((name) => permitted.includes(name)) && wanted.every((name) => permittedColours.includes(name));
        const question = ask({ classes, colours: wanted.map((colour) => ({ colour })) });
        if (isWithin)
          expect(normalise(question, limited).classes).toStrictEqual(LEAVES.filter((n) => classes.includes(n)));
        else expect(() => normalise(question, limited)).toThrowError(/E_REQ_SCOPE/);
      }),
    );
  });

  it('REQ-08: needs the operation of every facet that it uses', () => {
    const all = ask({ classes: ['car'], colours: [{ colour: 'red' }], time: span, zone: square });
    expect(opsOf(normalise(ask(), requisition))).toStrictEqual(['search.class']);
    expect(opsOf(normalise(all, requisition))).toStrictEqual([
      'search.class',
      'search.colour',
      'search.time',
      'search.zone',
    ]);
    expect(opsOf(normalise(ask({ zone: square }), requisition))).toStrictEqual(['search.class', 'search.zone']);
    expect(OPS).toEqual(expect.arrayContaining(opsOf(normalise(all, requisition))));
  });

  it('PRO-04: is broad with a single facet and no bound in time or space, also when all classes are listed', () => {
    const broad = (members: Omit<Question, 'version'>) => isBroad(normalise(ask(members), requisition));
    expect(broad({})).toBe(true);
    expect(broad({ classes: ['person'] })).toBe(true);
    expect(broad({ classes: ['person'], minConfidence: 0.5 })).toBe(true);
    expect(broad({ classes: [...LEAVES], colours: [{ colour: 'red' }] })).toBe(true);
    expect(broad({ classes: ['person'], colours: [{ colour: 'red' }] })).toBe(false);
    expect(broad({ classes: ['person'], time: span })).toBe(false);
    expect(broad({ zone: square })).toBe(false);
  });
});

describe('the question in words', () => {
  const executed = (members: Omit<Question, 'version'>) => normalise(ask(members), requisition);

  it('says in French and English what was executed', () => {
    const question = executed({ classes: ['car'], colours: [{ colour: 'red' }], time: span, zone: square });
    expect(inFrench(question)).toBe(
      "Voitures dont la couleur est rouge (au moins 20 % de l'objet), entre le 02/03/2026 14:02:00 et 14:05:00 (Europe/Paris, UTC+01:00), dont le bas de la boîte passe dans la zone tracée (4 points) pendant cet intervalle, ordre chronologique",
    );
    expect(inEnglish(question)).toBe(
      'Cars whose colour is red (at least 20% of the object), between 2026-03-02 14:02:00 and 14:05:00 (Europe/Paris, UTC+01:00), the bottom of whose box passes through the drawn zone (4 points) during that interval, in order of time',
    );
  });

  it('names every class, colour, part, bound and order', () => {
    const question = executed({
      classes: ['person', 'two-wheeler', 'bus'],
      colours: [
        { colour: 'black', part: 'upper', minShare: 0.125 },
        { colour: 'blue', part: 'lower', minShare: 0 },
      ],
      exhibits: [newId<ExhibitId>(), newId<ExhibitId>()],
      minConfidence: 0.333,
      order: 'confidence',
    });
    expect(inFrench(question)).toBe(
      "Personnes, autobus, bicyclettes ou motocyclettes dont la couleur est noir (au moins 12,5 % de la partie haute) ou bleu (toute part de la partie basse), dans les 2 pièces désignées, de confiance d'au moins 33,3 %, ordre de confiance décroissante",
    );
    expect(inEnglish(question)).toBe(
      'Persons, buses, bicycles or motorcycles whose colour is black (at least 12.5% of the upper part) or blue (any share of the lower part), in the 2 named exhibits, of confidence at least 33.3%, in order of falling confidence',
    );
  });

  it('writes times in winter time, in summer time and across the change, with the offset of each', () => {
    const between = (from: string, to: string) => inFrench(executed({ classes: ['car'], time: { from, to } }));
    expect(between('2026-01-15T23:30:00Z', '2026-01-15T23:45:00Z')).toContain(
      'entre le 16/01/2026 00:30:00 et 00:45:00 (Europe/Paris, UTC+01:00)',
    );
    expect(between('2026-07-14T21:30:00Z', '2026-07-14T22:30:00Z')).toContain(
      'entre le 14/07/2026 23:30:00 et le 15/07/2026 00:30:00 (Europe/Paris, UTC+02:00)',
    );
    // 25 October 2026: 02:30 happens twice.
    expect(between('2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z')).toContain(
      'entre le 25/10/2026 02:30:00 (UTC+02:00) et 02:30:00 (UTC+01:00, Europe/Paris)',
    );
    expect(localInstant(Date.parse('2026-10-25T01:30:00.120Z'))).toBe('2026-10-25T02:30:00.120+01:00');
  });

  it('writes instants that are read back as the same instant', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (ms) => {
        expect(Date.parse(localInstant(ms))).toBe(ms);
      }),
    );
  });
});
