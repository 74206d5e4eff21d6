import type { TrackPoint } from '../analysis/types.ts';
import { AppError } from '../errors.ts';
import { type ByteReader, type ByteWriter, byteReader, refused } from './byte-reader.ts';

// The path of one track. Analysis rounds its numbers, so nearly always every value is a small decimal: then the path is stored as
// whole-number steps from point to point, about 12 bytes a point. Values that are not come back exactly too, as 64-bit floats.

const DECIMAL = 0;
const EXACT = 1;
const FIELDS = ['frame', 'pts', 'timeSeconds', 'left', 'top', 'width', 'height', 'score'] as const;
/** Decimal units a whole: frames and ticks are whole, times and scores have millionths, pixels thousandths. */
const UNITS = [1, 1, 1e6, 1e3, 1e3, 1e3, 1e3, 1e6] as const;
// A step between two values of this size is twice as large, its zigzag form four times: still a safe integer.
const LARGEST = 2 ** 50;

/** Appends one path; what `decodePath` gives back is equal to it in every bit. */
export function encodePath(points: readonly TrackPoint[], to: ByteWriter): void {
  const values = points.map((point) => FIELDS.map((field) => point[field]));
  if (values.some((row) => row.some((value) => !Number.isFinite(value)))) {
    throw new AppError('E_INTERNAL', { detail: 'a track point holds a number that is not finite' });
  }
  const decimal = values.every((row) => row.every(isDecimal));
  to.byte(decimal ? DECIMAL : EXACT);
  to.unsigned(points.length);
  const before: number[] = FIELDS.map(() => 0);
  for (const [index, row] of values.entries()) {
    to.byte(points[index]?.observed === true ? 1 : 0);
    for (const [field, value] of row.entries()) {
      if (decimal) {
        const units = unitsOf(value, field);
        to.signed(units - (before[field] ?? 0));
        before[field] = units;
      } else {
        to.float64(value);
      }
    }
  }
}

/** The points of one path from its bytes alone. Throws E_VAULT for bytes that no path was written as. */
export function decodePath(bytes: Uint8Array): readonly TrackPoint[] {
  if (bytes[0] === DECIMAL) return decimalPoints(bytes);
  const from = byteReader(bytes);
  if (from.byte() !== EXACT) throw refused('unknown path encoding');
  const count = from.unsigned();
  if (count > from.remaining) throw refused('path is cut short');
  const points = exactPoints(from, count);
  if (from.remaining !== 0) throw refused('bytes after the path');
  return points;
}

// Written out field by field, in the order of FIELDS and with their units: a question about places reads millions of points.
function decimalPoints(bytes: Uint8Array): TrackPoint[] {
  const points: TrackPoint[] = [];
  eachDecimal(bytes, 0, bytes.length, (units, _, isObserved) => {
    points.push({
      frame: units[0] ?? 0,
      pts: units[1] ?? 0,
      timeSeconds: (units[2] ?? 0) / 1e6,
      left: (units[3] ?? 0) / 1e3,
      top: (units[4] ?? 0) / 1e3,
      width: (units[5] ?? 0) / 1e3,
      height: (units[6] ?? 0) / 1e3,
      score: (units[7] ?? 0) / 1e6,
      observed: isObserved,
    });
  });
  return points;
}

const steps = new Float64Array(FIELDS.length);
/** The largest scale of a byte of a number: eight bytes hold more than a safe integer. */
const LARGEST_SCALE = 2 ** 49;

/** Goes through the points of one decimal path. What it hands on is used again: read it at once. */
function eachDecimal(
  bytes: Uint8Array,
  from: number,
  end: number,
  point: (units: Float64Array, n: number, isObserved: boolean, count: number) => void,
): void {
  let at = from + 1;
  // What ends too early reads as NaN, which ends the number, and then the path does not end where it should.
  const next = (): number => {
    let byte = bytes[at++] ?? Number.NaN;
    if (byte < 0x80) return byte;
    // Multiplication, not shifts: values go up to 2^53.
    let value = byte & 0x7f;
    for (let scale = 128; byte >= 0x80; scale *= 128) {
      if (scale > LARGEST_SCALE) throw refused('number without an end');
      byte = bytes[at++] ?? Number.NaN;
      value += (byte & 0x7f) * scale;
    }
    if (value > Number.MAX_SAFE_INTEGER) throw refused('number beyond the safe integers');
    return value;
  };
  const count = next();
  if (!(count <= end - from)) throw refused('path is cut short');
  const units = steps.fill(0);
  for (let n = 0; n < count; n++) {
    const observed = bytes[at++] ?? Number.NaN;
    if (!(observed <= 1)) throw refused('not a path');
    for (let field = 0; field < FIELDS.length; field++) {
      const value = next();
      units[field] = (units[field] ?? 0) + (value % 2 === 0 ? value / 2 : -(value + 1) / 2);
    }
    point(units, n, observed === 1, count);
  }
  if (at !== end) throw refused('path does not end where it should');
}

function exactPoints(from: ByteReader, count: number): TrackPoint[] {
  const points: TrackPoint[] = [];
  for (let index = 0; index < count; index++) {
    const observed = from.byte();
    if (observed > 1) throw refused('not a path');
    // Fields are read in the order of FIELDS: object literals evaluate in source order.
    points.push({
      frame: exactAt(from),
      pts: exactAt(from),
      timeSeconds: exactAt(from),
      left: exactAt(from),
      top: exactAt(from),
      width: exactAt(from),
      height: exactAt(from),
      score: exactAt(from),
      observed: observed === 1,
    });
  }
  return points;
}

/** Moments and feet of one path, read into arrays that are used again. */
export interface FootPath {
  count: number;
  seconds: Float64Array;
  /** Bottom centre of the box, pixels. */
  xPx: Float64Array;
  yPx: Float64Array;
}

export const footPath = (): FootPath => ({
  count: 0,
  seconds: new Float64Array(256),
  xPx: new Float64Array(256),
  yPx: new Float64Array(256),
});

/** What `decodePath` says of when and where the feet were, without making its points: opening a case reads millions of them. */
export function readFeet(bytes: Uint8Array, from: number, length: number, into: FootPath): void {
  const end = from + length;
  makeRoom(into, 0);
  if (bytes[from] !== DECIMAL) {
    const points = decodePath(bytes.subarray(from, end));
    makeRoom(into, points.length);
    for (const [n, { timeSeconds, left, top, width, height }] of points.entries())
      setFoot(into, n, timeSeconds, left + width / 2, top + height);
    return;
  }
  eachDecimal(bytes, from, end, (units, n, _, count) => {
    if (n === 0) makeRoom(into, count);
    const [time, left, top] = [units[2] ?? 0, units[3] ?? 0, units[4] ?? 0];
    const [width, height] = [units[5] ?? 0, units[6] ?? 0];
    setFoot(into, n, time / 1e6, left / 1e3 + width / 1e3 / 2, top / 1e3 + height / 1e3);
  });
}

function makeRoom(into: FootPath, count: number): void {
  into.count = count;
  if (count <= into.seconds.length) return;
  into.seconds = new Float64Array(2 * count);
  into.xPx = new Float64Array(2 * count);
  into.yPx = new Float64Array(2 * count);
}

function setFoot(into: FootPath, n: number, seconds: number, xPx: number, yPx: number): void {
  into.seconds[n] = seconds;
  into.xPx[n] = xPx;
  into.yPx[n] = yPx;
}

const unitsOf = (value: number, field: number): number => Math.round(value * (UNITS[field] ?? 1));

const isDecimal = (value: number, field: number): boolean => {
  const units = unitsOf(value, field);
  return Math.abs(units) <= LARGEST && !Object.is(units, -0) && Object.is(units / (UNITS[field] ?? 1), value);
};

function exactAt(from: ByteReader): number {
  const value = from.float64();
  if (!Number.isFinite(value)) throw refused('a track point holds a number that is not finite');
  return value;
}
