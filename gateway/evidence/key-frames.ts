import type { Exhibit } from '../footage/types.ts';
import type { ExhibitId } from '../ids.ts';
import { packets } from '../media.ts';

/** PTS of key frames of an exhibit, rising; empty where frames are counted and reading starts at the start. */
export type KeyFrames = (exhibit: Exhibit, sourcePath: string, signal?: AbortSignal) => Promise<readonly number[]>;

const MOST_KEYS = 8_192;

/** One packet pass: reading that starts inside a group of pictures would show debris. Of very many key frames every other is left out. */
export const readKeyFrames: KeyFrames = async (exhibit, sourcePath, signal) => {
  const { timeline } = exhibit;
  if (timeline.addressing !== 'pts') return [];
  let keys: number[] = [];
  let every = 1;
  let met = 0;
  for await (const packet of packets({ path: sourcePath, demuxer: timeline.container }, signal)) {
    if (!packet.key || packet.pts === undefined || met++ % every !== 0) continue;
    keys.push(packet.pts);
    if (keys.length < MOST_KEYS) continue;
    keys = keys.filter((_, index) => index % 2 === 0);
    every *= 2;
  }
  return keys.sort((a, b) => a - b);
};

const REMEMBERED = 16;

/** As `readKeyFrames`, one pass an exhibit: pictures of one exhibit come in dozens, and a sealed exhibit does not change. */
export function rememberKeyFrames(): KeyFrames {
  const known = new Map<ExhibitId, readonly number[]>();
  return async (exhibit, sourcePath, signal) => {
    const keys = known.get(exhibit.id) ?? (await readKeyFrames(exhibit, sourcePath, signal));
    known.delete(exhibit.id);
    known.set(exhibit.id, keys);
    const [oldest] = known.keys();
    if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
    return keys;
  };
}

export const keyAtOrBefore = (keys: readonly number[], pts: number): number | undefined =>
  keys.findLast((key) => key <= pts);
