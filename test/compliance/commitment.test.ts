import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Capability, orderedCapability } from '../../gateway/compliance/capability.ts';
import { createCommitment } from '../../gateway/compliance/commitment.ts';
import type { DossierContext } from '../../gateway/compliance/dossier.ts';
import type { Dossier } from '../../gateway/compliance/dossier-schema.ts';
import { createFirstJob } from '../../gateway/compliance/first-job.ts';
import { createSafeMode } from '../../gateway/compliance/safe-mode.ts';
import { demoPapers } from '../../gateway/demo/dossier.ts';
import { testDatabase } from '../support/database.ts';
import {
  CAPABILITY,
  contextOf,
  DAY_MS,
  demoDossierOf,
  makeSigners,
  NOW_MS,
  type Signers,
  signedBy,
} from './support.ts';

let signers: Signers;
let folder: string;
beforeAll(async () => {
  signers = await makeSigners();
  folder = await mkdtemp(path.join(tmpdir(), 'differe-commitment-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** An installation that is in order, with everything about it to change. */
async function started() {
  const state = { context: {} as Partial<DossierContext>, running: CAPABILITY as Capability, adopted: [] as number[] };
  const file = path.join(folder, 'dossier.json');
  const safeMode = createSafeMode();
  const write = async (changes: Partial<Dossier> = {}): Promise<void> =>
    writeFile(file, await signedBy(demoDossierOf(changes), signers));
  await write();
  const commitment = createCommitment({
    file,
    context: async () => contextOf(signers.registry, state.context),
    running: () => state.running,
    safeMode,
    adopted: async ({ dossier }) => {
      state.adopted.push(dossier.version);
    },
  });
  await commitment.checkDossier();
  await commitment.checkCapability();
  safeMode.open();
  await commitment.adopt();
  return { state, write, safeMode, commitment, demo: { id: 'demo', min_version: 1 } };
}

describe('the commitment of an installation', () => {
  it('CPL-01: without a file there is none, and an unreadable one is none', async () => {
    const safeMode = createSafeMode();
    const deps = {
      context: async () => contextOf(signers.registry),
      running: () => CAPABILITY,
      safeMode,
      adopted: async () => undefined,
    };
    await expect(createCommitment({ ...deps, file: undefined }).checkDossier()).rejects.toThrow(
      'DIFFERE_DOSSIER is not set',
    );
    const absent = createCommitment({ ...deps, file: path.join(folder, 'none.json') });
    await expect(absent.checkDossier()).rejects.toThrow('cannot be read');
    await expect(absent.checkCapability()).rejects.toThrow('no dossier says');
  });

  it('CPL-01, LOG-01: each job stands on a dossier that was read for it, and another one is an event', async () => {
    const { state, write, safeMode, commitment, demo } = await started();
    await commitment.demandNewJob(demo);
    expect(state.adopted).toEqual([1]);
    await write({ version: 2 });
    await commitment.demandNewJob(demo);
    await commitment.demandNewJob(demo);
    expect(state.adopted).toEqual([1, 2]);
    expect(safeMode.mayProcess()).toBe(true);
    await rm(path.join(folder, 'dossier.json'));
    await expect(commitment.demandNewJob(demo)).rejects.toMatchObject({ code: 'E_CPL_INCOMPLETE' });
    expect(safeMode.causes()).toEqual([expect.objectContaining({ step: 'dossier', code: 'E_CPL_INCOMPLETE' })]);
  });

  it('CPL-02: a requisition that asks for another dossier, or a later one, starts nothing and closes nothing', async () => {
    const { safeMode, commitment } = await started();
    await expect(commitment.demandNewJob({ id: 'other', min_version: 1 })).rejects.toThrow('asks for dossier other');
    await expect(commitment.demandNewJob({ id: 'demo', min_version: 2 })).rejects.toThrow('version 2 or later');
    expect(safeMode.mayProcess()).toBe(true);
  });

  it('CPL-05: what became wider while the gateway ran closes the safe mode', async () => {
    const { state, safeMode, commitment, demo } = await started();
    state.running = orderedCapability({ ...CAPABILITY, ops: [...CAPABILITY.ops, 'search.dwell'] });
    await expect(commitment.demandNewJob(demo)).rejects.toMatchObject({
      code: 'E_CPL_CAPABILITY_DRIFT',
      detail: 'not in the dossier: operation search.dwell',
    });
    expect(safeMode.code()).toBe('E_CPL_CAPABILITY_DRIFT');
  });

  it('CPL-06: an overdue review stops new jobs and leaves the rest', async () => {
    const { state, safeMode, commitment, demo } = await started();
    state.context = { nowMs: Date.parse(demoPapers(NOW_MS).aipd.review_at) };
    await expect(commitment.demandNewJob(demo)).rejects.toThrow('the review of the AIPD was due');
    expect(safeMode.mayProcess()).toBe(true);
  });
});

describe('when the first analysis began', () => {
  it('CPL-03: is the first step of a job that the journal says was permitted, and each record is looked at once', async () => {
    const time = (day: number): string => new Date(NOW_MS + day * DAY_MS).toISOString();
    const records: { action: string; time: string; outcome: { effect: string } }[] = [
      { action: 'job.start', time: time(0), outcome: { effect: 'permit' } },
      { action: 'job.step', time: time(1), outcome: { effect: 'forbid' } },
    ];
    const looked: number[] = [];
    const database = await testDatabase();
    const log = {
      size: async () => records.length,
      record: async (seq: number) => {
        looked.push(seq);
        return records[seq];
      },
    };
    const firstJob = createFirstJob({ log, database });
    expect(await firstJob()).toBeUndefined();
    records.push({ action: 'job.step', time: time(2), outcome: { effect: 'permit' } });
    records.push({ action: 'job.step', time: time(3), outcome: { effect: 'permit' } });
    expect(await firstJob()).toBe(NOW_MS + 2 * DAY_MS);
    expect(await firstJob()).toBe(NOW_MS + 2 * DAY_MS);
    expect(looked).toEqual([0, 1, 2]);
    // The next start knows it, also of a journal whose old records are gone.
    records.splice(0, 3);
    expect(await createFirstJob({ log, database })()).toBe(NOW_MS + 2 * DAY_MS);
    expect(looked).toEqual([0, 1, 2]);
  });
});
