import type { OpenExhibit, TrackColumns } from '../index/types.ts';
import { COLOURS, classNameOf, PARTS } from '../vocabulary.ts';
import { CLASS_IDS, colourAt, leastStep, SHARES } from './match-columns.ts';
import type { Counts } from './types.ts';
import { localInstant } from './words.ts';

const HOUR_MS = 3_600_000;
const MUCH = leastStep(0.2);
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
  const byMask = new Uint32Array(2 ** COLOURS.length);
  const add = <K>(counts: Map<K, number>, key: K, more: number): void =>
    void counts.set(key, (counts.get(key) ?? 0) + more);
  for (const { exhibit, tracks } of matches) {
    if (tracks.length === 0) continue;
    const { columns, startMs } = exhibit;
    const { classId, firstMs } = columns;
    const masks = colourMasks(columns);
    add(cameras, exhibit.cameraId, tracks.length);
    // Whole answers are counted, a million tracks where a question is broad: nothing is made for one of them. `endMs` is where the hour of the
    // one before ends, in media time.
    let [hour, inHour, endMs] = [0, 0, Number.NEGATIVE_INFINITY];
    for (let n = 0; n < tracks.length; n++) {
      const track = tracks[n] ?? 0;
      const id = classId[track] ?? 0;
      classes[id] = (classes[id] ?? 0) + 1;
      const first = firstMs[track] ?? 0;
      if (!(first < endMs && first >= endMs - HOUR_MS)) {
        if (inHour > 0) add(hours, hour, inHour);
        hour = Math.floor((startMs + first) / HOUR_MS);
        inHour = 0;
        endMs = (hour + 1) * HOUR_MS - startMs;
      }
      inHour++;
      const mask = masks[track] ?? 0;
      byMask[mask] = (byMask[mask] ?? 0) + 1;
    }
    if (inHour > 0) add(hours, hour, inHour);
  }
  const byColour = new Uint32Array(COLOURS.length);
  // Few of the masks occur, and a question of one camera should not pay for all of them, a colour each.
  for (let mask = 1; mask < byMask.length; mask++) {
    const tracks = byMask[mask] ?? 0;
    if (tracks === 0) continue;
    for (let index = 0; index < byColour.length; index++)
      if ((mask >> index) & 1) byColour[index] = (byColour[index] ?? 0) + tracks;
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
      const hits = byColour[index] ?? 0;
      return hits === 0 ? [] : [{ colour, hits }];
    }),
    byHour: [...hours].sort(([a], [b]) => a - b).map(([hour, hits]) => ({ from: localInstant(hour * HOUR_MS), hits })),
  };
}

const masksOf = new WeakMap<TrackColumns, Uint16Array>();

/** For every track the colours of which a part has much, a bit each: worked out once, since most questions count most of them. */
function colourMasks(columns: TrackColumns): Uint16Array {
  const known = masksOf.get(columns);
  if (known !== undefined) return known;
  const made = new Uint16Array(columns.count);
  for (let track = 0; track < columns.count; track++) {
    let mask = 0;
    for (let index = 0; index < PLACES.length; index++)
      if (isMuch(columns.colourShare, track * SHARES, PLACES[index] ?? [])) mask |= 1 << index;
    made[track] = mask;
  }
  masksOf.set(columns, made);
  return made;
}

function isMuch(shares: Uint8Array, from: number, places: readonly number[]): boolean {
  for (let n = 0; n < places.length; n++) if ((shares[from + (places[n] ?? 0)] ?? 0) >= MUCH) return true;
  return false;
}
