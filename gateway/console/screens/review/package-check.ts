import { calculateJwkThumbprint, compactVerify, importJWK } from 'jose';
import { hexOf, sha256 } from '../../parts/digest.ts';
import type { ZipFile } from '../../parts/zip.ts';
import { checkProofs, type ProofCheck } from './package-proofs.ts';

// What a browser can check of a package before it is carried away: the signature of its manifest, every byte of every listed file, and the proofs
// of the log. Whether the documents agree with one another is left to `differe evidence verify`, and the result says so.

type FileProblem = 'missing' | 'changed' | 'unlisted' | 'signature';

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
    if (protectedHeader.kid !== key) throw new Error('another key');
    return { key, listed: (JSON.parse(new TextDecoder().decode(payload)) as { files: readonly Listed[] }).files };
  } catch {
    return { key, listed: undefined };
  }
}

/** What is needed beside one file of a package to check it. */
export const BESIDE_A_FILE: readonly string[] = [MANIFEST, KEYS];

/** What is wrong with one file of a package, which is among the files with those that are needed; undefined where nothing is. */
export async function checkFile(path: string, files: readonly ZipFile[]): Promise<FileProblem | undefined> {
  const { listed } = await openManifest(files);
  if (listed === undefined) return 'signature';
  if (path === MANIFEST) return undefined;
  const entry = listed.find((each) => each.path === path);
  return entry === undefined ? 'unlisted' : problemOf(entry, files);
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
  findings.push(...unproven);
  return { isSound: findings.length === 0, key, files: listed.length, records, findings };
}
