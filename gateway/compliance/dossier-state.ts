import { readFile } from 'node:fs/promises';
import { AppError, type ErrorCode } from '../errors.ts';
import { type Capability, capabilityDigest, compareCapability } from './capability.ts';
import type { CommitmentDeps } from './commitment.ts';
import { type DossierSigner, dossierDigest, openDossier, readDossierFile } from './dossier.ts';
import type { Dossier } from './dossier-schema.ts';
import type { SafeModeCause } from './safe-mode.ts';

/** Where the prior commitment stands, for those who control: what was signed, whether it holds, and whether it covers what this build can do. */
export interface DossierState {
  readonly software: { readonly name: string; readonly version: string };
  /** Empty when the installation processes. */
  readonly causes: readonly SafeModeCause[];
  /** As the file says it; undefined where there is none that can be read whole. */
  readonly dossier: Dossier | undefined;
  readonly sha256: string | undefined;
  /** Those whose signature was verified; none of a dossier that does not hold. */
  readonly signers: readonly DossierSigner[];
  /** Why it does not hold now; undefined when it does. */
  readonly refusal: { readonly code: ErrorCode; readonly detail: string } | undefined;
  readonly warnings: readonly string[];
  /** Why no new analysis may start although it holds. */
  readonly noNewJob: string | undefined;
  /** What the build can do and the dossier does not name, and the other way round; undefined without a dossier. */
  readonly drift: { readonly wider: readonly string[]; readonly narrower: readonly string[] } | undefined;
  readonly running: Capability;
  readonly runningSha256: string;
}

export type DossierStateDeps = Pick<CommitmentDeps, 'file' | 'context' | 'running'> & {
  readonly safeMode: Pick<CommitmentDeps['safeMode'], 'causes'>;
};

/** Reads and verifies the dossier as it lies there now. Decides nothing: what work stands on is the commitment's to say. */
export async function readDossierState(deps: DossierStateDeps): Promise<DossierState> {
  const context = await deps.context();
  const running = deps.running();
  const text = deps.file === undefined ? undefined : await readFile(deps.file, 'utf8').catch(() => undefined);
  const opened = await refusalOr(async () => {
    if (text === undefined) throw new AppError('E_CPL_INCOMPLETE', { detail: 'there is no dossier that can be read' });
    return await openDossier(text, context);
  });
  const holds = 'value' in opened ? opened.value : undefined;
  const dossier = holds?.dossier ?? (await unverified(text));
  return {
    software: context.software,
    causes: deps.safeMode.causes(),
    dossier,
    sha256: dossier === undefined ? undefined : dossierDigest(dossier),
    signers: holds?.signers ?? [],
    refusal: 'refusal' in opened ? opened.refusal : undefined,
    warnings: holds?.warnings ?? [],
    noNewJob: holds?.noNewJob,
    drift: dossier === undefined ? undefined : compareCapability(dossier.capability, running),
    running,
    runningSha256: capabilityDigest(running),
  };
}

async function unverified(text: string | undefined): Promise<Dossier | undefined> {
  if (text === undefined) return undefined;
  const read = await refusalOr(async () => readDossierFile(text).dossier);
  return 'value' in read ? read.value : undefined;
}

async function refusalOr<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly refusal: { readonly code: ErrorCode; readonly detail: string } }> {
  try {
    return { value: await work() };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { refusal: { code: error.code, detail: error.detail ?? '' } };
  }
}
