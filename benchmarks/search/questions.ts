import type { ClassName } from '../../gateway/vocabulary.ts';
import type { Condition, Leaf, Place, Question, Span, Step } from './question.ts';
import { between, pick, type Random, whole } from './town.ts';

/** What random questions may be about. */
export interface Ground {
  readonly exhibits: readonly { readonly exhibitId: string; readonly startMs: number }[];
  /** Hits that were seen, for what is relative to one. */
  readonly hits: readonly string[];
}

const CLASSES: readonly ClassName[] = ['person', 'car', 'vehicle', 'two-wheeler', 'van', 'truck', 'bus', 'suitcase'];
const CLASS_WEIGHTS = [8, 8, 4, 2, 2, 2, 1, 1];
const COLOURS = ['black', 'grey', 'white', 'blue', 'red', 'brown', 'green', 'yellow', 'pink'] as const;
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
const RELATIONS = ['passes', 'inside', 'enters', 'leaves', 'avoids'] as const;
const DIRECTIONS = ['both', 'to_left', 'to_right'] as const;

const fine = (value: number): number => Math.round(value * 1e4) / 1e4;

/** A polygon whose edges do not cross: corners in order around its middle. */
function polygonOf(random: Random): Place[] {
  const [x, y, reach] = [between(random, 0.15, 0.85), between(random, 0.4, 0.9), between(random, 0.04, 0.3)];
  const corners = whole(random, 3, 8);
  return Array.from({ length: corners }, (_, n) => {
    const angle = ((n + between(random, 0.1, 0.9)) / corners) * 2 * Math.PI;
    const far = reach * between(random, 0.5, 1);
    return { x: clip(x + far * Math.cos(angle)), y: clip(y + far * Math.sin(angle)) };
  });
}

const clip = (value: number): number => fine(Math.min(1, Math.max(0, value)));
const placeOf = (random: Random): Place => ({
  x: fine(between(random, 0.05, 0.95)),
  y: fine(between(random, 0.35, 0.95)),
});

function lineOf(random: Random) {
  const a = placeOf(random);
  const angle = between(random, 0, 2 * Math.PI);
  const length = between(random, 0.1, 0.5);
  const b = { x: clip(a.x + length * Math.cos(angle)), y: clip(a.y + length * Math.sin(angle)) };
  return { a, b, direction: pick(random, DIRECTIONS) };
}

const stepOf = (random: Random): Step =>
  random() < 0.6 ? { zone: { polygon: polygonOf(random) } } : { line: lineOf(random) };

function spanOf(random: Random, { exhibits }: Ground): Span {
  const from = pick(random, exhibits).startMs + whole(random, -1_200_000, 3_600_000);
  return {
    from: new Date(from).toISOString(),
    to: new Date(from + whole(random, 60_000, 3_600_000)).toISOString(),
  };
}

function hoursOf(random: Random): Span {
  const from = whole(random, 0, 23);
  const to = (from + whole(random, 1, 8)) % 24;
  return { from: `${String(from).padStart(2, '0')}:30`, to: `${String(to).padStart(2, '0')}:00` };
}

const classesOf = (random: Random): ClassName[] => [
  ...new Set(Array.from({ length: whole(random, 1, 2) }, () => pick(random, CLASSES, CLASS_WEIGHTS))),
];
const colourOf = (random: Random) => ({
  colour: pick(random, COLOURS),
  part: pick(random, ['whole', 'upper', 'lower'] as const, [5, 2, 1]),
  minShare: fine(between(random, 0.05, 0.7)),
});

type Maker = (random: Random, ground: Ground) => Condition;

/** Conditions that the columns alone decide. */
const BY_ATTRIBUTES = {
  class: (random) => ({ class: classesOf(random) }),
  colour: (random) => ({ colour: Array.from({ length: whole(random, 1, 2) }, () => colourOf(random)) }),
  confidence: (random) => ({ confidence: { min: fine(between(random, 0.3, 0.95)) } }),
  size: (random) => {
    const min = whole(random, 20, 120);
    return pick(random, [
      { size: { heightPx: { min, max: min + whole(random, 10, 120) } } },
      { size: { widthPx: { max: min }, heightPx: { min: 40 } } },
    ]);
  },
  speed: (random) => {
    const min = fine(between(random, 0, 400));
    return { speed: random() < 0.5 ? { min } : { min, max: min + fine(between(random, 20, 400)) } };
  },
  direction: (random) => ({ direction: { fromDegrees: whole(random, 0, 360), toDegrees: whole(random, 0, 360) } }),
} satisfies Record<string, Maker>;

const BY_TIME = {
  span: (random, ground) => ({ span: spanOf(random, ground) }),
  timeOfDay: (random) => ({ timeOfDay: hoursOf(random) }),
  weekday: (random) => ({
    weekday: [...new Set(Array.from({ length: whole(random, 1, 3) }, () => pick(random, WEEKDAYS)))],
  }),
  relativeTo: (random, { hits }) => ({
    relativeTo: {
      hit: pick(random, hits),
      relation: pick(random, ['before', 'after', 'around'] as const),
      withinSeconds: whole(random, 10, 7_200),
    },
  }),
} satisfies Record<string, Maker>;

const BY_PLACE = {
  zone: (random) => ({ zone: { polygon: polygonOf(random), relation: pick(random, RELATIONS, [4, 1, 2, 2, 1]) } }),
  line: (random) => ({ line: lineOf(random) }),
} satisfies Record<string, Maker>;

const BY_WAY = {
  sequence: (random) => ({
    sequence: {
      steps: Array.from({ length: whole(random, 2, 3) }, () => stepOf(random)),
      withinSeconds: fine(between(random, 0.2, 20)),
    },
  }),
  path: (random) => ({
    path: {
      points: Array.from({ length: whole(random, 2, 3) }, () => placeOf(random)),
      tolerance: fine(between(random, 0.04, 0.3)),
    },
  }),
  dwell: (random) => ({ dwell: { polygon: polygonOf(random), minSeconds: fine(between(random, 0.3, 12)) } }),
  stationary: (random) => ({
    stationary: { minSeconds: whole(random, 1, 25), radius: fine(between(random, 0.002, 0.1)) },
  }),
  near: (random) => ({
    near: {
      distance: fine(between(random, 0.004, 0.05)),
      ...(random() < 0.6 ? { class: classesOf(random) } : {}),
    },
  }),
  crowd: (random) => ({
    crowd: { atLeast: whole(random, 2, 7), ...(random() < 0.6 ? { class: classesOf(random) } : {}) },
  }),
  acrossCameras: (random) => {
    const minSeconds = whole(random, 0, 600);
    const arrival: Condition = {
      all: [
        { class: classesOf(random) },
        ...(random() < 0.5 ? [{ colour: [colourOf(random)] }] : []),
        ...(random() < 0.5 ? [{ zone: { polygon: polygonOf(random), relation: 'enters' as const } }] : []),
      ],
    };
    const across: Leaf = { acrossCameras: { arrival, minSeconds, maxSeconds: minSeconds + whole(random, 5, 400) } };
    const leaves: Leaf[] = [
      { class: classesOf(random) },
      ...(random() < 0.5 ? [{ zone: { polygon: polygonOf(random), relation: 'leaves' as const } }] : []),
    ];
    return { all: [...leaves, across] };
  },
} satisfies Record<string, Maker>;

export const OPERATORS: Readonly<Record<string, Maker>> = { ...BY_ATTRIBUTES, ...BY_TIME, ...BY_PLACE, ...BY_WAY };

const some = (random: Random, makers: Readonly<Record<string, Maker>>, ground: Ground): Condition =>
  pick(random, Object.values(makers))(random, ground);

/** As an investigator asks about what and when: a class, perhaps its colour, a time, one thing more. */
export function askOfAttributes(random: Random, ground: Ground): Question {
  const { relativeTo: _, ...times } = BY_TIME;
  return {
    version: 1,
    ...(random() < 0.85 ? { classes: classesOf(random) } : {}),
    ...(random() < 0.5 ? { colours: [colourOf(random)] } : {}),
    ...(random() < 0.5 ? { time: spanOf(random, ground) } : {}),
    ...(random() < 0.5 ? { where: some(random, random() < 0.5 ? times : BY_ATTRIBUTES, ground) } : {}),
    ...(random() < 0.3 ? { minConfidence: 0.5 } : {}),
    order: random() < 0.2 ? 'confidence' : 'time',
  };
}

/** The same with a zone or a line, mostly on a few cameras: a place is drawn on one picture. */
export function askOfPlaces(random: Random, ground: Ground): Question {
  const { where: _, ...question } = askOfAttributes(random, ground);
  const few = Array.from({ length: whole(random, 1, 8) }, () => pick(random, ground.exhibits).exhibitId);
  return {
    ...question,
    ...(random() < 0.8 ? { exhibits: [...new Set(few)] } : {}),
    where: some(random, BY_PLACE, ground),
  };
}

/** A question about one operator or a small tree of several, for which the whole answer is compared. */
export function askAnything(random: Random, ground: Ground, operator: string, exhibits: readonly string[]): Question {
  const own = OPERATORS[operator]?.(random, ground);
  if (own === undefined) throw new Error(`no operator ${operator}`);
  const other = (): Condition => {
    const leaf = some(random, random() < 0.6 ? BY_ATTRIBUTES : { ...BY_TIME, ...BY_PLACE }, ground);
    return random() < 0.25 ? { not: leaf } : leaf;
  };
  const where = pick<() => Condition>(
    random,
    [
      () => own,
      () => ({ all: [own, other()] }),
      () => ({ any: [own, other()] }),
      () => ({ all: [other(), { not: own }] }),
    ],
    [4, 4, 1, 'all' in own ? 0 : 1],
  )();
  return {
    version: 1,
    exhibits,
    where,
    ...(random() < 0.3 ? { classes: classesOf(random) } : {}),
    ...(random() < 0.15 ? { time: spanOf(random, ground) } : {}),
    ...(random() < 0.15 ? { zone: polygonOf(random) } : {}),
    order: random() < 0.3 ? 'confidence' : 'time',
    page: { size: 200 },
  };
}
