import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { AppError } from '../errors.ts';
import { type ClassName, isClassName, leavesOf } from '../vocabulary.ts';
import { checkLabel } from './card.ts';

const strict = { additionalProperties: false };
const Three = Type.Tuple([Type.Number(), Type.Number(), Type.Number()]);
const Share = Type.Number({ minimum: 0, maximum: 1 });
const Side = Type.Integer({ minimum: 32, maximum: 256 });

const CropCardSchema = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z0-9][a-z0-9.-]{0,63}$' }),
    role: Type.Literal('crop-classifier'),
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    licence: Type.String({ minLength: 1 }),
    source: Type.String({ pattern: '^https://' }),
    /** Weights beside the card. */
    file: Type.String({ pattern: '^[A-Za-z0-9_-][A-Za-z0-9._-]*\\.onnx$' }),
    input: Type.Object(
      {
        name: Type.String({ minLength: 1 }),
        width: Side,
        height: Side,
        colour: Type.Literal('RGB'),
        /** value = (byte x scale - mean) / deviation. */
        scale: Type.Number({ exclusiveMinimum: 0 }),
        mean: Three,
        deviation: Three,
        /** Byte outside the picture. */
        pad: Type.Integer({ minimum: 0, maximum: 255 }),
        /** Side of the square that is cut, in longer sides of the box. */
        margin: Type.Number({ minimum: 1, maximum: 2 }),
        /** Shares of the square into which no pixel of the picture goes: where a standing person's head is (FACE-11). */
        hidden: Type.Object({ top: Share, bottom: Share, left: Share, right: Share }, strict),
      },
      strict,
    ),
    output: Type.String({ minLength: 1 }),
    /** In the order of the logits; at most eight object classes (admission gate G9). */
    labels: Type.Array(Type.String({ minLength: 1 }), { minItems: 2, maxItems: 8 }),
    /** Label to leaf class; a label without one is "none of these". */
    map: Type.Record(Type.String(), Type.String()),
    /** Logits are divided by it before the softmax, so that a probability of 0.8 is right eight times in ten. */
    temperature: Type.Number({ exclusiveMinimum: 0 }),
    data: Type.Array(Type.Object({ name: Type.String(), licence: Type.String() })),
  },
  strict,
);

/** What a crop classifier is: identity, contract, closed labels. */
export type CropCard = Static<typeof CropCardSchema> & { readonly map: Readonly<Record<string, ClassName>> };

const schema = Compile(CropCardSchema);

/** Label that stands for none of the classes; the only one that need not be mapped. */
const NONE = 'other';

/** Whether a card says that it is one of these, however wrong the rest may be. */
export const isCropCard = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'role' in value && value.role === 'crop-classifier';

/** Throws E_GATE_LABEL when the card is malformed or a label is outside the vocabulary (FACE-08). */
export function parseCropCard(value: unknown, where: string): CropCard {
  if (!schema.Check(value)) {
    const [first] = schema.Errors(value);
    throw new AppError('E_GATE_LABEL', { detail: `${where}: ${first?.instancePath ?? ''} ${first?.message ?? ''}` });
  }
  for (const label of value.labels) {
    const leaf = value.map[label];
    if (leaf === undefined && label === NONE) continue;
    checkLabel(label, value.map, where);
    if (leaf === undefined || !isClassName(leaf) || leavesOf(leaf)[0] !== leaf) {
      throw new AppError('E_GATE_LABEL', { detail: `${where}: label ${label} names no leaf class` });
    }
  }
  if (new Set(value.labels).size !== value.labels.length) {
    throw new AppError('E_GATE_LABEL', { detail: `${where}: a label stands twice` });
  }
  return value as CropCard;
}
