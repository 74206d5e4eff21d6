import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { PassThrough, pipeline, type Readable, Writable } from 'node:stream';
import { behind, putSessionBehind } from './behind.ts';
import { AppError } from './errors.ts';
import { systemCallFilter } from './seccomp.ts';

// The parser of hostile bytes holds nothing: no network, no key, no file but one read-only input. Only the tools' own libraries
// are in sight, and every limit ends in a kill. Nothing is ever run outside bubblewrap: without it there is no decoding.

/** Where the one input stands inside the jail: a fixed name, so that recorded argument lists hold no path of the host. */
export const EXHIBIT = '/in/exhibit';

const PRLIMIT = '/usr/bin/prlimit';
const TOOLS = { ffmpeg: '/usr/bin/ffmpeg', ffprobe: '/usr/bin/ffprobe', node: '/app/node' } as const;
export type Tool = keyof typeof TOOLS;

const NOBODY = '65534';
/** The filter lets no process be made: what counts against it are threads. The kernel holds it for all but root. */
const MOST_THREADS = 256;
/** Seconds of CPU after its word (SIGXCPU) in which a tool may still end by itself; the fourth word ends ffmpeg wherever it is. */
const CPU_GRACE_SECONDS = 5;
const TAIL_LINES = 20;
const LINE_CHARACTERS = 2_000;
/** 128 + SIGKILL. */
const KILLED = 137;
/** 128 + SIGSYS: the filter of system calls killed it. */
const BROKE_OUT = 159;
// What the file says of itself is printed indented.
const OUT_OF_MEMORY = /^\S.*Cannot allocate memory/;

/**
 * All that is in the environment of ffmpeg: it may lay its heap on large pages. It takes and gives back pictures of megabytes, and reads the
 * index of a long recording anew at each start; by pages of 4 KiB, a twelfth of a decode was the kernel's work for these (decision 0046).
 */
const ENVIRONMENT = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' } as const;

export interface JailLimits {
  /** From start to end, whoever is slow. */
  readonly wallMs: number;
  readonly cpuSeconds: number;
  /** Address space; the libraries of ffmpeg alone map about 0.4 GB. */
  readonly memoryBytes: number;
  /** What counts as memory, where it is not the addresses: what is written to, for an engine that reserves far more than it uses. */
  readonly memory?: 'written';
  /** Bytes on standard output; unbounded when absent, because a reader that is slow holds the tool back. */
  readonly stdoutBytes?: number;
}

export const DEFAULT_LIMITS: JailLimits = { wallMs: 3_600_000, cpuSeconds: 3_600, memoryBytes: 3 * 1024 ** 3 };

export interface JailedRun {
  readonly tool: Tool;
  readonly arguments: readonly string[];
  /** The file that stands at EXHIBIT; absent for a run without input. */
  readonly inputPath?: string;
  /** Small files that exist in memory only: name (letters, digits, dot, dash) to bytes, seen as /in/NAME. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** Programs beside those of /usr/bin. */
  readonly readable?: readonly Bound[];
  /** Further output pipes beside standard output: `pipe:3`, `pipe:4` and so on inside. */
  readonly extraPipes?: number;
  readonly limits?: Partial<JailLimits>;
  /** Nobody waits for it: it stands behind those who answer. */
  readonly isBehind?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onStderrLine?: (line: string) => void;
}

export interface Jailed {
  readonly stdout: Readable;
  readonly pipes: readonly Readable[];
  /**
   * Resolves when the tool ended well or `stop` was called (E_MEDIA_BREAKOUT all the same, when it had come to that). Rejects with E_MEDIA_JAIL (never started), E_MEDIA_KILLED (by somebody else),
   * E_MEDIA_LIMIT, E_MEDIA_BREAKOUT (it asked the kernel for what no decoder needs), E_MEDIA_DECODE (last lines of stderr in `cause`), or the
   * signal's reason.
   */
  readonly done: Promise<void>;
  /** Ends the tool early and without error: enough was read. */
  stop(): void;
}

/** A program, or a folder of one, that the jail sees and cannot change. */
interface Bound {
  readonly from: string;
  readonly to: string;
}

/** What bubblewrap is told, ready for any command; `dataFds` maps names in /in to descriptors. Pure, so that it is tested as data. */
export function jailArguments(jail: {
  readonly command: readonly string[];
  readonly inputPath?: string | undefined;
  readonly dataFds?: readonly { readonly name: string; readonly fd: number }[];
  readonly readable?: readonly Bound[];
  readonly statusFd: number;
  /** The filter of system calls is read from it. */
  readonly filterFd: number;
  readonly limits: JailLimits;
  /** All that the command has in its own. */
  readonly environment?: Readonly<Record<string, string>>;
}): string[] {
  const { limits } = jail;
  return [
    ...['--unshare-all', '--unshare-user', '--uid', NOBODY, '--gid', NOBODY],
    ...['--die-with-parent', '--new-session', '--clearenv', '--cap-drop', 'ALL', '--hostname', 'jail'],
    ...Object.entries(jail.environment ?? {}).flatMap(([name, value]) => ['--setenv', name, value]),
    // Programs and their libraries, and nothing else of /usr: what an operator puts under /usr/local or /usr/src stays outside.
    ...['--ro-bind', '/usr/bin', '/usr/bin', '--ro-bind', '/usr/lib', '/usr/lib'],
    ...['--ro-bind-try', '/usr/lib64', '/usr/lib64'],
    ...['--symlink', 'usr/lib', '/lib', '--symlink', 'usr/lib64', '/lib64', '--symlink', 'usr/bin', '/bin'],
    // Debian's BLAS, which libavfilter links, is reached through links in this folder; it holds nothing else.
    ...['--ro-bind-try', '/etc/alternatives', '/etc/alternatives'],
    ...(jail.inputPath === undefined ? [] : ['--ro-bind', jail.inputPath, EXHIBIT]),
    ...(jail.readable ?? []).flatMap(({ from, to }) => ['--ro-bind', from, to]),
    ...(jail.dataFds ?? []).flatMap(({ name, fd }) => ['--ro-bind-data', String(fd), `/in/${plainFileName(name)}`]),
    ...['--remount-ro', '/', '--chdir', '/', '--json-status-fd', String(jail.statusFd)],
    ...['--seccomp', String(jail.filterFd), '--'],
    ...[
      PRLIMIT,
      `--${limits.memory === 'written' ? 'data' : 'as'}=${limits.memoryBytes}`,
      `--cpu=${limits.cpuSeconds}:${limits.cpuSeconds + CPU_GRACE_SECONDS}`,
      '--fsize=0',
      '--core=0',
      '--nofile=64',
      `--nproc=${MOST_THREADS}`,
      '--',
    ],
    ...jail.command,
  ];
}

function plainFileName(name: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name) || name === 'exhibit')
    throw new AppError('E_MEDIA_JAIL', { detail: 'a file name that the jail does not take' });
  return name;
}

/** Starts ffmpeg or ffprobe in the jail. Errors come by `done`; the caller MUST await it or handle its rejection. */
export function startJailed(run: JailedRun): Jailed {
  const limits: JailLimits = { ...DEFAULT_LIMITS, ...run.limits };
  const files = Object.entries(run.files ?? {});
  const extraPipes = run.extraPipes ?? 0;
  const statusFd = 3 + extraPipes;
  const startedAtMs = performance.now();
  const filterFd = statusFd + 1;
  const dataFds = files.map(([name], index) => ({ name, fd: filterFd + 1 + index }));
  const filter = systemCallFilter();
  const [program = 'bwrap', ...before] = run.isBehind === true ? behind('bwrap') : [];
  const child = spawn(
    program,
    [
      ...before,
      ...jailArguments({
        command: [TOOLS[run.tool], ...run.arguments],
        // Links are followed here, once, so that what is bound is a file and not where a link may point later.
        inputPath: run.inputPath === undefined ? undefined : realpathOrSame(run.inputPath),
        dataFds,
        readable: (run.readable ?? []).map(({ from, to }) => ({ from: realpathOrSame(from), to })),
        statusFd,
        filterFd,
        limits,
        ...(run.tool === 'node' ? {} : { environment: ENVIRONMENT }),
      }),
    ],
    {
      stdio: [
        'ignore',
        'pipe',
        'pipe',
        ...Array.from({ length: extraPipes + 2 + files.length }, () => 'pipe' as const),
      ],
    },
  );

  let ending: { readonly error?: unknown } | undefined;
  let insidePid: number | undefined;
  const end = (reason: { readonly error?: unknown }): void => {
    ending ??= reason;
    killInside();
  };
  // Process 1 of the jail is what must die: all in it die with it, and bubblewrap outside then collects them and ends. Killed first,
  // bubblewrap would leave it alive before it has asked for the death signal; so a kill that comes early waits for the number.
  const killInside = (): void => {
    if (ending === undefined || insidePid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    if (!kill(insidePid)) child.kill('SIGKILL');
  };

  const childStdout = readableOf(child.stdio[1]);
  const pipes = Array.from({ length: extraPipes }, (_, index) => readableOf(child.stdio[3 + index]));
  feed(child.stdio[filterFd], filter);
  for (const [index, [, bytes]] of files.entries()) feed(child.stdio[filterFd + 1 + index], bytes);

  const tail: string[] = [];
  let outOfMemory = false;
  let isPut = run.isBehind !== true;
  const stderrEnded = eachLine(readableOf(child.stdio[2]), (line) => {
    // What the tool says comes after its session has begun.
    if (!isPut && insidePid !== undefined) putSessionBehind(insidePid);
    isPut ||= insidePid !== undefined;
    tail.push(line);
    // ffmpeg may end well after it: what it could not hold is then simply missing.
    outOfMemory ||= OUT_OF_MEMORY.test(line);
    if (tail.length > TAIL_LINES) tail.shift();
    run.onStderrLine?.(line);
  });
  let toolExit: number | undefined;
  const statusEnded = eachLine(readableOf(child.stdio[statusFd]), (line) => {
    const exit = /"exit-code": (\d+)/.exec(line);
    if (exit !== null) toolExit = Number(exit[1]);
    const inside = /"child-pid": (\d+)/.exec(line);
    if (inside === null) return;
    insidePid = Number(inside[1]);
    killInside();
  });

  const overrun = (detail: string): void =>
    end({ error: new AppError('E_MEDIA_LIMIT', { detail, cause: tailOf(tail) }) });
  const timer = setTimeout(() => overrun(`longer than ${limits.wallMs} ms`), limits.wallMs);
  const abort = (): void => end({ error: run.signal?.reason });
  if (run.signal?.aborted) abort();
  run.signal?.addEventListener('abort', abort, { once: true });

  const stdout = limits.stdoutBytes === undefined ? childStdout : bounded(childStdout, limits.stdoutBytes, overrun);

  const exited = new Promise<void>((resolve, reject) => {
    child.once('error', (cause) => reject(new AppError('E_MEDIA_JAIL', { cause, detail: 'bubblewrap did not start' })));
    child.once('exit', () => resolve());
  });
  const done = exited
    .then(() => Promise.all([stderrEnded, statusEnded]))
    .then(() => {
      if (ending !== undefined) {
        if ('error' in ending) throw ending.error;
        // Enough was read; what it had tried before it was ended is known nevertheless.
        if (toolExit === BROKE_OUT) throw new AppError('E_MEDIA_BREAKOUT', { cause: tailOf(tail) });
        return;
      }
      const seconds = (performance.now() - startedAtMs) / 1000;
      const error = errorOfExit(toolExit, { outOfMemory, outOfTime: isOutOfTime(toolExit, seconds, limits) }, tail);
      if (error !== undefined) throw error;
    })
    .finally(() => {
      clearTimeout(timer);
      run.signal?.removeEventListener('abort', abort);
      // Whoever still reads must see an end, not wait for a pipe that nobody writes.
      if (ending !== undefined) for (const readable of [stdout, childStdout, ...pipes]) readable.destroy();
    });
  // A caller that reads first and awaits later must not crash the process in between.
  done.catch(() => {});
  return { stdout, pipes, done, stop: () => end({}) };
}

/**
 * Whether a tool ended because it had used its seconds of CPU. The kernel's word (SIGXCPU) ends most; ffmpeg takes it for a wish to stop (255; 123
 * where it came too often), as it would that of another; one that does not hear it is killed after as many seconds of wall time, or more.
 */
function isOutOfTime(toolExit: number | undefined, seconds: number, { cpuSeconds }: JailLimits): boolean {
  if (toolExit === 123 || toolExit === 255) return seconds * availableParallelism() >= cpuSeconds;
  return toolExit === 152 || (toolExit === KILLED && seconds >= cpuSeconds);
}

function errorOfExit(
  toolExit: number | undefined,
  { outOfMemory, outOfTime }: { readonly outOfMemory: boolean; readonly outOfTime: boolean },
  tail: readonly string[],
): AppError | undefined {
  const cause = tailOf(tail);
  if (toolExit === 0 && !outOfMemory) return undefined;
  // bubblewrap tells the exit code only of a command that it did start.
  if (toolExit === undefined) return new AppError('E_MEDIA_JAIL', { cause, detail: 'the jail could not be set up' });
  if (toolExit === 126 || toolExit === 127)
    return new AppError('E_MEDIA_JAIL', { cause, detail: 'the tool is missing' });
  if (toolExit === BROKE_OUT) return new AppError('E_MEDIA_BREAKOUT', { cause });
  // A tool whose seconds were not over was killed by somebody else, as a machine without memory does: that says nothing of the file.
  if (toolExit === KILLED && !outOfMemory && !outOfTime) return new AppError('E_MEDIA_KILLED', { cause });
  // 128 + XFSZ: the kernel enforced a limit.
  if (outOfMemory || outOfTime || toolExit === 153)
    return new AppError('E_MEDIA_LIMIT', { cause, detail: `exit ${toolExit}` });
  return new AppError('E_MEDIA_DECODE', { cause, detail: `exit ${toolExit}` });
}

const tailOf = (tail: readonly string[]): Error => new Error(tail.join('\n'));

/** Hands bytes over by a pipe of a jail, to its end. */
export function feed(pipe: unknown, bytes: Uint8Array): void {
  if (!(pipe instanceof Writable)) throw new AppError('E_MEDIA_JAIL', { detail: 'no pipe for a file' });
  // A jail that died early breaks this pipe; its exit says why.
  pipe.on('error', () => {});
  pipe.end(bytes);
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

function realpathOrSame(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function readableOf(stream: unknown): Readable {
  if (stream === null || typeof stream !== 'object' || !('pipe' in stream))
    throw new AppError('E_MEDIA_JAIL', { detail: 'no pipe from the jail' });
  return stream as Readable;
}

/** Calls back for each line, cut at LINE_CHARACTERS: a tool that prints without end costs time, never memory. */
function eachLine(readable: Readable, onLine: (line: string) => void): Promise<void> {
  let rest = '';
  readable.setEncoding('utf8');
  readable.on('data', (text: string) => {
    const lines = (rest + text).split(/\r\n|\n|\r/);
    rest = (lines.pop() ?? '').slice(0, LINE_CHARACTERS);
    for (const line of lines) onLine(line.slice(0, LINE_CHARACTERS));
  });
  return new Promise((resolve) => {
    readable.once('close', () => {
      if (rest !== '') onLine(rest);
      resolve();
    });
    readable.once('error', () => {});
  });
}

function bounded(source: Readable, maxBytes: number, overrun: (detail: string) => void): Readable {
  let bytes = 0;
  const target = new PassThrough();
  source.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) overrun(`more than ${maxBytes} bytes of output`);
  });
  source.pause();
  // An early end reaches the reader through `done`.
  pipeline(source, target, () => {});
  return target;
}
