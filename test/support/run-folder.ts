import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import type { SceneSpec } from '../../benchmarks/scenes/types.ts';
import { type WriteOptions, type WrittenScene, writeScene } from '../../benchmarks/scenes/write.ts';
import { sha256Hex } from '../../gateway/canonical.ts';
import { migrate } from '../../gateway/database.ts';
import { startPostgres } from '../../gateway/postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Made by `make-run-folder.ts`. */
    runFolder: string;
  }
}

// What many test files need and none changes is made once a run, in a folder of the run: rendered scenes and a migrated cluster.
// Each test gets a copy of its own. What is not whole yet lies under another name, so two workers may make the same at once.

/** As `writeScene`: the same scene, options and kind of file are rendered once a run. */
export async function writeSceneOnce(
  spec: SceneSpec,
  file: string,
  options: WriteOptions = {},
): Promise<Pick<WrittenScene, 'truth' | 'timesSeconds'>> {
  const extension = path.extname(file);
  const kept = path.join(inject('runFolder'), sha256Hex(JSON.stringify([spec, options])) + extension);
  const note = `${kept}.json`;
  const known = await readFile(note, 'utf8').catch(() => undefined);
  if (known !== undefined) {
    await copyFile(kept, file);
    return JSON.parse(known) as WrittenScene;
  }
  const { truth, timesSeconds } = await writeScene(spec, file, options);
  const making = await mkdtemp(path.join(inject('runFolder'), 'scene-'));
  await copyFile(file, path.join(making, 'scene'));
  await writeFile(path.join(making, 'note'), JSON.stringify({ truth, timesSeconds }));
  await rename(path.join(making, 'scene'), kept);
  await rename(path.join(making, 'note'), note);
  await rm(making, { recursive: true });
  return { truth, timesSeconds };
}

/** Puts a cluster with the tables of this version where `startPostgres(dataDir)` looks for one. */
export async function putCluster(dataDir: string): Promise<void> {
  const run = inject('runFolder');
  const made = path.join(run, 'cluster');
  if ((await readFile(path.join(made, 'PG_VERSION')).catch(() => undefined)) === undefined) {
    const making = await mkdtemp(path.join(run, 'making-'));
    const postgres = await startPostgres(making);
    await migrate(postgres.urlOf('differe'));
    await postgres.stop();
    // The other worker may have been first.
    await rename(path.join(making, 'cluster'), made).catch(() => undefined);
    await rm(making, { recursive: true, force: true });
  }
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await promisify(execFile)('cp', ['-a', '--reflink=auto', made, path.join(dataDir, 'cluster')]);
}
