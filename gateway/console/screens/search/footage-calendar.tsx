import { useMemo, useState } from 'react';
import { useCaseData } from '../../app/case-data.tsx';
import { useInvestigation } from '../../app/investigation.tsx';
import { useWords } from '../../app/settings.tsx';
import { clockDay } from '../../parts/time.ts';
import { type Filters, facetOf } from './filters.ts';
import { dayOf, marksByDay, stretchesOf } from './footage.ts';
import { FootageDay } from './footage-day.tsx';
import { FootageMonth } from './footage-month.tsx';

/** What footage the case has and when: a month of days, and of the day that is picked each camera by the hour. */
export function FootageCalendar({
  filters,
  onChange,
}: {
  readonly filters: Filters;
  onChange(filters: Filters): void;
}) {
  const { footage: words } = useWords();
  const { exhibits, jobs } = useCaseData();
  const { hits } = useInvestigation();
  const [isOpen, setOpen] = useState(false);
  const [picked, setPicked] = useState<string>();
  const stretches = useMemo(() => stretchesOf(exhibits, jobs), [exhibits, jobs]);
  const marks = useMemo(() => marksByDay(stretches, hits), [stretches, hits]);
  const days = [...marks].flatMap(([day, { cameras }]) => (cameras.size > 0 ? [day] : [])).toSorted();
  const [first, last] = [stretches[0], stretches.at(-1)];
  if (first === undefined || last === undefined) return null;
  const asked = facetOf(filters, 'time')?.span.from;
  const unreviewed = days.find((day) => (marks.get(day)?.unreviewed ?? 0) > 0);
  const day = picked ?? (asked === undefined ? (unreviewed ?? dayOf(last.fromMs)) : dayOf(asked));
  return (
    <details className="plan footage" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.title(days.length, clockDay(first.fromMs), clockDay(last.toMs - 1))}</summary>
      {isOpen && (
        <div className="footage-body">
          <FootageMonth day={day} marks={marks} onPick={setPicked} />
          <FootageDay key={day} day={day} stretches={stretches} filters={filters} onChange={onChange} />
        </div>
      )}
    </details>
  );
}
