// Builds the console's pages into `built/`, on plain JavaScript so that set-up and the image can run it. Nothing is built when
// `built/` was made from the same sources and the same packages.

import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CONSOLE = join(ROOT, 'gateway/console');
export const BUILT = join(CONSOLE, 'built');
const STAMP = join(BUILT, 'sources.sha256');

/** Whether the pages are there and made from what is in this checkout. */
export async function isBuilt() {
  return (await readFile(STAMP, 'utf8').catch(() => undefined)) === (await digestOfSources());
}

/** Builds the pages unless they are there. Rejects when a source does not compile. */
export async function buildConsole() {
  const digest = await digestOfSources();
  if ((await readFile(STAMP, 'utf8').catch(() => undefined)) === digest) return;
  const [{ build }, { default: react }] = await Promise.all([import('vite'), import('@vitejs/plugin-react')]);
  await rm(STAMP, { force: true });
  await build({
    root: CONSOLE,
    configFile: false,
    envDir: false,
    logLevel: 'warn',
    publicDir: false,
    base: '/',
    plugins: [react()],
    // The content security policy knows no inline script and no data address.
    build: {
      outDir: BUILT,
      emptyOutDir: true,
      assetsDir: 'assets',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      target: 'es2023',
      sourcemap: false,
      reportCompressedSize: false,
      chunkSizeWarningLimit: 1_000,
      rolldownOptions: { input: join(CONSOLE, 'page.html') },
    },
    worker: { format: 'es' },
  });
  await writeFile(STAMP, digest);
}

/** What the pages are made of besides their own files. */
const OTHERS = [
  fileURLToPath(import.meta.url),
  join(ROOT, 'gateway/interface/client.ts'),
  join(ROOT, 'package-lock.json'),
];

/** Over every source of the pages, and the lock file of the packages. */
async function digestOfSources() {
  const hash = createHash('sha256');
  const own = (await readdir(CONSOLE, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.startsWith(BUILT + sep))
    .sort();
  for (const file of [...own, ...OTHERS]) {
    hash
      .update(`${file.slice(ROOT.length)}\n`)
      .update(await readFile(file))
      .update('\n');
  }
  return hash.digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildConsole();
