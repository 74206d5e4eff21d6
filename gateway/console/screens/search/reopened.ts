import type { ClassName } from '../../../vocabulary.ts';
import type { Answer } from '../../api/types.ts';
import { GROUP_CLASSES } from '../../parts/vocabulary.ts';
import type { Condition, Facet, Filter, Filters, Leaf } from './filters.ts';

type Executed = Answer['executed'];

/** What a colour must fill where nobody says how much. */
const DEFAULT_SHARE = 0.2;

/** The chips that ask what was executed: a question that is opened again can be changed and asked again. */
export function filtersFrom(executed: Executed, allowed: readonly ClassName[], newId: () => string): Filters {
  const { classes, colours, time, exhibits, zone, minConfidence, order } = executed;
  const where = executed.where as Condition | null;
  // Who names no class asks for all that the requisition covers.
  const isAll = allowed.every((name) => GROUP_CLASSES.includes(name) || classes.includes(name));
  const facets: readonly Facet[] = [
    ...(isAll ? [] : [{ kind: 'classes', classes } as const]),
    ...(colours.length === 0 ? [] : [{ kind: 'colours', colours: colours.map(colourFrom) } as const]),
    ...(time === null ? [] : [{ kind: 'time', span: time } as const]),
    ...(exhibits === null ? [] : [{ kind: 'exhibits', exhibits } as const]),
    ...(minConfidence === 0 ? [] : [{ kind: 'confidence', least: minConfidence } as const]),
    ...(zone === null ? [] : [{ kind: 'where', id: newId(), leaf: { zone: { polygon: zone } } } as const]),
  ];
  const conditions = where === null ? [] : 'all' in where ? where.all : [where];
  return {
    list: [...facets.map(plain), ...conditions.map((condition) => filterFrom(condition, newId))],
    order,
  };
}

const plain = (facet: Facet): Filter => ({ facet, isOff: false, isInverted: false });

const colourFrom = ({ colour, part, minShare }: Executed['colours'][number]) => ({
  colour,
  ...(part === 'whole' ? {} : { part }),
  ...(minShare === DEFAULT_SHARE ? {} : { minShare }),
});

function filterFrom(condition: Condition, newId: () => string): Filter {
  if ('not' in condition) {
    const inner = filterFrom(condition.not, newId);
    return { ...inner, isInverted: !inner.isInverted };
  }
  const id = newId();
  const group = (joint: 'all' | 'any', parts: readonly Condition[]) =>
    ({ kind: 'group', id, joint, parts: parts.map((part) => filterFrom(part, newId)) }) as const;
  if ('all' in condition) return plain(group('all', condition.all));
  if ('any' in condition) return plain(group('any', condition.any));
  if ('acrossCameras' in condition) {
    const { arrival, exhibits, minSeconds, maxSeconds } = condition.acrossCameras;
    const travel = { minSeconds, maxSeconds, ...(exhibits == null ? {} : { exhibits }) };
    if ('any' in arrival) return plain({ ...group('any', arrival.any), travel });
    return plain({ ...group('all', 'all' in arrival ? arrival.all : [arrival]), travel });
  }
  return plain({ kind: 'where', id, leaf: leafFrom(condition) });
}

/** A leaf as it is asked: what the gateway reckons anew is left out. */
function leafFrom(leaf: Leaf): Leaf {
  if ('colour' in leaf) return { colour: (leaf.colour as Executed['colours']).map(colourFrom) };
  if (!('relativeTo' in leaf)) return leaf;
  const { hit, relation, withinSeconds } = leaf.relativeTo;
  return { relativeTo: { hit, relation, withinSeconds } };
}
