import { CLASSES, COLOURS } from '../../parts/vocabulary.ts';
import { OP_OF, WEEKDAYS } from './conditions.ts';
import { type Filter, type Filters, facetOf, type Leaf, targetOf, withFacet } from './filters.ts';

// `objet:voiture,camion couleur:rouge`, `(objet:voiture couleur:rouge) OU objet:camion`, `NON vitesse:>50`: words beside each other are
// joined by AND, which binds more than OR.

type KeyKind = 'class' | 'colour' | 'confidence' | 'speed' | 'timeOfDay' | 'weekday';

const KEYS: Readonly<Record<string, KeyKind>> = {
  objet: 'class',
  object: 'class',
  class: 'class',
  classe: 'class',
  couleur: 'colour',
  colour: 'colour',
  color: 'colour',
  confiance: 'confidence',
  confidence: 'confidence',
  vitesse: 'speed',
  speed: 'speed',
  heure: 'timeOfDay',
  time: 'timeOfDay',
  jour: 'weekday',
  day: 'weekday',
};
const AND = ['et', 'and', '&'];
const OR = ['ou', 'or', '|'];
const NOT = ['non', 'not', 'sauf', '-'];

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

interface Known {
  readonly classes: readonly string[];
  readonly colours: readonly string[];
  /** Operations of the requisition. */
  readonly ops: readonly string[];
  nameOf(name: string): string;
  newId(): string;
}

type Node =
  | { readonly leaf: Leaf }
  | { readonly joint: 'all' | 'any'; readonly nodes: readonly Node[] }
  | { readonly not: Node };

/** Filters with what was typed, the same as if it had been clicked; undefined when it cannot be read, is unknown or not covered. */
export function withTyped(filters: Filters, text: string, known: Known): Filters | undefined {
  const node = read(text, known);
  if (node === undefined) return undefined;
  const parts = 'joint' in node && node.joint === 'all' ? node.nodes : [node];
  const isPlain = targetOf(filters) === undefined;
  return parts.reduce((before, part) => {
    const plainly = isPlain && 'leaf' in part ? withLeaf(before, part.leaf) : undefined;
    return plainly ?? withPart(before, part, known);
  }, filters);
}

/** What the criteria have a place of their own for. */
function withLeaf(filters: Filters, leaf: Leaf): Filters | undefined {
  if ('class' in leaf) {
    const before = facetOf(filters, 'classes')?.classes ?? [];
    return withFacet(filters, { kind: 'classes', classes: [...new Set([...before, ...leaf.class])] });
  }
  if ('colour' in leaf) {
    const others = (facetOf(filters, 'colours')?.colours ?? []).filter(
      (each) => !leaf.colour.some(({ colour }) => colour === each.colour),
    );
    return withFacet(filters, { kind: 'colours', colours: [...others, ...leaf.colour] });
  }
  return 'confidence' in leaf ? withFacet(filters, { kind: 'confidence', least: leaf.confidence.min }) : undefined;
}

function withPart(filters: Filters, node: Node, known: Known): Filters {
  const { facet, isInverted } = filterFrom(node, known);
  if (facet.kind !== 'where' && facet.kind !== 'group') return filters;
  const id = facet.id;
  const next = withFacet(filters, facet);
  if (!isInverted) return next;
  const turn = (list: readonly Filter[]): readonly Filter[] =>
    list.map((filter) =>
      filter.facet.kind !== 'group' && filter.facet.kind !== 'where'
        ? filter
        : filter.facet.id === id
          ? { ...filter, isInverted }
          : filter.facet.kind === 'group'
            ? { ...filter, facet: { ...filter.facet, parts: turn(filter.facet.parts) } }
            : filter,
    );
  return { ...next, list: turn(next.list) };
}

function filterFrom(node: Node, known: Known): Filter {
  if ('not' in node) {
    const inner = filterFrom(node.not, known);
    return { ...inner, isInverted: !inner.isInverted };
  }
  const id = known.newId();
  const facet =
    'leaf' in node
      ? ({ kind: 'where', id, leaf: node.leaf } as const)
      : ({ kind: 'group', id, joint: node.joint, parts: node.nodes.map((each) => filterFrom(each, known)) } as const);
  return { facet, isOff: false, isInverted: false };
}

function read(text: string, known: Known): Node | undefined {
  const words = text
    .replaceAll(/[()]/g, ' $& ')
    .replaceAll(/(^|\s)-(?=\S)/g, '$1- ')
    .trim()
    .split(/\s+/);
  let at = 0;
  const is = (names: readonly string[]): boolean => names.includes(plain(words[at] ?? ''));

  function either(): Node | undefined {
    return joined('any', together, () => is(OR));
  }
  function together(): Node | undefined {
    return joined('all', one, () => {
      const isAnd = is(AND);
      return isAnd || (at < words.length && words[at] !== ')' && !is(OR)) ? (isAnd ? true : 'beside') : false;
    });
  }
  function joined(
    joint: 'all' | 'any',
    part: () => Node | undefined,
    goesOn: () => boolean | 'beside',
  ): Node | undefined {
    const nodes: Node[] = [];
    for (;;) {
      const node = part();
      if (node === undefined) return undefined;
      nodes.push(node);
      const more = goesOn();
      if (more === false) return nodes.length === 1 ? node : { joint, nodes };
      if (more === true) at++;
    }
  }
  function one(): Node | undefined {
    if (is(NOT)) {
      at++;
      const node = one();
      return node === undefined ? undefined : { not: node };
    }
    if (words[at] !== '(') {
      const leaf = leafFrom(words[at++] ?? '', known);
      return leaf === undefined ? undefined : { leaf };
    }
    at++;
    const node = either();
    return words[at++] === ')' ? node : undefined;
  }

  const node = either();
  return at === words.length ? node : undefined;
}

function leafFrom(word: string, known: Known): Leaf | undefined {
  const cut = word.indexOf(':');
  const kind = cut < 0 ? undefined : KEYS[plain(word.slice(0, cut))];
  const value = word.slice(cut + 1);
  if (kind === undefined || value === '' || !known.ops.includes(OP_OF[kind])) return undefined;
  const from = <T extends string>(all: readonly T[], allowed: readonly string[]): readonly T[] | undefined => {
    const names = value
      .split(',')
      .map((typed) =>
        all.find(
          (name) => allowed.includes(name) && [name, known.nameOf(name)].some((one) => plain(one) === plain(typed)),
        ),
      );
    return names.every((name) => name !== undefined) ? names : undefined;
  };
  switch (kind) {
    case 'class': {
      const names = from(CLASSES, known.classes);
      return names && { class: names };
    }
    case 'colour': {
      const names = from(COLOURS, known.colours);
      return names && { colour: names.map((colour) => ({ colour })) };
    }
    case 'weekday': {
      const days = from(WEEKDAYS, WEEKDAYS);
      return days && { weekday: days };
    }
    case 'confidence': {
      const percent = Number(value.replace('%', ''));
      return percent >= 0 && percent <= 100 ? { confidence: { min: percent / 100 } } : undefined;
    }
    case 'speed':
      return speedFrom(value);
    case 'timeOfDay': {
      const [, start, end] = /^(\d\d:\d\d)-(\d\d:\d\d)$/.exec(value) ?? [];
      return start === undefined || end === undefined ? undefined : { timeOfDay: { from: start, to: end } };
    }
  }
}

/** `>50`, `<200` or `50-200`, pixels a second. */
function speedFrom(value: string): Leaf | undefined {
  const [, sign, one, other] = /^([<>]?)(\d{1,5})(?:-(\d{1,5}))?$/.exec(value) ?? [];
  if (one === undefined || sign === undefined) return undefined;
  if (other !== undefined) return sign === '' ? { speed: { min: Number(one), max: Number(other) } } : undefined;
  return sign === '' ? undefined : { speed: sign === '>' ? { min: Number(one) } : { max: Number(one) } };
}
