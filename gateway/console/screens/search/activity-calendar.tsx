import type { Counts } from '../../api/types.ts';
import { useName, useWords } from '../../app/settings.tsx';
import { WEEKDAYS, type Weekday } from './conditions.ts';
import { byWeekday } from './heat.ts';

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
/** Shades of a cell. */
const STEPS = 5;

/** Hits by hour of the day and weekday, in the time of the case; a cell narrows the question to its hour of its day. */
export function ActivityCalendar({
  hours,
  onPick,
}: {
  readonly hours: Counts['byHour'];
  onPick(weekday: Weekday, hour: number): void;
}) {
  const { heat: words } = useWords();
  const nameOf = useName();
  const week = byWeekday(hours);
  const most = Math.max(1, ...week.flat());
  return (
    <div className="calendar-scroll">
      <table className="calendar">
        <caption>
          {words.calendar} <span className="sub">{words.calendarHint}</span>
        </caption>
        <thead>
          <tr>
            <td />
            {HOURS.map((hour) => (
              <th key={hour} scope="col">
                {hour}
                <span className="hidden"> h</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {WEEKDAYS.map((day, index) => (
            <tr key={day}>
              <th scope="row">{nameOf(day)}</th>
              {HOURS.map((hour) => {
                const hits = week[index]?.[hour] ?? 0;
                if (hits === 0) return <td key={hour} />;
                return (
                  <td key={hour} className={`shade-${Math.ceil(Math.sqrt(hits / most) * STEPS)}`}>
                    <button type="button" title={words.pick(nameOf(day), hour)} onClick={() => onPick(day, hour)}>
                      {hits}
                      <span className="hidden"> : {words.pick(nameOf(day), hour)}</span>
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
