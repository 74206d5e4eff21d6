import { existsSync } from 'node:fs';
import path from 'node:path';
import { createDetectorPool, type DetectorPool } from '../../gateway/analysis/detector-pool.ts';
import { CARD_FOLDER, chooseDetector, findModels, type LoadedModel, loadModel } from '../../gateway/analysis/models.ts';
import { openSight, type Sight } from '../../gateway/analysis/sight.ts';
import { PROVIDERS, type Provider } from '../../gateway/config.ts';
import type { Eyes } from './run-clip.ts';

const SHARED = path.join(import.meta.dirname, '..', '..', '..', 'shared');

/** What a run sees with: only what the repository ships, only a full detector, or both. */
export const MODES = ['ours', 'detector', 'fused'] as const;
export type Mode = (typeof MODES)[number];

/** Folder of the weights that never saw a clip: `models/training/README.md` says how they are made. */
export const unseenWeights = (clip: string): string | undefined => {
  const root = process.env.BENCH_WEIGHTS;
  const folder = root === undefined ? undefined : path.join(path.resolve(root), path.parse(clip).name);
  return folder !== undefined && existsSync(path.join(folder, 'card.json')) ? folder : undefined;
};

/** As the gateway's own setting. */
function providerAsked(): Provider {
  const asked = process.env.DIFFERE_PROVIDER ?? 'cpu';
  const provider = PROVIDERS.find((each) => each === asked);
  if (provider === undefined) throw new Error(`DIFFERE_PROVIDER is one of ${PROVIDERS.join(', ')}`);
  return provider;
}

/** YOLOX-nano from DIFFERE_MODELS or beside the checkout; undefined when it is nowhere. */
export async function loadNano(): Promise<LoadedModel | undefined> {
  const given = (process.env.DIFFERE_MODELS ?? '').split(':').filter((each) => each !== '');
  const weightFolders = [...given, path.join(SHARED, 'models')].filter((folder) => existsSync(folder));
  const found = await findModels({ cardFolders: [CARD_FOLDER], weightFolders });
  if (!found.some(({ card, weightsPath }) => card.name === 'yolox-nano' && weightsPath !== undefined)) return undefined;
  return await loadModel(chooseDetector(found, 'yolox-nano'));
}

/** A pool of `loadNano`. `leastScore` replaces the card's own. */
export async function openDetector(leastScore?: number, isTiled = true): Promise<DetectorPool | undefined> {
  const model = await loadNano();
  if (model === undefined) return undefined;
  const { card, bytes } = model;
  const { tiles, ...plain } = card.input;
  const input = isTiled && tiles !== undefined ? { ...plain, tiles } : plain;
  const thresholds = { ...card.thresholds, score: leastScore ?? card.thresholds.score };
  return createDetectorPool({ card: { ...card, input, thresholds }, bytes, threads: 2, provider: providerAsked() });
}

/** The eyes of a mode, and the sight that must be closed; the detector stays open. */
export async function openEyes(
  mode: Mode,
  detector: DetectorPool | undefined,
  weights: string,
): Promise<{ readonly eyes: Eyes; readonly sight: Sight }> {
  const sight = await openSight(mode === 'ours' ? undefined : detector, weights);
  const { detect, decodeSize } = sight.deps;
  return { sight, eyes: mode === 'detector' ? { detect, decodeSize } : sight.deps };
}
