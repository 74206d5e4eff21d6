import { AppError } from '../errors.ts';

/** Reads little-endian values and never beyond the end: E_VAULT instead. */
export interface ByteReader {
  readonly remaining: number;
  byte(): number;
  float64(): number;
  /** A whole number that was written as zigzag varint. */
  signed(): number;
  unsigned(): number;
}

const MAX_VARINT_BYTES = 8;

export const refused = (detail: string): AppError => new AppError('E_VAULT', { detail });

export function byteReader(bytes: Uint8Array): ByteReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const take = (length: number): number => {
    if (at + length > bytes.byteLength) throw refused('block ends inside a value');
    at += length;
    return at - length;
  };
  const unsigned = (): number => {
    // Multiplication, not shifts: values go up to 2^53.
    let value = 0;
    let scale = 1;
    for (let count = 0; count < MAX_VARINT_BYTES; count++) {
      const byte = bytes[at];
      if (byte === undefined) throw refused('block ends inside a value');
      at++;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (!Number.isSafeInteger(value)) throw refused('number beyond the safe integers');
        return value;
      }
      scale *= 128;
    }
    throw refused('number without an end');
  };
  return {
    get remaining() {
      return bytes.byteLength - at;
    },
    byte: () => view.getUint8(take(1)),
    float64: () => view.getFloat64(take(8), true),
    unsigned,
    signed() {
      const value = unsigned();
      return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    },
  };
}

export interface ByteWriter {
  byte(value: number): void;
  float64(value: number): void;
  signed(value: number): void;
  unsigned(value: number): void;
  readonly length: number;
  /** The bytes written so far, a copy. */
  bytes(): Uint8Array;
}

export function byteWriter(): ByteWriter {
  let buffer = new Uint8Array(4096);
  let view = new DataView(buffer.buffer);
  let length = 0;
  const grow = (extra: number): number => {
    if (length + extra > buffer.length) {
      const larger = new Uint8Array(Math.max(buffer.length * 2, length + extra));
      larger.set(buffer);
      buffer = larger;
      view = new DataView(buffer.buffer);
    }
    length += extra;
    return length - extra;
  };
  // The place is taken first: growing exchanges the view.
  const byte = (value: number): void => {
    const at = grow(1);
    view.setUint8(at, value);
  };
  const unsigned = (value: number): void => {
    let rest = value;
    while (rest >= 0x80) {
      byte((rest % 128) + 0x80);
      rest = Math.floor(rest / 128);
    }
    byte(rest);
  };
  return {
    get length() {
      return length;
    },
    byte,
    float64: (value) => {
      const at = grow(8);
      view.setFloat64(at, value, true);
    },
    unsigned,
    signed: (value) => unsigned(value >= 0 ? value * 2 : -value * 2 - 1),
    bytes: () => buffer.slice(0, length),
  };
}
