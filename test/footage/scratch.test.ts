import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createScratch } from '../../gateway/footage/scratch.ts';
import { removeTemporaryFolders, temporaryFolder } from './support.ts';

afterAll(removeTemporaryFolders);

it('RET-06: removes a job’s plaintext when it ends, also when it fails', async () => {
  const root = path.join(temporaryFolder(), 'scratch');
  const scratch = await createScratch(root);
  let seen = '';
  await scratch.withFolder(async (folder) => {
    seen = folder;
    writeFileSync(path.join(folder, 'exhibit'), 'plain');
    expect(statSync(folder).mode & 0o077).toBe(0);
  });
  const failing = scratch.withFolder(async (folder) => {
    writeFileSync(path.join(folder, 'exhibit'), 'plain');
    throw new RangeError('no');
  });
  await expect(failing).rejects.toThrow(RangeError);
  expect(existsSync(seen)).toBe(false);
  expect(readdirSync(root)).toEqual([]);
  expect(statSync(root).mode & 0o077).toBe(0);
});

it('RET-06: removes at start-up what a killed process left, and nothing of one that lives', async () => {
  const root = temporaryFolder();
  const scratch = await createScratch(root);
  const living = await scratch.folder();
  // The id of a living process with another start is that of a dead one whose number came up again.
  for (const name of ['999999999.1.abcdef', `${process.pid}.1.abcdef`, 'anything']) mkdirSync(path.join(root, name));
  writeFileSync(path.join(root, '999999999.1.abcdef', 'exhibit'), 'plain');
  await scratch.sweep();
  expect(readdirSync(root)).toEqual([path.basename(living)]);
});
