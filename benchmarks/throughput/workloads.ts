import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ONE_BY_ONE } from '../accuracy/cost.ts';
import { runFfmpeg } from '../ffmpeg.ts';
import { renderScene } from '../scenes/scene.ts';
import type { ObjectColour, ObjectSpec, SceneSpec, TruthBox, Waypoint } from '../scenes/types.ts';
import { writeScene } from '../scenes/write.ts';
import type { LabelledBox } from '../scoring/types.ts';

/** A recording of a known activity, with what is to be seen on it. */
export interface Workload {
  readonly name: string;
  readonly file: string;
  readonly durationSeconds: number;
  /** Share of the pieces in which something moves. */
  readonly activity: number;
  /** By frame of the file; ids differ over the whole recording. */
  readonly truth: readonly LabelledBox[];
}

const PIECE_SECONDS = 12;
const FPS = 25;
const SCALE = 3;

const base = {
  widthPx: 640 * SCALE,
  heightPx: 360 * SCALE,
  framesPerSecond: FPS,
  durationSeconds: PIECE_SECONDS,
  seed: 20_260_314,
  noise: 3,
  gopSeconds: 2,
} as const;

const at = (timeSeconds: number, x: number, y: number): Waypoint => ({ timeSeconds, x: x * SCALE, y: y * SCALE });
const person = (id: number, upper: ObjectColour, lower: ObjectColour, height: number, way: Waypoint[]): ObjectSpec => ({
  id,
  class: 'person',
  upper,
  lower,
  heightPx: height * SCALE,
  path: way,
});
const car = (id: number, colour: ObjectColour, height: number, way: Waypoint[]): ObjectSpec => ({
  id,
  class: 'car',
  colour,
  heightPx: height * SCALE,
  path: way,
});

/** Pieces of one 1080p street: empty, and three in which somebody passes; each begins and ends with the empty street. */
const PIECES: Readonly<Record<'quiet' | 'cars' | 'persons' | 'both', readonly ObjectSpec[]>> = {
  quiet: [],
  cars: [
    car(1, 'red', 46, [at(0.5, -60, 232), at(6, 700, 232)]),
    car(2, 'blue', 48, [at(6, 700, 252), at(11.5, -60, 252)]),
  ],
  persons: [
    person(1, 'red', 'blue', 76, [at(0.5, -20, 172), at(5, 250, 172), at(7, 250, 172), at(11.5, 660, 172)]),
    person(2, 'green', 'black', 84, [at(1, 660, 352), at(11.5, -20, 352)]),
  ],
  both: [
    car(1, 'white', 50, [at(1, -60, 240), at(5, 700, 240)]),
    person(2, 'yellow', 'brown', 90, [at(0.5, 660, 340), at(11.5, -20, 340)]),
    person(3, 'purple', 'black', 70, [at(2, -20, 165), at(11, 660, 165)]),
  ],
};
type Piece = keyof typeof PIECES;
const ACTIVE: readonly Piece[] = ['cars', 'persons', 'both'];

/** Shares of the pieces in which something moves. */
const ACTIVITIES = [
  ['sparse', 0.02],
  ['medium', 0.2],
  ['dense', 0.7],
] as const;

/**
 * Writes recordings of `seconds` whose activity is 2, 20 and 70 %: each piece is rendered and encoded once, and the coded pieces are joined
 * without a new encoding, so that hours cost no more than minutes.
 */
export async function writeWorkloads(folder: string, seconds: number): Promise<readonly Workload[]> {
  const truths = await writePieces(folder);
  const workloads: Workload[] = [];
  for (const [name, activity] of ACTIVITIES)
    workloads.push(await compose(folder, name, arrange(seconds, activity, ACTIVE), truths));
  return workloads;
}

/** Writes the pieces that recordings are joined of; gives what is to be seen in each. */
export async function writePieces(folder: string): Promise<ReadonlyMap<string, readonly TruthBox[]>> {
  const truths = new Map<string, readonly TruthBox[]>();
  for (const [name, objects] of Object.entries(PIECES) as [Piece, readonly ObjectSpec[]][]) {
    const spec: SceneSpec = { ...base, name, objects };
    await writeScene(spec, path.join(folder, `${name}.mp4`));
    truths.set(name, renderScene(spec).truth);
  }
  return truths;
}

/** A recording of 2 % activity of pieces that `writePieces` left in the folder. */
export async function writeSparse(folder: string, seconds: number, name: string): Promise<Workload> {
  return await compose(folder, name, arrange(seconds, 0.02, ACTIVE), new Map());
}

const QUIET = 'quiet';

/** Active pieces by turns, spread over the recording in groups as activity comes: the first after the quiet has been seen. */
function arrange(seconds: number, activity: number, active: readonly string[]): readonly string[] {
  const count = Math.round(seconds / PIECE_SECONDS);
  const wanted = Math.max(1, Math.round(count * activity));
  const pieces: string[] = [];
  let placed = 0;
  for (let place = 0; place < count; place += 1) {
    const due = Math.floor(((place + 0.5) / count) * wanted + 0.5);
    if (placed < due) {
      pieces.push(active[placed % active.length] as string);
      placed += 1;
    } else pieces.push(QUIET);
  }
  return pieces;
}

async function compose(
  folder: string,
  name: string,
  pieces: readonly string[],
  truths: ReadonlyMap<string, readonly TruthBox[]>,
): Promise<Workload> {
  const file = path.join(folder, `${name}.mp4`);
  await join(
    pieces.map((piece) => path.join(folder, `${piece}.mp4`)),
    file,
  );
  const truth = pieces.flatMap((piece, place) =>
    (truths.get(piece) ?? []).map(({ frame, id, left, top, width, height }) => ({
      ...{ left, top, width, height },
      frame: place * PIECE_SECONDS * FPS + frame,
      id: place * 10 + id,
    })),
  );
  const activity = pieces.filter((piece) => piece !== QUIET).length / pieces.length;
  return { name, file, durationSeconds: pieces.length * PIECE_SECONDS, activity, truth };
}

const ENCODING =
  '-an -c:v libx264 -preset veryfast -crf 23 -g 50 -keyint_min 50 -sc_threshold 0 -pix_fmt yuv420p'.split(' ');
/** Where persons come into the real clip; before the first of them it is quiet. */
const REAL_STARTS = { first: 5, fourth: 74, sixth: 123 } as const;
const REAL_QUIET_SECONDS = 5;

/**
 * The same for a real clip at 1080p25, in which one person after the other passes; its quiet seconds are played to and fro. None where the clip is
 * not at hand. Nobody has drawn its boxes: `truth` is empty.
 */
export async function writeReal(parent: string, seconds: number): Promise<readonly Workload[]> {
  if (!existsSync(ONE_BY_ONE)) return [];
  const folder = path.join(parent, 'real');
  await mkdir(folder, { recursive: true });
  const picture = 'fps=25,scale=1920:1080:flags=bicubic';
  const frames = 2 * REAL_QUIET_SECONDS * FPS;
  const toAndFro = `[0:v]${picture},split[a][b];[b]reverse[r];[a][r]concat=n=2:v=1,loop=loop=1:size=${frames}:start=0,trim=duration=${PIECE_SECONDS}`;
  const source = ['-i', ONE_BY_ONE];
  const write = (name: string): string[] => [...ENCODING, path.join(folder, `${name}.mp4`)];
  await runFfmpeg(['-t', `${REAL_QUIET_SECONDS}`, ...source, '-filter_complex', toAndFro, ...write(QUIET)]);
  for (const [name, start] of Object.entries(REAL_STARTS))
    await runFfmpeg(['-ss', `${start}`, '-t', `${PIECE_SECONDS}`, ...source, '-vf', picture, ...write(name)]);
  const workloads: Workload[] = [];
  for (const [name, activity] of ACTIVITIES)
    workloads.push(
      await compose(folder, `real_${name}`, arrange(seconds, activity, Object.keys(REAL_STARTS)), new Map()),
    );
  return workloads;
}

/** Joins coded pieces end to end without a new encoding. */
export async function join(files: readonly string[], file: string): Promise<void> {
  const list = `${file}.txt`;
  await writeFile(list, files.map((each) => `file '${each}'\n`).join(''));
  await runFfmpeg(['-f', 'concat', '-safe', '0', '-i', list, '-c', 'copy', file]);
}
