import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createDetectorPool } from '../../gateway/analysis/detector-pool.ts';
import { CARD_FOLDER, chooseDetector, type FoundModel, findModels, loadModel } from '../../gateway/analysis/models.ts';
import { announced, detectorOf, motionSize, openSight } from '../../gateway/analysis/sight.ts';

const BLOB = path.join(import.meta.dirname, '../models');

const present = (): Promise<readonly FoundModel[]> =>
  findModels({ cardFolders: [CARD_FOLDER, BLOB], weightFolders: [] });

describe('the detector to add', () => {
  it('is none where none is present or none is wanted, and a named one must be there', async () => {
    const absent = await findModels({ cardFolders: [CARD_FOLDER], weightFolders: [] });
    expect(detectorOf(absent, undefined)).toBeUndefined();
    expect(detectorOf(await present(), 'none')).toBeUndefined();
    expect(detectorOf(await present(), undefined)?.card.name).toBe('blob-detector');
    expect(() => detectorOf(absent, 'yolox-nano')).toThrow('E_MODEL_NONE');
  });
});

describe('the size for motion and crops', () => {
  it('keeps the aspect, is even, and enlarges nothing', () => {
    expect(motionSize({ widthPx: 1920, heightPx: 1080 })).toEqual({ widthPx: 640, heightPx: 360 });
    expect(motionSize({ widthPx: 320, heightPx: 240 })).toEqual({ widthPx: 320, heightPx: 240 });
    expect(motionSize({ widthPx: 1080, heightPx: 1920 })).toEqual({ widthPx: 360, heightPx: 640 });
    expect(motionSize({ widthPx: 161, heightPx: 131 })).toEqual({ widthPx: 160, heightPx: 130 });
  });
});

describe('the sight of an installation', () => {
  it('is the background model and the shipped classifier alone, or a detector beside them', async () => {
    const alone = await openSight(undefined);
    expect(alone.deps.detect).toBeUndefined();
    expect(alone.models.map(({ name }) => name)).toEqual(['street-crop']);
    expect(alone.modelSet).toBe(alone.models[0]?.sha256);
    await alone.close();
    const detector = await createDetectorPool({ ...(await loadModel(chooseDetector(await present()))), threads: 1 });
    const both = await openSight(detector);
    expect(both.models.map(({ name }) => name)).toEqual(['blob-detector', 'street-crop']);
    expect(both.modelSet).not.toBe(alone.modelSet);
    // The larger of the two wishes: the classifier needs pixels that a small detector does not.
    expect(both.deps.decodeSize({ widthPx: 1920, heightPx: 1080 })).toEqual({ widthPx: 640, heightPx: 360 });
    await both.close();
    await detector.close();
  });

  it('STA-02: is shown nothing before its use is told, and nothing at all when that fails', async () => {
    const seen: string[] = [];
    const eyes = {
      canvas: () => undefined,
      decodeSize: motionSize,
      findMovers: async () => {
        seen.push('movers');
        return [];
      },
      name: async () => {
        seen.push('name');
        return [];
      },
      detect: undefined,
    };
    const telling = announced(eyes, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      seen.push('told');
    });
    expect(telling.detect).toBeUndefined();
    expect(seen).toEqual([]);
    await telling.findMovers?.([]);
    await telling.name?.([], []);
    expect(seen).toEqual(['told', 'movers', 'told', 'name']);
    const silent = announced(eyes, () => Promise.reject(new Error('the journal is down')));
    await expect(silent.findMovers?.([])).rejects.toThrow('the journal is down');
    expect(seen).toHaveLength(4);
  });
});
