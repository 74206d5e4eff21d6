import { existsSync } from 'node:fs';
import path from 'node:path';
import type { DetectorPool } from '../../gateway/analysis/detector-pool.ts';
import { MODES, type Mode, openEyes, unseenWeights } from './eyes.ts';
import { coarseOf, scoreClip } from './match.ts';
import { paintClip } from './pictures.ts';
import { requisitionFor, runClip } from './run-clip.ts';
import { type ClipTruth, readTruth } from './truth.ts';

const FREE = path.join(import.meta.dirname, '..', '..', '..', 'shared', 'footage', 'free');

/** One clip under one mode. */
export interface ClipFigures {
  readonly clip: string;
  readonly mode: Mode;
  readonly seconds: number;
  readonly objects: number;
  readonly found: number;
  readonly missed: readonly string[];
  readonly tracks: number;
  readonly invented: number;
  readonly fragments: number;
  readonly named: number;
  readonly colours: number;
  readonly coloursRight: number;
  /** Rows: coarse class of the truth; columns: of the track, or `missed`. */
  readonly confusion: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/**
 * Every free clip with hand-made truth under every mode that can be measured: a classifier is scored only by weights that never saw the
 * clip. `pictures` is a folder for one picture a clip and mode, never inside the repository.
 */
export async function measureClips(
  detector: DetectorPool | undefined,
  pictures: string,
): Promise<readonly ClipFigures[]> {
  const truths = (await readTruth()).filter(({ clip }) => existsSync(path.join(FREE, clip)));
  if (truths.length === 0) return [];
  const requisition = await requisitionFor(truths.map(({ clip }) => path.join(FREE, clip)));
  const figures: ClipFigures[] = [];
  for (const truth of truths) {
    const weights = unseenWeights(truth.clip);
    for (const mode of MODES) {
      if (weights === undefined || (mode !== 'ours' && detector === undefined)) continue;
      const { eyes, sight } = await openEyes(mode, detector, weights);
      try {
        const file = path.join(FREE, truth.clip);
        const { result, seconds } = await runClip(requisition, file, eyes);
        figures.push(figuresOf(truth, mode, result.tracks, seconds));
        await paintClip(file, truth, result.tracks, path.join(pictures, `${path.parse(truth.clip).name}-${mode}.jpg`));
      } finally {
        await sight.close();
      }
    }
  }
  return figures;
}

function figuresOf(
  truth: ClipTruth,
  mode: Mode,
  tracks: Parameters<typeof scoreClip>[1],
  seconds: number,
): ClipFigures {
  const score = scoreClip(truth.objects, tracks);
  const colours = score.found.flatMap((match) => match.colours);
  const confusion: Record<string, Record<string, number>> = {};
  const count = (row: string, column: string): void => {
    confusion[row] = { ...confusion[row], [column]: (confusion[row]?.[column] ?? 0) + 1 };
  };
  for (const { unit, track } of score.found) count(coarseOf(unit.objects[0]?.class ?? 'object'), coarseOf(track.class));
  for (const id of score.missed)
    count(coarseOf(truth.objects.find((each) => each.id === id)?.class ?? 'object'), 'missed');
  return {
    clip: truth.clip,
    mode,
    seconds: Number(seconds.toFixed(1)),
    objects: score.units,
    found: score.found.length,
    missed: score.missed,
    tracks: tracks.length,
    invented: score.invented.length,
    fragments: score.fragments.length,
    named: score.found.filter(({ named }) => named).length,
    colours: colours.length,
    coloursRight: colours.filter((right) => right).length,
    confusion,
  };
}
