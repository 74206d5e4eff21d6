import { type PointerEvent, useEffect, useRef, useState } from 'react';
import type { Bookmark, Hit } from '../../api/types.ts';
import { useName, useWords } from '../../app/settings.tsx';
import { mediaTime } from '../../parts/time.ts';
import type { ActivityBody } from './use-activity.ts';

const WIDTH = 1000;
const BINS = 250;

/** What is explained below the drawing, in the colours that it has there. */
const LEGEND = [
  ['activity', 'key-activity'],
  ['hit', 'key-hit'],
  ['analysed', 'mode-analysed'],
] as const;
/** Beside it, where there is any. */
const UNSEEN = ['undecodable', 'outside'] as const;

interface View {
  readonly from: number;
  readonly to: number;
}

function zoomed({ from, to }: View, factor: number, around: number, whole: number): View {
  const width = Math.min(whole, Math.max(2, (to - from) * factor));
  const start = Math.min(Math.max(0, around - ((around - from) / (to - from)) * width), whole - width);
  return { from: start, to: start + width };
}

/** The exhibit from end to end: how much happens, where hits are, how it was looked at, and what could not be. A click seeks. */
export function Timeline({
  activity,
  hits,
  selectedId,
  seconds,
  marks,
  bookmarks,
  onSeek,
  onHit,
}: {
  readonly activity: ActivityBody;
  readonly hits: readonly Hit[];
  readonly selectedId: string | undefined;
  readonly seconds: number | undefined;
  readonly marks: { readonly in: number | undefined; readonly out: number | undefined };
  /** Of this exhibit. */
  readonly bookmarks: readonly Pick<Bookmark, 'id' | 'atSeconds'>[];
  onSeek(seconds: number): void;
  /** A marker was pressed: the hit under it, of several the one after the hit that is open. */
  onHit(hit: Hit): void;
}) {
  const { player: words } = useWords();
  const nameOf = useName();
  const whole = Math.max(0.001, activity.durationSeconds);
  const [view, setView] = useState<View>({ from: 0, to: whole });
  const drawing = useRef<SVGSVGElement>(null);
  const x = (at: number): number => ((at - view.from) / (view.to - view.from)) * WIDTH;
  const at = (clientX: number): number => {
    const box = drawing.current?.getBoundingClientRect();
    if (box === undefined) return 0;
    return view.from + ((clientX - box.left) / box.width) * (view.to - view.from);
  };
  const zoom = (factor: number, around = seconds ?? (view.from + view.to) / 2) =>
    setView((before) => zoomed(before, factor, around, whole));
  // React listens to the wheel without being able to keep the page where it is.
  const wheel = useRef<(event: WheelEvent) => void>(undefined);
  wheel.current = (event) => {
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.25 : 0.8, at(event.clientX));
  };
  useEffect(() => {
    const { current: element } = drawing;
    if (element === null) return;
    const heard = (event: WheelEvent) => wheel.current?.(event);
    element.addEventListener('wheel', heard, { passive: false });
    return () => element.removeEventListener('wheel', heard);
  }, []);
  const bins = binsOf(hits, view);
  const most = Math.max(1, ...bins);
  const busiest = Math.max(1, ...activity.buckets.map(({ tracks }) => tracks));
  const selected = hits.find(({ id }) => id === selectedId);

  function seek(event: PointerEvent<SVGSVGElement>): void {
    if (event.buttons === 1) onSeek(Math.min(whole, Math.max(0, at(event.clientX))));
  }
  function press(event: PointerEvent<SVGSVGElement>): void {
    const bin = Number(event.target instanceof SVGElement ? event.target.dataset.bin : undefined);
    const under = hits.filter((hit) => reachOf(hit, view).first <= bin && bin <= reachOf(hit, view).last);
    const next = under[(under.findIndex(({ id }) => id === selectedId) + 1) % under.length];
    // On the hit that is open a press goes to its moment, as beside all hits.
    if (next === undefined || next.id === selectedId || event.buttons !== 1) seek(event);
    else onHit(next);
  }
  return (
    <div className="timeline">
      <svg
        ref={drawing}
        viewBox={`0 0 ${WIDTH} 46`}
        preserveAspectRatio="none"
        role="img"
        aria-label={words.timelineLabel(hits.length, mediaTime(whole, 0))}
        onPointerDown={press}
        onPointerMove={seek}
      >
        <rect className="timeline-empty" x={0} y={30} width={WIDTH} height={12} />
        {activity.intervals.map(({ fromSeconds, toSeconds, state }) => (
          <rect
            key={fromSeconds}
            className={`mode-${state}`}
            x={x(fromSeconds)}
            y={30}
            width={Math.max(0, x(toSeconds) - x(fromSeconds))}
            height={12}
          />
        ))}
        {activity.buckets
          .filter(({ tracks, fromSeconds, toSeconds }) => tracks > 0 && toSeconds > view.from && fromSeconds < view.to)
          .map(({ tracks, fromSeconds, toSeconds }) => (
            <rect
              key={fromSeconds}
              className="timeline-activity"
              x={x(fromSeconds)}
              y={29 - 25 * Math.sqrt(tracks / busiest)}
              width={Math.max(1, x(toSeconds) - x(fromSeconds))}
              height={25 * Math.sqrt(tracks / busiest)}
            />
          ))}
        {bins.map(
          (count, bin) =>
            count > 0 && (
              <rect
                // biome-ignore lint/suspicious/noArrayIndexKey: a bin is its place
                key={bin}
                className="timeline-hit"
                data-bin={bin}
                x={(bin * WIDTH) / BINS}
                y={28 - 24 * Math.sqrt(count / most)}
                width={WIDTH / BINS + 0.4}
                height={24 * Math.sqrt(count / most)}
              >
                <title>{words.hitsHere(count)}</title>
              </rect>
            ),
        )}
        {selected !== undefined && (
          <rect
            className="timeline-selected"
            x={x(selected.mediaFromSeconds)}
            y={2}
            width={Math.max(3, x(selected.mediaToSeconds) - x(selected.mediaFromSeconds))}
            height={27}
          />
        )}
        {marks.in !== undefined && <rect className="timeline-mark" x={x(marks.in)} y={0} width={2} height={46} />}
        {marks.out !== undefined && <rect className="timeline-mark" x={x(marks.out)} y={0} width={2} height={46} />}
        {bookmarks.map(({ id, atSeconds }) => (
          <path key={id} className="timeline-bookmark" d={`M${x(atSeconds) - 4} 0h8v9l-4 -3.5l-4 3.5z`} />
        ))}
        {seconds !== undefined && <rect className="timeline-head" x={x(seconds) - 1} y={0} width={2} height={46} />}
      </svg>
      <div className="timeline-foot">
        <span>{mediaTime(view.from, 0)}</span>
        <span className="spring" />
        <span className="timeline-legend">
          {LEGEND.map(([of, fill]) => (
            <Key key={of} fill={fill} name={words.timelineLegend[of]} />
          ))}
          {UNSEEN.filter((mode) => activity.intervals.some(({ state }) => state === mode)).map((mode) => (
            <Key key={mode} fill={`mode-${mode}`} name={nameOf(mode)} />
          ))}
        </span>
        <span className="spring" />
        <button type="button" className="quiet" onClick={() => zoom(0.5)} aria-label={words.zoomIn}>
          +
        </button>
        <button type="button" className="quiet" onClick={() => zoom(2)} aria-label={words.zoomOut}>
          −
        </button>
        <span className="spring" />
        <span>{mediaTime(view.to, 0)}</span>
      </div>
    </div>
  );
}

const Key = ({ fill, name }: { readonly fill: string; readonly name: string }) => (
  <span>
    <svg viewBox="0 0 10 10" aria-hidden="true">
      <rect className={fill} width={10} height={10} />
    </svg>
    {name}
  </span>
);

/** The first and the last bin that a hit lies in; a hit out of view lies in none. */
function reachOf({ mediaFromSeconds, mediaToSeconds }: Hit, { from, to }: View) {
  const binAt = (seconds: number): number => Math.floor(((seconds - from) / (to - from)) * BINS);
  return { first: Math.max(0, binAt(mediaFromSeconds)), last: Math.min(BINS - 1, binAt(mediaToSeconds)) };
}

function binsOf(hits: readonly Hit[], view: View): readonly number[] {
  const bins = new Array<number>(BINS).fill(0);
  for (const hit of hits) {
    const { first, last } = reachOf(hit, view);
    for (let bin = first; bin <= last; bin++) bins[bin] = (bins[bin] ?? 0) + 1;
  }
  return bins;
}
