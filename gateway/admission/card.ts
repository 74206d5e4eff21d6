import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { AppError } from '../errors.ts';
import { CLASSES, type ClassName, FORBIDDEN_LABELS, isClassName, KNOWN_LABELS, leavesOf } from '../vocabulary.ts';

const strict = { additionalProperties: false };
const Three = Type.Tuple([Type.Number(), Type.Number(), Type.Number()]);
const Share = Type.Number({ minimum: 0, maximum: 1 });
const Side = Type.Integer({ minimum: 32, maximum: 4096 });
const OutputNames = Type.Union([
  Type.String({ minLength: 1 }),
  Type.Array(Type.String({ minLength: 1 }), { minItems: 1, maxItems: 8 }),
]);

const Decoder = Type.Union([Type.Literal('yolox'), Type.Literal('boxes+scores'), Type.Literal('picodet')]);
/** How a detector's outputs become boxes; see decoders.ts. */
export type DecoderName = Static<typeof Decoder>;

const CardSchema = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z0-9][a-z0-9.-]{0,63}$' }),
    role: Type.Literal('detector'),
    decoder: Decoder,
    /** Of the ONNX file, lower-case hex: the model is this digest, wherever the file lies. A card without one only offers a model. */
    sha256: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
    licence: Type.String({ minLength: 1 }),
    /** Where its publisher gives it out; of a test detector, the script that makes it. */
    source: Type.String({ minLength: 1 }),
    /** Where `differe models fetch` gets the file. */
    download: Type.Optional(Type.String({ pattern: '^https?://' })),
    /** Weights beside the card, relative to it; without it they are searched by digest. */
    file: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-][A-Za-z0-9._-]*\\.onnx$' })),
    /** A detector of the test suite: used only when named or when nothing else is there. */
    test: Type.Optional(Type.Literal(true)),
    input: Type.Object(
      {
        name: Type.String({ minLength: 1 }),
        width: Side,
        height: Side,
        colour: Type.Union([Type.Literal('RGB'), Type.Literal('BGR')]),
        /** `letterbox`: aspect kept, top left, rest filled with `pad`; `stretch`: both sides to the input. */
        fit: Type.Union([Type.Literal('letterbox'), Type.Literal('stretch')]),
        pad: Type.Optional(Type.Integer({ minimum: 0, maximum: 255 })),
        /** A picture whose longer side is more than this many shorter ones is looked at as overlapping squares. */
        tiles: Type.Optional(Type.Object({ whenLongerThan: Type.Number({ minimum: 1.1, maximum: 10 }) }, strict)),
        /** value = (byte x scale - mean) / deviation, a channel in the order of `colour`. */
        scale: Type.Number({ exclusiveMinimum: 0 }),
        mean: Three,
        deviation: Three,
      },
      strict,
    ),
    /** Output names by role: `predictions` (yolox); `boxes`, `scores` (boxes+scores); `scores`, `distances` in stride order (picodet). */
    outputs: Type.Record(Type.String({ pattern: '^(predictions|boxes|scores|distances)$' }), OutputNames, strict),
    /** Every label of the network, in the order of its scores. */
    labels: Type.Array(Type.String({ minLength: 1 }), { minItems: 1, maxItems: 4096 }),
    /** Labels that are kept, and as what; the reducer drops every other one inside the worker. */
    map: Type.Record(Type.String(), Type.String()),
    thresholds: Type.Object(
      { score: Share, nmsIou: Share, perClass: Type.Optional(Type.Record(Type.String(), Share)) },
      strict,
    ),
    /** The present detector of highest priority is used. */
    priority: Type.Number(),
  },
  strict,
);

/** What a model is: licence, contract, closed labels, and its identity where that is known. */
export type CardOffer = Static<typeof CardSchema> & {
  readonly map: Readonly<Record<string, ClassName>>;
  readonly thresholds: { readonly perClass?: { readonly [C in ClassName]?: number } };
};

/** A card of one very file. Checked by `parseCard`, trusted afterwards. */
export type ModelCard = CardOffer & { readonly sha256: string };

export const isPinned = (card: CardOffer): card is ModelCard => card.sha256 !== undefined;

const cardSchema = Compile(CardSchema);

const ROLES: Readonly<Record<DecoderName, readonly string[]>> = {
  yolox: ['predictions'],
  'boxes+scores': ['boxes', 'scores'],
  picodet: ['scores', 'distances'],
};

/**
 * Checks a card: strict schema, closed labels (FACE-08), outputs that the decoder needs and no other.
 * Throws E_GATE_LABEL (malformed, or a label outside the vocabulary) or E_GATE_CONTRACT (outputs).
 */
export function parseCard(value: unknown, where: string): ModelCard {
  const card = parseOffer(value, where);
  if (!isPinned(card)) throw new AppError('E_GATE_LABEL', { detail: `${where}: no sha256` });
  return card;
}

/** As `parseCard`, for a card that may lack its digest. */
export function parseOffer(value: unknown, where: string): CardOffer {
  if (!cardSchema.Check(value)) {
    const [first] = cardSchema.Errors(value);
    throw new AppError('E_GATE_LABEL', { detail: `${where}: ${first?.instancePath ?? ''} ${first?.message ?? ''}` });
  }
  if (value.test === undefined && !value.source.startsWith('https://')) {
    throw new AppError('E_GATE_LABEL', { detail: `${where}: source is no address of a publisher` });
  }
  if (value.test === undefined && value.download?.startsWith('https://') === false) {
    throw new AppError('E_GATE_LABEL', { detail: `${where}: weights are fetched by https alone` });
  }
  for (const label of value.labels) checkLabel(label, value.map, where);
  if (new Set(value.labels).size !== value.labels.length) {
    throw new AppError('E_GATE_LABEL', { detail: `${where}: a label stands twice` });
  }
  for (const [label, kept] of Object.entries(value.map)) {
    if (!value.labels.includes(label)) throw new AppError('E_GATE_LABEL', { detail: `${where}: no label ${label}` });
    if (!isLeaf(kept)) throw new AppError('E_GATE_LABEL', { detail: `${where}: ${kept} is not a leaf class` });
  }
  for (const name of Object.keys(value.thresholds.perClass ?? {})) {
    if (!isClassName(name)) throw new AppError('E_GATE_LABEL', { detail: `${where}: no class ${name}` });
  }
  const roles = Object.keys(value.outputs).sort().join();
  if (roles !== [...ROLES[value.decoder]].sort().join()) {
    throw new AppError('E_GATE_CONTRACT', { detail: `${where}: decoder ${value.decoder} does not read ${roles}` });
  }
  return value as CardOffer;
}

/** FACE-08: throws E_GATE_LABEL for a label that is forbidden, or neither in the vocabulary nor in the map. */
export function checkLabel(label: string, map: Readonly<Record<string, string>>, where: string): void {
  if (KNOWN_LABELS.includes(label)) return;
  // "Face", "person face" and "face_left" are all a face: every word of the label is looked at.
  const words = label.toLowerCase().split(/[^\p{L}]+/u);
  const forbidden = FORBIDDEN_LABELS.find((word) => words.includes(word));
  if (forbidden !== undefined) throw new AppError('E_GATE_LABEL', { detail: `${where}: forbidden label ${label}` });
  if (Object.hasOwn(map, label) || (CLASSES as readonly string[]).includes(label)) return;
  throw new AppError('E_GATE_LABEL', { detail: `${where}: label ${label} is outside the vocabulary` });
}

const isLeaf = (name: string): name is ClassName => isClassName(name) && leavesOf(name)[0] === name;

/** Names of the outputs of one role, always as a list. */
export function outputNames(card: CardOffer, role: string): readonly string[] {
  const names = card.outputs[role];
  if (names === undefined) return [];
  return typeof names === 'string' ? [names] : names;
}
