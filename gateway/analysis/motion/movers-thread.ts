import { setImmediate as breathe } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { AppError } from '../../errors.ts';
import type { findMovers } from './movers.ts';
import type { MoversAnswer, MoversRequest } from './movers-worker.ts';

/** The background model in a thread of its own: a question would wait a second for a segment that is looked at in the gateway's. */
export interface MoversThread {
  /** As `findMovers`, one segment after the other. Rejects with E_JOB_FAILED when the thread dies or is closed. */
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
  let thread: Worker | undefined;
  let broken: AppError | undefined;
  let nextId = 1;

  function breakDown(cause: unknown): void {
    broken ??= new AppError('E_JOB_FAILED', { cause, detail: 'the thread of the background model ended' });
    for (const call of waiting.values()) call.reject(broken);
    waiting.clear();
  }

  function start(): Worker {
    const worker = new Worker(program, { env: {} });
    worker.on('error', breakDown);
    worker.on('exit', (code) => breakDown(new Error(`exit code ${code}`)));
    worker.on('message', (answer: MoversAnswer) => {
      const call = waiting.get(answer.id);
      waiting.delete(answer.id);
      if (answer.kind === 'seen') call?.resolve(answer.looks);
      else call?.reject(new AppError('E_JOB_FAILED', { detail: answer.detail }));
    });
    return worker;
  }

  return {
    async find(frames) {
      const id = nextId++;
      for (let from = 0; from === 0 || from < frames.length; from += FRAMES_AT_ONCE) {
        if (from > 0) await breathe();
        if (broken !== undefined) throw broken;
        thread ??= start();
        const request: MoversRequest = {
          id,
          frames: frames.slice(from, from + FRAMES_AT_ONCE),
          isLast: from + FRAMES_AT_ONCE >= frames.length,
        };
        thread.postMessage(request);
      }
      return new Promise((resolve, reject) => {
        if (broken !== undefined) reject(broken);
        else waiting.set(id, { resolve, reject });
      });
    },
    async close() {
      broken ??= new AppError('E_JOB_FAILED', { detail: 'the background model is closed' });
      await thread?.terminate();
    },
  };
}
