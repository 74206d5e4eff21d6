import { readFile } from 'node:fs/promises';
import { AppError } from '../errors.ts';
import { type Capability, compareCapability } from './capability.ts';
import { type DossierContext, incomplete, type OpenedDossier, openDossier } from './dossier.ts';
import type { SafeMode } from './safe-mode.ts';

export interface CommitmentDeps {
  /** DIFFERE_DOSSIER. */
  readonly file: string | undefined;
  /** What the dossier is held against, as of now. */
  context(): Promise<DossierContext>;
  /** What this installation can do. */
  running(): Capability;
  readonly safeMode: SafeMode;
  /** Hears of each dossier that work stands on from now on; MUST NOT resolve before the event is durable (LOG-01). */
  adopted(opened: OpenedDossier): Promise<void>;
}

/** The prior commitment of this installation: its dossier, held against what it can do. */
export interface Commitment {
  /** Reads and verifies the dossier (POL-02 step). Throws E_CPL_INCOMPLETE; gives warnings. */
  checkDossier(): Promise<readonly string[]>;
  /** Holds the running capability against that dossier's. Throws E_CPL_CAPABILITY_DRIFT with all that is new; tells what is narrower. */
  checkCapability(): Promise<readonly string[]>;
  /** The self-test is through: the dossier that was read is the one that work stands on. */
  adopt(): Promise<void>;
  /**
   * Before each job (CPL-01, CPL-06): reads, verifies and compares again. What does not hold any more closes the safe mode. Throws
   * E_CPL_INCOMPLETE or E_CPL_CAPABILITY_DRIFT, also for a requisition that asks for another dossier.
   */
  demandNewJob(asked: { readonly id: string; readonly min_version: number }): Promise<void>;
}

const NAMED_AT_ONCE = 12;

export function createCommitment(deps: CommitmentDeps): Commitment {
  let active: OpenedDossier | undefined;

  async function checkDossier(): Promise<readonly string[]> {
    active = undefined;
    if (deps.file === undefined) throw incomplete('DIFFERE_DOSSIER is not set: there is no dossier');
    const text = await readFile(deps.file, 'utf8').catch((cause: unknown) => {
      throw incomplete('the file of DIFFERE_DOSSIER cannot be read', cause);
    });
    active = await openDossier(text, await deps.context());
    return [...active.warnings, ...(active.noNewJob === undefined ? [] : [`dossier: ${active.noNewJob}: no new job`])];
  }

  async function checkCapability(): Promise<readonly string[]> {
    if (active === undefined) throw incomplete('no dossier says what may be done');
    const { wider, narrower } = compareCapability(active.dossier.capability, deps.running());
    if (wider.length > 0) {
      throw new AppError('E_CPL_CAPABILITY_DRIFT', { detail: `not in the dossier: ${firstOf(wider)}` });
    }
    return narrower.length === 0 ? [] : [`capability: narrower than the dossier: ${firstOf(narrower)}`];
  }

  async function closing<T>(step: string, check: () => Promise<T>): Promise<T> {
    try {
      return await check();
    } catch (error) {
      if (error instanceof AppError) deps.safeMode.enter({ step, code: error.code, detail: error.detail ?? '' });
      throw error;
    }
  }

  let adoptedSha256: string | undefined;
  async function adopt(): Promise<void> {
    if (active === undefined || active.sha256 === adoptedSha256) return;
    await deps.adopted(active);
    adoptedSha256 = active.sha256;
  }

  return {
    checkDossier,
    checkCapability,
    adopt,
    async demandNewJob({ id, min_version }) {
      await closing('dossier', checkDossier);
      await closing('capability', checkCapability);
      await adopt();
      if (active === undefined) throw incomplete('no dossier');
      if (active.noNewJob !== undefined) throw incomplete(active.noNewJob);
      const { dossier } = active;
      if (dossier.id !== id || dossier.version < min_version) {
        throw incomplete(`the requisition asks for dossier ${id}, version ${min_version} or later`);
      }
    },
  };
}

const firstOf = (lines: readonly string[]): string =>
  lines.length <= NAMED_AT_ONCE
    ? lines.join('; ')
    : `${lines.slice(0, NAMED_AT_ONCE).join('; ')}; and ${lines.length - NAMED_AT_ONCE} more`;
