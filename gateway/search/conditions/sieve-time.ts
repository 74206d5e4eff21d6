import type { OpenExhibit } from '../../index/types.ts';
import { mayLive, overlaps } from '../match-columns.ts';
import { inMediaTime } from '../plain-facets.ts';
import { addRow, clear, copyRow, type Stretch, stretchOf, type TrackSet } from '../track-set.ts';
import { COST, type Guess, rooms, type Sieve, sortTracks } from './sifting.ts';
import { intersect, type Span, spansBetween, type TimeLeaf, windowsOf } from './windows.ts';
import type { Window } from './zone.ts';

/** What times tell: of most exhibits that all of their tracks live in them, or none; track by track of those alone that lie across an end. */
export function timeSieve(leaf: TimeLeaf): Sieve {
  const room = rooms(3);
  return {
    cost: COST.tracks,
    sift(part, windows, among) {
      const [yes, maybe, across] = room(part) as [TrackSet, TrackSet, TrackSet];
      copyRow(across, among, part);
      // Where other times bound it as well, each exhibit has windows of its own.
      if (windows === undefined) {
        const spansOf = spansBy(leaf);
        for (let n = part.first; n < part.end; n++) {
          const lives = livesIn(spansOf, part, n);
          if (lives === 'across') continue;
          const own = stretchOf(part.stack, n, n + 1);
          if (lives === 'all') addRow(yes, among, own);
          clear(across, own);
        }
      }
      sortTracks(across, part, { yes, maybe }, (exhibit, n) => overlapsOf(leaf, exhibit, windows?.(n)));
      return { yes, maybe };
    },
  };
}

const DAY_MS = 86_400_000;

/** When the leaf holds, true time, around two moments; looked up once for those of the same days. */
function spansBy(leaf: TimeLeaf): (fromMs: number, toMs: number) => readonly Span[] {
  const known = new Map<number, readonly Span[]>();
  return (fromMs, toMs) => {
    const [first, last] = [Math.floor(fromMs / DAY_MS), Math.floor(toMs / DAY_MS)];
    const key = first * 100_000 + (last - first);
    const found = known.get(key) ?? spansBetween(leaf, first * DAY_MS, (last + 1) * DAY_MS);
    known.set(key, found);
    return found;
  };
}

function livesIn(
  spansOf: (fromMs: number, toMs: number) => readonly Span[],
  { stack }: Stretch,
  n: number,
): 'all' | 'none' | 'across' {
  const clock = { startMs: stack.startMs[n] ?? 0, uncertaintyMs: stack.uncertaintyMs[n] ?? 0 };
  const [earliest, latest] = [stack.firstMs[n] ?? Infinity, stack.lastMs[n] ?? -Infinity];
  if (!(earliest <= latest)) return 'none';
  const { startMs, uncertaintyMs } = clock;
  let lives: 'none' | 'across' = 'none';
  for (const { from, to } of spansOf(startMs + earliest - uncertaintyMs, startMs + latest + uncertaintyMs)) {
    const window = inMediaTime({ fromMs: from, toMs: to }, clock);
    if (window.fromMs <= earliest && window.toMs >= latest) return 'all';
    if (window.toMs >= earliest && window.fromMs <= latest) lives = 'across';
  }
  return lives;
}

function overlapsOf(
  leaf: TimeLeaf,
  exhibit: OpenExhibit,
  windows: readonly Window[] | undefined,
): ((track: number) => Guess) | undefined {
  const own = windowsOf(leaf, exhibit);
  const allowed = (windows === undefined ? own : intersect(windows, own)).filter((window) => mayLive(exhibit, window));
  if (allowed.length === 0) return undefined;
  return (track) => {
    for (const window of allowed) if (overlaps(exhibit.columns, track, window)) return 'yes';
    return 'no';
  };
}
