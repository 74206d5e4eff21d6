import { canonicalJson, type JsonValue } from '../canonical.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import type { HitId } from '../ids.ts';
import type { Requisition } from '../requisition/types.ts';
import type { Hit, Reading } from '../search/types.ts';
import { exhibitsDocument, modelsDocument, rectificationsDocument, requisitionDocument } from './documents.ts';
import { hitName } from './names.ts';
import { analysesNamed, isValidated, noticesOf, type PackageDeps } from './package.ts';
import { READ_ME_FILE, readMe } from './read-me.ts';
import type { AnalysedExhibit, LoadAnalysed, LoadedHit, LoadHit } from './types.ts';

/** What a package of these hits would hold if it were asked for now. No picture is decoded, and nothing is made or counted. */
export interface Preview {
  /** Whether the package would be made. */
  readonly isPossible: boolean;
  /** Why the package as a whole would be refused, whatever its hits. */
  readonly refusals: readonly ErrorCode[];
  readonly hits: readonly {
    readonly id: HitId;
    /** This and what was decided are absent of a hit that is not to be had. */
    readonly piece?: string;
    readonly verdict?: Hit['verdict'];
    readonly disputed?: boolean;
    readonly readers?: readonly Pick<Reading, 'agentId' | 'verdict'>[];
    /** Why this hit would have the package refused; absent of one that may go in. */
    readonly refusal?: ErrorCode;
  }[];
  /** Packages that were made under the authorisation, and how many may be. */
  readonly made: number;
  readonly most: number;
  /** Exhibits whose results and coverage would go in. */
  readonly exhibits: number;
  /** `sizeBytes` is absent where it is known only when the file is made. */
  readonly files: readonly { readonly path: string; readonly sizeBytes?: number }[];
}

export type PreviewDeps = Pick<
  PackageDeps,
  'installation' | 'key' | 'logVkey' | 'modelNotice' | 'recordsOfJob' | 'clock'
> & { readonly loadHit: LoadHit; readonly loadAnalysed: LoadAnalysed };

/** Says of each hit whether it may go in and why not, and lists the files. Throws only what is no refusal. */
export async function previewPackage(
  requisition: Requisition,
  hitIds: readonly HitId[],
  made: number,
  deps: PreviewDeps,
): Promise<Preview> {
  const loaded: LoadedHit[] = [];
  const hits: Preview['hits'][number][] = [];
  for (const id of hitIds) {
    const found = await orRefusal(deps.loadHit(requisition, id));
    if (typeof found === 'string') {
      hits.push({ id, refusal: found });
      continue;
    }
    const refusal = isValidated(found) ? {} : { refusal: 'E_HUM_UNVALIDATED' as const };
    const { verdict, disputed, readings } = found.hit;
    const readers = readings.map(({ agentId, verdict: given }) => ({
      ...(agentId === undefined ? {} : { agentId }),
      verdict: given,
    }));
    hits.push({ id, piece: found.exhibit.piece, verdict, disputed, readers, ...refusal });
    if (isValidated(found)) loaded.push(found);
  }
  const most = requisition.authorisation.limits.max_exports;
  const analysed = await orRefusal(deps.loadAnalysed(requisition));
  const exhibits = typeof analysed === 'string' ? [] : analysed;
  const refusals: ErrorCode[] = [
    ...(typeof analysed === 'string' ? [analysed] : []),
    ...(typeof analysed !== 'string' && hitIds.length === 0 && analysed.length === 0
      ? ['E_JOB_NOT_DONE' as const]
      : []),
    ...(made >= most ? ['E_PRO_QUOTA' as const] : []),
  ];
  const isPossible = refusals.length === 0 && hits.every(({ refusal }) => refusal === undefined);
  const { files, count } = await filesOf(requisition, loaded, exhibits, deps);
  return { isPossible, refusals, hits, made, most, exhibits: count, files };
}

async function orRefusal<T extends object>(work: Promise<T>): Promise<T | ErrorCode> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AppError && error.code !== 'E_INTERNAL') return error.code;
    throw error;
  }
}

const bytesOf = (text: string): number => Buffer.byteLength(text, 'utf8');
const jsonBytes = (value: unknown): number => bytesOf(canonicalJson(value as JsonValue));

async function filesOf(
  requisition: Requisition,
  hits: readonly LoadedHit[],
  analysed: readonly AnalysedExhibit[],
  deps: PreviewDeps,
): Promise<{ readonly files: Preview['files']; readonly count: number }> {
  const analyses = analysesNamed(requisition, [...analysed, ...hits]);
  // Positions picture by picture are written when the package is made: their file is named, and its bytes are not read for this.
  const exhibits = analyses.map((each) => ({ ...each, motText: '' }));
  const results = exhibits.flatMap(({ name, result, resultText }) => [
    { path: `${name}.result.json`, sizeBytes: bytesOf(resultText) },
    { path: `${name}.ledger.json`, sizeBytes: jsonBytes(result.ledger) },
    { path: `${name}.mot.txt` },
  ]);
  const pictures = hits.flatMap((hit, index) => {
    const name = hitName(requisition.authorisation.sub, hit, index);
    return [`stills/${name}.jpg`, `clips/${name}.mp4`, `clips/${name}.filter.txt`].map((path) => ({ path }));
  });
  const rectified = exhibits.some((each) => each.rectified.size > 0)
    ? [{ path: 'rectifications.json', sizeBytes: jsonBytes(rectificationsDocument(exhibits)) }]
    : [];
  const records = new Set<number>();
  for (const { jobId } of exhibits)
    for (const record of await deps.recordsOfJob(requisition, jobId)) records.add(record);
  // One more for the record of the export itself.
  const proofs = Array.from({ length: records.size + 1 }, (_each, index) => {
    const number = String(index + 1).padStart(4, '0');
    return [{ path: `proofs/${number}.json` }, { path: `proofs/${number}.tlog-proof` }];
  }).flat();
  const keys = { evidence: { ...deps.key.publicJwk }, log: deps.logVkey };
  const files = [
    ...results,
    ...pictures,
    { path: 'hits.json' },
    { path: 'exhibits.json', sizeBytes: jsonBytes(exhibitsDocument(exhibits)) },
    { path: 'arguments.json' },
    { path: 'models.json', sizeBytes: jsonBytes(modelsDocument(noticesOf(exhibits, deps))) },
    ...rectified,
    { path: 'requisition.json', sizeBytes: jsonBytes(requisitionDocument(requisition)) },
    { path: 'keys.json', sizeBytes: jsonBytes(keys) },
    {
      path: READ_ME_FILE,
      sizeBytes: bytesOf(readMe({ installation: deps.installation, kid: deps.key.publicJwk.kid })),
    },
    ...proofs,
    { path: 'manifest.jws' },
  ];
  return { files, count: exhibits.length };
}
