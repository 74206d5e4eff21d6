import type { AnalysisResult, Box, Bystander, Track } from '../analysis/types.ts';
import { timedFilters } from '../media.ts';
import type { ClipCut, MediaTime } from './clip-time.ts';
import { blockPx, coarseSpans } from './coarse.ts';
import { type MaskSpan, maskSpans, tracksDuring } from './mask.ts';
import { outlineThickness, outwards } from './pixels.ts';

const MASK_COLOUR = 'black';
const OUTLINE_COLOUR = '0xFFD600';
/** The outline jumps from one analysed place to the next, at most this often: nothing between them is claimed. */
const OUTLINE_STEP_SECONDS = 0.2;

export interface ClipScene {
  readonly result: AnalysisResult;
  readonly bystanders: readonly Bystander[];
  /** The track whose box is outlined. */
  readonly track: Track | undefined;
  readonly cut: ClipCut;
  readonly time: MediaTime;
}

/**
 * The filters of a clip: cut, size of the analysed picture, masks of everyone, blocks where nobody looked, outline of the hit, even
 * size for yuv420p, times from zero. Given to ffmpeg as a file, because thousands of masks are longer than an argument may be.
 */
export function clipFilter(scene: ClipScene): string {
  const { result, cut, time } = scene;
  const { widthPx, heightPx } = result.picture;
  const near = tracksDuring([...result.tracks, ...scene.bystanders], cut);
  const masks = maskSpans(near, cut.fromSeconds, cut.toSeconds, result.picture);
  // Each frame tells its own time, by which the counted ones are checked.
  return timedFilters(
    [time.trim(cut)],
    [
      // Boxes are in pixels of the analysed picture; a stream that changes its size on the way is brought back to it first.
      `scale=${widthPx}:${heightPx}`,
      ...masks.map((span) => maskFilter(span, time, cut)),
      ...blocks(scene),
      ...outlines(scene),
      'pad=ceil(iw/2)*2:ceil(ih/2)*2',
      `setpts=${time.unbroken(cut)}-STARTPTS`,
    ],
  );
}

/** What the analysis did not look at. */
function blocks({ result, cut, time }: ClipScene): string[] {
  const spans = coarseSpans(result.ledger, cut);
  const side = blockPx(result.picture);
  return spans.map((span) => `pixelize=w=${side}:h=${side}:enable='${time.during(span, cut)}'`);
}

const maskFilter = (span: MaskSpan, time: MediaTime, cut: ClipCut): string =>
  drawBox(span, 'fill', MASK_COLOUR, time.during(span, cut));

function drawBox(box: Box, thickness: number | 'fill', colour: string, enable: string): string {
  const { left, top, width, height } = box;
  return `drawbox=x=${left}:y=${top}:w=${width}:h=${height}:color=${colour}:t=${thickness}:enable='${enable}'`;
}

function outlines(scene: ClipScene): string[] {
  const { track, cut, time, result } = scene;
  const near = (track?.points ?? []).filter(
    (point) => point.timeSeconds >= cut.fromSeconds - 1 && point.timeSeconds <= cut.toSeconds + 1,
  );
  const shown = near.filter((point, index) => {
    const step = Math.floor(point.timeSeconds / OUTLINE_STEP_SECONDS + 1e-6);
    const before = near[index - 1];
    return before === undefined || step !== Math.floor(before.timeSeconds / OUTLINE_STEP_SECONDS + 1e-6);
  });
  const thickness = outlineThickness(result.picture);
  return shown.map((point, index) => {
    const { left, top, right, bottom } = outwards(point);
    const box = {
      left: left - thickness,
      top: top - thickness,
      width: right - left + 2 * thickness,
      height: bottom - top + 2 * thickness,
    };
    const span = {
      fromSeconds: halfWay(shown[index - 1]?.timeSeconds, point.timeSeconds),
      toSeconds: halfWay(shown[index + 1]?.timeSeconds, point.timeSeconds),
    };
    return drawBox(box, thickness, OUTLINE_COLOUR, time.during(span, cut));
  });
}

// Between two shown places the outline changes half way; at the ends of the track it is on the analysed frame and no longer.
const halfWay = (other: number | undefined, own: number): number => (other === undefined ? own : (other + own) / 2);
