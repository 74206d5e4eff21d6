import * as jobs from '../../gateway/analysis/store.ts';
import type { Database } from '../../gateway/database.ts';
import { type CaseId, type ExhibitId, type JobId, newId, type RequisitionId } from '../../gateway/ids.ts';

/** A case with one running job of so many segments, of which the database alone knows. */
export async function addRunningJob(
  database: Database,
  planSha256: string,
  count: number,
  more: { readonly caseId?: CaseId; readonly isUrgent?: boolean; readonly mostAtOnce?: number } = {},
): Promise<{ readonly caseId: CaseId; readonly id: JobId }> {
  const { caseId = newId<CaseId>(), isUrgent = false, mostAtOnce = 64 } = more;
  const [id, exhibitId, requisitionId] = [newId<JobId>(), newId<ExhibitId>(), newId<RequisitionId>()];
  const segments = Array.from({ length: count }, (_, n) => ({ n, fromSeconds: 60 * n, toSeconds: 60 * (n + 1) }));
  await database.inCase(caseId, async (tx) => {
    await tx.query('INSERT INTO cases (id) VALUES ($1) ON CONFLICT DO NOTHING', [caseId]);
    await tx.query(
      `INSERT INTO requisitions (id, case_id, authorisation_jti, thumbprints, not_before, expires, sealed)
       VALUES ($2, $1, gen_random_uuid(), '{}', now(), now(), 'secret')`,
      [caseId, requisitionId],
    );
    await tx.query(
      `INSERT INTO exhibits (id, case_id, requisition_id, state, object_id, size_bytes, capture_start, capture_end, piece_mark, sealed)
       VALUES ($3, $1, $2, 'sealed', gen_random_uuid(), 1, now(), now(), 'mark', 'secret')`,
      [caseId, requisitionId, exhibitId],
    );
    await jobs.insertJob(tx, { id, caseId, exhibitId, requisitionId, framesPerSecond: 5, isUrgent, mostAtOnce });
    await jobs.adoptPlan(tx, id, planSha256);
    await jobs.planJob(tx, (await jobs.findJob(tx, id)) as jobs.Job, segments);
  });
  return { caseId, id };
}
