import type { PicturePoint, Question } from '../../../search/types.ts';
import type { ClassName, ColourName, Part } from '../../../vocabulary.ts';

// What the investigator has set, a facet a chip: switched off, it stays and is not asked.

export interface Span {
  /** RFC 3339 with offset. */
  readonly from: string;
  readonly to: string;
}

export interface Colour {
  readonly colour: ColourName;
  readonly part?: Part;
}

export type Facet =
  | { readonly kind: 'classes'; readonly classes: readonly ClassName[] }
  | { readonly kind: 'colours'; readonly colours: readonly Colour[] }
  | { readonly kind: 'time'; readonly span: Span }
  | { readonly kind: 'exhibits'; readonly exhibits: readonly string[] }
  | { readonly kind: 'zone'; readonly exhibitId: string | undefined; readonly points: readonly PicturePoint[] }
  | { readonly kind: 'confidence'; readonly least: number };

export type Kind = Facet['kind'];
type Of<K extends Kind> = Extract<Facet, { readonly kind: K }>;

export interface Filter {
  readonly facet: Facet;
  readonly isOff: boolean;
}

export interface Filters {
  readonly list: readonly Filter[];
  readonly order: 'time' | 'confidence';
}

export const NO_FILTERS: Filters = { list: [], order: 'time' };

export function facetOf<K extends Kind>(filters: Filters, kind: K): Of<K> | undefined {
  return filters.list.find(({ facet }) => facet.kind === kind)?.facet as Of<K> | undefined;
}

const isEmpty = (facet: Facet): boolean =>
  (facet.kind === 'classes' && facet.classes.length === 0) ||
  (facet.kind === 'colours' && facet.colours.length === 0) ||
  (facet.kind === 'exhibits' && facet.exhibits.length === 0) ||
  (facet.kind === 'confidence' && facet.least === 0);

/** Sets the facet of its kind, in the place of the one before; an empty one goes. */
export function withFacet(filters: Filters, facet: Facet): Filters {
  const others = filters.list.filter((filter) => filter.facet.kind !== facet.kind);
  if (isEmpty(facet)) return { ...filters, list: others };
  const at = filters.list.findIndex((filter) => filter.facet.kind === facet.kind);
  const list = at < 0 ? [...filters.list, { facet, isOff: false }] : filters.list.with(at, { facet, isOff: false });
  return { ...filters, list };
}

export const withoutKind = (filters: Filters, kind: Kind): Filters => ({
  ...filters,
  list: filters.list.filter(({ facet }) => facet.kind !== kind),
});

export const toggled = (filters: Filters, kind: Kind): Filters => ({
  ...filters,
  list: filters.list.map((filter) => (filter.facet.kind === kind ? { ...filter, isOff: !filter.isOff } : filter)),
});

/** The question that the filters which are on ask. */
export function questionOf(filters: Filters): Question {
  const on = { ...filters, list: filters.list.filter(({ isOff }) => !isOff) };
  const classes = facetOf(on, 'classes');
  const colours = facetOf(on, 'colours');
  const time = facetOf(on, 'time');
  const exhibits = facetOf(on, 'exhibits');
  const zone = facetOf(on, 'zone');
  const confidence = facetOf(on, 'confidence');
  return {
    version: 1,
    ...(classes === undefined ? {} : { classes: classes.classes }),
    ...(colours === undefined ? {} : { colours: colours.colours }),
    ...(time === undefined ? {} : { time: time.span }),
    ...(exhibits === undefined ? {} : { exhibits: exhibits.exhibits as NonNullable<Question['exhibits']> }),
    ...(zone === undefined ? {} : { zone: zone.points }),
    ...(confidence === undefined ? {} : { minConfidence: confidence.least }),
    order: filters.order,
  };
}
