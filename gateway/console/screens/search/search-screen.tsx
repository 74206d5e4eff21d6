import { useEffect, useState } from 'react';
import { useInvestigation } from '../../app/investigation.tsx';
import { goTo, usePlace } from '../../app/router.ts';
import { useWords } from '../../app/settings.tsx';
import { type Background, ZoneEditor } from '../../parts/draw/zone-editor.tsx';
import { AnswerPanel } from './answer-panel.tsx';
import { AskedQuestions } from './asked-questions.tsx';
import { Cameras } from './cameras.tsx';
import { Chips } from './chips.tsx';
import { FilterPane } from './filter-pane.tsx';
import { type Filters, facetOf, questionOf, withFacet } from './filters.ts';
import { HitPanel } from './hit-panel.tsx';
import { stageFrame } from './stage-frame.ts';
import { TypedField } from './typed-field.tsx';

/** Cameras left, what was found in the middle, criteria right. */
export function SearchScreen() {
  const words = useWords();
  const { ask, hits, filters, setFilters } = useInvestigation();
  const [drawOn, setDrawOn] = useState<Background>();
  const { id } = usePlace();
  const selected = hits.find((hit) => hit.id === id);
  useEffect(() => {
    const url = drawOn?.url;
    return () => {
      if (url !== undefined) URL.revokeObjectURL(url);
    };
  }, [drawOn]);
  const zone = facetOf(filters, 'zone');

  function run(next: Filters): void {
    goTo('search');
    void ask(questionOf(next));
  }
  return (
    <main id="main" tabIndex={-1} className="search-screen">
      <h2 className="hidden">{words.app.search}</h2>
      <aside className="cameras" aria-label={words.search.cameras}>
        <Cameras filters={filters} onChange={setFilters} />
        <AskedQuestions />
      </aside>
      <div className="middle">
        <div className="ask-line">
          <Chips filters={filters} onChange={setFilters} onEditZone={() => void stageFrame().then(setDrawOn)} />
          <TypedField filters={filters} onChange={setFilters} />
        </div>
        {drawOn !== undefined && (
          <section aria-labelledby="draw-title">
            <h3 id="draw-title">{words.draw.title}</h3>
            <ZoneEditor
              background={drawOn}
              start={zone?.points ?? []}
              onDone={(points) => {
                setFilters(withFacet(filters, { kind: 'zone', exhibitId: selected?.exhibitId, points }));
                setDrawOn(undefined);
              }}
              onCancel={() => setDrawOn(undefined)}
            />
          </section>
        )}
        {selected !== undefined && drawOn === undefined && <HitPanel hit={selected} />}
        <AnswerPanel
          selectedId={id}
          onNarrow={(span) => {
            const next = withFacet(filters, { kind: 'time', span });
            setFilters(next);
            run(next);
          }}
        />
      </div>
      <FilterPane
        filters={filters}
        onChange={setFilters}
        onAsk={() => run(filters)}
        onDraw={() => void stageFrame().then(setDrawOn)}
        hasFrame={selected !== undefined}
      />
    </main>
  );
}
