import type { AuditLog } from '../audit/types.ts';

/**
 * When the first analysis of this installation began, milliseconds: the first `job.step` that the journal says was permitted, or
 * undefined while none ever was. CPL-03 holds the dossier's dates against it. Each record is looked at once.
 */
export function createFirstJob(log: Pick<AuditLog, 'size' | 'record'>): () => Promise<number | undefined> {
  let found: number | undefined;
  let lookedAt = 0;
  return async () => {
    const size = await log.size();
    for (; found === undefined && lookedAt < size; lookedAt++) {
      const record = await log.record(lookedAt);
      if (record?.action !== 'job.step' || typeof record.time !== 'string') continue;
      const { outcome } = record;
      const isPermit =
        typeof outcome === 'object' && outcome !== null && 'effect' in outcome && outcome.effect === 'permit';
      if (isPermit) found = Date.parse(record.time);
    }
    return found;
  };
}
