import { Refusal, Unreachable } from '../../api/client.ts';

// What keeps a clip or its frames away and may pass by itself: a gateway that has too much to do, a line that broke.

/** The gateway gives it, and the browser cannot read it. */
export class UnreadableVideo extends Error {}

/** How long is waited before each further try. */
const WAITS_MS = [500, 1_500, 4_000];

/** Refusals by rule, and pictures that cannot be decoded, stay what they are. */
export const mayPass = (failure: unknown): boolean =>
  failure instanceof Unreachable || (failure instanceof Refusal && (failure.status === 429 || failure.status === 503));

/** Does the work, and again while it fails in a way that may pass. Throws the last failure, or why it was called off. */
export async function untilPassed<T>(
  work: () => Promise<T>,
  signal: AbortSignal,
  waits: readonly number[] = WAITS_MS,
): Promise<T> {
  for (const ms of waits) {
    try {
      return await work();
    } catch (failure) {
      if (signal.aborted || !mayPass(failure)) throw failure;
    }
    await new Promise((resolve) => setTimeout(resolve, ms));
    signal.throwIfAborted();
  }
  return await work();
}
