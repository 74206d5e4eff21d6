import { addressOf } from '../../app/router.ts';
import { useWords } from '../../app/settings.tsx';
import { clockDay, clockOfDay } from '../../parts/time.ts';
import { zeroOf } from '../player/cameras-at.ts';
import { type Filters, withFacet } from './filters.ts';
import { between, gapsBetween, HOUR_MS, type Stretch } from './footage.ts';

const spanOf = (fromMs: number, toMs: number): string => `${clockOfDay(fromMs)} – ${clockOfDay(toMs)}`;

/** One hour of one camera: its recordings, each a way into the player, and what lies between them unrecorded. */
export function FootageHour({
  camera,
  fromMs,
  stretches,
  filters,
  onChange,
}: {
  readonly camera: string;
  readonly fromMs: number;
  /** Of this camera, that day. */
  readonly stretches: readonly Stretch[];
  readonly filters: Filters;
  onChange(filters: Filters): void;
}) {
  const { footage: words } = useWords();
  const toMs = fromMs + HOUR_MS;
  const own = between(stretches, fromMs, toMs);
  const recorded = own.map((each) => ({ ...each, gap: false as const }));
  const gaps = gapsBetween(own, fromMs, toMs).map((each) => ({ ...each, gap: true as const }));
  function ask(): void {
    const span = { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
    const exhibits = [...new Set(own.map(({ exhibit }) => exhibit.id))];
    onChange(withFacet(withFacet(filters, { kind: 'time', span }), { kind: 'exhibits', exhibits }));
  }
  return (
    <div className="footage-hour">
      <div className="row">
        <strong>
          {camera}, {clockDay(fromMs)}, {spanOf(fromMs, toMs)}
        </strong>
        <button type="button" id="ask-hour" onClick={ask}>
          {words.askHour}
        </button>
      </div>
      <ul>
        {[...recorded, ...gaps]
          .toSorted((a, b) => a.fromMs - b.fromMs)
          .map((part) =>
            part.gap ? (
              <li key={part.fromMs} className="sub">
                {spanOf(part.fromMs, part.toMs)} · {words.gap}
              </li>
            ) : (
              <li key={`${part.exhibit.id} ${part.fromMs}`}>
                {part.state === 'analysed' ? (
                  <a href={addressOf('player', part.exhibit.id, (part.fromMs - zeroOf(part.exhibit)) / 1000)}>
                    {spanOf(part.fromMs, part.toMs)} · {part.exhibit.fileName}
                  </a>
                ) : (
                  <>
                    {spanOf(part.fromMs, part.toMs)} · {part.exhibit.fileName}{' '}
                    <span className="sub">({words.states[part.state]})</span>
                  </>
                )}
              </li>
            ),
          )}
      </ul>
    </div>
  );
}
