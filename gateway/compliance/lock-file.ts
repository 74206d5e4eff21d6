import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One package that `npm ci` installs, as the lock file pins it. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** Subresource integrity, `sha512-...`; the registry's bytes are checked against it at every installation. */
  readonly integrity: string | undefined;
  readonly licence: string | undefined;
  /** Only the tests and checks use it: it is not in the image. */
  readonly dev: boolean;
}

interface LockEntry {
  readonly version?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
}

/** The lock file that came with this code. */
export const LOCK_FILE = fileURLToPath(new URL('../../package-lock.json', import.meta.url));

export const readLockFile = (file: string = LOCK_FILE): readonly LockedPackage[] =>
  lockedPackages(readFileSync(file, 'utf8'));

/** Packages of a lock file (version 3), each name and version once, in the order of their names. */
export function lockedPackages(text: string): readonly LockedPackage[] {
  const { packages } = JSON.parse(text) as { readonly packages: Readonly<Record<string, LockEntry>> };
  const found = new Map<string, LockedPackage>();
  for (const [place, entry] of Object.entries(packages)) {
    const name = place.split('node_modules/').at(-1) ?? '';
    if (name === '' || entry.version === undefined) continue;
    const key = `${name}@${entry.version}`;
    const known = found.get(key);
    found.set(key, {
      name,
      version: entry.version,
      integrity: entry.integrity,
      licence: entry.license,
      // The same version may stand twice, once for the tests and once for the gateway: then it is the gateway's.
      dev: entry.dev === true && known?.dev !== false,
    });
  }
  return [...found.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, locked]) => locked);
}
