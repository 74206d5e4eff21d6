import type { Bystander } from '../analysis/types.ts';
import { AppError } from '../errors.ts';
import type { Exhibit, Timeline } from '../footage/types.ts';
import { mediaSeconds, ownPts } from '../packet-times.ts';
import type { Hit } from '../search/types.ts';

/** Part of the exhibit that a clip shows, media seconds from the first frame. */
export interface ClipCut {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** How media seconds are said to ffmpeg: by the packets' own times where they serve, else by counting frames. */
export interface MediaTime {
  /** The first filter: lets the frames of the cut through. */
  trim(cut: ClipCut): string;
  /** Timeline expression that is true on every frame that may lie in the span. */
  during(span: ClipCut, cut: ClipCut): string;
  /** Expression of `setpts` for times that do not fall where the file's clock restarts within the cut. */
  unbroken(cut: ClipCut): string;
  /**
   * Where frames are counted: own PTS of the analysed frames in the cut, by place in the clip from 0, undefined where the file has none.
   * What is counted must be checked; undefined where nothing is counted.
   */
  counted(cut: ClipCut): ReadonlyMap<number, number | undefined> | undefined;
}

const BEFORE_SECONDS = 3;
const AFTER_SECONDS = 3;
const LONGEST_SECONDS = 60;
/** Times are rounded on their way through ffmpeg; a mask that begins 2 ms early hides nothing more. */
const SLACK_SECONDS = 0.002;

/**
 * Three seconds before the hit to three after it, inside the window of the requisition that holds the shown frame, and at most a
 * minute around that frame. E_REQ_SCOPE when no window holds it.
 */
export function clipCut(
  exhibit: Pick<Exhibit, 'windows' | 'timeline'>,
  hit: Pick<Hit, 'mediaFromSeconds' | 'mediaToSeconds' | 'best'>,
): ClipCut {
  const at = hit.best.timeSeconds;
  const window = exhibit.windows.find(({ fromSeconds, toSeconds }) => fromSeconds <= at && at <= toSeconds);
  if (window === undefined) throw new AppError('E_REQ_SCOPE', { detail: 'the hit is outside every window' });
  const half = LONGEST_SECONDS / 2;
  return {
    fromSeconds: Math.max(0, window.fromSeconds, hit.mediaFromSeconds - BEFORE_SECONDS, at - half),
    toSeconds: Math.min(
      exhibit.timeline.durationSeconds,
      window.toSeconds,
      hit.mediaToSeconds + AFTER_SECONDS,
      at + half,
    ),
  };
}

export const mediaTime = (timeline: Timeline, tracks: readonly Bystander[]): MediaTime =>
  timeline.addressing === 'pts' ? packetTime(timeline) : frameTime(timeline, tracks);

/** Ticks of a media time, on the file's own clock. */
export const ticksOf = (timeline: Timeline, seconds: number): number =>
  timeline.firstPts + (seconds * timeline.timeBase.den) / timeline.timeBase.num;

function packetTime(timeline: Timeline): MediaTime {
  const zeroSeconds = (timeline.firstPts * timeline.timeBase.num) / timeline.timeBase.den;
  return {
    trim(cut) {
      const start = Math.ceil(ticksOf(timeline, cut.fromSeconds) - 1e-6);
      const end = Math.floor(ticksOf(timeline, cut.toSeconds) + 1e-6) + 1;
      return `trim=start_pts=${start}:end_pts=${end}`;
    },
    during(span) {
      const from = zeroSeconds + span.fromSeconds - SLACK_SECONDS;
      const to = zeroSeconds + span.toSeconds + SLACK_SECONDS;
      return `between(t,${from.toFixed(6)},${to.toFixed(6)})`;
    },
    unbroken: () => 'PTS',
    counted: () => undefined,
  };
}

// Where times do not come from PTS, or run anew, the decoder's own times differ from ours, so frames are counted from the start of the
// file. Analysed points know both their number and their time; between two of them the numbers are in proportion.
function frameTime(timeline: Timeline, tracks: readonly Bystander[]): MediaTime {
  const anchors = new Map<number, number>([
    [1, 0],
    [timeline.frameCount, mediaSeconds(timeline, timeline.lastPts)],
  ]);
  for (const { frame, pts } of timeline.restarts) anchors.set(frame, mediaSeconds(timeline, pts));
  for (const track of tracks) for (const point of track.points) anchors.set(point.frame, point.timeSeconds);
  const sorted = [...anchors].map(([frame, seconds]) => ({ frame, seconds })).sort((a, b) => a.frame - b.frame);

  function frameAt(seconds: number): number {
    const after = sorted.findIndex((anchor) => anchor.seconds >= seconds);
    const to = sorted[after < 0 ? sorted.length - 1 : after] ?? { frame: 1, seconds: 0 };
    const from = sorted[Math.max(0, (after < 0 ? sorted.length : after) - 1)] ?? to;
    const span = to.seconds - from.seconds;
    return span <= 0 ? to.frame : from.frame + ((to.frame - from.frame) * (seconds - from.seconds)) / span;
  }
  const firstOf = (seconds: number): number => Math.max(1, Math.floor(frameAt(seconds) + 1e-6));
  const lastOf = (seconds: number): number => Math.ceil(frameAt(seconds) - 1e-6);
  return {
    trim: (cut) => `trim=start_frame=${firstOf(cut.fromSeconds) - 1}:end_frame=${lastOf(cut.toSeconds)}`,
    during: (span, cut) => {
      const first = firstOf(cut.fromSeconds);
      return `between(n,${Math.max(0, firstOf(span.fromSeconds) - first)},${lastOf(span.toSeconds) - first})`;
    },
    unbroken(cut) {
      const first = firstOf(cut.fromSeconds);
      let shiftTicks = timeline.restarts.findLast(({ frame }) => frame <= first)?.shiftTicks ?? 0;
      const steps = timeline.restarts.flatMap((restart) => {
        if (restart.frame <= first || restart.frame > lastOf(cut.toSeconds)) return [];
        const added = restart.shiftTicks - shiftTicks;
        shiftTicks = restart.shiftTicks;
        return [`+(${added})*gte(N\\,${restart.frame - first})`];
      });
      return `PTS${steps.join('')}`;
    },
    counted(cut) {
      const first = firstOf(cut.fromSeconds);
      const last = lastOf(cut.toSeconds);
      const inside = tracks.flatMap(({ points }) => points).filter(({ frame }) => frame >= first && frame <= last);
      return new Map(inside.map(({ frame, pts }) => [frame - first, ownPts(timeline, { number: frame, pts })]));
    },
  };
}
