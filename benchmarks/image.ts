import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Goal, type Measurement, rounded } from './report.ts';

// `npm run bench -- image`: the steps of the Dockerfile in a root that debootstrap made, and what comes of it started by runc (what Docker
// starts containers with) as the `docker run` line says: user, read-only root, no capability, no network, the shipped seccomp profile. Inside
// it the demo runs: deposit, decoding in the jail, questions, package, verification. Once with /proc as it is, once masked as Docker masks it,
// once without the mounts of jails.
// The base image alone is another: Debian by debootstrap, Node of the version that its name says, npm of this machine.
// Needs root, and Debian's debootstrap and runc.

const ROOT = path.join(import.meta.dirname, '..');
const PLACE = path.join(ROOT, '.scratch/image');
const BASE = path.join(PLACE, 'base');
const IMAGE = path.join(PLACE, 'image');
const run = promisify(execFile);
const MASKED = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
];
const READ_ONLY = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];
const USER = 10001;

interface Step {
  readonly name: string;
  readonly text: string;
}

/** Instructions of a Dockerfile in their order, continued lines joined, comments left out. */
export const stepsOf = (dockerfile: string): readonly Step[] =>
  dockerfile
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => ({ name: line.split(' ')[0] ?? '', text: line.slice(line.indexOf(' ') + 1).trim() }));

/** Values of ENV instructions. */
export const environmentOf = (steps: readonly Step[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    steps
      .filter(({ name }) => name === 'ENV')
      .flatMap(({ text }) => text.split(/\s+/))
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );

async function makeBase(): Promise<void> {
  if (existsSync(path.join(BASE, 'usr/local/bin/npm'))) return;
  if (!existsSync(path.join(BASE, 'usr/bin/apt-get')))
    await run('debootstrap', ['--variant=minbase', 'bookworm', BASE], { maxBuffer: 1 << 26 });
  await cp(path.join(ROOT, 'node_modules/node/bin/node'), path.join(BASE, 'usr/local/bin/node'));
  const npm = (await run('npm', ['root', '--global'])).stdout.trim();
  await cp(path.join(npm, 'npm'), path.join(BASE, 'usr/local/lib/node_modules/npm'), { recursive: true });
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', path.join(BASE, 'usr/local/bin/npm'));
}

/** What a build borrows of the machine: names, certificates and the device files of the network's programs. Nothing of it stays. */
async function inRoot(folder: string, command: string, workdir: string): Promise<void> {
  const script = [
    'set -e',
    'mount --rbind /dev "$1/dev"; mount -t proc proc "$1/proc"',
    'for f in /etc/resolv.conf /etc/hosts; do touch "$1$f"; mount --bind "$f" "$1$f"; done',
    'mkdir -p "$1/etc/ssl/certs"; mount --bind /etc/ssl/certs "$1/etc/ssl/certs"',
    'exec chroot "$1" /bin/sh -c "cd $2 && $3"',
  ].join('\n');
  await run('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', folder, workdir, command], {
    maxBuffer: 1 << 26,
    env: { ...process.env, PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' },
  });
}

async function build(steps: readonly Step[]): Promise<Readonly<Record<string, number>>> {
  await rm(IMAGE, { recursive: true, force: true });
  await run('cp', ['-a', '--reflink=auto', BASE, IMAGE]);
  const seconds: Record<string, number> = {};
  let workdir = '/';
  for (const [index, { name, text }] of steps.entries()) {
    const from = performance.now();
    if (name === 'WORKDIR') {
      workdir = text;
      await mkdir(path.join(IMAGE, workdir), { recursive: true });
    }
    if (name === 'COPY') {
      const files = text.split(/\s+/);
      const to = path.join(IMAGE, workdir, files.pop() ?? '');
      // Of a folder what git knows: .dockerignore leaves out what was built, and decisions.
      for (const file of files) {
        const { stdout } = await run('git', ['ls-files', '--', file], { cwd: ROOT, maxBuffer: 1 << 26 });
        for (const each of stdout
          .trim()
          .split('\n')
          .filter((entry) => !entry.startsWith('gateway/decisions/'))) {
          const target =
            each === file
              ? path.join(to, to.endsWith(file) ? '' : path.basename(each))
              : path.join(to, path.relative(file, each));
          await mkdir(path.dirname(target), { recursive: true });
          await cp(path.join(ROOT, each), target);
        }
      }
    }
    if (name === 'RUN') await inRoot(IMAGE, text, workdir);
    seconds[`${index} ${name} ${text.slice(0, 40)}`] = rounded((performance.now() - from) / 1000, 1);
    process.stderr.write(`${name} ${text.slice(0, 60)}\n`);
  }
  return seconds;
}

interface Started {
  readonly status: number | null;
  readonly seconds: number;
  readonly out: string;
  readonly err: string;
}

/** One run of the image. `command` takes the place of ENTRYPOINT. */
async function start(
  command: readonly string[],
  options: {
    readonly masked?: boolean;
    /** The profile without its last entry, the mounts of jails. */
    readonly noJails?: boolean;
    readonly environment: Readonly<Record<string, string>>;
    readonly workdir: string;
  },
): Promise<Started> {
  const bundle = path.join(PLACE, 'bundle');
  await rm(bundle, { recursive: true, force: true });
  await mkdir(bundle, { recursive: true });
  const { defaultAction, defaultErrnoRet, architectures, syscalls } = JSON.parse(
    await readFile(path.join(ROOT, 'gateway/deploy/seccomp.json'), 'utf8'),
  ) as {
    defaultAction: string;
    defaultErrnoRet: number;
    architectures: string[];
    syscalls: { names: string[]; action: string }[];
  };
  const tmpfs = (destination: string, ...more: string[]) => ({
    destination,
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', ...more],
  });
  const config = {
    ociVersion: '1.0.2',
    root: { path: IMAGE, readonly: true },
    hostname: 'differe',
    process: {
      terminal: false,
      user: { uid: USER, gid: USER },
      args: command,
      cwd: options.workdir,
      env: [
        'PATH=/usr/local/bin:/usr/bin:/bin',
        'HOME=/tmp',
        'TMPDIR=/tmp',
        ...Object.entries(options.environment).map(([key, value]) => `${key}=${value}`),
      ],
      capabilities: { bounding: [], effective: [], inheritable: [], permitted: [], ambient: [] },
      noNewPrivileges: true,
    },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      tmpfs('/dev', 'mode=755', 'size=65536k'),
      {
        destination: '/dev/pts',
        type: 'devpts',
        source: 'devpts',
        options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620'],
      },
      // The demo renders its scene with programs that are no part of the image.
      {
        destination: path.join(options.workdir, 'benchmarks'),
        type: 'bind',
        source: path.join(ROOT, 'benchmarks'),
        options: ['rbind', 'ro'],
      },
      tmpfs('/dev/shm', 'mode=1777'),
      tmpfs('/tmp', 'mode=1777'),
      tmpfs('/run/differe', `uid=${USER}`, 'mode=0700'),
      tmpfs('/var/lib/differe', `uid=${USER}`, 'mode=0700'),
    ],
    linux: {
      namespaces: ['pid', 'network', 'ipc', 'uts', 'mount'].map((type) => ({ type })),
      seccomp: {
        defaultAction,
        defaultErrnoRet,
        architectures,
        syscalls: syscalls.slice(0, options.noJails ? -1 : undefined).map(({ names, action }) => ({ names, action })),
      },
      ...(options.masked ? { maskedPaths: MASKED, readonlyPaths: READ_ONLY } : {}),
    },
  };
  await writeFile(path.join(bundle, 'config.json'), JSON.stringify(config));
  const from = performance.now();
  const child = spawn('runc', ['run', '--bundle', bundle, `differe-image-${process.pid}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    texts.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.err += text;
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { status, seconds: rounded((performance.now() - from) / 1000, 1), ...texts };
}

/** Builds and starts the image; every goal is a yes or a no. */
export async function measureImage(): Promise<Measurement> {
  await mkdir(PLACE, { recursive: true });
  const steps = stepsOf(await readFile(path.join(ROOT, 'Dockerfile'), 'utf8'));
  const environment = { NODE_ENV: environmentOf(steps).NODE_ENV ?? '' };
  await makeBase();
  const built = await build(steps);
  const size = Number((await run('du', ['-sm', IMAGE])).stdout.split('\t')[0]);
  const workdir = steps.find(({ name }) => name === 'WORKDIR')?.text ?? '/';
  const demo = ['node', '--disable-warning=ExperimentalWarning', 'gateway/demo/demo.ts'];
  const plain = await start(demo, { environment, workdir });
  const masked = await start(demo, { masked: true, environment, workdir });
  const noJails = await start(demo, { noJails: true, environment, workdir });
  // ENTRYPOINT itself, with nothing told: it must say what is missing, and not that something is forbidden.
  const entry = JSON.parse(steps.find(({ name }) => name === 'ENTRYPOINT')?.text ?? '[]') as string[];
  const bare = await start(entry, { environment: environmentOf(steps), workdir });
  const facts = (
    text: string,
  ): { readonly package?: { readonly verified?: boolean }; readonly log?: { readonly verified?: boolean } } => {
    try {
      return JSON.parse(text.trim().split('\n').at(-1) ?? '{}');
    } catch {
      return {};
    }
  };
  const isWhole = ({ status, out }: Started): boolean =>
    status === 0 && facts(out).package?.verified === true && facts(out).log?.verified === true;
  const yes = (id: string, goal: string, met: boolean): Goal => ({ id, goal, value: Number(met), met });
  const last = ({ err, ...rest }: Started) => ({ ...rest, out: rest.out.slice(-2_000), err: err.slice(-2_000) });
  return {
    rounds: 1,
    goals: [
      yes('steps', 'every instruction of the Dockerfile ran', Object.keys(built).length === steps.length),
      yes('demo', 'the demo is whole under the shipped profile, without capabilities and network', isWhole(plain)),
      yes('masked', 'and with /proc masked', isWhole(masked)),
      yes(
        'no_jails',
        'but not without the mounts of jails: nothing is decoded outside one (E_MEDIA_JAIL)',
        noJails.status !== 0,
      ),
      yes('entry', 'the entry point says which setting is missing', bare.err.includes('E_CONFIG')),
    ],
    raw: {
      built,
      megabytes: size,
      files: (await readdir(path.join(IMAGE, workdir))).sort(),
      plain: last(plain),
      masked: last(masked),
      noJails: last(noJails),
      bare: last(bare),
    },
  };
}
