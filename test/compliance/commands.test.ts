import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Capability } from '../../gateway/compliance/capability.ts';
import { complianceCommand } from '../../gateway/compliance/commands.ts';
import { lockedPackages, readLockFile } from '../../gateway/compliance/lock-file.ts';
import { sbomOf } from '../../gateway/compliance/sbom.ts';
import { createDemoInstallation, type DemoInstallation } from '../../gateway/demo/installation.ts';
import { openEvidenceKey } from '../../gateway/evidence/keys.ts';
import { requisitionCommand } from '../../gateway/requisition/commands.ts';
import { retentionOf } from '../../gateway/retention-facts.ts';
import { CAPABILITY } from './support.ts';

let installation: DemoInstallation;
let folder: string;
let capability: Capability = CAPABILITY;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'differe-compliance-'));
  installation = await createDemoInstallation(folder, []);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(command: 'compliance' | 'requisition', ...args: readonly string[]) {
  const said = { out: '', err: '' };
  const io = {
    out: (text: string) => {
      said.out += text;
    },
    err: (text: string) => {
      said.err += `${text}\n`;
    },
  };
  const compliance = complianceCommand({
    environment: installation.environment,
    capability: async () => capability,
    openapi: async () => ({}),
    openSigningKey: openEvidenceKey,
    retentionOf,
  });
  const exit = await (command === 'compliance' ? compliance : requisitionCommand)(args, io);
  return { exit, ...said };
}
const dossier = (...args: readonly string[]) => run('compliance', 'dossier', ...args);
const file = (name: string): string => path.join(folder, name);

describe('differe compliance dossier', () => {
  it('CPL-04: makes a draft that nobody can sign before it is filled in, takes two signatures, and says when it holds', async () => {
    const registry = installation.authoritiesFile;
    for (const role of ['responsable', 'dpo']) {
      const office = ['--role', role, '--iss', `${role}-x`, '--env', 'test', '--registry', registry];
      expect((await run('requisition', 'keygen', '--out', file(`${role}.json`), ...office)).exit).toBe(0);
    }
    expect(await dossier('new', '--out', file('d.json'))).toMatchObject({ exit: 0 });
    const blank = await dossier('sign', '--key', file('dpo.json'), file('d.json'));
    expect(blank.exit).toBe(1);
    expect(blank.err).toContain('E_CPL_INCOMPLETE');
    expect(blank.err).toContain('engagement.ref is not filled in');

    // A person fills it in; here, with the papers of the demo.
    const draft = JSON.parse(await readFile(file('d.json'), 'utf8')) as { dossier: object };
    const { dossier: demo } = JSON.parse(await readFile(installation.dossierFile, 'utf8')) as { dossier: object };
    const { capability: _c, capability_sha256: _d, model_set_sha256: _m, ...papers } = demo as Record<string, unknown>;
    await writeFile(file('d.json'), JSON.stringify({ dossier: { ...draft.dossier, ...papers }, signatures: [] }));
    const filledIn = await readFile(file('d.json'), 'utf8');
    const over = await dossier('new', '--out', file('d.json'));
    expect([over.exit, over.err]).toEqual([2, expect.stringContaining('d.json exists; not overwritten')]);
    expect(await readFile(file('d.json'), 'utf8')).toBe(filledIn);
    const half = await dossier('sign', '--key', file('dpo.json'), file('d.json'));
    expect([half.exit, JSON.parse(half.out)]).toEqual([0, { file: file('d.json'), signatures: 1 }]);
    const unsigned = await dossier('status', file('d.json'));
    expect([unsigned.exit, JSON.parse(unsigned.out).holds]).toEqual([1, false]);
    expect(unsigned.out).toContain('signature of role responsable is missing');
    // A key of another office, and one that signs again, leave the file as good as it is.
    const opj = ['--role', 'opj', '--iss', 'opj-x', '--env', 'test'];
    await run('requisition', 'keygen', '--out', file('opj.json'), ...opj);
    const signed = await readFile(file('d.json'), 'utf8');
    const other = await dossier('sign', '--key', file('opj.json'), file('d.json'));
    expect([other.exit, other.err]).toEqual([1, expect.stringMatching(/^E_KEY_OFFICE: [\s\S]*responsable, dpo/)]);
    expect(await readFile(file('d.json'), 'utf8')).toBe(signed);
    const twice = await dossier('sign', '--key', file('dpo.json'), file('d.json'));
    expect([twice.exit, JSON.parse(twice.out)]).toEqual([0, { file: file('d.json'), signatures: 1 }]);
    expect((await dossier('sign', '--key', file('responsable.json'), file('d.json'))).exit).toBe(0);
    const whole = await dossier('status', file('d.json'));
    expect([whole.exit, JSON.parse(whole.out)]).toEqual([0, expect.objectContaining({ holds: true, wider: [] })]);
  });

  it('FACE-13: an update is compared with the dossier before it is started, and its draft says what is new', async () => {
    capability = { ...CAPABILITY, ops: [...CAPABILITY.ops, 'search.dwell'] };
    const wider = await dossier('status', file('d.json'));
    expect([wider.exit, JSON.parse(wider.out)]).toEqual([
      1,
      expect.objectContaining({ holds: false, wider: ['operation search.dwell'] }),
    ]);
    const next = await dossier('new', '--from', file('d.json'), '--out', file('next.json'));
    expect([next.exit, next.err]).toEqual([0, expect.stringContaining('+ operation search.dwell')]);
    const compared = await dossier('diff', file('d.json'), file('next.json'));
    expect(JSON.parse(compared.out)).toEqual({ wider: ['operation search.dwell'], narrower: [], papers: ['version'] });
    capability = CAPABILITY;
  });

  it('says how it is called wrongly', async () => {
    for (const args of [
      [],
      ['new'],
      ['sign', file('d.json')],
      ['sign', '--key', file('d.json'), file('d.json')],
      ['diff', 'one'],
    ]) {
      expect((await dossier(...args)).exit, args.join(' ')).toBe(2);
    }
    expect((await dossier('status', file('none.json'))).exit).toBe(2);
  });
});

interface LockEntry {
  readonly version: string;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
}

const isForThisMachine = ({ os, cpu, libc }: LockEntry): boolean =>
  os?.includes('linux') !== false && cpu?.includes('x64') !== false && libc?.includes('glibc') !== false;

describe('differe compliance sbom', () => {
  it('SEC-12: names exactly the packages of the lock file, each with the digest of its bytes', async () => {
    const { exit, out } = await run('compliance', 'sbom');
    const { specVersion, components } = JSON.parse(out) as {
      readonly specVersion: string;
      readonly components: readonly {
        readonly 'bom-ref': string;
        readonly scope: string;
        readonly hashes?: { content: string }[];
      }[];
    };
    expect([exit, specVersion]).toEqual([0, '1.6']);
    const lock = JSON.parse(await readFile(path.join(import.meta.dirname, '../../package-lock.json'), 'utf8')) as {
      readonly packages: Readonly<Record<string, LockEntry>>;
    };
    const pinned = Object.entries(lock.packages)
      .filter(([place]) => place !== '')
      .map(([place, entry]) => ({ ref: `${place.replace(/^.*node_modules\//, '')}@${entry.version}`, entry }));
    expect(pinned.length).toBeGreaterThan(100);
    expect(components.map((component) => component['bom-ref'])).toEqual(
      [...new Set(pinned.map(({ ref }) => ref))].toSorted(),
    );
    // npm leaves out the digest of what this kind of machine never installs.
    const installable = pinned.filter(({ entry }) => isForThisMachine(entry));
    expect(installable.length).toBeGreaterThan(100);
    for (const { ref } of installable) {
      const component = components.find((each) => each['bom-ref'] === ref);
      expect(component?.hashes?.[0]?.content, ref).toMatch(/^[0-9a-f]{128}$/);
    }
  });

  it('SEC-12: the packages that are installed are those of the bill', () => {
    const installed = new Map(readLockFile().map(({ name, version }) => [`${name}@${version}`, name]));
    const root = path.join(import.meta.dirname, '../..');
    const text = execFileSync(
      'find',
      ['-L', 'node_modules', '-maxdepth', '3', '-name', 'package.json', '-not', '-path', '*/.*'],
      {
        cwd: root,
        encoding: 'utf8',
      },
    );
    const places = text.split('\n').filter((line) => /^node_modules\/(@[^/]+\/)?[^/@]+\/package\.json$/.test(line));
    expect(places.length).toBeGreaterThan(100);
    for (const place of places) {
      const { name, version } = JSON.parse(execFileSync('cat', [place], { cwd: root, encoding: 'utf8' })) as Record<
        string,
        string
      >;
      expect(installed.has(`${name}@${version}`), place).toBe(true);
    }
  });

  it('SEC-12: a package more in the lock file is a component more in the bill', () => {
    const one = { packages: { '': {}, 'node_modules/a': { version: '1.0.0', integrity: 'sha512-AAAA' } } };
    const two = { packages: { ...one.packages, 'node_modules/a/node_modules/@b/c': { version: '2.0.0', dev: true } } };
    const refs = (lock: object): readonly string[] =>
      (sbomOf(lockedPackages(JSON.stringify(lock))) as { components: { 'bom-ref': string }[] }).components.map(
        (component) => component['bom-ref'],
      );
    expect(refs(one)).toEqual(['a@1.0.0']);
    expect(refs(two)).toEqual(['@b/c@2.0.0', 'a@1.0.0']);
  });
});
