import { useEffect, useState } from 'react';
import type { PicturePoint } from '../../../search/types.ts';
import { useInvestigation } from '../../app/investigation.tsx';
import { goTo, usePlace } from '../../app/router.ts';
import { useWords } from '../../app/settings.tsx';
import { type Background, ZoneEditor } from '../../parts/draw/zone-editor.tsx';
import { AnswerPanel } from './answer-panel.tsx';
import { AskedQuestions } from './asked-questions.tsx';
import { Cameras } from './cameras.tsx';
import { Chips } from './chips.tsx';
import { type ConditionKind, drawnLeaf, startLeaf, TOOL_OF } from './conditions.ts';
import { FilterPane } from './filter-pane.tsx';
import { type Filters, type Leaf, questionOf, withFacet } from './filters.ts';
import { HitPanel } from './hit-panel.tsx';
import { stageFrame } from './stage-frame.ts';
import { TypedField } from './typed-field.tsx';

interface Drawing {
  readonly kind: ConditionKind;
  readonly background: Background;
  /** The first zone of two. */
  readonly earlier: readonly PicturePoint[] | undefined;
}

const UNKNOWN_WIDTH_PX = 1920;

/** Cameras left, what was found in the middle, criteria right. */
export function SearchScreen() {
  const words = useWords();
  const { ask, hits, filters, setFilters } = useInvestigation();
  const [drawing, setDrawing] = useState<Drawing>();
  const { id } = usePlace();
  const selected = hits.find((hit) => hit.id === id);
  const url = drawing?.background.url;
  useEffect(
    () => () => {
      if (url !== undefined) URL.revokeObjectURL(url);
    },
    [url],
  );

  function run(next: Filters): void {
    goTo('search');
    void ask(questionOf(next));
  }
  const put = (leaf: Leaf): void => setFilters(withFacet(filters, { kind: 'where', id: crypto.randomUUID(), leaf }));

  async function add(kind: ConditionKind): Promise<void> {
    if (TOOL_OF[kind] !== undefined) return setDrawing({ kind, background: await stageFrame(), earlier: undefined });
    const leaf = startLeaf(kind);
    if (leaf !== undefined) put(leaf);
  }
  function drawn({ kind, background, earlier }: Drawing, points: readonly PicturePoint[]): void {
    if (kind === 'sequence' && earlier === undefined) {
      setDrawing({ kind, background, earlier: points });
      return;
    }
    const widthPx = background.widthPx ?? UNKNOWN_WIDTH_PX;
    const leaf = drawnLeaf(kind, points, earlier, { widthPx, heightPx: widthPx * background.ratio });
    if (leaf !== undefined) put(leaf);
    setDrawing(undefined);
  }
  const tool = drawing === undefined ? undefined : TOOL_OF[drawing.kind];
  return (
    <main id="main" tabIndex={-1} className="search-screen">
      <h2 className="hidden">{words.app.search}</h2>
      <aside className="cameras" aria-label={words.search.cameras}>
        <Cameras filters={filters} onChange={setFilters} />
        <AskedQuestions />
      </aside>
      <div className="middle">
        <div className="ask-line">
          <Chips filters={filters} onChange={setFilters} />
          <TypedField filters={filters} onChange={setFilters} />
        </div>
        {drawing !== undefined && tool !== undefined && (
          <section aria-labelledby="draw-title">
            <h3 id="draw-title">
              {words.condition.kinds[drawing.kind]}
              {drawing.kind === 'sequence' && ` ${drawing.earlier === undefined ? 'A' : 'B'}`}
            </h3>
            <ZoneEditor
              key={drawing.earlier === undefined ? 'first' : 'second'}
              background={drawing.background}
              tool={tool}
              start={[]}
              onDone={(points) => drawn(drawing, points)}
              onCancel={() => setDrawing(undefined)}
            />
          </section>
        )}
        {selected !== undefined && drawing === undefined && <HitPanel hit={selected} />}
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
        onAdd={(kind) => void add(kind)}
        hasFrame={selected !== undefined}
      />
    </main>
  );
}
