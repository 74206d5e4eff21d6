import { open, readFile, rm, stat } from 'node:fs/promises';
import { AppError, ERRORS, type ErrorCode } from './errors.ts';
import { type Fault, faultSentence } from './faults.ts';
import { shortUsage } from './usage.ts';

/** Where a command writes: results to `out` (stdout), words for people to `err` (stderr). */
export interface CommandIo {
  out(text: string): void;
  err(text: string): void;
}

/** 0 done, 1 the answer is no, 2 called wrongly, 3 failed. */
export type ExitCode = 0 | 1 | 2 | 3;

/** One `differe` command; `args` are the words after its name. */
export type Command = (args: readonly string[], io: CommandIo) => Promise<ExitCode>;

/** The command was called wrongly: exit code 2. */
export class UsageError extends Error {}

/**
 * Runs a command's work and turns what it throws into words and an exit code: a wrong call (UsageError, `parseArgs`) 2 with its line of the usage, a
 * refusal with a code of the table 1, a failure of the installation or of the system 3. `--help` prints the usage and is done. What
 * nobody foresaw is thrown on.
 */
export async function answering(
  args: readonly string[],
  io: CommandIo,
  usage: string,
  work: () => Promise<ExitCode>,
): Promise<ExitCode> {
  if (asksForHelp(args)) {
    io.err(`Usage:\n${usage}`);
    return 0;
  }
  try {
    return await work();
  } catch (error) {
    if (isWrongCall(error)) {
      io.err(`${error.message}\n\n${shortUsage(args, usage)}`);
      return 2;
    }
    if (error instanceof AppError) {
      io.err(sentencesOf(error.code, error.detail, error.faults));
      return error.status < 500 ? 1 : 3;
    }
    if (error instanceof Error && 'syscall' in error) {
      io.err(error.message);
      return 3;
    }
    throw error;
  }
}

/** The fixed sentences of a code, French first; `detail` is for whoever sits at this terminal. Then a line for each place that is wrong. */
export const sentencesOf = (code: ErrorCode, detail?: string, faults: readonly Fault[] = []): string =>
  [
    `${code}: ${ERRORS[code].fr}`,
    `${ERRORS[code].en}${detail === undefined ? '' : ` [${detail}]`}`,
    ...faults.map(lineOf),
  ].join('\n');

const lineOf = (fault: Fault): string =>
  `  ${fault.in} ${fault.pointer === '' ? '/' : fault.pointer}: ${faultSentence(fault, 'fr')} / ${faultSentence(fault, 'en')}`;

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  const words = end < 0 ? args : args.slice(0, end);
  return words[0] === 'help' || words.includes('--help') || words.includes('-h');
}

const isWrongCall = (error: unknown): error is Error =>
  error instanceof UsageError ||
  (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));

/** The text of a file that the caller named. Throws UsageError when it cannot be read. */
export async function fileText(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`Cannot read ${file}`, { cause });
  });
}

/** The one FILE of a call. Throws UsageError for none and for more. */
export function onlyFile(positionals: readonly string[]): string {
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new UsageError('One FILE is needed');
  return file;
}

/** Throws UsageError unless the caller named a folder. */
export async function needFolder(folder: string): Promise<void> {
  const stats = await stat(folder).catch(() => undefined);
  if (stats?.isDirectory() !== true) throw new UsageError(`Not a folder: ${folder}`);
}

/** Throws UsageError unless the caller named an ordinary file. */
export async function needFile(file: string): Promise<void> {
  const stats = await stat(file).catch(() => undefined);
  if (stats?.isFile() !== true) throw new UsageError(`Not a file: ${file}`);
}

/** Throws UsageError where there is something of this name. */
export async function needNoFile(file: string): Promise<void> {
  if ((await stat(file).catch(() => undefined)) !== undefined) throw existing(file);
}

interface NewFile {
  readonly mode?: number;
  /** What to do where it exists. */
  readonly instead?: string;
}

/**
 * Writes a file that is not there yet, for its owner alone unless `mode` says otherwise, and is done when it is on the disk: no key, nothing
 * that was signed and nothing that people filled in is lost by a name given twice. Throws UsageError where it exists.
 */
export const writeNew = (file: string, content: string | Uint8Array, options: NewFile = {}): Promise<void> =>
  fillNew(file, () => Promise.resolve(content), options);

/** As `writeNew`, for what is fetched when the file can be written; a file that gets no content is taken away again. */
export async function fillNew(
  file: string,
  contentOf: () => Promise<string | Uint8Array>,
  { mode = 0o600, instead }: NewFile = {},
): Promise<void> {
  const handle = await open(file, 'wx', mode).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === 'EEXIST' ? existing(file, instead) : cause;
  });
  try {
    await handle.writeFile(await contentOf());
    await handle.sync();
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

const existing = (file: string, instead = 'take another name, or move it away first'): UsageError =>
  new UsageError(`${file} exists; not overwritten: ${instead}`);
