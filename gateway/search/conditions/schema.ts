import { type TSchema, Type } from 'typebox';
import { CLASSES, COLOURS, PARTS } from '../../vocabulary.ts';
import { LINE_DIRECTIONS, TIME_RELATIONS, WEEKDAYS, ZONE_RELATIONS } from './types.ts';

const strict = { additionalProperties: false };
const oneOf = (names: readonly string[]) => Type.Union(names.map((name) => Type.Literal(name)));
export const fraction = Type.Number({ minimum: 0, maximum: 1 });
export const uuid = Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' });
export const instant = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,3})?(Z|[+-]\\d{2}:\\d{2})$',
  description: 'RFC 3339 with offset',
});
export const place = Type.Object({ x: fraction, y: fraction }, strict);
export const polygon = Type.Array(place, {
  minItems: 3,
  maxItems: 64,
  description:
    'Polygon in fractions of the picture, origin top left. Edges may cross: inside is then by the even-odd rule, so a part that is enclosed twice is outside. The edge itself is inside.',
});
export const colourAsked = Type.Object(
  { colour: oneOf(COLOURS), part: Type.Optional(oneOf(PARTS)), minShare: Type.Optional(fraction) },
  strict,
);

const seconds = (description: string) => Type.Number({ minimum: 0, maximum: 31_536_000, description });
const range = (unit: string) =>
  Type.Object(
    {
      min: Type.Optional(Type.Number({ minimum: 0, maximum: 100_000, description: `At least, ${unit}.` })),
      max: Type.Optional(Type.Number({ minimum: 0, maximum: 100_000, description: `At most, ${unit}.` })),
    },
    { ...strict, minProperties: 1 },
  );
const pixels = range('pixels of the original');
const share = (description: string, minimum: number, maximum: number) => Type.Number({ minimum, maximum, description });
const degrees = (description: string) => Type.Number({ minimum: 0, maximum: 360, description });
const clock = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', description: 'HH:MM in the zone of the case' });
const classes = Type.Array(oneOf(CLASSES), { minItems: 1, maxItems: CLASSES.length });
const zone = Type.Object({ polygon, relation: Type.Optional(oneOf(ZONE_RELATIONS)) }, strict);
const line = Type.Object({ a: place, b: place, direction: Type.Optional(oneOf(LINE_DIRECTIONS)) }, strict);
const step = Type.Union([Type.Object({ zone }, strict), Type.Object({ line }, strict)]);

/** Deeper or larger trees are refused by name (normal.ts); the schema alone bounds each level. */
export const MOST_DEPTH = 6;
export const MOST_CONDITIONS = 64;

/** Every kind of leaf; the member names are the vocabulary. */
const leaves = (arrival: TSchema): Record<string, TSchema> => ({
  class: classes,
  colour: Type.Array(colourAsked, { minItems: 1, maxItems: COLOURS.length * PARTS.length }),
  confidence: Type.Object({ min: share('At least, 0 to 1.', 0, 1) }, strict),
  size: Type.Object(
    { widthPx: Type.Optional(pixels), heightPx: Type.Optional(pixels) },
    { ...strict, minProperties: 1 },
  ),
  zone,
  line,
  sequence: Type.Object(
    {
      steps: Type.Array(step, { minItems: 2, maxItems: 4 }),
      withinSeconds: seconds('From the end of the first step to the last one, at most, seconds.'),
    },
    strict,
  ),
  path: Type.Object(
    {
      points: Type.Array(place, { minItems: 2, maxItems: 32 }),
      tolerance: share(
        'How far the way may be from the drawn path, as a share of the width of the picture.',
        0.005,
        0.5,
      ),
    },
    strict,
  ),
  speed: range('pixels of the original a second'),
  direction: Type.Object(
    { fromDegrees: degrees('Beginning, degrees clockwise, 0 is up.'), toDegrees: degrees('End, degrees clockwise.') },
    strict,
  ),
  dwell: Type.Object({ polygon, minSeconds: seconds('Stays at least, seconds.') }, strict),
  stationary: Type.Object(
    {
      minSeconds: seconds('Stands still at least, seconds.'),
      radius: Type.Optional(share('What counts as one place, as a share of the width of the picture.', 0.001, 0.5)),
    },
    strict,
  ),
  near: Type.Object(
    { class: Type.Optional(classes), distance: share('At most, as a share of the width of the picture.', 0.001, 1) },
    strict,
  ),
  crowd: Type.Object(
    {
      atLeast: Type.Integer({
        minimum: 2,
        maximum: 1000,
        description: 'Tracks in the picture at once, this one included.',
      }),
      class: Type.Optional(classes),
    },
    strict,
  ),
  span: Type.Object({ from: instant, to: instant }, strict),
  timeOfDay: Type.Object({ from: clock, to: clock }, strict),
  weekday: Type.Array(oneOf(WEEKDAYS), { minItems: 1, maxItems: 7 }),
  relativeTo: Type.Object(
    { hit: uuid, relation: oneOf(TIME_RELATIONS), withinSeconds: seconds('Away from the hit at most, seconds.') },
    strict,
  ),
  acrossCameras: Type.Object(
    {
      arrival,
      exhibits: Type.Optional(Type.Array(uuid, { minItems: 1, maxItems: 2000 })),
      minSeconds: seconds('Later at least, seconds.'),
      maxSeconds: seconds('Later at most, seconds.'),
    },
    strict,
  ),
});

const single = (name: string, schema: TSchema) => Type.Object({ [name]: schema }, strict);

/** One level of the tree; `lower` is what stands below it. */
const level = (lower: TSchema): TSchema =>
  Type.Union([
    single('all', Type.Array(lower, { minItems: 1, maxItems: MOST_CONDITIONS })),
    single('any', Type.Array(lower, { minItems: 1, maxItems: MOST_CONDITIONS })),
    single('not', lower),
    ...Object.entries(leaves(lower)).map(([name, schema]) => single(name, schema)),
  ]);

/** Holds a whole tree, however deep. */
export const ConditionSchema = Type.Cyclic({ Condition: level(Type.Ref('Condition')) }, 'Condition');

/** The same for the description of the interface, which names it and refers to it where a condition stands again. */
export const DescribedCondition: TSchema = {
  ...level(
    Type.Unknown({
      description: `A condition again, at most ${MOST_DEPTH} levels and ${MOST_CONDITIONS} conditions in all.`,
      'x-again': 'Condition',
    }),
  ),
  title: 'Condition',
};
