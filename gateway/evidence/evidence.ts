import type { CaseId } from '../ids.ts';
import { createExhibitPictures, type ExhibitPictures, type ExhibitPicturesDeps } from './exhibit-pictures.ts';
import { createExhibitTracks, type ExhibitTracks } from './exhibit-tracks.ts';
import { createExports, type Exports, type ExportsDeps } from './exports.ts';
import { rememberKeyFrames } from './key-frames.ts';
import { createLimit } from './limit.ts';
import { createOpenedResults } from './opened-results.ts';
import { createPictures, type Pictures, type PicturesDeps } from './pictures.ts';

export type EvidenceDeps = Omit<ExportsDeps, 'keyFrames'> &
  Omit<PicturesDeps, 'keyFrames' | 'limit'> &
  Omit<ExhibitPicturesDeps, 'keyFrames' | 'limit' | 'frameLimit' | 'results'>;

/** The room as its routes use it. `close` gives up packages that are being built. */
export interface Evidence {
  readonly pictures: Pictures;
  readonly exhibitPictures: ExhibitPictures;
  readonly exhibitTracks: ExhibitTracks;
  readonly exports: Exports;
  /** Lets go of what pictures of a case are held in memory: it is being erased. */
  forget(caseId: CaseId): void;
  close(): Promise<void>;
}

/** Decoders at once: each takes a core and up to a gigabyte. */
const AT_ONCE = 2;

export function createEvidence(deps: EvidenceDeps): Evidence {
  const keyFrames = rememberKeyFrames();
  const limit = createLimit(AT_ONCE);
  const exports = createExports({ ...deps, keyFrames });
  const pictures = createPictures({ ...deps, keyFrames, limit });
  const results = createOpenedResults();
  const exhibitPictures = createExhibitPictures({
    ...deps,
    keyFrames,
    limit,
    frameLimit: createLimit(AT_ONCE),
    results,
  });
  const exhibitTracks = createExhibitTracks({ ...deps, results });
  return {
    pictures,
    exhibitPictures,
    exhibitTracks,
    exports,
    forget(caseId) {
      pictures.forget(caseId);
      exhibitPictures.forget(caseId);
      results.forget(caseId);
    },
    async close() {
      pictures.close();
      exhibitPictures.close();
      results.close();
      await exports.close();
    },
  };
}
