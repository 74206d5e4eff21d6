import { type TSchema, Type } from 'typebox';
import { PERSON_CATEGORIES } from '../index/types.ts';
import { CLASSES, COLOURS, PARTS } from '../vocabulary.ts';
import { LEAF_KINDS } from './conditions/normal.ts';
import { MOST_NAMED } from './coverage.ts';
import type { AnswerPaths } from './paths-of-answer.ts';
import { VERDICTS } from './schema.ts';
import type { Answer, AnswerCoverage, Hit } from './types.ts';

// What leaves by HTTP: every number has a name, and no array holds bare ones (FACE-11).

const oneOf = (names: readonly string[]) => Type.Union(names.map((name) => Type.Literal(name)));
const place = Type.Object({ x: Type.Number(), y: Type.Number() });
const colourShare = Type.Object({ part: oneOf(PARTS), colour: oneOf(COLOURS), share: Type.Number() });

const reason = Type.Object({
  facet: oneOf(['class', 'colour', 'time', 'zone', 'confidence', 'exhibit', 'condition']),
  condition: Type.Optional(Type.Enum([...LEAF_KINDS], { description: 'Which leaf of `where` the track fulfils.' })),
  atSeconds: Type.Optional(Type.Number({ description: 'Media seconds.' })),
  toSeconds: Type.Optional(Type.Number()),
  value: Type.Optional(Type.Number({ description: 'The figure that decided, in the unit of the condition.' })),
  other: Type.Optional(Type.Object({ exhibitId: Type.String(), track: Type.Integer(), from: Type.String() })),
  class: Type.Optional(oneOf(CLASSES)),
  confidence: Type.Optional(Type.Number()),
  colour: Type.Optional(oneOf(COLOURS)),
  part: Type.Optional(oneOf(PARTS)),
  share: Type.Optional(Type.Number()),
  from: Type.Optional(Type.String()),
  to: Type.Optional(Type.String()),
  uncertaintySeconds: Type.Optional(Type.Number()),
  enteredSeconds: Type.Optional(Type.Number()),
  at: Type.Optional(place),
});

/** One reader's verdict on a hit. */
export const readingMembers = {
  agentId: Type.Optional(Type.String({ description: 'Absent where the record does not say who.' })),
  verdict: Type.Enum([...VERDICTS]),
  at: Type.Optional(Type.String()),
  sawPictureAt: Type.Optional(
    Type.String({ description: 'When this reader was first shown the whole picture; absent where he was not.' }),
  ),
};

export const HitSchema = Type.Unsafe<Hit>(
  Type.Object({
    id: Type.String(),
    exhibitId: Type.String(),
    track: Type.Integer(),
    class: oneOf(CLASSES),
    confidence: Type.Number(),
    fileName: Type.String(),
    cameraId: Type.String(),
    from: Type.String(),
    to: Type.String(),
    uncertaintySeconds: Type.Number(),
    mediaFromSeconds: Type.Number(),
    mediaToSeconds: Type.Number(),
    colours: Type.Array(colourShare),
    best: Type.Object({
      frame: Type.Integer(),
      pts: Type.Integer(),
      timeSeconds: Type.Number(),
      box: Type.Object({ left: Type.Number(), top: Type.Number(), width: Type.Number(), height: Type.Number() }),
    }),
    reasons: Type.Array(reason),
    verdict: oneOf(['unreviewed', ...VERDICTS]),
    disputed: Type.Boolean({ description: 'Its readers do not agree.' }),
    readings: Type.Array(Type.Object(readingMembers), { description: "Each reader's verdict, oldest first." }),
    rectified: Type.Optional(
      Type.Object({
        order: Type.String(),
        at: Type.String(),
        analysedAs: oneOf(CLASSES),
        personCategory: Type.Optional(oneOf(PERSON_CATEGORIES)),
      }),
    ),
  }),
);

const coverage = Type.Object({
  analysedSeconds: Type.Number(),
  sampledSeconds: Type.Number(),
  quietSeconds: Type.Number(),
  undecodableSeconds: Type.Number(),
  outsideSeconds: Type.Number(),
});

const audit = Type.Object({
  samples: Type.Integer(),
  missed: Type.Integer(),
  objectSeconds: Type.Number(),
  quietSeconds: Type.Number(),
  recallBound: Type.Optional(Type.Number()),
});

const covered = Type.Object({
  exhibitId: Type.String(),
  fileName: Type.String(),
  durationSeconds: Type.Number(),
  coverage,
  audit: Type.Optional(audit),
  clockNote: Type.Optional(Type.String()),
});

const notAnalysed = Type.Array(
  Type.Object({ exhibitId: Type.String(), fileName: Type.String(), state: Type.String() }),
);

const notSealed = Type.Optional(
  Type.Array(Type.Object({ piece: Type.String(), cameraId: Type.String() }), {
    description:
      'Recordings that the schedule lists, of the cameras asked about, without a sealed exhibit: not deposited, refused, or still coming in. Absent of questions from before this was kept.',
  }),
);

/** What was looked at for an answer, in each exhibit. */
export const CoverageSchema = Type.Unsafe<Omit<AnswerCoverage, 'sums'>>(
  Type.Object({ exhibits: Type.Array(covered), notAnalysed, notSealed }),
);

const executed = Type.Object({
  version: Type.Literal(1),
  classes: Type.Array(oneOf(CLASSES)),
  colours: Type.Array(Type.Object({ colour: oneOf(COLOURS), part: oneOf(PARTS), minShare: Type.Number() })),
  time: Type.Union([Type.Object({ from: Type.String(), to: Type.String() }), Type.Null()]),
  exhibits: Type.Union([Type.Array(Type.String()), Type.Null()]),
  zone: Type.Union([Type.Array(place), Type.Null()]),
  minConfidence: Type.Number(),
  where: Type.Unknown({
    description: 'The tree of conditions with every default written out; null where none was asked.',
  }),
  order: oneOf(['time', 'confidence']),
});

const hitsOf = (name: string, key: TSchema) =>
  Type.Array(Type.Object({ [name]: key, hits: Type.Integer({ description: 'How many hits.' }) }));

const counts = Type.Object(
  {
    byClass: hitsOf('class', oneOf(CLASSES)),
    byCamera: hitsOf('cameraId', Type.String()),
    byExhibit: hitsOf('exhibitId', Type.String()),
    byColour: hitsOf('colour', oneOf(COLOURS)),
    byHour: hitsOf('from', Type.String()),
  },
  { description: 'Of all hits, not of the page.' },
);

const nearMiss = Type.Object(
  {
    exhibitId: Type.String(),
    cameraId: Type.String(),
    track: Type.Integer(),
    class: oneOf(CLASSES),
    from: Type.String(),
    to: Type.String(),
    missed: Type.Enum(['confidence', 'colour', 'time', 'size', 'speed'], {
      description: 'The condition that kept it out.',
    }),
    value: Type.Number({ description: 'What the track has, in the unit of the condition; seconds for time.' }),
    asked: Type.Number({ description: 'What was asked, in the same unit; 0 for time.' }),
  },
  { description: 'A track that one condition alone kept out, by little.' },
);

export const AnswerSchema = Type.Unsafe<Answer>(
  Type.Object({
    questionId: Type.String(),
    questionSha256: Type.String(),
    executed,
    inFrench: Type.String(),
    inEnglish: Type.String(),
    broad: Type.Boolean(),
    total: Type.Integer(),
    counts,
    nearMisses: Type.Array(nearMiss),
    hits: Type.Array(HitSchema),
    nextCursor: Type.Optional(Type.String()),
    coverage: Type.Object({
      sums: Type.Object(
        {
          exhibits: Type.Integer({ minimum: 0, description: 'How many exhibits were searched.' }),
          exhibitsSha256: Type.String({
            description:
              'SHA-256 of their ids, one a line: the journal names them by it where the answer does not name each.',
          }),
          durationSeconds: Type.Number(),
          coverage,
          audit: Type.Optional(audit),
          clockNotes: Type.Integer({ minimum: 0, description: 'How many of them have a note on their clock.' }),
        },
        { description: 'Of all exhibits that were searched.' },
      ),
      exhibits: Type.Array(covered, {
        description: `Each exhibit that was searched, where they are ${MOST_NAMED} at most; of more there is none, and \`readCoverage\` names each.`,
      }),
      notAnalysed,
      notSealed,
    }),
    notice: Type.String(),
  }),
);

const count = (description: string) => Type.Integer({ minimum: 0, description });

/** Where the tracks of an answer went in one exhibit: counts by cells of the picture. */
export const PathsSchema = Type.Unsafe<AnswerPaths>(
  Type.Object({
    exhibitId: Type.String(),
    cameraId: Type.String(),
    fileName: Type.String(),
    tracks: count('Tracks of the exhibit that answer.'),
    drawn: count('Tracks whose way was looked at: all, or an even choice of them where there are very many.'),
    columns: count('Cells across the picture.'),
    rows: count('Cells down the picture.'),
    cells: Type.Array(
      Type.Object({
        column: count('From the left, 0 first.'),
        row: count('From the top, 0 first.'),
        tracks: count('Tracks whose feet or wheels passed here, each once.'),
      }),
      { description: 'Row by row; cells that no track passed are left out.' },
    ),
  }),
);
