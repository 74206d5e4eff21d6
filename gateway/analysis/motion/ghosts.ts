import { spreadOverTime } from '../spread.ts';
import { type BackgroundModel, rangeAround } from './background.ts';
import { findBlobs } from './blobs.ts';
import { type LightFit, lightTable, SAME_LIGHT } from './light.ts';
import { type MaskSpace, maskOf, STILL, type Thresholds, thresholdsOf } from './mask.ts';
import type { PlaneFrame } from './planes.ts';

const MOST_LOOKS = 24;
const LEAST_BORDER = 12;
const GHOST_RATIO = 0.6;
/** Share of a piece's pixels that lie in the range of the background where it is to be seen again. */
const SEEN_AGAIN = 0.7;

/**
 * Takes out of a background what only stood there for long. Where an object is, the frame has an edge around it and the background has
 * none; where the background keeps an object that has left (a ghost), the edge is the background's. The bare ground of the frame is put
 * in its place. What is to be seen both before and after the frame is no ghost, whatever its edges: somebody stands before it now, and
 * stripes under him may be the stronger edge. Changes `background`.
 */
export function mendGhosts(
  background: BackgroundModel,
  frames: readonly PlaneFrame[],
  lights: readonly LightFit[],
  space: MaskSpace,
  isShaken: boolean,
): void {
  let thresholds = thresholdsOf(background);
  const looks = spreadOverTime(frames, MOST_LOOKS).map((index) => ({
    frame: frames[index] as PlaneFrame,
    table: lightTable(lights[index] ?? SAME_LIGHT),
    light: lights[index] ?? SAME_LIGHT,
  }));
  for (const [place, look] of looks.entries()) {
    const isSeen = (pixels: readonly number[]): boolean => {
      const shows = ({ frame, table }: Look): boolean =>
        shareStill(pixels, frame.luma, table, thresholds) >= SEEN_AGAIN;
      return looks.slice(0, place).some(shows) && looks.slice(place + 1).some(shows);
    };
    if (!mendBy(look, background, thresholds, space, isSeen)) continue;
    rangeAround(background, isShaken);
    thresholds = thresholdsOf(background);
  }
}

/** One of the frames that are searched for ghosts, under the light of the background. */
interface Look {
  readonly frame: PlaneFrame;
  readonly table: Uint8ClampedArray;
  readonly light: LightFit;
}

/** Share of the pixels that a frame has as the background does. */
function shareStill(
  pixels: readonly number[],
  luma: Uint8Array,
  table: Uint8ClampedArray,
  { under, above }: Thresholds,
): number {
  const still = pixels.filter((at) => {
    const bright = table[luma[at] as number] as number;
    return bright < (above[at] as number) && bright > (under[at] as number);
  });
  return still.length / pixels.length;
}

/** Whether anything was mended. */
function mendBy(
  { frame, light, table }: Look,
  background: BackgroundModel,
  thresholds: Thresholds,
  space: MaskSpace,
  isSeenAgain: (pixels: readonly number[]) => boolean,
): boolean {
  const { widthPx: width, heightPx: height } = frame;
  const { mask } = maskOf(frame, background, thresholds, light, space);
  const { labels, blobs } = findBlobs(mask, width, height, space);
  let mended = false;
  for (const blob of blobs) {
    const own = new Set(blob.labels);
    const [left, top] = [Math.max(1, blob.left - 1), Math.max(1, blob.top - 1)];
    const [right, bottom] = [Math.min(width - 1, blob.right + 1), Math.min(height - 1, blob.bottom + 1)];
    let [border, here, there] = [0, 0, 0];
    for (let y = top; y < bottom; y += 1) {
      for (let x = left; x < right; x += 1) {
        const at = y * width + x;
        if (!own.has(labels[at] as number)) continue;
        for (const step of [-1, 1, -width, width]) {
          const beside = at + step;
          if (mask[beside] !== STILL) continue;
          border += 1;
          here += Math.abs(
            (table[frame.luma[at] as number] as number) - (table[frame.luma[beside] as number] as number),
          );
          there += Math.abs((background.luma[at] as number) - (background.luma[beside] as number));
        }
      }
    }
    if (border < LEAST_BORDER || here > GHOST_RATIO * there) continue;
    const pixels: number[] = [];
    for (let y = Math.max(0, blob.top - 1); y < Math.min(height, blob.bottom + 1); y += 1) {
      for (let x = Math.max(0, blob.left - 1); x < Math.min(width, blob.right + 1); x += 1) {
        if (own.has(labels[y * width + x] as number)) pixels.push(y * width + x);
      }
    }
    if (isSeenAgain(pixels)) continue;
    for (const at of pixels) {
      background.luma[at] = table[frame.luma[at] as number] as number;
      background.blue[at] = frame.blue[at] as number;
      background.red[at] = frame.red[at] as number;
      background.second[at] = 0;
    }
    mended = true;
  }
  return mended;
}
