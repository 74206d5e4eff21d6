import type { OpenExhibit } from '../index/types.ts';
import { COLOURS, classNameOf, PARTS } from '../vocabulary.ts';
import { colourAt, leastStep } from './match-columns.ts';
import type { Counts } from './types.ts';
import { localInstant } from './words.ts';

const HOUR_MS = 3_600_000;
const MUCH = leastStep(0.2);
const CLASS_IDS = 256;
const SHARES = PARTS.length * COLOURS.length;
/** Where the shares of a colour stand, one place a part. */
const PLACES = COLOURS.map((colour) => PARTS.map((part) => colourAt({ colour, part })));

/** Matches of one exhibit, tracks in their order. */
export interface ExhibitMatches {
  readonly exhibit: OpenExhibit;
  readonly tracks: readonly number[];
}

/** Counts over every match. Hours are those of the clock: every offset of the zone of the case is a whole number of them. */
export function countMatches(matches: readonly ExhibitMatches[]): Counts {
  const classes = new Uint32Array(CLASS_IDS);
  const cameras = new Map<string, number>();
  const hours = new Map<number, number>();
  const colours = new Uint32Array(COLOURS.length);
  const add = <K>(counts: Map<K, number>, key: K, more: number): void =>
    void counts.set(key, (counts.get(key) ?? 0) + more);
  for (const { exhibit, tracks } of matches) {
    const { columns } = exhibit;
    if (tracks.length > 0) add(cameras, exhibit.cameraId, tracks.length);
    // Whole answers are counted, a million tracks where a question is broad: nothing is made for one of them.
    let [hour, inHour] = [0, 0];
    for (const track of tracks) {
      const id = columns.classId[track] ?? 0;
      classes[id] = (classes[id] ?? 0) + 1;
      const now = Math.floor((exhibit.startMs + (columns.firstMs[track] ?? 0)) / HOUR_MS);
      if (now !== hour) {
        if (inHour > 0) add(hours, hour, inHour);
        [hour, inHour] = [now, 0];
      }
      inHour++;
      for (let index = 0; index < PLACES.length; index++) {
        if (isMuch(columns.colourShare, track * SHARES, PLACES[index] ?? []))
          colours[index] = (colours[index] ?? 0) + 1;
      }
    }
    if (inHour > 0) add(hours, hour, inHour);
  }
  return {
    byClass: [...classes].flatMap((hits, id) => {
      const name = hits === 0 ? undefined : classNameOf(id);
      return name === undefined ? [] : [{ class: name, hits }];
    }),
    byCamera: [...cameras].map(([cameraId, hits]) => ({ cameraId, hits })),
    byExhibit: matches.flatMap(({ exhibit: { exhibitId }, tracks }) =>
      tracks.length === 0 ? [] : [{ exhibitId, hits: tracks.length }],
    ),
    byColour: COLOURS.flatMap((colour, index) => {
      const hits = colours[index] ?? 0;
      return hits === 0 ? [] : [{ colour, hits }];
    }),
    byHour: [...hours].sort(([a], [b]) => a - b).map(([hour, hits]) => ({ from: localInstant(hour * HOUR_MS), hits })),
  };
}

function isMuch(shares: Uint8Array, from: number, places: readonly number[]): boolean {
  for (let n = 0; n < places.length; n++) if ((shares[from + (places[n] ?? 0)] ?? 0) >= MUCH) return true;
  return false;
}
