import { open, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { AuditRecord } from '../audit/types.ts';
import { sha256Hex } from '../canonical.ts';

// RET-09: what a folder of back-ups may not hold. The journal says which cases are gone, and the digest of the key that each of them had.

const DAY_MS = 86_400_000;
/** A back-up holds nothing of a case for longer than this after its erasure (PRODUCT). */
export const BACKUP_MS = 7 * DAY_MS;
/** The longest that a case is here without an extension, and seven days: no back-up has to be older. */
const TERM_YEARS = 3;

/** What the journal says of one erased case. */
export interface ErasedCase {
  readonly erasedAtMs: number;
}

export interface ErasedCases {
  readonly cases: ReadonlyMap<string, ErasedCase>;
  /** SHA-256 of the wrapped keys that were destroyed. */
  readonly keys: ReadonlySet<string>;
}

/** Follows a journal for the cases that were erased, or were about to be: the intent counts, as it does when a back-up is restored. */
export function erasedCases(): { add(record: AuditRecord): void; result(): ErasedCases } {
  const cases = new Map<string, ErasedCase>();
  const keys = new Set<string>();
  return {
    add({ action, objects, time }) {
      if (action !== 'case.erase' && action !== 'case.erased') return;
      for (const { type, id } of objects) {
        if (type === 'case' && !cases.has(id)) cases.set(id, { erasedAtMs: Date.parse(time) });
        if (type === 'digest') keys.add(id);
      }
    },
    result: () => ({ cases, keys }),
  };
}

/** One thing that should not be in a back-up. */
export interface BackupFault {
  readonly what:
    | 'key-of-an-erased-case'
    | 'key-beside-data'
    | 'key-too-old'
    | 'erased-case'
    | 'too-old'
    | 'installation-key'
    | 'packed'
    | 'link';
  /** Below the folder. */
  readonly path: string;
  readonly detail: string;
}

export interface BackupVerdict {
  readonly files: number;
  readonly bytes: number;
  /** Folders of cases that are not erased. */
  readonly cases: number;
  readonly faults: readonly BackupFault[];
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const KEY_FILE = new RegExp(`^(${UUID})\\.key$`);
const CASE_FOLDER = new RegExp(`^${UUID}$`);
/** A wrapped key is some hundred bytes; larger files are no keys, whatever their name. */
const MOST_KEY_BYTES = 4096;
const PACKED = /\.(tar|tgz|tar\.[a-z0-9]+|zip|7z|gz|xz|bz2|zst|cpio|img|iso)$/i;

/**
 * Looks through every file below a folder. What cannot be looked into (an archive, a link that leads elsewhere) is a fault: nobody can say
 * what it holds. Dates are those of the files, and of the journal for erasures.
 */
export async function checkBackups(folder: string, erased: ErasedCases, nowMs: number): Promise<BackupVerdict> {
  const faults: BackupFault[] = [];
  const caseFolders = new Set<string>();
  const keyFiles: { readonly file: string; readonly caseId: string }[] = [];
  let [files, bytes, hasData] = [0, 0, false];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const full = path.join(entry.parentPath, entry.name);
    const file = path.relative(folder, full);
    if (entry.isDirectory()) {
      if (!CASE_FOLDER.test(entry.name)) continue;
      hasData = true;
      caseFolders.add(entry.name);
      const gone = erased.cases.get(entry.name);
      if (gone !== undefined && nowMs - gone.erasedAtMs > BACKUP_MS)
        faults.push({
          what: 'erased-case',
          path: file,
          detail: `erased on ${day(gone.erasedAtMs)}, more than seven days ago`,
        });
      continue;
    }
    if (!entry.isFile()) {
      faults.push({ what: 'link', path: file, detail: 'no plain file: what it leads to was not looked at' });
      continue;
    }
    const { size, mtimeMs } = await stat(full);
    files += 1;
    bytes += size;
    if (mtimeMs < oldestOf(nowMs))
      faults.push({ what: 'too-old', path: file, detail: `of ${day(mtimeMs)}: older than any term and seven days` });
    if (PACKED.test(entry.name) || (await isPacked(full, size)))
      faults.push({ what: 'packed', path: file, detail: 'an archive: unpack it and check again' });
    const [, caseId] = KEY_FILE.exec(entry.name) ?? [];
    if (size > MOST_KEY_BYTES) continue;
    const content = await readFile(full);
    // By its digest too: a key that was renamed is a key.
    if (erased.keys.has(sha256Hex(content)))
      faults.push({
        what: 'key-of-an-erased-case',
        path: file,
        detail: 'the journal has the digest of this key as destroyed',
      });
    else if (caseId !== undefined && erased.cases.has(caseId))
      faults.push({ what: 'key-of-an-erased-case', path: file, detail: 'a key by the name of a case that was erased' });
    else if (caseId !== undefined) {
      keyFiles.push({ file, caseId });
      if (nowMs - mtimeMs > BACKUP_MS)
        faults.push({
          what: 'key-too-old',
          path: file,
          detail: `of ${day(mtimeMs)}: back-ups of keys expire in seven days`,
        });
    }
    if (/^[0-9a-f]{64}\s*$/.test(content.toString('latin1')))
      faults.push({ what: 'installation-key', path: file, detail: 'has the form of an installation key' });
  }
  if (hasData)
    for (const { file } of keyFiles)
      faults.push({ what: 'key-beside-data', path: file, detail: 'a case key in a back-up that holds sealed data' });
  return { files, bytes, cases: [...caseFolders].filter((id) => !erased.cases.has(id)).length, faults };
}

function oldestOf(nowMs: number): number {
  const date = new Date(nowMs - BACKUP_MS);
  date.setUTCFullYear(date.getUTCFullYear() - TERM_YEARS);
  return date.getTime();
}

/** By its first bytes, since a name can say anything: gzip, zip, xz, zstd, bzip2, and tar at its mark. */
async function isPacked(file: string, size: number): Promise<boolean> {
  if (size < 4) return false;
  const handle = await open(file, 'r');
  try {
    const head = Buffer.alloc(Math.min(size, 265));
    await handle.read(head, 0, head.length, 0);
    const starts = ['1f8b08', '504b0304', 'fd377a58', '28b52ffd', '425a68'];
    const hex = head.subarray(0, 4).toString('hex');
    return starts.some((mark) => hex.startsWith(mark)) || head.subarray(257, 262).toString('latin1') === 'ustar';
  } finally {
    await handle.close();
  }
}

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
