import { sha256Hex } from '../canonical.ts';

/** So many moments of the quiet part are drawn on average, or this share of its seconds where that is more. */
const USUAL_SAMPLES = 16;
const LEAST_SHARE = 0.01;

/** Share of the quiet seconds that is sampled. */
export const sampleShare = (quietSeconds: number): number =>
  Math.min(1, Math.max(LEAST_SHARE, USUAL_SAMPLES / Math.max(1, quietSeconds)));

/**
 * The moment of a second that is looked at, or undefined where it is not drawn. The draw follows from the exhibit's digest: nobody can choose
 * it, and everybody can repeat it.
 */
export function drawnMoment(exhibitSha256: string, second: number, share: number): number | undefined {
  const digest = sha256Hex(`differe-audit/1 ${exhibitSha256} ${second}`);
  const draw = Number.parseInt(digest.slice(0, 12), 16) / 2 ** 48;
  if (draw >= share) return undefined;
  return second + Number.parseInt(digest.slice(12, 24), 16) / 2 ** 48;
}
