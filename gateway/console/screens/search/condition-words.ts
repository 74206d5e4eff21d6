import { useName, useWords } from '../../app/settings.tsx';
import { clockSpan, clockTime } from '../../parts/time.ts';
import type { Colour, Group, Leaf, Where } from './filters.ts';

interface Range {
  readonly min?: number;
  readonly max?: number;
}

const between = ({ min, max }: Range, unit: string): string =>
  max === undefined ? `≥ ${min} ${unit}` : min === undefined ? `≤ ${max} ${unit}` : `${min}–${max} ${unit}`;

/** Colours with their part, and the share where it is not the usual one. */
export const coloursInWords = (colours: readonly Colour[], nameOf: (name: string) => string, or: string): string =>
  colours
    .map(({ colour, part, minShare }) => {
      const of = part === undefined ? '' : ` (${nameOf(part)})`;
      return `${nameOf(colour)}${of}${minShare === undefined ? '' : ` ≥ ${Math.round(minShare * 100)} %`}`;
    })
    .join(` ${or} `);

/** A condition in a few words, for its chip; the gateway says the whole question in full. */
export function useLeafWords(): (leaf: Leaf, about?: Where['about']) => string {
  const { condition: words, search } = useWords();
  const nameOf = useName();
  return (leaf, about) => {
    if ('class' in leaf) return leaf.class.map(nameOf).join(` ${search.or} `);
    if ('colour' in leaf) return coloursInWords(leaf.colour, nameOf, search.or);
    if ('confidence' in leaf) return `${words.confidence} ≥ ${Math.round(leaf.confidence.min * 100)} %`;
    if ('span' in leaf) return clockSpan(leaf.span.from, leaf.span.to);
    if ('relativeTo' in leaf) {
      const hit =
        about === undefined ? words.aHit : `${nameOf(about.class)} ${about.cameraId} ${clockTime(about.from)}`;
      const { withinSeconds, relation } = leaf.relativeTo;
      return words.relative(words.lasting(withinSeconds), words.timeRelations[relation], hit);
    }
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

/** What joins the parts of a group, in words: for the other camera with the time it takes. */
export function useGroupWords(): (
  group: Group,
  isInverted: boolean,
  cameras: (exhibits: readonly string[]) => string,
) => string {
  const { condition, group: words, search } = useWords();
  return ({ joint, travel }, isInverted, cameras) => {
    if (travel === undefined) return (isInverted ? words.notJoints : words.joints)[joint];
    const where = travel.exhibits === undefined ? words.anyOtherCamera : cameras(travel.exhibits);
    const said = words.travel(condition.lasting(travel.minSeconds), condition.lasting(travel.maxSeconds), where);
    return isInverted ? `${search.not} ${said}` : said;
  };
}
