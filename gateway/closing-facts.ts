import * as jobs from './analysis/store.ts';
import type { AnalysisResult } from './analysis/types.ts';
import type { ClosingFacts, ReportedAnalysis } from './compliance/documents/closing-report.ts';
import type { Database } from './database.ts';
import { type ExhibitDeps, sealedExhibits } from './footage/exhibits.ts';
import type { Exhibit } from './footage/types.ts';
import type { CaseId, HitId } from './ids.ts';
import type { Requisition } from './requisition/types.ts';
import { readingsOf, standingOf } from './search/readings.ts';
import type { Vault } from './vault.ts';

/** What the closing report of a case is made of, from the rooms that know it. */
export async function closingFacts(
  caseId: CaseId,
  deps: {
    readonly database: Database;
    readonly vault: Vault;
    readonly footage: ExhibitDeps;
    listRequisitions(caseId: CaseId): Promise<readonly Requisition[]>;
  },
): Promise<ClosingFacts> {
  const { database, vault, footage } = deps;
  const requisitions = await deps.listRequisitions(caseId);
  const exhibits = new Map<string, Exhibit>();
  for (const requisition of requisitions) {
    for (const exhibit of await sealedExhibits(requisition, footage)) exhibits.set(exhibit.id, exhibit);
  }
  const analyses: ReportedAnalysis[] = [];
  for (const job of await database.inCase(caseId, jobs.jobsOfCase)) {
    const text = job.resultObject === undefined ? undefined : await vault.get(caseId, job.resultObject);
    const result = text === undefined ? undefined : (JSON.parse(text.toString('utf8')) as AnalysisResult);
    analyses.push({
      id: job.id,
      exhibitId: job.exhibitId,
      state: job.state,
      resultSha256: job.resultSha256,
      failureCode: job.failureCode,
      made:
        result === undefined
          ? undefined
          : { plan: result.plan, models: result.models, build: result.build, processor: result.processor },
      coverage: result === undefined ? undefined : { ...result.ledger.totals },
    });
  }
  const decided = await database.inCase(caseId, async (tx) => {
    const { rows } = await tx.query<{ id: HitId; exhibit_id: string }>(
      `SELECT id, exhibit_id FROM hits WHERE verdict <> 'unreviewed' ORDER BY exhibit_id, track, id`,
    );
    const hits = rows.map(({ id }) => id);
    const given = await readingsOf(tx, caseId, hits, { vault });
    return rows.map(({ id, exhibit_id: exhibitId }) => {
      const readings = given.get(id) ?? [];
      return { id, exhibitId, ...standingOf(readings), readings };
    });
  });
  const counts = await database.inCase(caseId, async (tx) => {
    const { rows } = await tx.query<{ what: string; n: number }>(
      `SELECT 'questions' AS what, count(*)::int AS n FROM questions
       UNION ALL SELECT 'exports', count(*)::int FROM exports WHERE state = 'done'
       UNION ALL SELECT verdict, count(*)::int FROM hits GROUP BY verdict`,
    );
    return new Map(rows.map(({ what, n }) => [what, n]));
  });
  const count = (what: string): number => counts.get(what) ?? 0;
  return {
    requisitions,
    exhibits: [...exhibits.values()],
    analyses,
    questions: count('questions'),
    verdicts: {
      confirmed: count('confirmed'),
      rejected: count('rejected'),
      uncertain: count('uncertain'),
      unreviewed: count('unreviewed'),
    },
    decided,
    exports: count('exports'),
  };
}
