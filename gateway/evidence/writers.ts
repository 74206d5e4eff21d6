import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { sha256Hex } from '../canonical.ts';
import { type CaseId, newId, type ObjectId } from '../ids.ts';
import { type Vault, writeDurably } from '../vault.ts';
import type { PackageWriter, StoredFile } from './types.ts';

/** Writes a package to a folder that is made when absent. */
export function folderWriter(folder: string): PackageWriter {
  return {
    async write(file, bytes) {
      const target = path.join(folder, ...file.split('/'));
      await mkdir(path.dirname(target), { recursive: true });
      await writeDurably(target, bytes);
    },
  };
}

/** Seals each file of a package as an object of the case; `files` lists what was written so far. */
export function vaultWriter(
  vault: Pick<Vault, 'put'>,
  caseId: CaseId,
): PackageWriter & { readonly files: StoredFile[] } {
  const files: StoredFile[] = [];
  return {
    files,
    async write(file, bytes) {
      const object = newId<ObjectId>();
      await vault.put(caseId, object, bytes);
      files.push({ path: file, object, sizeBytes: bytes.length, sha256: sha256Hex(bytes) });
    },
  };
}
