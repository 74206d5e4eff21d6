import { useName, useWords } from '../../app/settings.tsx';
import type { Leaf } from './filters.ts';

interface Range {
  readonly min?: number;
  readonly max?: number;
}

const between = ({ min, max }: Range, unit: string): string =>
  max === undefined ? `≥ ${min} ${unit}` : min === undefined ? `≤ ${max} ${unit}` : `${min}–${max} ${unit}`;

/** A condition in a few words, for its chip; the gateway says the whole question in full. */
export function useLeafWords(): (leaf: Leaf) => string {
  const { condition: words } = useWords();
  const nameOf = useName();
  return (leaf) => {
    if ('zone' in leaf) return `${words.kinds.zone}, ${words.relations[leaf.zone.relation ?? 'passes']}`;
    if ('line' in leaf) return `${words.kinds.line}, ${words.crossings[leaf.line.direction ?? 'both']}`;
    if ('path' in leaf) return `${words.kinds.path} ± ${Math.round(leaf.path.tolerance * 100)} %`;
    if ('sequence' in leaf) return `${words.kinds.sequence} ≤ ${leaf.sequence.withinSeconds} s`;
    if ('dwell' in leaf) return `${words.kinds.dwell} ≥ ${leaf.dwell.minSeconds} s`;
    if ('stationary' in leaf) return `${words.kinds.stationary} ≥ ${leaf.stationary.minSeconds} s`;
    if ('speed' in leaf) return `${words.kinds.speed} ${between(leaf.speed, 'px/s')}`;
    if ('size' in leaf)
      return [
        leaf.size.widthPx === undefined ? '' : `${words.width} ${between(leaf.size.widthPx, 'px')}`,
        leaf.size.heightPx === undefined ? '' : `${words.height} ${between(leaf.size.heightPx, 'px')}`,
      ]
        .filter((text) => text !== '')
        .join(', ');
    if ('direction' in leaf)
      return `${words.kinds.direction} ${words.directions[Math.round(((leaf.direction.fromDegrees + 45) % 360) / 45)] ?? ''}`;
    if ('near' in leaf)
      return `${words.kinds.near} ${(leaf.near.class ?? []).map(nameOf).join(', ')} ≤ ${Math.round(leaf.near.distance * 100)} %`;
    if ('crowd' in leaf)
      return `${words.kinds.crowd} ≥ ${leaf.crowd.atLeast} ${(leaf.crowd.class ?? []).map(nameOf).join(', ')}`;
    if ('timeOfDay' in leaf) return `${leaf.timeOfDay.from} – ${leaf.timeOfDay.to}`;
    if ('weekday' in leaf) return leaf.weekday.map(nameOf).join(', ');
    return Object.keys(leaf)[0] ?? '';
  };
}
