import type { PicturePoint } from '../../api/types.ts';
import type { Tool } from './drawing.ts';

interface Surface {
  readonly width: number;
  readonly height: number;
}

/** What has been drawn so far, as the tool means it. */
export function Figure({
  tool,
  points,
  isClosed,
  width,
  height,
}: Surface & { readonly tool: Tool; readonly points: readonly PicturePoint[]; readonly isClosed: boolean }) {
  const text = points.map(({ x, y }) => `${x * width},${y * height}`).join(' ');
  const [a, b, c, d] = points;
  if (tool === 'boxes')
    return (
      <>
        {a !== undefined && b !== undefined && <Box from={a} to={b} width={width} height={height} isLargest={false} />}
        {c !== undefined && d !== undefined && <Box from={c} to={d} width={width} height={height} isLargest />}
      </>
    );
  if (tool === 'line' && a !== undefined && b !== undefined)
    return (
      <>
        <polyline className="zone-open" points={text} />
        {(['A', 'B'] as const).map((name) => {
          const { x, y } = name === 'A' ? a : b;
          // At the right and the upper edge a name would be cut.
          const [right, below] = [x > 0.95, y < 0.08];
          return (
            <text
              key={name}
              className="zone-name"
              x={x * width + (right ? -12 : 12)}
              y={y * height + (below ? 30 : -12)}
              textAnchor={right ? 'end' : 'start'}
            >
              {name}
            </text>
          );
        })}
      </>
    );
  return isClosed ? <polygon className="zone-shape" points={text} /> : <polyline className="zone-open" points={text} />;
}

function Box({
  from,
  to,
  width,
  height,
  isLargest,
}: Surface & { readonly from: PicturePoint; readonly to: PicturePoint; readonly isLargest: boolean }) {
  return (
    <rect
      className={isLargest ? 'zone-open largest' : 'zone-open'}
      x={Math.min(from.x, to.x) * width}
      y={Math.min(from.y, to.y) * height}
      width={Math.abs(from.x - to.x) * width}
      height={Math.abs(from.y - to.y) * height}
    />
  );
}

/** From the middle of a line to one of its sides: 1 is the left of who looks from `a` to `b`. */
export function Arrow({
  a,
  b,
  width,
  height,
  side,
}: Surface & { readonly a: PicturePoint; readonly b: PicturePoint; readonly side: 1 | -1 }) {
  const [dx, dy] = [(b.x - a.x) * width, (b.y - a.y) * height];
  const length = Math.hypot(dx, dy);
  if (length === 0) return null;
  const [nx, ny] = [(side * dy) / length, (-side * dx) / length];
  const [mx, my] = [((a.x + b.x) / 2) * width, ((a.y + b.y) / 2) * height];
  const size = width * 0.05;
  const [tx, ty] = [mx + nx * size, my + ny * size];
  const [ux, uy] = [(dx / length) * size * 0.25, (dy / length) * size * 0.25];
  const back = size * 0.35;
  const [rx, ry] = [tx - nx * back, ty - ny * back];
  return (
    <polyline
      className={side === 1 ? 'zone-arrow left' : 'zone-arrow'}
      points={`${mx},${my} ${tx},${ty} ${rx + ux},${ry + uy} ${tx},${ty} ${rx - ux},${ry - uy}`}
    />
  );
}
