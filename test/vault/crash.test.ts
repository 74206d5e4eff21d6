import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sealUntilKilled } from './until-killed.ts';

const CUTS = 8;
const MOST_CUTS = 10;

const folders: string[] = [];
async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'differe-cut-'));
  folders.push(folder);
  return folder;
}
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

describe('a process that seals and dies', () => {
  it(`SEC-10: after a power cut that takes back what no fsync covered, ${CUTS} times, no acknowledged byte is lost`, async () => {
    const [folder, key] = [await freshFolder(), randomBytes(32)];
    for (let cut = 1; cut <= CUTS; cut++) {
      const after = await sealUntilKilled(folder, key, { sync: 'all' });
      expect(after.acknowledged).toBeGreaterThan(0);
      expect(after.lost, `after cut ${cut}`).toBe(0);
    }
  });

  it.each(['none', 'files'] as const)('the same cuts lose bytes where fsync does its work for: %s', async (sync) => {
    let lost = 0;
    for (let cut = 1; cut <= MOST_CUTS && lost === 0; cut++)
      lost += (await sealUntilKilled(await freshFolder(), randomBytes(32), { sync })).lost;
    expect(lost).toBeGreaterThan(0);
  });
});
