import { setImmediate as breathe } from 'node:timers/promises';
import type { Box, Detection } from '../types.ts';
import { type BackgroundModel, modelBackground, rangeAround } from './background.ts';
import { type Blob, type Edges, findBlobs } from './blobs.ts';
import { mendGhosts } from './ghosts.ts';
import { fitLight, type LightFit, lightTable, SAME_LIGHT } from './light.ts';
import { type MaskSpace, maskOf, maskSpace, STILL } from './mask.ts';
import type { PlaneFrame } from './planes.ts';
import { edgePoints, FURTHEST_SHIFT, findShift, type Shift, shifted } from './shake.ts';
import { isNoisy, smoothed } from './smooth.ts';

/** What the background model says of the frames of a segment. */
export interface Movers {
  /** Moving objects a frame, boxes in original pixels, class `object`; undefined where nothing could be said. */
  readonly frames: readonly (readonly Detection[] | undefined)[];
  /** Why nothing could be said, where that is so. */
  readonly blindness: Blindness;
}

/**
 * `camera-moves`: it pans, is carried or jumps, so that nothing stands still to compare with; `picture-changes`: single frames that
 * hardly look like the others; `too-few-frames`: fewer than tell what stands still.
 */
export type Blindness = 'camera-moves' | 'picture-changes' | 'too-few-frames';

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
const BREATHE_EVERY = 8;
/** The first background only aligns light and place; the second one is compared with. */
const ROUGH_SAMPLES = 24;

/**
 * Finds what moves before a camera that stands still, from all frames of a segment at once. Frames of another light (a lamp, a jump of
 * the exposure that no gain explains) have a background of their own. Pure: the same frames give the same boxes. Gives the event loop a
 * turn now and then.
 */
export async function findMovers(frames: readonly PlaneFrame[]): Promise<Movers> {
  const found: (readonly Detection[] | undefined)[] = frames.map(() => undefined);
  const cuts = stretchesOf(frames);
  if (frames.length < FEWEST_FRAMES) return { blindness: 'too-few-frames', frames: found };
  if (cuts.length > 2 + 0.15 * frames.length) return { blindness: 'camera-moves', frames: found };
  let restless = 0;
  for (const [number, from] of cuts.entries()) {
    const stretch = frames.slice(from, cuts[number + 1] ?? frames.length);
    for (const [index, looked] of (await lookAt(stretch)).entries()) {
      found[from + index] = looked.objects;
      if (looked.isRestless) restless += 1;
    }
  }
  if (restless > RESTLESS_FRAMES * frames.length)
    return { blindness: 'camera-moves', frames: frames.map(() => undefined) };
  return { blindness: 'picture-changes', frames: found };
}

/** First frames of the stretches of one light; none shorter than the frames that a background needs. */
function stretchesOf(frames: readonly PlaneFrame[]): readonly number[] {
  const steps = frames.map((now, index) => {
    const before = frames[index - 1];
    return before === undefined ? 1 : fitLight(now.luma, before.luma).explained;
  });
  const starts = [0];
  for (const [index, step] of steps.entries()) {
    const isJump = step < SAME_CALM && (steps[index - 1] ?? 1) > CALM && (steps[index + 1] ?? 1) > CALM;
    if (step < SAME_STRETCH || isJump) starts.push(index);
  }
  const kept: number[] = [];
  for (const [index, start] of starts.entries()) {
    const end = starts[index + 1] ?? frames.length;
    // Too short to tell what stands still: looked at with the stretch before it, or the one after it at the very start.
    if (kept.length === 0 || end - start >= FEWEST_FRAMES) kept.push(kept.length === 0 ? 0 : start);
  }
  return kept;
}

interface Looked {
  readonly objects: readonly Detection[] | undefined;
  readonly isRestless: boolean;
}

async function lookAt(sharp: readonly PlaneFrame[]): Promise<readonly Looked[]> {
  const first = sharp[0];
  if (first === undefined || sharp.length < FEWEST_FRAMES) {
    return sharp.map(() => ({ objects: undefined, isRestless: false }));
  }
  const space = maskSpace(first.luma.length);
  const stretch = isNoisy(sharp) ? sharp.map(smoothed) : sharp;
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
  const shaken = shifts.filter(({ x, y }) => x !== 0 || y !== 0).length > SHAKEN_SHARE * shifts.length;
  const tremble = shaken ? 255 : undefined;
  if (shaken) rangeAround(background, tremble);
  mendGhosts(background, aligned, finer, space, tremble);
  const looked: Looked[] = [];
  for (const [index, frame] of aligned.entries()) {
    if (index % BREATHE_EVERY === 0) await breathe();
    looked.push(lookOnce(frame, shifts[index] ?? { x: 0, y: 0 }, finer[index] ?? SAME_LIGHT, background, space));
  }
  return looked;
}

function lookOnce(
  frame: PlaneFrame,
  shift: Shift,
  light: LightFit,
  background: BackgroundModel,
  space: MaskSpace,
): Looked {
  const mask = maskOf(frame, background, light, space);
  let moving = 0;
  for (let at = 0; at < mask.length; at += 1) if (mask[at] !== STILL) moving += 1;
  const share = moving / mask.length;
  const atLimit = Math.max(Math.abs(shift.x), Math.abs(shift.y)) >= FURTHEST_SHIFT;
  const isRestless = share > RESTLESS_SHARE || atLimit;
  if (light.explained < JUDGED || share > MOST_MOVING) return { objects: undefined, isRestless };
  const { blobs } = findBlobs(mask, frame.widthPx, frame.heightPx);
  return { objects: blobs.map((blob) => toDetection(blob, frame, shift)), isRestless };
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
