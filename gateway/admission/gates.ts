import type { OnnxNode } from './onnx-file.ts';
import type { Output } from './outputs.ts';
import type { Reason } from './reasons.ts';
import type { Shape, Value } from './shapes.ts';

// Squeeze and excite is the one way in which a vector about the whole picture may meet what tells its places apart: a map is averaged, a
// few numbers are made of the averages, and they weigh the channels of that very map. Laid over the head of a detector the same thing
// carries an embedding out with every box (decision 0010). So it stands deep inside, it is narrow, and it weighs what it was made of.

/** Fewer places than this are none: such a value is about the picture as a whole. */
export const LEAST_PLACES = 16;
/** Channels that one gate may weigh; PicoDet-S has 192. */
const MOST_CHANNELS = 256;
/** Numbers that a gate is made of, at its narrowest; PicoDet-S has 48. No more than half of the channels either. */
const MOST_SQUEEZED = 64;
/** Spatial convolutions between a gate and an output; PicoDet-S has two where there are fewest. */
export const LEAST_CONVOLUTIONS = 2;

/** What a narrow value was made of. */
export interface Squeeze {
  /** Name of the one map whose averages it stands on. */
  readonly map: string;
  /** Fewest numbers that it went through since. */
  readonly least: number;
}

const AVERAGES = new Set(['GlobalAveragePool', 'ReduceMean']);
const widthOf = ({ dims }: Shape): number => dims.reduce((product, size) => product * size, 1);

/** The averages of one whole map, or what was made of such averages alone; undefined for everything else. */
export function squeezeAfter(node: OnnxNode, inputs: readonly (Value | undefined)[], made: Shape): Squeeze | undefined {
  const [source] = inputs;
  const width = widthOf(made);
  if (AVERAGES.has(node.op) && source?.fromImage === true && source.squeeze === undefined) {
    const [, channels] = source.dims;
    const isWhole = source.dims.length === 4 && source.places >= LEAST_PLACES && width === channels;
    const isPlaceless = made.spatial.every((places) => places === 1);
    return isWhole && isPlaceless ? { map: node.inputs[0] ?? '', least: width } : undefined;
  }
  const seen = inputs.filter((input) => input?.fromImage === true) as readonly Value[];
  const [first] = seen.map(({ squeeze }) => squeeze);
  if (first === undefined || seen.some(({ squeeze }) => squeeze?.map !== first.map)) return undefined;
  return { map: first.map, least: Math.min(width, ...seen.map(({ squeeze }) => squeeze?.least ?? width)) };
}

/** Whether this node weighs the channels of a map by a gate that was made of that map, and is narrow. */
export function weighs({ op, inputs: names }: OnnxNode, inputs: readonly (Value | undefined)[]): boolean {
  const [a, b] = inputs;
  if (op !== 'Mul' || a === undefined || b === undefined) return false;
  const [map, gate, name] = a.places < b.places ? [b, a, names[1]] : [a, b, names[0]];
  const channels = map.dims[1] ?? 0;
  return (
    gate.isGate &&
    gate.squeeze !== undefined &&
    gate.squeeze.map === name &&
    gate.squeeze.least <= Math.min(MOST_SQUEEZED, channels / 2) &&
    channels <= MOST_CHANNELS &&
    map.dims.length === 4 &&
    gate.dims.length === 4 &&
    gate.dims.every((size, index) => size === (index < 2 ? map.dims[index] : 1))
  );
}

/** Spatial convolutions since the latest gate, on the shortest way; Infinity where there is none. */
export function convolutionsAfter(node: OnnxNode, inputs: readonly (Value | undefined)[]): number {
  const since = Math.min(
    ...inputs.map((input) => (input?.fromImage === true ? input.convolutionsSinceGate : Number.POSITIVE_INFINITY)),
  );
  if (weighs(node, inputs)) return 0;
  const kernel = inputs[1]?.dims.slice(2) ?? [];
  const isSpatial = node.op === 'Conv' && kernel.length === 2 && kernel.every((size) => size >= 3);
  return isSpatial ? since + 1 : since;
}

/** A list of boxes that comes too soon after a gate: what weighed the channels of the head is in every row of it. */
export function gateFaults(outputs: readonly Output[]): readonly Reason[] {
  return outputs.flatMap(({ name, value, isVector }) => {
    const since = value?.convolutionsSinceGate ?? Number.POSITIVE_INFINITY;
    if (isVector || since >= LEAST_CONVOLUTIONS) return [];
    const detail = `${name}: a vector about the whole picture weighs the channels of the head (${since} spatial convolutions later, not ${LEAST_CONVOLUTIONS})`;
    return [{ code: 'E_GATE_EMBEDDING' as const, detail }];
  });
}
