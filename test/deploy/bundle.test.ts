import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { npmSbom, sbomDifferences, sealBundle } from '../../gateway/deploy/bundle.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

/** A bundle whose gateway is one file and one link: what is made and checked of it is what is made and checked of the real one. */
async function smallBundle(): Promise<{ readonly bundle: string; readonly destination: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-bundle-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const bundle = path.join(folder, 'differe-0.1.0 linux');
  await mkdir(path.join(bundle, 'differe/gateway/deploy/systemd'), { recursive: true });
  await mkdir(path.join(bundle, 'differe/node_modules/.bin'), { recursive: true });
  const unit = await readFile(path.join(ROOT, 'gateway/deploy/systemd/differe.service'));
  await writeFile(path.join(bundle, 'differe/gateway/deploy/systemd/differe.service'), unit);
  await writeFile(path.join(bundle, 'differe/gateway/été.ts'), 'one\n');
  await symlink('../../gateway/été.ts', path.join(bundle, 'differe/node_modules/.bin/été'));
  await writeFile(path.join(bundle, 'sbom.cdx.json'), '{}\n');
  await writeFile(path.join(bundle, 'install.sh'), await readFile(path.join(ROOT, 'gateway/deploy/install.sh')));
  await sealBundle(bundle);
  return { bundle, destination: path.join(folder, 'server') };
}

const install = (bundle: string, destination: string) =>
  run('sh', [path.join(bundle, 'install.sh')], { env: { PATH: process.env.PATH, DESTDIR: destination } });

describe('the offline bundle', () => {
  it('SEC-12: installs what it lists, with its links and units, and keeps what was there before', async () => {
    const { bundle, destination } = await smallBundle();
    await install(bundle, destination);
    const installed = path.join(destination, 'opt/differe');
    expect(await readFile(path.join(installed, 'node_modules/.bin/été'), 'utf8')).toBe('one\n');
    expect(await readFile(path.join(destination, 'etc/systemd/system/differe.service'), 'utf8')).toContain('[Service]');
    await writeFile(path.join(installed, 'mark'), 'of the first');
    await install(bundle, destination);
    expect(await readFile(path.join(destination, 'opt/differe.previous/mark'), 'utf8')).toBe('of the first');
    await expect(readFile(path.join(installed, 'mark'))).rejects.toThrow('ENOENT');
  });

  it.each([
    ['a byte that changed', (at: string) => writeFile(path.join(at, 'differe/gateway/été.ts'), 'two\n')],
    ['a file that is not listed', (at: string) => writeFile(path.join(at, 'differe/more.ts'), '')],
    ['a file that is missing', (at: string) => rm(path.join(at, 'differe/gateway/été.ts'))],
    ['a link that is not listed', (at: string) => symlink('/etc/passwd', path.join(at, 'differe/link'))],
  ])('SEC-12: refuses %s, and installs nothing', async (_what, change) => {
    const { bundle, destination } = await smallBundle();
    await change(bundle);
    await expect(install(bundle, destination)).rejects.toMatchObject({ code: 1 });
    await expect(readFile(path.join(destination, 'opt/differe/sbom.cdx.json'))).rejects.toThrow('ENOENT');
  });

  it('SEC-12: the bill of materials that npm writes is the lock file, package by package and digest by digest', async () => {
    const lock = await readFile(path.join(ROOT, 'package-lock.json'), 'utf8');
    const sbom = await npmSbom(ROOT);
    expect(sbomDifferences(sbom, lock)).toEqual([]);
    const [first, ...others] = sbom.components ?? [];
    if (first === undefined) throw new Error('an empty bill');
    expect(sbomDifferences({ ...sbom, components: others }, lock).join()).toContain('is not in the bill');
    const altered = { ...first, hashes: [{ alg: 'SHA-512', content: '00' }] };
    expect(sbomDifferences({ ...sbom, components: [altered, ...others] }, lock).join()).toContain('has another digest');
    const foreign = { name: 'left-pad', version: '1.3.0' };
    expect(sbomDifferences({ ...sbom, components: [first, ...others, foreign] }, lock)).toEqual([
      'left-pad@1.3.0 is not in the lock file',
    ]);
    expect(sbomDifferences({}, lock)).toEqual(['not a CycloneDX document']);
  });
});
