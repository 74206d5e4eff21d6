import { sha256Hex } from '../canonical.ts';
import { AppError } from '../errors.ts';
import type { Card } from './contract.ts';
import { inspect, type Verdict } from './inspect.ts';
import { encodeModel, type Model, type Node, type Tensor } from './onnx-writer.ts';

// FACE-15: networks that must be refused, made in memory at each start. Their weights are noise; they have the form of what is forbidden,
// and where a card could be written for them they come with one that lies.

export interface Canary {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** A card that says it were lawful. */
  readonly card: Card | undefined;
}

/** Refusals that say something of the structure; the others are about digest and card alone. */
const ABOUT_PAPERS = ['E_GATE_LABEL', 'E_GATE_HASH', 'E_GATE_ADMISSION'];

/** A graph under construction: layers that follow one another. */
interface Draft {
  readonly nodes: Node[];
  readonly weights: Tensor[];
}

let seed = 1;
// A small generator of its own: the canaries are the same at every start.
function noise(): number {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
  return seed / 0x7fffffff - 0.5;
}

function weight(draft: Draft, dims: readonly number[]): string {
  const name = `w${draft.weights.length}`;
  const count = dims.reduce((product, size) => product * size, 1);
  draft.weights.push({ name, type: 'float', dims, values: Array.from({ length: count }, noise) });
  return name;
}

function shape(draft: Draft, dims: readonly number[]): string {
  const name = `w${draft.weights.length}`;
  draft.weights.push({ name, type: 'int64', dims: [dims.length], values: dims });
  return name;
}

function add(draft: Draft, op: string, inputs: readonly string[], more: Partial<Node> = {}): string {
  const output = `v${draft.nodes.length}`;
  draft.nodes.push({ op, inputs, outputs: [output], ...more });
  return output;
}

const conv = (draft: Draft, from: string, channels: readonly [number, number], stride: number): string =>
  add(draft, 'Conv', [from, weight(draft, [channels[1], channels[0], 3, 3])], {
    attributes: { pads: [1, 1, 1, 1], strides: [stride, stride] },
  });

/** The picture, smaller by 32, in eight channels. */
const trunk = (draft: Draft): string => {
  let at = conv(draft, 'picture', [3, 8], 4);
  at = conv(draft, add(draft, 'Relu', [at]), [8, 8], 4);
  return conv(draft, add(draft, 'Relu', [at]), [8, 8], 2);
};

/** A vector about the whole picture. */
function vector(draft: Draft, length: number): string {
  const pooled = add(draft, 'Flatten', [add(draft, 'GlobalAveragePool', [trunk(draft)])]);
  return add(draft, 'Gemm', [pooled, weight(draft, [8, length])]);
}

/** One list `[1, N, columns]` over the places of a stride. */
function head(draft: Draft, from: string, columns: number): string {
  const map = conv(draft, from, [8, columns], 1);
  const places = add(draft, 'Transpose', [map], { attributes: { perm: [0, 2, 3, 1] } });
  return add(draft, 'Reshape', [places, shape(draft, [1, -1, columns])]);
}

function encoded(
  draft: Draft,
  picture: readonly number[],
  outputs: Readonly<Record<string, readonly number[]>>,
): Uint8Array {
  const model: Model = {
    name: 'canary',
    irVersion: 8,
    opset: 17,
    metadata: {},
    nodes: draft.nodes,
    initializers: draft.weights,
    inputs: [{ name: 'picture', dims: picture }],
    outputs: Object.entries(outputs).map(([name, dims]) => ({ name, dims })),
  };
  return encodeModel(model);
}

const draft = (): Draft => ({ nodes: [], weights: [] });

/** A crop network whose card claims as many vehicles as it has outputs. */
function vectorCanary(name: string, side: readonly [number, number], length: number): Canary {
  const made = draft();
  const output = vector(made, length);
  const bytes = encoded(made, [1, 3, ...side], { [output]: [1, length] });
  return { name, bytes, card: length > 8 ? undefined : cropCard(bytes, side, output, length) };
}

function cropCard(bytes: Uint8Array, [height, width]: readonly [number, number], output: string, length: number): Card {
  const vehicles = ['bicycle', 'motorcycle', 'car', 'bus', 'truck', 'van', 'suitcase', 'other'];
  return {
    name: 'canary',
    role: 'crop-classifier',
    sha256: sha256Hex(bytes),
    licence: '-',
    source: 'https://differe.example/canary',
    file: 'canary.onnx',
    input: {
      name: 'picture',
      width,
      height,
      colour: 'RGB',
      scale: 1,
      mean: [0, 0, 0],
      deviation: [1, 1, 1],
      pad: 0,
      margin: 1,
      hidden: { top: 0, bottom: 0.2, left: 0, right: 1 },
    },
    output,
    labels: vehicles.slice(0, length),
    map: {},
    temperature: 1,
    data: [],
  };
}

function faceDetector(): Canary {
  const made = draft();
  const outputs: Record<string, readonly number[]> = {};
  for (const stride of [1, 2, 4]) {
    const at = conv(made, trunk(made), [8, 8], stride);
    const side = Math.ceil(20 / stride);
    for (const columns of [1, 4, 10]) outputs[head(made, at, columns)] = [1, side * side, columns];
  }
  return { name: 'a face detector with five points', bytes: encoded(made, [1, 3, 640, 640], outputs), card: undefined };
}

/** YOLOX as it should be, with something beside it or in its place. */
function detector(name: string, build: (made: Draft) => Readonly<Record<string, readonly number[]>>): Canary {
  const made = draft();
  return { name, bytes: encoded(made, [1, 3, 416, 416], build(made)), card: undefined };
}

function gait(): Canary {
  const made = draft();
  const output = add(made, 'ReduceMean', ['picture'], { attributes: { axes: [2, 3, 4], keepdims: 0 } });
  return {
    name: 'gait from a sequence',
    bytes: encoded(made, [1, 3, 30, 64, 44], { [output]: [1, 3] }),
    card: undefined,
  };
}

function outside(): Canary {
  const made = draft();
  const output = vector(made, 4);
  const [first, ...rest] = made.weights;
  const bytes = encoded(
    { nodes: made.nodes, weights: [{ ...(first as Tensor), external: '../weights.bin' }, ...rest] },
    [1, 3, 80, 80],
    { [output]: [1, 4] },
  );
  return { name: 'weights outside the file', bytes, card: cropCard(bytes, [80, 80], output, 4) };
}

function foreignOperator(): Canary {
  const made = draft();
  const output = add(made, 'Recognise', [vector(made, 4)], { domain: 'com.example' });
  const bytes = encoded(made, [1, 3, 80, 80], { [output]: [1, 4] });
  return { name: 'an operator of somebody else’s', bytes, card: cropCard(bytes, [80, 80], output, 4) };
}

function letters(): Canary {
  const made = draft();
  const map = conv(made, conv(made, 'picture', [3, 8], 4), [8, 97], 1);
  const row = add(made, 'ReduceMean', [map], { attributes: { axes: [2], keepdims: 0 } });
  const output = add(made, 'Transpose', [row], { attributes: { perm: [0, 2, 1] } });
  return {
    name: 'a reader of plates',
    bytes: encoded(made, [1, 3, 48, 320], { [output]: [1, 80, 97] }),
    card: undefined,
  };
}

/** All of them, made anew. */
export function canaries(): readonly Canary[] {
  seed = 1;
  return [
    vectorCanary('a face embedder', [112, 112], 512),
    vectorCanary('a small face embedder', [160, 160], 128),
    vectorCanary('a person re-identifier', [256, 128], 512),
    vectorCanary('age and sex', [96, 96], 3),
    vectorCanary('an emotion classifier', [64, 64], 8),
    vectorCanary('attributes of a person', [224, 224], 26),
    vectorCanary('landmarks', [112, 112], 212),
    faceDetector(),
    gait(),
    detector('an embedding laid out as a list of boxes', (made) => {
      const list = add(made, 'Reshape', [vector(made, 64 * 85), shape(made, [1, 64, 85])]);
      return { [list]: [1, 64, 85] };
    }),
    detector('a detector with a vector beside it', (made) => ({
      [head(made, trunk(made), 85)]: [1, 169, 85],
      [vector(made, 128)]: [1, 128],
    })),
    detector('a detector that gives each box a vector', (made) => {
      const at = trunk(made);
      return { [head(made, at, 85)]: [1, 169, 85], [head(made, at, 128)]: [1, 169, 128] };
    }),
    detector('a detector whose head a vector weighs', (made) => {
      const at = trunk(made);
      const few = add(made, 'Conv', [add(made, 'GlobalAveragePool', [at]), weight(made, [4, 8, 1, 1])]);
      const gate = add(made, 'Sigmoid', [add(made, 'Conv', [few, weight(made, [8, 4, 1, 1])])]);
      return { [head(made, add(made, 'Mul', [at, gate]), 85)]: [1, 169, 85] };
    }),
    detector('a detector each of whose places holds the average of all', (made) => {
      const attributes = { kernel_shape: [25, 25], pads: [12, 12, 12, 12], strides: [1, 1] };
      return { [head(made, add(made, 'AveragePool', [trunk(made)], { attributes }), 85)]: [1, 169, 85] };
    }),
    letters(),
    outside(),
    foreignOperator(),
  ];
}

export interface CanaryAnswer {
  readonly name: string;
  readonly verdict: Verdict;
  /** Whether the gate refused it by its structure. */
  readonly held: boolean;
}

/** What the gate says of each. `judge` is the gate; a test puts a broken one in its place. */
export function tryCanaries(judge: typeof inspect = inspect): readonly CanaryAnswer[] {
  return canaries().map(({ name, bytes, card }) => {
    const verdict = judge(bytes, card);
    return {
      name,
      verdict,
      held: !verdict.admitted && verdict.reasons.some(({ code }) => !ABOUT_PAPERS.includes(code)),
    };
  });
}

/** Throws E_GATE_CANARY when the gate lets one of them pass: a gate that does is none, and nothing is loaded (FACE-15). */
export async function demandCanaries(judge: typeof inspect = inspect): Promise<void> {
  const passed = tryCanaries(judge).filter(({ held }) => !held);
  if (passed.length > 0) {
    throw new AppError('E_GATE_CANARY', {
      detail: `the gate would let pass: ${passed.map(({ name }) => name).join(', ')}`,
    });
  }
}
