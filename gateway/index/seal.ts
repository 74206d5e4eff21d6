import type { AnalysisResult } from '../analysis/types.ts';
import { AppError } from '../errors.ts';
import type { Exhibit } from '../footage/types.ts';
import type { JobId, ObjectId } from '../ids.ts';
import type { Requisition } from '../requisition/types.ts';
import { putNew, type Vault } from '../vault.ts';
import { encodeColumns } from './columns.ts';

/** Vault objects of one indexed result: its text, its columns, its paths. */
export interface IndexedResult {
  readonly result: ObjectId;
  readonly columns: ObjectId;
  readonly paths: ObjectId;
}

/**
 * Seals a result for searching: its canonical text as given, its columns and its paths, each one object of the case's vault. Durable
 * when it resolves; readable only once the job is closed with these ids (DEF-10). E_PRO_SILO for an exhibit of another case,
 * E_INTERNAL for a result of another exhibit or one that cannot be indexed.
 */
export async function indexResult(
  requisition: Requisition,
  work: {
    readonly job: { readonly id: JobId };
    readonly exhibit: Exhibit;
    readonly result: AnalysisResult;
    /** RFC 8785 text of `result`, the bytes that its digest covers. */
    readonly text: string;
  },
  deps: { readonly vault: Vault },
): Promise<IndexedResult> {
  const { exhibit, result, text } = work;
  if (exhibit.caseId !== requisition.caseId) throw new AppError('E_PRO_SILO', { detail: 'exhibit of another case' });
  if (result.exhibitSha256 !== exhibit.sha256)
    throw new AppError('E_INTERNAL', { detail: 'result of another exhibit' });
  const { columns, paths } = encodeColumns(result, { exhibitId: exhibit.id, jobId: work.job.id });
  const put = (bytes: Uint8Array): Promise<ObjectId> => putNew(deps.vault, requisition.caseId, bytes);
  return { result: await put(Buffer.from(text, 'utf8')), columns: await put(columns), paths: await put(paths) };
}
