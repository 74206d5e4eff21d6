import { type ClassName, type ColourName, classInFrench, colourInFrench, type Part } from '../../vocabulary.ts';
import type { ExecutedCondition, ExecutedLeaf, ExecutedStep, ExecutedZone } from './normal.ts';
import type { Range, Weekday } from './types.ts';

// A tree of conditions in French and in English: each leaf is a clause about the track ("that enters the zone...").

/** The words of one language. */
export interface ConditionWords {
  readonly and: string;
  readonly or: string;
  not(clause: string): string;
  leaf(leaf: ExecutedLeaf): string;
}

/** The tree as one clause; groups within groups stand in brackets. */
export function clauseOf(condition: ExecutedCondition, words: ConditionWords, nested = false): string {
  if ('not' in condition) return words.not(clauseOf(condition.not, words, true));
  if (!('all' in condition || 'any' in condition)) return words.leaf(condition);
  const [parts, joint] = 'all' in condition ? [condition.all, words.and] : [condition.any, words.or];
  const clause = parts.map((part) => clauseOf(part, words, true)).join(` ${joint} `);
  return nested && parts.length > 1 ? `(${clause})` : clause;
}

// Up to six decimals: a sentence never rounds a threshold to another one that an investigator could have typed.
const number = (value: number): string => String(Number(value.toFixed(6)));
const french = (value: number): string => number(value).replace('.', ',');
const percentFr = (share: number): string => `${french(share * 100)} %`;
const percentEn = (share: number): string => `${number(share * 100)}%`;
const joined = (words: readonly string[], last: string): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;

const rangeFr = ({ min, max }: Range, unit: string): string =>
  min === undefined
    ? `au plus ${french(max ?? 0)} ${unit}`
    : max === undefined
      ? `au moins ${french(min)} ${unit}`
      : `de ${french(min)} à ${french(max)} ${unit}`;
const rangeEn = ({ min, max }: Range, unit: string): string =>
  min === undefined
    ? `at most ${number(max ?? 0)} ${unit}`
    : max === undefined
      ? `at least ${number(min)} ${unit}`
      : `${number(min)} to ${number(max)} ${unit}`;

const PARTS_FR: Readonly<Record<Part, string>> = {
  whole: "de l'objet",
  upper: 'de la partie haute',
  lower: 'de la partie basse',
};
const PARTS_EN: Readonly<Record<Part, string>> = {
  whole: 'the object',
  upper: 'the upper part',
  lower: 'the lower part',
};
const DAYS_FR: Readonly<Record<Weekday, string>> = {
  monday: 'lundi',
  tuesday: 'mardi',
  wednesday: 'mercredi',
  thursday: 'jeudi',
  friday: 'vendredi',
  saturday: 'samedi',
  sunday: 'dimanche',
};

interface ColourEntry {
  readonly colour: ColourName;
  readonly part: Part;
  readonly minShare: number;
}
const coloursFr = (entries: readonly ColourEntry[]): string =>
  joined(
    entries.map(({ colour, part, minShare }) =>
      minShare === 0
        ? `${colourInFrench(colour)} (toute part ${PARTS_FR[part]})`
        : `${colourInFrench(colour)} (au moins ${percentFr(minShare)} ${PARTS_FR[part]})`,
    ),
    'ou',
  );
const coloursEn = (entries: readonly ColourEntry[]): string =>
  joined(
    entries.map(({ colour, part, minShare }) =>
      minShare === 0
        ? `${colour} (any share of ${PARTS_EN[part]})`
        : `${colour} (at least ${percentEn(minShare)} of ${PARTS_EN[part]})`,
    ),
    'or',
  );
const classesFr = (names: readonly ClassName[]): string => joined(names.map(classInFrench), 'ou');
const classesEn = (names: readonly ClassName[]): string => joined(names, 'or');

const zoneFr = ({ polygon, relation }: ExecutedZone): string => {
  const zone = `la zone tracée (${polygon.length} points)`;
  return {
    passes: `dont le bas de la boîte passe dans ${zone}`,
    inside: `dont le bas de la boîte reste dans ${zone}`,
    enters: `dont le bas de la boîte entre dans ${zone}`,
    leaves: `dont le bas de la boîte sort de ${zone}`,
    avoids: `dont le bas de la boîte ne passe jamais dans ${zone}`,
  }[relation];
};
const zoneEn = ({ polygon, relation }: ExecutedZone): string => {
  const zone = `the drawn zone (${polygon.length} points)`;
  return {
    passes: `the bottom of whose box passes through ${zone}`,
    inside: `the bottom of whose box stays in ${zone}`,
    enters: `the bottom of whose box enters ${zone}`,
    leaves: `the bottom of whose box leaves ${zone}`,
    avoids: `the bottom of whose box never passes through ${zone}`,
  }[relation];
};
const DIRECTIONS_FR = { both: 'dans un sens ou dans l’autre', to_left: 'vers sa gauche', to_right: 'vers sa droite' };
const DIRECTIONS_EN = { both: 'in either direction', to_left: 'towards its left', to_right: 'towards its right' };
const stepFr = (step: ExecutedStep): string =>
  'zone' in step
    ? `une zone (${step.zone.polygon.length} points)`
    : `une ligne (${DIRECTIONS_FR[step.line.direction]})`;
const stepEn = (step: ExecutedStep): string =>
  'zone' in step ? `a zone (${step.zone.polygon.length} points)` : `a line (${DIRECTIONS_EN[step.line.direction]})`;

/** `span` says a span in the language, as the time facet does. */
export const frenchWords = (span: (time: { from: string; to: string }) => string): ConditionWords => ({
  and: 'et',
  or: 'ou',
  not: (clause) => `à l'exclusion de ce qui répond à : ${clause}`,
  leaf(leaf) {
    if ('class' in leaf) return `de classe ${classesFr(leaf.class)}`;
    if ('colour' in leaf) return `dont la couleur est ${coloursFr(leaf.colour)}`;
    if ('confidence' in leaf) return `de confiance d'au moins ${percentFr(leaf.confidence.min)}`;
    if ('size' in leaf) {
      const { widthPx, heightPx } = leaf.size;
      const parts = [
        ...(widthPx === undefined ? [] : [`large ${rangeFr(widthPx, 'px')}`]),
        ...(heightPx === undefined ? [] : [`haut ${rangeFr(heightPx, 'px')}`]),
      ];
      return `dont la boîte est ${parts.join(' et ')}`;
    }
    if ('zone' in leaf) return zoneFr(leaf.zone);
    if ('line' in leaf) return `qui franchit la ligne tracée ${DIRECTIONS_FR[leaf.line.direction]}`;
    if ('sequence' in leaf) {
      const { steps, withinSeconds } = leaf.sequence;
      return `qui passe par ${steps.map(stepFr).join(', puis ')}, en ${french(withinSeconds)} s au plus`;
    }
    if ('path' in leaf) {
      return `qui suit le trajet tracé (${leaf.path.points.length} points) à ${percentFr(leaf.path.tolerance)} de la largeur de l'image près`;
    }
    if ('speed' in leaf) return `dont la vitesse médiane est ${rangeFr(leaf.speed, 'px/s')}`;
    if ('direction' in leaf) {
      return `qui va dans une direction de ${french(leaf.direction.fromDegrees)}° à ${french(leaf.direction.toDegrees)}° (sens horaire, 0° vers le haut)`;
    }
    if ('dwell' in leaf) {
      return `qui reste au moins ${french(leaf.dwell.minSeconds)} s dans la zone tracée (${leaf.dwell.polygon.length} points)`;
    }
    if ('stationary' in leaf) {
      return `immobile au moins ${french(leaf.stationary.minSeconds)} s (à ${percentFr(leaf.stationary.radius)} de la largeur de l'image près)`;
    }
    if ('near' in leaf) {
      return `à moins de ${percentFr(leaf.near.distance)} de la largeur de l'image d'un autre objet (${classesFr(leaf.near.class)}) au même instant`;
    }
    if ('crowd' in leaf) {
      return `présent quand au moins ${leaf.crowd.atLeast} objets (${classesFr(leaf.crowd.class)}) sont dans l'image à la fois`;
    }
    if ('span' in leaf) return span(leaf.span);
    if ('timeOfDay' in leaf) return `entre ${leaf.timeOfDay.from} et ${leaf.timeOfDay.to}, quel que soit le jour`;
    if ('weekday' in leaf)
      return `un ${joined(
        leaf.weekday.map((day) => DAYS_FR[day]),
        'ou un',
      )}`;
    if ('relativeTo' in leaf) {
      const relation = { before: 'avant', after: 'après', around: 'autour de' }[leaf.relativeTo.relation];
      const when = leaf.relativeTo.span === null ? '' : `, soit ${span(leaf.relativeTo.span)}`;
      return `dans les ${french(leaf.relativeTo.withinSeconds)} s ${relation} l'indice désigné${when}`;
    }
    const { arrival, exhibits, minSeconds, maxSeconds } = leaf.acrossCameras;
    const where =
      exhibits === null
        ? 'une autre caméra'
        : `une autre caméra (${exhibits.length} ${exhibits.length > 1 ? 'pièces désignées' : 'pièce désignée'})`;
    return `suivi, ${french(minSeconds)} à ${french(maxSeconds)} s plus tard sur ${where}, d'un objet ${clauseOf(arrival, this, true)} (mêmes attributs, sans dire qu'il s'agit du même)`;
  },
});

export const englishWords = (span: (time: { from: string; to: string }) => string): ConditionWords => ({
  and: 'and',
  or: 'or',
  not: (clause) => `leaving out what answers: ${clause}`,
  leaf(leaf) {
    if ('class' in leaf) return `of class ${classesEn(leaf.class)}`;
    if ('colour' in leaf) return `whose colour is ${coloursEn(leaf.colour)}`;
    if ('confidence' in leaf) return `of confidence at least ${percentEn(leaf.confidence.min)}`;
    if ('size' in leaf) {
      const { widthPx, heightPx } = leaf.size;
      const parts = [
        ...(widthPx === undefined ? [] : [`${rangeEn(widthPx, 'px')} wide`]),
        ...(heightPx === undefined ? [] : [`${rangeEn(heightPx, 'px')} high`]),
      ];
      return `whose box is ${parts.join(' and ')}`;
    }
    if ('zone' in leaf) return zoneEn(leaf.zone);
    if ('line' in leaf) return `that crosses the drawn line ${DIRECTIONS_EN[leaf.line.direction]}`;
    if ('sequence' in leaf) {
      const { steps, withinSeconds } = leaf.sequence;
      return `that passes ${steps.map(stepEn).join(', then ')}, within ${number(withinSeconds)} s`;
    }
    if ('path' in leaf) {
      return `that follows the drawn path (${leaf.path.points.length} points) to within ${percentEn(leaf.path.tolerance)} of the picture's width`;
    }
    if ('speed' in leaf) return `whose median speed is ${rangeEn(leaf.speed, 'px/s')}`;
    if ('direction' in leaf) {
      return `that goes in a direction from ${number(leaf.direction.fromDegrees)}° to ${number(leaf.direction.toDegrees)}° (clockwise, 0° is up)`;
    }
    if ('dwell' in leaf) {
      return `that stays at least ${number(leaf.dwell.minSeconds)} s in the drawn zone (${leaf.dwell.polygon.length} points)`;
    }
    if ('stationary' in leaf) {
      return `that stands still for at least ${number(leaf.stationary.minSeconds)} s (to within ${percentEn(leaf.stationary.radius)} of the picture's width)`;
    }
    if ('near' in leaf) {
      return `within ${percentEn(leaf.near.distance)} of the picture's width of another object (${classesEn(leaf.near.class)}) at the same moment`;
    }
    if ('crowd' in leaf) {
      return `there while at least ${leaf.crowd.atLeast} objects (${classesEn(leaf.crowd.class)}) are in the picture at once`;
    }
    if ('span' in leaf) return span(leaf.span);
    if ('timeOfDay' in leaf) return `between ${leaf.timeOfDay.from} and ${leaf.timeOfDay.to} on any day`;
    if ('weekday' in leaf) {
      return `on a ${joined(
        leaf.weekday.map((day) => `${day.charAt(0).toUpperCase()}${day.slice(1)}`),
        'or a',
      )}`;
    }
    if ('relativeTo' in leaf) {
      const when = leaf.relativeTo.span === null ? '' : `, that is ${span(leaf.relativeTo.span)}`;
      return `in the ${number(leaf.relativeTo.withinSeconds)} s ${leaf.relativeTo.relation} the named hit${when}`;
    }
    const { arrival, exhibits, minSeconds, maxSeconds } = leaf.acrossCameras;
    const where =
      exhibits === null
        ? 'another camera'
        : `another camera (${exhibits.length} named ${exhibits.length === 1 ? 'exhibit' : 'exhibits'})`;
    return `followed, ${number(minSeconds)} to ${number(maxSeconds)} s later on ${where}, by an object ${clauseOf(arrival, this, true)} (of these attributes, without saying that it is the same)`;
  },
});
