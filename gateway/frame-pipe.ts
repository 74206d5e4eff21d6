import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { AppError } from './errors.ts';

/** Where a frame of so many bytes is put; what lies there before does not matter. */
export type FrameSpace = (bytes: number) => Uint8Array;

/** New memory, which is not cleared first: nobody sees a frame before it is full. */
export const newSpace: FrameSpace = (bytes) => new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);

/** Frames that are full and wait for their reader; then the pipe holds the program back. */
const MOST_WAITING = 2;

/**
 * Frames of `bytes` each from a pipe of a child, read by the kernel straight to where they stay. A stream takes 64 KiB of new memory for each
 * piece that comes, and of ffmpeg pieces of 32 come: copying them and collecting what they lay in was most of what the pipe cost (decision 0046).
 */
export async function* framesOf(pipe: Readable, bytes: number, space = newSpace): AsyncGenerator<Uint8Array> {
  const waiting: Uint8Array[] = [];
  let frame = space(bytes);
  let filled = 0;
  let wake = (): void => {};
  let end: { readonly error?: unknown } | undefined;
  const over = (how: { readonly error?: unknown }): void => {
    end ??= how;
    wake();
  };
  const socket = socketOver(pipe, {
    buffer: () => frame.subarray(filled),
    callback(count) {
      filled += count;
      if (filled === bytes) {
        waiting.push(frame);
        frame = space(bytes);
        filled = 0;
        wake();
      }
      return waiting.length < MOST_WAITING;
    },
  });
  socket.once('end', () => over({}));
  socket.once('error', (error) => over({ error }));
  socket.once('close', () => over({ error: new Error('the pipe was closed') }));
  pipe.once('close', () => socket.destroy());
  try {
    for (;;) {
      const full = waiting.shift();
      if (full !== undefined) {
        yield full;
        continue;
      }
      if (end !== undefined) break;
      socket.resume();
      await new Promise<void>((resolve) => (wake = resolve));
    }
    if (end.error !== undefined) throw end.error;
    if (filled > 0) throw new AppError('E_MEDIA_DECODE', { detail: 'a frame is cut short' });
  } finally {
    socket.destroy();
  }
}

interface OnRead {
  readonly buffer: () => Uint8Array;
  readonly callback: (count: number) => boolean;
}

/**
 * `onread` is for sockets that one makes oneself, and a child's are made by Node: the handle of one that nobody has read yet goes into a socket of
 * our own. Node's documentation does not know `handle`; the tests do.
 */
function socketOver(pipe: Readable & { _handle?: unknown }, onread: OnRead): Socket {
  const { _handle: handle } = pipe;
  if (handle === undefined || handle === null) throw new AppError('E_MEDIA_JAIL', { detail: 'no pipe of a child' });
  pipe._handle = null;
  const options: object = { handle, readable: true, writable: false, onread };
  return new Socket(options);
}
