import { type Filter, type Filters, type Group, keyOf, leafOf } from './filters.ts';

// How chips move in and out of groups. What the gateway would refuse is no move.

/** Levels that the gateway takes. */
export const DEEPEST = 6;

export type Move = 'earlier' | 'later' | 'in' | 'out' | 'group';

export interface Moved {
  readonly filters: Filters;
  /** Of the filter that was moved: a criterion becomes a condition when it goes into a group. */
  readonly key: string;
}

/** The filters after a move; undefined where there is none of that kind. */
export function movedFilter(filters: Filters, key: string, move: Move, newId: () => string): Moved | undefined {
  const result = moveIn(filters.list, key, move, newId);
  if (result === undefined) return undefined;
  const next = { ...filters, list: result.list };
  if (1 + Math.max(...next.list.map(depthOf)) > DEEPEST || next.list.some((each) => isTwiceAcross(each, false))) {
    return undefined;
  }
  return { filters: next, key: result.key };
}

interface Result {
  readonly list: readonly Filter[];
  readonly key: string;
}

function moveIn(list: readonly Filter[], key: string, move: Move, newId: () => string): Result | undefined {
  const at = list.findIndex(({ facet }) => keyOf(facet) === key);
  const filter = list[at];
  if (filter !== undefined) return moveHere(list, at, filter, move, newId);
  for (const [index, outer] of list.entries()) {
    const { facet } = outer;
    if (facet.kind !== 'group') continue;
    const inner = facet.parts.find((part) => keyOf(part.facet) === key);
    if (inner !== undefined && move === 'out') {
      const rest = { ...outer, facet: { ...facet, parts: facet.parts.filter((part) => part !== inner) } };
      return { list: list.toSpliced(index, 1, rest, inner), key };
    }
    const result = moveIn(facet.parts, key, move, newId);
    if (result === undefined) continue;
    return { list: list.with(index, { ...outer, facet: { ...facet, parts: result.list } }), key: result.key };
  }
  return undefined;
}

function moveHere(
  list: readonly Filter[],
  at: number,
  filter: Filter,
  move: Move,
  newId: () => string,
): Result | undefined {
  const key = keyOf(filter.facet);
  const other = list[move === 'earlier' ? at - 1 : at + 1];
  if (move === 'earlier' || move === 'later') {
    if (other === undefined) return undefined;
    const to = move === 'earlier' ? at - 1 : at + 1;
    return { list: list.with(at, other).with(to, filter), key };
  }
  const part = partOf(filter, newId);
  if (move === 'out' || part === undefined) return undefined;
  if (move === 'group') {
    const group: Group = { kind: 'group', id: newId(), joint: 'any', parts: [part] };
    return { list: list.with(at, { facet: group, isOff: false, isInverted: false }), key: keyOf(part.facet) };
  }
  // Into the group behind it, else into the one before.
  for (const to of [at + 1, at - 1]) {
    const neighbour = list[to];
    if (neighbour?.facet.kind !== 'group') continue;
    const { parts } = neighbour.facet;
    const joined = { ...neighbour.facet, parts: to > at ? [part, ...parts] : [...parts, part] };
    return { list: list.with(to, { ...neighbour, facet: joined }).toSpliced(at, 1), key: keyOf(part.facet) };
  }
  return undefined;
}

/** A filter as a part of a group: what stands once for the whole question becomes a condition. */
function partOf(filter: Filter, newId: () => string): Filter | undefined {
  const { facet } = filter;
  if (facet.kind === 'where' || facet.kind === 'group') return filter;
  const leaf = leafOf(facet);
  return leaf === undefined ? undefined : { ...filter, facet: { kind: 'where', id: newId(), leaf } };
}

/** Levels of a filter: a group counts as one before it has two parts, so that they can be added. */
function depthOf({ facet, isInverted }: Filter): number {
  const not = isInverted ? 1 : 0;
  if (facet.kind !== 'group') return 1 + not;
  return 1 + not + (facet.travel === undefined ? 0 : 1) + Math.max(1, ...facet.parts.map(depthOf));
}

const isTwiceAcross = ({ facet }: Filter, isWithin: boolean): boolean => {
  if (facet.kind !== 'group') return false;
  const isAcross = facet.travel !== undefined;
  return (isAcross && isWithin) || facet.parts.some((part) => isTwiceAcross(part, isWithin || isAcross));
};
