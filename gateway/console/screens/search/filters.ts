import type { PicturePoint, Question } from '../../../search/types.ts';
import type { ClassName, ColourName, Part } from '../../../vocabulary.ts';

// What the investigator has set, a facet a chip: switched off, it stays and is not asked; inverted, what fulfils it is left out.

export type Condition = NonNullable<Question['where']>;
/** A condition that is no group. */
export type Leaf = Exclude<
  Condition,
  { readonly all: unknown } | { readonly any: unknown } | { readonly not: unknown }
>;
export type LeafKind = Leaf extends infer L ? (L extends unknown ? keyof L : never) : never;

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
  | { readonly kind: 'confidence'; readonly least: number }
  /** Of these there may be several. */
  | { readonly kind: 'where'; readonly id: string; readonly leaf: Leaf };

export type Kind = Exclude<Facet['kind'], 'where'>;
type Of<K extends Kind> = Extract<Facet, { readonly kind: K }>;

export interface Filter {
  readonly facet: Facet;
  readonly isOff: boolean;
  readonly isInverted: boolean;
}

export interface Filters {
  readonly list: readonly Filter[];
  readonly order: 'time' | 'confidence';
}

export const NO_FILTERS: Filters = { list: [], order: 'time' };

/** What tells a chip from the others. */
export const keyOf = (facet: Facet): string => (facet.kind === 'where' ? facet.id : facet.kind);

export function facetOf<K extends Kind>(filters: Filters, kind: K): Of<K> | undefined {
  return filters.list.find(({ facet }) => facet.kind === kind)?.facet as Of<K> | undefined;
}

const isEmpty = (facet: Facet): boolean =>
  (facet.kind === 'classes' && facet.classes.length === 0) ||
  (facet.kind === 'colours' && facet.colours.length === 0) ||
  (facet.kind === 'exhibits' && facet.exhibits.length === 0) ||
  (facet.kind === 'confidence' && facet.least === 0);

/** Sets a facet in the place of the one with its key; an empty one goes. */
export function withFacet(filters: Filters, facet: Facet): Filters {
  const at = filters.list.findIndex((filter) => keyOf(filter.facet) === keyOf(facet));
  const before = filters.list[at];
  if (isEmpty(facet)) return without(filters, keyOf(facet));
  const filter = { facet, isOff: false, isInverted: before?.isInverted ?? false };
  return { ...filters, list: at < 0 ? [...filters.list, filter] : filters.list.with(at, filter) };
}

export const without = (filters: Filters, key: string): Filters => ({
  ...filters,
  list: filters.list.filter(({ facet }) => keyOf(facet) !== key),
});

const changed = (filters: Filters, key: string, change: (filter: Filter) => Filter): Filters => ({
  ...filters,
  list: filters.list.map((filter) => (keyOf(filter.facet) === key ? change(filter) : filter)),
});

export const toggled = (filters: Filters, key: string): Filters =>
  changed(filters, key, (filter) => ({ ...filter, isOff: !filter.isOff }));

export const inverted = (filters: Filters, key: string): Filters =>
  changed(filters, key, (filter) => ({ ...filter, isInverted: !filter.isInverted }));

/** The condition that says the same as a facet; undefined for exhibits, which are chosen and not looked for. */
export function leafOf(facet: Facet): Leaf | undefined {
  switch (facet.kind) {
    case 'classes':
      return { class: facet.classes };
    case 'colours':
      return { colour: facet.colours };
    case 'time':
      return { span: facet.span };
    case 'confidence':
      return { confidence: { min: facet.least } };
    case 'where':
      return facet.leaf;
    default:
      return undefined;
  }
}

/** The question that the filters which are on ask. */
export function questionOf(filters: Filters): Question {
  const on = filters.list.filter(({ isOff }) => !isOff);
  const plain = { ...filters, list: on.filter(({ isInverted }) => !isInverted) };
  const conditions = on.flatMap(({ facet, isInverted }): readonly Condition[] => {
    if (!isInverted && facet.kind !== 'where') return [];
    const leaf = leafOf(facet);
    return leaf === undefined ? [] : [isInverted ? { not: leaf } : leaf];
  });
  const [only] = conditions;
  const classes = facetOf(plain, 'classes');
  const colours = facetOf(plain, 'colours');
  const time = facetOf(plain, 'time');
  const exhibits = facetOf(plain, 'exhibits');
  const confidence = facetOf(plain, 'confidence');
  return {
    version: 1,
    ...(classes === undefined ? {} : { classes: classes.classes }),
    ...(colours === undefined ? {} : { colours: colours.colours }),
    ...(time === undefined ? {} : { time: time.span }),
    ...(exhibits === undefined ? {} : { exhibits: exhibits.exhibits as NonNullable<Question['exhibits']> }),
    ...(confidence === undefined ? {} : { minConfidence: confidence.least }),
    ...(only === undefined ? {} : { where: conditions.length === 1 ? only : { all: conditions } }),
    order: filters.order,
  };
}

export type Points = readonly PicturePoint[];
