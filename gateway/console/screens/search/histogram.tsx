import { type KeyboardEvent, type PointerEvent, useMemo, useRef, useState } from 'react';
import type { Hit } from '../../api/types.ts';
import { useWords } from '../../app/settings.tsx';
import { clockSpan, clockTime } from '../../parts/time.ts';
import type { Span } from './filters.ts';
import {
  BINS,
  binsOf,
  hitsIn,
  moved,
  type Part,
  partBetween,
  rangeOf,
  spanOf,
  timeOf,
  WHOLE,
} from './histogram-bins.ts';

const WIDTH = 1200;
const HEIGHT = 60;
/** Steps of the keys, in bins. */
const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -10,
  PageUp: 10,
  Home: -BINS,
  End: BINS,
};

/**
 * Hits over true time. A part is chosen by dragging over it, or by its two edges, which the arrows move too; it narrows the question when the
 * mouse is let go, or by Enter or the button.
 */
export function Histogram({ hits, onNarrow }: { readonly hits: readonly Hit[]; onNarrow(span: Span): void }) {
  const { search: words } = useWords();
  const surface = useRef<SVGSVGElement>(null);
  /** Where the mouse went down, as a share of the width. */
  const [start, setStart] = useState<number>();
  const [chosen, setChosen] = useState<{ readonly part: Part; readonly of: string }>();
  const range = useMemo(() => rangeOf(hits), [hits]);
  const bins = useMemo(() => binsOf(hits, range), [hits, range]);
  // What was chosen of other hits says nothing of these.
  const of = `${range.from} ${range.to}`;
  const part = chosen?.of === of ? chosen.part : WHOLE;
  const choose = (next: Part): void => setChosen({ part: next, of });
  const isWhole = part.first === 0 && part.end === BINS;
  const most = Math.max(1, ...bins.map(({ confirmed, others }) => confirmed + others));
  const shareAt = (event: PointerEvent): number => {
    const box = surface.current?.getBoundingClientRect();
    return box === undefined ? 0 : Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };
  const said = clockSpan(timeOf(range, part.first), timeOf(range, part.end));
  function narrow(): void {
    if (!isWhole) onNarrow(spanOf(range, part));
  }
  function drop(event: PointerEvent): void {
    const from = start;
    setStart(undefined);
    if (from === undefined) return;
    // A click is no period.
    if (Math.abs(shareAt(event) - from) <= 0.005) choose(WHOLE);
    else narrow();
  }
  function press(event: KeyboardEvent, edge: keyof Part): void {
    const step = STEPS[event.key];
    if (step === undefined && event.key !== 'Enter' && event.key !== 'Escape') return;
    // The player beside it has arrows of its own.
    event.preventDefault();
    event.stopPropagation();
    if (step !== undefined) choose(moved(part, edge, part[edge] + step));
    else if (event.key === 'Enter') narrow();
    else choose(WHOLE);
  }
  const bar = (count: number) => (HEIGHT * count) / most;
  const thumb = (edge: keyof Part) => (
    <div
      role="slider"
      tabIndex={0}
      className={`edge edge-${edge}`}
      aria-label={words.edges[edge]}
      aria-valuemin={edge === 'first' ? 0 : part.first + 1}
      aria-valuemax={edge === 'first' ? part.end - 1 : BINS}
      aria-valuenow={part[edge]}
      aria-valuetext={clockTime(timeOf(range, part[edge]))}
      style={{ left: `${(100 * part[edge]) / BINS}%` }}
      onKeyDown={(event) => press(event, edge)}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => {
        if (event.buttons === 1) choose(moved(part, edge, Math.round(shareAt(event) * BINS)));
      }}
    />
  );
  return (
    <fieldset className="histogram">
      <legend className="hidden">{words.histogram(hits.length, clockSpan(range.from, range.to))}</legend>
      <div className="histogram-track">
        <svg
          ref={surface}
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          aria-hidden="true"
          onPointerDown={(event) => {
            surface.current?.setPointerCapture(event.pointerId);
            setStart(shareAt(event));
          }}
          onPointerMove={(event) => {
            if (start !== undefined) choose(partBetween(start, shareAt(event)));
          }}
          onPointerUp={drop}
        >
          {bins.map(({ place, confirmed, others }) => (
            <g key={place}>
              <rect
                className="bar"
                x={(place * WIDTH) / BINS}
                y={HEIGHT - bar(confirmed + others)}
                width={WIDTH / BINS - 1}
                height={bar(others)}
              />
              <rect
                className="bar-confirmed"
                x={(place * WIDTH) / BINS}
                y={HEIGHT - bar(confirmed)}
                width={WIDTH / BINS - 1}
                height={bar(confirmed)}
              />
            </g>
          ))}
          {!isWhole && (
            <rect
              className="narrowing"
              x={(part.first * WIDTH) / BINS}
              y={0}
              width={((part.end - part.first) * WIDTH) / BINS}
              height={HEIGHT}
            />
          )}
        </svg>
        {thumb('first')}
        {thumb('end')}
      </div>
      <div className="histogram-foot sub">
        <span>{clockTime(range.from)}</span>
        <span role="status">{isWhole ? words.dragToNarrow : words.between(hitsIn(bins, part), said)}</span>
        <span>{clockTime(range.to)}</span>
      </div>
      {!isWhole && start === undefined && (
        <div className="row">
          <button type="button" data-act="narrow" onClick={narrow}>
            {words.narrow}
          </button>
          <button type="button" className="quiet" onClick={() => choose(WHOLE)}>
            {words.wholePeriod}
          </button>
        </div>
      )}
    </fieldset>
  );
}
