import type { AuditEvent, AuditLog } from '../audit/types.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import { AppError } from '../errors.ts';
import type { CaseId } from '../ids.ts';
import type { Vault } from '../vault.ts';
import { type CertificateKey, certify } from './certificate.ts';
import * as store from './store.ts';
import type { Erasure, ErasureGround, ErasureInventory } from './types.ts';

export interface EraserDeps {
  readonly database: Database;
  readonly vault: Pick<Vault, 'inventory' | 'destroyCase' | 'sealHere' | 'unsealHere'>;
  readonly log: Pick<AuditLog, 'append' | 'prove' | 'record' | 'size'>;
  readonly clock: Clock;
  readonly key: CertificateKey;
  readonly installation: string;
  readonly logVkey: string;
  /** Whose case it was, for the statistics (STA-01); undefined when its requisitions cannot be read any more. */
  originOf(caseId: CaseId): Promise<AuditEvent['facts']>;
  /** SHA-256 of the exhibits of the case, as far as they can still be read. */
  exhibitDigests(caseId: CaseId): Promise<readonly string[]>;
  /** Stops what works on the case in this process and forgets what is open of it: jobs, sessions, working copies, waiting work. */
  forget(caseId: CaseId): Promise<void>;
  /** Gives the pages of deleted rows back; what it cannot do it leaves. */
  vacuum(tables: readonly string[]): Promise<void>;
  /** Hears of an erasure that could not be ended at a start. */
  onError(error: unknown): void;
  /** Called at each step; a test fails or kills there. */
  readonly atStep?: (step: ErasureStep) => Promise<void> | void;
}

export const ERASURE_STEPS = [
  'announced',
  'begun',
  'forgotten',
  'key',
  'rows',
  'verified',
  'recorded',
  'certified',
] as const;
export type ErasureStep = (typeof ERASURE_STEPS)[number];

export interface Eraser {
  /** Erases a case to the end, or takes up the erasure where it stands. Rejects when a step fails: then no certificate is given. */
  erase(caseId: CaseId, why: { readonly ground: ErasureGround; readonly actId: string | undefined }): Promise<Erasure>;
  /** Ends what a killed process left, and destroys again what a back-up brought back: at the start, before anything is read (RET-09). */
  finishAll(): Promise<void>;
}

/**
 * Erasure (RET-07). The intent is in the journal and in the database before anything is destroyed; each step can be done again; the
 * certificate is signed last, after it was seen that nothing is left. Interrupted anywhere, it stands as undone and is ended later.
 */
export function createEraser(deps: EraserDeps): Eraser {
  const { database, vault, log } = deps;
  const step = async (name: ErasureStep): Promise<void> => void (await deps.atStep?.(name));
  const running = new Map<CaseId, Promise<Erasure>>();

  async function inventoryOf(caseId: CaseId): Promise<ErasureInventory> {
    const { keySha256, objects } = await vault.inventory(caseId);
    const rows = await database.inCase(caseId, async (tx) => store.countRows(tx, caseId, await store.caseTables(tx)));
    const exhibits = await deps.exhibitDigests(caseId);
    return {
      keySha256,
      objects: objects.length,
      objectBytes: objects.reduce((sum, { bytes }) => sum + bytes, 0),
      exhibits,
      rows,
    };
  }

  async function begin(caseId: CaseId, ground: ErasureGround, actId: string | undefined): Promise<Erasure> {
    const known = await database.inService((tx) => store.findErasure(tx, caseId));
    if (known !== undefined) return opened(known);
    const inventory = await inventoryOf(caseId);
    const facts = await deps.originOf(caseId);
    await log.append({
      ...eventOf('case.erase', { caseId, actId, inventory }),
      ...(facts === undefined ? {} : { facts }),
    });
    await step('announced');
    const startedAtMs = deps.clock.nowMs();
    const sealed = vault.sealHere(label(caseId), JSON.stringify(inventory));
    await database.inService((tx) => store.beginErasure(tx, { caseId, actId, ground, inventory: sealed, startedAtMs }));
    await step('begun');
    return await stored(caseId);
  }

  async function stored(caseId: CaseId): Promise<Erasure> {
    const erasure = await database.inService((tx) => store.findErasure(tx, caseId));
    if (erasure === undefined) throw new AppError('E_DATABASE', { detail: 'an erasure vanished' });
    return opened(erasure);
  }

  const opened = (erasure: store.SealedErasure): Erasure => ({
    ...erasure,
    inventory: JSON.parse(
      vault.unsealHere(label(erasure.caseId), erasure.inventory).toString('utf8'),
    ) as ErasureInventory,
  });

  async function destroy(caseId: CaseId): Promise<void> {
    await deps.forget(caseId);
    await step('forgotten');
    await vault.destroyCase(caseId);
    await step('key');
    const tables = await database.inCase(caseId, async (tx) => {
      const all = await store.caseTables(tx);
      await store.deleteRows(tx, caseId, all);
      return all;
    });
    await deps.vacuum([...tables, 'cases']);
    await step('rows');
  }

  /** E_VAULT when anything of the case is left. */
  async function demandGone(caseId: CaseId): Promise<void> {
    if (!(await isGone(caseId))) throw new AppError('E_VAULT', { detail: 'something of an erased case is left' });
    await step('verified');
  }

  async function isGone(caseId: CaseId): Promise<boolean> {
    const { keySha256, objects } = await vault.inventory(caseId);
    const rows = await database.inCase(caseId, async (tx) => store.countRows(tx, caseId, await store.caseTables(tx)));
    return keySha256 === undefined && objects.length === 0 && Object.keys(rows).length === 0;
  }

  async function run(caseId: CaseId, ground: ErasureGround, actId: string | undefined): Promise<Erasure> {
    const erasure = await begin(caseId, ground, actId);
    if (erasure.finishedAtMs !== undefined && (await isGone(caseId))) return erasure;
    await destroy(caseId);
    await demandGone(caseId);
    if (erasure.finishedAtMs !== undefined) {
      // A back-up had brought it back; it was certified before.
      await log.append(eventOf('case.erased_again', erasure));
      return erasure;
    }
    const recordSeq = erasure.recordSeq ?? (await log.append(eventOf('case.erased', erasure)));
    await database.inService((tx) => store.noteRecord(tx, caseId, recordSeq));
    await step('recorded');
    const finishedAtMs = deps.clock.nowMs();
    const certificate = await certify({ ...erasure, recordSeq, finishedAtMs }, deps);
    await database.inService((tx) => store.finishErasure(tx, caseId, { finishedAtMs, certificate }));
    await step('certified');
    return await stored(caseId);
  }

  function erase(
    caseId: CaseId,
    { ground, actId }: { readonly ground: ErasureGround; readonly actId: string | undefined },
  ) {
    const known = running.get(caseId);
    if (known !== undefined) return known;
    const work = run(caseId, ground, actId).finally(() => running.delete(caseId));
    running.set(caseId, work);
    return work;
  }

  /**
   * SEC-09: the journal comes first. What it knows as erased and this database does not was brought back by a back-up: it goes again, and
   * its certificate with it.
   */
  async function eraseRestored(): Promise<void> {
    const size = await log.size();
    const read = await database.inService(store.journalRead);
    // A number beyond the end is of another log: the whole of this one is read.
    /** The first record whose case could not be erased again: the next start begins there. */
    let done = size;
    for (let seq = read > size ? 0 : read; seq < size; seq++) {
      const caseId = erasedCase(await log.record(seq));
      if (caseId === undefined || (await isGone(caseId))) continue;
      await erase(caseId, { ground: 'restored', actId: undefined }).catch((error: unknown) => {
        done = Math.min(done, seq);
        deps.onError(error);
      });
    }
    await database.inService((tx) => store.setJournalRead(tx, done));
  }

  return {
    erase,
    async finishAll() {
      for (const { caseId, ground, actId } of await database.inService(store.listErasures)) {
        // One that cannot be ended stays as it is, and keeps no other one from going.
        await erase(caseId, { ground, actId }).catch(deps.onError);
      }
      await eraseRestored();
    },
  };
}

function erasedCase(record: unknown): CaseId | undefined {
  const { action, objects } = (record ?? {}) as Partial<AuditEvent>;
  // The intent counts as well: the key may have gone before its end was written down.
  if (action !== 'case.erase' && action !== 'case.erased') return undefined;
  return objects?.find(({ type }) => type === 'case')?.id as CaseId | undefined;
}

const label = (caseId: CaseId): string => `erasure:${caseId}`;

const eventOf = (
  action: 'case.erase' | 'case.erased' | 'case.erased_again',
  { caseId, actId, inventory }: Pick<Erasure, 'caseId' | 'actId' | 'inventory'>,
): AuditEvent => ({
  action,
  actor: { id: 'gateway', role: 'worker', service: '-' },
  reason: { procedure: '-', requisition: '-', op: action },
  objects: [
    { type: 'case', id: caseId },
    ...(actId === undefined ? [] : [{ type: 'act' as const, id: actId }]),
    ...(inventory.keySha256 === undefined ? [] : [{ type: 'digest' as const, id: inventory.keySha256 }]),
  ],
  outcome: { effect: action === 'case.erase' ? 'permit' : 'done', policyId: '-', code: 'OK' },
});
