import type { AnalysisResult, Track } from '../../../analysis/types.ts';
import { Arrow } from '../../parts/draw/figure.tsx';
import type { Shapes } from '../search/conditions.ts';
import type { Moment } from './frame-clock.ts';
import type { TrackBody } from './use-tracks.ts';

export interface Layers {
  readonly boxes: boolean;
  readonly path: boolean;
  readonly zones: boolean;
  readonly scores: boolean;
  /** Boxes of everything else that was seen. */
  readonly others: boolean;
}

/** What the analysis knows, over the picture: a box only on the very frame that was analysed, the path of the whole track. */
export function Overlay({
  result,
  track,
  trackNumber,
  tracks,
  moment,
  layers,
  shapes,
  label,
}: {
  readonly result: AnalysisResult;
  readonly track: Track | undefined;
  /** Undefined where no hit is open. */
  readonly trackNumber: number | undefined;
  readonly tracks: readonly TrackBody[];
  readonly moment: Moment | undefined;
  readonly layers: Layers;
  readonly shapes: Shapes;
  readonly label: string;
}) {
  const { widthPx, heightPx } = result.picture;
  const unit = widthPx / 1000;
  const pointsOf = (places: readonly { readonly x: number; readonly y: number }[]) =>
    places.map(({ x, y }) => `${x * widthPx},${y * heightPx}`).join(' ');
  const points = track?.points ?? [];
  const here = points.find(({ frame }) => frame === moment?.number);
  const path = points.map(({ left, top, width, height }) => `${left + width / 2},${top + height}`).join(' ');
  const others = tracks.flatMap(({ track: number, points: places }) =>
    number === trackNumber
      ? []
      : places.filter(({ frame }) => frame === moment?.number).map((box) => ({ number, box })),
  );
  return (
    <svg className="overlay" viewBox={`0 0 ${widthPx} ${heightPx}`} aria-hidden="true">
      {layers.zones && (
        <>
          {shapes.zones.map((polygon) => (
            <polygon
              key={pointsOf(polygon)}
              className="overlay-zone"
              strokeWidth={2 * unit}
              points={pointsOf(polygon)}
            />
          ))}
          {shapes.paths.map((way) => (
            <polyline key={pointsOf(way)} className="overlay-line" strokeWidth={2 * unit} points={pointsOf(way)} />
          ))}
          {shapes.lines.map(({ a, b }) => (
            <g key={pointsOf([a, b])}>
              <polyline className="overlay-line" strokeWidth={3 * unit} points={pointsOf([a, b])} />
              <Arrow a={a} b={b} width={widthPx} height={heightPx} side={1} />
            </g>
          ))}
        </>
      )}
      {layers.path && <polyline className="overlay-path" strokeWidth={2 * unit} points={path} />}
      {layers.path && here !== undefined && (
        <circle className="overlay-foot" cx={here.left + here.width / 2} cy={here.top + here.height} r={4 * unit} />
      )}
      {layers.others &&
        others.map(({ number, box }) => (
          <rect
            key={number}
            className="overlay-other"
            strokeWidth={1.5 * unit}
            x={box.left}
            y={box.top}
            width={box.width}
            height={box.height}
          />
        ))}
      {layers.boxes && here !== undefined && (
        <rect
          className={here.observed ? 'overlay-box' : 'overlay-box bridged'}
          strokeWidth={2.5 * unit}
          x={here.left}
          y={here.top}
          width={here.width}
          height={here.height}
        />
      )}
      {layers.scores && here !== undefined && (
        <text
          className="overlay-score"
          x={here.left}
          y={here.top < 30 * unit ? here.top + here.height + 22 * unit : here.top - 6 * unit}
          fontSize={18 * unit}
          strokeWidth={4 * unit}
        >
          {label} {Math.round(here.score * 100)} %
        </text>
      )}
    </svg>
  );
}
