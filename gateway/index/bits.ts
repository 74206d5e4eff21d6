import { BYTE_ROWS, CLASS_IDS, GRID, NO_ROW, SHARES, type TrackBits, type TrackColumns } from './types.ts';

/** The columns as rows of bits. */
export function bitsOf(columns: TrackColumns): TrackBits {
  const { count, classId, confidence, colourShare, grid } = columns;
  const words = (count + 31) >>> 5;
  const { classes, shares, cells, mostConfidence, fromMs, toMs } = extentOf(columns);
  let length = 0;
  const placed = (has: Uint8Array, rows: number): Int32Array =>
    Int32Array.from(has, (one) => {
      if (one === 0) return NO_ROW;
      length += rows * words;
      return length - rows * words;
    });
  const classAt = placed(classes, 1);
  const shareAt = placed(shares, BYTE_ROWS);
  const cellAt = placed(
    Uint8Array.from({ length: 8 * GRID.bytes }, (_, cell) => ((cells[cell >> 3] ?? 0) >> (cell & 7)) & 1),
    1,
  );
  const confidenceAt = length;
  length += BYTE_ROWS * words;
  const rows = new Int32Array(length);
  const setByte = (at: number, word: number, mask: number, byte: number): void => {
    for (let left = byte, row = at + word; left !== 0; left >>>= 1, row += words)
      if ((left & 1) !== 0) rows[row] = (rows[row] ?? 0) | mask;
  };
  for (let track = 0; track < count; track++) {
    const [word, mask] = [track >>> 5, 1 << (track & 31)];
    const row = (classAt[classId[track] ?? 0] ?? 0) + word;
    rows[row] = (rows[row] ?? 0) | mask;
    setByte(confidenceAt, word, mask, confidence[track] ?? 0);
    for (let share = 0; share < SHARES; share++) {
      const byte = colourShare[track * SHARES + share] ?? 0;
      if (byte !== 0) setByte(shareAt[share] ?? 0, word, mask, byte);
    }
    for (let byte = 0; byte < GRID.bytes; byte++) {
      const visited = grid[track * GRID.bytes + byte] ?? 0;
      for (let bit = 0; visited >> bit !== 0; bit++) {
        if (((visited >> bit) & 1) === 0) continue;
        const at = (cellAt[8 * byte + bit] ?? 0) + word;
        rows[at] = (rows[at] ?? 0) | mask;
      }
    }
  }
  const [speed, direction] = [asOrder(columns.speed), asOrder(columns.direction)];
  const places = { classAt, shareAt, cellAt, confidenceAt };
  return { words, rows, ...places, speed, direction, mostConfidence, fromMs, toMs };
}

const asOrder = ({ buffer, byteOffset, length }: Float32Array): Int32Array =>
  new Int32Array(buffer, byteOffset, length);

/** Which classes, shares and cells any track has, and what no track goes beyond. */
function extentOf({ count, classId, confidence, colourShare, grid, firstMs, lastMs }: TrackColumns) {
  const [classes, shares, cells] = [
    new Uint8Array(CLASS_IDS),
    new Uint8Array(SHARES),
    new Uint8Array(GRID.bytes),
  ] as const;
  let [mostConfidence, fromMs, toMs] = [0, Infinity, -Infinity];
  for (let track = 0; track < count; track++) {
    classes[classId[track] ?? 0] = 1;
    const sure = confidence[track] ?? 0;
    if (sure > mostConfidence) mostConfidence = sure;
    const [first, last] = [firstMs[track] ?? 0, lastMs[track] ?? 0];
    // What is found no more has no time: NaN moves neither end.
    if (first < fromMs) fromMs = first;
    if (last > toMs) toMs = last;
    for (let share = 0; share < SHARES; share++)
      shares[share] = (shares[share] ?? 0) | (colourShare[track * SHARES + share] ?? 0);
    for (let byte = 0; byte < GRID.bytes; byte++)
      cells[byte] = (cells[byte] ?? 0) | (grid[track * GRID.bytes + byte] ?? 0);
  }
  return { classes, shares, cells, mostConfidence, fromMs, toMs };
}
