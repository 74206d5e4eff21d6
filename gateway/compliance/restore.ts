import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { aheadFileOf } from '../audit/ahead.ts';
import type { AuditRecord } from '../audit/types.ts';
import { sha256Hex } from '../canonical.ts';
import { AppError } from '../errors.ts';
import { type CaseId, isUuid } from '../ids.ts';
import { syncFolder } from '../sealed-objects.ts';
import { RESTORING_FILE, writeDurably } from '../vault.ts';
import { type Backable, PARTS } from './backup.ts';
import { demandFitting, type EndedRights, loadDatabase } from './backup-database.ts';
import { copyDurably, copyTree, type Manifest, openBackup } from './backup-manifest.ts';
import { copyIn } from './backup-objects.ts';
import { BACKUP_MS, type ErasedCases, erasedCases } from './backups.ts';
import { readVerified } from './verified-journal.ts';

export interface Restored {
  readonly takenAt: string;
  /** Records of the journal that is in place now. */
  readonly records: number;
  readonly keys: number;
  /** Cases that the journal knows as erased: neither their key nor anything sealed under it was brought back. */
  readonly erased: readonly string[];
}

export interface RestoreFrom {
  readonly data: string;
  readonly keys: string;
  /** A newer journal than that of the back-up: what was erased since then stands in it. */
  readonly journal?: string | undefined;
}

/**
 * Restores an installation into empty folders (SEC-09): the journal, then the keys, then the data. A case whose erasure stands in the journal,
 * be it the intent alone, comes back neither with its key nor with its objects; what it says was revoked or closed is so again; its rows, which nothing opens any more, go at the first start.
 * E_BACKUP when the back-up is not whole, its keys are older than seven days, or the journal is another one or shorter. Ended half-way it
 * leaves a mark that keeps the gateway in safe mode, and nothing starts over what is there.
 */
export async function restoreBackup(into: Backable, from: RestoreFrom, nowMs: number): Promise<Restored> {
  const data = await openBackup(from.data, 'data');
  const keys = await openBackup(from.keys, 'keys');
  demandPair(into, data, keys, nowMs);
  const own = path.join(from.data, PARTS.journal);
  const journal = from.journal ?? own;
  const erased = erasedCases();
  // The journal of another installation, or one that was cut behind the back-up, does not extend the back-up's own.
  const pinned = await readFile(path.join(own, 'checkpoint'), 'utf8');
  const ended = endedRights();
  const { size } = await readVerified(journal, { pinned }, (record) => {
    erased.add(record);
    ended.add(record);
  });
  if (data.database !== undefined) await demandFitting(data.database);
  await demandEmpty(into);

  await mkdir(into.dataDir, { recursive: true, mode: 0o700 });
  const mark = path.join(into.dataDir, RESTORING_FILE);
  await writeDurably(mark, `${data.takenAt}\n`);
  await copyJournal(journal, path.join(into.dataDir, 'log'));
  const kept = await keysToKeep(from.keys, keys, erased.result());
  await copyTree(from.keys, into.keysDir, (file) => kept.has(file));
  const living = data.files.map(({ path: file }) => file).filter((file) => isOfLiving(file, erased.result()));
  // A case without objects is written to later all the same.
  const cases = [...kept].map((file) => path.basename(file, '.key')).filter(isUuid) as CaseId[];
  await copyIn(from.data, living, cases, into.store);
  const { database } = data;
  if (database !== undefined)
    await loadDatabase(path.join(into.dataDir, 'postgres'), path.join(from.data, PARTS.database), database, ended);
  await rm(mark);
  await syncFolder(into.dataDir);
  return { takenAt: data.takenAt, records: size, keys: kept.size, erased: [...erased.result().cases.keys()] };
}

/** A journal's folder, and what stands in its write-ahead file alone. */
async function copyJournal(from: string, to: string): Promise<void> {
  await copyTree(from, to);
  const hasAhead = await stat(aheadFileOf(from)).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return false;
    },
  );
  if (hasAhead) await copyDurably(aheadFileOf(from), aheadFileOf(to));
}

/** Requisitions that were revoked and cases that were closed, by the journal: rows of a moment before do not bring them back (REQ-13). */
function endedRights(): EndedRights & { add(record: AuditRecord): void } {
  const [revoked, closed] = [new Map<string, string>(), new Map<string, string>()];
  return {
    revoked,
    closed,
    add({ action, reason, objects, time }) {
      if (action === 'requisition.revoked' && !revoked.has(reason.requisition)) revoked.set(reason.requisition, time);
      if (action !== 'case.close') return;
      for (const { type, id } of objects) if (type === 'case' && !closed.has(id)) closed.set(id, time);
    },
  };
}

function demandPair(into: Backable, data: Manifest, keys: Manifest, nowMs: number): void {
  const refuse = (detail: string): never => {
    throw new AppError('E_BACKUP', { detail });
  };
  if (data.installation !== into.installation) refuse(`of ${data.installation}, not ${into.installation}`);
  if (keys.installation !== data.installation || keys.takenAt !== data.takenAt)
    refuse('keys and data are of two back-ups');
  // A date that is none is not younger than that either.
  if (!(nowMs - Date.parse(keys.takenAt) <= BACKUP_MS))
    refuse(`the keys are of ${keys.takenAt}, older than seven days`);
}

/** A restore never mixes with what is there. */
async function demandEmpty({ dataDir, keysDir, store }: Backable): Promise<void> {
  if ((await store.cases()).length > 0) throw new AppError('E_BACKUP', { detail: 'the vault is not empty' });
  for (const folder of [dataDir, keysDir]) {
    const names = (await readdir(folder).catch(() => [])).filter((name) => path.join(folder, name) !== keysDir);
    if (names.length > 0) throw new AppError('E_BACKUP', { detail: `${folder} is not empty` });
  }
}

/** By name and by the digest that the journal has of a destroyed key: a key that was renamed is that key. */
async function keysToKeep(folder: string, keys: Manifest, erased: ErasedCases): Promise<ReadonlySet<string>> {
  const kept = new Set<string>();
  for (const { path: file } of keys.files) {
    const digest = sha256Hex(await readFile(path.join(folder, file)));
    if (!erased.cases.has(path.basename(file, '.key')) && !erased.keys.has(digest)) kept.add(file);
  }
  return kept;
}

/** Whether a file of the data is a sealed object whose case was not erased. */
function isOfLiving(file: string, erased: ErasedCases): boolean {
  const [part, caseId = ''] = file.split(path.sep);
  return part === PARTS.vault && !erased.cases.has(caseId);
}
