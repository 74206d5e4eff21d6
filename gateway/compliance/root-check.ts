import { existsSync } from 'node:fs';
import { AppError } from '../errors.ts';

/** How this process runs, as far as SEC-01 asks. */
export interface ProcessFacts {
  readonly isRoot: boolean;
  /** In a container, or as a unit of systemd: what confines it stands in the image or in the unit. */
  readonly isConfined: boolean;
}

export const processFacts = (environment: NodeJS.ProcessEnv = process.env): ProcessFacts => ({
  isRoot: process.getuid?.() === 0,
  isConfined:
    existsSync('/.dockerenv') ||
    existsSync('/run/.containerenv') ||
    environment.container !== undefined ||
    environment.INVOCATION_ID !== undefined,
});

/** SEC-01: root is told under test, and refused in production outside image and unit. Throws E_CONFIG. */
export function judgeRoot({ isRoot, isConfined }: ProcessFacts, env: 'prod' | 'test'): readonly string[] {
  if (!isRoot) return [];
  if (env === 'prod' && !isConfined) {
    throw new AppError('E_CONFIG', { detail: 'as root: use the image, the systemd unit or an ordinary account' });
  }
  return ['process: the gateway runs as root; the image and the systemd unit do not'];
}
