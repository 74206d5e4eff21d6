import { type FrameSpace, newSpace } from '../frame-pipe.ts';

/** Memory for the frames of one segment. */
export interface FrameMemory {
  readonly space: FrameSpace;
  /** All of it may be written over: MUST NOT be called while anybody still reads a frame, or a decoder still writes one. */
  giveBack(): void;
}

/** What no segment has in hand and the next one is given: a minute of frames, for two segments at once. */
const MOST_SPARE_BYTES = 384 * 1024 * 1024;
/** When nobody has come or gone for so long it is left to the collector. */
const IDLE_MS = 30_000;

/**
 * Lends the memory of one segment to the next. Frames lie outside of V8's heap and count in its limit: the collector marked the whole heap anew for
 * every few seconds of recording, to find that frames of half a megabyte were no longer used. When a segment is done, that is known (decision 0046).
 */
export function createFrameStore(): () => FrameMemory {
  const spare = new Map<number, Uint8Array[]>();
  let spareBytes = 0;
  const forget = (): void => {
    spare.clear();
    spareBytes = 0;
  };
  let idle: NodeJS.Timeout | undefined;
  const wake = (): void => {
    clearTimeout(idle);
    idle = setTimeout(forget, IDLE_MS).unref();
  };
  const keep = (frame: Uint8Array): void => {
    if (spareBytes + frame.length > MOST_SPARE_BYTES) return;
    const same = spare.get(frame.length) ?? [];
    spare.set(frame.length, same);
    same.push(frame);
    spareBytes += frame.length;
  };
  return () => {
    const taken: Uint8Array[] = [];
    wake();
    return {
      space(bytes) {
        const used = spare.get(bytes)?.pop();
        if (used !== undefined) spareBytes -= bytes;
        const frame = used ?? newSpace(bytes);
        taken.push(frame);
        return frame;
      },
      giveBack() {
        for (const frame of taken.splice(0)) keep(frame);
        wake();
      },
    };
  };
}
