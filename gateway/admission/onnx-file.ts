import {
  type Budget,
  bytesOf,
  type Field,
  fieldsOf,
  integerOf,
  integersOf,
  MOST_DEPTH,
  malformed,
  textOf,
} from './wire.ts';

// An ONNX file taken apart without a runtime: onnx.proto3 of ONNX 1.19 (IR 12), every message and every place where a tensor can stand.
// A field that is not in this file is refused: the runtime might know what we do not.

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** TensorProto.DataType: 1 float, 6 int32, 7 int64, 8 string, 9 bool, 10 float16, 11 double... */
  readonly type: number;
  /** What it holds, where that is small: shapes, axes, indices, scales. */
  readonly numbers: readonly number[] | undefined;
  /** The bytes of its data as they stand in the file. */
  readonly raw: Uint8Array;
  /** Its data lies, or may lie, outside the file. */
  readonly isExternal: boolean;
  readonly place: string;
}

export interface OnnxAttribute {
  readonly integer: number | undefined;
  readonly integers: readonly number[];
  readonly text: string | undefined;
  readonly floats: readonly number[];
  readonly tensor: OnnxTensor | undefined;
  /** Attributes of other kinds: graphs, types, sparse tensors, references. */
  readonly other: readonly string[];
}

export interface OnnxNode {
  readonly op: string;
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

export interface OnnxValue {
  readonly name: string;
  /** tensor, sequence, map, optional, sparse, opaque, or none */
  readonly kind: string;
  readonly type: number;
  /** undefined: no shape is said; a dimension that is undefined is free. */
  readonly dims: readonly (number | undefined)[] | undefined;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  /** Inputs that are no weights. */
  readonly images: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

export interface OnnxFile {
  readonly irVersion: number;
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
  readonly metadata: readonly { readonly key: string; readonly value: string }[];
  /** Names and descriptions of the file: what it says of itself. */
  readonly words: readonly string[];
  readonly graph: OnnxGraph;
  /** Every tensor of the file, wherever it stands. */
  readonly tensors: readonly OnnxTensor[];
  /** Things that a network of ours never has: functions, training information, sparse initialisers, subgraphs... and where. */
  readonly strange: readonly string[];
}

const MOST_BYTES = 512 * 1024 * 1024;
const MOST_FIELDS = 4_000_000;
const MOST_NODES = 20_000;
/** Tensors up to this many elements are read, and no weight of a layer is; no list in an attribute is longer. */
export const MOST_NUMBERS = 4096;
const MOST_DIMENSIONS = 8;
/** Pictures and answers of a graph. */
const MOST_ENDS = 64;
/** Inputs or outputs of one node. */
const MOST_WIRES = 1024;

/** Fields that may stand more than once, by message. */
const REPEATED = {
  model: new Set([8, 14, 20, 25]),
  graph: new Set([1, 5, 11, 12, 13, 14, 15, 16]),
  node: new Set([1, 2, 5, 9]),
  attribute: new Set([7, 8, 9, 10, 11, 15, 23]),
  tensor: new Set([1, 4, 5, 6, 7, 10, 11, 13, 16]),
  sparse: new Set([3]),
  function: new Set([4, 5, 6, 7, 9, 11, 12, 14]),
  training: new Set([3, 4]),
  value: new Set([4]),
  shape: new Set([1]),
  plain: new Set<number>(),
} as const;

/** State of one walk. */
interface Walk {
  readonly budget: Budget;
  readonly tensors: OnnxTensor[];
  readonly strange: string[];
  readonly words: string[];
  nodes: number;
}

/** Takes a file apart. Throws E_GATE_PARSE: not ONNX, malformed, or beyond the bounds. */
export function readOnnx(bytes: Uint8Array): OnnxFile {
  if (bytes.length === 0 || bytes.length > MOST_BYTES) throw malformed('size');
  const walk: Walk = { budget: { fields: MOST_FIELDS }, tensors: [], strange: [], words: [], nodes: 0 };
  let irVersion = 0;
  let graph: OnnxGraph | undefined;
  const opsets: { domain: string; version: number }[] = [];
  const metadata: { key: string; value: string }[] = [];
  for (const field of fieldsOf(bytes, walk.budget, REPEATED.model)) {
    if (field.number === 1) irVersion = integerOf(field);
    else if ([2, 3, 4, 6].includes(field.number)) walk.words.push(textOf(field));
    else if (field.number === 5) integerOf(field);
    else if (field.number === 7) graph = readGraph(bytesOf(field), walk, 'graph', 1);
    else if (field.number === 8) opsets.push(readOpset(bytesOf(field), walk));
    else if (field.number === 14) metadata.push(readEntry(bytesOf(field), walk));
    else if (field.number === 20) readOther(field, walk, 'training information');
    else if (field.number === 25) readFunction(bytesOf(field), walk);
    else throw malformed(`model field ${field.number}`);
  }
  if (graph === undefined) throw malformed('no graph');
  if (irVersion < 3 || irVersion > 13) throw malformed(`IR version ${irVersion}`);
  if (opsets.length === 0) throw malformed('no operator set');
  walk.words.push(graph.name);
  for (const { key, value } of metadata) walk.words.push(key, value);
  const { words, tensors, strange } = walk;
  return { irVersion, opsets, metadata, words, graph, tensors, strange };
}

function readGraph(bytes: Uint8Array, walk: Walk, place: string, depth: number): OnnxGraph {
  if (depth > MOST_DEPTH) throw malformed('graphs within graphs');
  let name = '';
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  for (const field of fieldsOf(bytes, walk.budget, REPEATED.graph)) {
    if (field.number === 1) nodes.push(readNode(bytesOf(field), walk, place, depth));
    else if (field.number === 2) name = textOf(field);
    else if (field.number === 5) initializers.push(readTensor(bytesOf(field), walk, `${place} initialiser`));
    else if (field.number === 10) walk.words.push(textOf(field));
    else if (field.number === 11) inputs.push(readValue(bytesOf(field), walk));
    else if (field.number === 12) outputs.push(readValue(bytesOf(field), walk));
    else if (field.number === 13) readValue(bytesOf(field), walk);
    else if (field.number === 14) readOther(field, walk, 'quantisation annotation');
    else if (field.number === 15) readSparse(bytesOf(field), walk, `${place} sparse initialiser`);
    else if (field.number === 16) readEntry(bytesOf(field), walk);
    else throw malformed(`graph field ${field.number}`);
  }
  const weights = new Set(initializers.map((tensor) => tensor.name));
  const images = inputs.filter((input) => !weights.has(input.name));
  if (images.length > MOST_ENDS || inputs.length > weights.size + MOST_ENDS || outputs.length > MOST_ENDS) {
    throw malformed('more inputs or outputs than a network has');
  }
  return { name, nodes, initializers, inputs, images, outputs };
}

function readNode(bytes: Uint8Array, walk: Walk, place: string, depth: number): OnnxNode {
  walk.nodes += 1;
  if (walk.nodes > MOST_NODES) throw malformed('more nodes than a network has');
  let op = '';
  let domain = '';
  let name = '';
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, OnnxAttribute>();
  for (const field of fieldsOf(bytes, walk.budget, REPEATED.node)) {
    if (field.number === 1) inputs.push(textOf(field));
    else if (field.number === 2) outputs.push(textOf(field));
    else if (field.number === 3) name = textOf(field);
    else if (field.number === 4) op = textOf(field);
    else if (field.number === 5) {
      const [key, attribute] = readAttribute(bytesOf(field), walk, `${place} attribute`, depth);
      if (attributes.has(key)) throw malformed('an attribute stands twice');
      attributes.set(key, attribute);
    } else if (field.number === 6) textOf(field);
    else if (field.number === 7) domain = textOf(field);
    else if (field.number === 8) textOf(field);
    else if (field.number === 9) readEntry(bytesOf(field), walk);
    else throw malformed(`node field ${field.number}`);
  }
  if (op === '') throw malformed('a node without operator');
  if (Math.max(inputs.length, outputs.length) > MOST_WIRES) throw malformed('a node with more wires than one has');
  return { op, domain, name, inputs, outputs, attributes };
}

function readAttribute(bytes: Uint8Array, walk: Walk, place: string, depth: number): readonly [string, OnnxAttribute] {
  let name = '';
  let type = 0;
  const held = new Set<number>();
  let integer: number | undefined;
  let text: string | undefined;
  let tensor: OnnxTensor | undefined;
  const integers: number[] = [];
  const floats: number[] = [];
  const other: string[] = [];
  const strange = (what: string): void => {
    other.push(what);
    walk.strange.push(`${what} in an attribute`);
  };
  for (const field of fieldsOf(bytes, walk.budget, REPEATED.attribute)) {
    if (TYPE_OF.has(field.number)) held.add(TYPE_OF.get(field.number) ?? 0);
    if (field.number === 1) name = textOf(field);
    else if (field.number === 2) floats.push(field.float ?? Number.NaN);
    else if (field.number === 3) integer = integerOf(field);
    else if (field.number === 4) text = textOf(field);
    else if (field.number === 5) tensor = readTensor(bytesOf(field), walk, place);
    else if (field.number === 6 || field.number === 11) {
      strange('subgraph');
      readGraph(bytesOf(field), walk, 'subgraph', depth + 1);
    } else if (field.number === 7) append(floats, floatsOf(field));
    else if (field.number === 8) append(integers, integersOf(field, walk.budget, MOST_NUMBERS));
    else if (field.number === 9) bytesOf(field);
    else if (field.number === 10) {
      strange('list of tensors');
      readTensor(bytesOf(field), walk, place);
    } else if (field.number === 13) textOf(field);
    else if (field.number === 14 || field.number === 15) strange('type');
    else if (field.number === 20) type = integerOf(field);
    else if (field.number === 21) {
      if (textOf(field) !== '') strange('reference');
    } else if (field.number === 22 || field.number === 23) {
      strange('sparse tensor');
      readSparse(bytesOf(field), walk, place);
    } else throw malformed(`attribute field ${field.number}`);
  }
  // The runtime reads the value that the type names, or a default; we would read the one that stands there.
  if (held.size > 1 || (held.size === 1 ? !held.has(type) : !LISTS.has(type))) {
    strange('a value of another type than is said');
  }
  return [name, { integer, integers, text, floats, tensor, other }];
}

/** AttributeProto: field of a value to the AttributeType that names it. */
const TYPE_OF: ReadonlyMap<number, number> = new Map([
  [2, 1],
  [3, 2],
  [4, 3],
  [5, 4],
  [6, 5],
  [7, 6],
  [8, 7],
  [9, 8],
  [10, 9],
  [11, 10],
  [22, 11],
  [23, 12],
  [14, 13],
  [15, 14],
]);
/** Types of lists: an empty one has no field. */
const LISTS = new Set([6, 7, 8, 9, 10, 12, 14]);

/** Adds to a list of an attribute. An argument each would be too many for a call. */
function append(list: number[], more: readonly number[]): void {
  if (list.length + more.length > MOST_NUMBERS) throw malformed('more numbers in a list than a network has');
  for (const each of more) list.push(each);
}

function floatsOf({ float, bytes }: Field): readonly number[] {
  if (float !== undefined) return [float];
  if (bytes === undefined || bytes.length % 4 !== 0) throw malformed('floats of another kind');
  if (bytes.length > 4 * MOST_NUMBERS) throw malformed('more numbers in a list than a network has');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(index * 4, true));
}

const ELEMENT_BYTES: Readonly<Record<number, number>> = {
  1: 4,
  2: 1,
  3: 1,
  4: 2,
  5: 2,
  6: 4,
  7: 8,
  9: 1,
  10: 2,
  11: 8,
  12: 4,
  13: 8,
  16: 2,
};
export const FLOAT = 1;
const INT32 = 6;
export const INT64 = 7;
const READ = new Set([FLOAT, INT32, INT64]);

function readTensor(bytes: Uint8Array, walk: Walk, place: string): OnnxTensor {
  let name = '';
  let type = 0;
  let raw: Uint8Array | undefined;
  let isExternal = false;
  let typedBytes = 0;
  const dims: number[] = [];
  const numbers: number[] = [];
  for (const field of fieldsOf(bytes, walk.budget, REPEATED.tensor)) {
    if (field.number === 1) {
      for (const size of integersOf(field, walk.budget, MOST_DIMENSIONS)) dims.push(size);
      if (dims.length > MOST_DIMENSIONS) throw malformed('dimensions of a tensor');
    } else if (field.number === 2) type = integerOf(field);
    else if (field.number === 4) {
      typedBytes += field.bytes?.length ?? 4;
      if (typedBytes <= 4 * MOST_NUMBERS) for (const each of floatsOf(field)) numbers.push(each);
    } else if (field.number === 10) typedBytes += field.bytes?.length ?? 8;
    else if ([5, 7, 11].includes(field.number)) for (const each of integersOf(field, walk.budget)) numbers.push(each);
    else if (field.number === 6) bytesOf(field);
    else if (field.number === 8) name = textOf(field);
    else if (field.number === 9) raw = bytesOf(field);
    else if (field.number === 12) textOf(field);
    else if (field.number === 13) isExternal = true;
    else if (field.number === 14) isExternal = isExternal || integerOf(field) !== 0;
    else if (field.number === 16) readEntry(bytesOf(field), walk);
    else throw malformed(`tensor field ${field.number}`);
  }
  const tensor = {
    name,
    dims,
    type,
    numbers: raw === undefined ? numbersOf(numbers, dims, type) : numbersIn(raw, type),
    // Typed data is another writing of the same weights; its bytes stand in the message.
    raw: raw ?? bytes,
    isExternal,
    place,
  };
  if (!isExternal) checkSize(tensor, raw, typedBytes, numbers.length);
  walk.tensors.push(tensor);
  return tensor;
}

function checkSize(
  { dims, type }: Pick<OnnxTensor, 'dims' | 'type'>,
  raw: Uint8Array | undefined,
  typedBytes: number,
  numbers: number,
): void {
  if (dims.some((size) => size < 0 || size > 2 ** 31)) throw malformed('dimensions of a tensor');
  const count = dims.reduce((product, size) => product * size, 1);
  const size = ELEMENT_BYTES[type];
  if (size === undefined) return;
  if (raw !== undefined) {
    if (numbers > 0 || typedBytes > 0) throw malformed('a tensor with two sets of data');
    if (raw.length !== count * size) throw malformed('a tensor of another length than it says');
    return;
  }
  if (numbers !== count && typedBytes !== count * size) throw malformed('a tensor without its data');
}

/** Of typed data: all of it or nothing, and no bit patterns of another type. */
function numbersOf(numbers: readonly number[], dims: readonly number[], type: number): readonly number[] | undefined {
  const count = dims.reduce((product, size) => product * size, 1);
  return READ.has(type) && numbers.length === count && count <= MOST_NUMBERS ? numbers : undefined;
}

function numbersIn(raw: Uint8Array, type: number): readonly number[] | undefined {
  const size = ELEMENT_BYTES[type];
  if (size === undefined || !READ.has(type) || raw.length / size > MOST_NUMBERS) return undefined;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const read = (at: number): number =>
    type === INT64
      ? Number(view.getBigInt64(at, true))
      : type === INT32
        ? view.getInt32(at, true)
        : view.getFloat32(at, true);
  return Array.from({ length: Math.floor(raw.length / size) }, (_, index) => read(index * size));
}

function readSparse(bytes: Uint8Array, walk: Walk, place: string): void {
  walk.strange.push(place);
  for (const field of fieldsOf(bytes, walk.budget, REPEATED.sparse)) {
    if (field.number === 1 || field.number === 2) readTensor(bytesOf(field), walk, place);
    else if (field.number === 3) integersOf(field, walk.budget);
    else throw malformed(`sparse tensor field ${field.number}`);
  }
}

function readFunction(bytes: Uint8Array, walk: Walk): void {
  walk.strange.push('function');
  for (const field of fieldsOf(bytes, walk.budget, REPEATED.function)) {
    if (field.number === 7) readNode(bytesOf(field), walk, 'function', 2);
    else if (field.number === 11) readAttribute(bytesOf(field), walk, 'function', 2);
  }
}

/** A message that no network of ours has: it is noted, and the tensors of a training graph are still found. */
function readOther(field: Field, walk: Walk, what: string): void {
  walk.strange.push(what);
  if (field.number !== 20) return void bytesOf(field);
  for (const part of fieldsOf(bytesOf(field), walk.budget, REPEATED.training)) {
    if (part.number === 1 || part.number === 2) readGraph(bytesOf(part), walk, what, 2);
  }
}

const KINDS: Readonly<Record<number, string>> = {
  1: 'tensor',
  4: 'sequence',
  5: 'map',
  7: 'opaque',
  8: 'sparse',
  9: 'optional',
};

function readValue(bytes: Uint8Array, walk: Walk): OnnxValue {
  let value: OnnxValue = { name: '', kind: 'none', type: 0, dims: undefined };
  for (const field of fieldsOf(bytes, walk.budget, REPEATED.value)) {
    if (field.number === 1) value = { ...value, name: textOf(field) };
    else if (field.number === 2) value = { ...value, ...readType(bytesOf(field), walk) };
    else if (field.number === 3) textOf(field);
    else if (field.number === 4) readEntry(bytesOf(field), walk);
    else throw malformed(`value field ${field.number}`);
  }
  return value;
}

function readType(bytes: Uint8Array, walk: Walk): Pick<OnnxValue, 'kind' | 'type' | 'dims'> {
  let kind = 'none';
  let type = 0;
  let dims: (number | undefined)[] | undefined;
  for (const field of fieldsOf(bytes, walk.budget, REPEATED.plain)) {
    if (field.number === 6) continue;
    if (kind !== 'none') throw malformed('a value of two kinds');
    kind = KINDS[field.number] ?? 'unknown';
    if (field.number !== 1) continue;
    for (const part of fieldsOf(bytesOf(field), walk.budget, REPEATED.plain)) {
      if (part.number === 1) type = integerOf(part);
      else if (part.number === 2) dims = readShape(bytesOf(part), walk);
      else throw malformed(`type field ${part.number}`);
    }
  }
  return { kind, type, dims };
}

function readShape(bytes: Uint8Array, walk: Walk): (number | undefined)[] {
  const dims: (number | undefined)[] = [];
  for (const field of fieldsOf(bytes, walk.budget, REPEATED.shape)) {
    if (field.number !== 1) throw malformed(`shape field ${field.number}`);
    let size: number | undefined;
    let isNamed = false;
    for (const part of fieldsOf(bytesOf(field), walk.budget, REPEATED.plain)) {
      if (part.number === 1) size = integerOf(part);
      else if (part.number === 2) isNamed = true;
    }
    if (isNamed && size !== undefined) throw malformed('a dimension that is fixed and free');
    dims.push(size);
  }
  if (dims.length > MOST_DIMENSIONS) throw malformed('more than eight dimensions');
  return dims;
}

function readOpset(bytes: Uint8Array, walk: Walk): { domain: string; version: number } {
  const opset = { domain: '', version: 0 };
  for (const field of fieldsOf(bytes, walk.budget, REPEATED.plain)) {
    if (field.number === 1) opset.domain = textOf(field);
    else if (field.number === 2) opset.version = integerOf(field);
    else throw malformed(`operator set field ${field.number}`);
  }
  return opset;
}

function readEntry(bytes: Uint8Array, walk: Walk): { key: string; value: string } {
  const entry = { key: '', value: '' };
  for (const field of fieldsOf(bytes, walk.budget, REPEATED.plain)) {
    if (field.number === 1) entry.key = textOf(field);
    else if (field.number === 2) entry.value = textOf(field);
    else throw malformed(`entry field ${field.number}`);
  }
  return entry;
}
