import { AppError } from './errors.ts';

/** What the operator sees of an error: its code and place, never its words, which may hold values of the case (LOG-08). */
export function reportError(error: unknown): void {
  const name =
    error instanceof AppError ? `${error.code} ${error.detail ?? ''}` : error instanceof Error ? error.name : 'error';
  const places = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [];
  process.stderr.write(`${name.trim()}\n${places.slice(0, 8).join('\n')}\n`);
}
