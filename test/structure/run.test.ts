import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const runner = resolve(import.meta.dirname, '../../gateway/run.mjs');
const empty = mkdtempSync(join(tmpdir(), 'differe-path-'));
afterAll(() => rmSync(empty, { recursive: true, force: true }));

/** As on a machine without ffmpeg, bubblewrap and apt. */
const runBare = (...args: readonly string[]) =>
  spawnSync(process.execPath, [runner, ...args], { encoding: 'utf8', env: { PATH: empty } });

describe('gateway/run.mjs', () => {
  it.each(['demo', 'test', 'bench'])(
    '%s says in one sentence what to install and exits 3 where ffmpeg is missing',
    (name) => {
      const { status, stdout, stderr } = runBare(name);
      expect(status).toBe(3);
      expect(stdout).toBe('');
      expect(stderr.trim().split('\n')).toHaveLength(1);
      for (const word of ['ffmpeg', 'ffprobe', 'bwrap', 'bubblewrap']) expect(stderr).toContain(word);
    },
  );

  it.each([
    ['serve'],
    ['worker'],
    ['exhibit', 'hash', 'x.mp4'],
    ['footage', 'inspect', 'x.mp4'],
    ['compliance', 'absence'],
  ])('differe %s, which opens footage or a database, needs the tools as well', (...args) => {
    expect(runBare('differe', ...args).status).toBe(3);
  });

  it('exits 2 when it is called wrongly', () => {
    for (const args of [[], ['deploy'], ['constructor']]) {
      const { status, stdout, stderr } = runBare(...args);
      expect(status).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toContain('usage');
    }
  });

  it('npm run differe takes paths from where it is called, in a folder of the checkout and outside of it', () => {
    const root = resolve(import.meta.dirname, '../..');
    const outside = mkdtempSync(join(tmpdir(), 'differe-called-'));
    const inside = mkdtempSync(join(root, 'test/structure/called-'));
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([key]) => !/^(npm_|INIT_CWD$|DIFFERE_)/.test(key)),
    );
    try {
      for (const [cwd, ...prefix] of [[inside], [outside, '--prefix', root]] as const) {
        const args = [...prefix, 'run', '--silent', 'differe', '--', 'requisition', 'keygen', '--out', 'own.jwk.json'];
        const { status, stderr } = spawnSync('npm', args, { cwd, encoding: 'utf8', env });
        expect([status, stderr]).toEqual([0, '']);
        expect(readdirSync(cwd)).toEqual(['own.jwk.json']);
      }
      expect(existsSync(join(root, 'own.jwk.json'))).toBe(false);
    } finally {
      for (const folder of [inside, outside]) rmSync(folder, { recursive: true });
      rmSync(join(root, 'own.jwk.json'), { force: true });
    }
  });
});
