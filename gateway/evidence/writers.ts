import { sha256Hex } from '../canonical.ts';
import type { CaseId } from '../ids.ts';
import { putNew, type Vault } from '../vault.ts';
import type { PackageWriter, StoredFile } from './types.ts';

/** Seals each file of a package as an object of the case; `files` lists what was written so far. */
export function vaultWriter(
  vault: Pick<Vault, 'put'>,
  caseId: CaseId,
): PackageWriter & { readonly files: StoredFile[] } {
  const files: StoredFile[] = [];
  return {
    files,
    async write(file, bytes) {
      const object = await putNew(vault, caseId, bytes);
      files.push({ path: file, object, sizeBytes: bytes.length, sha256: sha256Hex(bytes) });
    },
  };
}
