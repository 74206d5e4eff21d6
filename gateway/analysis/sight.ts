import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { CropCard } from '../admission/crop-card.ts';
import { sha256Hex } from '../canonical.ts';
import { AppError } from '../errors.ts';
import { createCropNamer, loadCropModel } from './crop-namer.ts';
import type { DetectorPool } from './detector-pool.ts';
import { createFrameStore } from './frame-memory.ts';
import type { PictureSize } from './letterbox.ts';
import { CARD_FOLDER, chooseDetector, type FoundModel } from './models.ts';
import { findMovers } from './motion/movers.ts';
import { createMoversThread } from './motion/movers-thread.ts';
import type { SegmentDeps } from './segment.ts';
import type { ModelUse } from './types.ts';

/** Everything that sees and names in this installation: the background model, the shipped classifier and perhaps a full detector. */
export interface Sight {
  readonly deps: Pick<SegmentDeps, 'detect' | 'canvas' | 'decodeSize' | 'findMovers' | 'name' | 'lendFrames'>;
  readonly models: readonly ModelUse[];
  /** Of the shipped classifier; undefined where it could not be opened. */
  readonly namerCard: CropCard | undefined;
  /** SHA-256 over the digests of the models, in order: what the journal names. */
  readonly modelSet: string;
  /** Network runs so far, by model. */
  readonly calls: () => ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** `DIFFERE_DETECTOR=none`: what the repository ships sees alone. */
const NO_DETECTOR = 'none';

/** The full detector to add: the named one, else the present one of highest priority, else none. E_MODEL_NONE when a named one is missing. */
export function detectorOf(models: readonly FoundModel[], name: string | undefined): FoundModel | undefined {
  if (name === NO_DETECTOR) return undefined;
  const isPresent = models.some(({ card, weightsPath }) => card.role === 'detector' && weightsPath !== undefined);
  return name === undefined && !isPresent ? undefined : chooseDetector(models, name);
}

/** What the background model and the crops are cut from: more tells little about what moves, and costs a decode. */
const MOST_PIXELS = 640 * 360;

/** The size for motion and crops: aspect kept, even, nothing enlarged. */
export function motionSize({ widthPx, heightPx }: PictureSize): PictureSize {
  const shrink = Math.min(1, Math.sqrt(MOST_PIXELS / (widthPx * heightPx)));
  const even = (value: number): number => Math.max(2, 2 * Math.floor((value * shrink) / 2 + 1e-6));
  return { widthPx: even(widthPx), heightPx: even(heightPx) };
}

/**
 * Frames lie outside of V8's heap and count in its limit: with its usual growth 36 MiB of heap were marked anew for each 41 MiB of
 * frames, which is all that a second or two decode. 100 MiB more of memory, a third of these marks (decision 0024).
 */
const HEAP_GROWTH = '--heap-growing-percent=600';

/** Where the shipped classifier lies. */
export const SHIPPED_FOLDER = path.join(CARD_FOLDER, 'street-crop');

/**
 * Opens the shipped classifier beside an optional detector, which stays the caller's to close. `demandAdmission` may refuse it before it is
 * loaded.
 */
export async function openSight(
  detector: DetectorPool | undefined,
  folder = SHIPPED_FOLDER,
  demandAdmission: (card: CropCard) => Promise<void> = async () => undefined,
): Promise<Sight> {
  setFlagsFromString(HEAP_GROWTH);
  const model = await loadCropModel(folder);
  await demandAdmission(model.card);
  const namer = await createCropNamer(model);
  const movers = createMoversThread();
  const models = [...(detector === undefined ? [] : [detector.modelUse]), namer.modelUse];
  const digests = models.map(({ sha256 }) => sha256).toSorted();
  return {
    deps: {
      detect: detector === undefined ? undefined : (frame) => detector.detect(frame),
      canvas: (frame) => detector?.canvas(frame),
      decodeSize(picture) {
        const own = motionSize(picture);
        const wanted = detector?.decodeSize(picture) ?? own;
        return wanted.widthPx * wanted.heightPx > own.widthPx * own.heightPx ? wanted : own;
      },
      findMovers: movers.find,
      lendFrames: createFrameStore(),
      name: (tracks, frames) => namer.name(tracks, frames),
    },
    models,
    namerCard: model.card,
    modelSet: digests.length === 1 ? (digests[0] ?? '') : sha256Hex(digests.join('\n')),
    calls: () =>
      new Map([
        ...(detector === undefined ? [] : [[detector.modelUse.name, detector.calls] as const]),
        [namer.modelUse.name, namer.calls],
      ]),
    async close() {
      await Promise.all([namer.close(), movers.close()]);
    },
  };
}

/** The same eyes, which tell `before` and wait for it each time before they are shown anything. */
export function announced(eyes: Sight['deps'], before: () => Promise<void>): Sight['deps'] {
  const { detect, findMovers: movers, name } = eyes;
  const after =
    <A extends readonly unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await before();
      return await work(...args);
    };
  return {
    ...eyes,
    ...(detect === undefined ? {} : { detect: after(detect) }),
    ...(movers === undefined ? {} : { findMovers: after(movers) }),
    ...(name === undefined ? {} : { name: after(name) }),
  };
}

/** What an installation has whose networks could not be opened: it sees nothing, and says so. It is there for a gateway in safe mode. */
export function noSight(): Sight {
  const refuse = async (): Promise<never> => {
    throw new AppError('E_MODEL_NONE', { detail: 'no network could be opened at the start' });
  };
  return {
    deps: { detect: refuse, canvas: () => undefined, decodeSize: motionSize, findMovers, name: refuse },
    models: [],
    namerCard: undefined,
    modelSet: sha256Hex(''),
    calls: () => new Map(),
    close: async () => undefined,
  };
}
