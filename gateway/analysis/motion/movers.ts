import { setImmediate as breathe } from 'node:timers/promises';
import type { Box, Detection } from '../types.ts';
import { modelBackground, rangeAround } from './background.ts';
import { type Blob, type Edges, findBlobs } from './blobs.ts';
import { movingFrames } from './camera.ts';
import { mendGhosts } from './ghosts.ts';
import { fitLight, type LightFit, lightTable, SAME_LIGHT } from './light.ts';
import { maskOf, maskSpace, thresholdsOf } from './mask.ts';
import type { PlaneFrame } from './planes.ts';
import { edgePoints, FURTHEST_SHIFT, findShift, type Shift, shifted } from './shake.ts';
import { noiseOf, smoothed } from './smooth.ts';

/**
 * Why nothing can be said of a frame. `camera-moves`: nothing stands still to compare with; `picture-changes`: it hardly looks like the
 * others; `picture-noisy`: it changes everywhere from frame to frame, as snow without a signal does; `too-few-frames`: fewer than tell what
 * stands still.
 */
export type Blindness = 'camera-moves' | 'picture-changes' | 'picture-noisy' | 'too-few-frames';

/** Moving objects of a frame, boxes in original pixels, class `object`; or why nothing can be said of it. */
export type Look = readonly Detection[] | Blindness;

const FEWEST_FRAMES = 5;
/** Pixels that a change of light leaves unexplained when it begins another stretch. */
const SAME_STRETCH = 0.55;
/** One that lasts begins another stretch sooner: a lamp lights a part of the picture at once, and all is calm before and after. */
const SAME_CALM = 0.87;
const CALM = 0.95;
const JUDGED = 0.4;
const MOST_MOVING = 0.6;
const RESTLESS_SHARE = 0.3;
const RESTLESS_FRAMES = 0.4;
const SHAKEN_SHARE = 0.15;
/** Deviation of a pixel by noise from which on it is better looked at smoothed, and from which on nothing can be made out. */
const SMOOTHED_NOISE = 3.5;
const BLINDING_NOISE = 16;
const BREATHE_EVERY = 8;
/** The first background only aligns light and place; the second one is compared with. */
const ROUGH_SAMPLES = 24;

/**
 * Finds what moves before a camera that stands still, from all frames of a segment at once; one look a frame. Frames of another light (a
 * lamp, a jump of the exposure that no gain explains) have a background of their own. Pure: the same frames give the same looks. Gives
 * the event loop a turn now and then.
 */
export async function findMovers(frames: readonly PlaneFrame[]): Promise<readonly Look[]> {
  if (frames.length < FEWEST_FRAMES) return frames.map(() => 'too-few-frames');
  if (noiseOf(frames) > BLINDING_NOISE) return frames.map(() => 'picture-noisy');
  const looks: Look[] = [];
  const moves = movingFrames(frames);
  for (let from = 0, to = 0; from < frames.length; from = to) {
    const isMoving = moves[from];
    while (to < frames.length && moves[to] === isMoving) to += 1;
    const part = frames.slice(from, to);
    // A moment's halt between two pans shows too little.
    if (isMoving === true || part.length < FEWEST_FRAMES) looks.push(...part.map(() => 'camera-moves' as const));
    else for (const stretch of stretchesOf(part)) looks.push(...(await lookAt(stretch)));
  }
  return looks;
}

/** Frames of one light each; none fewer than a background needs. */
function stretchesOf(frames: readonly PlaneFrame[]): readonly (readonly PlaneFrame[])[] {
  const steps = frames.map((now, index) => {
    const before = frames[index - 1];
    return before === undefined ? 1 : fitLight(now.luma, before.luma).explained;
  });
  const isStart = (step: number, index: number): boolean =>
    step < SAME_STRETCH || (step < SAME_CALM && (steps[index - 1] ?? 1) > CALM && (steps[index + 1] ?? 1) > CALM);
  const starts = steps.flatMap((step, index) => (isStart(step, index) ? [index] : []));
  const kept = [0];
  for (const [index, start] of starts.entries()) {
    const end = starts[index + 1] ?? frames.length;
    // Too short to tell what stands still: it stays with the stretch before it.
    if (end - start >= FEWEST_FRAMES && start - (kept.at(-1) ?? 0) >= FEWEST_FRAMES) kept.push(start);
  }
  return kept.map((from, index) => frames.slice(from, kept[index + 1] ?? frames.length));
}

async function lookAt(sharp: readonly PlaneFrame[]): Promise<readonly Look[]> {
  const [first] = sharp;
  if (first === undefined) return [];
  const space = maskSpace(first.luma.length);
  const stretch = noiseOf(sharp) > SMOOTHED_NOISE ? sharp.map(smoothed) : sharp;
  const rough = modelBackground(
    stretch,
    stretch.map(() => SAME_LIGHT),
    ROUGH_SAMPLES,
  );
  await breathe();
  const points = edgePoints(rough);
  const aligned: PlaneFrame[] = [];
  const lights: LightFit[] = [];
  const shifts: Shift[] = [];
  for (const frame of stretch) {
    const light = fitLight(frame.luma, rough.luma);
    const shift = findShift(frame, lightTable(light), rough, points);
    shifts.push(shift);
    lights.push(light);
    aligned.push(shifted(frame, shift));
  }
  await breathe();
  const background = modelBackground(aligned, lights);
  await breathe();
  const finer = aligned.map((frame) => fitLight(frame.luma, background.luma));
  // Moved back by whole pixels, a picture that shakes still lies up to half a pixel beside: an edge may then show either side of it.
  const isShaken = shifts.filter(({ x, y }) => x !== 0 || y !== 0).length > SHAKEN_SHARE * shifts.length;
  if (isShaken) rangeAround(background, isShaken);
  mendGhosts(background, aligned, finer, space, isShaken);
  const thresholds = thresholdsOf(background);
  const looks: Look[] = [];
  let restless = 0;
  for (const [index, frame] of aligned.entries()) {
    if (index % BREATHE_EVERY === 0) await breathe();
    const shift = shifts[index] ?? { x: 0, y: 0 };
    const light = finer[index] ?? SAME_LIGHT;
    const { mask, changed } = maskOf(frame, background, thresholds, light, space);
    const share = changed / mask.length;
    if (share > RESTLESS_SHARE || Math.max(Math.abs(shift.x), Math.abs(shift.y)) >= FURTHEST_SHIFT) restless += 1;
    if (light.explained < JUDGED || share > MOST_MOVING) looks.push('picture-changes');
    else {
      const { blobs } = findBlobs(mask, frame.widthPx, frame.heightPx, space);
      looks.push(blobs.map((blob) => toDetection(blob, frame, shift)));
    }
  }
  return restless > RESTLESS_FRAMES * looks.length ? looks.map(() => 'camera-moves') : looks;
}

function toDetection(blob: Blob, frame: PlaneFrame, shift: Shift): Detection {
  const fill = blob.pixels / Math.max(1, (blob.right - blob.left) * (blob.bottom - blob.top));
  return {
    class: 'object',
    // How much of its box moves: a whole thing fills half of it and more, scattered leaves do not.
    score: Math.round(Math.min(0.9, 0.4 + 0.6 * fill) * 1000) / 1000,
    ...toBox(blob, frame, shift),
    ...(blob.parts.length < 2 ? {} : { parts: blob.parts.map((part) => toBox(part, frame, shift)) }),
  };
}

function toBox(
  { left, top, right, bottom }: Edges,
  { widthPx, heightPx, scaleX, scaleY }: PlaneFrame,
  { x, y }: Shift,
): Box {
  const [from, to] = [clamp(left + x, widthPx), clamp(right + x, widthPx)];
  const [above, below] = [clamp(top + y, heightPx), clamp(bottom + y, heightPx)];
  return {
    left: from * scaleX,
    top: above * scaleY,
    width: Math.max(1, to - from) * scaleX,
    height: Math.max(1, below - above) * scaleY,
  };
}

const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value));
