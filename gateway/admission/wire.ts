import { AppError } from '../errors.ts';

// The protobuf wire format, as far as ONNX needs it. The bytes come from whoever brings a model: nothing is believed, and nothing is
// allocated from a length that the file claims and does not have.

/** What a message may cost: every field of the file counts once. */
export interface Budget {
  fields: number;
}

/** Messages within messages: a graph in an attribute of a node of a graph and so on. */
export const MOST_DEPTH = 24;

export interface Field {
  readonly number: number;
  /** A varint or a fixed value; undefined for bytes. Signed 64-bit, as ONNX means its integers. */
  readonly value: number | undefined;
  /** Of a length-delimited field: a view of the file, no copy. */
  readonly bytes: Uint8Array | undefined;
  /** Of a 32-bit field, read as a float. */
  readonly float: number | undefined;
}

export const malformed = (detail: string): AppError => new AppError('E_GATE_PARSE', { detail });

/**
 * The fields of one message, in the order of the file. What is not among the `repeated` ones stands once: of two, one reader takes the
 * last, another merges them, and the runtime would see another network than we do. Throws E_GATE_PARSE where a message is not so, not well
 * formed or over the budget.
 */
export function* fieldsOf(message: Uint8Array, budget: Budget, repeated: ReadonlySet<number>): Generator<Field> {
  const cursor = { at: 0 };
  const seen = new Set<number>();
  while (cursor.at < message.length) {
    budget.fields -= 1;
    if (budget.fields < 0) throw malformed('more fields than a network has');
    const key = readVarint(message, cursor);
    const number = Math.floor(key / 8);
    if (key < 8 || number > 536_870_911) throw malformed('field number');
    if (!repeated.has(number)) {
      if (seen.has(number)) throw malformed(`field ${number} stands twice`);
      seen.add(number);
    }
    yield readField(message, cursor, number, key % 8);
  }
}

function readField(message: Uint8Array, cursor: { at: number }, number: number, wire: number): Field {
  const none = { value: undefined, bytes: undefined, float: undefined };
  if (wire === 0) return { ...none, number, value: readVarint(message, cursor) };
  if (wire === 2) {
    const length = readVarint(message, cursor);
    return { ...none, number, bytes: take(message, cursor, length) };
  }
  if (wire === 5) {
    const view = viewOf(take(message, cursor, 4));
    return { ...none, number, float: view.getFloat32(0, true) };
  }
  if (wire === 1) {
    const view = viewOf(take(message, cursor, 8));
    return { ...none, number, value: view.getFloat64(0, true) };
  }
  throw malformed(`wire type ${wire}`);
}

function take(message: Uint8Array, cursor: { at: number }, length: number): Uint8Array {
  if (length < 0 || length > message.length - cursor.at) throw malformed('a length beyond the end');
  const bytes = message.subarray(cursor.at, cursor.at + length);
  cursor.at += length;
  return bytes;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** At most ten bytes; the value as a signed 64-bit integer, exact up to 2^53 and near enough beyond, where nothing lawful is. */
function readVarint(message: Uint8Array, cursor: { at: number }): number {
  let low = 0;
  let scale = 1;
  for (let index = 0; index < 10; index++) {
    const byte = message[cursor.at];
    if (byte === undefined) throw malformed('cut short');
    cursor.at += 1;
    low += (byte & 127) * scale;
    scale *= 128;
    if (byte < 128) {
      if (index === 9 && byte > 1) throw malformed('a number of more than 64 bits');
      return low >= 2 ** 63 ? signed(message, cursor.at - index - 1, index + 1) : low;
    }
  }
  throw malformed('a number of more than ten bytes');
}

// Negative numbers fill all ten bytes; floating point would lose their low bits.
function signed(message: Uint8Array, at: number, length: number): number {
  let value = 0n;
  for (let index = length - 1; index >= 0; index--) value = (value << 7n) | BigInt((message[at + index] ?? 0) & 127);
  return Number(BigInt.asIntN(64, value));
}

/** Packed or single varints of a repeated field, `most` of them. */
export function integersOf({ value, bytes }: Field, budget: Budget, most = Infinity): readonly number[] {
  if (value !== undefined) return [value];
  if (bytes === undefined) throw malformed('an integer of another kind');
  const cursor = { at: 0 };
  const values: number[] = [];
  while (cursor.at < bytes.length) {
    budget.fields -= 1;
    if (budget.fields < 0) throw malformed('more numbers than a network has');
    if (values.length >= most) throw malformed('more numbers in a list than a network has');
    values.push(readVarint(bytes, cursor));
  }
  return values;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const MOST_TEXT = 65_536;

export function textOf({ bytes }: Field): string {
  if (bytes === undefined || bytes.length > MOST_TEXT) throw malformed('a text of another kind or too long');
  try {
    return utf8.decode(bytes);
  } catch {
    throw malformed('a text that is not UTF-8');
  }
}

export function integerOf({ value }: Field): number {
  if (value === undefined || !Number.isInteger(value)) throw malformed('an integer of another kind');
  return value;
}

export function bytesOf({ bytes }: Field): Uint8Array {
  if (bytes === undefined) throw malformed('a message of another kind');
  return bytes;
}
