import type { OpenExhibit } from '../index/types.ts';
import { COLOURS, classNameOf, PARTS } from '../vocabulary.ts';
import { colourAt, leastStep, shareAt } from './match-columns.ts';
import type { Counts } from './types.ts';
import { localInstant } from './words.ts';

const HOUR_MS = 3_600_000;
const MUCH = leastStep(0.2);

/** Matches of one exhibit, tracks in their order. */
export interface ExhibitMatches {
  readonly exhibit: OpenExhibit;
  readonly tracks: readonly number[];
}

/** Counts over every match. Hours are those of the clock: every offset of the zone of the case is a whole number of them. */
export function countMatches(matches: readonly ExhibitMatches[]): Counts {
  const classes = new Map<number, number>();
  const cameras = new Map<string, number>();
  const hours = new Map<number, number>();
  const colours = COLOURS.map(() => 0);
  const add = <K>(counts: Map<K, number>, key: K, more: number): void =>
    void counts.set(key, (counts.get(key) ?? 0) + more);
  for (const { exhibit, tracks } of matches) {
    const { columns } = exhibit;
    if (tracks.length > 0) add(cameras, exhibit.cameraId, tracks.length);
    for (const track of tracks) {
      add(classes, columns.classId[track] ?? 0, 1);
      add(hours, Math.floor((exhibit.startMs + (columns.firstMs[track] ?? 0)) / HOUR_MS), 1);
      for (const [index, colour] of COLOURS.entries()) {
        if (PARTS.some((part) => shareAt(columns, track, colourAt({ colour, part })) >= MUCH)) {
          colours[index] = (colours[index] ?? 0) + 1;
        }
      }
    }
  }
  return {
    byClass: [...classes].flatMap(([id, hits]) => {
      const name = classNameOf(id);
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
