import { convolutionsAfter, type Squeeze, squeezeAfter } from './gates.ts';
import type { OnnxAttribute, OnnxFile, OnnxNode, OnnxTensor } from './onnx-file.ts';
import { isGate, joinFault, placesAfter } from './places.ts';
import { reachFault } from './reach.ts';
import { RULES, type Rule } from './shape-rules.ts';

// What every value of a graph really is, whatever the file declares: its shape, and where in the picture it still is. A network that finds
// objects keeps positions up to its outputs. One that makes a vector of the whole picture loses them, and no reshaping brings them back.

/** What an operator makes of its inputs. */
export interface Shape {
  readonly dims: readonly number[];
  /** What it holds, where that is known without running anything. */
  readonly numbers: readonly number[] | undefined;
  /** It depends on the picture. */
  readonly fromImage: boolean;
  /** Places of the picture that each dimension tells apart, at most; 1 where it tells none. */
  readonly spatial: readonly number[];
  /** Some dimension holds places and something else, channels or anchors. */
  readonly mixed: boolean;
}

/** One value of the graph. */
export interface Value extends Shape {
  /**
   * Places of the picture that it tells apart, at most. Pooling, striding, slicing and reducing leave fewer; nothing that is done afterwards
   * brings one back: neither a reshape of channels into places, nor laying copies side by side, nor joining it with what knows more.
   */
  readonly places: number;
  /** Between nought and a small number, as what weighs the channels of a map is (squeeze and excite). */
  readonly isGate: boolean;
  /** The map whose averages it was made of, and of nothing else; undefined where there is no such one. */
  readonly squeeze: Squeeze | undefined;
  /** Spatial convolutions since a gate last weighed channels on the way here, at least; Infinity where none has. */
  readonly convolutionsSinceGate: number;
}

/** The picture is in it as a whole and no place is: a vector about everything that is seen. */
export const isCollapsed = ({ fromImage, spatial }: Shape): boolean =>
  fromImage && spatial.every((places) => places === 1);

/** Places that its dimensions tell apart together, at most. */
export const placesIn = ({ spatial }: Shape): number => spatial.reduce((product, places) => product * places, 1);

export const elementsOf = (dims: readonly number[]): number => dims.reduce((product, size) => product * size, 1);

/** Elements of one value: 256 MB of floats. */
export const MOST_ELEMENTS = 2 ** 26;
/** Numbers that are worked out on the way, all together: shapes and indices of a network are a few thousand. */
const MOST_KNOWN = 2 ** 18;
/** Faults after which nothing more is to be learned. */
const MOST_UNKNOWN = 64;

interface Unknown {
  readonly node: OnnxNode;
  readonly code: 'E_GATE_OP' | 'E_GATE_EMBEDDING';
  readonly why: string;
}

export interface Inferred {
  readonly values: ReadonlyMap<string, Value>;
  /** Node that makes a value. */
  readonly makers: ReadonlyMap<string, OnnxNode>;
  /** Operators that no rule knows, and nodes whose rule does not fit: what they are and why. */
  readonly unknown: readonly Unknown[];
  /** Multiply-adds of one run, as far as known. */
  readonly work: number;
  /** Elements of the largest value. */
  readonly largest: number;
}

/**
 * Infers shapes from the inputs on, node by node. Never throws: what cannot be said is missing from `values`. Ends at the first value that is
 * too large, and where more numbers would have to be worked out than any network needs.
 */
export function inferShapes({ graph, opsets }: OnnxFile): Inferred {
  const opset = Math.min(...opsets.map(({ version }) => version));
  const values = new Map<string, Value>();
  const makers = new Map<string, OnnxNode>();
  const unknown: Unknown[] = [];
  let work = 0;
  let known = 0;
  let largest = 0;
  for (const tensor of graph.initializers) values.set(tensor.name, valued(constantOf(tensor)));
  for (const { name, dims } of graph.images) {
    const image = dims === undefined ? undefined : imageOf(dims);
    if (image === undefined) continue;
    values.set(name, valued(image));
    largest = Math.max(largest, elementsOf(image.dims));
  }
  for (const node of graph.nodes) {
    for (const output of node.outputs) makers.set(output, node);
    if (largest > MOST_ELEMENTS || known > MOST_KNOWN || unknown.length >= MOST_UNKNOWN) continue;
    const rule: Rule | undefined = Object.hasOwn(RULES, node.op) ? RULES[node.op] : undefined;
    if (rule === undefined) {
      unknown.push({ node, code: 'E_GATE_OP', why: 'no such operator on the list' });
      continue;
    }
    const inputs = node.inputs.map((name) => (name === '' ? undefined : values.get(name)));
    if (node.inputs.some((name, index) => name !== '' && inputs[index] === undefined)) continue;
    const joined = joinFault(node, inputs);
    const made = joined ?? applied(rule, { node, inputs, attribute: (name) => node.attributes.get(name) });
    if (typeof made === 'string') {
      unknown.push({ node, code: joined === undefined ? 'E_GATE_OP' : 'E_GATE_EMBEDDING', why: made });
      continue;
    }
    const [shape] = made.values;
    const reached = shape === undefined ? undefined : reachFault(node, inputs, shape, opset);
    if (reached !== undefined) {
      unknown.push({ node, code: 'E_GATE_EMBEDDING', why: reached });
      continue;
    }
    work += made.work ?? 0;
    for (const [index, shape] of made.values.entries()) {
      const name = node.outputs[index];
      if (name === undefined || name === '') continue;
      largest = Math.max(largest, elementsOf(shape.dims));
      known += node.op === 'Constant' ? 0 : (shape.numbers?.length ?? 0);
      values.set(name, {
        ...shape,
        places: placesAfter(node, inputs, shape),
        isGate: isGate(node, inputs),
        squeeze: squeezeAfter(node, inputs, shape),
        convolutionsSinceGate: convolutionsAfter(node, inputs),
      });
    }
    if (known > MOST_KNOWN)
      unknown.push({ node, code: 'E_GATE_OP', why: 'more numbers worked out than a network has' });
  }
  return { values, makers, unknown, work, largest };
}

const valued = (shape: Shape): Value => ({
  ...shape,
  places: placesIn(shape),
  isGate: false,
  squeeze: undefined,
  convolutionsSinceGate: Number.POSITIVE_INFINITY,
});

/** What a rule is given. */
export interface Call {
  readonly node: OnnxNode;
  readonly inputs: readonly (Value | undefined)[];
  attribute(name: string): OnnxAttribute | undefined;
}

function applied(rule: Rule, call: Call): ReturnType<Rule> | string {
  try {
    const made = rule(call);
    const bad = made.values.find(
      ({ dims }) => dims.length > 8 || dims.some((size) => !Number.isInteger(size) || size < 0),
    );
    return bad === undefined ? made : `a shape of ${bad.dims.join(' x ')}`;
  } catch (error) {
    return error instanceof Error ? error.message : 'a rule that does not fit';
  }
}

export function constantOf({ dims, numbers }: Pick<OnnxTensor, 'dims' | 'numbers'>): Shape {
  return { dims, numbers, fromImage: false, spatial: dims.map(() => 1), mixed: false };
}

/** The picture: a batch of one; its places are the two sides, before or after the channels. Undefined when a side is free. */
function imageOf(declared: readonly (number | undefined)[]): Shape | undefined {
  const [batch, ...rest] = declared;
  if (rest.some((size) => size === undefined)) return undefined;
  const dims = [batch === undefined || batch < 1 ? 1 : batch, ...(rest as number[])];
  const channelsLast = dims.length === 4 && dims[3] !== undefined && dims[3] <= 4 && (dims[1] ?? 0) > 4;
  const spatial = dims.map((size, index) => (index > 0 && index !== (channelsLast ? dims.length - 1 : 1) ? size : 1));
  return { dims, numbers: undefined, fromImage: true, spatial, mixed: false };
}
