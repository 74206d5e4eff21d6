import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Box } from '../../gateway/analysis/types.ts';
import type { ClassName, ColourName, Part } from '../../gateway/vocabulary.ts';

/** One object of a hand-made list (benchmarks/truth/README.md). Seconds from the first frame, boxes in pixels of the original picture. */
export interface TruthObject {
  readonly id: string;
  readonly class: ClassName;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  readonly riderOf?: string;
  readonly colours: readonly { readonly part: Part; readonly terms: readonly ColourName[] }[];
  readonly boxes: readonly (Box & { readonly seconds: number })[];
}

export interface ClipTruth {
  readonly clip: string;
  readonly sha256: string;
  readonly durationSeconds: number;
  readonly picture: { readonly widthPx: number; readonly heightPx: number };
  readonly objects: readonly TruthObject[];
}

const FOLDER = path.join(import.meta.dirname, '..', 'truth');

/** All hand-made lists, in order of the clip's name. */
export async function readTruth(): Promise<readonly ClipTruth[]> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.json')).toSorted();
  return Promise.all(
    files.map(async (file) => JSON.parse(await readFile(path.join(FOLDER, file), 'utf8')) as ClipTruth),
  );
}
