import { sha256Hex } from '../canonical.ts';
import type { TimeSpan } from './ledger.ts';

/** So many moments of the quiet part are drawn, or one in so many seconds where that is more. */
const USUAL_SAMPLES = 16;
const LONGEST_STRIDE_SECONDS = 100;

/** Seconds of media time in each of which one moment is drawn. */
export const sampleStride = (quietSeconds: number): number =>
  Math.min(LONGEST_STRIDE_SECONDS, Math.max(1, quietSeconds / USUAL_SAMPLES));

/**
 * The moments of a part that are looked at, one in each stride of the exhibit: evenly spread, so that they vary less than as many drawn anywhere.
 * The draw follows from the exhibit's digest: nobody can choose it, and everybody can repeat it.
 */
export function drawnMoments(
  exhibitSha256: string,
  strideSeconds: number,
  { fromSeconds, toSeconds }: TimeSpan,
): readonly number[] {
  const moments: number[] = [];
  for (let n = Math.floor(fromSeconds / strideSeconds); n * strideSeconds < toSeconds; n += 1) {
    const digest = sha256Hex(`differe-audit/2 ${exhibitSha256} ${n}`);
    const moment = (n + Number.parseInt(digest.slice(0, 12), 16) / 2 ** 48) * strideSeconds;
    if (moment >= fromSeconds && moment < toSeconds) moments.push(moment);
  }
  return moments;
}
