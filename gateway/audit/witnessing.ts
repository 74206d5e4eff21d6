import { AppError } from '../errors.ts';
import { decodeVkey } from './note.ts';
import { openReader } from './reader.ts';
import type { AuditEvent, AuditLog } from './types.ts';
import { askWitnesses, cosignedFileOf, type KnownWitness, readCosigned } from './witnesses.ts';

export interface WitnessingOptions {
  readonly dir: string;
  readonly vkey: string;
  readonly witnesses: readonly KnownWitness[];
  readonly log: Pick<AuditLog, 'append'>;
  /** Whether this process is the one that asks; several share a log. */
  readonly isAsking: () => boolean;
  readonly everyMs?: number;
  readonly onError: (error: unknown) => void;
}

export interface Witnessing {
  /** Asks now, whatever the time. */
  round(): Promise<void>;
  /** Records that the kept cosigned checkpoint covers; 0 when there is none. */
  coveredSize(): Promise<number>;
  stop(): Promise<void>;
}

/**
 * Asks the witnesses when the log has grown, every minute. One that cannot be reached is asked again; the log goes on without. One that saw
 * more of the log, or another log, is told to the operator and written to the journal, once for each size: the answer of a witness is not signed,
 * so that alone stops nothing, and the tree heads it has cosigned decide (`audit verify --checkpoint`).
 */
export function keepWitnessed(options: WitnessingOptions): Witnessing {
  const { dir, vkey, witnesses, everyMs = 60_000, onError } = options;
  const key = decodeVkey(vkey);
  if (!key.ok) throw new AppError('E_LOG_DOWN', { detail: key.reason });
  const told = new Set<string>();
  let done = '';
  let running: Promise<void> | undefined;

  async function ask(): Promise<void> {
    if (witnesses.length === 0 || !options.isAsking() || !key.ok) return;
    const reader = await openReader(dir, vkey);
    const { text } = await reader.checkpoint();
    if (text === done) return;
    const { failed, contradicted } = await askWitnesses({ dir, log: key.value, reader, witnesses });
    if (failed.length === 0 && contradicted.length === 0) done = text;
    for (const { witness, reason } of failed)
      onError(new AppError('E_LOG_DOWN', { detail: `witness ${witness}: ${reason}` }));
    for (const { witness, size } of contradicted) {
      if (told.has(`${witness} ${size}`)) continue;
      told.add(`${witness} ${size}`);
      onError(new AppError('E_LOG_DOWN', { detail: `witness ${witness} saw another log of ${size} records` }));
      await options.log.append(contradiction(size));
    }
  }

  const round = (): Promise<void> => {
    running ??= ask()
      .catch(onError)
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  const timer = setInterval(() => void round(), everyMs);
  timer.unref();
  return {
    round,
    async coveredSize() {
      const kept = await readCosigned(
        cosignedFileOf(dir),
        key.value,
        witnesses.map((witness) => witness.key),
      );
      return kept !== undefined && kept.cosigned.length > 0 ? kept.checkpoint.size : 0;
    },
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

const contradiction = (size: number): AuditEvent => ({
  action: 'log.contradicted',
  actor: { id: 'gateway', role: 'worker', service: '-' },
  reason: { procedure: '-', requisition: '-', op: 'log.contradicted' },
  objects: [{ type: 'log', id: `${size}` }],
  outcome: { effect: 'failed', policyId: '-', code: 'E_LOG_DOWN' },
});
