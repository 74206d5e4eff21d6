import { firstIndexFrom, type PacketList } from './packets.ts';
import type { Segment } from './types.ts';

const SEGMENT_SECONDS = 60;
const RUN_UP_SECONDS = 10;
/** Bounds the work and the memory of one segment, whatever the distance of key frames. */
const LONGEST_SEGMENT_SECONDS = 120;

/**
 * Cuts an exhibit at the first key frame after each 60 s of media time since the cut before; where none comes within 120 s, at the
 * first frame after them, which is then decoded from the key frame before it.
 */
export function cutSegments(packets: PacketList): Segment[] {
  const ticks = (seconds: number): number => Math.round((seconds * packets.timeBase.den) / packets.timeBase.num);
  const cuts = [packets.firstPts];
  let wanted = packets.firstPts + ticks(SEGMENT_SECONDS);
  for (let index = firstIndexFrom(packets, wanted); index < packets.count; index++) {
    const pts = packets.pts[index] ?? 0;
    const isLate = pts >= wanted + ticks(LONGEST_SEGMENT_SECONDS - SEGMENT_SECONDS);
    if (pts < wanted || (packets.key[index] !== 1 && !isLate)) continue;
    cuts.push(pts);
    wanted = pts + ticks(SEGMENT_SECONDS);
  }
  const last = packets.pts[packets.count - 1] ?? packets.firstPts;
  const endPts = Math.max(packets.firstPts + ticks(packets.durationSeconds), last + 1);
  return cuts.map((fromPts, index) => ({
    index,
    fromPts,
    toPts: cuts[index + 1] ?? endPts,
    runUpFromPts: index === 0 ? fromPts : Math.max(packets.firstPts, fromPts - ticks(RUN_UP_SECONDS)),
  }));
}
