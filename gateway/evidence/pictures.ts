import type { HitId } from '../ids.ts';
import type { Requisition } from '../requisition/types.ts';
import { makeClip } from './clip.ts';
import type { KeyFrames } from './key-frames.ts';
import { createLimit } from './limit.ts';
import { makeStill, type StillSize } from './still.ts';
import type { Clip, LoadedHit, LoadHit, Still, WithSource } from './types.ts';

export interface PicturesDeps {
  readonly loadHit: LoadHit;
  readonly withSource: WithSource;
  readonly keyFrames: KeyFrames;
  /** Records that the agent was shown the hit (HUM-01). */
  readonly markPictureSeen: (requisition: Requisition, hitId: HitId, agentId: string) => Promise<void>;
}

/** Pictures are made when they are asked for and kept nowhere. */
export interface Pictures {
  still(requisition: Requisition, asked: AskedPicture & { readonly size: StillSize }): Promise<ShownPicture<Still>>;
  clip(requisition: Requisition, asked: AskedPicture): Promise<ShownPicture<Clip>>;
}

export interface AskedPicture {
  readonly hitId: HitId;
  /** Who will see it; undefined for nobody whose review counts. */
  readonly agentId: string | undefined;
}

export interface ShownPicture<T> {
  readonly picture: T;
  readonly hit: LoadedHit['hit'];
}

/** Decoders at once: each takes a core and up to a gigabyte. */
const AT_ONCE = 2;

export function createPictures(deps: PicturesDeps): Pictures {
  const limit = createLimit(AT_ONCE);

  async function seen(requisition: Requisition, { hitId, agentId }: AskedPicture): Promise<void> {
    if (agentId !== undefined) await deps.markPictureSeen(requisition, hitId, agentId);
  }

  function fromSource<T>(
    requisition: Requisition,
    { exhibit, result }: LoadedHit,
    make: (source: SourceOfPictures) => Promise<T>,
  ): Promise<T> {
    return limit(() =>
      deps.withSource(requisition, exhibit, async (sourcePath) =>
        make({ sourcePath, exhibit, result, keyFrames: await deps.keyFrames(exhibit, sourcePath) }),
      ),
    );
  }

  return {
    async still(requisition, asked) {
      const loaded = await deps.loadHit(requisition, asked.hitId);
      const { hit } = loaded;
      const picture = await fromSource(requisition, loaded, (source) =>
        makeStill(requisition, { ...source, best: hit.best, size: asked.size }),
      );
      // A page of thumbnails is not a look at each of them: only the whole picture counts for a review.
      if (asked.size === 'full') await seen(requisition, asked);
      return { picture, hit };
    },
    async clip(requisition, asked) {
      const loaded = await deps.loadHit(requisition, asked.hitId);
      const { hit } = loaded;
      const picture = await fromSource(requisition, loaded, (source) => makeClip(requisition, { ...source, hit }));
      await seen(requisition, asked);
      return { picture, hit };
    },
  };
}

type SourceOfPictures = Pick<LoadedHit, 'exhibit' | 'result'> & {
  readonly sourcePath: string;
  readonly keyFrames: readonly number[];
};
