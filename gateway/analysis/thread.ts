import type { Worker } from 'node:worker_threads';

/** A worker thread that is started when it is needed: first, and again after it died. */
export interface Thread {
  /** The thread that runs now, or a new one. Rejects as its start does; then the next call starts one again. */
  get(): Promise<Worker>;
  /** Has the thread ended, if one runs. Whoever asks for one afterwards gets another. */
  close(end: (worker: Worker) => Promise<unknown>): Promise<void>;
}

/**
 * `start` gives a thread that is ready. `onMessage` hears what a thread says, `onDeath` once that it is gone: whatever was asked of it has no
 * answer. A thread that is closed has not died.
 */
export function createThread<Message>(
  start: () => Promise<Worker>,
  on: { readonly message: (message: Message) => void; readonly death: (cause: unknown) => void },
): Thread {
  let current: Worker | undefined;
  let starting: Promise<Worker> | undefined;

  async function begin(): Promise<Worker> {
    const worker = await start();
    current = worker;
    const die = (cause: unknown): void => {
      if (current !== worker) return;
      current = undefined;
      on.death(cause);
    };
    worker.on('message', on.message);
    worker.on('error', die);
    worker.on('exit', (code) => die(new Error(`exit code ${code}`)));
    return worker;
  }

  return {
    get() {
      if (current !== undefined) return Promise.resolve(current);
      starting ??= begin().finally(() => {
        starting = undefined;
      });
      return starting;
    },
    async close(end) {
      const worker = (await starting?.catch(() => undefined)) ?? current;
      current = undefined;
      if (worker !== undefined) await end(worker);
    },
  };
}
