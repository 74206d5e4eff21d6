import { type KeyboardEvent, useEffect, useRef } from 'react';
import { useSettings } from '../../app/settings.tsx';
import { type DayMarks, dayAfter, monthAfter, weeksOf } from './footage.ts';

const dateIn = (language: string, options: Intl.DateTimeFormatOptions): ((day: string) => string) => {
  const format = new Intl.DateTimeFormat(language === 'fr' ? 'fr-FR' : 'en-GB', { timeZone: 'UTC', ...options });
  return (day) => format.format(new Date(`${day}T00:00:00Z`));
};

/** Of the days of a week, Monday first. */
const PLACES = [0, 1, 2, 3, 4, 5, 6];

/** A month: a line under the days that have footage, a dot on those with hits that nobody looked at. Every day can be picked. */
export function FootageMonth({
  day,
  marks,
  onPick,
}: {
  /** The day that is picked, whose month is shown. */
  readonly day: string;
  readonly marks: ReadonlyMap<string, DayMarks>;
  onPick(day: string): void;
}) {
  const { words, language } = useSettings();
  const { footage } = words;
  const table = useRef<HTMLTableElement>(null);
  const byKeys = useRef(false);
  useEffect(() => {
    if (byKeys.current) table.current?.querySelector<HTMLElement>(`[data-day="${day}"]`)?.focus();
    byKeys.current = false;
  }, [day]);
  const nameOf = dateIn(language, { month: 'long', year: 'numeric' });
  const weekdayOf = dateIn(language, { weekday: 'short' });
  const fullOf = dateIn(language, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
  const weeks = weeksOf(day);
  const [monday = ''] = weeksOf('2024-01-01')[0] ?? [];

  function move(event: KeyboardEvent): void {
    const next: Readonly<Record<string, string>> = {
      ArrowLeft: dayAfter(day, -1),
      ArrowRight: dayAfter(day, 1),
      ArrowUp: dayAfter(day, -7),
      ArrowDown: dayAfter(day, 7),
      PageUp: monthAfter(day, -1),
      PageDown: monthAfter(day, 1),
    };
    const wanted = next[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    byKeys.current = true;
    onPick(wanted);
  }
  return (
    <div className="month">
      <div className="month-head">
        <button type="button" aria-label={footage.previousMonth} onClick={() => onPick(monthAfter(day, -1))}>
          ‹
        </button>
        <strong aria-live="polite">{nameOf(day)}</strong>
        <button type="button" aria-label={footage.nextMonth} onClick={() => onPick(monthAfter(day, 1))}>
          ›
        </button>
      </div>
      <table ref={table} aria-label={nameOf(day)} onKeyDown={move}>
        <thead>
          <tr>
            {PLACES.map((at) => (
              <th key={at} scope="col">
                {weekdayOf(dayAfter(monday, at))}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeks.map((week) => (
            <tr key={week.find((each) => each !== undefined)}>
              {PLACES.map((at) => {
                const each = week[at];
                if (each === undefined) return <td key={at} />;
                const { cameras, hits = 0, unreviewed = 0, isAnalysed } = marks.get(each) ?? {};
                const many = cameras?.size ?? 0;
                const kind = many === 0 ? 'empty' : isAnalysed ? 'recorded' : 'waiting';
                return (
                  <td key={each}>
                    <button
                      type="button"
                      className={`day ${kind}`}
                      data-day={each}
                      aria-pressed={each === day}
                      aria-label={`${fullOf(each)} : ${footage.day(many, hits, unreviewed)}`}
                      title={footage.day(many, hits, unreviewed)}
                      tabIndex={each === day ? 0 : -1}
                      onClick={() => onPick(each)}
                    >
                      {Number(each.slice(8))}
                      {unreviewed > 0 && <span className="dot" />}
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
