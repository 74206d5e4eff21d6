import { demandCanaries } from './admission/canaries.ts';
import type { CropCard } from './admission/crop-card.ts';
import { createDetectorPool } from './analysis/detector-pool.ts';
import { CARD_FOLDER, findModels, type LoadedModel, loadModel } from './analysis/models.ts';
import { detectorOf, openSight, SHIPPED_FOLDER, type Sight } from './analysis/sight.ts';
import type { Config } from './config.ts';
import { AppError } from './errors.ts';

export interface OpenModels {
  readonly model: LoadedModel | undefined;
  readonly sight: Sight;
  /** Ends what runs and begins nothing more: a thread that is torn out of a network's run takes the process down, whatever its exit code was to be. */
  rest(): Promise<void>;
}

/** The networks of the configuration, the detector closed after what uses it. Throws when one is not what its card says, or not admitted. */
export async function openModels(
  config: Pick<Config, 'env' | 'modelFolders' | 'detector' | 'threads' | 'provider'>,
  demandAdmitted: (card: LoadedModel['card'] | CropCard) => Promise<void>,
  keep: <T>(value: T, stop: (value: T) => Promise<unknown>) => T,
): Promise<OpenModels> {
  // Before any file is looked at: a gate that lets a canary pass judges nothing.
  await demandCanaries();
  const found = detectorOf(
    await findModels({ cardFolders: [CARD_FOLDER, ...config.modelFolders], weightFolders: config.modelFolders }),
    config.detector,
  );
  const model = found === undefined ? undefined : await loadModel(found);
  if (model?.card.test === true && config.env === 'prod') {
    throw new AppError('E_MODEL_NONE', { detail: `${model.card.name} is a test detector` });
  }
  if (model !== undefined) await demandAdmitted(model.card);
  const detector =
    model === undefined
      ? undefined
      : keep(await createDetectorPool({ ...model, threads: config.threads, provider: config.provider }), (pool) =>
          pool.close(),
        );
  const sight = await openSight(detector, SHIPPED_FOLDER, demandAdmitted);
  return {
    model,
    sight: keep(sight, (open) => open.close()),
    rest: async () => void (await Promise.all([detector?.close({ isNow: true }), sight.close()])),
  };
}
