import type { Question } from '../../../search/types.ts';
import type { ClassName, ColourName, Part } from '../../../vocabulary.ts';
import type {} from '../../api/types.ts';

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
  /** Of the part, 0 to 1; the gateway's own where it is not said. */
  readonly minShare?: number;
}

export type Facet =
  | { readonly kind: 'classes'; readonly classes: readonly ClassName[] }
  | { readonly kind: 'colours'; readonly colours: readonly Colour[] }
  | { readonly kind: 'time'; readonly span: Span }
  | { readonly kind: 'exhibits'; readonly exhibits: readonly string[] }
  | { readonly kind: 'confidence'; readonly least: number }
  /** Of these there may be several. */
  | {
      readonly kind: 'where';
      readonly id: string;
      readonly leaf: Leaf;
      /** The hit that a time is relative to, for its words. */
      readonly about?: { readonly class: ClassName; readonly cameraId: string; readonly from: string };
    }
  | Group;

/** A condition that is no group. */
export type Where = Extract<Facet, { readonly kind: 'where' }>;

/** Filters of which all or one at least must hold, here or, with `travel`, of a track that comes on another camera. */
export interface Group {
  readonly kind: 'group';
  readonly id: string;
  readonly joint: 'all' | 'any';
  readonly parts: readonly Filter[];
  readonly travel?: Travel;
}

export interface Travel {
  /** Recordings of the other camera; undefined for any other. */
  readonly exhibits?: readonly string[];
  readonly minSeconds: number;
  readonly maxSeconds: number;
}

export type Kind = Exclude<Facet['kind'], 'where' | 'group'>;
type Of<K extends Kind> = Extract<Facet, { readonly kind: K }>;

export interface Filter {
  readonly facet: Facet;
  readonly isOff: boolean;
  readonly isInverted: boolean;
}

export interface Filters {
  readonly list: readonly Filter[];
  readonly order: 'time' | 'confidence';
  /** The group that new conditions go to; the whole question where it is undefined or gone. */
  readonly target?: string | undefined;
}

export const NO_FILTERS: Filters = { list: [], order: 'time' };

/** What tells a chip from the others. */
export const keyOf = (facet: Facet): string =>
  facet.kind === 'where' || facet.kind === 'group' ? facet.id : facet.kind;

export function facetOf<K extends Kind>(filters: Filters, kind: K): Of<K> | undefined {
  return filters.list.find(({ facet }) => facet.kind === kind)?.facet as Of<K> | undefined;
}

/** The filter of a key, in whatever group it is. */
export function filterOf(list: readonly Filter[], key: string): Filter | undefined {
  for (const filter of list) {
    if (keyOf(filter.facet) === key) return filter;
    const below = filter.facet.kind === 'group' ? filterOf(filter.facet.parts, key) : undefined;
    if (below !== undefined) return below;
  }
  return undefined;
}

/** The group that new conditions go to; undefined for the whole question. */
export function targetOf(filters: Filters): Group | undefined {
  const facet = filters.target === undefined ? undefined : filterOf(filters.list, filters.target)?.facet;
  return facet?.kind === 'group' ? facet : undefined;
}

const isEmpty = (facet: Facet): boolean =>
  (facet.kind === 'classes' && facet.classes.length === 0) ||
  (facet.kind === 'colours' && facet.colours.length === 0) ||
  (facet.kind === 'exhibits' && facet.exhibits.length === 0) ||
  (facet.kind === 'confidence' && facet.least === 0);

/** The list with the filter of a key changed, or without it where the change is undefined. */
function changedIn(
  list: readonly Filter[],
  key: string,
  change: (filter: Filter) => Filter | undefined,
): readonly Filter[] {
  return list.flatMap((filter) => {
    if (keyOf(filter.facet) === key) return change(filter) ?? [];
    if (filter.facet.kind !== 'group') return filter;
    return { ...filter, facet: { ...filter.facet, parts: changedIn(filter.facet.parts, key, change) } };
  });
}

/** Sets a facet in the place of the one with its key, else at the end: of the target group, for a condition. An empty one goes. */
export function withFacet(filters: Filters, facet: Facet): Filters {
  const key = keyOf(facet);
  if (isEmpty(facet)) return without(filters, key);
  if (filterOf(filters.list, key) !== undefined) {
    return changed(filters, key, ({ isInverted }) => ({ facet, isOff: false, isInverted }));
  }
  const filter = { facet, isOff: false, isInverted: false };
  const target = facet.kind === 'where' || facet.kind === 'group' ? targetOf(filters) : undefined;
  if (target === undefined) return { ...filters, list: [...filters.list, filter] };
  return changed(filters, target.id, (group) => ({ ...group, facet: { ...target, parts: [...target.parts, filter] } }));
}

export const without = (filters: Filters, key: string): Filters => changed(filters, key, () => undefined);

const changed = (filters: Filters, key: string, change: (filter: Filter) => Filter | undefined): Filters => ({
  ...filters,
  list: changedIn(filters.list, key, change),
});

export const toggled = (filters: Filters, key: string): Filters =>
  changed(filters, key, (filter) => ({ ...filter, isOff: !filter.isOff }));

export const inverted = (filters: Filters, key: string): Filters =>
  changed(filters, key, (filter) => ({ ...filter, isInverted: !filter.isInverted }));

/** The condition that says the same as a facet; undefined for exhibits, which are chosen and not looked for, and for groups. */
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

/** What a filter asks; undefined when it is off, or a group of which nothing is asked. */
export function conditionOf({ facet, isOff, isInverted }: Filter): Condition | undefined {
  if (isOff) return undefined;
  const condition = facet.kind === 'group' ? groupCondition(facet) : leafOf(facet);
  return condition !== undefined && isInverted ? { not: condition } : condition;
}

function groupCondition({ joint, parts, travel }: Group): Condition | undefined {
  const conditions = parts.flatMap((part) => conditionOf(part) ?? []);
  const [only] = conditions;
  if (only === undefined) return undefined;
  const whole: Condition = conditions.length === 1 ? only : joint === 'any' ? { any: conditions } : { all: conditions };
  if (travel === undefined) return whole;
  const { exhibits, ...times } = travel;
  const named = exhibits === undefined ? {} : { exhibits: exhibits as NonNullable<Question['exhibits']> };
  return { acrossCameras: { arrival: whole, ...named, ...times } };
}

/** The question that the filters which are on ask. */
export function questionOf(filters: Filters): Question {
  const on = filters.list.filter(({ isOff }) => !isOff);
  const plain = { ...filters, list: on.filter(({ isInverted }) => !isInverted) };
  const conditions = on.flatMap((filter): readonly Condition[] => {
    const isTree = filter.facet.kind === 'where' || filter.facet.kind === 'group';
    const condition = filter.isInverted || isTree ? conditionOf(filter) : undefined;
    return condition === undefined ? [] : [condition];
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
