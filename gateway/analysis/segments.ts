import { firstIndexFrom, type PacketList } from './packets.ts';
import type { Segment } from './types.ts';

export const SEGMENT_SECONDS = 60;
export const RUN_UP_SECONDS = 10;

/**
 * Cuts an exhibit at the first key frame after each 60 s of media time since the cut before. A file with no later key frame is one
 * segment.
 */
export function cutSegments(packets: PacketList): Segment[] {
  const ticks = (seconds: number): number => Math.round((seconds * packets.timeBase.den) / packets.timeBase.num);
  const cuts = [packets.firstPts];
  let wanted = packets.firstPts + ticks(SEGMENT_SECONDS);
  for (let index = firstIndexFrom(packets, wanted); index < packets.count; index++) {
    const pts = packets.pts[index] ?? 0;
    if (packets.key[index] !== 1 || pts < wanted) continue;
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
