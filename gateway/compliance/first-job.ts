import type { AuditLog } from '../audit/types.ts';
import type { Database } from '../database.ts';

/**
 * When the first analysis of this installation began, milliseconds, or undefined while none ever did: the first `job.step` that the
 * journal says was permitted. CPL-03 holds the dossier's dates against it. Once found it is kept in the database, because the journal's
 * old records are purged and its dossier is not; until then each record is looked at once.
 */
export function createFirstJob(deps: {
  readonly log: Pick<AuditLog, 'size' | 'record'>;
  readonly database: Pick<Database, 'inService'>;
}): () => Promise<number | undefined> {
  let found: number | undefined;
  let lookedAt = 0;

  const kept = (): Promise<number | undefined> =>
    deps.database.inService(async (tx) => {
      const { rows } = await tx.query<{ began_at: Date }>('SELECT began_at FROM first_analysis');
      return rows[0]?.began_at.getTime();
    });

  async function inJournal(): Promise<number | undefined> {
    const size = await deps.log.size();
    for (; lookedAt < size; lookedAt++) {
      const record = await deps.log.record(lookedAt);
      if (record?.action !== 'job.step' || typeof record.time !== 'string') continue;
      const { outcome } = record;
      if (typeof outcome === 'object' && outcome !== null && 'effect' in outcome && outcome.effect === 'permit') {
        return Date.parse(record.time);
      }
    }
    return undefined;
  }

  return async () => {
    found ??= await kept();
    if (found !== undefined) return found;
    const first = await inJournal();
    if (first === undefined) return undefined;
    await deps.database.inService((tx) =>
      tx.query('INSERT INTO first_analysis (began_at) VALUES ($1) ON CONFLICT DO NOTHING', [new Date(first)]),
    );
    found = first;
    return found;
  };
}
