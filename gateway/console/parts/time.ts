// One zone for the whole case, printed everywhere and never the browser's; 24 hours, day before month.

export const ZONE = 'Europe/Paris';

const digits = {
  timeZone: ZONE,
  day: '2-digit',
  month: '2-digit',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
} as const;
const full = new Intl.DateTimeFormat('fr-FR', digits);
const day = new Intl.DateTimeFormat('fr-FR', { timeZone: ZONE, day: '2-digit', month: '2-digit', year: 'numeric' });
const time = new Intl.DateTimeFormat('fr-FR', { timeZone: ZONE, timeStyle: 'medium' });
const offsetName = new Intl.DateTimeFormat('en', { timeZone: ZONE, timeZoneName: 'longOffset' });

/** `02/03/2026 14:02:00` */
export const clockTime = (instant: string | number): string => full.format(new Date(instant));
export const clockDay = (instant: string | number): string => day.format(new Date(instant));
export const clockOfDay = (instant: string | number): string => time.format(new Date(instant));

const pad = (value: number, length = 2): string => String(value).padStart(length, '0');

/** Paris's distance from UTC at that instant: `+01:00`. */
export function offsetAt(instant: string | number): string {
  const name = offsetName.formatToParts(new Date(instant)).find(({ type }) => type === 'timeZoneName')?.value;
  return name?.replace('GMT', '') || '+00:00';
}

/** `02/03/2026 14:02:00.250 (UTC+01:00)`; of a media position to the millisecond. */
export function exactTime(ms: number): string {
  return `${clockTime(ms)}.${pad(((Math.floor(ms) % 1000) + 1000) % 1000, 3)} (UTC${offsetAt(ms)})`;
}

/** From and to, the day once when it is the same. */
export function clockSpan(from: string | number, to: string | number): string {
  const [start, end] = [clockTime(from), clockTime(to)];
  return start.slice(0, 10) === end.slice(0, 10) ? `${start} – ${clockOfDay(to)}` : `${start} – ${end}`;
}

/** Media seconds as `00:01:02.5`. */
export function mediaTime(seconds: number, decimals: 0 | 1 | 3 = 1): string {
  const scale = 10 ** decimals;
  const units = Math.round(Math.max(0, seconds) * scale);
  const whole = Math.floor(units / scale);
  const rest = decimals === 0 ? '' : `.${pad(units % scale, decimals)}`;
  return `${pad(Math.floor(whole / 3600))}:${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}${rest}`;
}

/** A length of time as `4.2 s`, `3 min 05 s`, `1 h 02 min`. */
export function secondsWords(seconds: number): string {
  const tenths = Math.round(seconds * 10);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 3600
    ? `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`
    : `${Math.floor(whole / 3600)} h ${pad(Math.floor(whole / 60) % 60)} min`;
}

const LOCAL_TIME = /^(\d{2})\/(\d{2})\/(\d{4}) (\d{2}):(\d{2})(?::(\d{2}))?$/;

/** `jj/mm/aaaa hh:mm:ss` in Paris as RFC 3339 with the offset that Paris has then; undefined for anything else. */
export function parisInstant(text: string): string | undefined {
  const [, dayText, month, year, hour, minute, second = '00'] = LOCAL_TIME.exec(text.trim()) ?? [];
  const local = `${year}-${month}-${dayText}T${hour}:${minute}:${second}`;
  const asUtc = Date.parse(`${local}Z`);
  // A day that its month has not would be taken for one of the next.
  if (Number.isNaN(asUtc) || !new Date(asUtc).toISOString().startsWith(local)) return undefined;
  // The offset an hour or two off is another one only in the night of a change: asked again at the instant itself.
  const first = offsetAt(asUtc);
  const offset = offsetAt(Date.parse(`${local}${first}`));
  return `${local}${offset}`;
}
