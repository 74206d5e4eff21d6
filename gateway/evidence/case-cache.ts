import type { CaseId } from '../ids.ts';

export interface CaseCacheOptions {
  /** What all entries together may take; a larger one is used and not kept. */
  readonly mostBytes: number;
  /** How long an entry stays after its last use. */
  readonly lingerMs: number;
}

/** Things of cases that are dear to make and asked for again: kept in memory under a bound, made once for all who wait, forgotten with the case. */
export interface CaseCache<T> {
  /** What is kept under the key, or what `make` gives. Whether the caller may have it is decided before, at every call. */
  use(caseId: CaseId, key: string, make: () => Promise<T>): Promise<T>;
  forget(caseId: CaseId): void;
  close(): void;
}

interface Entry<T> {
  readonly caseId: CaseId;
  readonly value: Promise<T>;
  /** Undefined while it is being made. */
  bytes: number | undefined;
  usedAtMs: number;
}

export function createCaseCache<T>(bytesOf: (value: T) => number, options: CaseCacheOptions): CaseCache<T> {
  // The order of insertion is that of the last use.
  const entries = new Map<string, Entry<T>>();
  let sweep: NodeJS.Timeout | undefined;

  function trim(): void {
    let bytes = 0;
    for (const entry of entries.values()) bytes += entry.bytes ?? 0;
    for (const [key, entry] of entries) {
      if (bytes <= options.mostBytes) break;
      if (entry.bytes === undefined) continue;
      entries.delete(key);
      bytes -= entry.bytes;
    }
  }

  function letGo(): void {
    sweep = undefined;
    const before = performance.now() - options.lingerMs;
    for (const [key, entry] of entries) {
      if (entry.bytes !== undefined && entry.usedAtMs <= before) entries.delete(key);
    }
    watch();
  }

  function watch(): void {
    if (sweep !== undefined || entries.size === 0) return;
    sweep = setTimeout(letGo, options.lingerMs);
    sweep.unref();
  }

  async function keep(key: string, entry: Entry<T>): Promise<void> {
    try {
      const bytes = bytesOf(await entry.value);
      // What was forgotten meanwhile is not kept after all.
      if (entries.get(key) !== entry) return;
      if (bytes > options.mostBytes) entries.delete(key);
      else {
        entry.bytes = bytes;
        trim();
        watch();
      }
    } catch {
      // A failure is for those who waited; the next one tries again.
      if (entries.get(key) === entry) entries.delete(key);
    }
  }

  return {
    use(caseId, key, make) {
      const name = `${caseId}:${key}`;
      const known = entries.get(name);
      const entry = known ?? { caseId, value: make(), bytes: undefined, usedAtMs: 0 };
      entry.usedAtMs = performance.now();
      entries.delete(name);
      entries.set(name, entry);
      if (known === undefined) void keep(name, entry);
      return entry.value;
    },
    forget(caseId) {
      for (const [key, entry] of entries) if (entry.caseId === caseId) entries.delete(key);
    },
    close() {
      clearTimeout(sweep);
      entries.clear();
    },
  };
}
