import { useEffect, useRef, useState } from 'react';
import { useCaseData } from '../../app/case-data.tsx';
import { useInvestigation } from '../../app/investigation.tsx';
import { useSettings, useWords } from '../../app/settings.tsx';
import { byName } from '../../parts/by-name.ts';
import { type Filters, facetOf, withFacet } from './filters.ts';
import { camerasOf, LABEL_HEIGHT_PX, labelPlaces, type PlacedCamera, planOf } from './plan.ts';

const LETTER_PX = 7.4;
const AROUND_LETTERS_PX = 26;
const WIDEST_LABEL_PX = 190;

/** Where the cameras of the case stand, each with what was found; a click asks those recordings alone. */
export function CameraPlan({ filters, onChange }: { readonly filters: Filters; onChange(filters: Filters): void }) {
  const { plan: words } = useWords();
  const { exhibits } = useCaseData();
  const [isOpen, setOpen] = useState(false);
  const cameras = camerasOf(exhibits);
  if (cameras.length === 0) return null;
  const placed = cameras.filter(({ position }) => position !== undefined);
  const others = cameras.filter(({ position }) => position === undefined).toSorted((a, b) => byName(a.id, b.id));
  return (
    <details className="plan" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.title(placed.length, others.length)}</summary>
      {isOpen && (
        <>
          <div className="plan-body">
            {placed.length > 0 && <Sheet cameras={placed} filters={filters} onChange={onChange} />}
            {others.length > 0 && (
              <div className="plan-others">
                <h4>{words.without}</h4>
                <ul>
                  {others.map((camera) => (
                    <li key={camera.id}>
                      <CameraButton camera={camera} filters={filters} onChange={onChange} />
                      <span className="sub">{camera.isContradicted ? words.contradicted : camera.place}</span>
                    </li>
                  ))}
                </ul>
              </div>
            )}
          </div>
          <p className="sub">{words.hint}</p>
          {placed.length > 0 && <Signed cameras={placed} />}
        </>
      )}
    </details>
  );
}

function Sheet({
  cameras,
  filters,
  onChange,
}: {
  readonly cameras: readonly PlacedCamera[];
  readonly filters: Filters;
  onChange(filters: Filters): void;
}) {
  const { plan: words } = useWords();
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const height = Math.round(Math.min(420, Math.max(240, width * 0.5)));
  const { points, columns, rows, gridMetres, pixelsPerMetre } = planOf(
    cameras.flatMap(({ position }) => (position === undefined ? [] : [position])),
    width,
    height,
  );
  const scalePx = gridMetres * pixelsPerMetre;
  const count = useCounts();
  const labels = labelPlaces(
    points,
    cameras.map((camera) => {
      const letters = [...camera.id].length + (count(camera) === undefined ? 0 : `${count(camera)}`.length + 3);
      return Math.min(WIDEST_LABEL_PX, AROUND_LETTERS_PX + LETTER_PX * letters);
    }),
    { width, height },
    [
      { x: width - 34, y: 0, width: 34, height: 52 },
      { x: 0, y: height - 30, width: scalePx + 90, height: 30 },
    ],
  );
  return (
    <div className="plan-sheet" ref={frame} style={{ height }}>
      {width > 0 && (
        <>
          <svg width={width} height={height} role="img" aria-label={words.drawing(cameras.length, metres(gridMetres))}>
            {columns.map((x) => (
              <line key={`x${x}`} className="plan-grid" x1={x} x2={x} y1={0} y2={height} />
            ))}
            {rows.map((y) => (
              <line key={`y${y}`} className="plan-grid" x1={0} x2={width} y1={y} y2={y} />
            ))}
            {cameras.map(({ id }, at) => {
              const [point, label] = [points[at], labels[at]];
              if (point === undefined) return null;
              return (
                <g key={id}>
                  {label !== undefined && (
                    <line
                      className="plan-leader"
                      x1={point.x}
                      y1={point.y}
                      x2={Math.max(label.x, Math.min(point.x, label.x + 20))}
                      y2={Math.max(label.y, Math.min(point.y, label.y + LABEL_HEIGHT_PX))}
                    />
                  )}
                  <circle className="plan-camera" cx={point.x} cy={point.y} r={6} />
                </g>
              );
            })}
            <path className="plan-north" d={`M${width - 17} 8l6 14l-6 -4l-6 4z`} />
            <text className="plan-text" x={width - 17} y={38} textAnchor="middle">
              {words.north}
            </text>
            <path className="plan-scale" d={`M8 ${height - 16}v6h${scalePx}v-6`} />
            <text className="plan-text" x={14 + scalePx} y={height - 9}>
              {metres(gridMetres)}
            </text>
          </svg>
          {cameras.map((camera, at) => {
            const [point, label] = [points[at], labels[at]];
            if (point === undefined) return null;
            // Where no label has room, the point itself is the button.
            const place =
              label === undefined ? { left: point.x - 13, top: point.y - 13 } : { left: label.x, top: label.y };
            return (
              <CameraButton
                key={camera.id}
                camera={camera}
                filters={filters}
                onChange={onChange}
                place={place}
                isNameless={label === undefined}
              />
            );
          })}
        </>
      )}
    </div>
  );
}

function CameraButton({
  camera,
  filters,
  onChange,
  place,
  isNameless = false,
}: {
  readonly camera: PlacedCamera;
  readonly filters: Filters;
  onChange(filters: Filters): void;
  readonly place?: { readonly left: number; readonly top: number };
  readonly isNameless?: boolean;
}) {
  const { plan: words } = useWords();
  const hits = useCounts()(camera);
  const chosen = facetOf(filters, 'exhibits')?.exhibits ?? [];
  const isChosen = camera.exhibits.every((id) => chosen.includes(id));
  const rest = chosen.filter((id) => !camera.exhibits.includes(id));
  const next = isChosen ? rest : [...rest, ...camera.exhibits];
  return (
    <button
      type="button"
      className={isNameless ? 'plan-label nameless' : 'plan-label'}
      style={place}
      data-camera={camera.id}
      aria-pressed={isChosen}
      {...(isNameless ? { 'aria-label': words.camera(camera.id, hits) } : {})}
      title={camera.place}
      onClick={() => onChange(withFacet(filters, { kind: 'exhibits', exhibits: next }))}
    >
      {!isNameless && <span className="plan-name">{camera.id}</span>}
      {hits !== undefined && !isNameless && (
        <span className="count">
          {hits}
          <span className="hidden"> {words.hits(hits)}</span>
        </span>
      )}
    </button>
  );
}

/** What was signed, in numbers. */
function Signed({ cameras }: { readonly cameras: readonly PlacedCamera[] }) {
  const { language } = useSettings();
  const { plan: words } = useWords();
  const degrees = (value: number): string =>
    new Intl.NumberFormat(language, { minimumFractionDigits: 5, maximumFractionDigits: 7 }).format(value);
  return (
    <details>
      <summary>{words.signed}</summary>
      <ul className="plan-signed">
        {cameras.map(({ id, place, position }) => (
          <li key={id}>
            <strong>{id}</strong> · {place}
            <span className="sub">
              {position !== undefined &&
                words.at(degrees(position.latitude), degrees(position.longitude), position.basis)}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Hits of the whole answer in the recordings of a camera; undefined of one that it does not speak of. */
function useCounts(): (camera: PlacedCamera) => number | undefined {
  const { answer } = useInvestigation();
  return ({ exhibits }) => {
    const covered = answer?.coverage.exhibits.some(({ exhibitId }) => exhibits.includes(exhibitId)) ?? false;
    if (!covered) return undefined;
    return answer?.counts.byExhibit
      .filter(({ exhibitId }) => exhibits.includes(exhibitId))
      .reduce((sum, { hits }) => sum + hits, 0);
  };
}

function useWidth(of: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (of.current === null) return;
    const watch = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    watch.observe(of.current);
    return () => watch.disconnect();
  }, [of]);
  return width;
}

const metres = (value: number): string => (value >= 1000 ? `${value / 1000} km` : `${value} m`);
