import { AppError } from '../errors.ts';
import type { Exhibit, Timeline } from '../footage/types.ts';
import { type MediaPacket, packets, REORDER_SECONDS } from '../media.ts';
import type { FrameRef } from './types.ts';

/** Every frame of a file in presentation order; index = frame number - 1. Typed arrays: eight hours at 30/s are 864,000 frames. */
export interface PacketList {
  readonly count: number;
  /** Ticks of the time base, never falling. */
  readonly pts: Float64Array;
  readonly sizeBytes: Uint32Array;
  /** 1 for a key frame. */
  readonly key: Uint8Array;
  /**
   * How a frame is found again when decoding: by its PTS, or, where the file's times are missing or contradict each other, by
   * counting decoded frames from the start of the file.
   */
  readonly addressing: 'pts' | 'number';
  readonly firstPts: number;
  readonly timeBase: { readonly num: number; readonly den: number };
  /** The timeline's, or longer where the file's clock restarts: every frame lies in it. */
  readonly durationSeconds: number;
  /** Media seconds from the first frame, to the microsecond. */
  secondsOf(pts: number): number;
  /** What was found odd about the times, in words for the operator. */
  readonly notes: readonly string[];
}

/** One packet pass (no decoding). E_MEDIA_DECODE when there is no frame, or its times are not there. */
export async function readPacketList(
  exhibit: Pick<Exhibit, 'timeline'>,
  file: string,
  signal?: AbortSignal,
): Promise<PacketList> {
  const list: MediaPacket[] = [];
  for await (const packet of packets({ path: file, demuxer: exhibit.timeline.container }, signal)) {
    if (!packet.discard) list.push(packet);
  }
  return packetList(list, exhibit.timeline);
}

/** Builds the list from packets in file order. Pure. */
export function packetList(list: readonly MediaPacket[], timeline: Timeline): PacketList {
  if (list.length === 0) throw new AppError('E_MEDIA_DECODE', { detail: 'no packet of video' });
  const notes: string[] = [];
  const { times, addressing, endTicks } = timesOf(list, timeline, notes);
  const order = Uint32Array.from(list.keys()).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
  const count = list.length;
  const table = { pts: new Float64Array(count), sizeBytes: new Uint32Array(count), key: new Uint8Array(count) };
  let duplicates = 0;
  for (const [place, index] of order.entries()) {
    const packet = list[index];
    table.pts[place] = times[index] ?? 0;
    table.sizeBytes[place] = packet?.sizeBytes ?? 0;
    table.key[place] = packet?.key ? 1 : 0;
    if (place > 0 && table.pts[place] === table.pts[place - 1]) duplicates++;
  }
  if (duplicates > 0) notes.push(`${duplicates} frames share the time of another`);
  const { firstPts, timeBase } = timeline;
  const secondsOf = (pts: number): number => Math.round(((pts - firstPts) * timeBase.num * 1e6) / timeBase.den) / 1e6;
  const durationSeconds = endTicks === undefined ? timeline.durationSeconds : secondsOf(endTicks);
  return { count, ...table, addressing, firstPts, timeBase, durationSeconds, secondsOf, notes };
}

export const frameRef = (list: PacketList, index: number): FrameRef => ({
  number: index + 1,
  pts: list.pts[index] ?? Number.NaN,
});

/** Index of the first frame at or after the PTS; `count` when there is none. */
export function firstIndexFrom(list: PacketList, pts: number): number {
  let low = 0;
  let high = list.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list.pts[middle] ?? 0) < pts) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Times {
  readonly times: ArrayLike<number>;
  readonly addressing: PacketList['addressing'];
  /** Where the last frame ends, when it is not where the timeline says. */
  readonly endTicks?: number;
}

function timesOf(list: readonly MediaPacket[], timeline: Timeline, notes: string[]): Times {
  if (timeline.basis === 'frame-index') return { times: indexTimes(list.length, timeline), addressing: 'number' };
  if (timeline.basis === 'dts') return { times: risingTimes(list, notes), addressing: 'number' };
  return unbrokenTimes(list, timeline, notes);
}

function indexTimes(count: number, timeline: Timeline): Float64Array {
  const { nominalFps, firstPts, timeBase } = timeline;
  if (nominalFps === undefined || !(nominalFps > 0))
    throw new AppError('E_MEDIA_DECODE', { detail: 'neither times nor a frame rate' });
  const ticks = timeBase.den / (timeBase.num * nominalFps);
  return Float64Array.from({ length: count }, (_, index) => firstPts + Math.round(index * ticks));
}

/** Decode times, which rise in file order; an absent one continues from the one before. Only counting finds such frames again. */
function risingTimes(list: readonly MediaPacket[], notes: string[]): Float64Array {
  const times = new Float64Array(list.length);
  const given = list.map((packet) => packet.dts);
  let next = given.find((time) => time !== undefined) ?? 0;
  for (const [index, packet] of list.entries()) {
    times[index] = Math.max(given[index] ?? next, index > 0 ? (times[index - 1] ?? 0) : Number.NEGATIVE_INFINITY);
    next = (times[index] ?? 0) + (packet.durationTicks ?? 0);
  }
  const absent = given.filter((time) => time === undefined).length;
  if (absent > 0) notes.push(`${absent} of ${list.length} frames have no DTS`);
  return times;
}

/** Times as given, unless the clock restarts: then each run is moved behind the one before. */
function unbrokenTimes(list: readonly MediaPacket[], timeline: Timeline, notes: string[]): Times {
  const allowed = (REORDER_SECONDS * timeline.timeBase.den) / timeline.timeBase.num;
  const times = new Float64Array(list.length);
  let shift = 0;
  let highest = Number.NEGATIVE_INFINITY;
  let end = 0;
  let restarts = 0;
  for (const [index, packet] of list.entries()) {
    const given = packet.pts;
    if (given === undefined)
      throw new AppError('E_MEDIA_DECODE', { detail: 'packets without the times that were found' });
    if (given + shift < highest - allowed) {
      restarts++;
      // The frames of the new run that are shown before its first packet are not known yet; its key frame comes first.
      shift = end - given;
    }
    const time = given + shift;
    times[index] = time;
    if (time >= highest) end = time + (packet.durationTicks ?? 1);
    highest = Math.max(highest, time);
  }
  if (restarts === 0) return { times, addressing: 'pts' };
  notes.push(`the file's clock restarts ${restarts} times`);
  return { times, addressing: 'number', endTicks: end };
}
