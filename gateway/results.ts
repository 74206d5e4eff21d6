import { motText } from './analysis/mot.ts';
import { readPacketList } from './analysis/packets.ts';
import * as jobs from './analysis/store.ts';
import type { AnalysisResult } from './analysis/types.ts';
import type { Database } from './database.ts';
import { AppError } from './errors.ts';
import type { AnalysedExhibit, LoadAnalysed, LoadHit, WithSource } from './evidence/types.ts';
import { type ExhibitDeps, readExhibit } from './footage/exhibits.ts';
import type { JobId } from './ids.ts';
import type { Requisition } from './requisition/types.ts';
import type { SearchDeps } from './search/ask.ts';
import { loadHit } from './search/hits.ts';
import type { Vault } from './vault.ts';

export interface ResultsDeps {
  readonly database: Database;
  readonly vault: Vault;
  readonly footage: ExhibitDeps;
  readonly search: SearchDeps;
  readonly withSource: WithSource;
}

/** Closed results, handed to those who show and export them. Nothing of a job that is not closed leaves here (DEF-10). */
export interface Results {
  /** Canonical text of a closed result. E_PRO_SILO for no such job in the case, E_JOB_NOT_DONE before it is closed. */
  readResult(requisition: Requisition, jobId: JobId): Promise<string>;
  readMot(requisition: Requisition, jobId: JobId): Promise<string>;
  readonly loadAnalysed: LoadAnalysed;
  readonly loadHit: LoadHit;
  motText(requisition: Requisition, analysed: AnalysedExhibit): Promise<string>;
  /** Numbers of the log's records about a job of the case. */
  recordsOfJob(requisition: Requisition, jobId: JobId): Promise<readonly number[]>;
}

export function createResults(deps: ResultsDeps): Results {
  const { database, vault, footage, search } = deps;

  async function jobOf(requisition: Requisition, jobId: JobId): Promise<jobs.Job> {
    const job = await database.inCase(requisition.caseId, (tx) => jobs.findJob(tx, jobId));
    if (job === undefined) throw new AppError('E_PRO_SILO', { detail: 'no such job in this case' });
    return job;
  }

  async function textOf(job: jobs.Job): Promise<string> {
    if (job.state !== 'done' || job.resultObject === undefined) throw new AppError('E_JOB_NOT_DONE');
    return (await vault.get(job.caseId, job.resultObject)).toString('utf8');
  }

  async function analysed(requisition: Requisition, job: jobs.Job): Promise<AnalysedExhibit> {
    const resultText = await textOf(job);
    return {
      exhibit: await readExhibit(requisition, job.exhibitId, footage),
      jobId: job.id,
      result: JSON.parse(resultText) as AnalysisResult,
      resultText,
    };
  }

  async function mot(requisition: Requisition, { exhibit, result }: AnalysedExhibit): Promise<string> {
    const packets = await deps.withSource(requisition, exhibit, (file) => readPacketList(exhibit, file));
    return motText(result, packets);
  }

  return {
    readResult: async (requisition, jobId) => textOf(await jobOf(requisition, jobId)),
    readMot: async (requisition, jobId) =>
      mot(requisition, await analysed(requisition, await jobOf(requisition, jobId))),
    async loadAnalysed(requisition) {
      const closed = await database.inCase(requisition.caseId, jobs.newestClosedJobs);
      const results: AnalysedExhibit[] = [];
      for (const job of closed) results.push(await analysed(requisition, job));
      return results;
    },
    async loadHit(requisition, hitId) {
      const record = await loadHit(requisition, hitId, search);
      return { ...(await analysed(requisition, await jobOf(requisition, record.jobId))), ...record };
    },
    motText: mot,
    recordsOfJob: async (requisition, jobId) => (await jobOf(requisition, jobId)).logRecords,
  };
}
