import { constants, type FileHandle, open } from 'node:fs/promises';

/** Random access to the bytes of a file that may be hostile: every read is bounded and never reaches past the end. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** Up to `length` bytes at `offset`; fewer at the end of the file, none beyond it. */
  read(offset: number, length: number): Promise<Buffer>;
}

const WINDOW_BYTES = 65_536;

/** Opens a regular file for reading, not through a link at its end, and closes it after `work`. */
export async function withBytes<T>(file: string, work: (source: ByteSource) => Promise<T>): Promise<T> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new TypeError('not a regular file');
    return await work(fileBytes(handle, stats.size));
  } finally {
    await handle.close();
  }
}

// Headers lie close together: one window of the file is kept, so that a walk over thousands of boxes is not thousands of reads.
function fileBytes(handle: FileHandle, sizeBytes: number): ByteSource {
  let window: Buffer = Buffer.alloc(0);
  let windowAt = 0;
  const fill = async (offset: number, length: number): Promise<Buffer> => {
    const buffer = Buffer.alloc(Math.max(0, Math.min(length, sizeBytes - offset)));
    let filled = 0;
    while (filled < buffer.length) {
      const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  };
  return {
    sizeBytes,
    async read(offset, length) {
      if (!Number.isSafeInteger(offset) || offset < 0) return Buffer.alloc(0);
      if (length > WINDOW_BYTES) return fill(offset, length);
      if (offset < windowAt || offset + length > windowAt + window.length) {
        window = await fill(offset, WINDOW_BYTES);
        windowAt = offset;
      }
      return window.subarray(offset - windowAt, offset - windowAt + length);
    },
  };
}

/** A source over bytes in memory. */
export const memoryBytes = (bytes: Buffer): ByteSource => ({
  sizeBytes: bytes.length,
  read: async (offset, length) => (offset < 0 ? Buffer.alloc(0) : bytes.subarray(offset, offset + length)),
});
