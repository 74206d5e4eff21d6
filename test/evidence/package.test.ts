import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CompactSign } from 'jose';
import { describe, expect, it } from 'vitest';
import { canonicalJson, type JsonValue, sha256Hex } from '../../gateway/canonical.ts';
import type { ExitCode } from '../../gateway/command.ts';
import { evidenceCommand } from '../../gateway/evidence/commands.ts';
import { openEvidenceKey } from '../../gateway/evidence/keys.ts';
import { hitName } from '../../gateway/evidence/names.ts';
import { buildPackage } from '../../gateway/evidence/package.ts';
import type { LoadedHit } from '../../gateway/evidence/types.ts';
import { verifyPackage } from '../../gateway/evidence/verify.ts';
import { checkManifest } from '../../gateway/evidence/verify-manifest.ts';
import type { CaseId, JobId } from '../../gateway/ids.ts';
import { folderWriter, newLog, requisitionOf, temporaryFolder } from './fixtures.ts';
import { clock, filesOf, makePackage, requisition } from './made-package.ts';

const { log, key, hits, original, depsOf, inputOf, copyOfPackage, signAgain } = await makePackage();

/** By procedure, camera and moment. */
const nameOf = (index: number): string => hitName(requisition.authorisation.sub, loadedAt(index), index);

const loadedAt = (index: number): LoadedHit => {
  const loaded = hits[index];
  if (loaded === undefined) throw new Error(`no hit ${index}`);
  return loaded;
};

describe('a package', () => {
  it('holds what a third party needs and verifies', async () => {
    expect(await filesOf(original)).toEqual(
      [
        'LISEZMOI.txt',
        'arguments.json',
        ...hits.flatMap((_, index) => [`clips/${nameOf(index)}.filter.txt`, `clips/${nameOf(index)}.mp4`]),
        'exhibits.json',
        'hits.json',
        'keys.json',
        'manifest.jws',
        'models.json',
        ...[1, 2, 3].flatMap((number) => [`proofs/000${number}.json`, `proofs/000${number}.tlog-proof`]),
        'requisition.json',
        'rue neuve.ledger.json',
        'rue neuve.mot.txt',
        'rue neuve.result.json',
        ...hits.map((_, index) => `stills/${nameOf(index)}.jpg`),
      ].sort(),
    );
    expect(hits.length).toBeGreaterThanOrEqual(2);
    expect(await verifyPackage(original)).toEqual({ verified: true, key: key.publicJwk.kid, findings: [] });
    expect(await verifyPackage(original, { trustedKey: key.publicJwk })).toMatchObject({ verified: true });
    const [first] = hits;
    const bytes = await readFile(path.join(original, 'rue neuve.result.json'));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256Hex(first?.resultText ?? ''));
  });

  it('HUM-02, PRO-05: each hit says that it is a lead, with its band, its models and its category of person', async () => {
    const document = JSON.parse(await readFile(path.join(original, 'hits.json'), 'utf8')) as {
      notice: { fr: string };
      questions: object[];
      hits: {
        class: string;
        personCategory: string | null;
        notice: { fr: string };
        confidenceBand: object;
        models: object[];
      }[];
    };
    expect(document.notice.fr).toBe("Indice à vérifier, n'établit pas une identité.");
    // What the question could not reach stands beside what it found, by names and not by ids of the installation.
    for (const question of document.questions) {
      expect(question).toMatchObject({
        notAnalysed: [{ fileName: 'quai.mp4', state: 'never_started' }],
        notSealed: [{ piece: 'SCELLE-9', cameraId: 'CAM-9' }],
      });
    }
    for (const hit of document.hits) {
      expect(hit.notice.fr).toBe(document.notice.fr);
      expect(hit.confidenceBand).toEqual({ fr: 'élevée', en: 'high' });
      expect(hit.models).toEqual([{ name: 'blob', sha256: sha256Hex('blob'), knownErrorRate: null }]);
      expect(hit.personCategory).toBe(hit.class === 'person' ? 'tiers' : null);
    }
    const readMe = await readFile(path.join(original, 'LISEZMOI.txt'), 'utf8');
    expect(readMe).toContain("n'établit pas une identité");
    expect(readMe).toContain(key.publicJwk.kid);
  });

  it('tells recorder time and corrected time, and of the requisition no fact and no name', async () => {
    const { exhibits } = JSON.parse(await readFile(path.join(original, 'exhibits.json'), 'utf8')) as {
      exhibits: { recorderTime: { start: string }; correctedTime: { start: string }; piece: string }[];
    };
    expect(exhibits[0]?.recorderTime.start).toBe('2026-03-14T14:02:00.000Z');
    expect(exhibits[0]?.correctedTime.start).toBe('2026-03-14T14:01:18.000Z');
    const told = JSON.parse(await readFile(path.join(original, 'requisition.json'), 'utf8')) as object;
    expect(Object.keys(told).sort()).toEqual(
      [
        'authorisation',
        'expires',
        'format',
        'framework',
        'notBefore',
        'ops',
        'procedure',
        'requisition',
        'schedule',
      ].sort(),
    );
  });

  it('names an exhibit of each analysis, also when nothing was found in it', async () => {
    const folder = path.join(await temporaryFolder(), 'package');
    const [first] = hits;
    if (first === undefined) throw new Error('no hit');
    const quiet = {
      exhibit: first.exhibit,
      result: first.result,
      resultText: first.resultText,
      bystanders: [],
      rectified: new Map(),
    };
    const exhibits = ['a', 'b'].map(() => ({ ...quiet, jobId: randomUUID() as string as JobId }));
    await buildPackage(requisition, { ...inputOf([]), exhibits }, depsOf(), folderWriter(folder));
    expect(await verifyPackage(folder)).toMatchObject({ verified: true });
    const files = await filesOf(folder);
    expect(files).toContain('rue neuve.result.json');
    expect(files).toContain('rue neuve-2.result.json');
  });

  it.each([
    ['unreviewed', (hit: LoadedHit): LoadedHit => ({ ...hit, review: undefined })],
    ['rejected', (hit: LoadedHit): LoadedHit => ({ ...hit, hit: { ...hit.hit, verdict: 'rejected' } })],
    [
      'confirmed without a look at the picture',
      (hit: LoadedHit): LoadedHit => ({
        ...hit,
        review: hit.review === undefined ? undefined : { ...hit.review, pictureSeenAtMs: undefined },
      }),
    ],
  ])('HUM-01: refuses a hit that is %s, and writes nothing', async (_name, change) => {
    const folder = path.join(await temporaryFolder(), 'package');
    const [first, ...others] = hits;
    if (first === undefined) throw new Error('no hit');
    const before = await log.size();
    const build = buildPackage(requisition, inputOf([...others, change(first)]), depsOf(), folderWriter(folder));
    await expect(build).rejects.toMatchObject({ code: 'E_HUM_UNVALIDATED' });
    await expect(stat(folder)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await log.size()).toBe(before);
  });

  it("HUM-01: names each reader's verdict, disagreement included, and the verifier holds them against who confirmed", async () => {
    const folder = path.join(await temporaryFolder(), 'package');
    const [first] = hits;
    if (first === undefined) throw new Error('no hit');
    const doubt = { agentId: 'OPJ-2', verdict: 'rejected', at: '2026-03-17T10:00:00.000Z' } as const;
    const disputed = { ...first.hit, disputed: true, readings: [...first.hit.readings, doubt] };
    await buildPackage(requisition, inputOf([{ ...first, hit: disputed }]), depsOf(), folderWriter(folder));
    expect(await verifyPackage(folder)).toMatchObject({ verified: true });
    const listed = JSON.parse(await readFile(path.join(folder, 'hits.json'), 'utf8')) as {
      hits: { verdict: { agent: string; disputed: boolean; readers: unknown[] } }[];
    };
    expect(listed.hits[0]?.verdict).toMatchObject({
      state: 'confirmed',
      agent: 'OPJ-1',
      disputed: true,
      readers: [
        { agent: 'OPJ-1', verdict: 'confirmed', pictureSeenAt: '2026-03-17T09:04:00.000Z' },
        { agent: 'OPJ-2', verdict: 'rejected', decidedAt: '2026-03-17T10:00:00.000Z', pictureSeenAt: null },
      ],
    });

    const hidden = path.join(await temporaryFolder(), 'package');
    const silent = { ...first, hit: { ...disputed, disputed: false } };
    await buildPackage(requisition, inputOf([silent]), depsOf(), folderWriter(hidden));
    expect((await verifyPackage(hidden)).findings).toMatchObject([{ problem: 'hit 0001: disagreement' }]);
  });

  it('PRO-01: refuses an exhibit of another case', async () => {
    const other = requisitionOf(randomUUID() as string as CaseId);
    const folder = path.join(await temporaryFolder(), 'package');
    await expect(buildPackage(other, inputOf(hits), depsOf(), folderWriter(folder))).rejects.toMatchObject({
      code: 'E_PRO_SILO',
    });
  });
});

describe('verification', () => {
  it('finds every changed byte of the manifest, whose encoding has more than one spelling', async () => {
    const bytes = await readFile(path.join(original, 'manifest.jws'));
    const evidence: unknown = key.publicJwk;
    expect((await checkManifest(bytes, evidence)).findings).toEqual([]);
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      const { manifest, findings } = await checkManifest(changed, evidence);
      if (manifest !== undefined || findings.length === 0) expect.fail(`byte ${at} was not missed`);
    }
  });

  it('finds a changed byte in every file', async () => {
    const folder = await copyOfPackage();
    for (const [index, file] of (await filesOf(folder)).entries()) {
      const target = path.join(folder, file);
      const bytes = await readFile(target);
      // Both ends, and places that differ from file to file.
      for (const share of [0, 0.33 + index / 100, 0.5 + index / 200, 1]) {
        const at = Math.round(share * (bytes.length - 1));
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
        await writeFile(target, changed);
        const { verified, findings } = await verifyPackage(folder);
        expect(verified, `${file} byte ${at}`).toBe(false);
        if (file !== 'manifest.jws' && file !== 'keys.json') {
          expect(findings.map((finding) => finding.file)).toContain(file);
        }
      }
      await writeFile(target, bytes);
    }
    expect((await verifyPackage(folder)).verified).toBe(true);
  });

  it('finds every changed byte of a small file', async () => {
    const folder = await copyOfPackage();
    const target = path.join(folder, 'models.json');
    const bytes = await readFile(target);
    for (const at of bytes.keys()) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      await writeFile(target, changed);
      expect((await verifyPackage(folder)).verified, `byte ${at}`).toBe(false);
    }
  });

  it('finds bytes that were added or cut off at the end of any file', async () => {
    const folder = await copyOfPackage();
    for (const file of await filesOf(folder)) {
      const target = path.join(folder, file);
      const bytes = await readFile(target);
      for (const changed of [Buffer.concat([bytes, Buffer.from('\n')]), bytes.subarray(0, -1), Buffer.alloc(0)]) {
        await writeFile(target, changed);
        expect((await verifyPackage(folder)).verified, file).toBe(false);
      }
      await writeFile(target, bytes);
    }
  });

  it('finds a file that was added, removed or renamed, a link, and an empty folder', async () => {
    const tamper: Readonly<Record<string, (folder: string) => Promise<unknown>>> = {
      added: (folder) => writeFile(path.join(folder, 'note.txt'), 'x'),
      hidden: (folder) => writeFile(path.join(folder, 'proofs', '.x'), ''),
      removed: (folder) => rm(path.join(folder, 'stills', `${nameOf(0)}.jpg`)),
      renamed: (folder) =>
        rename(path.join(folder, 'stills', `${nameOf(0)}.jpg`), path.join(folder, 'stills', '1.jpg')),
      'empty folder': (folder) => mkdir(path.join(folder, 'more')),
      link: async (folder) => {
        await rm(path.join(folder, 'models.json'));
        await symlink(path.join(original, 'models.json'), path.join(folder, 'models.json'));
      },
      'no manifest': (folder) => rm(path.join(folder, 'manifest.jws')),
    };
    for (const [name, act] of Object.entries(tamper)) {
      const folder = await copyOfPackage();
      await act(folder);
      expect((await verifyPackage(folder)).verified, name).toBe(false);
    }
  });

  it('finds two clips that were exchanged, and says both digests', async () => {
    const folder = await copyOfPackage();
    const [one, two] = [0, 1].map((index) => path.join(folder, 'clips', `${nameOf(index)}.mp4`));
    if (one === undefined || two === undefined) throw new Error('no clips');
    const [first, second] = [await readFile(one), await readFile(two)];
    await writeFile(one, second);
    await writeFile(two, first);
    const { findings } = await verifyPackage(folder);
    expect(findings).toContainEqual({
      file: `clips/${nameOf(0)}.mp4`,
      problem: 'SHA-256',
      expected: sha256Hex(first),
      found: sha256Hex(second),
    });
  });

  it('refuses a package that was signed again by another key, when the reader brings the right one', async () => {
    const folder = await copyOfPackage();
    const forger = await openEvidenceKey(await temporaryFolder());
    const keys = JSON.parse(await readFile(path.join(folder, 'keys.json'), 'utf8')) as { log: string };
    await signAgain(folder, { 'keys.json': canonicalJson({ ...keys, evidence: { ...forger.publicJwk } }) }, forger);
    // By itself it only vouches for itself: the thumbprint is another one.
    expect(await verifyPackage(folder)).toMatchObject({ verified: true, key: forger.publicJwk.kid });
    const { verified, findings } = await verifyPackage(folder, { trustedKey: key.publicJwk });
    expect(verified).toBe(false);
    expect(findings[0]).toMatchObject({
      file: 'manifest.jws',
      expected: key.publicJwk.kid,
      found: forger.publicJwk.kid,
    });
  });

  it('accepts one spelling of the manifest: no other header, no other typ, no unsigned algorithm', async () => {
    const folder = await copyOfPackage();
    const target = path.join(folder, 'manifest.jws');
    const jws = await readFile(target, 'latin1');
    const [header = '', payload = '', signature = ''] = jws.split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none', kid: key.publicJwk.kid, typ: 'differe-package+jws' }));
    const spellings = [
      `${jws}\n`,
      ` ${jws}`,
      `${jws}=`,
      `${header}.${payload}.${signature.slice(0, -1)}${signature.endsWith('A') ? 'B' : 'A'}`,
      `${none.toString('base64url')}.${payload}.`,
      `${none.toString('base64url')}.${payload}.${signature}`,
      `${header}.${payload}`,
      `${jws}.${signature}`,
    ];
    for (const text of spellings) {
      await writeFile(target, text);
      expect((await verifyPackage(folder)).verified, text.slice(0, 40)).toBe(false);
    }
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const evidence = { ...publicKey.export({ format: 'jwk' }), kid: 'other' };
    const other = await new CompactSign(Buffer.from(payload, 'base64url'))
      .setProtectedHeader({ alg: 'EdDSA', kid: 'other', typ: 'differe-package+jws' })
      .sign(privateKey);
    await writeFile(target, other);
    expect((await verifyPackage(folder, { trustedKey: evidence })).verified).toBe(false);
  });

  it.each<readonly [string, string, (value: never) => void]>([
    [
      'a hit on another box',
      'hits.json',
      (value: { hits: { best: { box: { left: number } } }[] }) => {
        for (const hit of value.hits) hit.best.box.left += 1;
      },
    ],
    [
      'a hit on a track that is not there',
      'hits.json',
      (value: { hits: { track: number }[] }) => {
        for (const hit of value.hits) hit.track = 99;
      },
    ],
    [
      'a hit at another time',
      'hits.json',
      (value: { hits: { mediaTime: { fromSeconds: number } }[] }) => {
        for (const hit of value.hits) hit.mediaTime.fromSeconds += 0.5;
      },
    ],
    [
      'a hit that nobody confirmed',
      'hits.json',
      (value: { hits: { verdict: { agent: string | null } }[] }) => {
        for (const hit of value.hits) hit.verdict.agent = null;
      },
    ],
    [
      'a hit without its notice',
      'hits.json',
      (value: { hits: { notice: object }[] }) => {
        for (const hit of value.hits) hit.notice = {};
      },
    ],
    [
      'another question than the hash says',
      'hits.json',
      (value: { questions: { executed: { minConfidence: number } }[] }) => {
        for (const question of value.questions) question.executed.minConfidence = 0;
      },
    ],
    [
      'a result of another exhibit',
      'exhibits.json',
      (value: { exhibits: { sha256: string }[] }) => {
        for (const exhibit of value.exhibits) exhibit.sha256 = sha256Hex('other');
      },
    ],
    [
      'another result digest',
      'exhibits.json',
      (value: { exhibits: { result: { sha256: string } }[] }) => {
        for (const exhibit of value.exhibits) exhibit.result.sha256 = sha256Hex('other');
      },
    ],
    [
      'a ledger with a gap',
      'rue neuve.ledger.json',
      (value: { intervals: { toSeconds: number }[] }) => {
        for (const interval of value.intervals) interval.toSeconds -= 1;
      },
    ],
    [
      'a model that no card names',
      'models.json',
      (value: { models: object[] }) => {
        value.models.length = 0;
      },
    ],
    [
      'another requisition',
      'requisition.json',
      (value: { schedule: { sha256: string } }) => {
        value.schedule.sha256 = sha256Hex('other');
      },
    ],
    [
      'another procedure',
      'requisition.json',
      (value: { procedure: string }) => {
        value.procedure = '2026/000999';
      },
    ],
    [
      'a record that the log does not have',
      'proofs/0001.json',
      (value: { time: string }) => {
        value.time = '2026-03-17T10:00:00.001Z';
      },
    ],
  ])('finds %s, even in a package that its own key signed', async (_name, file, change) => {
    const folder = await copyOfPackage();
    const value = JSON.parse(await readFile(path.join(folder, file), 'utf8')) as JsonValue;
    change(value as never);
    await signAgain(folder, { [file]: canonicalJson(value) });
    const { verified, findings } = await verifyPackage(folder);
    expect(verified).toBe(false);
    expect(findings.every((finding) => finding.file !== 'manifest.jws')).toBe(true);
  });

  it('LOG-01: finds a package whose list of hits is not the one that the log says was exported', async () => {
    const folder = await copyOfPackage();
    const document = JSON.parse(await readFile(path.join(folder, 'hits.json'), 'utf8')) as { hits: JsonValue[] };
    document.hits.pop();
    await signAgain(folder, { 'hits.json': canonicalJson(document) });
    expect((await verifyPackage(folder)).findings).toEqual([
      { file: 'proofs', problem: 'no record of the export of hits.json' },
    ]);
  });

  it('finds proofs that a checkpoint of another log signed', async () => {
    const folder = await copyOfPackage();
    const other = await newLog(clock);
    const keys = JSON.parse(await readFile(path.join(folder, 'keys.json'), 'utf8')) as { evidence: JsonValue };
    await signAgain(folder, { 'keys.json': canonicalJson({ ...keys, log: other.vkey }) });
    expect((await verifyPackage(folder)).findings.map(({ file }) => file)).toContain('proofs/0001.tlog-proof');
  });

  it('says no to anything that is not a package, and never crashes on it', async () => {
    const empty = await temporaryFolder();
    expect((await verifyPackage(empty)).verified).toBe(false);
    for (const junk of ['', '{}', '[]', 'null', '\u0000', '{"evidence":{},"log":"x"}']) {
      const folder = await copyOfPackage();
      for (const file of [
        'keys.json',
        'hits.json',
        'exhibits.json',
        'models.json',
        'requisition.json',
        'proofs/0001.json',
        'rue neuve.result.json',
        'rue neuve.ledger.json',
      ]) {
        const bytes = await readFile(path.join(folder, file));
        await signAgain(folder, { [file]: junk });
        expect((await verifyPackage(folder, { trustedKey: key.publicJwk })).verified, `${file} ${junk}`).toBe(false);
        await signAgain(folder, { [file]: bytes });
      }
    }
    await expect(verifyPackage(path.join(empty, 'none'))).rejects.toMatchObject({ code: 'E_REQUEST' });
  });
});

describe('differe evidence verify', () => {
  async function run(...args: string[]): Promise<{ code: ExitCode; out: string; err: string }> {
    const said = { out: '', err: '' };
    const code = await evidenceCommand(args, {
      out: (text) => {
        said.out += text;
      },
      err: (text) => {
        said.err += text;
      },
    });
    return { code, ...said };
  }

  it('exits 0 and prints JSON for an intact package, with and without the key', async () => {
    const keyFile = path.join(await temporaryFolder(), 'key.json');
    await writeFile(keyFile, JSON.stringify(key.publicJwk));
    const plain = await run('verify', original);
    expect(plain.code).toBe(0);
    expect(JSON.parse(plain.out)).toEqual({ verified: true, key: key.publicJwk.kid, findings: [] });
    expect(plain.err).toContain(key.publicJwk.kid);
    expect((await run('verify', original, '--key', keyFile)).code).toBe(0);
  });

  it('exits 1 for a changed package or another key, and 2 when called wrongly', async () => {
    const folder = await copyOfPackage();
    await writeFile(path.join(folder, 'models.json'), '{}');
    const changed = await run('verify', folder);
    expect(changed.code).toBe(1);
    expect(JSON.parse(changed.out)).toMatchObject({ verified: false });
    const keyFile = path.join(await temporaryFolder(), 'key.json');
    await writeFile(keyFile, JSON.stringify((await openEvidenceKey(await temporaryFolder())).publicJwk));
    expect((await run('verify', original, '--key', keyFile)).code).toBe(1);
    for (const args of [
      [],
      ['verify'],
      ['check', original],
      ['verify', original, 'x'],
      ['verify', `${original}-none`],
      ['verify', original, '--key', 'none.json'],
    ]) {
      expect((await run(...args)).code, args.join(' ')).toBe(2);
    }
  });
});

describe('the evidence key', () => {
  it('is made once, closed to others, and the same at every opening', async () => {
    const folder = path.join(await temporaryFolder(), 'keys');
    const opened = await Promise.all([openEvidenceKey(folder), openEvidenceKey(folder), openEvidenceKey(folder)]);
    expect(new Set(opened.map(({ publicJwk }) => publicJwk.kid)).size).toBe(1);
    expect((await readdir(folder)).sort()).toEqual(['evidence.jwk']);
    expect((await stat(path.join(folder, 'evidence.jwk'))).mode & 0o777).toBe(0o600);
    expect(JSON.stringify(opened[0]?.publicJwk)).not.toContain('"d"');
    await chmod(path.join(folder, 'evidence.jwk'), 0o644);
    await expect(openEvidenceKey(folder)).rejects.toMatchObject({ code: 'E_CONFIG' });
  });

  it('refuses another kind of key', async () => {
    const folder = await temporaryFolder();
    for (const text of [
      '',
      '{}',
      JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })),
    ]) {
      await writeFile(path.join(folder, 'evidence.jwk'), text, { mode: 0o600 });
      await expect(openEvidenceKey(folder)).rejects.toMatchObject({ code: 'E_CONFIG' });
    }
  });
});
