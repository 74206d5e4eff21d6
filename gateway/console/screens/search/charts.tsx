import { useState } from 'react';
import type { Answer, Hit } from '../../api/types.ts';
import { useName, useWords } from '../../app/settings.tsx';
import { BarRows } from '../../parts/bar-rows.tsx';
import { ActivityCalendar } from './activity-calendar.tsx';
import type { Weekday } from './conditions.ts';
import { HeatMap } from './heat-map.tsx';

const MOST_MAPS = 4;

/** What the whole answer looks like, whatever of it has arrived: where it went, when, of what colour and kind it is. */
export function Charts({
  answer,
  hits,
  onActivity,
}: {
  readonly answer: Answer;
  /** Those that have arrived: their pictures lie under the maps. */
  readonly hits: readonly Hit[];
  onActivity(weekday: Weekday, hour: number): void;
}) {
  const { search: words } = useWords();
  const nameOf = useName();
  const [isOpen, setOpen] = useState(false);
  const { byClass, byColour, byHour, byExhibit } = answer.counts;
  const exhibits = byExhibit.toSorted((a, b) => b.hits - a.hits);
  return (
    <details className="charts" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.charts}</summary>
      {isOpen && (
        <>
          <ActivityCalendar hours={byHour} onPick={onActivity} />
          <div className="columns">
            <div>
              <h4>{words.byClass}</h4>
              <BarRows rows={byClass.map(({ class: name, hits: value }) => ({ name: nameOf(name), value }))} />
            </div>
            <div>
              <h4>{words.byColour}</h4>
              <BarRows
                rows={byColour
                  .toSorted((a, b) => b.hits - a.hits)
                  .map(({ colour, hits: value }) => ({ name: nameOf(colour), value, swatch: colour }))}
              />
            </div>
          </div>
          <div className="heat-maps">
            {exhibits.slice(0, MOST_MAPS).map(({ exhibitId }) => (
              <HeatMap
                key={`${answer.questionId} ${exhibitId}`}
                questionId={answer.questionId}
                exhibitId={exhibitId}
                hit={hits.find((hit) => hit.exhibitId === exhibitId)}
              />
            ))}
          </div>
          {exhibits.length > MOST_MAPS && <p className="sub">{words.moreMaps(exhibits.length - MOST_MAPS)}</p>}
        </>
      )}
    </details>
  );
}
