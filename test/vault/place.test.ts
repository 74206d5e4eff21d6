import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readCapableConfig, readWorkerConfig } from '../../gateway/config.ts';
import { AppError } from '../../gateway/errors.ts';
import { openStore, readVaultPlace } from '../../gateway/vault-place.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'differe-place-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const credentials = path.join(folder, 'bucket');
writeFileSync(credentials, 'KEY\nSECRET\n', { mode: 0o600 });

const SET = {
  DIFFERE_VAULT: 's3://differe/vault/one',
  DIFFERE_VAULT_ENDPOINT: 'https://s3.example:8443',
  DIFFERE_VAULT_CREDENTIALS: credentials,
};

function refusal(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return `${error.code} ${error.detail}`;
  }
}
const refusalOf = (changes: Record<string, string | undefined>) =>
  refusal(() => readVaultPlace({ ...SET, ...changes }));

describe('the place of sealed objects', () => {
  it('is the data folder, or a bucket with a prefix', () => {
    expect(readVaultPlace({})).toBeUndefined();
    expect(readVaultPlace(SET)).toEqual({
      bucket: 'differe',
      prefix: 'vault/one/',
      endpoint: 'https://s3.example:8443',
      region: 'us-east-1',
      credentialsFile: credentials,
    });
    expect(readVaultPlace({ ...SET, DIFFERE_VAULT: 's3://differe/' })).toMatchObject({ bucket: 'differe', prefix: '' });
  });

  it.each([
    ['DIFFERE_VAULT', 'differe/vault'],
    ['DIFFERE_VAULT', 's3://Differe'],
    ['DIFFERE_VAULT', 's3://differe/../other'],
    ['DIFFERE_VAULT', 's3://differe//x'],
    ['DIFFERE_VAULT', 's3://differe/x?versionId=1'],
    ['DIFFERE_VAULT', 'https://differe.s3.example'],
    ['DIFFERE_VAULT_ENDPOINT', undefined],
    ['DIFFERE_VAULT_ENDPOINT', 's3.example'],
    ['DIFFERE_VAULT_ENDPOINT', 'ftp://s3.example'],
    ['DIFFERE_VAULT_ENDPOINT', 'https://s3.example/path'],
    ['DIFFERE_VAULT_ENDPOINT', 'https://key:secret@s3.example'],
    ['DIFFERE_VAULT_CREDENTIALS', undefined],
    ['DIFFERE_VAULT_HTTP', 'yes'],
  ])('refuses %s = %s and names it', (key, value) => {
    expect(refusalOf({ [key]: value })).toContain(`E_CONFIG ${key}`);
  });

  it('SEC-06: is reached by plain http on loopback alone, unless somebody says so', () => {
    expect(refusalOf({ DIFFERE_VAULT_ENDPOINT: 'http://10.0.0.7:7480' })).toContain('must be https off loopback');
    expect(refusalOf({ DIFFERE_VAULT_ENDPOINT: 'http://127.0.0.1.example' })).toContain('must be https off loopback');
    for (const local of ['http://127.0.0.1:7480', 'http://localhost', 'http://[::1]:7480'])
      expect(refusalOf({ DIFFERE_VAULT_ENDPOINT: local })).toBeUndefined();
    expect(refusalOf({ DIFFERE_VAULT_ENDPOINT: 'http://10.0.0.7:7480', DIFFERE_VAULT_HTTP: 'allow' })).toBeUndefined();
  });

  it('has no detail without a bucket: a setting that is half made is none', () => {
    expect(refusal(() => readVaultPlace({ DIFFERE_VAULT_ENDPOINT: 'https://s3.example' }))).toContain(
      'DIFFERE_VAULT_ENDPOINT says nothing without DIFFERE_VAULT',
    );
  });

  it('keeps its secret out of the settings: it is read from a file of its owner alone, when the store is opened', () => {
    const config = readCapableConfig(SET);
    expect(JSON.stringify(config)).not.toContain('SECRET');
    const opened = () => openStore({ dataDir: folder, vault: config.vault });
    expect(refusal(opened)).toBeUndefined();
    chmodSync(credentials, 0o640);
    expect(refusal(opened)).toContain('mode 0600');
    chmodSync(credentials, 0o600);
    for (const text of ['', 'KEY', 'KEY\nSEC RET', 'KEY\nSECRET\nMORE']) {
      writeFileSync(credentials, text);
      expect(refusal(opened), text).toContain('must hold two lines');
    }
    rmSync(credentials);
    expect(refusal(opened)).toContain('cannot be read');
  });

  it('keeps its secret out of the data folder, of a worker as well', () => {
    const worker = (file: string) =>
      refusal(() =>
        readWorkerConfig({
          ...SET,
          DIFFERE_VAULT_CREDENTIALS: file,
          DATABASE_URL: 'postgresql://machine@db/differe',
          DIFFERE_DATA: path.join(folder, 'data'),
          DIFFERE_SCRATCH: path.join(folder, 'scratch'),
          DIFFERE_WORKER_KEY: path.join(folder, 'worker.key'),
        }),
      );
    expect(worker(credentials)).toBeUndefined();
    expect(worker(path.join(folder, 'data/bucket'))).toContain(
      'DIFFERE_VAULT_CREDENTIALS must not lie in DIFFERE_DATA',
    );
  });
});
