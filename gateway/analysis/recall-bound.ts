import type { AuditCount } from './types.ts';

const CONFIDENCE = 0.95;

/**
 * One-sided 95 % upper bound of a share, `missed` of `samples` seen (Clopper and Pearson 1934): the share under which so few would be seen
 * with a probability of 5 %. 1 where everything missed, undefined without a sample.
 */
export function upperShare({ samples, missed }: AuditCount): number | undefined {
  if (samples === 0) return undefined;
  if (missed >= samples) return 1;
  let [low, high] = [missed / samples, 1];
  // The binomial distribution falls as the share grows.
  for (let round = 0; round < 60; round += 1) {
    const middle = (low + high) / 2;
    if (atMost(missed, samples, middle) > 1 - CONFIDENCE) low = middle;
    else high = middle;
  }
  return high;
}

/** Probability of at most `k` of `n` at a share `p`. */
function atMost(k: number, n: number, p: number): number {
  if (p >= 1) return k >= n ? 1 : 0;
  let logTerm = n * Math.log1p(-p);
  let sum = Math.exp(logTerm);
  for (let i = 1; i <= k; i += 1) {
    logTerm += Math.log((n - i + 1) / i) + Math.log(p) - Math.log1p(-p);
    sum += Math.exp(logTerm);
  }
  return sum;
}

/**
 * Lower bound, with 95 % confidence, of the share of object-bearing seconds that the plan found, of those that the same eyes would have found
 * at every moment: A / (A + u Q). `objectSeconds` A were found, `quietSeconds` Q were left to packets, key frames and samples. 1 where nothing
 * was left; undefined where nothing was sampled, or nothing was found.
 */
export function recallBound(count: AuditCount, objectSeconds: number, quietSeconds: number): number | undefined {
  if (quietSeconds <= 0) return 1;
  const share = upperShare(count);
  if (share === undefined || objectSeconds <= 0) return undefined;
  return objectSeconds / (objectSeconds + share * quietSeconds);
}
