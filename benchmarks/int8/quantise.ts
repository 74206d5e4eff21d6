import { type OnnxNode, type OnnxTensor, readOnnx } from '../../gateway/admission/onnx-file.ts';
import {
  field,
  integer,
  type Node,
  node,
  type Tensor,
  tensor,
  text,
  valueInfo,
} from '../../gateway/admission/onnx-writer.ts';
import { type Field, fieldsOf } from '../../gateway/admission/wire.ts';

// Static quantisation after training, as a network's file is rewritten: each value that a chosen operator reads or makes goes through
// QuantizeLinear and DequantizeLinear (one scale a value, uint8), each weight of a convolution is int8 (one scale an output channel). Nothing is fused and no
// layer is changed: the runtime makes its integer kernels of the pairs.

/** The least and the most that a value may be; what lies beyond is cut off. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

/** Whether a node shall compute in integers; `index` is its place in the graph. */
export type Chosen = (node: OnnxNode, index: number) => boolean;

/** Operators that mean the same in operator set 11 and in 13, the first that has a scale for each channel. */
const UNCHANGED = new Set(
  'Add Clip Concat Conv Div MaxPool Mul Relu Reshape Resize Sigmoid Slice Sub Transpose'.split(' '),
);
/** Those that can compute in integers. */
const INTEGER = new Set(['Add', 'Concat', 'Conv', 'MaxPool', 'Mul', 'Resize', 'Sigmoid', 'Slice']);
/** Those that only move values: what they make has the scale of what they take. */
const MOVING = new Set(['MaxPool', 'Resize', 'Slice']);
const MODEL = { irVersion: 1, graph: 7, opset: 8 } as const;
const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12 } as const;
const OPSET = 13;
const IR_VERSION = 7;
const MOST_WEIGHT = 127;

interface Scale {
  /** Names of the two constants. */
  readonly names: readonly [string, string];
  readonly step: number;
}

const ANY = new Set(Array.from({ length: 64 }, (_, number) => number));
const fieldsIn = (bytes: Uint8Array): readonly Field[] => [...fieldsOf(bytes, { fields: 1_000_000 }, ANY)];
const copied = ({ number, bytes, value }: Field): Buffer =>
  bytes === undefined ? integer(number, value ?? 0) : field(number, Buffer.from(bytes));

/** The file with these values as further outputs. */
export function withOutputs(
  bytes: Uint8Array,
  values: readonly { readonly name: string; readonly dims: readonly number[] }[],
): Uint8Array<ArrayBuffer> {
  const more = values.map((value) => field(GRAPH.output, valueInfo(value)));
  return rewritten(bytes, (graph) => [...graph.map(copied), ...more]);
}

function rewritten(
  bytes: Uint8Array,
  change: (graph: readonly Field[]) => readonly Buffer[],
  versions: Readonly<Record<number, Buffer>> = {},
): Uint8Array<ArrayBuffer> {
  const parts = fieldsIn(bytes).map((part) =>
    part.number === MODEL.graph && part.bytes !== undefined
      ? field(MODEL.graph, Buffer.concat(change(fieldsIn(part.bytes))))
      : (versions[part.number] ?? copied(part)),
  );
  return new Uint8Array(Buffer.concat(parts));
}

/**
 * The file with the chosen operators in integers. The same file, ranges and choice give the same bytes. Throws for an operator that it does
 * not know and for a value without range.
 */
export function quantised(
  bytes: Uint8Array,
  ranges: ReadonlyMap<string, Range>,
  isChosen: Chosen = () => true,
): Uint8Array<ArrayBuffer> {
  const { graph } = readOnnx(bytes);
  const weights = new Map(graph.initializers.map((each) => [each.name, each]));
  const makers = new Map(graph.nodes.flatMap((each) => each.outputs.map((name) => [name, each] as const)));
  const ends = new Set(graph.outputs.map(({ name }) => name));
  const nodes: Buffer[] = [];
  const tensors: Buffer[] = [];
  const scales = new Map<string, Scale>();
  /** Values that went through a pair, and what came out of it. */
  const paired = new Map<string, string>();
  const read = new Set<string>();

  const constant = (made: Tensor): string => {
    tensors.push(tensor(made));
    return made.name;
  };
  const put = (made: Node): void => void nodes.push(node(made, nodes.length));

  function scaleOf(name: string): Scale {
    const maker = makers.get(name);
    const source = maker !== undefined && MOVING.has(maker.op) ? maker.inputs[0] : undefined;
    const known = scales.get(name);
    const scale = known ?? (source === undefined ? scaleFor(name, rangeOf(name, maker)) : scaleOf(source));
    scales.set(name, scale);
    return scale;
  }

  function rangeOf(name: string, maker: OnnxNode | undefined): Range {
    if (maker?.op === 'Sigmoid') return { least: 0, most: 255 / 256 };
    const range = ranges.get(name);
    if (range === undefined) throw new Error(`no range of ${name}`);
    return range;
  }

  function scaleFor(name: string, range: Range): Scale {
    // Nought must be a step: padding is nought.
    const [least, most] = [Math.min(0, range.least), Math.max(1e-6, range.most)];
    const step = Math.fround((most - least) / 255);
    const zero = Math.min(255, Math.max(0, Math.round(-least / step)));
    return {
      names: [
        constant({ name: `${name}.step`, type: 'float', dims: [], values: [step] }),
        constant({ name: `${name}.nought`, type: 'uint8', dims: [], values: [zero] }),
      ],
      step,
    };
  }

  function pair(name: string): string {
    const known = paired.get(name);
    if (known !== undefined) return known;
    const { names } = scaleOf(name);
    put({ op: 'QuantizeLinear', inputs: [name, ...names], outputs: [`${name}.integers`] });
    put({ op: 'DequantizeLinear', inputs: [`${name}.integers`, ...names], outputs: [`${name}.paired`] });
    paired.set(name, `${name}.paired`);
    return `${name}.paired`;
  }

  /** A weight or bias in integers: one step for each output channel. */
  function rounded(name: string, type: 'int8' | 'int32', steps: readonly number[]): string {
    const known = `${name}.paired`;
    if (paired.has(name)) return known;
    const { dims } = needed(name);
    const values = floatsOf(needed(name));
    const each = values.length / steps.length;
    const most = type === 'int8' ? MOST_WEIGHT : 2 ** 31 - 1;
    const integers = [...values].map((value, index) => {
      const step = steps[Math.floor(index / each)] ?? 1;
      return Math.min(most, Math.max(-most, Math.round(value / step)));
    });
    const inputs = [
      constant({ name: `${name}.integers`, type, dims, values: integers }),
      constant({ name: `${name}.step`, type: 'float', dims: [steps.length], values: steps }),
      constant({ name: `${name}.nought`, type, dims: [steps.length], values: steps.map(() => 0) }),
    ];
    put({ op: 'DequantizeLinear', inputs, outputs: [known], attributes: { axis: 0 } });
    paired.set(name, known);
    return known;
  }

  function needed(name: string): OnnxTensor {
    const found = weights.get(name);
    if (found === undefined) throw new Error(`${name} is no weight of the file`);
    return found;
  }

  function inputsOf({ op, inputs }: OnnxNode): readonly string[] {
    const [source = '', weight = '', bias] = inputs;
    if (op === 'Conv') {
      const steps = stepsOf(needed(weight));
      const own = [pair(source), rounded(weight, 'int8', steps)];
      const { step } = scaleOf(source);
      const sums = steps.map((each) => Math.fround(each * step));
      return bias === undefined ? own : [...own, rounded(bias, 'int32', sums)];
    }
    return inputs.map((name, index) => ((MOVING.has(op) && index > 0) || weights.has(name) ? name : pair(name)));
  }

  return rewritten(
    bytes,
    (parts) => {
      const raw = parts.filter(({ number }) => number === GRAPH.node);
      for (const [index, each] of graph.nodes.entries()) {
        if (!UNCHANGED.has(each.op)) throw new Error(`${each.op} is not known to mean the same in set ${OPSET}`);
        const isInteger = INTEGER.has(each.op) && isChosen(each, index) && !each.outputs.some((name) => ends.has(name));
        const inputs = isInteger ? inputsOf(each) : each.inputs.map((name) => paired.get(name) ?? name);
        for (const name of inputs) read.add(name);
        nodes.push(rewired(raw[index]?.bytes ?? new Uint8Array(), inputs));
        if (isInteger) for (const name of each.outputs) pair(name);
      }
      const constants = parts.filter(({ number }) => number === GRAPH.initializer);
      return [
        ...nodes.map((each) => field(GRAPH.node, each)),
        ...parts.filter(({ number }) => number === GRAPH.name).map(copied),
        ...constants.filter((_, index) => read.has(graph.initializers[index]?.name ?? '')).map(copied),
        ...tensors.map((each) => field(GRAPH.initializer, each)),
        ...parts.filter(({ number }) => number === GRAPH.input || number === GRAPH.output).map(copied),
      ];
    },
    {
      [MODEL.irVersion]: integer(MODEL.irVersion, IR_VERSION),
      [MODEL.opset]: field(MODEL.opset, Buffer.concat([text(1, ''), integer(2, OPSET)])),
    },
  );
}

/** A node with other inputs, all else as it stands in the file. */
function rewired(raw: Uint8Array, inputs: readonly string[]): Buffer {
  const rest = fieldsIn(raw).filter(({ number }) => number !== 1);
  return Buffer.concat([...inputs.map((name) => text(1, name)), ...rest.map(copied)]);
}

/** For each output channel: its largest weight over 127. */
function stepsOf(weight: OnnxTensor): readonly number[] {
  const [channels = 1] = weight.dims;
  const values = floatsOf(weight);
  const each = values.length / channels;
  return Array.from({ length: channels }, (_, channel) => {
    const own = values.subarray(channel * each, (channel + 1) * each);
    const most = own.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-9);
    return Math.fround(most / MOST_WEIGHT);
  });
}

function floatsOf({ name, type, raw }: OnnxTensor): Float32Array {
  if (type !== 1) throw new Error(`${name} holds no floats`);
  return new Float32Array(new Uint8Array(raw).buffer);
}
