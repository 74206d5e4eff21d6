import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../errors.ts';
import type { CaseId, ObjectId } from '../ids.ts';
import type { ObjectStore, StoredReader } from '../object-store.ts';
import { syncFolder, writeAll } from '../sealed-objects.ts';
import type { BackedUpFile } from './backup-manifest.ts';

// Sealed objects out of a store and into one, through files CASE/OBJECT: what was backed up from a folder can be restored into a bucket, and
// the other way about.

const STEP_BYTES = 1024 * 1024;

/** Copies what a store holds below a folder. An object that goes meanwhile is left out: it was erased, or replaced by what is copied later. */
export async function copyOut(store: ObjectStore, to: string): Promise<readonly BackedUpFile[]> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  const copied: BackedUpFile[] = [];
  for (const caseId of await store.cases()) {
    const objects = await store.list(caseId);
    if (objects.length === 0) continue;
    await mkdir(path.join(to, caseId), { mode: 0o700 });
    for (const { id } of objects) {
      const file = path.join(caseId, id);
      const facts = await copyObject(store, caseId, id, path.join(to, file));
      if (facts !== undefined) copied.push({ path: file, ...facts });
    }
    await syncFolder(path.join(to, caseId));
  }
  await syncFolder(to);
  return copied;
}

async function copyObject(
  store: ObjectStore,
  caseId: CaseId,
  id: ObjectId,
  to: string,
): Promise<Omit<BackedUpFile, 'path'> | undefined> {
  const target = await open(to, 'wx', 0o600);
  try {
    const reader = await store.open(caseId, id);
    try {
      return await copyBytes(reader, async (step, at) => void (await writeAll(target, step, at)));
    } finally {
      await reader.close();
      await target.sync();
    }
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'E_VAULT')) throw error;
    await rm(to);
    return undefined;
  } finally {
    await target.close();
  }
}

async function copyBytes(
  reader: StoredReader,
  write: (step: Buffer, at: number) => Promise<void>,
): Promise<Omit<BackedUpFile, 'path'>> {
  const hash = createHash('sha256');
  let bytes = 0;
  for (;;) {
    const step = await reader.read(bytes, STEP_BYTES);
    if (step.length === 0) return { bytes, sha256: hash.digest('hex') };
    hash.update(step);
    await write(step, bytes);
    bytes += step.length;
  }
}

/** Makes the places of cases, and writes files PART/CASE/OBJECT of a folder into a store. */
export async function copyIn(
  folder: string,
  files: readonly string[],
  cases: readonly CaseId[],
  store: ObjectStore,
): Promise<void> {
  const placed = files.map((file) => {
    const [caseId, id] = file.split(path.sep).slice(-2) as [CaseId, ObjectId];
    return { file, caseId, id };
  });
  for (const caseId of new Set([...cases, ...placed.map((each) => each.caseId)])) await store.createCase(caseId);
  for (const { file, caseId, id } of placed) {
    const writer = await store.writer(caseId, id, 0);
    try {
      for await (const step of createReadStream(path.join(folder, file)) as AsyncIterable<Buffer>)
        await writer.append(step);
      await writer.sync();
    } finally {
      await writer.close();
    }
  }
}
