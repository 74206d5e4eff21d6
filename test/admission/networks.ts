import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseOffer } from '../../gateway/admission/card.ts';
import type { Card } from '../../gateway/admission/contract.ts';
import { parseCropCard } from '../../gateway/admission/crop-card.ts';
import type { Verdict } from '../../gateway/admission/inspect.ts';

export const root = path.resolve(import.meta.dirname, '../..');
export const shared = path.join(root, '..', 'shared');

export const networkFile = (name: string): Buffer => readFileSync(path.join(shared, name));

export function card(file: string): Card {
  const value: { role: string } = JSON.parse(readFileSync(path.join(root, file), 'utf8'));
  return value.role === 'crop-classifier' ? parseCropCard(value, file) : parseOffer(value, file);
}

/** Reasons that are about digest, card and papers, and not about what the network is. */
const PAPERS = ['E_GATE_LABEL', 'E_GATE_HASH', 'E_GATE_ADMISSION', 'E_GATE_FINGERPRINT'];
export const structural = ({ reasons }: Verdict): readonly string[] =>
  reasons.map(({ code }) => code).filter((code) => !PAPERS.includes(code));

// Just enough of the protobuf wire format to write ONNX files that no exporter writes.

export function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 128);
  } while (rest !== 0n);
  return Buffer.from(bytes);
}
export const field = (number: number, bytes: Uint8Array): Buffer =>
  Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
export const int = (number: number, value: number | bigint): Buffer =>
  Buffer.concat([varint(number * 8), varint(value)]);
export const text = (number: number, value: string): Buffer => field(number, Buffer.from(value, 'utf8'));

export type Dims = readonly (number | string)[];

export function value(name: string, dims: Dims, type = 1): Buffer {
  const shape = Buffer.concat(dims.map((size) => field(1, typeof size === 'number' ? int(1, size) : text(2, size))));
  return Buffer.concat([text(1, name), field(2, field(1, Buffer.concat([int(1, type), field(2, shape)])))]);
}

export function floats(name: string, dims: readonly number[], fill = 0.01): Buffer {
  const count = dims.reduce((product, size) => product * size, 1);
  const raw = Buffer.alloc(count * 4);
  for (let index = 0; index < count; index++) raw.writeFloatLE(fill + (index % 13) / 100, index * 4);
  return Buffer.concat([...dims.map((size) => int(1, size)), int(2, 1), text(8, name), field(9, raw)]);
}

export function integers(name: string, values: readonly number[]): Buffer {
  const raw = Buffer.alloc(values.length * 8);
  for (const [index, each] of values.entries()) raw.writeBigInt64LE(BigInt(each), index * 8);
  return Buffer.concat([int(1, values.length), int(2, 7), text(8, name), field(9, raw)]);
}

/** A tensor that says that its data lies in a file beside the model. */
export const outside = (name: string, location: string): Buffer =>
  Buffer.concat([
    int(1, 4),
    int(2, 1),
    text(8, name),
    field(13, Buffer.concat([text(1, 'location'), text(2, location)])),
    int(14, 1),
  ]);

export function node(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: readonly Buffer[] = [],
  domain = '',
): Buffer {
  return Buffer.concat([
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, op),
    ...attributes.map((each) => field(5, each)),
    ...(domain === '' ? [] : [text(7, domain)]),
  ]);
}
export const ints = (name: string, values: readonly number[]): Buffer =>
  Buffer.concat([text(1, name), ...values.map((each) => int(8, each)), int(20, 7)]);
export const whole = (name: string, each: number): Buffer => Buffer.concat([text(1, name), int(3, each), int(20, 2)]);

export interface Parts {
  readonly nodes?: readonly Buffer[];
  readonly initializers?: readonly Buffer[];
  readonly inputs?: readonly Buffer[];
  readonly outputs?: readonly Buffer[];
  /** Further fields of the graph and of the model, raw. */
  readonly graph?: readonly Buffer[];
  readonly model?: readonly Buffer[];
  readonly opset?: readonly [string, number];
}

export function network(parts: Parts): Buffer {
  const graph = Buffer.concat([
    ...(parts.nodes ?? []).map((each) => field(1, each)),
    text(2, 'g'),
    ...(parts.initializers ?? []).map((each) => field(5, each)),
    ...(parts.inputs ?? [value('x', [1, 3, 416, 416])]).map((each) => field(11, each)),
    ...(parts.outputs ?? []).map((each) => field(12, each)),
    ...(parts.graph ?? []),
  ]);
  const [domain, version] = parts.opset ?? ['', 17];
  return Buffer.concat([
    int(1, 8),
    field(7, graph),
    field(8, Buffer.concat([text(1, domain), int(2, version)])),
    ...(parts.model ?? []),
  ]);
}

/** A lawful head: the picture smaller by 32, as `[1, 169, columns]`. */
export function yolox(columns = 85, more: Parts = {}): Parts {
  const conv = (from: string, to: string, weights: string, stride: number): Buffer =>
    node('Conv', [from, weights], [to], [ints('pads', [1, 1, 1, 1]), ints('strides', [stride, stride])]);
  return {
    ...more,
    initializers: [
      floats('w1', [8, 3, 3, 3]),
      floats('w2', [8, 8, 3, 3]),
      floats('w3', [columns, 8, 3, 3]),
      integers('list', [1, -1, columns]),
      ...(more.initializers ?? []),
    ],
    nodes: [
      conv('x', 'a', 'w1', 4),
      node('Relu', ['a'], ['b']),
      conv('b', 'c', 'w2', 4),
      conv('c', 'd', 'w3', 2),
      node('Transpose', ['d'], ['e'], [ints('perm', [0, 2, 3, 1])]),
      node('Reshape', ['e', 'list'], ['output']),
      ...(more.nodes ?? []),
    ],
    outputs: [value('output', [1, 169, columns]), ...(more.outputs ?? [])],
  };
}

/** A network that makes a vector of a crop: convolution, mean over the picture, one layer. */
export function vectorOf(input: Dims, length: number, tail: readonly Buffer[] = [], output = 'v'): Parts {
  return {
    inputs: [value('x', input)],
    initializers: [floats('w', [8, 3, 3, 3]), floats('m', [8, length])],
    nodes: [
      node('Conv', ['x', 'w'], ['a'], [ints('pads', [1, 1, 1, 1]), ints('strides', [2, 2])]),
      node('GlobalAveragePool', ['a'], ['p']),
      node('Flatten', ['p'], ['f']),
      node('Gemm', ['f', 'm'], [output === 'v' ? 'v' : 'raw']),
      ...tail,
    ],
    outputs: [value(output, [1, length])],
  };
}
