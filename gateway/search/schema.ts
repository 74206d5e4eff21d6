import { type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { AppError } from '../errors.ts';
import { faultAt } from '../faults.ts';
import { schemaFaults } from '../schema-faults.ts';
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

const wire = questionSchema(ConditionSchema);
const validator = Compile(wire);
const MOST_NESTED = 40;

// What a picture, a crop or its vector would be called: refused as a query by image and not as a slip of the pen.
const IMAGE_NAME =
  /imag|img|photo|picture|pixel|frame|crop|face|visage|portrait|embedding|vector|vecteur|feature|similar|likeness|base64|thumbnail|vignette/i;
const IMAGE_VALUE = /^data:|^(iVBORw0KGgo|\/9j\/|R0lGOD|UklGR)/;

/** Parses a question once, at the edge. E_FACE_QUERY_IMAGE when it carries anything like a picture, E_QUESTION for any other fault. */
export function parseQuestion(value: unknown): Question {
  const { hasImage, isDeep } = lookOver(value);
  if (hasImage) throw new AppError('E_FACE_QUERY_IMAGE', { detail: 'a member of the question is like a picture' });
  if (isDeep) throw new AppError('E_QUESTION', { faults: [faultAt('body', '', 'depth', MOST_NESTED)] });
  if (!validator.Check(value)) throw new AppError('E_QUESTION', { faults: schemaFaults(wire, value, 'body') });
  return value as unknown as Question;
}

interface Look {
  readonly hasImage: boolean;
  /** Deeper than a question may nest; what is below was not looked at. */
  readonly isDeep: boolean;
}

/** Level by level and without recursion: what it looks for would end that. */
function lookOver(question: unknown): Look {
  let hasImage = false;
  let level: readonly unknown[] = [question];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MOST_NESTED) return { hasImage, isDeep: true };
    const below: unknown[] = [];
    for (const value of level) {
      if (typeof value === 'string') hasImage ||= IMAGE_VALUE.test(value);
      else if (Array.isArray(value)) for (const member of value) below.push(member);
      else if (typeof value === 'object' && value !== null) {
        for (const [name, member] of Object.entries(value)) {
          hasImage ||= IMAGE_NAME.test(name);
          below.push(member);
        }
      }
    }
    level = below;
  }
  return { hasImage, isDeep: false };
}
