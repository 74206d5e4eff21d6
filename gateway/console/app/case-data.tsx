import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { Schemas } from '../../interface/client.ts';
import type { Api } from '../api/client.ts';
import { routeTo } from '../api/routes.ts';
import { type ExhibitBody, hasEnded, type JobBody } from '../api/types.ts';
import { useSession } from './session.tsx';

// The exhibits and analyses of the open case, kept true while something moves.

interface CaseData {
  readonly exhibits: readonly ExhibitBody[];
  /** Newest last. */
  readonly jobs: readonly JobBody[];
  readonly isLoaded: boolean;
  readonly error: unknown;
  refresh(): Promise<void>;
  /** Puts a job that was just started or stopped into the list. */
  replaceJob(job: JobBody): void;
}

const Context = createContext<CaseData | undefined>(undefined);

export function useCaseData(): CaseData {
  const data = useContext(Context);
  if (data === undefined) throw new Error('outside CaseDataProvider');
  return data;
}

/** The newest analysis of an exhibit. */
export const jobOf = (jobs: readonly JobBody[], exhibitId: string): JobBody | undefined =>
  jobs.findLast((job) => job.exhibitId === exhibitId);

/** Each change of a job until it has ended; the gateway ends an answer after a minute, and the next one needs a fresh proof. */
async function watch(api: Api, caseId: string, jobId: string, heard: (job: JobBody) => void, stop: AbortSignal) {
  while (!stop.aborted) {
    for await (const job of api.lines<JobBody>(
      routeTo('/api/v1/cases/{caseId}/jobs/{jobId}/progress', { caseId, jobId }),
      stop,
    )) {
      heard(job);
      if (hasEnded(job)) return;
    }
  }
}

const AGAIN_MS = 3_000;
const RECEIVING_MS = 1_500;

export function CaseDataProvider({ children }: { readonly children: ReactNode }) {
  const { api, caseId } = useSession();
  const [exhibits, setExhibits] = useState<readonly ExhibitBody[]>([]);
  const [jobs, setJobs] = useState<readonly JobBody[]>([]);
  const [isLoaded, setLoaded] = useState(false);
  const [error, setError] = useState<unknown>();
  const watched = useRef(new Map<string, AbortController>());

  const replaceJob = useCallback((job: JobBody) => {
    setJobs((before) => {
      const isKnown = before.some(({ id }) => id === job.id);
      return isKnown ? before.map((each) => (each.id === job.id ? job : each)) : [...before, job];
    });
  }, []);
  const refresh = useCallback(async () => {
    try {
      const [found, running] = await Promise.all([
        api.get<Schemas['ListExhibitsAnswer']>(routeTo('/api/v1/cases/{caseId}/exhibits', { caseId })),
        api.get<Schemas['ListJobsAnswer']>(routeTo('/api/v1/cases/{caseId}/jobs', { caseId })),
      ]);
      setExhibits(found.exhibits);
      setJobs(running.jobs);
      setError(undefined);
    } catch (failure) {
      setError(failure);
    } finally {
      setLoaded(true);
    }
  }, [api, caseId]);

  useEffect(() => void refresh(), [refresh]);
  useEffect(() => {
    const open = watched.current;
    for (const job of jobs) {
      if (hasEnded(job) || open.has(job.id)) continue;
      const stop = new AbortController();
      open.set(job.id, stop);
      watch(api, caseId, job.id, replaceJob, stop.signal)
        .catch(() => new Promise((resolve) => setTimeout(resolve, AGAIN_MS)))
        .then(async () => {
          open.delete(job.id);
          if (!stop.signal.aborted) await refresh();
        });
    }
  }, [jobs, api, caseId, replaceJob, refresh]);
  useEffect(() => {
    const open = watched.current;
    return () => {
      for (const stop of open.values()) stop.abort();
    };
  }, []);
  const isReceiving = exhibits.some(({ state }) => state === 'receiving');
  useEffect(() => {
    if (!isReceiving) return;
    const timer = setInterval(() => void refresh(), RECEIVING_MS);
    return () => clearInterval(timer);
  }, [isReceiving, refresh]);

  const data = useMemo<CaseData>(
    () => ({ exhibits, jobs, isLoaded, error, refresh, replaceJob }),
    [exhibits, jobs, isLoaded, error, refresh, replaceJob],
  );
  return <Context value={data}>{children}</Context>;
}
