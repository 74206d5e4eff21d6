import { useState } from 'react';
import { useInvestigation } from '../../app/investigation.tsx';
import { usePlace } from '../../app/router.ts';
import { useWords } from '../../app/settings.tsx';
import { AnswerPanel } from './answer-panel.tsx';
import { Cameras } from './cameras.tsx';
import { Chips } from './chips.tsx';
import { FilterPane } from './filter-pane.tsx';
import { type Filters, NO_FILTERS, questionOf } from './filters.ts';
import { HitPanel } from './hit-panel.tsx';

/** Cameras left, what was found in the middle, criteria right. */
export function SearchScreen() {
  const words = useWords();
  const { ask, hits } = useInvestigation();
  const [filters, setFilters] = useState<Filters>(NO_FILTERS);
  const { id } = usePlace();
  const selected = hits.find((hit) => hit.id === id);
  return (
    <main id="main" tabIndex={-1} className="search-screen">
      <h2 className="hidden">{words.app.search}</h2>
      <Cameras filters={filters} onChange={setFilters} />
      <div className="middle">
        <Chips filters={filters} onChange={setFilters} />
        {selected !== undefined && <HitPanel hit={selected} />}
        <AnswerPanel selectedId={id} />
      </div>
      <FilterPane filters={filters} onChange={setFilters} onAsk={() => void ask(questionOf(filters))} />
    </main>
  );
}
