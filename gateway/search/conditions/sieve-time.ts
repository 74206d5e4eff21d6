import type { OpenExhibit } from '../../index/types.ts';
import { mayLive, overlaps } from '../match-columns.ts';
import { addRow, clear, copyRow, type Part, partOf, type TrackSet } from '../track-set.ts';
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
      copyRow(among, across, part);
      // Where other times bound it as well, each exhibit has windows of its own.
      if (windows === undefined) {
        const spans = spansIn(leaf, part);
        for (let n = part.first; n < part.end; n++) {
          const lives = livesIn(spans, part, n);
          if (lives === 'across') continue;
          const own = partOf(part.stack, n, n + 1);
          if (lives === 'all') addRow(yes, among, own);
          clear(across, own);
        }
      }
      sortTracks(across, part, { yes, maybe }, (exhibit, n) => overlapsOf(leaf, exhibit, windows?.(n)));
      return { yes, maybe };
    },
  };
}

function spansIn(leaf: TimeLeaf, { stack, first, end }: Part): readonly Span[] {
  let [fromMs, toMs] = [Infinity, -Infinity];
  for (let n = first; n < end; n++) {
    const slackMs = stack.exhibits[n]?.uncertaintyMs ?? 0;
    fromMs = Math.min(fromMs, (stack.earliestMs[n] ?? Infinity) - slackMs);
    toMs = Math.max(toMs, (stack.latestMs[n] ?? -Infinity) + slackMs);
  }
  return fromMs <= toMs ? spansBetween(leaf, fromMs, toMs) : [];
}

function livesIn(spans: readonly Span[], { stack }: Part, n: number): 'all' | 'none' | 'across' {
  const slackMs = stack.exhibits[n]?.uncertaintyMs ?? 0;
  const earliest = (stack.earliestMs[n] ?? Infinity) + slackMs;
  const latest = (stack.latestMs[n] ?? -Infinity) - slackMs;
  let lives: 'none' | 'across' = 'none';
  for (const { from, to } of spans) {
    if (from <= earliest && to >= latest) return 'all';
    if (to >= earliest - 2 * slackMs && from <= latest + 2 * slackMs) lives = 'across';
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
