import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonicalJson, type JsonValue, sha256Hex } from '../../gateway/canonical.ts';
import { BESIDE_A_FILE, checkFile, checkPackage } from '../../gateway/console/screens/review/package-check.ts';
import { verifyPackage } from '../../gateway/evidence/verify.ts';
import { newLog } from '../evidence/fixtures.ts';
import { clock, filesOf, makePackage, readManifest } from '../evidence/made-package.ts';

// The page checks a package with what a browser has; `differe evidence verify` with what Node has. Here they say the same of the same packages.

const { key, log, original, copyOfPackage, signAgain } = await makePackage();

async function load(folder: string, paths?: readonly string[]) {
  const read = (file: string) => readFile(path.join(folder, file)).then((bytes) => new Uint8Array(bytes));
  return Promise.all((paths ?? (await filesOf(folder))).map(async (file) => ({ path: file, bytes: await read(file) })));
}

const parsed = async <T>(folder: string, file: string): Promise<T> =>
  JSON.parse(await readFile(path.join(folder, file), 'utf8')) as T;

describe('a package in the page', () => {
  it('is verified with its key, its files and its records, as it is outside', async () => {
    const files = await load(original);
    const proofs = files.filter((file) => file.path.endsWith('.tlog-proof'));
    expect(proofs.length).toBeGreaterThan(2);
    expect(await checkPackage(files)).toEqual({
      isSound: true,
      key: key.publicJwk.kid,
      files: files.length - 1,
      records: proofs.length,
      findings: [],
    });
    expect((await verifyPackage(original)).verified).toBe(true);
  });

  it('finds a changed byte in any file, a file that is missing and one that is not listed', async () => {
    for (const [n, file] of (await load(original)).entries()) {
      const files = await load(original);
      const changed = files[n]?.bytes ?? new Uint8Array();
      changed[changed.length >> 1] = (changed[changed.length >> 1] ?? 0) ^ 1;
      const { isSound, findings } = await checkPackage(files);
      expect(isSound, file.path).toBe(false);
      expect(findings.length, file.path).toBeGreaterThan(0);
    }
    const files = await load(original);
    expect((await checkPackage(files.slice(1))).isSound).toBe(false);
    const more = [...files, { path: 'more.txt', bytes: new Uint8Array(1) }];
    expect((await checkPackage(more)).findings).toEqual([{ file: 'more.txt', problem: 'unlisted' }]);
  });

  it.each([
    [
      '0001.json',
      'a record that the log does not have',
      (record: { time: string }) => ({ ...record, time: '2026-03-17T10:00:00.001Z' }),
    ],
    ['0001.json', 'a record at another place', (record: { seq: number }) => ({ ...record, seq: record.seq + 1 })],
  ])('finds in %s %s, even where its own key signed it', async (file, _name, change) => {
    const folder = await copyOfPackage();
    const record = change((await parsed(folder, `proofs/${file}`)) as never);
    await signAgain(folder, { [`proofs/${file}`]: canonicalJson(record as JsonValue) });
    const { isSound, findings } = await checkPackage(await load(folder));
    expect(isSound).toBe(false);
    expect(findings).toContainEqual({ file: `proofs/${file.replace('.json', '.tlog-proof')}`, problem: 'proof' });
    expect((await verifyPackage(folder)).verified).toBe(false);
  });

  it('finds every hash of a proof that was exchanged, another place, and what is no checkpoint of its log', async () => {
    const file = 'proofs/0001.tlog-proof';
    const text = await readFile(path.join(original, file), 'utf8');
    const found = async (changed: string): Promise<boolean> => {
      const folder = await copyOfPackage();
      await signAgain(folder, { [file]: changed });
      const { findings } = await checkPackage(await load(folder));
      await rm(folder, { recursive: true });
      return findings.some((each) => each.file === file && each.problem === 'proof');
    };
    const other = Buffer.from(sha256Hex('other'), 'hex').toString('base64');
    const lines = text.split('\n');
    const isHash = (line: string): boolean => /^[A-Za-z0-9+/]{43}=$/.test(line);
    const hashes = [...lines.keys()].filter((n) => isHash(lines[n] ?? ''));
    expect(hashes.length).toBeGreaterThan(1);
    for (const n of hashes) expect(await found(lines.with(n, other).join('\n')), `line ${n}`).toBe(true);
    expect(await found(text.replace(/index \d+/, 'index 1'))).toBe(true);
    expect(await found(text.replace('index ', 'index 0'))).toBe(true);
    expect(await found(text.replace('— ', '- '))).toBe(true);
    expect(await found(`${text}— other AAAAAAAA\n`)).toBe(true);
    expect(await found('')).toBe(true);
  });

  it('finds a proof without its record, a manifest of another kind, and what is there twice', async () => {
    const folder = await copyOfPackage();
    const spare = await readFile(path.join(folder, 'proofs/0001.tlog-proof'));
    await signAgain(folder, { 'proofs/9999.tlog-proof': spare });
    expect((await checkPackage(await load(folder))).findings).toEqual([
      { file: 'proofs/9999.tlog-proof', problem: 'proof' },
    ]);
    expect((await verifyPackage(folder)).verified).toBe(false);

    const manifest = await readManifest(original);
    const [file] = manifest.files;
    const signatureOnly = [{ file: 'manifest.jws', problem: 'signature' }];
    for (const [text, typ, findings] of [
      [manifest, 'differe-document+jws', signatureOnly],
      [{ ...manifest, format: 'differe-package/2' }, undefined, signatureOnly],
      [{ ...manifest, files: [...manifest.files, file] }, undefined, [{ file: file?.path, problem: 'twice' }]],
    ] as const) {
      const jws = await key.sign(canonicalJson(text as never), ...(typ === undefined ? [] : [typ]));
      const strange = await copyOfPackage();
      await writeFile(path.join(strange, 'manifest.jws'), jws);
      expect((await checkPackage(await load(strange))).findings).toEqual(findings);
      expect((await verifyPackage(strange)).verified).toBe(false);
    }
    const files = await load(original);
    expect((await checkPackage([...files, ...files.slice(0, 1)])).findings).toEqual([
      { file: files[0]?.path, problem: 'twice' },
    ]);
  });

  it('finds proofs that another log signed, a list that was not exported, and another procedure', async () => {
    const folder = await copyOfPackage();
    const other = await newLog(clock);
    const keys = await parsed<{ evidence: JsonValue; log: string }>(folder, 'keys.json');
    expect(keys.log.trim()).toBe(log.vkey.trim());
    await signAgain(folder, { 'keys.json': canonicalJson({ ...keys, log: other.vkey }) });
    const strange = await checkPackage(await load(folder));
    expect(strange.records).toBe(0);
    expect(strange.findings).toContainEqual({ file: 'proofs/0001.tlog-proof', problem: 'proof' });

    const shorter = await copyOfPackage();
    const document = await parsed<{ hits: JsonValue[] }>(shorter, 'hits.json');
    document.hits.pop();
    await signAgain(shorter, { 'hits.json': canonicalJson(document as never) });
    expect((await checkPackage(await load(shorter))).findings).toEqual([{ file: 'proofs', problem: 'unexported' }]);

    const elsewhere = await copyOfPackage();
    const said = await parsed<{ procedure: string }>(elsewhere, 'requisition.json');
    await signAgain(elsewhere, { 'requisition.json': canonicalJson({ ...said, procedure: '2026/000999' } as never) });
    expect((await checkPackage(await load(elsewhere))).findings).toContainEqual({
      file: 'proofs/0001.json',
      problem: 'procedure',
    });
  });
});

describe('one file of a package', () => {
  it('is verified with nothing but itself and what signs it', async () => {
    const beside = (file: string) => load(original, [...new Set([...BESIDE_A_FILE, file])]);
    const listed = await Promise.all(
      (await load(original)).map(async ({ path: file, bytes }) => ({ path: file, sha256: sha256Hex(bytes) })),
    );
    for (const file of listed)
      expect(await checkFile(file, await beside(file.path)), file.path).toEqual({
        key: key.publicJwk.kid,
        problem: undefined,
      });
    const hits = listed.find(({ path: file }) => file === 'hits.json') ?? { path: '', sha256: '' };
    const problemOf = async (file: typeof hits, files: Awaited<ReturnType<typeof load>>) =>
      (await checkFile(file, files)).problem;
    const changed = (await beside('hits.json')).map((file) =>
      file.path === 'hits.json' ? { ...file, bytes: file.bytes.slice(1) } : file,
    );
    expect(await problemOf(hits, changed)).toBe('changed');
    // What the page shows beside it is another digest than the one that was signed.
    const other = sha256Hex('other');
    for (const file of ['hits.json', 'manifest.jws'])
      expect(await problemOf({ path: file, sha256: other }, await beside(file))).toBe('changed');
    expect(await problemOf(hits, await load(original, BESIDE_A_FILE))).toBe('missing');
    expect(await problemOf({ ...hits, path: 'more.txt' }, await load(original, BESIDE_A_FILE))).toBe('unlisted');
    expect(await problemOf(hits, await load(original, ['keys.json', 'hits.json']))).toBe('signature');
  });
});
