import { useEffect, useRef, useState } from 'react';
import type { PicturePoint } from '../../api/types.ts';
import { useCaseData } from '../../app/case-data.tsx';
import { useInvestigation } from '../../app/investigation.tsx';
import { useKeys } from '../../app/keys.ts';
import { goTo, usePlace } from '../../app/router.ts';
import { useSession } from '../../app/session.tsx';
import { useWords } from '../../app/settings.tsx';
import type { Direction } from '../../parts/draw/drawing.ts';
import { type Background, ZoneEditor } from '../../parts/draw/zone-editor.tsx';
import { Problem } from '../../parts/problem.tsx';
import { AcrossForm } from './across-form.tsx';
import { AnswerPanel } from './answer-panel.tsx';
import { AskedQuestions } from './asked-questions.tsx';
import { cameraPicture } from './camera-picture.ts';
import { CameraPlan } from './camera-plan.tsx';
import { Cameras } from './cameras.tsx';
import { Chips } from './chips.tsx';
import { type ConditionKind, drawnLeaf, figuresOf, KINDS, redrawn, startLeaf, TOOL_OF } from './conditions.ts';
import { FilterPane } from './filter-pane.tsx';
import { type Filters, facetOf, type Leaf, questionOf, targetOf, type Where, withFacet } from './filters.ts';
import { FootageCalendar } from './footage-calendar.tsx';
import { HitPanel } from './hit-panel.tsx';
import { stageFrame } from './stage-frame.ts';
import { TypedField } from './typed-field.tsx';

interface Drawing {
  readonly kind: ConditionKind;
  readonly background: Background;
  /** The first zone of two. */
  readonly earlier: readonly PicturePoint[] | undefined;
  /** The condition that is drawn again. */
  readonly again?: Where;
}

const UNKNOWN_WIDTH_PX = 1920;

/** What is drawn again begins as it was. */
const startOf = ({ again, earlier }: Drawing): readonly PicturePoint[] =>
  again === undefined ? [] : (figuresOf(again.leaf)[earlier === undefined ? 0 : 1] ?? []);

const directionOf = (leaf: Leaf | undefined): Direction =>
  leaf !== undefined && 'line' in leaf ? (leaf.line.direction ?? 'both') : 'both';

/** A line with the ways over it that its arrows say; anything else as it is. */
const crossing = (leaf: Leaf, direction: Direction): Leaf =>
  'line' in leaf ? { line: { ...leaf.line, direction } } : leaf;

/** Cameras left, criteria right, what was found in the middle; in the page the answer follows what was asked. */
export function SearchScreen() {
  const words = useWords();
  const { ask, hits, selected: marked, filters, setFilters, answer, error, isEarlier, reopen } = useInvestigation();
  const { api, caseId, requisition } = useSession();
  const { facets } = requisition;
  const { exhibits } = useCaseData();
  const [drawing, setDrawing] = useState<Drawing>();
  const [isAcross, setAcross] = useState(false);
  const { id, question } = usePlace();
  const linked = useRef<string>(undefined);
  useEffect(() => {
    if (question !== undefined && question !== linked.current && question !== answer?.questionId) void reopen(question);
    // Once: who asks something else while the address stays is not brought back.
    linked.current = question;
  }, [question, answer, reopen]);
  const selected = hits.find((hit) => hit.id === id);
  // Marked hits are let go first, by the grid.
  const mayClose = selected !== undefined && drawing === undefined && !isAcross && marked.size === 0;
  useKeys(mayClose ? { escape: () => goTo('search') } : {});
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

  /** The frame that is shown; else a picture of the one camera that is asked, or of the other camera where the condition is about that. */
  async function ground(): Promise<Background> {
    const shown = await stageFrame();
    if (shown.url !== undefined && targetOf(filters)?.travel === undefined) return shown;
    const group = targetOf(filters)?.travel?.exhibits;
    const chosen = group ?? facetOf(filters, 'exhibits')?.exhibits ?? exhibits.map(({ id }) => id);
    const asked = exhibits.filter(({ id, state }) => state === 'sealed' && chosen.includes(id));
    const cameras = new Set(asked.map(({ camera }) => camera.id));
    return cameras.size === 1 ? cameraPicture(api, caseId, asked, hits) : shown;
  }
  async function add(kind: ConditionKind): Promise<void> {
    setDrawing(undefined);
    setAcross(kind === 'acrossCameras');
    if (TOOL_OF[kind] !== undefined) return setDrawing({ kind, background: await ground(), earlier: undefined });
    const leaf = startLeaf(kind, facets);
    if (leaf !== undefined) put(leaf);
  }
  async function redraw(again: Where): Promise<void> {
    const kind = KINDS.find((each) => each in again.leaf);
    if (kind === undefined) return;
    setAcross(false);
    setDrawing({ kind, background: await ground(), earlier: undefined, again });
  }
  function drawn(
    { kind, background, earlier, again }: Drawing,
    points: readonly PicturePoint[],
    direction: Direction,
  ): void {
    if (kind === 'sequence' && earlier === undefined) {
      setDrawing({ kind, background, earlier: points, ...(again === undefined ? {} : { again }) });
      return;
    }
    if (again !== undefined) {
      const figures = earlier === undefined ? [points] : [earlier, points];
      setFilters(withFacet(filters, { ...again, leaf: crossing(redrawn(again.leaf, figures), direction) }));
      setDrawing(undefined);
      return;
    }
    const widthPx = background.widthPx ?? UNKNOWN_WIDTH_PX;
    const leaf = drawnLeaf(kind, points, earlier, { widthPx, heightPx: widthPx * background.ratio });
    if (leaf !== undefined) put(crossing(leaf, direction));
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
      <FilterPane
        filters={filters}
        onChange={setFilters}
        onAsk={() => run(filters)}
        onAdd={(kind) => void add(kind)}
        hasFrame={selected !== undefined}
      />
      <div className="middle">
        <div className="ask-line">
          <Chips filters={filters} onChange={setFilters} onDraw={(facet) => void redraw(facet)} />
          <TypedField filters={filters} onChange={setFilters} />
        </div>
        <Problem error={error} />
        {error !== undefined && isEarlier && answer !== undefined && (
          <p className="sub">{words.search.earlierAnswer}</p>
        )}
        <CameraPlan filters={filters} onChange={setFilters} />
        <FootageCalendar filters={filters} onChange={setFilters} />
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
              start={startOf(drawing)}
              startDirection={directionOf(drawing.again?.leaf)}
              onDone={(points, direction) => drawn(drawing, points, direction)}
              onCancel={() => setDrawing(undefined)}
            />
          </section>
        )}
        {isAcross && <AcrossForm filters={filters} onChange={setFilters} onClose={() => setAcross(false)} />}
        {selected !== undefined && drawing === undefined && !isAcross && <HitPanel hit={selected} />}
        <AnswerPanel
          selectedId={id}
          onNarrow={(span) => {
            const next = withFacet(filters, { kind: 'time', span });
            setFilters(next);
            run(next);
          }}
          onActivity={(weekday, hour) => {
            const hourOf = (at: number) => `${String(at % 24).padStart(2, '0')}:00`;
            const leaves: readonly Leaf[] = [
              { weekday: [weekday] },
              { timeOfDay: { from: hourOf(hour), to: hourOf(hour + 1) } },
            ];
            const next = leaves.reduce<Filters>(
              (before, leaf) => withFacet(before, { kind: 'where', id: crypto.randomUUID(), leaf }),
              { ...filters, target: undefined },
            );
            setFilters(next);
            run(next);
          }}
        />
      </div>
    </main>
  );
}
