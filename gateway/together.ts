import { AppError } from './errors.ts';

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * What is asked for one key while something of it is under way is worked on next, all of it together and in the order it came: one way to a
 * server then serves them all, and each is as fresh as if it had gone alone, for none goes before it was asked for. `work` gives a result for
 * each item. Where it fails for another reason than a code, each item is tried alone: what is wrong with one is not the others' fault. Nobody
 * waits for a turn before his for longer than `patienceMs`; without it each turn is waited for to its end.
 */
export function createTogether<Item, Result>(
  { mostAtOnce, patienceMs }: { readonly mostAtOnce: number; readonly patienceMs?: number },
  work: (items: readonly Item[]) => Promise<readonly Result[]>,
): (key: string, item: Item) => Promise<Result> {
  /** Those that wait, by key; an empty line means that something of it is under way. */
  const lines = new Map<string, Waiting<Item, Result>[]>();

  async function workOff(key: string, line: Waiting<Item, Result>[]): Promise<void> {
    while (line.length > 0) await atMost(patienceMs, workOn(line.splice(0, mostAtOnce)));
    lines.delete(key);
  }

  async function workOn(waiting: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await work(waiting.map(({ item }) => item));
      for (const [n, { resolve }] of waiting.entries()) resolve(results[n] as Result);
    } catch (error) {
      if (waiting.length > 1 && !(error instanceof AppError)) for (const each of waiting) await workOn([each]);
      else for (const { reject } of waiting) reject(error);
    }
  }

  return (key, item) => {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const line = lines.get(key) ?? [];
    line.push({ item, resolve, reject });
    if (!lines.has(key)) {
      lines.set(key, line);
      void workOff(key, line);
    }
    return promise;
  };
}

/** Resolves with the work, or when it has taken so long. */
async function atMost(ms: number | undefined, work: Promise<void>): Promise<void> {
  if (ms === undefined) return await work;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}
