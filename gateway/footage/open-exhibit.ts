import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../errors.ts';
import type { CaseId, ObjectId } from '../ids.ts';
import { listsExhibit, type Requisition } from '../requisition/types.ts';
import type { SealedObjects } from '../sealed-objects.ts';
import type { Vault } from '../vault.ts';
import type { Exhibit } from './types.ts';

/** Throws E_PRO_SILO when the exhibit is of another case, E_REQ_SCOPE when the schedule does not list its digest. */
export function assertCovers(requisition: Requisition, exhibit: Exhibit): void {
  if (exhibit.caseId !== requisition.caseId) throw new AppError('E_PRO_SILO');
  if (!listsExhibit(requisition, exhibit))
    throw new AppError('E_REQ_SCOPE', { detail: 'the schedule does not list this exhibit' });
}

/**
 * Decrypts a sealed exhibit into `folder`, hashing it again on the way (DEF-07), and returns the path of the plain file. Throws
 * E_DEF_UNSTABLE when the bytes are no longer those that were sealed; then nothing is left in the folder.
 */
export async function exhibitToScratch(
  requisition: Requisition,
  exhibit: Exhibit,
  folder: string,
  deps: { readonly vault: Vault },
): Promise<string> {
  assertCovers(requisition, exhibit);
  const file = path.join(folder, 'exhibit');
  const sha256 = await decryptTo(file, exhibit.caseId, exhibit.object, deps.vault);
  if (sha256 === exhibit.sha256) return file;
  await rm(file, { force: true });
  throw new AppError('E_DEF_UNSTABLE', { detail: 'the sealed bytes are not those of the schedule' });
}

/** Writes the plain bytes of an object to a new file, readable by us alone, and returns their SHA-256; nothing is left when it is aborted. */
export async function decryptTo(
  file: string,
  caseId: CaseId,
  object: ObjectId,
  vault: Pick<SealedObjects, 'read'>,
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash('sha256');
  const handle = await open(file, 'wx', 0o600);
  try {
    for await (const part of vault.read(caseId, object) as AsyncIterable<Buffer>) {
      signal?.throwIfAborted();
      hash.update(part);
      // Unlike `write`, this does not stop short on a disk that fills up.
      await handle.appendFile(part);
    }
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return hash.digest('hex');
}
