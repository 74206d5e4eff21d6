import { createHash } from 'node:crypto';
import { createReadStream, type Dirent, existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { AppError } from '../errors.ts';
import { syncFolder } from '../sealed-objects.ts';
import { writeDurably } from '../vault.ts';

// A back-up is a folder of plain files and a manifest of their digests, which is written last: a folder without one is no back-up.

export const MANIFEST_FILE = 'backup.json';

const BackedUpFile = Type.Object({
  path: Type.String(),
  bytes: Type.Integer({ minimum: 0 }),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
});
export type BackedUpFile = Static<typeof BackedUpFile>;

const BackedUpTable = Type.Object({
  name: Type.String({ pattern: '^[a-z_]+$' }),
  columns: Type.Array(Type.String({ pattern: '^[a-z0-9_]+$' })),
  rows: Type.Integer({ minimum: 0 }),
});
export type BackedUpTable = Static<typeof BackedUpTable>;

const Manifest = Type.Object({
  version: Type.Literal(1),
  /** `data`: journal, sealed objects and rows. `keys`: wrapped case keys and signing keys. */
  part: Type.Union([Type.Literal('data'), Type.Literal('keys')]),
  installation: Type.String(),
  takenAt: Type.String(),
  files: Type.Array(BackedUpFile),
  database: Type.Optional(
    Type.Object({
      migrations: Type.Array(Type.Object({ name: Type.String(), sha256: Type.String() })),
      tables: Type.Array(BackedUpTable),
    }),
  ),
});
export type Manifest = Static<typeof Manifest>;

const unfit = (detail: string, cause?: unknown): AppError => new AppError('E_BACKUP', { detail, cause });

/** Copies a file so that it is durable, and says what it was. The folder's own entry is durable after `syncFolder`. */
export async function copyDurably(
  from: string | FileHandle,
  to: string,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const source = typeof from === 'string' ? await open(from) : from;
  const hash = createHash('sha256');
  let bytes = 0;
  const target = await open(to, 'wx', 0o600).catch(async (error: unknown) => {
    await source.close();
    throw error;
  });
  try {
    // Closes the source, whatever comes.
    for await (const part of source.createReadStream() as AsyncIterable<Buffer>) {
      hash.update(part);
      await writeWhole(target, part);
      bytes += part.length;
    }
    await target.sync();
  } finally {
    await target.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

async function writeWhole(file: FileHandle, part: Buffer): Promise<void> {
  for (let at = 0; at < part.length; ) at += (await file.write(part, at)).bytesWritten;
}

/**
 * Copies the files below a folder that `wanted` names. One that goes meanwhile is left out: it was erased, or replaced by what is copied later.
 * A place that goes is a failure.
 */
export async function copyTree(
  from: string,
  to: string,
  wanted: (file: string) => boolean = () => true,
): Promise<readonly BackedUpFile[]> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  const entries = await entriesBelow(from);
  const copied: BackedUpFile[] = [];
  const folders = new Set([to]);
  for (const entry of entries) {
    const file = path.relative(from, path.join(entry.parentPath, entry.name));
    if (entry.isDirectory() || !wanted(file)) continue;
    if (!entry.isFile()) throw unfit(`${file} is no plain file`);
    const place = path.join(to, file);
    await mkdir(path.dirname(place), { recursive: true, mode: 0o700 });
    for (let folder = path.dirname(place); folder.startsWith(to); folder = path.dirname(folder)) folders.add(folder);
    const source = await open(path.join(from, file)).catch(unlessAbsent);
    if (source !== undefined) copied.push({ path: file, ...(await copyDurably(source, place)) });
  }
  for (const folder of folders) await syncFolder(folder);
  return copied;
}

/** All below a folder; nothing when there is none. A folder within that goes meanwhile ends the look, which begins anew. */
async function entriesBelow(folder: string): Promise<readonly Dirent[]> {
  for (;;) {
    const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(unlessAbsent);
    if (found !== undefined || !existsSync(folder)) return found ?? [];
  }
}

export const writeManifest = (folder: string, manifest: Manifest): Promise<void> =>
  writeDurably(path.join(folder, MANIFEST_FILE), `${JSON.stringify(manifest, null, 1)}\n`);

/** The manifest of a folder; undefined when it has none: then it is no back-up, or one that was not finished. */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const text = await readFile(path.join(folder, MANIFEST_FILE), 'utf8').catch(unlessAbsent);
  if (text === undefined) return undefined;
  try {
    return Value.Parse(Manifest, JSON.parse(text));
  } catch (cause) {
    throw unfit(`${MANIFEST_FILE} is not one`, cause);
  }
}

/** A whole back-up: every file that its manifest names is there with its digest, and no other. Throws E_BACKUP. */
export async function openBackup(folder: string, part: Manifest['part']): Promise<Manifest> {
  const manifest = await readManifest(folder);
  if (manifest?.part !== part) throw unfit(`${folder} is no finished back-up of the ${part}`);
  const named = new Set([MANIFEST_FILE, ...manifest.files.map((file) => file.path)]);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = path.relative(folder, path.join(entry.parentPath, entry.name));
    if (!entry.isDirectory() && !named.has(file)) throw unfit(`${file} is not in the manifest`);
  }
  for (const { path: file, bytes, sha256 } of manifest.files) {
    const hash = createHash('sha256');
    let read = 0;
    try {
      for await (const piece of createReadStream(path.join(folder, file)) as AsyncIterable<Buffer>) {
        hash.update(piece);
        read += piece.length;
      }
    } catch (cause) {
      throw unfit(`${file} is missing`, cause);
    }
    if (read !== bytes || hash.digest('hex') !== sha256) throw unfit(`${file} was altered`);
  }
  return manifest;
}

function unlessAbsent(error: unknown): undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}
