import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ByteSource } from './bytes.ts';

/** A table of equal rows in a file that may be hostile: held a block at a time, however long it is. */
export interface Table {
  /** As many as the table claims, and no more than fit where it stands. */
  readonly rows: number;
  /** Whether the row is in the block at hand; else `load` it before `u32`. */
  has(row: number): boolean;
  /** Reads the block that begins with this row. Other work of the process has its turn in between. */
  load(row: number): Promise<void>;
  /** The 32-bit number at a byte of a row; 0 where the file ends before it. */
  u32(row: number, at: number): number;
}

const BLOCK_BYTES = 65_536;

export function tableAt(
  source: ByteSource,
  place: { readonly from: number; readonly to: number; readonly rowBytes: number },
  claimedRows: number,
): Table {
  const { from, to, rowBytes } = place;
  const rowsABlock = Math.floor(BLOCK_BYTES / rowBytes);
  let block: Buffer = Buffer.alloc(0);
  let firstRow = 0;
  let endRow = 0;
  return {
    rows: Math.min(claimedRows, Math.floor(Math.max(0, to - from) / rowBytes)),
    has: (row) => row >= firstRow && row < endRow,
    async load(row) {
      await nextTurn();
      block = await source.read(from + row * rowBytes, rowsABlock * rowBytes);
      firstRow = row;
      endRow = row + rowsABlock;
    },
    u32(row, at) {
      const byte = (row - firstRow) * rowBytes + at;
      return byte + 4 <= block.length ? block.readUInt32BE(byte) : 0;
    },
  };
}
