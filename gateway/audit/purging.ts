import { AppError } from '../errors.ts';
import type { SharedLog } from './appender.ts';
import { decodeVkey } from './note.ts';
import { cosignedFileOf, type KnownWitness, readCosigned } from './witnesses.ts';

export interface PurgingOptions {
  readonly dir: string;
  readonly vkey: string;
  readonly witnesses: readonly KnownWitness[];
  readonly purge: SharedLog['purge'];
  /** Retention of the journal as the dossier in force has it; without a dossier nothing goes. */
  readonly years: () => number | undefined;
  readonly everyMs?: number;
  readonly onError: (error: unknown) => void;
}

export interface Purging {
  round(): Promise<void>;
  /** Whether records are beyond their retention and could not go at the last look. */
  isOverdue(): boolean;
  stop(): Promise<void>;
}

/**
 * Purges the journal at the start and daily (LOG-06). The checkpoint that a purge needs is the one that witnesses cosigned: an installation
 * without a witness keeps its journal for ever, and says each day that it is due.
 */
export function keepPurged(options: PurgingOptions): Purging {
  const { dir, vkey, witnesses, everyMs = 86_400_000, onError } = options;
  const key = decodeVkey(vkey);
  if (!key.ok) throw new AppError('E_LOG_DOWN', { detail: key.reason });
  const keys = witnesses.map((witness) => witness.key);
  let running: Promise<unknown> = Promise.resolve();
  let overdue = false;
  const purge = async (): Promise<void> => {
    const years = options.years();
    if (years === undefined) return;
    const kept = await readCosigned(cosignedFileOf(dir), key.value, keys);
    const known = kept !== undefined && kept.cosigned.length > 0 ? kept.checkpoint : undefined;
    try {
      await options.purge(years, known);
      overdue = false;
    } catch (error) {
      // Where nothing is due it does nothing; where something is and may not go, it throws.
      overdue = true;
      throw error;
    }
  };
  const round = (): Promise<void> => {
    const now = running.then(purge).catch(onError);
    running = now;
    return now;
  };
  const timer = setInterval(() => void round(), everyMs);
  timer.unref();
  return {
    round,
    isOverdue: () => overdue,
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
