import { motText } from './analysis/mot.ts';
import { readPacketList } from './analysis/packets.ts';
import * as jobs from './analysis/store.ts';
import type { AnalysisResult } from './analysis/types.ts';
import { canonicalJson, type JsonValue } from './canonical.ts';
import type { Database } from './database.ts';
import { AppError } from './errors.ts';
import type { AnalysedExhibit, LoadAnalysed, LoadExhibit, LoadHit, ReadFrames, WithSource } from './evidence/types.ts';
import { type ExhibitDeps, readExhibit } from './footage/exhibits.ts';
import { assertCovers } from './footage/open-exhibit.ts';
import type { CaseId, ExhibitId, HitId, JobId } from './ids.ts';
import { rectificationsOf } from './index/rectification-store.ts';
import { leavingResult, rectifiedOfResult } from './index/rectified.ts';
import { listsExhibit, permittedBy, type Requisition, type Standing } from './requisition/types.ts';
import type { HitPlace } from './retention/rectify.ts';
import type { SearchDeps } from './search/ask.ts';
import { loadHit } from './search/hits.ts';
import { findHit } from './search/store.ts';
import type { Vault } from './vault.ts';

export interface ResultsDeps {
  readonly database: Database;
  readonly vault: Vault;
  readonly footage: ExhibitDeps;
  readonly search: SearchDeps;
  readonly withSource: WithSource;
  readonly standing: Pick<Standing, 'hasRevocation'>;
}

/** Closed results, handed to those who show and export them. Nothing of a job that is not closed leaves here (DEF-10). */
export interface Results {
  /** Canonical text of a closed result. E_PRO_SILO for no such job in the case, E_JOB_NOT_DONE before it is closed. */
  readResult(requisition: Requisition, jobId: JobId): Promise<string>;
  readMot(requisition: Requisition, jobId: JobId): Promise<string>;
  readonly loadAnalysed: LoadAnalysed;
  readonly loadHit: LoadHit;
  readonly loadExhibit: LoadExhibit;
  readonly readFrames: ReadFrames;
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

  /** The closed result of a job, for a requisition that reaches its exhibit. */
  async function analysed(requisition: Requisition, job: jobs.Job): Promise<AnalysedExhibit> {
    if (job.state !== 'done' || job.resultObject === undefined || job.bystandersObject === undefined) {
      throw new AppError('E_JOB_NOT_DONE');
    }
    if (deps.standing.hasRevocation(job.requisitionId)) throw new AppError('E_REQ_REVOKED', { detail: 'quarantine' });
    const exhibit = await readExhibit(requisition, job.exhibitId, footage);
    assertCovers(requisition, exhibit);
    const resultText = (await vault.get(job.caseId, job.resultObject)).toString('utf8');
    const result = JSON.parse(resultText) as AnalysisResult;
    const bystanders = JSON.parse(
      (await vault.get(job.caseId, job.bystandersObject)).toString('utf8'),
    ) as AnalysedExhibit['bystanders'];
    const ids = { exhibitId: job.exhibitId, jobId: job.id };
    const rectified = rectifiedOfResult(result, ids, await rectificationsOf(job.caseId, { database, vault }));
    const kept = new Map([...rectified].filter(([, { erased }]) => !erased));
    // Masks know by the label what to cover, and cover what is erased as well.
    const labelled = kept.size === 0 ? result : leavingResult(result, kept);
    const leaving = leavingText(resultText, result, rectified);
    return { exhibit, jobId: job.id, result: labelled, resultText: leaving, bystanders, rectified };
  }

  /** The same to be read as a whole: everything that it may name must be the requisition's too. */
  async function whole(requisition: Requisition, job: jobs.Job): Promise<AnalysedExhibit> {
    const found = await analysed(requisition, job);
    assertFacets(requisition, found.result);
    return found;
  }

  async function mot(requisition: Requisition, { exhibit, result, rectified }: AnalysedExhibit): Promise<string> {
    const packets = await deps.withSource(requisition, exhibit, (file) => readPacketList(exhibit, file));
    return motText(leavingResult(result, rectified), packets);
  }

  return {
    readResult: async (requisition, jobId) => (await whole(requisition, await jobOf(requisition, jobId))).resultText,
    readMot: async (requisition, jobId) => mot(requisition, await whole(requisition, await jobOf(requisition, jobId))),
    async loadAnalysed(requisition) {
      const closed = await database.inCase(requisition.caseId, jobs.newestClosedJobs);
      const results: AnalysedExhibit[] = [];
      for (const job of closed) {
        const exhibit = await readExhibit(requisition, job.exhibitId, footage);
        if (listsExhibit(requisition, exhibit)) results.push(await whole(requisition, job));
      }
      return results;
    },
    async loadHit(requisition, hitId) {
      const record = await loadHit(requisition, hitId, search);
      return { ...(await analysed(requisition, await jobOf(requisition, record.jobId))), ...record };
    },
    async loadExhibit(requisition, exhibitId) {
      const exhibit = await readExhibit(requisition, exhibitId, footage);
      assertCovers(requisition, exhibit);
      const closed = await database.inCase(requisition.caseId, (tx) => jobs.closedJobs(tx, exhibitId));
      const standing = closed.filter((job) => !deps.standing.hasRevocation(job.requisitionId));
      const [job] = standing;
      if (job === undefined && closed.length > 0) throw new AppError('E_REQ_REVOKED', { detail: 'quarantine' });
      if (job === undefined) throw new AppError('E_JOB_NOT_DONE', { detail: 'no analysis says what to mask' });
      const orders = (await rectificationsOf(requisition.caseId, { database, vault })).filter(
        (order) => order.exhibitId === exhibitId,
      );
      const version = [job.id, ...orders.map(({ orderId, track }) => `${orderId}/${track}`)].join(':');
      return {
        exhibit,
        version,
        open: () => analysed(requisition, job),
        demandFacets: ({ result }) => assertFacets(requisition, result),
      };
    },
    readFrames: readPacketList,
    motText: mot,
    recordsOfJob: async (requisition, jobId) => (await jobOf(requisition, jobId)).logRecords,
  };
}

/** The sealed text to the byte, unless an order erased a track of it: then what is left, which has another digest. */
function leavingText(text: string, result: AnalysisResult, rectified: AnalysedExhibit['rectified']): string {
  const erased = new Map([...rectified].filter(([, each]) => each.erased));
  return erased.size === 0 ? text : canonicalJson(leavingResult(result, erased) as unknown as JsonValue);
}

/** Where hits of a case lie, for an order that names them (RGT-03). Throws E_PRO_SILO for one that is not there. */
export async function placesOfHits(
  caseId: CaseId,
  hits: readonly string[],
  { database, vault }: Pick<ResultsDeps, 'database' | 'vault'>,
): Promise<readonly HitPlace[]> {
  const places: HitPlace[] = [];
  for (const hit of hits) {
    const { row, job } = await database.inCase(caseId, async (tx) => {
      const found = await findHit(tx, hit as HitId, 'read');
      return { row: found, job: found === undefined ? undefined : await jobs.findJob(tx, found.jobId) };
    });
    const text = job?.resultObject === undefined ? undefined : await vault.get(caseId, job.resultObject);
    const result = text === undefined ? undefined : (JSON.parse(text.toString('utf8')) as AnalysisResult);
    const points = row === undefined ? [] : (result?.tracks[row.track]?.points ?? []);
    const anchor = points[Math.floor(points.length / 2)];
    if (row === undefined || anchor === undefined)
      throw new AppError('E_PRO_SILO', { detail: 'no such hit in this case' });
    const { exhibitId, jobId, track } = row;
    places.push({ exhibitId, jobId, track, anchor });
  }
  return places;
}

/**
 * RGT-03: what readers wrote beside hits of these exhibits that an order erased goes with them: notes with every wording, bookmarks, places
 * on export lists. Of all analyses of the exhibits, as the order reaches all. Done twice it finds nothing the second time.
 */
export async function dropBesideErased(
  caseId: CaseId,
  exhibits: readonly ExhibitId[],
  deps: Pick<ResultsDeps, 'database' | 'vault'>,
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

/** A result that was made under wider facets than this requisition's is not for it to read whole; its own search still answers. */
function assertFacets(requisition: Requisition, { plan }: AnalysisResult): void {
  const { classes, colours } = permittedBy(requisition);
  if (plan.classes.every((name) => classes.includes(name)) && plan.colours.every((name) => colours.includes(name)))
    return;
  throw new AppError('E_REQ_SCOPE', { detail: 'the result names classes or colours that the requisition does not' });
}
