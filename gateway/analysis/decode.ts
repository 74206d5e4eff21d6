import { AppError } from '../errors.ts';
import type { Timeline } from '../footage/types.ts';
import type { FrameSpace } from '../frame-pipe.ts';
import {
  type DecodeOrder,
  type Demuxer,
  decodeFrames,
  isCounted,
  type RawFrame,
  type SingleFrame,
  seekTarget,
} from '../media.ts';
import { ownPts } from '../packet-times.ts';
import { anchorsPerSecond, firstIndexFrom, type PacketList } from './packets.ts';
import type { DecodedFrame, FrameRef, SegmentPlan } from './types.ts';

export interface DecodeSource {
  /** The exhibit's bytes as a file, for the jail alone. */
  readonly file: string;
  readonly timeline: Timeline;
  readonly packets: PacketList;
  /** Size of the frames that come out. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** Where they are put; new memory for each when absent. */
  readonly space?: FrameSpace | undefined;
}

/** What a decode left behind; complete when its frames have ended. */
export interface DecodeReport {
  /** Planned frames that did not come out. */
  readonly missing: readonly FrameRef[];
  /** Why the last one of them did not, when ffmpeg said so. */
  readonly complaint: string | undefined;
  readonly arguments: readonly (readonly string[])[];
  readonly decodedFrames: number;
}

interface Progress {
  readonly missing: FrameRef[];
  readonly arguments: (readonly string[])[];
  complaint: string | undefined;
  decodedFrames: number;
  /** A seek missed, and the file was read from its start. */
  restarted: boolean;
  /** An anchor did not come out by itself: all frames are decoded from there on. */
  leans: boolean;
  /** Of the last run. */
  singles: () => Promise<readonly (Uint8Array | undefined)[]>;
}

// Some 30 kB of argument: the kernel takes 128 kB in one.
const MAX_TERMS = 1_000;
/** A gap in what is wanted beyond which ffmpeg is started anew. */
const SEEK_SECONDS = 4;

/** A decode under way: its frames, and what it left behind when they have ended. */
export interface Decoding {
  readonly frames: AsyncGenerator<DecodedFrame>;
  readonly report: () => DecodeReport;
}

const begun = (): Progress => ({
  ...{ missing: [], arguments: [], complaint: undefined, decodedFrames: 0, restarted: false, leans: false },
  singles: async () => [],
});

/**
 * Decodes the planned frames of a segment and no other, in order. Frames that do not decode are reported and do not stop the rest;
 * E_MEDIA_JAIL, E_MEDIA_KILLED and E_MEDIA_LIMIT do, because what is missing then would depend on the machine and not on the footage; and
 * E_MEDIA_BREAKOUT, because nothing that such a decoder says is believed.
 */
export function decodePlan(plan: Pick<SegmentPlan, 'frames'>, source: DecodeSource, signal?: AbortSignal): Decoding {
  const progress = begun();
  return { frames: decodeBatches(plan.frames, source, progress, signal), report: () => progress };
}

/**
 * Decodes key frames, and after them `samples` from anywhere: in one run of ffmpeg, where nothing goes wrong. For files that are read by
 * PTS. As `decodePlan` otherwise.
 */
export function decodeScouts(
  { keys, samples }: { readonly keys: readonly FrameRef[]; readonly samples: readonly FrameRef[] },
  source: DecodeSource,
  signal?: AbortSignal,
): Decoding {
  const progress = begun();
  return { frames: scouts(keys, samples, source, progress, signal), report: () => progress };
}

/** Each single takes a descriptor; the jail lets a program open 64 files. */
const MOST_SINGLES = 24;
/** And a decoder, of whose address space the jail gives 3 GiB in all: a dozen pictures each, and what a thread maps. */
const SINGLES_BYTES = 2 * 1024 ** 3;
const PICTURES_EACH = 12;
const THREAD_BYTES = 80 * 1024 ** 2;

const mostSingles = ({ timeline: { widthPx, heightPx } }: DecodeSource): number =>
  Math.min(MOST_SINGLES, Math.floor(SINGLES_BYTES / (widthPx * heightPx * 1.5 * PICTURES_EACH + THREAD_BYTES)));

async function* scouts(
  keys: readonly FrameRef[],
  samples: readonly FrameRef[],
  source: DecodeSource,
  progress: Progress,
  signal: AbortSignal | undefined,
): AsyncGenerator<DecodedFrame> {
  const [first, ...others] = batches(keys, source.packets.addressing);
  if (first === undefined) return yield* decodeBatches(samples, source, progress, signal);
  const beside = samples.slice(0, mostSingles(source));
  const singles = beside.map((ref): SingleFrame => {
    const [seekSeconds] = seeksFor(ref.pts, source.packets, source.timeline.container);
    return { pts: ref.pts, seekSeconds, ...(areAnchors([ref], source.packets) ? { skipped: 'noref' } : {}) };
  });
  yield* decodeByPts(first, source, progress, signal, { skipped: 'nokey', singles });
  const came = await progress.singles();
  for (const [index, ref] of beside.entries()) {
    const bytes = came[index];
    if (bytes !== undefined) yield decoded(ref, bytes, source, progress);
  }
  for (const batch of others) yield* decodeByPts(batch, source, progress, signal, { skipped: 'nokey' });
  // What did not come out of that run is looked for like any other frame.
  const rest = samples.filter((_, index) => came[index] === undefined);
  yield* decodeBatches(rest, source, progress, signal);
}

async function* decodeBatches(
  wanted: readonly FrameRef[],
  source: DecodeSource,
  progress: Progress,
  signal: AbortSignal | undefined,
): AsyncGenerator<DecodedFrame> {
  const { addressing } = source.packets;
  // Counting goes from the start of the file whatever is wanted; by times, what lies far apart is read apart.
  const parts = addressing === 'number' ? [wanted] : stretches(wanted, source.packets);
  for (const batch of parts.flatMap((part) => [...batches(part, addressing)])) {
    if (addressing === 'number') yield* decodeByNumber(batch, source, progress, signal);
    else if (progress.leans || !areAnchors(batch.frames, source.packets))
      yield* decodeByPts(batch, source, progress, signal);
    else yield* decodeAnchors(batch, source, progress, signal);
  }
}

/** Whether all are anchors, of a file in which other frames stand between them. */
const areAnchors = (wanted: readonly FrameRef[], packets: PacketList): boolean =>
  anchorsPerSecond(packets) > 0 && wanted.every(({ number }) => packets.anchor[number - 1] === 1);

/**
 * Decodes anchors and what they lean on. That they are some was inferred: where one does not come out, it and all after it are decoded
 * with every frame, so that the inference costs time where it is wrong and no picture.
 */
async function* decodeAnchors(
  batch: Batch,
  source: DecodeSource,
  progress: Progress,
  signal: AbortSignal | undefined,
): AsyncGenerator<DecodedFrame> {
  const { missing } = progress;
  const before = missing.length;
  let came = 0;
  for await (const frame of decodeByPts(batch, source, progress, signal, { skipped: 'noref' })) {
    if (missing.length > before) break;
    came++;
    yield frame;
  }
  if (missing.length === before) return;
  missing.length = before;
  progress.leans = true;
  for (const rest of batches(batch.frames.slice(came), 'pts')) yield* decodeByPts(rest, source, progress, signal);
}

async function* decodeByPts(
  batch: Batch,
  source: DecodeSource,
  progress: Progress,
  signal: AbortSignal | undefined,
  options: Pick<DecodeOrder, 'skipped' | 'singles'> = {},
): AsyncGenerator<DecodedFrame> {
  const order = { untilPts: batch.last.pts + 1, selectExpression: batch.expression, ...options };
  const hasSingles = (options.singles?.length ?? 0) > 0;
  const starts = seeksFor(batch.first.pts, source.packets, source.timeline.container);
  for (const seekSeconds of starts) {
    const attempt = read({ ...order, seekSeconds }, source, progress, signal);
    const first = await attempt.next();
    // Verified seek: what came first must be what was wanted first. A demuxer that overshot is asked for an earlier place.
    if (!first.done && first.value.pts === batch.first.pts) {
      yield* matched(batch.frames, joined(first.value, attempt), source, progress, hasSingles);
      return;
    }
    await attempt.return(undefined);
  }
  if (starts.length > 0) {
    // A damaged hour is not read from the start of the file for each of its stretches, nor is it for what may only lean on others.
    if (progress.restarted || options.skipped === 'noref') return void progress.missing.push(...batch.frames);
    progress.restarted = true;
  }
  yield* matched(batch.frames, read(order, source, progress, signal), source, progress, hasSingles);
}

async function* matched(
  wanted: readonly FrameRef[],
  raw: AsyncGenerator<RawFrame>,
  source: DecodeSource,
  progress: Progress,
  toTheEnd: boolean,
): AsyncGenerator<DecodedFrame> {
  let next = 0;
  for await (const frame of raw) {
    for (let ref = wanted[next]; ref !== undefined && ref.pts < frame.pts; ref = wanted[++next])
      progress.missing.push(ref);
    const ref = wanted[next];
    if (ref === undefined && toTheEnd) continue;
    if (ref === undefined) return;
    // A second frame of the same time, or one that an edit list hides.
    if (ref.pts !== frame.pts) continue;
    next++;
    yield decoded(ref, frame.bytes, source, progress);
    // Nothing more is wanted; where single frames are, the end of theirs comes last.
    if (next === wanted.length && !toTheEnd) return;
  }
  progress.missing.push(...wanted.slice(next));
}

async function* decodeByNumber(
  batch: Batch,
  source: DecodeSource,
  progress: Progress,
  signal: AbortSignal | undefined,
): AsyncGenerator<DecodedFrame> {
  const order = { untilFrame: batch.last.number, selectExpression: batch.expression };
  let next = 0;
  for await (const frame of read(order, source, progress, signal)) {
    const ref = batch.frames[next++];
    if (ref === undefined) return;
    if (isCounted(frame, ownPts(source.timeline, ref))) yield decoded(ref, frame.bytes, source, progress);
    else progress.missing.push(ref);
    if (next === batch.frames.length) return;
  }
  progress.missing.push(...batch.frames.slice(next));
}

function decoded(ref: FrameRef, yuv: Uint8Array, source: DecodeSource, progress: Progress): DecodedFrame {
  progress.decodedFrames++;
  const { widthPx, heightPx, timeline } = source;
  return {
    ref,
    timeSeconds: source.packets.secondsOf(ref.pts),
    widthPx,
    heightPx,
    scaleX: timeline.widthPx / widthPx,
    scaleY: timeline.heightPx / heightPx,
    yuv,
  };
}

type Part = Pick<DecodeOrder, 'seekSeconds' | 'untilPts' | 'untilFrame' | 'selectExpression' | 'skipped' | 'singles'>;

async function* read(
  part: Part,
  source: DecodeSource,
  progress: Progress,
  signal: AbortSignal | undefined,
): AsyncGenerator<RawFrame> {
  const { file, timeline, widthPx, heightPx } = source;
  const { container: demuxer, codec: decoder } = timeline;
  const order = {
    path: file,
    demuxer,
    decoder,
    widthPx,
    heightPx,
    pixelFormat: 'yuv420p',
    isBehind: true,
    ...part,
  } as const;
  const run = decodeFrames(order, signal, source.space);
  progress.singles = run.singles;
  progress.arguments.push(run.arguments);
  try {
    yield* run.frames;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'E_MEDIA_DECODE') throw error;
    progress.complaint = error.detail;
  }
}

async function* joined(first: RawFrame, rest: AsyncGenerator<RawFrame>): AsyncGenerator<RawFrame> {
  try {
    yield first;
    yield* rest;
  } finally {
    // Who leaves after the first leaves the rest as well.
    await rest.return(undefined);
  }
}

/** How far before the nearest key frame a second attempt begins: demuxers that seek by bit rate miss by seconds. */
const EARLIER_SECONDS = 10;

/** Places to read from until a frame, the nearest key frame first; none where the file is to be read from its start. */
function seeksFor(pts: number, packets: PacketList, demuxer: Demuxer): readonly number[] {
  const near = keyUntil(pts, packets);
  if (near === undefined) return [];
  const ticks = (EARLIER_SECONDS * packets.timeBase.den) / packets.timeBase.num;
  const far = keyUntil(near - ticks, packets);
  const places = [near, ...(far === undefined ? [] : [far])].map((at) => seekTarget(at, packets.timeBase, demuxer));
  return places.filter((place) => place !== undefined);
}

/** PTS of the last key frame at or before, unless it is the file's first frame: that needs no seek, and is the safest place to read from. */
function keyUntil(pts: number, packets: PacketList): number | undefined {
  for (let index = Math.min(firstIndexFrom(packets, pts), packets.count - 1); index >= 0; index--) {
    const at = packets.pts[index] ?? 0;
    if (packets.key[index] === 1 && at <= pts) return at <= packets.firstPts ? undefined : at;
  }
  return undefined;
}

/** Wanted frames cut where a seek costs less than to decode what lies between. */
function stretches(wanted: readonly FrameRef[], { secondsOf }: PacketList): readonly (readonly FrameRef[])[] {
  const parts: FrameRef[][] = [];
  for (const ref of wanted) {
    const before = parts.at(-1)?.at(-1);
    if (before !== undefined && secondsOf(ref.pts) - secondsOf(before.pts) <= SEEK_SECONDS) parts.at(-1)?.push(ref);
    else parts.push([ref]);
  }
  return parts;
}

interface Batch {
  readonly frames: readonly FrameRef[];
  readonly first: FrameRef;
  readonly last: FrameRef;
  readonly expression: string;
}

/** Planned frames in as few ffmpeg runs as the length of an expression allows: one, unless the times are irregular and many. */
function* batches(wanted: readonly FrameRef[], addressing: PacketList['addressing']): Generator<Batch> {
  const values = wanted.map((ref) => (addressing === 'pts' ? ref.pts : ref.number - 1));
  const terms = progressions(values);
  let from = 0;
  for (let at = 0; at < terms.length; at += MAX_TERMS) {
    const part = terms.slice(at, at + MAX_TERMS);
    const count = part.reduce((sum, term) => sum + term.count, 0);
    const frames = wanted.slice(from, from + count);
    from += count;
    const first = frames[0];
    const last = frames.at(-1);
    if (first === undefined || last === undefined) return;
    yield { frames, first, last, expression: selectExpression(part, addressing === 'pts' ? 'pts' : 'n') };
  }
}

interface Progression {
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

/** Rising whole numbers as arithmetic progressions, so that the recorded argument list of a regular plan is one short term. */
export function progressions(values: readonly number[]): Progression[] {
  const result: Progression[] = [];
  for (let at = 0; at < values.length; ) {
    const first = values[at] ?? 0;
    const step = (values[at + 1] ?? first) - first;
    let count = 1;
    while (at + count < values.length && (values[at + count] ?? 0) - (values[at + count - 1] ?? 0) === step) count++;
    // Two values are no regularity.
    if (count < 3) count = 1;
    result.push({ first, step: count === 1 ? 0 : step, count });
    at += count;
  }
  return result;
}

/** The `select` expression that is true for exactly these values of `pts` or `n`. */
export function selectExpression(terms: readonly Progression[], variable: 'pts' | 'n'): string {
  const [only] = terms;
  if (only === undefined) return '0';
  if (terms.length === 1) return selectTerm(only, variable);
  // Halves within halves: ffmpeg refuses an expression that is nested a hundred deep, and a plain sum of n terms is n deep.
  const half = terms.length >>> 1;
  const parts = [terms.slice(0, half), terms.slice(half)].map((part) => selectExpression(part, variable));
  return terms.length < 8 ? parts.join('+') : parts.map((part) => `(${part})`).join('+');
}

function selectTerm({ first, step, count }: Progression, variable: 'pts' | 'n'): string {
  if (count === 1) return `eq(${variable},${first})`;
  return `between(${variable},${first},${first + step * (count - 1)})*not(mod(${variable}-${signed(first)},${step}))`;
}

const signed = (value: number): string => (value < 0 ? `(${value})` : String(value));
