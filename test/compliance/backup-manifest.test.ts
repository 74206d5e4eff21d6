import fsp, { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { copyTree } from '../../gateway/compliance/backup-manifest.ts';

const own = { open: fsp.open, readdir: fsp.readdir };

/** Three files in two folders, and where they are to be copied. */
async function twoFolders(): Promise<{ readonly from: string; readonly to: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-tree-'));
  onTestFinished(async () => {
    Object.assign(fsp, own);
    syncBuiltinESMExports();
    await rm(folder, { recursive: true, force: true });
  });
  const from = path.join(folder, 'from');
  for (const file of ['a/1', 'a/2', 'b/3']) {
    await mkdir(path.dirname(path.join(from, file)), { recursive: true });
    await writeFile(path.join(from, file), file);
  }
  return { from, to: path.join(folder, 'to') };
}

/** Does something right before a call of the file system, the first time it is for such a path. */
function before(call: keyof typeof own, part: string, act: () => Promise<unknown>): void {
  let isDone = false;
  Object.assign(fsp, {
    async [call](file: string, ...rest: unknown[]) {
      if (!isDone && String(file).includes(part)) {
        isDone = true;
        await act();
      }
      return await (own[call] as (...given: unknown[]) => Promise<unknown>)(file, ...rest);
    },
  });
  syncBuiltinESMExports();
}

const below = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();

it('SEC-09: a file that goes while a back-up copies is left out, and leaves nothing that its manifest would not name', async () => {
  const { from, to } = await twoFolders();
  before('open', path.join('from', 'a', '2'), () => rm(path.join(from, 'a', '2')));
  expect((await copyTree(from, to)).map((file) => file.path).sort()).toEqual(['a/1', 'b/3']);
  expect(await below(to)).toEqual(['a/1', 'b/3']);
});

it('SEC-09: a place of a back-up that goes while it is copied to is a failure, and not a file that was erased', async () => {
  const { from, to } = await twoFolders();
  // The other file of the folder makes it anew.
  before('open', path.join('to', 'a', path.sep), () => rm(path.join(to, 'a'), { recursive: true }));
  await expect(copyTree(from, to)).rejects.toMatchObject({ code: 'ENOENT' });
});

it('SEC-09: a folder that goes while it is looked through takes none of the others with it', async () => {
  const { from, to } = await twoFolders();
  let looks = 0;
  Object.assign(fsp, {
    async readdir(...given: Parameters<typeof readdir>) {
      looks += 1;
      if (looks > 1) return await own.readdir(...given);
      await rm(path.join(from, 'a'), { recursive: true });
      throw Object.assign(new Error('gone'), { code: 'ENOENT' });
    },
  });
  syncBuiltinESMExports();
  expect((await copyTree(from, to)).map((file) => file.path)).toEqual(['b/3']);
  expect(await copyTree(path.join(from, 'nothing'), path.join(to, 'nothing'))).toEqual([]);
});
