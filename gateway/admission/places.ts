import { LEAST_PLACES, weighs } from './gates.ts';
import type { OnnxNode } from './onnx-file.ts';
import { placesIn, type Shape, type Value } from './shapes.ts';

// Where a vector about the whole picture could hide in what still knows its places: added to it, laid beside it as columns or rows, picked
// by it, given to a layer as scale or bound. A detector has no use for any of that, but for one: the weights of its channels.

/** Operators whose inputs may all depend on the picture. Of every other one only the first may: the rest are weights, bounds, sizes. */
const JOINING = new Set(
  'Add And Concat Div Equal Gather Gemm Greater GreaterOrEqual Less LessOrEqual MatMul Max Min Mul Or Pow Sub Where'.split(
    ' ',
  ),
);

/** Why the inputs may not meet in this node; undefined where they may. */
export function joinFault(node: OnnxNode, inputs: readonly (Value | undefined)[]): string | undefined {
  const seen = inputs.filter((input) => input?.fromImage === true) as readonly Value[];
  const isJoining = JOINING.has(node.op);
  const own = isJoining ? (node.op === 'Gemm' ? 2 : inputs.length) : 1;
  if (inputs.slice(own).some((input) => input?.fromImage === true))
    return 'weights or bounds that depend on the picture';
  const narrow = seen.filter(({ places }) => places < LEAST_PLACES);
  if (narrow.length === 0 || narrow.length === seen.length || weighs(node, inputs)) return undefined;
  return 'a vector about the whole picture joins what tells its places apart';
}

/** Places of what a node makes: those of its poorest input, and no more than it has room for. */
export function placesAfter(node: OnnxNode, inputs: readonly (Value | undefined)[], made: Shape): number {
  const seen = inputs.filter((input) => input?.fromImage === true) as readonly Value[];
  const places = seen.map((each) => each.places);
  const told = weighs(node, inputs) ? Math.max(...places) : Math.min(...places);
  return made.fromImage ? Math.min(told, placesIn(made)) : 1;
}

const GATES = new Set(['Sigmoid', 'HardSigmoid']);
const PASSING = new Set(['Identity', 'Reshape', 'Squeeze', 'Unsqueeze', 'Transpose', 'Cast']);

/** Bounded, and made for weighing: out of a sigmoid, or of a clip between nought and six. */
export function isGate(node: OnnxNode, inputs: readonly (Value | undefined)[]): boolean {
  if (GATES.has(node.op)) return true;
  if (node.op === 'Clip') {
    const bound = (name: string, index: number): number | undefined =>
      node.attributes.get(name)?.floats[0] ?? inputs[index]?.numbers?.[0];
    const [least, most] = [bound('min', 1), bound('max', 2)];
    return least !== undefined && most !== undefined && least >= 0 && most <= 6;
  }
  const seen = inputs.filter((input) => input?.fromImage === true);
  const scales = (node.op === 'Mul' || node.op === 'Div') && inputs[0]?.fromImage === true && seen.length === 1;
  return (PASSING.has(node.op) || scales) && seen[0]?.isGate === true;
}
