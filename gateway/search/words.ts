import { CASE_TIME_ZONE } from '../clock.ts';
import { type ClassName, type ColourName, classInFrench, colourInFrench, type Part } from '../vocabulary.ts';
import { clauseOf, englishWords, frenchWords } from './conditions/words.ts';
import type { ExecutedQuestion } from './types.ts';

/** HUM-02: stands on every answer. */
export const NOTICE = "Indice à vérifier, n'établit pas une identité.";

const format = new Intl.DateTimeFormat('en-GB', {
  timeZone: CASE_TIME_ZONE,
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

interface LocalTime {
  readonly isoDate: string;
  readonly date: string;
  readonly time: string;
  /** `+01:00` in winter, `+02:00` in summer. */
  readonly offset: string;
}

const HOUR_MS = 3_600_000;
const MOST_HOURS = 20_000;
/** Minutes that the clocks of the zone are ahead of UTC, by hour. */
const offsets = new Map<number, number>();

/** Since 1970 the zone changes its clocks at whole hours alone: one look at the calendar an hour tells all of its moments. */
function offsetMinutes(ms: number): number {
  const hour = Math.floor(ms / HOUR_MS);
  const known = offsets.get(hour);
  if (known !== undefined) return known;
  const { isoDate, time } = calendarTime(hour * HOUR_MS);
  const minutes = Math.round((Date.parse(`${isoDate}T${time}Z`) - hour * HOUR_MS) / 60_000);
  if (offsets.size >= MOST_HOURS) offsets.clear();
  offsets.set(hour, minutes);
  return minutes;
}

const LAST_MS = Date.UTC(2200, 0, 1);

/** As `calendarTime`, without asking the calendar at every moment: a question asks at several moments of each exhibit. */
function localTime(ms: number): LocalTime {
  if (!(ms >= 0 && ms < LAST_MS)) return calendarTime(ms);
  const minutes = offsetMinutes(ms);
  const shown = new Date(Math.floor(ms / 1000) * 1000 + minutes * 60_000).toISOString();
  const isoDate = shown.slice(0, 10);
  return {
    isoDate,
    date: `${isoDate.slice(8)}/${isoDate.slice(5, 7)}/${isoDate.slice(0, 4)}`,
    time: shown.slice(11, 19),
    offset: offsetOf(minutes),
  };
}

function offsetOf(minutes: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
}

/** What the clocks of the zone show, as the calendar of the runtime says it. */
export function calendarTime(ms: number): LocalTime {
  const parts = Object.fromEntries(format.formatToParts(ms).map((part) => [part.type, part.value]));
  const { year = '', month = '', day = '', hour = '', minute = '', second = '' } = parts;
  const time = `${hour}:${minute}:${second}`;
  const isoDate = `${year.padStart(4, '0')}-${month}-${day}`;
  const wholeSeconds = Math.floor(ms / 1000) * 1000;
  const minutes = Math.round((Date.parse(`${isoDate}T${time}Z`) - wholeSeconds) / 60_000);
  return { isoDate, date: `${day}/${month}/${year}`, time, offset: offsetOf(minutes) };
}

/** RFC 3339 with milliseconds in the case's time zone: `2026-03-02T14:02:07.120+01:00`. */
export function localInstant(ms: number): string {
  const { isoDate, time, offset } = localTime(ms);
  const rounded = Math.round(ms);
  return `${isoDate}T${time}.${String(((rounded % 1000) + 1000) % 1000).padStart(3, '0')}${offset}`;
}

const dates = new Map<number, string>();

/** The date of an instant in the zone of the case: `2026-03-02`. It changes at whole hours alone, as clocks do. */
export function localDate(ms: number): string {
  const hour = Math.floor(ms / HOUR_MS);
  const known = dates.get(hour);
  if (known !== undefined) return known;
  const { isoDate } = localTime(ms);
  if (dates.size >= MOST_HOURS) dates.clear();
  dates.set(hour, isoDate);
  return isoDate;
}

/**
 * The instant at which clocks in the zone of the case show this date and time. Of two such instants (the hour that comes twice) the first; for
 * the hour that is left out, as if winter time went on.
 */
export function instantOfWallClock(date: string, time: string): number {
  const wall = Date.parse(`${date}T${time}:00Z`);
  // Winter time is the later instant and summer time the earlier: whichever shows the time that is asked for, the earlier first.
  for (const offsetMinutes of [120, 60]) {
    const ms = wall - offsetMinutes * 60_000;
    const shown = localTime(ms);
    if (shown.isoDate === date && shown.time === `${time}:00`) return ms;
  }
  return wall - 60 * 60_000;
}

/** The executed question as one French sentence. */
export function inFrench(question: ExecutedQuestion): string {
  const { classes, colours, time, zone, exhibits, minConfidence, where, order } = question;
  const subject = capital(joined(classes.map(pluralInFrench), 'ou'));
  const colour = joined(
    colours.map((entry) => `${colourInFrench(entry.colour)} (${shareInFrench(entry)})`),
    'ou',
  );
  const parts = [colours.length === 0 ? subject : `${subject} dont la couleur est ${colour}`];
  if (time !== null) parts.push(spanInFrench(time));
  if (zone !== null) {
    const during = time === null ? '' : ' pendant cet intervalle';
    parts.push(`dont le bas de la boîte passe dans la zone tracée (${zone.length} points)${during}`);
  }
  if (exhibits !== null) {
    parts.push(exhibits.length === 1 ? 'dans la pièce désignée' : `dans les ${exhibits.length} pièces désignées`);
  }
  if (minConfidence > 0) parts.push(`de confiance d'au moins ${percent(minConfidence).replace('.', ',')} %`);
  if (where !== null) parts.push(clauseOf(where, FRENCH));
  parts.push(order === 'time' ? 'ordre chronologique' : 'ordre de confiance décroissante');
  return parts.join(', ');
}

/** The executed question as one English sentence. */
export function inEnglish(question: ExecutedQuestion): string {
  const { classes, colours, time, zone, exhibits, minConfidence, where, order } = question;
  const subject = capital(joined(classes.map(pluralInEnglish), 'or'));
  const colour = joined(
    colours.map((entry) => `${entry.colour} (${shareInEnglish(entry)})`),
    'or',
  );
  const parts = [colours.length === 0 ? subject : `${subject} whose colour is ${colour}`];
  if (time !== null) parts.push(spanInEnglish(time));
  if (zone !== null) {
    const during = time === null ? '' : ' during that interval';
    parts.push(`the bottom of whose box passes through the drawn zone (${zone.length} points)${during}`);
  }
  if (exhibits !== null) {
    parts.push(exhibits.length === 1 ? 'in the named exhibit' : `in the ${exhibits.length} named exhibits`);
  }
  if (minConfidence > 0) parts.push(`of confidence at least ${percent(minConfidence)}%`);
  if (where !== null) parts.push(clauseOf(where, ENGLISH));
  parts.push(order === 'time' ? 'in order of time' : 'in order of falling confidence');
  return parts.join(', ');
}

const FRENCH = frenchWords(spanInFrench);
const ENGLISH = englishWords(spanInEnglish);

const pluralInFrench = (name: ClassName): string => {
  const word = classInFrench(name);
  return /[sxz]$/.test(word) ? word : `${word}s`;
};

const pluralInEnglish = (name: ClassName): string =>
  name === 'person' ? 'persons' : name === 'bus' ? 'buses' : `${name}s`;

interface ColourEntry {
  readonly colour: ColourName;
  readonly part: Part;
  readonly minShare: number;
}

const PARTS_IN_FRENCH = { whole: "de l'objet", upper: 'de la partie haute', lower: 'de la partie basse' } as const;
const PARTS_IN_ENGLISH = { whole: 'the object', upper: 'the upper part', lower: 'the lower part' } as const;

const shareInFrench = ({ part, minShare }: ColourEntry): string =>
  minShare === 0
    ? `toute part ${PARTS_IN_FRENCH[part]}`
    : `au moins ${percent(minShare).replace('.', ',')} % ${PARTS_IN_FRENCH[part]}`;

const shareInEnglish = ({ part, minShare }: ColourEntry): string =>
  minShare === 0
    ? `any share of ${PARTS_IN_ENGLISH[part]}`
    : `at least ${percent(minShare)}% of ${PARTS_IN_ENGLISH[part]}`;

function spanInFrench(time: { readonly from: string; readonly to: string }): string {
  const from = localTime(Date.parse(time.from));
  const to = localTime(Date.parse(time.to));
  const end = from.date === to.date ? to.time : `le ${to.date} ${to.time}`;
  return from.offset === to.offset
    ? `entre le ${from.date} ${from.time} et ${end} (${CASE_TIME_ZONE}, UTC${from.offset})`
    : `entre le ${from.date} ${from.time} (UTC${from.offset}) et ${end} (UTC${to.offset}, ${CASE_TIME_ZONE})`;
}

function spanInEnglish(time: { readonly from: string; readonly to: string }): string {
  const from = localTime(Date.parse(time.from));
  const to = localTime(Date.parse(time.to));
  const end = from.date === to.date ? to.time : `${to.isoDate} ${to.time}`;
  return from.offset === to.offset
    ? `between ${from.isoDate} ${from.time} and ${end} (${CASE_TIME_ZONE}, UTC${from.offset})`
    : `between ${from.isoDate} ${from.time} (UTC${from.offset}) and ${end} (UTC${to.offset}, ${CASE_TIME_ZONE})`;
}

// Up to six decimals: the sentence never rounds a threshold to another one that an investigator could have typed.
const percent = (share: number): string => String(Number((share * 100).toFixed(6)));

function joined(words: readonly string[], last: string): string {
  const head = words.slice(0, -1);
  const tail = words.at(-1) ?? '';
  return head.length === 0 ? tail : `${head.join(', ')} ${last} ${tail}`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
