import { AppError } from './errors.ts';
import type { MediaPacket, Rational } from './media.ts';

// When each frame of a file is shown. The one computation of it: what footage/ seals, analysis/ plans by and evidence/ shows pictures by.

/** 24 h at 60 frames/s. 29 bytes a packet are held while a file is read, 13 afterwards. */
const MAX_PACKETS = 5_184_000;

/** Packets of a video stream in file order, without those that an edit list hides. Ticks of the time base; NaN where there is none. */
export interface PacketTable {
  readonly count: number;
  readonly pts: Float64Array;
  readonly dts: Float64Array;
  readonly durationTicks: Float64Array;
  readonly sizeBytes: Uint32Array;
  /** 1 for a key frame. */
  readonly key: Uint8Array;
}

/** Gathers packets one by one. `add` throws E_MEDIA_LIMIT beyond `most`. */
export function createPacketTable(most = MAX_PACKETS): { add(packet: MediaPacket): void; table(): PacketTable } {
  let columns = columnsOf(4_096);
  let count = 0;
  return {
    add(packet) {
      if (packet.discard) return;
      if (count === most) throw new AppError('E_MEDIA_LIMIT', { detail: `more than ${most} frames` });
      if (count === columns.pts.length) columns = grown(columns, Math.min(most, count * 2));
      columns.pts[count] = packet.pts ?? Number.NaN;
      columns.dts[count] = packet.dts ?? Number.NaN;
      columns.durationTicks[count] = packet.durationTicks ?? Number.NaN;
      columns.sizeBytes[count] = Math.min(packet.sizeBytes, 0xffff_ffff);
      columns.key[count] = packet.key ? 1 : 0;
      count++;
    },
    table: () => ({
      count,
      pts: columns.pts.subarray(0, count),
      dts: columns.dts.subarray(0, count),
      durationTicks: columns.durationTicks.subarray(0, count),
      sizeBytes: columns.sizeBytes.subarray(0, count),
      key: columns.key.subarray(0, count),
    }),
  };
}

type Columns = Omit<PacketTable, 'count'>;

const columnsOf = (length: number): Columns => ({
  pts: new Float64Array(length),
  dts: new Float64Array(length),
  durationTicks: new Float64Array(length),
  sizeBytes: new Uint32Array(length),
  key: new Uint8Array(length),
});

function grown(columns: Columns, length: number): Columns {
  const larger = columnsOf(length);
  larger.pts.set(columns.pts);
  larger.dts.set(columns.dts);
  larger.durationTicks.set(columns.durationTicks);
  larger.sizeBytes.set(columns.sizeBytes);
  larger.key.set(columns.key);
  return larger;
}

/** Where the clock of a file starts anew; the frames from there on are moved behind those before. */
export interface Restart {
  /** Number of the first frame of the new run, from 1 in presentation order. */
  readonly frame: number;
  /** Its place on the unbroken clock, ticks. */
  readonly pts: number;
  /** What was added to the file's own times from there on, ticks. */
  readonly shiftTicks: number;
}

export interface FileTimes {
  /** Where the times come from: the packets' PTS; their DTS where no PTS exists; or frame index over the nominal rate. */
  readonly basis: 'pts' | 'dts' | 'frame-index';
  /**
   * How a frame is found again when decoding: by its PTS, or, where the file's times are missing or contradict each other, by
   * counting decoded frames from the start of the file.
   */
  readonly addressing: 'pts' | 'number';
  readonly firstPts: number;
  readonly lastPts: number;
  /** From the first frame to the end of the last, to the microsecond. */
  readonly durationSeconds: number;
  readonly frameCount: number;
  readonly restarts: readonly Restart[];
}

export interface FileClock {
  /** Seconds per tick. */
  readonly timeBase: Rational;
  readonly nominalFps: number | undefined;
}

/**
 * Ticks at which each packet of the table is shown, in file order on one clock that never restarts, and what follows for the file.
 * Pure. E_MEDIA_DECODE when there is no packet, or neither times nor a rate.
 */
export function timePackets(
  table: PacketTable,
  clock: FileClock,
): { readonly times: Float64Array; readonly file: FileTimes } {
  if (table.count === 0) throw new AppError('E_MEDIA_DECODE', { detail: 'no packet of video' });
  const basis = isWhole(table.pts) ? 'pts' : isWhole(table.dts) ? 'dts' : undefined;
  const starts = runStarts(table, clock);
  // Times that contradict each other at every turn are no times.
  if (basis === undefined || starts.length > MOST_RUNS) return countedTimes(table.count, clock);
  const times = basis === 'pts' ? Float64Array.from(table.pts) : risingTimes(table.dts, starts);
  return joinRuns(times, starts, table, basis, clock);
}

/** The file's own PTS of a frame, as its decoder tells it; undefined where the times do not come from PTS. */
export function ownPts(
  file: Pick<FileTimes, 'basis' | 'restarts'>,
  frame: { readonly number: number; readonly pts: number },
): number | undefined {
  if (file.basis !== 'pts') return undefined;
  return frame.pts - (file.restarts.findLast((restart) => restart.frame <= frame.number)?.shiftTicks ?? 0);
}

/** Media seconds from the first frame, to the microsecond. */
export const mediaSeconds = (file: Pick<FileTimes, 'firstPts'> & Pick<FileClock, 'timeBase'>, pts: number): number =>
  Math.round(((pts - file.firstPts) * file.timeBase.num * 1e6) / file.timeBase.den) / 1e6;

const isWhole = (times: Float64Array): boolean => times.every((time) => !Number.isNaN(time));

/** A step back of PTS in file order beyond this is a clock that restarts or wraps, not reordered frames. */
const REORDER_SECONDS = 5;
/** Decode times rise from packet to packet; muxers that round badly let them slip by less. */
const SLIP_SECONDS = 0.5;
/** A step ahead beyond this is no pause: a demuxer that takes a clock which went back for one that wrapped makes it a day of. */
const LEAP_SECONDS = 12 * 3600;
const MOST_RUNS = 100;

/** Places in the file at which a run of the clock begins; more than can be believed are not counted to the end. */
function runStarts(table: PacketTable, clock: FileClock): readonly number[] {
  const ticks = (seconds: number): number => (seconds * clock.timeBase.den) / clock.timeBase.num;
  const [reorder, slip, leap] = [ticks(REORDER_SECONDS), ticks(SLIP_SECONDS), ticks(LEAP_SECONDS)];
  const starts = [0];
  let highestPts = Number.NEGATIVE_INFINITY;
  let highestDts = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < table.count && starts.length <= MOST_RUNS; index++) {
    // Comparisons with NaN are false: what is absent proves nothing.
    const pts = table.pts[index] ?? Number.NaN;
    const dts = table.dts[index] ?? Number.NaN;
    // Whatever is decoded before a key frame is shown before it.
    const mayReorder = table.key[index] !== 1 && !Number.isNaN(dts);
    const leaps = Number.isFinite(highestDts) && dts > highestDts + leap;
    if (leaps || dts < highestDts - slip || (!mayReorder && pts < highestPts - reorder)) {
      starts.push(index);
      highestPts = Number.NEGATIVE_INFINITY;
      highestDts = Number.NEGATIVE_INFINITY;
    }
    if (pts > highestPts) highestPts = pts;
    if (dts > highestDts) highestDts = dts;
  }
  return starts;
}

/** Decode times of each run, which never fall in file order. */
function risingTimes(dts: Float64Array, starts: readonly number[]): Float64Array {
  const times = Float64Array.from(dts);
  const begins = new Set(starts);
  for (let index = 1; index < times.length; index++) {
    if (!begins.has(index)) times[index] = Math.max(times[index] ?? 0, times[index - 1] ?? 0);
  }
  return times;
}

/** Moves each run behind the one before, in place. */
function joinRuns(
  times: Float64Array,
  starts: readonly number[],
  table: PacketTable,
  basis: 'pts' | 'dts',
  clock: FileClock,
): { readonly times: Float64Array; readonly file: FileTimes } {
  const restarts: Restart[] = [];
  let firstPts = 0;
  let lastPts = 0;
  let endTicks = 0;
  for (const [run, from] of starts.entries()) {
    const to = starts[run + 1] ?? table.count;
    const span = spanOf(times, table, from, to, clock);
    const pts = run === 0 ? span.first : Math.max(lastPts + 1, Math.round(endTicks));
    const shiftTicks = pts - span.first;
    if (run === 0) firstPts = pts;
    else restarts.push({ frame: from + 1, pts, shiftTicks });
    for (let index = from; index < to; index++) times[index] = (times[index] ?? 0) + shiftTicks;
    lastPts = span.last + shiftTicks;
    endTicks = span.end + shiftTicks;
  }
  const addressing = basis === 'pts' && restarts.length === 0 ? 'pts' : 'number';
  const durationSeconds = mediaSeconds({ firstPts, timeBase: clock.timeBase }, endTicks);
  const file = { basis, addressing, firstPts, lastPts, durationSeconds, frameCount: table.count, restarts } as const;
  return { times, file };
}

/** First and last time of a run, and where its last frame ends. */
function spanOf(
  times: Float64Array,
  table: PacketTable,
  from: number,
  to: number,
  clock: FileClock,
): { readonly first: number; readonly last: number; readonly end: number } {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  let lastDuration = Number.NaN;
  for (let index = from; index < to; index++) {
    const time = times[index] ?? 0;
    first = Math.min(first, time);
    if (time <= last) continue;
    last = time;
    lastDuration = table.durationTicks[index] ?? Number.NaN;
  }
  // A last packet without a duration lasts as long as the others on average; a single one as the nominal rate says.
  const mean = to - from > 1 ? (last - first) / (to - from - 1) : stepTicks(clock.timeBase, clock.nominalFps ?? 25);
  return { first, last, end: last + (Number.isNaN(lastDuration) ? mean : lastDuration) };
}

const stepTicks = (timeBase: Rational, framesPerSecond: number): number =>
  timeBase.den / (timeBase.num * framesPerSecond);

function countedTimes(count: number, clock: FileClock): { readonly times: Float64Array; readonly file: FileTimes } {
  const { timeBase, nominalFps } = clock;
  if (nominalFps === undefined || !(nominalFps > 0))
    throw new AppError('E_MEDIA_DECODE', { detail: 'neither times nor a frame rate' });
  const step = stepTicks(timeBase, nominalFps);
  const times = Float64Array.from({ length: count }, (_, index) => Math.round(index * step));
  const file: FileTimes = {
    basis: 'frame-index',
    addressing: 'number',
    firstPts: 0,
    lastPts: times[count - 1] ?? 0,
    durationSeconds: Math.round((count / nominalFps) * 1e6) / 1e6,
    frameCount: count,
    restarts: [],
  };
  return { times, file };
}
