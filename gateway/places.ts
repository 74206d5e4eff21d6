import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from './config.ts';
import { AppError } from './errors.ts';
import { tryPort } from './listeners.ts';

/**
 * The folders and ports that a gateway takes of its machine, tried before anything is started. Throws E_FOLDER and E_PORT, which name the
 * setting; what is taken between this look and the start fails there by the same codes.
 */
export async function demandPlaces(
  config: Pick<Config, 'dataDir' | 'keysDir' | 'scratchDir' | 'host' | 'port' | 'metricsPort'>,
): Promise<void> {
  const { host, port, metricsPort, dataDir, keysDir, scratchDir } = config;
  const folders = { DIFFERE_DATA: dataDir, DIFFERE_KEYS: keysDir, DIFFERE_SCRATCH: scratchDir };
  for (const [key, folder] of Object.entries(folders)) await demandFolder(key, folder);
  await onPort('DIFFERE_PORT', port, tryPort(host, port));
  await onPort('DIFFERE_METRICS_PORT', metricsPort, tryPort(host, metricsPort));
}

/** What listens, or E_PORT with the setting that said where. */
export async function onPort<T>(key: string, port: number, listening: Promise<T>): Promise<T> {
  return await listening.catch((cause: unknown) => {
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause;
    throw new AppError('E_PORT', { cause, detail: `${key}=${port}: ${codeOf(cause)}` });
  });
}

async function demandFolder(key: string, folder: string): Promise<void> {
  try {
    await makeFolder(folder);
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new AppError('E_FOLDER', { cause, detail: `${key}=${folder}: ${codeOf(cause)}` });
  }
}

/** One after the other: Node's own way of making a folder with those above it does not end below /proc (24.21.0). */
async function makeFolder(folder: string): Promise<void> {
  const make = () => mkdir(folder, { mode: 0o700 });
  try {
    await make();
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' && path.dirname(folder) !== folder) {
      await makeFolder(path.dirname(folder));
      await make();
    } else if (!(await stat(folder).catch(() => undefined))?.isDirectory()) throw error;
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);
