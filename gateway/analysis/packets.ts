import { AppError } from '../errors.ts';
import type { Exhibit, Timeline } from '../footage/types.ts';
import { packets } from '../media.ts';
import { createPacketTable, type FileTimes, mediaSeconds, type PacketTable, timePackets } from '../packet-times.ts';
import type { FrameRef } from './types.ts';

/** Every frame of a file in presentation order; index = frame number - 1. Typed arrays: eight hours at 30/s are 864,000 frames. */
export interface PacketList extends Pick<FileTimes, 'addressing' | 'firstPts' | 'durationSeconds'> {
  readonly count: number;
  /** Ticks of the time base, never falling. */
  readonly pts: Float64Array;
  /** 1 for a key frame. */
  readonly key: Uint8Array;
  /**
   * 1 for a frame that nothing decoded before it is shown after: an anchor (I or P), on which others lean. 0 where frames are reordered: of
   * those most lean on others and none leans on them. An inference from the order of the packets, which no demuxer confirms.
   */
  readonly anchor: Uint8Array;
  /** Of the compressed frame: the cheapest evidence of what changes. */
  readonly sizeBytes: Uint32Array;
  readonly timeBase: { readonly num: number; readonly den: number };
  /** Media seconds from the first frame, to the microsecond. */
  secondsOf(pts: number): number;
}

/**
 * One packet pass (no decoding). E_MEDIA_LIMIT when there are too many packets; E_MEDIA_DECODE when they do not give the timeline that
 * was sealed with the exhibit: pictures of it would be of other moments.
 */
export async function readPacketList(
  exhibit: Pick<Exhibit, 'timeline'>,
  file: string,
  signal?: AbortSignal,
): Promise<PacketList> {
  const { timeline } = exhibit;
  const gathered = createPacketTable();
  for await (const packet of packets({ path: file, demuxer: timeline.container }, signal)) gathered.add(packet);
  const list = packetList(gathered.table(), timeline);
  const isSealed =
    list.count === timeline.frameCount &&
    list.addressing === timeline.addressing &&
    list.firstPts === timeline.firstPts &&
    list.durationSeconds === timeline.durationSeconds;
  if (!isSealed) throw new AppError('E_MEDIA_DECODE', { detail: 'the packets are not those of the sealed timeline' });
  return list;
}

/** Puts packets into the order in which they are shown. Pure. E_MEDIA_DECODE when there is none, or neither times nor a rate. */
export function packetList(table: PacketTable, clock: Pick<Timeline, 'timeBase' | 'nominalFps'>): PacketList {
  const { times, file } = timePackets(table, clock);
  const { count } = table;
  const order = new Uint32Array(count);
  for (let index = 0; index < count; index++) order[index] = index;
  order.sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
  const anchors = anchorsOf(times);
  const sorted = {
    pts: new Float64Array(count),
    key: new Uint8Array(count),
    anchor: new Uint8Array(count),
    sizeBytes: new Uint32Array(count),
  };
  for (let place = 0; place < count; place++) {
    const index = order[place] ?? 0;
    sorted.pts[place] = times[index] ?? 0;
    sorted.key[place] = table.key[index] ?? 0;
    sorted.anchor[place] = anchors[index] ?? 0;
    sorted.sizeBytes[place] = table.sizeBytes[index] ?? 0;
  }
  const { addressing, firstPts, durationSeconds } = file;
  const { timeBase } = clock;
  const secondsOf = (pts: number): number => mediaSeconds({ firstPts, timeBase }, pts);
  return { count, ...sorted, addressing, firstPts, timeBase, durationSeconds, secondsOf };
}

/** In file order, which is the order of decoding. */
function anchorsOf(times: Float64Array): Uint8Array {
  let latest = Number.NEGATIVE_INFINITY;
  return Uint8Array.from(times, (time) => {
    const isAnchor = time >= latest;
    if (isAnchor) latest = time;
    return isAnchor ? 1 : 0;
  });
}

export const frameRef = (list: PacketList, index: number): FrameRef => ({
  number: index + 1,
  pts: list.pts[index] ?? Number.NaN,
});

const anchorRates = new WeakMap<PacketList, number>();

/**
 * Anchors a second, of a file in which other frames stand between them; 0 where none do, and where frames are found by counting, which needs
 * them all. Kept with the list: every frame of a plan asks.
 */
export function anchorsPerSecond(list: PacketList): number {
  const { anchor, addressing, count, durationSeconds } = list;
  const known = anchorRates.get(list);
  if (known !== undefined) return known;
  const anchors = anchor.reduce((sum, value) => sum + value, 0);
  const rate = addressing === 'number' || anchors === count ? 0 : anchors / durationSeconds;
  anchorRates.set(list, rate);
  return rate;
}

/** Index of the anchor that is shown first of those from `index` on, `most` frames away at most; `index` itself when there is none. */
export function anchorFrom(list: PacketList, index: number, most: number): number {
  const found = list.anchor.subarray(index, index + most + 1).indexOf(1);
  return found < 0 ? index : index + found;
}

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
