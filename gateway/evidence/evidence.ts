import { createExports, type Exports, type ExportsDeps } from './exports.ts';
import { rememberKeyFrames } from './key-frames.ts';
import { createPictures, type Pictures, type PicturesDeps } from './pictures.ts';

export type EvidenceDeps = Omit<ExportsDeps, 'keyFrames'> & Omit<PicturesDeps, 'keyFrames'>;

/** The room as its routes use it. `close` gives up packages that are being built. */
export interface Evidence {
  readonly pictures: Pictures;
  readonly exports: Exports;
  close(): Promise<void>;
}

export function createEvidence(deps: EvidenceDeps): Evidence {
  const keyFrames = rememberKeyFrames();
  const exports = createExports({ ...deps, keyFrames });
  return { pictures: createPictures({ ...deps, keyFrames }), exports, close: () => exports.close() };
}
