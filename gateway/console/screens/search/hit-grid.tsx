import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Hit } from '../../../search/types.ts';
import { goTo, type Screen } from '../../app/router.ts';
import { useWords } from '../../app/settings.tsx';
import { HitCard } from './hit-card.tsx';

const CARD_WORDS_PX = 100;
const GAP_PX = 8;
const RATIO = 9 / 16;

/** Thumbnails of any number of hits: only the rows in sight are in the page. Arrows move, Enter opens. */
export function HitGrid({
  hits,
  selectedId,
  screen,
}: {
  readonly hits: readonly Hit[];
  readonly selectedId: string | undefined;
  /** Where a hit opens. */
  readonly screen: Screen;
}) {
  const { search: words } = useWords();
  const scroller = useRef<HTMLDivElement>(null);
  const [widthPx, setWidthPx] = useState(800);
  const [cardPx, setCardPx] = useState(190);
  const [focused, setFocused] = useState(0);
  /** The card that the keys moved to: it has the focus as soon as it is in the page, thousands of rows away too. */
  const wanted = useRef<number>(undefined);
  useEffect(() => {
    if (wanted.current === undefined) return;
    const card = scroller.current?.querySelector<HTMLElement>(`[data-at="${wanted.current}"]`);
    if (card === null || card === undefined) return;
    wanted.current = undefined;
    card.focus({ preventScroll: true });
  });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const watcher = new ResizeObserver(() => setWidthPx(element.clientWidth));
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);
  const columns = Math.max(1, Math.floor((widthPx + GAP_PX) / (cardPx + GAP_PX)));
  const rows = Math.ceil(hits.length / columns);
  const rowPx = Math.round(((widthPx - GAP_PX * (columns - 1)) / columns) * RATIO) + CARD_WORDS_PX + GAP_PX;
  const virtual = useVirtualizer({
    count: rows,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 2,
    useFlushSync: false,
  });
  useEffect(() => {
    if (rowPx > 0) virtual.measure();
  }, [rowPx, virtual]);
  const selectedAt = hits.findIndex(({ id }) => id === selectedId);
  useEffect(() => {
    if (selectedAt >= 0) virtual.scrollToIndex(Math.floor(selectedAt / columns), { align: 'auto' });
  }, [selectedAt, columns, virtual]);

  const open = useCallback(
    (at: number, id: string) => {
      setFocused(at);
      goTo(screen, id);
    },
    [screen],
  );

  function move(event: KeyboardEvent<HTMLDivElement>): void {
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: columns,
      ArrowUp: -columns,
      Home: -hits.length,
      End: hits.length,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = Math.min(hits.length - 1, Math.max(0, focused + step));
    setFocused(next);
    virtual.scrollToIndex(Math.floor(next / columns));
    wanted.current = next;
  }

  return (
    <>
      <label className="density">
        {words.density}
        <input
          type="range"
          min={120}
          max={420}
          step={10}
          value={cardPx}
          onChange={(event) => setCardPx(Number(event.target.value))}
        />
      </label>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys move the focus among the buttons inside */}
      <div ref={scroller} className="hit-grid" id="hits" onKeyDown={move}>
        <ul aria-label={words.results} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().flatMap((row) =>
            hits.slice(row.index * columns, (row.index + 1) * columns).map((hit, column) => {
              const at = row.index * columns + column;
              return (
                <li
                  key={hit.id}
                  style={{
                    width: `calc((100% - ${GAP_PX * (columns - 1)}px) / ${columns})`,
                    height: rowPx - GAP_PX,
                    left: `calc((100% + ${GAP_PX}px) / ${columns} * ${column})`,
                    transform: `translateY(${row.start}px)`,
                  }}
                >
                  <HitCard
                    hit={hit}
                    at={at}
                    isSelected={hit.id === selectedId}
                    isTabStop={at === focused}
                    onOpen={open}
                  />
                </li>
              );
            }),
          )}
        </ul>
      </div>
    </>
  );
}
