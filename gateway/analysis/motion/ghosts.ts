import { spreadOverTime } from '../spread.ts';
import { type BackgroundModel, rangeAround } from './background.ts';
import { findBlobs } from './blobs.ts';
import { type LightFit, lightTable } from './light.ts';
import { type MaskSpace, maskOf, STILL, type Thresholds, thresholdsOf } from './mask.ts';
import type { PlaneFrame } from './planes.ts';

const MOST_LOOKS = 24;
const LEAST_BORDER = 12;
const GHOST_RATIO = 0.6;

/**
 * Takes out of a background what only stood there for long. Where an object is, the frame has an edge around it and the background has
 * none; where the background keeps an object that has left (a ghost), the edge is the background's. The bare ground of the frame is put
 * in its place. Changes `background`.
 */
export function mendGhosts(
  background: BackgroundModel,
  frames: readonly PlaneFrame[],
  lights: readonly LightFit[],
  space: MaskSpace,
  isShaken: boolean,
): void {
  let thresholds = thresholdsOf(background);
  for (const index of spreadOverTime(frames, MOST_LOOKS)) {
    const [frame, light] = [frames[index], lights[index]];
    if (frame === undefined || light === undefined || !mendBy(frame, light, background, thresholds, space)) continue;
    rangeAround(background, isShaken);
    thresholds = thresholdsOf(background);
  }
}

/** Whether anything was mended. */
function mendBy(
  frame: PlaneFrame,
  light: LightFit,
  background: BackgroundModel,
  thresholds: Thresholds,
  space: MaskSpace,
): boolean {
  const { widthPx: width, heightPx: height } = frame;
  const { mask } = maskOf(frame, background, thresholds, light, space);
  const { labels, blobs } = findBlobs(mask, width, height, space);
  const table = lightTable(light);
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
    for (let y = Math.max(0, blob.top - 1); y < Math.min(height, blob.bottom + 1); y += 1) {
      for (let x = Math.max(0, blob.left - 1); x < Math.min(width, blob.right + 1); x += 1) {
        const at = y * width + x;
        if (!own.has(labels[at] as number)) continue;
        background.luma[at] = table[frame.luma[at] as number] as number;
        background.blue[at] = frame.blue[at] as number;
        background.red[at] = frame.red[at] as number;
        background.second[at] = 0;
      }
    }
    mended = true;
  }
  return mended;
}
