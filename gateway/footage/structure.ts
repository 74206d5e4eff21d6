import { AppError } from '../errors.ts';

/** What a look at the container's own structure, without any decoder, established. */
export interface Structure {
  /** Picture sizes that headers of video streams claim. */
  readonly pictures: readonly { readonly widthPx: number; readonly heightPx: number }[];
  /** Why the file is not whole: each is a refusal unless the schedule declares it damaged. Codes of ours, never file content. */
  readonly faults: readonly string[];
}

/** No walk looks at more elements than this: a hostile file would otherwise keep us busy with empty boxes. */
export const MAX_ELEMENTS = 10_000_000;

/** More tracks than any recording has. */
const MAX_PICTURES = 10_000;

/** Adds a picture size to those found. Throws E_DEF_CONTAINER at a number of them that no recording has. */
export function addPicture<Picture>(pictures: Picture[], picture: Picture): void {
  if (pictures.length >= MAX_PICTURES)
    throw new AppError('E_DEF_CONTAINER', { detail: 'more tracks than a recording has' });
  pictures.push(picture);
}
