import type { Hit } from '../../api/types.ts';

/** What a question for the colour would find at its default share; of a person the parts say more than the whole. */
const SHOWN_SHARE = 0.2;

/** Colours of a hit in words, each with its share of the object; the parts of a person apart. */
export function colourWords(hit: Pick<Hit, 'colours'>, nameOf: (name: string) => string): string {
  const shares = hit.colours.filter(({ share }) => share >= SHOWN_SHARE);
  const ofParts = shares.filter(({ part }) => part !== 'whole');
  return (ofParts.length > 0 ? ofParts : shares)
    .map(
      ({ colour, part, share }) => `${nameOf(colour)}${part === 'whole' ? '' : ` (${nameOf(part)})`} ${percent(share)}`,
    )
    .join(', ');
}

export const percent = (share: number): string => `${Math.round(share * 100)} %`;
