import type { Box } from '../analysis/types.ts';
import type { PictureSize } from './mask.ts';

/** RGB24 rows without padding. */
export interface RgbPicture extends PictureSize {
  readonly rgb: Uint8Array;
}

export interface Rgb {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

/** Overwrites a region given in whole pixels; what lies outside the picture is left out. */
export function fillBox(picture: RgbPicture, box: Box, colour: Rgb): void {
  const left = Math.max(0, box.left);
  const right = Math.min(picture.widthPx, box.left + box.width);
  const bottom = Math.min(picture.heightPx, box.top + box.height);
  for (let y = Math.max(0, box.top); y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) {
      const at = (y * picture.widthPx + x) * 3;
      picture.rgb[at] = colour.red;
      picture.rgb[at + 1] = colour.green;
      picture.rgb[at + 2] = colour.blue;
    }
  }
}

/** A frame around the box, outside of it, so that not one pixel of the object is drawn over. */
export function outlineBox(picture: RgbPicture, box: Box, thicknessPx: number, colour: Rgb): void {
  const { left, top, right, bottom } = outwards(box);
  const width = right - left + 2 * thicknessPx;
  fillBox(picture, { left: left - thicknessPx, top: top - thicknessPx, width, height: thicknessPx }, colour);
  fillBox(picture, { left: left - thicknessPx, top: bottom, width, height: thicknessPx }, colour);
  fillBox(picture, { left: left - thicknessPx, top, width: thicknessPx, height: bottom - top }, colour);
  fillBox(picture, { left: right, top, width: thicknessPx, height: bottom - top }, colour);
}

/** Whole pixels that contain the box. */
export const outwards = (box: Box): { left: number; top: number; right: number; bottom: number } => ({
  left: Math.floor(box.left),
  top: Math.floor(box.top),
  right: Math.ceil(box.left + box.width),
  bottom: Math.ceil(box.top + box.height),
});

/** Thickness of an outline that can be seen and hides little. */
export const outlineThickness = (picture: PictureSize): number => Math.max(2, Math.round(picture.heightPx / 360));
