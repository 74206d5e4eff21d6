import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { type JsonValue, sha256Hex } from '../canonical.ts';
import { publicJwkOf, readCompactJws, verifySignature } from '../trust/jws.ts';

// CTL-04: what an inspector takes away: journal, dossier, statistics, evidence, and one signed list of every file. It holds nothing of a case
// but the references that the journal has.

export const PACK_TYP = 'differe-control-pack+jws';
export const MANIFEST_FILE = 'manifest.json';
export const SIGNATURE_FILE = 'manifest.jws';
export const KEY_FILE = 'signing-key.jwk.json';

const Manifest = Type.Object(
  {
    format: Type.Literal('differe-control-pack/1'),
    installation: Type.String(),
    made_at: Type.String(),
    log: Type.Object({ size: Type.Integer(), root: Type.String() }, { additionalProperties: false }),
    files: Type.Array(
      Type.Object(
        { path: Type.String(), sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }) },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
export type PackManifest = Static<typeof Manifest>;
const schema = Compile(Manifest);

/** Files below a folder, relative, in order; the manifest and its signature are not among them. */
export async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const own = [MANIFEST_FILE, SIGNATURE_FILE];
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((file) => !own.includes(file))
    .toSorted();
}

export async function manifestOf(
  folder: string,
  facts: Pick<PackManifest, 'installation' | 'made_at' | 'log'>,
): Promise<PackManifest> {
  const files = await Promise.all(
    (await filesOf(folder)).map(async (file) => ({
      path: file,
      sha256: sha256Hex(await readFile(path.join(folder, file))),
    })),
  );
  return { format: 'differe-control-pack/1', ...facts, files };
}

/** What is wrong with a pack; nothing when it is as it was made. `known` is the key that the reader has from elsewhere. */
export async function packFaults(folder: string, known?: JsonValue): Promise<readonly string[]> {
  const read = (file: string) => readFile(path.join(folder, file)).catch(() => undefined);
  const [text, signature, keyText] = await Promise.all([read(MANIFEST_FILE), read(SIGNATURE_FILE), read(KEY_FILE)]);
  if (text === undefined || signature === undefined || keyText === undefined)
    return ['manifest, signature or key is missing'];
  const faults: string[] = [];
  try {
    const key = publicJwkOf(JSON.parse(keyText.toString('utf8')));
    if (known !== undefined && publicJwkOf(known).x !== key.x) return ['signed by another key'];
    const compact = signature.toString('utf8');
    const opened = readCompactJws(compact);
    const { header, payload } = opened;
    verifySignature(opened, key);
    if (header.typ !== PACK_TYP || !payload.equals(text)) return ['the manifest is not what was signed'];
  } catch {
    return ['the signature does not hold'];
  }
  const manifest: unknown = JSON.parse(text.toString('utf8'));
  if (!schema.Check(manifest)) return ['the manifest has another form'];
  const there = await filesOf(folder);
  const listed = new Map(manifest.files.map(({ path: file, sha256 }) => [file, sha256]));
  for (const file of there) if (!listed.has(file)) faults.push(`${file} is not in the manifest`);
  for (const [file, sha256] of listed) {
    const bytes = there.includes(file) ? await read(file) : undefined;
    if (bytes === undefined) faults.push(`${file} is missing`);
    else if (sha256Hex(bytes) !== sha256) faults.push(`${file} was changed`);
  }
  return faults;
}
