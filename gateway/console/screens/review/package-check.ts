import { calculateJwkThumbprint, compactVerify, importJWK } from 'jose';
import type { ZipFile } from '../../parts/zip.ts';

// What a browser can check of a package before it is carried away: the signature of its manifest, and every byte of every listed file.
// The proofs of the log are left to `differe evidence verify`, and the result says so.

export interface PackageCheck {
  readonly isSound: boolean;
  /** RFC 7638 thumbprint of the key that signed. */
  readonly key: string | undefined;
  readonly files: number;
  readonly findings: readonly {
    readonly file: string;
    readonly problem: 'missing' | 'changed' | 'unlisted' | 'signature';
  }[];
}

interface Listed {
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

const MANIFEST = 'manifest.jws';
const KEYS = 'keys.json';
const textOf = (file: ZipFile | undefined): string => new TextDecoder().decode(file?.bytes ?? new Uint8Array());

export async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Checks the files of a package against its signed manifest. */
export async function checkPackage(files: readonly ZipFile[]): Promise<PackageCheck> {
  const find = (path: string) => files.find((file) => file.path === path);
  let listed: readonly Listed[];
  let key: string | undefined;
  try {
    const { evidence } = JSON.parse(textOf(find(KEYS))) as { evidence: { kty: 'OKP'; crv: 'Ed25519'; x: string } };
    const { kty, crv, x } = evidence;
    key = await calculateJwkThumbprint({ kty, crv, x });
    const { payload, protectedHeader } = await compactVerify(
      textOf(find(MANIFEST)),
      await importJWK({ kty, crv, x }, 'EdDSA'),
      { algorithms: ['EdDSA'] },
    );
    if (protectedHeader.kid !== key) throw new Error('another key');
    listed = (JSON.parse(new TextDecoder().decode(payload)) as { files: readonly Listed[] }).files;
  } catch {
    return { isSound: false, key, files: files.length, findings: [{ file: MANIFEST, problem: 'signature' }] };
  }
  const findings: PackageCheck['findings'][number][] = [];
  for (const { path, sha256, sizeBytes } of listed) {
    const file = find(path);
    if (file === undefined) findings.push({ file: path, problem: 'missing' });
    else if (file.bytes.length !== sizeBytes || (await sha256Of(file.bytes)) !== sha256)
      findings.push({ file: path, problem: 'changed' });
  }
  const known = new Set([MANIFEST, ...listed.map(({ path }) => path)]);
  for (const { path } of files) if (!known.has(path)) findings.push({ file: path, problem: 'unlisted' });
  return { isSound: findings.length === 0, key, files: listed.length, findings };
}
