import sharp from 'sharp';
import type { AnalysisResult, Box, Bystander, Track } from '../analysis/types.ts';
import { AppError } from '../errors.ts';
import type { Exhibit } from '../footage/types.ts';
import { pictureAt } from '../media.ts';
import { ownPts } from '../packet-times.ts';
import type { Requisition } from '../requisition/types.ts';
import type { Hit } from '../search/types.ts';
import { keyAtOrBefore } from './key-frames.ts';
import { maskAt, type PictureSize } from './mask.ts';
import { fillBox, outlineBox, outlineThickness, type RgbPicture } from './pixels.ts';
import type { Still } from './types.ts';

export const STILL_SIZES = ['thumb', 'full'] as const;
export type StillSize = (typeof STILL_SIZES)[number];

export interface StillOrder {
  /** Decrypted scratch copy of the exhibit. */
  readonly sourcePath: string;
  readonly exhibit: Exhibit;
  readonly result: AnalysisResult;
  /** Masked like the tracks of the result. */
  readonly bystanders: readonly Bystander[];
  readonly best: Hit['best'];
  readonly size: StillSize;
  readonly keyFrames: readonly number[];
  /** Whether the matched object is left uncovered; whoever else covers it still does. */
  readonly isRevealed?: boolean;
}

const MASK = { red: 0, green: 0, blue: 0 };
const OUTLINE = { red: 255, green: 214, blue: 0 };
export const THUMB_WIDTH_PX = 320;

/**
 * The analysed frame itself (nothing estimated) with every person's head region and every vehicle's plate region
 * covered, whoever they are, and the hit's box outlined. E_MEDIA_DECODE when the frame cannot be had exactly.
 */
export async function makeStill(requisition: Requisition, order: StillOrder, signal?: AbortSignal): Promise<Still> {
  const { exhibit, best, result } = order;
  if (exhibit.caseId !== requisition.caseId) throw new AppError('E_PRO_SILO');
  const { timeline } = exhibit;
  const keyPts = keyAtOrBefore(order.keyFrames, best.pts);
  const own = ownPts(timeline, { number: best.frame, pts: best.pts });
  const picture = await pictureAt(
    {
      path: order.sourcePath,
      demuxer: timeline.container,
      decoder: timeline.codec,
      widthPx: result.picture.widthPx,
      heightPx: result.picture.heightPx,
      timeBase: timeline.timeBase,
      addressing: timeline.addressing,
      frame: best.frame,
      ownPts: own,
      ...(keyPts === undefined ? {} : { keyPts }),
    },
    signal,
  );
  if (own !== undefined && picture.pts !== own)
    throw new AppError('E_MEDIA_DECODE', { detail: 'another frame than the analysed one' });
  redact(picture, order);
  const jpeg = await encode(picture, order);
  return { ...jpeg, arguments: picture.arguments };
}

function redact(picture: RgbPicture, order: StillOrder): void {
  const { tracks } = order.result;
  const covered = order.isRevealed === true ? tracks.filter((track) => !isMatched(track, order.best)) : tracks;
  const everyone = [...covered, ...order.bystanders];
  for (const box of maskAt(everyone, order.best.timeSeconds, picture)) fillBox(picture, box, MASK);
  outlineBox(picture, order.best.box, outlineThickness(picture), OUTLINE);
}

/** By its box on the analysed frame and not by a number: what stands elsewhere in a list must not be uncovered. */
function isMatched({ points }: Pick<Track, 'points'>, { frame, box }: Hit['best']): boolean {
  return points.some(
    (point) =>
      point.frame === frame &&
      point.left === box.left &&
      point.top === box.top &&
      point.width === box.width &&
      point.height === box.height,
  );
}

async function encode(picture: RgbPicture, order: StillOrder): Promise<Omit<Still, 'arguments'>> {
  const { widthPx: width, heightPx: height } = picture;
  // sharp writes no metadata unless it is asked to: neither time, place nor software is added to the picture.
  const image = sharp(picture.rgb, { raw: { width, height, channels: 3 } });
  const cut = order.size === 'full' ? image : image.extract(cropAround(order.best.box, picture)).resize(THUMB_WIDTH_PX);
  const { data, info } = await cut.jpeg({ quality: 85 }).toBuffer({ resolveWithObject: true });
  return { jpeg: data, widthPx: info.width, heightPx: info.height };
}

/** The box with its surroundings, 4:3 where the picture allows it, in whole pixels inside the picture. */
export function cropAround(box: Box, picture: PictureSize): Box {
  const wanted = Math.max(96, 1.7 * box.width, (1.7 * box.height * 4) / 3);
  const width = Math.min(picture.widthPx, Math.round(wanted));
  const height = Math.min(picture.heightPx, Math.round((wanted * 3) / 4));
  const place = (centre: number, size: number, whole: number): number =>
    Math.min(Math.max(0, Math.round(centre - size / 2)), whole - size);
  return {
    left: place(box.left + box.width / 2, width, picture.widthPx),
    top: place(box.top + box.height / 2, height, picture.heightPx),
    width,
    height,
  };
}
