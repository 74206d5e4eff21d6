import { AppError } from '../errors.ts';
import type { CaseId, HitId } from '../ids.ts';
import type { Requisition } from '../requisition/types.ts';
import type { Reading } from '../search/types.ts';
import { createCaseCache } from './case-cache.ts';
import { makeClip } from './clip.ts';
import type { KeyFrames } from './key-frames.ts';
import { makeStill, type StillSize } from './still.ts';
import type { Clip, LoadedHit, LoadHit, Still, WithSource } from './types.ts';

export interface PicturesDeps {
  readonly loadHit: LoadHit;
  readonly withSource: WithSource;
  readonly keyFrames: KeyFrames;
  /** Decoders at once, shared with the pictures of exhibits. */
  readonly limit: <T>(work: () => Promise<T>) => Promise<T>;
  /** Records that the agent was shown the hit (HUM-01). */
  readonly markPictureSeen: (requisition: Requisition, hitId: HitId, agentId: string) => Promise<void>;
}

/** Pictures are made when they are asked for; a clip stays in memory for a few minutes, because a browser reads it by ranges. */
export interface Pictures {
  still(requisition: Requisition, asked: AskedPicture & { readonly size: StillSize }): Promise<ShownPicture<Still>>;
  clip(requisition: Requisition, asked: AskedPicture): Promise<ShownPicture<Clip>>;
  /**
   * The whole still once more, the matched object uncovered and nobody else (PRO-02). E_HUM_OWN unless who asks saw the picture and then
   * confirmed the hit, and still does: the verdict of another reader uncovers nothing for him (decision 0030). For a route that has the reason in the journal before it calls this.
   */
  reveal(requisition: Requisition, asked: AskedPicture): Promise<ShownPicture<Still>>;
  /** Refuses as a picture of the hit would: E_PRO_SILO, E_REQ_SCOPE. */
  demand(requisition: Requisition, hitId: HitId): Promise<void>;
  /**
   * Says that the agent was shown the hit. MUST run only when the disclosure is durable in the journal (HUM-01): a picture that never
   * left must not let its hit be confirmed.
   */
  markSeen(requisition: Requisition, asked: AskedPicture): Promise<void>;
  forget(caseId: CaseId): void;
  close(): void;
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

const MOST_CLIP_BYTES = 128 * 1024 * 1024;
const LINGER_MS = 5 * 60_000;

export function createPictures(deps: PicturesDeps): Pictures {
  const clips = createCaseCache<Clip>(({ mp4 }) => mp4.length, { mostBytes: MOST_CLIP_BYTES, lingerMs: LINGER_MS });

  function fromSource<T>(
    requisition: Requisition,
    { exhibit, result, bystanders }: LoadedHit,
    make: (source: SourceOfPictures) => Promise<T>,
  ): Promise<T> {
    return deps.limit(() =>
      deps.withSource(requisition, exhibit, async (sourcePath) =>
        make({ sourcePath, exhibit, result, bystanders, keyFrames: await deps.keyFrames(exhibit, sourcePath) }),
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
      return { picture, hit };
    },
    async reveal(requisition, asked) {
      const loaded = await deps.loadHit(requisition, asked.hitId);
      const { hit } = loaded;
      if (!hit.readings.some((reading) => isOwnConfirmation(reading, asked.agentId)))
        throw new AppError('E_HUM_OWN', { detail: 'who asks has not confirmed the hit' });
      const picture = await fromSource(requisition, loaded, (source) =>
        makeStill(requisition, { ...source, best: hit.best, size: 'full', isRevealed: true }),
      );
      return { picture, hit };
    },
    demand: async (requisition, hitId) => void (await deps.loadHit(requisition, hitId)),
    async clip(requisition, asked) {
      const loaded = await deps.loadHit(requisition, asked.hitId);
      const { hit, jobId, rectified } = loaded;
      // An order on the case may change what is masked.
      const orders = [...rectified.values()].map(({ orderId, class: name }) => `${orderId}=${name}`);
      const picture = await clips.use(requisition.caseId, `${jobId}:${hit.id}:${orders.join()}`, () =>
        fromSource(requisition, loaded, (source) => makeClip(requisition, { ...source, hit })),
      );
      return { picture, hit };
    },
    async markSeen(requisition, { hitId, agentId }) {
      if (agentId !== undefined) await deps.markPictureSeen(requisition, hitId, agentId);
    },
    forget: (caseId) => clips.forget(caseId),
    close: () => clips.close(),
  };
}

/** This very agent saw the picture, and confirmed then or later. */
const isOwnConfirmation = ({ agentId, verdict, at, sawPictureAt }: Reading, asker: string | undefined): boolean =>
  agentId !== undefined &&
  agentId === asker &&
  verdict === 'confirmed' &&
  at !== undefined &&
  sawPictureAt !== undefined &&
  Date.parse(sawPictureAt) <= Date.parse(at);

type SourceOfPictures = Pick<LoadedHit, 'exhibit' | 'result' | 'bystanders'> & {
  readonly sourcePath: string;
  readonly keyFrames: readonly number[];
};
