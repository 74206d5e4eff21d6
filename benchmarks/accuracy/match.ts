import { assign } from '../../gateway/analysis/assignment.ts';
import { area, between, iou, shared } from '../../gateway/analysis/boxes.ts';
import type { Box, Track } from '../../gateway/analysis/types.ts';
import type { ClassName } from '../../gateway/vocabulary.ts';
import type { TruthObject } from './truth.ts';

/** What a person counts once: an object, or a two-wheeler with its rider, who may be found as one track or as two. */
export interface Unit {
  readonly objects: readonly TruthObject[];
}

export interface ClipScore {
  readonly units: number;
  readonly found: readonly Match[];
  /** Ids of what no track is. */
  readonly missed: readonly string[];
  /** Tracks that are no object of the list. */
  readonly invented: readonly Track[];
  /** Further tracks of an object that another track is already. */
  readonly fragments: readonly Track[];
}

export interface Match {
  readonly unit: Unit;
  readonly track: Track;
  /** Coarse name right: person, two-wheeler or vehicle; of a two-wheeler with its rider either is. */
  readonly named: boolean;
  /** For each part that has truth: whether one of its terms is among the track's first two there. */
  readonly colours: readonly boolean[];
}

const BEYOND_SECONDS = 0.3;
const LEAST_COVERAGE = 0.3;
const LEAST_IOU = 0.25;
const LEAST_RATIO = 1 / 3;
const MOST_OF_ITS_LIFE = 0.5;

/** Riders are joined to what they ride. */
export function unitsOf(objects: readonly TruthObject[]): readonly Unit[] {
  return objects
    .filter(({ riderOf }) => riderOf === undefined)
    .map((object) => ({ objects: [object, ...objects.filter(({ riderOf }) => riderOf === object.id)] }));
}

/**
 * Compares the tracks of a clip with its list. A track can be an object when, at the times of the drawn boxes, its box agrees on at least
 * 30 % of them: an overlap of 0.25, or its middle inside the drawn box and an area between a third and three times of it (boxes of motion
 * hold shadows and lack what does not move). Pairs are made one to one, most agreement first (Hungarian method). What is left over is a
 * fragment when at least half its life lies on one object of the list, else invented.
 */
export function scoreClip(objects: readonly TruthObject[], tracks: readonly Track[]): ClipScore {
  const units = unitsOf(objects);
  const costs = new Float64Array(units.length * tracks.length);
  for (const [row, unit] of units.entries()) {
    for (const [column, track] of tracks.entries()) {
      const best = Math.max(...unit.objects.map((object) => agreement(object, track)));
      costs[row * tracks.length + column] = 1 - best;
    }
  }
  const columns = assign(costs, units.length, tracks.length, 1 - 1e-9);
  const taken = new Set<Track>();
  const found: Match[] = [];
  const missed: string[] = [];
  for (const [row, unit] of units.entries()) {
    const track = tracks[columns[row] ?? -1];
    if (track === undefined) {
      missed.push(unit.objects[0]?.id ?? '');
      continue;
    }
    taken.add(track);
    found.push({ unit, track, named: isNamedRight(unit, track), colours: coloursOf(unit, track) });
  }
  const rest = tracks.filter((track) => !taken.has(track));
  const isFragment = (track: Track): boolean => objects.some((object) => lifeInside(track, object) >= MOST_OF_ITS_LIFE);
  return {
    units: units.length,
    found,
    missed,
    invented: rest.filter((track) => !isFragment(track)),
    fragments: rest.filter(isFragment),
  };
}

/** Share of the drawn boxes on which the track agrees, weighed by how well; 0 when it is another thing. */
function agreement(object: TruthObject, track: Track): number {
  let [covered, sum] = [0, 0];
  for (const drawn of object.boxes) {
    const box = trackAt(track, drawn.seconds);
    if (box === undefined) continue;
    const overlap = iou(box, drawn);
    if (overlap < LEAST_IOU && !isAround(box, drawn)) continue;
    covered += 1;
    sum += Math.max(overlap, LEAST_IOU);
  }
  return covered < LEAST_COVERAGE * object.boxes.length ? 0 : sum / object.boxes.length;
}

function isAround(box: Box, drawn: Box): boolean {
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const inside = x >= drawn.left && x <= drawn.left + drawn.width && y >= drawn.top && y <= drawn.top + drawn.height;
  const ratio = area(box) / area(drawn);
  return inside && ratio >= LEAST_RATIO && ratio <= 1 / LEAST_RATIO;
}

/** Box of a track at a time, between its points; up to 0.3 s beyond its ends the end itself. */
export function trackAt({ points }: Pick<Track, 'points'>, seconds: number): Box | undefined {
  const after = points.findIndex(({ timeSeconds }) => timeSeconds >= seconds);
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  if (after < 0) return seconds - last.timeSeconds <= BEYOND_SECONDS ? last : undefined;
  const [from, to] = [points[after - 1], points[after]];
  if (to === undefined) return undefined;
  if (from === undefined) return first.timeSeconds - seconds <= BEYOND_SECONDS ? first : undefined;
  return between(from, to, (seconds - from.timeSeconds) / (to.timeSeconds - from.timeSeconds));
}

/** Share of a track's points of which most lies in the object's box at that time. */
function lifeInside({ points }: Track, object: TruthObject): number {
  let inside = 0;
  for (const point of points) {
    const box = truthAt(object, point.timeSeconds);
    if (box !== undefined && shared(point, box) > 0.5 * area(point)) inside += 1;
  }
  return inside / Math.max(1, points.length);
}

/** Box of a truth object at a time, between the drawn ones. */
export function truthAt({ boxes }: TruthObject, seconds: number): Box | undefined {
  const points = boxes.map((box) => ({ ...box, timeSeconds: box.seconds }));
  return trackAt({ points: points as unknown as Track['points'] }, seconds);
}

const COARSE: Readonly<Partial<Record<ClassName, string>>> = {
  person: 'person',
  bicycle: 'two-wheeler',
  motorcycle: 'two-wheeler',
  car: 'vehicle',
  bus: 'vehicle',
  truck: 'vehicle',
  van: 'vehicle',
};

export const coarseOf = (name: ClassName): string => COARSE[name] ?? 'object';

const isNamedRight = ({ objects }: Unit, track: Track): boolean =>
  objects.some((object) => coarseOf(object.class) === coarseOf(track.class));

/** A track that has no halves is compared by its whole. */
function coloursOf({ objects }: Unit, { colours }: Track): readonly boolean[] {
  // Of a two-wheeler with its rider the two colours cannot be told apart on one track.
  const [object] = objects;
  if (object === undefined || objects.length > 1) return [];
  const halves = colours.some(({ part }) => part !== 'whole');
  return object.colours
    .filter(({ terms }) => terms.length > 0)
    .map(({ part, terms }) => {
      const own = colours.filter((each) => each.part === (halves ? part : 'whole')).slice(0, 2);
      return own.some(({ colour }) => terms.includes(colour));
    });
}
