import type { AuditEvent, AuditLog } from '../audit/types.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import type { CaseId, ExportId, ObjectId, RequisitionId } from '../ids.ts';
import type { Vault } from '../vault.ts';
import * as store from './quarantine-store.ts';
import { QUARANTINE_MS } from './term.ts';

export interface QuarantineDeps {
  readonly database: Database;
  readonly vault: Pick<Vault, 'remove'>;
  readonly log: Pick<AuditLog, 'append'>;
  readonly clock: Clock;
  /** Vault objects of a package; rows name all others themselves. */
  packageObjects(caseId: CaseId, id: ExportId, sealed: Buffer): Promise<readonly ObjectId[]>;
  /** Forgets the results of the case that are open in memory. */
  dropResults(caseId: CaseId): void;
}

/**
 * Erases what was found under requisitions that were revoked thirty days ago, where others of the case stand (RET-05): analyses, questions,
 * hits and packages, with all that refers to them. Recordings stay: the schedules that stand say whose they are. Each step can be done
 * again, and a requisition counts as done only once the journal says so; what a killed process left is ended by the next sweep. The key of
 * the case lives on, so a back-up of the data can show what is gone here until it expires.
 */
export async function eraseQuarantined(caseId: CaseId, deps: QuarantineDeps): Promise<void> {
  const { database, clock } = deps;
  const untilMs = clock.nowMs() - QUARANTINE_MS;
  for (const requisitionId of await database.inCase(caseId, (tx) => store.overdueQuarantines(tx, untilMs))) {
    await eraseFound(caseId, requisitionId, deps);
    await database.inCase(caseId, (tx) => store.noteErased(tx, requisitionId, clock.nowMs()));
  }
}

async function eraseFound(caseId: CaseId, requisitionId: RequisitionId, deps: QuarantineDeps): Promise<void> {
  const { database, log } = deps;
  const found = await database.inCase(caseId, (tx) => store.foundUnder(tx, requisitionId));
  const event = (action: 'results.erase' | 'results.erased') => eventOf(action, caseId, requisitionId, found);
  await log.append(event('results.erase'));
  deps.dropResults(caseId);
  const objects = [...found.objects];
  for (const { id, sealed } of found.packages) objects.push(...(await deps.packageObjects(caseId, id, sealed)));
  for (const object of objects) await deps.vault.remove(caseId, object);
  await database.inCase(caseId, (tx) => store.deleteFound(tx, requisitionId));
  await log.append(event('results.erased'));
}

const eventOf = (
  action: 'results.erase' | 'results.erased',
  caseId: CaseId,
  requisitionId: RequisitionId,
  { jobs, exports }: store.FoundUnder,
): AuditEvent => ({
  action,
  actor: { id: 'gateway', role: 'worker', service: '-' },
  reason: { procedure: '-', requisition: requisitionId, op: action },
  objects: [
    { type: 'case', id: caseId },
    ...jobs.map((id) => ({ type: 'job' as const, id })),
    ...exports.map((id) => ({ type: 'export' as const, id })),
  ],
  outcome: { effect: action === 'results.erase' ? 'permit' : 'done', policyId: '-', code: 'OK' },
});
