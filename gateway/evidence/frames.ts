import sharp from 'sharp';
import { AppError } from '../errors.ts';
import type { Exhibit } from '../footage/types.ts';
import { type DecodeOrder, decodeFrames, isCounted, seekTarget } from '../media.ts';
import { ownPts } from '../packet-times.ts';
import type { Requisition } from '../requisition/types.ts';
import { coarsened, isSharp } from './coarse.ts';
import { keyAtOrBefore } from './key-frames.ts';
import { type MaskedTrack, maskAt, tracksDuring } from './mask.ts';
import { fillBox } from './pixels.ts';
import type { AnalysedExhibit, FrameTable } from './types.ts';

/** Frames that are decoded together: half a second of most recordings, so that stepping starts a decoder once in twelve steps. */
export const GROUP_FRAMES = 12;

/** Number of the first frame of the group that a frame belongs to. */
export const groupOf = (number: number): number => number - ((number - 1) % GROUP_FRAMES);

/** Masked JPEG by frame number; one that does not decode is missing. */
export type FrameGroup = ReadonlyMap<number, Buffer>;

export interface GroupOrder extends Pick<AnalysedExhibit, 'exhibit' | 'result' | 'bystanders'> {
  /** Decrypted scratch copy of the exhibit. */
  readonly sourcePath: string;
  readonly table: FrameTable;
  /** Number of the first frame, from 1; GROUP_FRAMES from there on, or to the end. */
  readonly first: number;
  readonly keyFrames: readonly number[];
}

const MASK = { red: 0, green: 0, blue: 0 };

/**
 * A group of neighbouring frames, each masked as a still is: every person's head region and every vehicle's plate region covered, whoever
 * they are; where the analysis did not look, the whole in blocks (decision 0027). Frames outside the windows of the exhibit are not decoded
 * into pictures.
 */
export async function makeFrames(
  requisition: Requisition,
  order: GroupOrder,
  signal?: AbortSignal,
): Promise<FrameGroup> {
  if (order.exhibit.caseId !== requisition.caseId) throw new AppError('E_PRO_SILO');
  const wanted = wantedFrames(order);
  if (wanted.length === 0) throw new AppError('E_REQ_SCOPE', { detail: 'the frames are outside every window' });
  const base = decodeOrder(order, wanted);
  const seek = seekSeconds(order, wanted);
  const found = await maskedFrames(order, wanted, seek === undefined ? base : { ...base, seekSeconds: seek }, signal);
  // A seek that lands behind what it was to find: read from the start of the file.
  return found.size > 0 || seek === undefined ? found : maskedFrames(order, wanted, base, signal);
}

interface WantedFrame {
  readonly number: number;
  readonly pts: number;
  readonly timeSeconds: number;
}

function wantedFrames({ table, first, exhibit }: GroupOrder): readonly WantedFrame[] {
  const count = Math.min(GROUP_FRAMES, table.count - first + 1);
  return Array.from({ length: Math.max(0, count) }, (_, index): WantedFrame => {
    const pts = table.pts[first - 1 + index] ?? Number.NaN;
    return { number: first + index, pts, timeSeconds: table.secondsOf(pts) };
  }).filter(({ timeSeconds }) => isInWindow(exhibit, timeSeconds));
}

/** Whether the requisition lets the moment be looked at (REQ-07). */
export const isInWindow = ({ windows }: Pick<Exhibit, 'windows'>, timeSeconds: number): boolean =>
  windows.some(({ fromSeconds, toSeconds }) => fromSeconds <= timeSeconds && timeSeconds <= toSeconds);

function decodeOrder({ sourcePath, exhibit, result }: GroupOrder, wanted: readonly WantedFrame[]): DecodeOrder {
  const { timeline } = exhibit;
  const [first, last] = [wanted[0] as WantedFrame, wanted.at(-1) as WantedFrame];
  return {
    path: sourcePath,
    demuxer: timeline.container,
    decoder: timeline.codec,
    widthPx: result.picture.widthPx,
    heightPx: result.picture.heightPx,
    pixelFormat: 'rgb24',
    ...(timeline.addressing === 'number'
      ? { untilFrame: last.number, selectExpression: `between(n,${first.number - 1},${last.number - 1})` }
      : { untilPts: last.pts + 1, selectExpression: `between(pts,${first.pts},${last.pts})` }),
  };
}

function seekSeconds({ exhibit, keyFrames }: GroupOrder, wanted: readonly WantedFrame[]): number | undefined {
  const { timeline } = exhibit;
  const key = keyAtOrBefore(keyFrames, wanted[0]?.pts ?? 0);
  return timeline.addressing !== 'pts' || key === undefined
    ? undefined
    : seekTarget(key, timeline.timeBase, timeline.container);
}

async function maskedFrames(
  order: GroupOrder,
  wanted: readonly WantedFrame[],
  decode: DecodeOrder,
  signal: AbortSignal | undefined,
): Promise<FrameGroup> {
  const { result, bystanders } = order;
  const { timeline } = order.exhibit;
  const span = { fromSeconds: wanted[0]?.timeSeconds ?? 0, toSeconds: wanted.at(-1)?.timeSeconds ?? 0 };
  const near = tracksDuring([...result.tracks, ...bystanders], span);
  const group = new Map<number, Buffer>();
  let place = wanted[0]?.number ?? 1;
  const byPts = new Map(wanted.map((each) => [each.pts, each]));
  const byNumber = new Map(wanted.map((each) => [each.number, each]));
  for await (const frame of decodeFrames(decode, signal).frames) {
    // Each frame is known by what the decoder said of it, and by its place where the file has no times.
    const meant = timeline.addressing === 'pts' ? byPts.get(frame.pts) : byNumber.get(place++);
    // Between two windows nobody may look; frames there are decoded on the way and dropped.
    if (meant === undefined) continue;
    if (timeline.addressing === 'number' && !isCounted(frame, ownPts(timeline, meant)))
      throw new AppError('E_MEDIA_DECODE', { detail: 'other frames than those asked for' });
    group.set(meant.number, await maskedJpeg(order, near, meant, frame.bytes));
  }
  return group;
}

async function maskedJpeg(
  { result }: Pick<GroupOrder, 'result'>,
  tracks: readonly MaskedTrack[],
  frame: WantedFrame,
  rgb: Uint8Array,
): Promise<Buffer> {
  const { widthPx, heightPx } = result.picture;
  const picture = { widthPx, heightPx, rgb };
  for (const box of maskAt(tracks, frame.timeSeconds, picture)) fillBox(picture, box, MASK);
  const shown = isSharp(result.ledger, tracks, frame) ? picture : await coarsened(picture);
  // As in still.ts: no metadata.
  return sharp(shown.rgb, { raw: { width: widthPx, height: heightPx, channels: 3 } })
    .jpeg({ quality: 85 })
    .toBuffer();
}
