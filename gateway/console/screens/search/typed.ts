import { CLASSES, COLOURS } from '../../parts/vocabulary.ts';
import { type Filters, facetOf, withFacet } from './filters.ts';

const KEYS: Readonly<Record<string, 'class' | 'colour' | 'confidence'>> = {
  objet: 'class',
  object: 'class',
  class: 'class',
  classe: 'class',
  couleur: 'colour',
  colour: 'colour',
  color: 'colour',
  confiance: 'confidence',
  confidence: 'confidence',
};

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

interface Known {
  readonly classes: readonly string[];
  readonly colours: readonly string[];
  nameOf(name: string): string;
}

/** Filters with what was typed as `key:value`, the same as if it had been clicked; undefined when it is unknown or not covered. */
export function withTyped(filters: Filters, text: string, known: Known): Filters | undefined {
  let result = filters;
  for (const word of text.trim().split(/\s+/)) {
    const [key = '', value = ''] = word.split(':');
    const names = (list: readonly string[]) =>
      list.find((name) => plain(name) === plain(value) || plain(known.nameOf(name)) === plain(value));
    const kind = KEYS[plain(key)];
    const name = CLASSES.find((each) => each === names(known.classes));
    const colour = COLOURS.find((each) => each === names(known.colours));
    const percent = Number(value.replace('%', ''));
    if (kind === 'class' && name !== undefined) {
      const before = facetOf(result, 'classes')?.classes ?? [];
      result = withFacet(result, { kind: 'classes', classes: [...new Set([...before, name])] });
    } else if (kind === 'colour' && colour !== undefined) {
      const before = facetOf(result, 'colours')?.colours ?? [];
      const others = before.filter((each) => each.colour !== colour);
      result = withFacet(result, { kind: 'colours', colours: [...others, { colour }] });
    } else if (kind === 'confidence' && value !== '' && percent >= 0 && percent <= 100) {
      result = withFacet(result, { kind: 'confidence', least: percent / 100 });
    } else return undefined;
  }
  return result;
}
