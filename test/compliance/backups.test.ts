import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { cp, mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { checkBackups, type ErasedCases, erasedCases } from '../../gateway/compliance/backups.ts';
import { complianceCommand } from '../../gateway/compliance/commands.ts';
import { DAY_MS, retentionRoom, START_MS } from '../retention/support.ts';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const NOW = Date.parse('2026-06-30T00:00:00Z');
const folders: string[] = [];
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'differe-backups-'));
  folders.push(folder);
});
afterAll(() => Promise.all(folders.map((each) => rm(each, { recursive: true, force: true }))));

const put = async (file: string, bytes: Buffer | string, atMs = NOW - DAY_MS): Promise<void> => {
  const full = path.join(folder, file);
  await mkdir(path.dirname(full), { recursive: true });
  await writeFile(full, bytes);
  await utimes(full, new Date(atMs), new Date(atMs));
};
const erasedOf = (caseId: string, key: Buffer, daysAgo: number): ErasedCases => ({
  cases: new Map([[caseId, { erasedAtMs: NOW - daysAgo * DAY_MS }]]),
  keys: new Set([sha256(key)]),
});
const NONE: ErasedCases = { cases: new Map(), keys: new Set() };
const faultsOf = async (erased: ErasedCases): Promise<string[]> =>
  (await checkBackups(folder, erased, NOW)).faults.map(({ what, path: file }) => `${what} ${file}`);

describe('a folder of back-ups', () => {
  it('RET-09: holds no wrapped key of an erased case, whatever the file is called and wherever it lies', async () => {
    const [caseId, key] = [randomUUID(), randomBytes(92)];
    await put(`2026-06-29/keys/${caseId}.key`, key);
    await put('2026-06-29/misc/renamed.dat', key);
    await put(`2026-06-28/keys/${caseId}.key`, randomBytes(92));
    await put(`2026-06-29/keys/${randomUUID()}.key`, randomBytes(92));
    expect((await faultsOf(erasedOf(caseId, key, 1))).toSorted()).toEqual([
      `key-of-an-erased-case 2026-06-28/keys/${caseId}.key`,
      `key-of-an-erased-case 2026-06-29/keys/${caseId}.key`,
      'key-of-an-erased-case 2026-06-29/misc/renamed.dat',
    ]);
    expect(await faultsOf(NONE)).toEqual([]);
  });

  it('RET-09: holds nothing of a case seven days after it was erased', async () => {
    const caseId = randomUUID();
    await put(`vault/${caseId}/${randomUUID()}`, randomBytes(5000));
    await put(`vault/${randomUUID()}/${randomUUID()}`, randomBytes(5000));
    expect(await faultsOf(erasedOf(caseId, randomBytes(9), 7))).toEqual([]);
    expect(await faultsOf(erasedOf(caseId, randomBytes(9), 7.01))).toEqual([`erased-case vault/${caseId}`]);
    expect(await checkBackups(folder, erasedOf(caseId, randomBytes(9), 1), NOW)).toMatchObject({ files: 2, cases: 1 });
  });

  it('RET-09: is never older than the longest term and seven days', async () => {
    await put('vault/young', randomBytes(9), Date.parse('2023-06-23T00:00:00Z'));
    await put('vault/old', randomBytes(9), Date.parse('2023-06-22T23:59:59Z'));
    expect(await faultsOf(NONE)).toEqual(['too-old vault/old']);
  });

  it('RET-09: holds no case key beside the data that it opens, and no installation key', async () => {
    const caseId = randomUUID();
    await put(`keys/${caseId}.key`, randomBytes(92));
    expect(await faultsOf(NONE)).toEqual([]);
    await put(`vault/${caseId}/${randomUUID()}`, randomBytes(5000));
    await put('etc/installation.key', `${'ab'.repeat(32)}\n`);
    expect((await faultsOf(NONE)).toSorted()).toEqual([
      'installation-key etc/installation.key',
      `key-beside-data keys/${caseId}.key`,
    ]);
  });

  it('says of what it cannot look into that it cannot', async () => {
    await put('monday.tar.gz', 'x');
    await put('tuesday', gzipSync('x'));
    await put('wednesday', Buffer.concat([Buffer.alloc(257), Buffer.from('ustar'), Buffer.alloc(300)]));
    await symlink('/etc', path.join(folder, 'elsewhere'));
    expect((await faultsOf(NONE)).toSorted()).toEqual([
      'link elsewhere',
      'packed monday.tar.gz',
      'packed tuesday',
      'packed wednesday',
    ]);
  });

  it('RET-09: a back-up of a real vault is found out after the erasure, by the journal alone; the command says why', async () => {
    const room = await retentionRoom();
    const caseId = await room.openCase('PV-1');
    await room.openCase('PV-2');
    const backups = path.join(room.folder, 'backups');
    await cp(path.join(room.folder, 'vault'), path.join(backups, 'vault'), { recursive: true });
    await cp(path.join(room.folder, 'keys'), path.join(backups, 'keys'), { recursive: true });
    const check = async () => {
      const erased = erasedCases();
      for (const record of await room.journal()) erased.add(record as never);
      return await checkBackups(backups, erased.result(), Date.now());
    };
    expect((await check()).faults.map(({ what }) => what)).toEqual(['key-beside-data', 'key-beside-data']);
    room.clock.setMs(START_MS + DAY_MS);
    await room.present('differe-order+jwt', 'PV-1', {
      kind: 'erase',
      basis: 'own_motion',
      ordered_at: new Date(room.clock.nowMs()).toISOString(),
    });
    const found = (await check()).faults;
    expect(found.filter(({ what }) => what === 'key-of-an-erased-case')).toMatchObject([
      { path: `keys/${caseId}.key` },
    ]);
    expect(found.filter(({ what }) => what === 'erased-case')).toMatchObject([{ path: `vault/${caseId}` }]);

    const said: string[] = [];
    const io = { out: () => undefined, err: (text: string) => said.push(text) };
    const command = (dir: string) =>
      complianceCommand({} as Parameters<typeof complianceCommand>[0])(['backups', dir, '--log', room.logDir], io);
    expect(await command(backups)).toBe(1);
    expect(said.join('\n')).toContain(`key-of-an-erased-case: keys/${caseId}.key`);
    await rm(path.join(backups, 'keys'), { recursive: true });
    await rename(path.join(backups, 'vault', caseId), path.join(room.folder, 'gone'));
    expect(await command(backups)).toBe(0);
    expect(await command(path.join(room.folder, 'nowhere'))).toBe(2);
  });
});
