import { readFile } from 'node:fs/promises';

/** The command was called wrongly: exit code 2. */
export class UsageError extends Error {}

/** The text of a file that the caller named. Throws UsageError when it cannot be read. */
export async function fileText(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`cannot read ${file}`, { cause });
  });
}

export function onlyFile(positionals: readonly string[]): string {
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new UsageError('one FILE is needed');
  return file;
}

/** Whether `parseArgs` of Node refused the words. */
export const isArgumentError = (error: unknown): error is Error =>
  error instanceof UsageError ||
  (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
