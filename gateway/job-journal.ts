import type { Sight } from './analysis/sight.ts';
import * as jobs from './analysis/store.ts';
import type { AuditEvent, AuditLog } from './audit/types.ts';
import type { Database } from './database.ts';
import type { JobId } from './ids.ts';
import type { Requisition } from './requisition/types.ts';

// What jobs leave in the journal. The worker acts for the agents of a requisition, and the journal names it.

export const WORKER = { id: 'gateway', role: 'worker', service: '-' } as const;

interface JournalDeps {
  readonly database: Database;
  readonly log: AuditLog;
  readonly sight: Pick<Sight, 'modelSet' | 'models'>;
}

export interface JobJournal {
  /** Durable when it resolves, and on record with the job. */
  journal(
    job: jobs.Job,
    procedure: string,
    op: 'job.step' | 'job.inference' | 'job.end',
    outcome: AuditEvent['outcome'],
    objects?: AuditEvent['objects'],
    more?: { readonly mediaSeconds?: number; readonly actorId?: string },
  ): Promise<void>;
  /** STA-02: an analysis is a use from the first frame that anything looks at; the event is durable before that. */
  announceUse(job: jobs.Job, requisition: Requisition): Promise<void>;
  /** The job is in hand no more. */
  forget(jobId: JobId): void;
}

export function openJobJournal({ database, log, sight }: JournalDeps): JobJournal {
  /** Jobs whose use this process has told; after a restart it is told again, and counts once all the same. */
  const usesTold = new Map<JobId, Promise<void>>();

  const journal: JobJournal['journal'] = async (job, procedure, op, outcome, objects = [], more = {}) => {
    const { mediaSeconds, actorId } = more;
    const seq = await log.append({
      action: op,
      actor: actorId === undefined ? WORKER : { ...WORKER, id: actorId },
      reason: { procedure, requisition: job.requisitionId, op },
      objects: [{ type: 'job', id: job.id }, { type: 'exhibit', id: job.exhibitId }, ...objects],
      outcome,
      models: sight.modelSet,
      ...(mediaSeconds === undefined ? {} : { facts: { mediaMs: Math.round(mediaSeconds * 1000) } }),
    });
    await database.inCase(job.caseId, (tx) => jobs.addLogRecord(tx, job.id, seq));
  };

  return {
    journal,
    announceUse(job, requisition) {
      const known = usesTold.get(job.id);
      if (known !== undefined) return known;
      const models = sight.models.map(({ sha256 }) => ({ type: 'model' as const, id: sha256 }));
      const done = { effect: 'done', policyId: '-', code: 'OK' } as const;
      const told = journal(job, requisition.authorisation.sub, 'job.inference', done, models);
      usesTold.set(job.id, told);
      told.catch(() => usesTold.delete(job.id));
      return told;
    },
    forget: (jobId) => void usesTold.delete(jobId),
  };
}
