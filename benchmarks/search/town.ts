import type { Track, TrackPoint } from '../../gateway/analysis/types.ts';
import type { ClassName, ColourName, Part } from '../../gateway/vocabulary.ts';

// A made-up town: recordings of its cameras and the tracks in them, skewed as real ones are. The same seed gives the same town, recording by
// recording, so that nothing has to be kept. Figures stand on the grid of the columns: no answer hangs on a rounding.

export const PICTURE = { widthPx: 1280, heightPx: 720 } as const;
export const RECORDING_SECONDS = 3_600;
const CAMERAS = 125;
const DAY_MS = 86_400_000;

/** A seeded generator of numbers in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export type Random = ReturnType<typeof seeded>;

export const between = (random: Random, from: number, to: number): number => from + random() * (to - from);
export const whole = (random: Random, from: number, to: number): number => Math.floor(between(random, from, to + 1));

/** One of the items, the first the likeliest when they have weights. */
export function pick<T>(random: Random, items: readonly T[], weights?: readonly number[]): T {
  let rest = random() * (weights === undefined ? items.length : weights.reduce((sum, weight) => sum + weight, 0));
  for (const [index, item] of items.entries()) {
    rest -= weights?.[index] ?? 1;
    if (rest < 0) return item;
  }
  return items.at(-1) as T;
}

/** A recording of the town, with what a schedule would say of it. */
export interface Recording {
  readonly index: number;
  readonly cameraId: string;
  readonly captureStartMs: number;
  readonly offsetSeconds: number;
  readonly uncertaintySeconds: number;
  readonly tracks: number;
}

/** So many recordings with so many tracks in all: few busy ones, many with little, most of them by day. */
export function recordingsOf(count: number, tracks: number, lastMs: number): readonly Recording[] {
  const random = seeded(2026);
  const busy = Array.from({ length: count }, () => (1 - random()) ** -0.6);
  const sum = busy.reduce((all, one) => all + one, 0);
  return busy.map((share, index) => {
    const hour = pick(random, [8, 12, 17, 21, 2, 14], [4, 4, 5, 3, 2, 4]);
    const day = whole(random, 2, 20);
    return {
      index,
      cameraId: `CAM-${(index % CAMERAS) + 1}`,
      captureStartMs: Math.floor(lastMs / DAY_MS - day) * DAY_MS + hour * 3_600_000 + whole(random, 0, 7) * 450_000,
      offsetSeconds: whole(random, 0, 3) === 0 ? whole(random, -90, 90) : 0,
      uncertaintySeconds: whole(random, 0, 30),
      tracks: Math.max(1, Math.round((share / sum) * tracks)),
    };
  });
}

const NAMES: readonly ClassName[] = [
  'person',
  'car',
  'van',
  'truck',
  'bicycle',
  'motorcycle',
  'bus',
  'object',
  'suitcase',
];
const NAME_WEIGHTS = [42, 33, 6, 5, 5, 3, 2, 3, 1];
const COLOURS: readonly ColourName[] = [
  'black',
  'grey',
  'white',
  'blue',
  'red',
  'brown',
  'green',
  'yellow',
  'orange',
  'pink',
  'purple',
];
const COLOUR_WEIGHTS = [30, 22, 18, 10, 7, 5, 3, 2, 1, 1, 1];

/** The tracks of a recording. */
export function tracksOf(recording: Recording): Track[] {
  const random = seeded(7_919 * (recording.index + 1));
  // What moves in a street comes in waves: half of it in a fifth of the hour.
  const wave = between(random, 0.1, 0.7) * RECORDING_SECONDS;
  return Array.from({ length: recording.tracks }, () => {
    const start =
      random() < 0.5 ? wave + random() * RECORDING_SECONDS * 0.2 : random() * RECORDING_SECONDS * (1 - 1 / 60);
    return trackAt(random, Math.min(start, RECORDING_SECONDS - 60));
  });
}

function trackAt(random: Random, startSeconds: number): Track {
  const name = pick(random, NAMES, NAME_WEIGHTS);
  const points = wayOf(random, startSeconds, random() < 0.12);
  const [first, last] = [points[0] as TrackPoint, points.at(-1) as TrackPoint];
  const [dx, dy] = [last.left - first.left, last.top + last.height - first.top - first.height];
  const moved = Math.hypot(dx, dy);
  const speed = Math.fround(moved / Math.max(0.2, last.timeSeconds - first.timeSeconds));
  const degrees = Math.fround(((Math.atan2(dx, -dy) * 180) / Math.PI + 360) % 360);
  return {
    class: name,
    confidence: Math.round(255 * (1 - 0.65 * random() ** 1.5)) / 255,
    firstSeconds: first.timeSeconds,
    lastSeconds: last.timeSeconds,
    colours: (name === 'person' ? (['whole', 'upper', 'lower'] as const) : (['whole'] as const)).flatMap((part) =>
      coloursOf(random, part),
    ),
    size: { widthPx: Math.round(first.width), heightPx: Math.round(first.height) },
    speed: { medianPxPerSecond: speed, maxPxPerSecond: speed },
    ...(moved > 20 ? { directionDegrees: degrees } : {}),
    points,
  };
}

function coloursOf(random: Random, part: Part): Track['colours'] {
  const first = pick(random, COLOURS, COLOUR_WEIGHTS);
  const second = pick(random, COLOURS, COLOUR_WEIGHTS);
  const most = whole(random, 90, 230);
  const shares = [{ part, colour: first, share: most / 255 }];
  return second === first ? shares : [...shares, { part, colour: second, share: (255 - most) / 255 }];
}

/** Straight from one side to somewhere else with a waver, or hardly from the spot. */
function wayOf(random: Random, startSeconds: number, stands: boolean): TrackPoint[] {
  const count = 4 + Math.floor(-Math.log(1 - random()) * 12);
  const step = stands ? 1 : 0.2;
  const height = Math.round(20 + 140 * random() ** 2);
  const width = Math.round(height * between(random, 0.4, 1.8));
  const from = placeOf(random, !stands && random() < 0.7);
  const to = stands ? from : placeOf(random, random() < 0.5);
  const waver = stands ? 3 : 8;
  const startFrame = Math.floor(startSeconds * 25);
  return Array.from({ length: Math.min(count, 55) }, (_, n): TrackPoint => {
    const share = n / (count - 1);
    const frame = startFrame + Math.round(n * step * 25);
    const x = from.x + share * (to.x - from.x) + between(random, -waver, waver);
    const y = from.y + share * (to.y - from.y) + between(random, -waver, waver);
    return {
      frame: frame + 1,
      pts: frame * 512,
      timeSeconds: frame / 25,
      left: thousandth(x - width / 2),
      top: thousandth(y - height),
      width,
      height,
      score: 0.75,
      observed: n % 9 !== 5,
    };
  });
}

const thousandth = (value: number): number => Math.round(value * 1_000) / 1_000;

/** Most of a street is its middle; what comes and goes does it by a side. */
function placeOf(random: Random, atSide: boolean): { readonly x: number; readonly y: number } {
  const x = atSide ? (random() < 0.5 ? 0 : 1) : between(random, 0.05, 0.95);
  return { x: x * PICTURE.widthPx, y: (0.35 + 0.6 * (random() + random()) * 0.5) * PICTURE.heightPx };
}
