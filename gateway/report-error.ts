import { sentencesOf } from './command.ts';
import { AppError } from './errors.ts';

/** What the operator sees of an error. Written where nobody waits for an answer. */
export const reportError = (error: unknown): void => void process.stderr.write(`${reportOf(error)}\n`);

/**
 * Of a refusal its code and sentences; of a failure the code and the place, never the words, which may hold values of the case (LOG-08).
 */
export function reportOf(error: unknown): string {
  if (error instanceof AppError && error.status < 500) return sentencesOf(error.code, error.detail);
  const name =
    error instanceof AppError ? `${error.code} ${error.detail ?? ''}` : error instanceof Error ? error.name : 'error';
  const places = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [];
  return [name.trim(), ...places.slice(0, 8)].join('\n');
}
