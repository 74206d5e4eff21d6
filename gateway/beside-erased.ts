import * as jobs from './analysis/store.ts';
import type { AnalysisResult } from './analysis/types.ts';
import type { Database } from './database.ts';
import type { CaseId, ExhibitId, HitId, JobId } from './ids.ts';
import { rectificationsOf } from './index/rectification-store.ts';
import { rectifiedOfResult } from './index/rectified.ts';
import type { Vault } from './vault.ts';

/**
 * RGT-03: what readers wrote beside hits of these exhibits that an order erased goes with them: notes with every wording, bookmarks, places
 * on export lists. Of all analyses of the exhibits, as the order reaches all. Done twice it finds nothing the second time.
 */
export async function dropBesideErased(
  caseId: CaseId,
  exhibits: readonly ExhibitId[],
  deps: { readonly database: Pick<Database, 'inCase'>; readonly vault: Pick<Vault, 'get' | 'unseal'> },
): Promise<void> {
  const { database, vault } = deps;
  const hits = await database.inCase(caseId, async (tx) => {
    const { rows } = await tx.query<{ id: HitId; exhibit_id: ExhibitId; job_id: JobId; track: number }>(
      `SELECT id, exhibit_id, job_id, track FROM hits
        WHERE exhibit_id = ANY($1::uuid[])
          AND id IN (SELECT hit_id FROM notes UNION SELECT hit_id FROM bookmarks UNION SELECT hit_id FROM export_list)`,
      [exhibits],
    );
    return rows;
  });
  const rectifications = await rectificationsOf(caseId, deps);
  const erased: HitId[] = [];
  for (const jobId of new Set(hits.map((hit) => hit.job_id))) {
    const job = await database.inCase(caseId, (tx) => jobs.findJob(tx, jobId));
    if (job?.resultObject === undefined) continue;
    const result = JSON.parse((await vault.get(caseId, job.resultObject)).toString('utf8')) as AnalysisResult;
    const rectified = rectifiedOfResult(result, { exhibitId: job.exhibitId, jobId }, rectifications);
    for (const hit of hits) if (hit.job_id === jobId && rectified.get(hit.track)?.erased === true) erased.push(hit.id);
  }
  await database.inCase(caseId, async (tx) => {
    await tx.query('DELETE FROM note_wordings WHERE note_id IN (SELECT id FROM notes WHERE hit_id = ANY($1::uuid[]))', [
      erased,
    ]);
    for (const table of ['notes', 'bookmarks', 'export_list'] as const)
      await tx.query(`DELETE FROM ${table} WHERE hit_id = ANY($1::uuid[])`, [erased]);
  });
}
