import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

// What the tests of a file opened and made is closed, and then removed, after the last of them: what is open still writes where it belongs.

interface Closable {
  close(): Promise<unknown>;
}

const opened: Closable[] = [];
const folders: string[] = [];
afterAll(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

export async function temporaryFolder(prefix: string): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), prefix));
  folders.push(folder);
  return folder;
}

export function closedAtTheEnd<T extends Closable>(thing: T): T {
  opened.push(thing);
  return thing;
}
