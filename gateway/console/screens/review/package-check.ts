import { calculateJwkThumbprint, compactVerify, importJWK } from 'jose';
import { hexOf, sha256 } from '../../parts/digest.ts';
import type { ZipFile } from '../../parts/zip.ts';
import { checkProofs, type ProofCheck } from './package-proofs.ts';

// What a browser can check of a package before it is carried away: the signature of its manifest, every byte of every listed file, and the proofs
// of the log. Whether the documents agree with one another is left to `differe evidence verify`, and the result says so.

type FileProblem = 'missing' | 'changed' | 'unlisted' | 'signature' | 'twice';

export interface PackageCheck {
  readonly isSound: boolean;
  /** RFC 7638 thumbprint of the key that signed. */
  readonly key: string | undefined;
  readonly files: number;
  /** Of the log, that are proven. */
  readonly records: number;
  readonly findings: readonly (
    | { readonly file: string; readonly problem: FileProblem }
    | ProofCheck['findings'][number]
  )[];
}

interface Listed {
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

const MANIFEST = 'manifest.jws';
const KEYS = 'keys.json';
const TYPE = 'differe-package+jws';
const FORMAT = 'differe-package/1';
const textOf = (file: ZipFile | undefined): string => new TextDecoder().decode(file?.bytes ?? new Uint8Array());

/** What the manifest lists, and the thumbprint of the key that signed it; nothing is listed where that key did not. */
async function openManifest(
  files: readonly ZipFile[],
): Promise<{ readonly key: string | undefined; readonly listed: readonly Listed[] | undefined }> {
  const textIn = (path: string) => textOf(files.find((file) => file.path === path));
  let key: string | undefined;
  try {
    const { evidence } = JSON.parse(textIn(KEYS)) as { evidence: { kty: 'OKP'; crv: 'Ed25519'; x: string } };
    const { kty, crv, x } = evidence;
    key = await calculateJwkThumbprint({ kty, crv, x });
    const { payload, protectedHeader } = await compactVerify(
      textIn(MANIFEST),
      await importJWK({ kty, crv, x }, 'EdDSA'),
      { algorithms: ['EdDSA'] },
    );
    const { format, files: listed } = JSON.parse(new TextDecoder().decode(payload)) as {
      format: string;
      files: readonly Listed[];
    };
    if (protectedHeader.kid !== key || protectedHeader.typ !== TYPE || format !== FORMAT) throw new Error('another');
    return { key, listed };
  } catch {
    return { key, listed: undefined };
  }
}

/** What is needed beside one file of a package to check it. */
export const BESIDE_A_FILE: readonly string[] = [MANIFEST, KEYS];

export interface FileCheck {
  readonly key: string | undefined;
  /** Undefined where nothing is wrong. */
  readonly problem: FileProblem | undefined;
}

/**
 * What is wrong with one file of a package, which is among the files with those that are needed, and which is said to have this digest: that of the
 * manifest itself no manifest lists.
 */
export async function checkFile(
  { path, sha256: said }: Pick<Listed, 'path' | 'sha256'>,
  files: readonly ZipFile[],
): Promise<FileCheck> {
  const { key, listed } = await openManifest(files);
  if (listed === undefined) return { key, problem: 'signature' };
  const bytes = files.find((file) => file.path === path)?.bytes;
  const own = listed.filter((each) => each.path === path);
  const [entry = bytes && path === MANIFEST && { path, sha256: said, sizeBytes: bytes.length }] = own;
  if (!entry) return { key, problem: 'unlisted' };
  if (own.length > 1) return { key, problem: 'twice' };
  return { key, problem: entry.sha256 === said ? await problemOf(entry, files) : 'changed' };
}

async function problemOf(
  { path, sha256: digest, sizeBytes }: Listed,
  files: readonly ZipFile[],
): Promise<FileProblem | undefined> {
  const file = files.find((each) => each.path === path);
  if (file === undefined) return 'missing';
  return file.bytes.length === sizeBytes && hexOf(await sha256(file.bytes)) === digest ? undefined : 'changed';
}

/** Checks the files of a package against its signed manifest, and its records against the key of the log. */
export async function checkPackage(files: readonly ZipFile[]): Promise<PackageCheck> {
  const { key, listed } = await openManifest(files);
  if (listed === undefined)
    return {
      isSound: false,
      key,
      files: files.length,
      records: 0,
      findings: [{ file: MANIFEST, problem: 'signature' }],
    };
  const { records, findings: unproven } = await checkProofs(files);
  const findings: PackageCheck['findings'][number][] = [];
  for (const entry of listed) {
    const problem = await problemOf(entry, files);
    if (problem !== undefined) findings.push({ file: entry.path, problem });
  }
  const known = new Set([MANIFEST, ...listed.map(({ path }) => path)]);
  for (const { path } of files) if (!known.has(path)) findings.push({ file: path, problem: 'unlisted' });
  for (const all of [listed, files])
    for (const path of severalTimes(all)) findings.push({ file: path, problem: 'twice' });
  findings.push(...unproven);
  return { isSound: findings.length === 0, key, files: listed.length, records, findings };
}

const severalTimes = (all: readonly { readonly path: string }[]): ReadonlySet<string> =>
  new Set(all.filter(({ path }, n) => all.findIndex((each) => each.path === path) < n).map(({ path }) => path));
