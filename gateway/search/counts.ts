import { NO_ROW, type OpenExhibit, type TrackBits } from '../index/types.ts';
import { onceFor } from '../once.ts';
import { CLASSES, COLOURS, classId, PARTS } from '../vocabulary.ts';
import type { Matches } from './match.ts';
import { colourAt, leastStep } from './match-columns.ts';
import type { TrackStack } from './stack.ts';
import { atLeast, countBoth } from './track-set.ts';
import type { Counts } from './types.ts';
import { localInstant } from './words.ts';

const HOUR_MS = 3_600_000;
const MUCH = leastStep(0.2);
/** Where the shares of a colour stand, one place a part. */
const PLACES = COLOURS.map((colour) => PARTS.map((part) => colourAt({ colour, part })));

/** Counts over every match. Hours are those of the clock: every offset of the zone of the case is a whole number of them. */
export function countMatches({ stack, tracks, counts, total }: Matches): Counts {
  const { exhibits } = stack;
  const cameras = new Map<string, number>();
  const hours = new Map<number, number>();
  const byExhibit: Counts['byExhibit'][number][] = [];
  const add = <K>(to: Map<K, number>, key: K, more: number): void => {
    if (more > 0) to.set(key, (to.get(key) ?? 0) + more);
  };
  /** Words of the exhibits in which something answers; neighbours are one stretch. */
  const stretches: { from: number; to: number }[] = [];
  for (let n = 0; n < exhibits.length; n++) {
    const [exhibit, hits = 0] = [exhibits[n], counts[n]];
    if (exhibit === undefined || hits === 0) continue;
    const [from, to] = [stack.start[n] ?? 0, stack.start[n + 1] ?? 0];
    const last = stretches.at(-1);
    if (last?.to === from) last.to = to;
    else stretches.push({ from, to });
    add(cameras, exhibit.cameraId, hits);
    byExhibit.push({ exhibitId: exhibit.exhibitId, hits });
    const { hours: own, rows } = hoursOf(exhibit);
    if (own.length === 1) add(hours, own[0] ?? 0, hits);
    else
      for (const [index, hour] of own.entries())
        add(hours, hour, countBoth(tracks, rows, from, to, index * (to - from)));
  }
  const countIn = (row: Int32Array | undefined): number =>
    row === undefined ? 0 : stretches.reduce((sum, { from, to }) => sum + countBoth(tracks, row, from, to), 0);
  const byClass = CLASSES.map((name) => ({ class: name, hits: countIn(stack.classRow(classId(name))) }));
  const colours = total === 0 ? [] : colourRows(stack);
  return {
    byClass: byClass.filter(({ hits }) => hits > 0).sort((a, b) => classId(a.class) - classId(b.class)),
    byCamera: [...cameras].map(([cameraId, hits]) => ({ cameraId, hits })),
    byExhibit,
    byColour: COLOURS.flatMap((colour, index) => {
      const hits = countIn(colours[index]);
      return hits === 0 ? [] : [{ colour, hits }];
    }),
    byHour: [...hours].sort(([a], [b]) => a - b).map(([hour, hits]) => ({ from: localInstant(hour * HOUR_MS), hits })),
  };
}

/** A row a colour: the tracks of which a part has much of it. */
const colourRows = onceFor((stack: TrackStack): readonly (Int32Array | undefined)[] => {
  const rows: (Int32Array | undefined)[] = COLOURS.map(() => undefined);
  for (const [n, { bits }] of stack.exhibits.entries())
    for (const [colour, own] of muchOf(bits).entries()) {
      if (own === undefined) continue;
      rows[colour] ??= new Int32Array(stack.words);
      rows[colour].set(own, stack.start[n]);
    }
  return rows;
});

/** The same of one exhibit: made once, whatever stacks it stands in. */
const muchOf = onceFor((bits: TrackBits): readonly (Int32Array | undefined)[] =>
  PLACES.map((places) => {
    const ats = places.map((place) => bits.shareAt[place] ?? NO_ROW).filter((at) => at !== NO_ROW);
    if (ats.length === 0) return undefined;
    return Int32Array.from({ length: bits.words }, (_, word) =>
      ats.reduce((much, at) => much | atLeast(bits.rows, at + word, bits.words, MUCH), 0),
    );
  }),
);

interface Begun {
  /** Since the epoch. */
  readonly hours: readonly number[];
  /** One an hour, each of the words of the exhibit: the tracks that begin in it. None where all begin in one. */
  readonly rows: Int32Array;
}

/** In which hours the tracks of an exhibit begin: of those alone in which something answered. */
const hoursOf = onceFor(begunOf);

function begunOf({ columns, bits, startMs }: OpenExhibit): Begun {
  const { count, firstMs } = columns;
  const { words } = bits;
  const hourOf = (track: number): number => Math.floor((startMs + (firstMs[track] ?? 0)) / HOUR_MS);
  const places = new Map<number, number>();
  for (let track = 0; track < count; track++) {
    // What an order erased has no time, and answers nothing.
    const hour = hourOf(track);
    if (!Number.isNaN(hour) && !places.has(hour)) places.set(hour, places.size * words);
  }
  const hours = [...places.keys()];
  if (hours.length <= 1) return { hours, rows: new Int32Array() };
  const rows = new Int32Array(hours.length * words);
  for (let track = 0; track < count; track++) {
    const row = places.get(hourOf(track));
    if (row === undefined) continue;
    const at = row + (track >>> 5);
    rows[at] = (rows[at] ?? 0) | (1 << (track & 31));
  }
  return { hours, rows };
}
