// A writer for the small part of the ONNX protobuf schema (onnx.proto3) that canaries, the test detector and the quantiser of the benches need.

export const ELEMENT = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7 } as const;

export interface Tensor {
  readonly name: string;
  readonly type: keyof typeof ELEMENT;
  readonly dims: readonly number[];
  readonly values: readonly number[];
  /** Says that the values lie in this file beside the model, as a hostile one may. */
  readonly external?: string;
}

export interface ValueInfo {
  readonly name: string;
  readonly dims: readonly number[];
}

/** A whole number becomes INT, a list of them INTS, a text STRING. */
export type Attributes = Readonly<Record<string, number | readonly number[] | string>>;

export interface Node {
  readonly op: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Attributes;
}

export interface Model {
  readonly name: string;
  readonly irVersion: number;
  readonly opset: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly nodes: readonly Node[];
  readonly initializers: readonly Tensor[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

/** The bytes of an .onnx file; the same model always gives the same bytes. */
export function encodeModel(model: Model): Buffer {
  return Buffer.concat([
    integer(1, model.irVersion),
    text(2, 'differe'),
    field(7, graph(model)),
    field(8, Buffer.concat([text(1, ''), integer(2, model.opset)])),
    ...Object.entries(model.metadata).map(([key, value]) => field(14, Buffer.concat([text(1, key), text(2, value)]))),
  ]);
}

function graph(model: Model): Buffer {
  return Buffer.concat([
    ...model.nodes.map((each, index) => field(1, node(each, index))),
    text(2, model.name),
    ...model.initializers.map((each) => field(5, tensor(each))),
    ...model.inputs.map((each) => field(11, valueInfo(each))),
    ...model.outputs.map((each) => field(12, valueInfo(each))),
  ]);
}

/** A NodeProto, called after its operator and place. */
export function node({ op, domain, inputs, outputs, attributes = {} }: Node, index: number): Buffer {
  return Buffer.concat([
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(3, `${op}_${index}`),
    text(4, op),
    ...Object.entries(attributes).map(([name, value]) => field(5, attribute(name, value))),
    ...(domain === undefined ? [] : [text(7, domain)]),
  ]);
}

function attribute(name: string, value: number | readonly number[] | string): Buffer {
  if (typeof value === 'string') return Buffer.concat([text(1, name), text(4, value), integer(20, 3)]);
  if (typeof value === 'number') return Buffer.concat([text(1, name), integer(3, value), integer(20, 2)]);
  return Buffer.concat([text(1, name), ...value.map((each) => integer(8, each)), integer(20, 7)]);
}

/** Bytes of one element. */
const BYTES = { float: 4, uint8: 1, int8: 1, int32: 4, int64: 8 } as const;

/** A TensorProto. */
export function tensor({ name, type, dims, values, external }: Tensor): Buffer {
  if (external !== undefined) {
    const location = field(13, Buffer.concat([text(1, 'location'), text(2, external)]));
    return Buffer.concat([
      ...dims.map((size) => integer(1, size)),
      integer(2, ELEMENT[type]),
      text(8, name),
      location,
      integer(14, 1),
    ]);
  }
  const count = dims.reduce((product, size) => product * size, 1);
  if (count !== values.length) throw new RangeError(`${name}: ${values.length} values for ${dims.join(' x ')}`);
  const bytes = Buffer.alloc(values.length * BYTES[type]);
  for (const [index, value] of values.entries()) {
    if (type === 'float') bytes.writeFloatLE(value, index * 4);
    else if (type === 'int64') bytes.writeBigInt64LE(BigInt(value), index * 8);
    else if (type === 'int32') bytes.writeInt32LE(value, index * 4);
    else if (type === 'int8') bytes.writeInt8(value, index);
    else bytes.writeUInt8(value, index);
  }
  return Buffer.concat([
    ...dims.map((size) => integer(1, size)),
    integer(2, ELEMENT[type]),
    text(8, name),
    field(9, bytes),
  ]);
}

/** A ValueInfoProto of floats. */
export function valueInfo({ name, dims }: ValueInfo): Buffer {
  const shape = Buffer.concat(dims.map((size) => field(1, integer(1, size))));
  const type = field(1, Buffer.concat([integer(1, ELEMENT.float), field(2, shape)]));
  return Buffer.concat([text(1, name), field(2, type)]);
}

/** A text field. */
export const text = (number: number, value: string): Buffer => field(number, Buffer.from(value, 'utf8'));

/** Length-delimited field. */
export const field = (number: number, bytes: Buffer): Buffer =>
  Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);

/** A varint field. */
export const integer = (number: number, value: number): Buffer => Buffer.concat([varint(number * 8), varint(value)]);

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 128);
  } while (rest !== 0n);
  return Buffer.from(bytes);
}
