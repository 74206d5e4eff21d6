import { classId } from '../vocabulary.ts';
import { between } from './boxes.ts';
import type { PacketList } from './packets.ts';
import type { AnalysisResult, Track, TrackPoint } from './types.ts';

/**
 * MOTChallenge text of a result: `frame,id,left,top,width,height,confidence,class,visibility`, a line a box, frames from 1 in
 * presentation order of the original file, ids from 1 in the order of the result's tracks. Between two analysed frames the box is
 * interpolated by PTS for every frame of the file, with the lower of the two confidences.
 */
export function motText(result: Pick<AnalysisResult, 'tracks'>, packets: Pick<PacketList, 'pts'>): string {
  const lines: { readonly frame: number; readonly text: string }[] = [];
  for (const [index, track] of result.tracks.entries()) {
    const scored = withScores(track);
    for (const [at, point] of scored.entries()) {
      lines.push({ frame: point.frame, text: line(point, index + 1, track) });
      const next = scored[at + 1];
      if (next === undefined) continue;
      for (let frame = point.frame + 1; frame < next.frame; frame++) {
        const pts = packets.pts[frame - 1] ?? point.pts;
        const part = next.pts === point.pts ? 0 : (pts - point.pts) / (next.pts - point.pts);
        const score = Math.min(point.score, next.score);
        lines.push({ frame, text: line({ ...between(point, next, part), frame, score }, index + 1, track) });
      }
    }
  }
  // Stable: within a frame, boxes stand in order of id.
  lines.sort((a, b) => a.frame - b.frame);
  return lines.map(({ text }) => text).join('');
}

/** A place that the tracker bridged has no score of its own; in MOT text it has the track's confidence. */
const withScores = (track: Track): TrackPoint[] =>
  track.points.map((point) => (point.observed ? point : { ...point, score: track.confidence }));

type MotBox = Pick<TrackPoint, 'frame' | 'left' | 'top' | 'width' | 'height' | 'score'>;

function line({ frame, left, top, width, height, score }: MotBox, id: number, track: Track): string {
  const box = [left, top, width, height].map((value) => trimmed(value, 2)).join(',');
  return `${frame},${id},${box},${trimmed(score, 4)},${classId(track.class)},1\n`;
}

const trimmed = (value: number, decimals: number): string =>
  String(Math.round(value * 10 ** decimals) / 10 ** decimals + 0);
