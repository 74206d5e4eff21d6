import { type PointerEvent, useMemo, useRef, useState } from 'react';
import type { Hit } from '../../api/types.ts';
import { useWords } from '../../app/settings.tsx';
import { clockSpan, clockTime } from '../../parts/time.ts';
import type { Span } from './filters.ts';

const BINS = 120;
const WIDTH = 1200;
const HEIGHT = 60;

interface Bin {
  readonly confirmed: number;
  readonly others: number;
}

/** Hits over true time. Dragging narrows the question to what lies between; by keys, the fields of the period do the same. */
export function Histogram({ hits, onNarrow }: { readonly hits: readonly Hit[]; onNarrow(span: Span): void }) {
  const { search: words } = useWords();
  const surface = useRef<SVGSVGElement>(null);
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number }>();
  const range = useMemo(() => rangeOf(hits), [hits]);
  const bins = useMemo(() => binsOf(hits, range), [hits, range]);
  const most = Math.max(1, ...bins.map(({ confirmed, others }) => confirmed + others));
  const shareAt = (event: PointerEvent): number => {
    const box = surface.current?.getBoundingClientRect();
    return box === undefined ? 0 : Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };
  const timeAt = (share: number): number => range.from + share * (range.to - range.from);
  function narrow(): void {
    if (drag === undefined) return;
    const [from, to] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)];
    setDrag(undefined);
    if (to - from > 0.005) onNarrow(spanOf(timeAt(from), timeAt(to)));
  }
  const bar = (count: number) => (HEIGHT * count) / most;
  return (
    <div className="histogram">
      <svg
        ref={surface}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={words.histogram(hits.length, clockSpan(range.from, range.to))}
        onPointerDown={(event) => {
          surface.current?.setPointerCapture(event.pointerId);
          const share = shareAt(event);
          setDrag({ from: share, to: share });
        }}
        onPointerMove={(event) =>
          setDrag((before) => (before === undefined ? before : { ...before, to: shareAt(event) }))
        }
        onPointerUp={narrow}
      >
        {bins.map(({ confirmed, others }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a bin is its place
          <g key={index}>
            <rect
              className="bar"
              x={(index * WIDTH) / BINS}
              y={HEIGHT - bar(confirmed + others)}
              width={WIDTH / BINS - 1}
              height={bar(others)}
            />
            <rect
              className="bar-confirmed"
              x={(index * WIDTH) / BINS}
              y={HEIGHT - bar(confirmed)}
              width={WIDTH / BINS - 1}
              height={bar(confirmed)}
            />
          </g>
        ))}
        {drag !== undefined && (
          <rect
            className="narrowing"
            x={Math.min(drag.from, drag.to) * WIDTH}
            y={0}
            width={Math.abs(drag.to - drag.from) * WIDTH}
            height={HEIGHT}
          />
        )}
      </svg>
      <div className="histogram-foot sub">
        <span>{clockTime(range.from)}</span>
        <span>{drag === undefined ? words.dragToNarrow : clockSpan(timeAt(drag.from), timeAt(drag.to))}</span>
        <span>{clockTime(range.to)}</span>
      </div>
    </div>
  );
}

const spanOf = (from: number, to: number): Span => ({
  from: new Date(Math.floor(from / 1000) * 1000).toISOString(),
  to: new Date(Math.ceil(to / 1000) * 1000).toISOString(),
});

function rangeOf(hits: readonly Hit[]): { readonly from: number; readonly to: number } {
  let [from, to] = [Number.POSITIVE_INFINITY, 0];
  for (const hit of hits) {
    from = Math.min(from, Date.parse(hit.from));
    to = Math.max(to, Date.parse(hit.to));
  }
  return to > from ? { from, to } : { from: from - 1000, to: from + 1000 };
}

function binsOf(hits: readonly Hit[], { from, to }: { readonly from: number; readonly to: number }): readonly Bin[] {
  const bins = Array.from({ length: BINS }, () => ({ confirmed: 0, others: 0 }));
  for (const hit of hits) {
    const at = Math.min(BINS - 1, Math.floor(((Date.parse(hit.from) - from) / (to - from)) * BINS));
    const bin = bins[at];
    if (bin === undefined) continue;
    if (hit.verdict === 'confirmed') bin.confirmed++;
    else bin.others++;
  }
  return bins;
}
