import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Hit } from '../../api/types.ts';
import { useInvestigation } from '../../app/investigation.tsx';
import { useKeys } from '../../app/keys.ts';
import { goTo, type Screen } from '../../app/router.ts';
import { useSession } from '../../app/session.tsx';
import { useWords } from '../../app/settings.tsx';
import { HitCard, type Pick } from './hit-card.tsx';
import { nextToReview } from './next-to-review.ts';
import { SelectionBar } from './selection-bar.tsx';

const CARD_WORDS_PX = 118;
const GAP_PX = 8;
const RATIO = 9 / 16;

/**
 * Thumbnails of any number of hits: only the rows in sight are in the page. Arrows move, Enter opens; Ctrl or Cmd marks one, Shift as far as
 * one, Ctrl+A all that are shown here, R opens the next to review.
 */
export function HitGrid({
  hits,
  filter,
  openId,
  screen,
}: {
  readonly hits: readonly Hit[];
  /** Buttons that choose which hits these are. */
  readonly filter: ReactNode;
  readonly openId: string | undefined;
  /** Where a hit opens. */
  readonly screen: Screen;
}) {
  const { search: words } = useWords();
  const { role } = useSession();
  const { selected, select, elsewhere } = useInvestigation();
  const isAgent = role === 'agent';
  const scroller = useRef<HTMLDivElement>(null);
  const [widthPx, setWidthPx] = useState(800);
  const [cardPx, setCardPx] = useState(190);
  const [focused, setFocused] = useState(0);
  /** The card that the keys moved to: it has the focus as soon as it is in the page, thousands of rows away too. */
  const wanted = useRef<number>(undefined);
  // Who closes the hit is back on its card.
  const wasOpen = useRef(false);
  useEffect(() => {
    if (openId === undefined && wasOpen.current && document.activeElement === document.body) wanted.current = focused;
    wasOpen.current = openId !== undefined;
  }, [openId, focused]);
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
  const openAt = hits.findIndex(({ id }) => id === openId);
  useEffect(() => {
    if (openAt < 0) return;
    setFocused(openAt);
    virtual.scrollToIndex(Math.floor(openAt / columns), { align: 'auto' });
  }, [openAt, columns, virtual]);

  /** Where marking as far as another begins. */
  const anchor = useRef(0);
  const open = useCallback(
    (at: number, id: string) => {
      setFocused(at);
      anchor.current = at;
      goTo(screen, id);
    },
    [screen],
  );

  const pick = useCallback(
    (at: number, how: Pick) => {
      setFocused(at);
      const id = hits[at]?.id;
      if (id === undefined) return;
      if (how === 'range') {
        const [first, last] = [Math.min(at, anchor.current), Math.max(at, anchor.current)];
        return select([...selected, ...hits.slice(first, last + 1).map((hit) => hit.id)]);
      }
      anchor.current = at;
      const others = [...selected].filter((each) => each !== id);
      select(selected.has(id) ? others : [...others, id]);
    },
    [hits, selected, select],
  );
  const focusCard = useCallback(() => scroller.current?.querySelector<HTMLElement>('.hit[tabindex="0"]')?.focus(), []);
  useKeys(
    isAgent
      ? {
          'ctrl+a': () => select(hits.map(({ id }) => id)),
          ...(selected.size > 0 && { escape: () => select([]) }),
          // The player of an open hit has the key itself.
          ...(openId === undefined && {
            r: () => {
              const next = nextToReview(hits, selected, openId);
              if (next !== undefined) goTo(screen, next.id);
            },
          }),
        }
      : {},
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
    if (isAgent && event.key === ' ' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      pick(focused, 'one');
      return;
    }
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = Math.min(hits.length - 1, Math.max(0, focused + step));
    setFocused(next);
    if (isAgent && event.shiftKey) pick(next, 'range');
    else anchor.current = next;
    virtual.scrollToIndex(Math.floor(next / columns));
    wanted.current = next;
  }

  return (
    <>
      <div className="grid-head">
        <div className="row">{filter}</div>
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
      </div>
      {isAgent && <SelectionBar hits={hits} screen={screen} onEmpty={focusCard} />}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys move the focus among the buttons inside */}
      <div ref={scroller} className="hit-grid" id="hits" onKeyDown={move}>
        {hits.length === 0 && <p className="sub">{words.noneOfFilter}</p>}
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
                    elsewhere={elsewhere.get(hit.id)?.verdict}
                    at={at}
                    isOpen={hit.id === openId}
                    isPicked={isAgent ? selected.has(hit.id) : undefined}
                    isTabStop={at === focused}
                    onOpen={open}
                    onPick={pick}
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
