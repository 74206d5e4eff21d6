import type { OnnxAttribute, OnnxFile, OnnxNode, OnnxTensor } from './onnx-file.ts';
import { RULES, type Rule } from './shape-rules.ts';

// What every value of a graph really is, whatever the file declares: its shape, and where in the picture it still is. A network that finds
// objects keeps positions up to its outputs. One that makes a vector of the whole picture loses them, and no reshaping brings them back.

/** One value of the graph. */
export interface Value {
  readonly dims: readonly number[];
  /** What it holds, where that is known without running anything. */
  readonly numbers: readonly number[] | undefined;
  /** It depends on the picture. */
  readonly fromImage: boolean;
  /** For each dimension whether it tells places of the picture apart. */
  readonly spatial: readonly boolean[];
}

/** The picture is in it as a whole and no place is: a vector about everything that is seen. */
export const isCollapsed = ({ fromImage, spatial }: Value): boolean => fromImage && !spatial.some((each) => each);

/** Distinct places of the picture that a value tells apart. */
export const positionsOf = ({ dims, spatial }: Value): number =>
  dims.reduce((product, size, index) => (spatial[index] === true ? product * size : product), 1);

export const elementsOf = (dims: readonly number[]): number => dims.reduce((product, size) => product * size, 1);

export interface Inferred {
  readonly values: ReadonlyMap<string, Value>;
  /** Node that makes a value. */
  readonly makers: ReadonlyMap<string, OnnxNode>;
  /** Operators that no rule knows, and nodes whose rule does not fit: what they are and why. */
  readonly unknown: readonly { readonly node: OnnxNode; readonly why: string }[];
  /** Multiply-adds of one run, as far as known. */
  readonly work: number;
  /** Elements of the largest value. */
  readonly largest: number;
}

/** Infers shapes from the inputs on, node by node. Never throws: what cannot be said is missing from `values`. */
export function inferShapes({ graph }: OnnxFile): Inferred {
  const values = new Map<string, Value>();
  const makers = new Map<string, OnnxNode>();
  const unknown: { node: OnnxNode; why: string }[] = [];
  const constants = new Set(graph.initializers.map(({ name }) => name));
  for (const tensor of graph.initializers) values.set(tensor.name, constantOf(tensor));
  for (const { name, dims } of graph.inputs) {
    if (constants.has(name) || dims === undefined) continue;
    const value = imageOf(dims);
    if (value !== undefined) values.set(name, value);
  }
  let work = 0;
  let largest = 0;
  for (const node of graph.nodes) {
    for (const output of node.outputs) makers.set(output, node);
    const rule: Rule | undefined = Object.hasOwn(RULES, node.op) ? RULES[node.op] : undefined;
    if (rule === undefined) {
      unknown.push({ node, why: 'no such operator on the list' });
      continue;
    }
    const inputs = node.inputs.map((name) => (name === '' ? undefined : values.get(name)));
    if (node.inputs.some((name, index) => name !== '' && inputs[index] === undefined)) continue;
    const made = applied(rule, { node, inputs, attribute: (name) => node.attributes.get(name) });
    if (typeof made === 'string') {
      unknown.push({ node, why: made });
      continue;
    }
    work += made.work ?? 0;
    for (const [index, value] of made.values.entries()) {
      const name = node.outputs[index];
      if (name === undefined || name === '') continue;
      largest = Math.max(largest, elementsOf(value.dims));
      values.set(name, value);
    }
  }
  return { values, makers, unknown, work, largest };
}

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

export function constantOf({ dims, numbers }: Pick<OnnxTensor, 'dims' | 'numbers'>): Value {
  return { dims, numbers, fromImage: false, spatial: dims.map(() => false) };
}

/** The picture: a batch of one; its places are the two sides, before or after the channels. Undefined when a side is free. */
function imageOf(declared: readonly (number | undefined)[]): Value | undefined {
  const [batch, ...rest] = declared;
  if (rest.some((size) => size === undefined)) return undefined;
  const dims = [batch === undefined || batch < 1 ? 1 : batch, ...(rest as number[])];
  const channelsLast = dims.length === 4 && dims[3] !== undefined && dims[3] <= 4 && (dims[1] ?? 0) > 4;
  const spatial = dims.map((size, index) => size > 1 && index > 0 && index !== (channelsLast ? dims.length - 1 : 1));
  return { dims, numbers: undefined, fromImage: true, spatial };
}
