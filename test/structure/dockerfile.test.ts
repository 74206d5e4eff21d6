import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
};
const dockerfile = read('Dockerfile')
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n/g, ' ');
const setup = read('gateway/setup.mjs');

describe('the container image', () => {
  it('runs the Node version that npm scripts run', () => {
    expect(dockerfile).toMatch(new RegExp(`^FROM node:${manifest.dependencies.node}-\\w+-slim$`, 'm'));
  });

  it('SEC-12: installs what a checkout installs: the same Debian packages, and install scripts for the same two npm packages', () => {
    const scripted = Object.keys(manifest.allowScripts).filter((name) => manifest.allowScripts[name]);
    expect(dockerfile).toContain(`npm rebuild ${scripted.join(' ')} --ignore-scripts=false`);
    expect(setup).toContain(`['${scripted.join("', '")}']`);
    expect(dockerfile).toMatch(/npm ci --ignore-scripts\b/);
    expect(dockerfile).toContain('apt-get install -y --no-install-recommends ffmpeg bubblewrap');
    expect(setup).toContain(`apt(['ffmpeg', 'bubblewrap'])`);
  });

  it('builds the console from its own sources, as set-up does, and takes no build of the checkout along', () => {
    expect(dockerfile).toMatch(/^COPY gateway gateway$[\s\S]*^RUN node gateway\/build-console\.mjs$/m);
    expect(read('.dockerignore')).toMatch(/^gateway\/console\/built$/m);
    expect(setup).toContain("'gateway/build-console.mjs'");
    // The image has no development packages.
    for (const name of ['vite', '@vitejs/plugin-react', 'react']) expect(manifest.dependencies).toHaveProperty(name);
  });

  it('builds the console from nothing but what it copies', async () => {
    const image = await mkdtemp(join(tmpdir(), 'differe-image-'));
    try {
      const copied = [...dockerfile.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, files = '']) => files.split(' '));
      const ignored = read('.dockerignore');
      for (const file of copied) {
        expect(ignored, file).toMatch(new RegExp(`^!${file.replaceAll('.', '\\.')}$`, 'm'));
        const filter = (source: string) => !source.startsWith(join(root, 'gateway/console/built'));
        await cp(join(root, file), join(image, file), { recursive: true, filter });
      }
      await symlink(join(root, 'node_modules'), join(image, 'node_modules'));
      await promisify(execFile)(process.execPath, [join(image, 'gateway/build-console.mjs')]);
      const page = readFileSync(join(image, 'gateway/console/built/page.html'), 'utf8');
      expect(page).toMatch(/src="\/assets\/page-[\w-]+\.js"/);
    } finally {
      await rm(image, { recursive: true, force: true });
    }
  });

  it('SEC-01: does not run as root, writes below its volumes alone, and asks /healthz how it is', () => {
    expect(dockerfile.match(/^USER .*$/gm)?.at(-1)).toBe('USER 10001:10001');
    const written = dockerfile.match(/^ENV .*$/gm)?.join('\n') ?? '';
    const places = [...written.matchAll(/DIFFERE_(?:DATA|KEYS|SCRATCH)=(\S+)/g)].map(([, place]) => place);
    expect(places).toEqual(['/var/lib/differe', '/etc/differe/keys', '/run/differe']);
    expect(dockerfile).toMatch(/^VOLUME \["\/var\/lib\/differe", "\/etc\/differe"\]$/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK .*\/healthz/m);
    expect(dockerfile).toMatch(/^ENTRYPOINT \["node", "gateway\/cli\.ts", "serve"\]$/m);
  });
});

describe('the systemd unit', () => {
  const unit = read('gateway/deploy/systemd/differe.service');
  const setting = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1];

  it('SEC-01: runs an ordinary account without capabilities on a read-only system', () => {
    expect(setting('User')).toBe('differe');
    expect(setting('CapabilityBoundingSet')).toBe('');
    expect(['NoNewPrivileges', 'ProtectHome', 'PrivateTmp', 'PrivateDevices'].map(setting)).toEqual(
      Array(4).fill('yes'),
    );
    expect(setting('ProtectSystem')).toBe('strict');
    expect(setting('ExecStart')).toBe('/opt/differe/node_modules/.bin/node gateway/cli.ts serve');
  });

  it('SEC-06: reaches nothing but what the operator names', () => {
    expect([setting('IPAddressDeny'), setting('IPAddressAllow')]).toEqual(['any', 'localhost']);
  });
});
