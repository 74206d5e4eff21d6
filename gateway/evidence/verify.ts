import { stat } from 'node:fs/promises';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { sha256Hex } from '../canonical.ts';
import { AppError } from '../errors.ts';
import type { Finding, Verification } from './types.ts';
import { checkContent } from './verify-content.ts';
import { checkFiles, readSmallFiles, readTree } from './verify-files.ts';
import { checkManifest, MANIFEST_FILE } from './verify-manifest.ts';
import { checkProofs } from './verify-proofs.ts';

const Keys = Compile(Type.Object({ evidence: Type.Unknown(), log: Type.String() }, { additionalProperties: false }));

export interface VerifyOptions {
  /** The installation's public JWK from another source than the package; without it the package only vouches for itself. */
  readonly trustedKey?: unknown;
}

/**
 * Verifies a package offline with public keys alone: its signature, the exact set and every byte of its files, what its documents
 * say of each other, and the proofs of inclusion in the log. Every finding names the file and, where there are two, both values.
 * Rejects with E_REQUEST when there is no such folder.
 */
export async function verifyPackage(folder: string, options: VerifyOptions = {}): Promise<Verification> {
  const isFolder = await stat(folder).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new AppError('E_REQUEST', { detail: 'the package is not a folder' });
  const tree = await readTree(folder);
  const small = await readSmallFiles(folder, tree);
  const document = (file: string): unknown => parse(small.get(file));
  const digest = (file: string): string | undefined => {
    const bytes = small.get(file);
    return bytes === undefined ? undefined : sha256Hex(bytes);
  };

  const keys = document('keys.json');
  const ownKey = Keys.Check(keys) ? keys.evidence : undefined;
  const checked = await checkManifest(small.get(MANIFEST_FILE), options.trustedKey ?? ownKey);
  const findings: Finding[] = [...tree.findings, ...checked.findings];
  if (!Keys.Check(keys)) findings.push({ file: 'keys.json', problem: 'not the two public keys' });
  if (checked.manifest !== undefined && Keys.Check(keys)) {
    const { manifest } = checked;
    findings.push(...(await checkFiles(folder, tree, small, manifest)));
    findings.push(...checkContent({ files: tree.files, document, digest }));
    findings.push(
      ...checkProofs({
        files: tree.files,
        document,
        digest,
        manifest,
        bytes: (file) => small.get(file),
        logVkey: keys.log,
      }),
    );
    findings.push(...(await checkOwnKey(keys.evidence, checked.key)));
  }
  return { verified: findings.length === 0, key: checked.key, findings };
}

/** The key that a package carries is the one that signed it, also when the reader brought his own. */
async function checkOwnKey(evidence: unknown, thumbprint: string | undefined): Promise<Finding[]> {
  const own = typeof evidence === 'object' && evidence !== null && 'kid' in evidence ? String(evidence.kid) : 'none';
  return own === thumbprint
    ? []
    : [{ file: 'keys.json', problem: 'another evidence key', expected: String(thumbprint), found: own }];
}

function parse(bytes: Uint8Array | undefined): unknown {
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
