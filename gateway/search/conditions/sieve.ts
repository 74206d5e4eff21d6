import { addRow, copyRow, dropRow, isEmpty, keepRow, type TrackSet } from '../track-set.ts';
import type { ExecutedCondition } from './normal.ts';
import { leafSieve } from './sieve-leaf.ts';
import { rooms, type Sieve, type WindowsOf } from './sifting.ts';
import { isTimeLeaf, windowsBeside } from './windows.ts';
import type { Window } from './zone.ts';

// What the columns tell of a tree of conditions, of all tracks of a stack at a time: which fulfil it, and of which only the exact way tells
// (match.ts). What costs little is asked first, and what costs more of those alone that are left.

/** Makes a tree ready for one stack. */
export function sieveOf(condition: ExecutedCondition): Sieve {
  if ('all' in condition) return all(condition.all);
  if ('any' in condition) return any(condition.any.map(sieveOf));
  if ('not' in condition) return not(sieveOf(condition.not));
  return leafSieve(condition);
}

function all(conditions: readonly ExecutedCondition[]): Sieve {
  const times = conditions.filter(isTimeLeaf);
  const parts = conditions
    // One time among others is bound by nothing but what bounds them all.
    .map((each) => ({ sieve: sieveOf(each), isOnlyTime: times.length === 1 && times[0] === each }))
    .sort((a, b) => a.sieve.cost - b.sieve.cost);
  const room = rooms(3);
  return {
    cost: dearest(parts.map(({ sieve }) => sieve)),
    sift(part, windows, among) {
      const [yes, possible, held] = room(part) as [TrackSet, TrackSet, TrackSet];
      copyRow(yes, among, part);
      copyRow(possible, among, part);
      const known = new Map<number, readonly Window[] | undefined>();
      const beside: WindowsOf = (n) => {
        const exhibit = part.stack.exhibits[n];
        if (exhibit !== undefined && !known.has(n)) known.set(n, windowsBeside(times, exhibit, windows?.(n)));
        return known.get(n);
      };
      const inner = times.length === 0 ? windows : beside;
      for (const { sieve, isOnlyTime } of parts) {
        if (isEmpty(possible, part)) break;
        const found = sieve.sift(part, isOnlyTime ? windows : inner, possible);
        keepRow(yes, found.yes, part);
        copyRow(held, found.yes, part);
        addRow(held, found.maybe, part);
        keepRow(possible, held, part);
      }
      dropRow(possible, yes, part);
      return { yes, maybe: possible };
    },
  };
}

function any(conditions: readonly Sieve[]): Sieve {
  const parts = conditions.toSorted((a, b) => a.cost - b.cost);
  const room = rooms(3);
  return {
    cost: dearest(parts),
    sift(part, windows, among) {
      const [yes, maybe, rest] = room(part) as [TrackSet, TrackSet, TrackSet];
      copyRow(rest, among, part);
      for (const each of parts) {
        if (isEmpty(rest, part)) break;
        const found = each.sift(part, windows, rest);
        addRow(yes, found.yes, part);
        addRow(maybe, found.maybe, part);
        dropRow(rest, found.yes, part);
      }
      dropRow(maybe, yes, part);
      return { yes, maybe };
    },
  };
}

function not(of: Sieve): Sieve {
  const room = rooms(1);
  return {
    cost: of.cost,
    sift(part, windows, among) {
      const [yes] = room(part) as [TrackSet];
      const found = of.sift(part, windows, among);
      copyRow(yes, among, part);
      dropRow(yes, found.yes, part);
      dropRow(yes, found.maybe, part);
      return { yes, maybe: found.maybe };
    },
  };
}

const dearest = (parts: readonly Sieve[]): number => Math.max(...parts.map(({ cost }) => cost));
