import { readFileSync } from 'node:fs';
import path from 'node:path';

const manifest = JSON.parse(readFileSync(path.join(import.meta.dirname, '..', 'package.json'), 'utf8')) as {
  readonly name: string;
  readonly version: string;
};

/** Name and version of this build, from package.json. */
export const SOFTWARE = { name: manifest.name, version: manifest.version } as const;
