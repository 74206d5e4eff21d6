import { useEffect, useState } from 'react';
import type { AnalysisResult } from '../../analysis/types.ts';
import type { Api } from '../api/client.ts';
import { routeTo } from '../api/routes.ts';
import { useCaseData } from './case-data.tsx';
import { useSession } from './session.tsx';

// Closed results of the case, each fetched once while the page lives: ledgers, and where each track was on each analysed frame.

const fetched = new Map<string, Promise<AnalysisResult>>();

function resultOf(api: Api, caseId: string, jobId: string): Promise<AnalysisResult> {
  const known = fetched.get(jobId);
  if (known !== undefined) return known;
  const fresh = api.get<AnalysisResult>(routeTo('/api/v1/cases/{caseId}/jobs/{jobId}/result', { caseId, jobId }));
  fetched.set(jobId, fresh);
  fresh.catch(() => fetched.delete(jobId));
  return fresh;
}

/** The newest closed result of an exhibit; undefined while there is none. */
export function useResult(exhibitId: string | undefined): AnalysisResult | undefined {
  const { api, caseId } = useSession();
  const { jobs } = useCaseData();
  const jobId = jobs.findLast((job) => job.exhibitId === exhibitId && job.state === 'done')?.id;
  const [result, setResult] = useState<{ readonly jobId: string; readonly result: AnalysisResult }>();
  useEffect(() => {
    if (jobId === undefined) return;
    let isGone = false;
    resultOf(api, caseId, jobId)
      .then((found) => !isGone && setResult({ jobId, result: found }))
      .catch(() => undefined);
    return () => {
      isGone = true;
    };
  }, [api, caseId, jobId]);
  return result !== undefined && result.jobId === jobId ? result.result : undefined;
}
