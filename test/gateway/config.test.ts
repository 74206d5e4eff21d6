import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONFIG_KEYS, readConfig } from '../../gateway/config.ts';
import { createDemoInstallation, type DemoInstallation } from '../../gateway/demo/installation.ts';
import { AppError } from '../../gateway/errors.ts';
import { startGateway } from '../../gateway/main.ts';

describe('the configuration', () => {
  let folder: string;
  let installation: DemoInstallation;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'differe-config-'));
    installation = await createDemoInstallation(folder, [path.join(import.meta.dirname, '..', 'models')]);
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  function refusalOf(changes: Record<string, string | undefined>): string | undefined {
    try {
      readConfig({ ...installation.environment, ...changes });
      return undefined;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return `${error.code} ${error.detail}`;
    }
  }

  it('reads what an installation needs, prod unless it says test', () => {
    expect(readConfig(installation.environment)).toMatchObject({ env: 'test', host: '127.0.0.1', framesPerSecond: 5 });
    expect(readConfig({ ...installation.environment, DIFFERE_ENV: undefined }).env).toBe('prod');
  });

  it('FACE-02: refuses a key that it does not know', () => {
    expect(refusalOf({ DIFFERE_ENABLE_FACES: '1' })).toBe('E_CONFIG DIFFERE_ENABLE_FACES is not a key of this gateway');
  });

  it.each([
    ['DIFFERE_DATA', undefined],
    ['DIFFERE_KEY_FILE', undefined],
    ['DIFFERE_AUTHORITIES', undefined],
    ['DIFFERE_INSTALLATION', 'two words'],
    ['DIFFERE_ENV', 'dev'],
    ['DIFFERE_PORT', '70000'],
    ['DIFFERE_FRAMES_PER_SECOND', '0'],
    ['DIFFERE_PROVIDER', 'gpu'],
  ])('refuses %s = %s and names it', (key, value) => {
    expect(refusalOf({ [key]: value })).toContain(`E_CONFIG ${key}`);
  });

  it('FBD-02: refuses a controller that art. 230-20 does not name', () => {
    expect(refusalOf({ DIFFERE_CONTROLLER: 'commune:NICE' })).toContain('DIFFERE_CONTROLLER');
  });

  it('refuses an installation key that lies in the data folder, or that others may read', async () => {
    const inside = path.join(installation.dataDir, 'installation.key');
    await writeFile(inside, await readFile(path.join(folder, 'installation.key')), { mode: 0o600 });
    expect(refusalOf({ DIFFERE_KEY_FILE: inside })).toContain('must not lie in DIFFERE_DATA');
    await chmod(path.join(folder, 'installation.key'), 0o644);
    expect(refusalOf({})).toContain('mode 0600');
  });

  it('compares the key file with the data folder as they are, not as links name them', async () => {
    const inside = path.join(installation.dataDir, 'installation.key');
    await writeFile(inside, await readFile(path.join(folder, 'installation.key')), { mode: 0o600 });
    const elsewhere = path.join(folder, 'elsewhere');
    await symlink(installation.dataDir, elsewhere);
    expect(refusalOf({ DIFFERE_KEY_FILE: path.join(elsewhere, 'installation.key') })).toContain(
      'DIFFERE_KEY_FILE must not lie in DIFFERE_DATA',
    );
    expect(refusalOf({ DIFFERE_DATA: elsewhere, DIFFERE_KEY_FILE: inside })).toContain(
      'DIFFERE_KEY_FILE must not lie in DIFFERE_DATA',
    );
  });

  it.each(['DIFFERE_DATA', 'DIFFERE_KEY_FILE', 'DIFFERE_KEYS', 'DIFFERE_SCRATCH'])(
    'refuses %s below a folder of which the jails see a part, also through a link',
    async (key) => {
      expect(refusalOf({ [key]: '/usr/local/differe' })).toContain(`E_CONFIG ${key} must not lie in /usr`);
      expect(refusalOf({ [key]: '/lib/differe/there' })).toContain(`E_CONFIG ${key} must not lie in /`);
      await symlink('/usr/lib', path.join(folder, 'link'));
      expect(refusalOf({ [key]: path.join(folder, 'link', 'not-yet', 'there') })).toContain(`E_CONFIG ${key}`);
    },
  );

  it('RET-09: in production asks for a folder of keys outside the data, under test for none', async () => {
    const prod = { DIFFERE_ENV: 'prod' };
    expect(refusalOf(prod)).toBeUndefined();
    expect(refusalOf({ ...prod, DIFFERE_KEYS: undefined })).toBe('E_CONFIG DIFFERE_KEYS is not set');
    const inside = path.join(installation.dataDir, 'keys');
    expect(refusalOf({ ...prod, DIFFERE_KEYS: inside })).toBe('E_CONFIG DIFFERE_KEYS must not lie in DIFFERE_DATA');
    await symlink(installation.dataDir, path.join(folder, 'data-link'));
    expect(refusalOf({ ...prod, DIFFERE_KEYS: path.join(folder, 'data-link', 'keys') })).toContain('DIFFERE_KEYS');
    expect(readConfig({ ...installation.environment, DIFFERE_KEYS: undefined }).keysDir).toBe(inside);
  });

  it('SEC-08: refuses to bind off loopback without TLS', () => {
    expect(refusalOf({ DIFFERE_HOST: '0.0.0.0' })).toContain('DIFFERE_TLS_CERT');
  });

  it('REQ-18: a production gateway does not start with a test authority in its registry', async () => {
    await expect(startGateway(readConfig({ ...installation.environment, DIFFERE_ENV: 'prod' }))).rejects.toMatchObject({
      code: 'E_KEY_REGISTRY',
    });
  });

  it('SEC-08: serves TLS 1.3 and nothing older', async () => {
    const certFile = path.join(folder, 'tls.crt');
    const keyFile = path.join(folder, 'tls.key');
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ed25519',
        '-nodes',
        '-subj',
        '/CN=localhost',
        '-days',
        '2',
        '-keyout',
        keyFile,
        '-out',
        certFile,
      ],
      { stdio: 'ignore' },
    );
    const gateway = await startGateway(
      readConfig({ ...installation.environment, DIFFERE_TLS_CERT: certFile, DIFFERE_TLS_KEY: keyFile }),
    );
    try {
      expect(gateway.url).toMatch(/^https:/);
      const { port } = new URL(gateway.url);
      const protocol = await new Promise((resolve, reject) => {
        const call = request(`${gateway.url}/`, { rejectUnauthorized: false }, (response) => {
          const { socket } = response;
          resolve('getProtocol' in socket ? (socket as { getProtocol(): string }).getProtocol() : undefined);
          response.resume();
        });
        call.on('error', reject).end();
      });
      expect(protocol).toBe('TLSv1.3');
      const older = await new Promise((resolve) => {
        const socket = connect(
          { host: '127.0.0.1', port: Number(port), maxVersion: 'TLSv1.2', rejectUnauthorized: false },
          () => resolve('accepted'),
        );
        socket.on('error', () => resolve('refused'));
      });
      expect(older).toBe('refused');
    } finally {
      await gateway.stop();
    }
  });

  it('knows no key that is not explained', () => {
    for (const [key, meaning] of Object.entries(CONFIG_KEYS))
      expect(`${key} ${meaning}`).toMatch(/^DIFFERE_[A-Z_]+ .{10,}/);
  });
});
