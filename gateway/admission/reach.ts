import { LEAST_PLACES } from './gates.ts';
import type { OnnxNode } from './onnx-file.ts';
import type { Shape, Value } from './shapes.ts';

// A value may keep all its places while each of them holds the whole picture: an average over a window wider than the map, a softmax or a
// norm over its places, a product of two maps (attention). One such operator is a pooling under another name, and is refused. Many small
// windows one after the other reach as far; that is what every detector does, and what the probes measure.

/** Pixels that a convolution or an average may reach over, where its windows overlap. */
const WIDEST_SUM = 7;
/** The same for a maximum: the widest of YOLOX's spatial pyramid, over a map of that side. */
const WIDEST_MAXIMUM = 13;

const SUMS = new Set(['Conv', 'AveragePool']);

/** Why a node makes each place see the whole picture; undefined where it does not. `opset` is that of the file. */
export function reachFault(
  node: OnnxNode,
  inputs: readonly (Value | undefined)[],
  made: Shape,
  opset: number,
): string | undefined {
  const [source, other] = inputs;
  if (source?.fromImage !== true) return undefined;
  if ((node.op === 'MatMul' || node.op === 'Gemm') && other?.fromImage === true)
    return 'a product of two values that both come from the picture';
  if (node.op === 'BatchNormalization' && (node.attributes.get('training_mode')?.integer ?? 0) !== 0)
    return 'a norm over the picture itself';
  if (normalisedAxes(node, source, opset).some((axis) => (source.spatial[axis] ?? 1) > 1))
    return 'a norm over the places of the picture';
  const told = made.spatial.reduce((product, places) => product * places, 1);
  if (told >= LEAST_PLACES && isTooWide(node, source, other)) return 'a window that sees the whole picture';
  return undefined;
}

function normalisedAxes(node: OnnxNode, { dims }: Value, opset: number): readonly number[] {
  const all = dims.map((_, index) => index);
  const given = node.attributes.get('axis')?.integer;
  const from = (axis: number): number => (axis < 0 ? axis + dims.length : axis);
  if (node.op === 'InstanceNormalization') return all.slice(2);
  if (node.op === 'LayerNormalization') return all.slice(from(given ?? -1));
  if (node.op === 'LpNormalization') return [from(given ?? -1)];
  // Before operator set 13 a softmax is over everything from its axis on.
  if (node.op === 'Softmax') return opset < 13 ? all.slice(from(given ?? 1)) : [from(given ?? -1)];
  return [];
}

function isTooWide(node: OnnxNode, source: Value, weights: Value | undefined): boolean {
  const isMaximum = node.op === 'MaxPool';
  if (!isMaximum && !SUMS.has(node.op)) return false;
  const integers = (name: string): readonly number[] => node.attributes.get(name)?.integers ?? [];
  const kernel = node.op === 'Conv' ? (weights?.dims.slice(2) ?? []) : integers('kernel_shape');
  return kernel.some((size, index) => {
    const reach = (size - 1) * (integers('dilations')[index] ?? 1) + 1;
    const overlaps = reach > (integers('strides')[index] ?? 1);
    const side = source.dims[index + 2] ?? 0;
    return overlaps && reach > (isMaximum ? Math.min(WIDEST_MAXIMUM, side) : WIDEST_SUM);
  });
}
