import { iou } from './boxes.ts';
import type { Blindness, Look } from './motion/movers.ts';
import { type PlaneFrame, planesOf } from './motion/planes.ts';
import type { DecodedFrame, Detection } from './types.ts';

/** A detector's boxes of a frame. */
export type Detect = (frame: DecodedFrame) => Promise<readonly Detection[]>;

/** One frame that was decoded, with what a detector says of it where it was asked. */
export interface Glance extends Pick<DecodedFrame, 'ref' | 'timeSeconds'> {
  /** Small planes for the background model, where there is one. */
  readonly planes?: PlaneFrame;
  /** The picture itself, where it is kept for crops and colours. */
  readonly kept?: DecodedFrame;
  /** It stands for the quiet around it. */
  readonly isProbe?: true;
  /** Undefined where no detector was asked. */
  readonly detections: readonly Detection[] | undefined;
  /** The detector was shown what moves and nothing else of the frame. */
  readonly isPartial?: true;
}

export interface SeeOptions {
  readonly detect: Detect | undefined;
  /** Whether the detector is shown a frame; every one when absent. */
  readonly isShown?: (frame: DecodedFrame) => boolean;
  /** Pixels of a plane at most; no planes when undefined. */
  readonly planePixels: number | undefined;
  /** One frame in so many is kept. */
  readonly keptEvery: number;
  /** The frames are key frames and samples of the quiet part. */
  readonly areProbes?: true;
}

// Enough to keep every detector thread busy while the next frames are decoded.
const IN_FLIGHT = 8;

/**
 * Holds whoever asks a detector back while so many answers are under way. They are awaited later: a rejection before that must not end the
 * process.
 */
export function backPressure(): (answer: Promise<unknown>) => Promise<void> {
  const running: Promise<unknown>[] = [];
  return async (answer) => {
    answer.catch(() => {});
    running.push(answer);
    await running[running.length - IN_FLIGHT];
  };
}

/** Takes frames as they are decoded, and shows them to the detector, several at a time; in order. */
export async function see(
  decoded: AsyncIterable<DecodedFrame>,
  { detect, isShown, planePixels, keptEvery, areProbes }: SeeOptions,
  signal: AbortSignal | undefined,
): Promise<readonly Glance[]> {
  const glances: Omit<Glance, 'detections'>[] = [];
  const answers: Promise<readonly Detection[] | undefined>[] = [];
  const pressed = backPressure();
  for await (const frame of decoded) {
    signal?.throwIfAborted();
    const isAsked = detect !== undefined && (isShown === undefined || isShown(frame));
    const answer = isAsked ? detect(frame) : Promise.resolve(undefined);
    glances.push({
      ref: frame.ref,
      timeSeconds: frame.timeSeconds,
      ...(planePixels === undefined ? {} : { planes: planesOf(frame, planePixels) }),
      ...(glances.length % keptEvery === 0 ? { kept: frame } : {}),
      ...(areProbes === true ? { isProbe: true } : {}),
    });
    answers.push(answer);
    await pressed(answer);
  }
  const detections = await Promise.all(answers);
  return glances.map((glance, index) => ({ ...glance, detections: detections[index] }));
}

/** All glances in the order of the frames; a frame that was seen twice counts where a detector saw it. */
export function merged(...lists: readonly (readonly Glance[])[]): readonly Glance[] {
  const byNumber = new Map<number, Glance>();
  for (const glance of lists.flat()) {
    const known = byNumber.get(glance.ref.number);
    if (known === undefined || (known.detections === undefined && glance.detections !== undefined))
      byNumber.set(glance.ref.number, glance);
  }
  return [...byNumber.values()].toSorted((a, b) => a.ref.number - b.ref.number);
}

export const isBlind = (look: Look | undefined): look is Blindness => typeof look === 'string';

/** Mean change of brightness under a box, bytes, below which it shows the same. */
const SAME_PICTURE = 5;

const SAME_BOX = 0.5;

/**
 * What a detector says of every frame: what it was shown, and of the rest the boxes that it gave before, as long as what lies under them is
 * the same: it would say so again. A car that stands for an hour costs a call now and then.
 */
export function carried(glances: readonly Glance[]): readonly (readonly Detection[])[] {
  let source: Glance | undefined;
  return glances.map((glance) => {
    const { detections: fresh, isPartial } = glance;
    if (fresh !== undefined && isPartial !== true) {
      source = glance;
      return fresh;
    }
    const [before, now] = [source?.planes, glance.planes];
    const old = before === undefined || now === undefined ? [] : (source?.detections ?? []);
    const still = old.filter((box) => isSame(before as PlaneFrame, now as PlaneFrame, box));
    if (fresh === undefined) return still;
    const isNew = (box: Detection): boolean => !fresh.some((other) => iou(other, box) >= SAME_BOX);
    source = { ...glance, detections: [...fresh, ...still.filter(isNew)] };
    return source.detections as readonly Detection[];
  });
}

function isSame(before: PlaneFrame, now: PlaneFrame, box: Detection): boolean {
  const { widthPx, heightPx, scaleX, scaleY } = now;
  if (before.widthPx !== widthPx || before.heightPx !== heightPx) return false;
  const left = Math.max(0, Math.floor(box.left / scaleX));
  const right = Math.min(widthPx, Math.ceil((box.left + box.width) / scaleX));
  const top = Math.max(0, Math.floor(box.top / scaleY));
  const bottom = Math.min(heightPx, Math.ceil((box.top + box.height) / scaleY));
  let [sum, count] = [0, 0];
  for (let y = top; y < bottom; y += 1) {
    for (let at = y * widthPx + left, end = y * widthPx + right; at < end; at += 1, count += 1)
      sum += Math.abs((now.luma[at] as number) - (before.luma[at] as number));
  }
  return count > 0 && sum < SAME_PICTURE * count;
}
