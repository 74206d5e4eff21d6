import type { TrackColumns } from '../index/types.ts';
import { classId } from '../vocabulary.ts';
import type { Window } from './conditions/zone.ts';
import { boundsOf, CLASS_IDS, colourAt, leastStep, mayLive, SHARES } from './match-columns.ts';
import type { ExecutedQuestion } from './types.ts';

// The plain facets of a question, made ready once, and each asked of a whole column.

interface LeastShare {
  readonly at: number;
  readonly least: number;
}

interface Plain {
  /** Undefined for all. */
  readonly exhibits: ReadonlySet<string> | undefined;
  /** By class id: 1 where it is asked for. */
  readonly wanted: Uint8Array;
  readonly minConfidence: number;
  readonly colours: readonly LeastShare[];
  /** Milliseconds since the epoch. */
  readonly time: Window | undefined;
}

const ready = new WeakMap<ExecutedQuestion, Plain>();

export function plainOf(question: ExecutedQuestion): Plain {
  const known = ready.get(question);
  if (known !== undefined) return known;
  const { exhibits, classes, minConfidence, colours, time } = question;
  const wanted = new Uint8Array(CLASS_IDS);
  for (const name of classes) wanted[classId(name)] = 1;
  const plain: Plain = {
    exhibits: exhibits === null ? undefined : new Set(exhibits),
    wanted,
    minConfidence: leastStep(minConfidence),
    colours: colours.map((entry) => ({ at: colourAt(entry), least: Math.max(1, leastStep(entry.minShare)) })),
    time: time === null ? undefined : { fromMs: Date.parse(time.from), toMs: Date.parse(time.to) },
  };
  ready.set(question, plain);
  return plain;
}

/** Whether any track of the exhibit may answer, by what none of them goes beyond. */
export function mayHold(columns: TrackColumns, question: ExecutedQuestion, window: Window | undefined): boolean {
  const { wanted, minConfidence, colours } = plainOf(question);
  const { classes, mostConfidence, mostShare } = boundsOf(columns);
  if (mostConfidence < minConfidence) return false;
  if (window !== undefined && !mayLive(columns, window)) return false;
  if (colours.length > 0 && !colours.some(({ at, least }) => (mostShare[at] ?? 0) >= least)) return false;
  return wanted.some((isWanted, id) => isWanted === 1 && classes[id] === 1);
}

/** Tracks of one exhibit that may still answer, in their order: the first `count`. */
export interface Candidates {
  readonly tracks: Uint32Array;
  count: number;
}

// One exhibit after the other is looked at, each until its answer is made: they share the room.
let room = new Uint32Array(4_096);

export function ofClasses({ classId, confidence, count }: TrackColumns, wanted: Uint8Array, least: number): Candidates {
  if (count > room.length) room = new Uint32Array(2 * count);
  const tracks = room;
  let kept = 0;
  for (let track = 0; track < count; track++)
    if (wanted[classId[track] ?? 0] === 1 && (confidence[track] ?? 0) >= least) tracks[kept++] = track;
  return { tracks, count: kept };
}

export function keepLiving(left: Candidates, { firstMs, lastMs }: TrackColumns, { fromMs, toMs }: Window): void {
  const { tracks, count } = left;
  let kept = 0;
  for (let n = 0; n < count; n++) {
    const track = tracks[n] ?? 0;
    if ((firstMs[track] ?? 0) <= toMs && (lastMs[track] ?? 0) >= fromMs) tracks[kept++] = track;
  }
  left.count = kept;
}

export function keepColoured(left: Candidates, { colourShare }: TrackColumns, colours: readonly LeastShare[]): void {
  const { tracks, count } = left;
  let kept = 0;
  for (let n = 0; n < count; n++) {
    const track = tracks[n] ?? 0;
    for (let one = 0; one < colours.length; one++) {
      const { at, least } = colours[one] ?? NOTHING;
      if ((colourShare[track * SHARES + at] ?? 0) < least) continue;
      tracks[kept++] = track;
      break;
    }
  }
  left.count = kept;
}

const NOTHING: LeastShare = { at: 0, least: Infinity };
