import type { OpenExhibit } from '../index/types.ts';
import type { Matches } from './match.ts';
import { keepConfident } from './plain-facets.ts';
import { copyRow, eachTrack, emptySet, stretchOf } from './track-set.ts';
import type { ExecutedQuestion } from './types.ts';

export interface Match {
  readonly exhibit: OpenExhibit;
  readonly track: number;
}

interface Candidate extends Match {
  readonly startMs: number;
  readonly confidence: number;
}

/**
 * The first matches in the order asked for, up to a number of them; of equals the earlier, then exhibit id and track decide, so that pages
 * never overlap. Only what may stand among them is kept and sorted: an answer of a million tracks costs one look at each.
 */
export function firstMatches(
  order: ExecutedQuestion['order'],
  { stack, tracks, counts }: Matches,
  most: number,
): readonly Match[] {
  const byConfidence = order === 'confidence';
  const compare = (a: Candidate, b: Candidate): number =>
    (byConfidence ? b.confidence - a.confidence : 0) ||
    a.startMs - b.startMs ||
    (a.exhibit.exhibitId < b.exhibit.exhibitId ? -1 : a.exhibit.exhibitId > b.exhibit.exhibitId ? 1 : 0) ||
    a.track - b.track;
  let kept: Candidate[] = [];
  let last: Candidate | undefined;
  const settle = (): void => {
    kept = kept.sort(compare).slice(0, most);
    last = kept.length === most ? kept.at(-1) : undefined;
  };
  // From the earliest on: what begins after the last that is kept, or is less sure than it, is not looked at.
  const waiting = stack.exhibits.flatMap((exhibit, n) =>
    counts[n] === 0 ? [] : [{ n, fromMs: exhibit.startMs + exhibit.bits.fromMs, exhibit }],
  );
  const comesAfter = (startMs: number, sure: number): boolean =>
    last !== undefined &&
    (byConfidence
      ? sure < last.confidence || (sure === last.confidence && startMs > last.startMs)
      : startMs > last.startMs);
  const surest = byConfidence ? emptySet(stack) : undefined;
  for (const { n, fromMs, exhibit } of waiting.sort((a, b) => a.fromMs - b.fromMs)) {
    const { firstMs, confidence } = exhibit.columns;
    if (comesAfter(fromMs, exhibit.bits.mostConfidence)) continue;
    const own = stretchOf(stack, n, n + 1);
    let looked = tracks;
    if (surest !== undefined && last !== undefined) {
      looked = surest;
      copyRow(looked, tracks, own);
      keepConfident(looked, own, last.confidence);
    }
    eachTrack(looked, own, () => (track) => {
      const startMs = exhibit.startMs + (firstMs[track] ?? 0);
      const sure = confidence[track] ?? 0;
      // Equals go on to the exact comparison.
      if (comesAfter(startMs, sure)) return;
      kept.push({ exhibit, track, startMs, confidence: sure });
      if (kept.length >= 2 * most + 64) settle();
    });
  }
  settle();
  return kept;
}
