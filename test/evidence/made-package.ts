import { randomUUID } from 'node:crypto';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { SceneSpec } from '../../benchmarks/scenes/types.ts';
import { canonicalJson, sha256Hex } from '../../gateway/canonical.ts';
import { readKeyFrames } from '../../gateway/evidence/key-frames.ts';
import { type EvidenceKey, openEvidenceKey } from '../../gateway/evidence/keys.ts';
import { buildPackage, type PackageDeps, type PackageInput } from '../../gateway/evidence/package.ts';
import type { LoadedHit, Manifest } from '../../gateway/evidence/types.ts';
import type { CaseId, ExportId, JobId } from '../../gateway/ids.ts';
import {
  filmScene,
  folderWriter,
  hitOn,
  newLog,
  recordsAbout,
  requisitionOf,
  resultOf,
  temporaryFolder,
} from './fixtures.ts';

export const caseId = randomUUID() as string as CaseId;
export const requisition = requisitionOf(caseId);
export const clock = { nowMs: () => Date.parse('2026-03-17T10:00:00Z') };
const at = (timeSeconds: number, x: number, y: number) => ({ timeSeconds, x, y });
const scene: SceneSpec = {
  name: 'package',
  widthPx: 320,
  heightPx: 180,
  framesPerSecond: 10,
  durationSeconds: 3,
  seed: 6,
  noise: 1,
  gopSeconds: 1,
  objects: [
    { id: 1, class: 'person', upper: 'red', lower: 'blue', heightPx: 60, path: [at(0, 40, 120), at(3, 140, 120)] },
    { id: 2, class: 'car', colour: 'white', heightPx: 30, path: [at(0, 300, 175), at(3, 100, 175)] },
  ],
};

export const filesOf = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();

/** A finished package of two hits on a rendered scene, and what it was made of; tests work on copies of it. */
export async function makePackage() {
  const footage = await filmScene(caseId, scene, 'rue neuve.mp4');
  const result = resultOf(footage, 2);
  const jobId = randomUUID() as string as JobId;
  const hits = result.tracks.map((_, index) => ({ ...hitOn(footage.exhibit, result, index), jobId }));
  const keysDir = await temporaryFolder();
  const key = await openEvidenceKey(keysDir);
  const log = await newLog(clock);
  for (const code of ['-', 'OK'] as const) {
    await log.append({
      action: 'job.step',
      actor: { id: 'gateway', role: 'worker', service: '-' },
      reason: { procedure: '2026/000123', requisition: requisition.id, op: 'index.objects' },
      objects: [{ type: 'job', id: jobId }],
      outcome: { effect: 'done', policyId: '-', code },
    });
  }
  const original = path.join(await temporaryFolder(), 'package');

  const depsOf = (): PackageDeps => ({
    clock,
    installation: 'test-installation',
    key,
    log,
    logVkey: log.vkey,
    withSource: (_requisition, _exhibit, work) => work(footage.file),
    keyFrames: readKeyFrames,
    recordsOfJob: (_requisition, jobId) => recordsAbout(log, jobId),
    modelNotice: ({ name, sha256 }) => ({
      name,
      sha256,
      licence: 'Apache-2.0',
      source: undefined,
      errorRate: undefined,
    }),
    motText: async () => '1,1,0,0,10,10,0.9,1,1\n',
  });

  const inputOf = (chosen: readonly LoadedHit[]): PackageInput => ({
    exportId: randomUUID() as string as ExportId,
    principal: { role: 'agent_habilite', agentId: 'OPJ-1', service: 'DCPJ-75', habilitation: 'in_force' },
    hits: chosen,
    exhibits: [],
  });

  await buildPackage(requisition, inputOf(hits), depsOf(), folderWriter(original));

  async function copyOfPackage(): Promise<string> {
    const folder = path.join(await temporaryFolder(), 'package');
    await cp(original, folder, { recursive: true });
    return folder;
  }

  /** Changes files and signs the package again, with the installation's own key or another one. */
  async function signAgain(
    folder: string,
    changes: Readonly<Record<string, Uint8Array | string>>,
    signer: EvidenceKey = key,
  ): Promise<void> {
    const manifest = await readManifest(folder);
    for (const [file, bytes] of Object.entries(changes)) await writeFile(path.join(folder, file), bytes);
    const files = [];
    for (const file of (await filesOf(folder)).filter((name) => name !== 'manifest.jws')) {
      const bytes = await readFile(path.join(folder, file));
      files.push({ path: file, sha256: sha256Hex(bytes), sizeBytes: bytes.length });
    }
    files.sort((a, b) => (a.path < b.path ? -1 : 1));
    await writeFile(
      path.join(folder, 'manifest.jws'),
      await signer.sign(canonicalJson({ ...manifest, files } as never)),
    );
  }

  return { log, key, hits, original, depsOf, inputOf, copyOfPackage, signAgain };
}

export const readManifest = async (folder: string): Promise<Manifest> => {
  const jws = await readFile(path.join(folder, 'manifest.jws'), 'latin1');
  return JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8')) as Manifest;
};
