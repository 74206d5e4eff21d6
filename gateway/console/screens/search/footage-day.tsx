import { useState } from 'react';
import { useCaseData } from '../../app/case-data.tsx';
import { useInvestigation } from '../../app/investigation.tsx';
import { useWords } from '../../app/settings.tsx';
import { clockDay, clockOfDay } from '../../parts/time.ts';
import { type Filters, facetOf, type Span, withFacet, without } from './filters.ts';
import { between, dayAfter, HOUR_MS, hoursOf, type Stretch, startOf } from './footage.ts';
import { FootageHour } from './footage-hour.tsx';

const MINUTE_MS = 60_000;

/** A day of every camera by the hour: where it recorded within the hour, and how many hits begin there. What was not recorded stays empty. */
export function FootageDay({
  day,
  stretches,
  filters,
  onChange,
}: {
  readonly day: string;
  /** Of all days. */
  readonly stretches: readonly Stretch[];
  readonly filters: Filters;
  onChange(filters: Filters): void;
}) {
  const { footage: words } = useWords();
  const { exhibits } = useCaseData();
  const { hits } = useInvestigation();
  const [chosen, setChosen] = useState<{ readonly camera: string; readonly fromMs: number }>();
  const [startMs, endMs] = [startOf(day), startOf(dayAfter(day, 1))];
  const ofDay = between(stretches, startMs, endMs);
  const hours = hoursOf(day);
  const cameras = [...new Set(exhibits.map(({ camera }) => camera.id))].toSorted((a, b) =>
    a.localeCompare(b, 'fr', { numeric: true }),
  );
  const span: Span = { from: new Date(startMs).toISOString(), to: new Date(endMs).toISOString() };
  const asked = facetOf(filters, 'time')?.span;
  const isAsked = asked?.from === span.from && asked.to === span.to;
  const date = clockDay(startMs);
  const nameOfHour = (fromMs: number): string => `${Number(clockOfDay(fromMs).slice(0, 2))}`;
  return (
    <>
      <div className="footage-side">
        <div className="row">
          <strong>{date}</strong>
          <button
            type="button"
            id="ask-day"
            aria-pressed={isAsked}
            onClick={() => onChange(isAsked ? without(filters, 'time') : withFacet(filters, { kind: 'time', span }))}
          >
            {words.askDay(date)}
          </button>
        </div>
        <p className="sub">{ofDay.length === 0 ? words.nothing : words.hint}</p>
        {chosen !== undefined && (
          <FootageHour
            {...chosen}
            stretches={ofDay.filter(({ exhibit }) => exhibit.camera.id === chosen.camera)}
            filters={filters}
            onChange={onChange}
          />
        )}
      </div>
      {ofDay.length > 0 && (
        <div className="calendar-scroll footage-hours">
          <table className="calendar hours">
            <caption className="hidden">{words.dayTable(date)}</caption>
            <thead>
              <tr>
                <td />
                {hours.map((fromMs) => (
                  <th key={fromMs} scope="col">
                    {nameOfHour(fromMs)}
                    <span className="hidden"> h</span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {cameras.map((camera) => (
                <tr key={camera}>
                  <th scope="row">{camera}</th>
                  {hours.map((fromMs) => {
                    const toMs = fromMs + HOUR_MS;
                    const own = between(ofDay, fromMs, toMs).filter(({ exhibit }) => exhibit.camera.id === camera);
                    if (own.length === 0) return <td key={fromMs} />;
                    const found = hits.filter(
                      (hit) => hit.cameraId === camera && Date.parse(hit.from) >= fromMs && Date.parse(hit.from) < toMs,
                    );
                    const unreviewed = found.filter(({ verdict }) => verdict === 'unreviewed').length;
                    const minutes = Math.max(1, Math.round(lengthOf(own) / MINUTE_MS));
                    const isChosen = chosen?.camera === camera && chosen.fromMs === fromMs;
                    const said = words.hour(minutes, found.length, unreviewed);
                    return (
                      <td key={fromMs}>
                        <button
                          type="button"
                          data-hour={nameOfHour(fromMs)}
                          aria-pressed={isChosen}
                          title={said}
                          onClick={() => setChosen(isChosen ? undefined : { camera, fromMs })}
                        >
                          <span className="hidden">{said} : </span>
                          {found.length > 0 && found.length}
                          {unreviewed > 0 && <span className="dot" />}
                          <Line stretches={own} fromMs={fromMs} />
                        </button>
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

/** How much was recorded: files of one camera may lie over each other. */
function lengthOf(stretches: readonly Stretch[]): number {
  let [atMs, sumMs] = [0, 0];
  for (const { fromMs, toMs } of stretches) {
    sumMs += Math.max(0, toMs - Math.max(atMs, fromMs));
    atMs = Math.max(atMs, toMs);
  }
  return sumMs;
}

const WIDTH = 100;

function Line({ stretches, fromMs }: { readonly stretches: readonly Stretch[]; readonly fromMs: number }) {
  const x = (ms: number): number => ((ms - fromMs) / HOUR_MS) * WIDTH;
  return (
    <svg viewBox={`0 0 ${WIDTH} 4`} preserveAspectRatio="none" aria-hidden="true">
      {stretches.map((each) => (
        <rect
          key={`${each.exhibit.id} ${each.fromMs}`}
          className={`footage-${each.state}`}
          x={x(each.fromMs)}
          // Half a minute of an hour would be less than a pixel.
          width={Math.max(8, x(each.toMs) - x(each.fromMs))}
          height={4}
        />
      ))}
    </svg>
  );
}
