import { setImmediate as breathe } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { AppError } from '../../errors.ts';
import { createThread } from '../thread.ts';
import type { findMovers } from './movers.ts';
import type { MoversAnswer, MoversRequest } from './movers-worker.ts';

/** The background model in a thread of its own: a question would wait a second for a segment that is looked at in the gateway's. */
export interface MoversThread {
  /** As `findMovers`, one segment after the other. Rejects with E_JOB_FAILED when the thread dies or is closed; the next call starts another. */
  readonly find: typeof findMovers;
  close(): Promise<void>;
}

/** What is handed over is copied: some 1.5 MB at once. */
const FRAMES_AT_ONCE = 8;

interface Call {
  resolve(looks: Awaited<ReturnType<typeof findMovers>>): void;
  reject(error: AppError): void;
}

/** Starts the thread at the first call. */
export function createMoversThread(program = new URL('./movers-worker.ts', import.meta.url)): MoversThread {
  const waiting = new Map<number, Call>();
  let isClosed = false;
  let nextId = 1;

  const closed = (): AppError => new AppError('E_JOB_FAILED', { detail: 'the background model is closed' });
  function failAll(error: AppError): void {
    for (const call of waiting.values()) call.reject(error);
    waiting.clear();
  }

  const thread = createThread<MoversAnswer>(async () => new Worker(program, { env: {} }), {
    message(answer) {
      const call = waiting.get(answer.id);
      waiting.delete(answer.id);
      if (answer.kind === 'seen') call?.resolve(answer.looks);
      else call?.reject(new AppError('E_JOB_FAILED', { detail: answer.detail }));
    },
    death: (cause) =>
      failAll(new AppError('E_JOB_FAILED', { cause, detail: 'the thread of the background model ended' })),
  });

  return {
    async find(frames) {
      const id = nextId++;
      if (isClosed) throw closed();
      const worker = await thread.get();
      if (isClosed) throw closed();
      return await new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        void (async () => {
          for (let from = 0; from === 0 || from < frames.length; from += FRAMES_AT_ONCE) {
            if (from > 0) await breathe();
            // Meanwhile it may have died, and a later one knows nothing of the frames before these.
            if (!waiting.has(id)) return;
            const request: MoversRequest = {
              id,
              frames: frames.slice(from, from + FRAMES_AT_ONCE),
              isLast: from + FRAMES_AT_ONCE >= frames.length,
            };
            worker.postMessage(request);
          }
        })();
      });
    },
    async close() {
      isClosed = true;
      failAll(closed());
      await thread.close((worker) => worker.terminate());
    },
  };
}
