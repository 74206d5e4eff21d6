import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Finding, Manifest } from './types.ts';
import { MANIFEST_FILE } from './verify-manifest.ts';

/** Regular files below a folder, as paths with `/`; whatever is neither a file nor a folder in use is a finding. */
export interface Tree {
  readonly files: readonly string[];
  readonly findings: readonly Finding[];
}

export async function readTree(root: string): Promise<Tree> {
  const files: string[] = [];
  const findings: Finding[] = [];
  const visit = async (folder: string): Promise<void> => {
    const entries = await readdir(path.join(root, folder), { withFileTypes: true });
    if (entries.length === 0 && folder !== '') findings.push({ file: folder, problem: 'an empty folder' });
    for (const entry of entries) {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) await visit(name);
      else if (entry.isFile()) files.push(name);
      else findings.push({ file: name, problem: 'neither a file nor a folder' });
    }
  };
  await visit('');
  return { files: files.sort(), findings };
}

/**
 * Compares what lies in the folder with what the manifest lists: the set of files, and the size and digest of each. Files that are
 * held in memory are taken from there, so that what is hashed and what is read are the same bytes.
 */
export async function checkFiles(
  root: string,
  tree: Tree,
  held: ReadonlyMap<string, Buffer>,
  manifest: Manifest,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const present = new Set(tree.files);
  const listed = new Set<string>();
  let before = '';
  for (const { path: file, sha256, sizeBytes } of manifest.files) {
    // In order and once each, so that there is one manifest for one set of files.
    if (before !== '' && file <= before) findings.push({ file, problem: 'listed twice or out of order' });
    before = file;
    listed.add(file);
    if (!present.has(file)) {
      findings.push({ file, problem: 'missing', expected: sha256 });
      continue;
    }
    const bytes = held.get(file);
    const found = await digestOf(bytes === undefined ? createReadStream(path.join(root, ...file.split('/'))) : [bytes]);
    if (found.sizeBytes !== sizeBytes) {
      findings.push({ file, problem: 'size', expected: String(sizeBytes), found: String(found.sizeBytes) });
    }
    if (found.sha256 !== sha256) findings.push({ file, problem: 'SHA-256', expected: sha256, found: found.sha256 });
  }
  for (const file of tree.files) {
    if (file !== MANIFEST_FILE && !listed.has(file)) findings.push({ file, problem: 'not in the manifest' });
  }
  return findings;
}

async function digestOf(
  parts: AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<{ sha256: string; sizeBytes: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const part of parts) {
    hash.update(part);
    sizeBytes += part.length;
  }
  return { sha256: hash.digest('hex'), sizeBytes };
}

/** Documents and proofs, which are small; pictures are only ever hashed. */
export async function readSmallFiles(root: string, tree: Tree): Promise<Map<string, Buffer>> {
  const held = new Map<string, Buffer>();
  for (const file of tree.files.filter((name) => /\.(json|jws|tlog-proof)$/.test(name))) {
    held.set(file, await readFile(path.join(root, ...file.split('/'))));
  }
  return held;
}
