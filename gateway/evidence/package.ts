import type { AuditLog, AuditObject } from '../audit/types.ts';
import { canonicalJson, type JsonValue, sha256Hex } from '../canonical.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { ExportId, JobId } from '../ids.ts';
import type { Principal } from '../policy/types.ts';
import type { Requisition } from '../requisition/types.ts';
import { makeClip } from './clip.ts';
import {
  argumentsDocument,
  exhibitsDocument,
  hitsDocument,
  modelsDocument,
  type NamedExhibit,
  type PicturedHit,
  rectificationsDocument,
  requisitionDocument,
} from './documents.ts';
import type { KeyFrames } from './key-frames.ts';
import type { EvidenceKey } from './keys.ts';
import { hitName, hitNumber, packageNames } from './names.ts';
import { proveRecord } from './proofs.ts';
import { READ_ME_FILE, readMe } from './read-me.ts';
import { makeStill } from './still.ts';
import type {
  AnalysedExhibit,
  LoadedHit,
  Manifest,
  ModelNotice,
  PackageFile,
  PackageWriter,
  WithSource,
} from './types.ts';

export interface PackageInput {
  readonly exportId: ExportId;
  /** Who exports: named in the log. */
  readonly principal: Principal;
  readonly hits: readonly LoadedHit[];
  /** Analysed exhibits whose results and coverage go in, whether or not one of the hits is theirs. */
  readonly exhibits: readonly AnalysedExhibit[];
}

export interface PackageDeps {
  readonly clock: Clock;
  /** Name of the installation, the `aud` of its requisitions. */
  readonly installation: string;
  readonly key: EvidenceKey;
  readonly log: Pick<AuditLog, 'append' | 'record' | 'prove'>;
  /** C2SP verifier key of the log. */
  readonly logVkey: string;
  readonly withSource: WithSource;
  readonly keyFrames: KeyFrames;
  /** Log records of an analysis. */
  readonly recordsOfJob: (requisition: Requisition, jobId: JobId) => Promise<readonly number[]>;
  readonly modelNotice: (model: { readonly name: string; readonly sha256: string }) => ModelNotice;
  /** MOTChallenge text of a result; left out of the package when undefined. */
  readonly motText: (requisition: Requisition, analysed: AnalysedExhibit) => Promise<string | undefined>;
}

/** HUM-01: whether at least one named reader confirmed the hit after seeing its picture, whatever the others think of it. */
export function isValidated({ hit, review }: Pick<LoadedHit, 'hit' | 'review'>): boolean {
  const seen = review?.pictureSeenAtMs !== undefined && review.pictureSeenAtMs <= review.reviewedAtMs;
  return hit.verdict === 'confirmed' && review !== undefined && review.agentId !== '' && seen;
}

/** HUM-01: nothing leaves that a named agent has not confirmed after seeing its picture. Throws E_HUM_UNVALIDATED. */
export function demandValidated(hits: readonly LoadedHit[]): void {
  const open = hits.find((loaded) => !isValidated(loaded));
  if (open !== undefined) throw new AppError('E_HUM_UNVALIDATED', { detail: `hit ${open.hit.id}` });
}

/**
 * Gathers a package, file by file, and signs its manifest last: a package without a manifest was never finished. The export is in
 * the log, and provably so, before the manifest exists. E_HUM_UNVALIDATED before anything is made.
 */
export async function buildPackage(
  requisition: Requisition,
  input: PackageInput,
  deps: PackageDeps,
  writer: PackageWriter,
  signal?: AbortSignal,
): Promise<Manifest> {
  demandValidated(input.hits);
  const files: PackageFile[] = [];
  const write = async (path: string, content: Uint8Array | string): Promise<string> => {
    const bytes = Buffer.from(content);
    const sha256 = sha256Hex(bytes);
    await writer.write(path, bytes);
    files.push({ path, sha256, sizeBytes: bytes.length });
    return sha256;
  };
  const writeJson = (path: string, value: JsonValue): Promise<string> => write(path, canonicalJson(value));

  const exhibits = await nameExhibits(requisition, input, deps);
  for (const { name, result, resultText, motText } of exhibits) {
    await write(`${name}.result.json`, resultText);
    await writeJson(`${name}.ledger.json`, result.ledger as unknown as JsonValue);
    if (motText !== undefined) await write(`${name}.mot.txt`, motText);
  }
  const hits: PicturedHit[] = [];
  for (const [index, loaded] of input.hits.entries()) {
    const exhibitName = exhibits.find(({ jobId }) => jobId === loaded.jobId)?.name ?? '';
    const name = hitName(requisition.authorisation.sub, loaded, index);
    const { still, clip } = await picture(requisition, loaded, deps, signal);
    await write(`stills/${name}.jpg`, still.jpeg);
    await write(`clips/${name}.mp4`, clip.mp4);
    await write(`clips/${name}.filter.txt`, clip.filter);
    hits.push({ number: hitNumber(index), name, loaded, exhibitName, still, clip });
  }
  const models = noticesOf(exhibits, deps);
  const hitsSha256 = await writeJson('hits.json', hitsDocument(hits, models));
  await writeJson('exhibits.json', exhibitsDocument(exhibits));
  await writeJson('arguments.json', argumentsDocument(exhibits, hits));
  await writeJson('models.json', modelsDocument(models));
  if (exhibits.some(({ rectified }) => rectified.size > 0))
    await writeJson('rectifications.json', rectificationsDocument(exhibits));
  await writeJson('requisition.json', requisitionDocument(requisition));
  await writeJson('keys.json', { evidence: { ...deps.key.publicJwk }, log: deps.logVkey });
  await write(READ_ME_FILE, readMe({ installation: deps.installation, kid: deps.key.publicJwk.kid }));

  const seq = await journalExport(requisition, input, hitsSha256, deps);
  const records = new Set([seq]);
  for (const { jobId } of exhibits)
    for (const record of await deps.recordsOfJob(requisition, jobId)) records.add(record);
  for (const [index, record] of [...records].sort((a, b) => a - b).entries()) {
    const number = String(index + 1).padStart(4, '0');
    const { leaf, proof } = await proveRecord(deps.log, record);
    await write(`proofs/${number}.json`, leaf);
    await write(`proofs/${number}.tlog-proof`, proof);
  }
  const manifest: Manifest = {
    format: 'differe-package/1',
    created: new Date(deps.clock.nowMs()).toISOString(),
    installation: deps.installation,
    requisition: requisition.digests,
    files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  };
  await writer.write(
    'manifest.jws',
    Buffer.from(await deps.key.sign(canonicalJson({ ...manifest } as never)), 'ascii'),
  );
  return manifest;
}

/** One entry an analysis: an exhibit that was analysed twice, with hits of both, has two results. */
export function analysesNamed(
  requisition: Requisition,
  of: readonly AnalysedExhibit[],
): readonly Omit<NamedExhibit, 'motText'>[] {
  const analyses = new Map<JobId, AnalysedExhibit>();
  for (const analysed of of) {
    if (analysed.exhibit.caseId !== requisition.caseId) throw new AppError('E_PRO_SILO');
    if (!analyses.has(analysed.jobId)) analyses.set(analysed.jobId, analysed);
  }
  const list = [...analyses.values()];
  const names = packageNames(list.map(({ exhibit }) => exhibit.fileName));
  return list.map(({ exhibit, jobId, result, resultText, bystanders, rectified }, index) => ({
    ...{ exhibit, jobId, result, resultText, bystanders, rectified },
    name: names[index] ?? '',
  }));
}

async function nameExhibits(requisition: Requisition, input: PackageInput, deps: PackageDeps): Promise<NamedExhibit[]> {
  const named: NamedExhibit[] = [];
  for (const analysed of analysesNamed(requisition, [...input.exhibits, ...input.hits]))
    named.push({ ...analysed, motText: await deps.motText(requisition, analysed) });
  return named;
}

function picture(requisition: Requisition, loaded: LoadedHit, deps: PackageDeps, signal: AbortSignal | undefined) {
  const { exhibit, result, bystanders, hit } = loaded;
  return deps.withSource(requisition, exhibit, async (sourcePath) => {
    const keyFrames = await deps.keyFrames(exhibit, sourcePath, signal);
    const source = { sourcePath, exhibit, result, bystanders, keyFrames };
    return {
      still: await makeStill(requisition, { ...source, best: hit.best, size: 'full' }, signal),
      clip: await makeClip(requisition, { ...source, hit }, signal),
    };
  });
}

/** The networks of these results, each once, as their cards name them. */
export function noticesOf(
  exhibits: readonly Pick<AnalysedExhibit, 'result'>[],
  deps: Pick<PackageDeps, 'modelNotice'>,
): ModelNotice[] {
  const used = new Map(exhibits.flatMap(({ result }) => result.models).map((model) => [model.sha256, model]));
  return [...used.values()].map(deps.modelNotice);
}

/** The log holds the digest of hits.json: what was handed over cannot be exchanged for another list later. */
function journalExport(
  requisition: Requisition,
  input: PackageInput,
  hitsSha256: string,
  deps: PackageDeps,
): Promise<number> {
  const objects: AuditObject[] = [
    { type: 'export', id: input.exportId },
    { type: 'digest', id: hitsSha256 },
    ...input.hits.map(({ hit }): AuditObject => ({ type: 'hit', id: hit.id })),
  ];
  const { principal } = input;
  return deps.log.append({
    action: 'evidence.export',
    actor: { id: principal.agentId ?? '-', role: principal.role, service: principal.service ?? '-' },
    reason: { procedure: requisition.authorisation.sub, requisition: requisition.id, op: 'export.report' },
    objects,
    outcome: { effect: 'done', policyId: '-', code: 'OK' },
  });
}
