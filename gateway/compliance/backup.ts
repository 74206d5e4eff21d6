import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isTemporary } from '../audit/files.ts';
import { openReader } from '../audit/reader.ts';
import { verifyLog } from '../audit/verify.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import type { ObjectStore } from '../object-store.ts';
import { syncFolder } from '../sealed-objects.ts';
import { dumpDatabase } from './backup-database.ts';
import { type BackedUpFile, copyTree, type Manifest, readManifest, writeManifest } from './backup-manifest.ts';
import { copyOut } from './backup-objects.ts';
import { BACKUP_MS } from './backups.ts';

export interface Backable extends Pick<Config, 'installation' | 'dataDir' | 'keysDir'> {
  /** Where its sealed objects lie. */
  readonly store: ObjectStore;
}

/** Parts of a data back-up, and of the data folder. */
export const PARTS = { journal: 'journal', vault: 'vault', database: 'database' } as const;

export interface BackupTaken {
  readonly data: string;
  readonly keys: string;
  readonly files: number;
  readonly bytes: number;
  /** Records of the journal in it. */
  readonly records: number;
  /** Folders of earlier back-ups that were removed: older than seven days, or never finished. */
  readonly removed: readonly string[];
}

/**
 * Backs an installation up while it works: rows first, then what they name in the vault, then keys, and the journal last, so that it knows of
 * everything before it. Data and keys go to two places, which must not be one (RET-09); what is older than seven days there goes.
 */
export async function takeBackup(
  installation: Backable,
  to: { readonly data: string; readonly keys: string },
  nowMs: number,
): Promise<BackupTaken> {
  const removed = [...(await removeExpired(to.data, nowMs)), ...(await removeExpired(to.keys, nowMs))];
  const stamp = `${new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '')}Z`;
  const [data, keys] = [path.join(to.data, stamp), path.join(to.keys, stamp)];
  for (const folder of [data, keys]) {
    await mkdir(path.dirname(folder), { recursive: true, mode: 0o700 });
    await mkdir(folder, { mode: 0o700 });
  }
  const below = (part: string, files: readonly BackedUpFile[]): readonly BackedUpFile[] =>
    files.map((file) => ({ ...file, path: path.join(part, file.path) }));
  const facts = {
    version: 1,
    installation: installation.installation,
    takenAt: new Date(nowMs).toISOString(),
  } as const;
  const rows = await dumpDatabase(path.join(installation.dataDir, 'postgres'), path.join(data, PARTS.database));
  const objects = await copyOut(installation.store, path.join(data, PARTS.vault));
  const wrapped = await copyTree(installation.keysDir, keys, isKey);
  const journal = await copyJournal(path.join(installation.dataDir, 'log'), path.join(data, PARTS.journal));
  const files = [
    ...below(PARTS.database, rows.files),
    ...below(PARTS.vault, objects),
    ...below(PARTS.journal, journal.files),
  ];
  await writeManifest(keys, { ...facts, part: 'keys', files: [...wrapped] });
  await writeManifest(data, { ...facts, part: 'data', files, database: rows.database });
  for (const folder of [to.data, to.keys]) await syncFolder(folder);
  const bytes = [...files, ...wrapped].reduce((sum, file) => sum + file.bytes, 0);
  return { data, keys, files: files.length + wrapped.length, bytes, records: journal.size, removed };
}

/** What a killed process left beside the keys is none. */
const isKey = (file: string): boolean => /^[^/]+\.(key|pem|jwk)$/.test(file);

const TRIES = 20;

/** A copy of a journal that verifies: one that is being written changes under the reader, and is copied again. */
async function copyJournal(
  from: string,
  to: string,
): Promise<{ readonly files: readonly BackedUpFile[]; readonly size: number }> {
  const draft = `${to}-draft`;
  // What is acknowledged by now and stands in the write-ahead file alone is in the folder within some seconds.
  const acknowledged = await (await openReader(from)).size();
  for (let attempt = 1; ; attempt++) {
    await rm(draft, { recursive: true, force: true });
    const copied = await cp(from, draft, { recursive: true, filter: (file) => !isTemporary(file) }).then(
      () => true,
      () => false,
    );
    const verdict = copied ? await verifyLog(draft) : undefined;
    if (verdict?.ok === true && verdict.size >= acknowledged) {
      const files = await copyTree(draft, to);
      await rm(draft, { recursive: true });
      return { files, size: verdict.size };
    }
    if (attempt === TRIES) throw new AppError('E_LOG_DOWN', { detail: 'no copy of the journal verifies' });
    await delay(50 * attempt);
  }
}

/** Removes what `takeBackup` made there more than seven days ago, finished or not; nothing else. */
async function removeExpired(folder: string, nowMs: number): Promise<readonly string[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => /^\d{4}-\d\d-\d\dT\d{6}Z$/.test(name));
  const removed: string[] = [];
  for (const name of names) {
    const place = path.join(folder, name);
    const manifest: Manifest | undefined = await readManifest(place);
    // One without a manifest may be under way: it goes by the date of its name.
    const takenAt = manifest?.takenAt ?? name.replace(/T(\d\d)(\d\d)(\d\d)Z$/, 'T$1:$2:$3Z');
    if (nowMs - Date.parse(takenAt) <= BACKUP_MS) continue;
    await rm(place, { recursive: true });
    removed.push(place);
  }
  return removed;
}
