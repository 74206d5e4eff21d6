import { type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { AppError } from '../errors.ts';
import { CLASSES, COLOURS, PARTS } from '../vocabulary.ts';
import {
  ConditionSchema,
  colourAsked,
  DescribedCondition,
  fraction,
  instant,
  polygon,
  uuid,
} from './conditions/schema.ts';
import type { Question, Verdict } from './types.ts';

const strict = { additionalProperties: false };
const oneOf = (names: readonly string[]) => Type.Union(names.map((name) => Type.Literal(name)));

const questionSchema = (where: TSchema) =>
  Type.Object(
    {
      version: Type.Literal(1),
      classes: Type.Optional(Type.Array(oneOf(CLASSES), { maxItems: CLASSES.length })),
      colours: Type.Optional(Type.Array(colourAsked, { maxItems: COLOURS.length * PARTS.length })),
      time: Type.Optional(Type.Object({ from: instant, to: instant }, strict)),
      exhibits: Type.Optional(Type.Array(uuid, { minItems: 1, maxItems: 2000 })),
      zone: Type.Optional(polygon),
      where: Type.Optional(where),
      minConfidence: Type.Optional(fraction),
      order: Type.Optional(oneOf(['time', 'confidence'])),
      page: Type.Optional(
        Type.Object(
          {
            size: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
            cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 400 })),
          },
          strict,
        ),
      ),
    },
    strict,
  );

/** A question as it may be sent: enumerated facets only, no free text, no picture, no unknown member (FACE-09, REQ-17). */
export const QuestionSchema = Type.Unsafe<Question>(questionSchema(DescribedCondition));

export const VERDICTS = ['confirmed', 'rejected', 'uncertain'] as const satisfies readonly Verdict[];

export const VerdictSchema = Type.Object({ verdict: Type.Enum([...VERDICTS]) }, strict);

const validator = Compile(questionSchema(ConditionSchema));
const MOST_NESTED = 40;

// What a picture, a crop or its vector would be called: refused as a query by image and not as a slip of the pen.
const IMAGE_NAME =
  /imag|img|photo|picture|pixel|frame|crop|face|visage|portrait|embedding|vector|vecteur|feature|similar|likeness|base64|thumbnail|vignette/i;
const IMAGE_VALUE = /^data:|^(iVBORw0KGgo|\/9j\/|R0lGOD|UklGR)/;
const MAX_DEPTH = 8;

/** Parses a question once, at the edge. E_FACE_QUERY_IMAGE when it carries anything like a picture, E_QUESTION for any other fault. */
export function parseQuestion(value: unknown): Question {
  if (carriesImage(value, 0))
    throw new AppError('E_FACE_QUERY_IMAGE', { detail: 'a member of the question is like a picture' });
  if (isDeeper(value, MOST_NESTED)) throw new AppError('E_QUESTION', { detail: 'nested too deep' });
  if (!validator.Check(value)) {
    // The place of the fault and never its value: the detail goes to the journal (LOG-03).
    const [first] = validator.Errors(value);
    throw new AppError('E_QUESTION', { detail: `${first?.keyword ?? 'schema'} at ${first?.schemaPath ?? '#'}` });
  }
  return value as unknown as Question;
}

/** Without recursion: what it looks for would end that. */
function isDeeper(value: unknown, most: number): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}

function carriesImage(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return IMAGE_VALUE.test(value);
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return false;
  return Object.entries(value).some(
    ([name, member]) => (!Array.isArray(value) && IMAGE_NAME.test(name)) || carriesImage(member, depth + 1),
  );
}
