import { shapesOf } from './conditions.ts';
import type { Leaf } from './filters.ts';

const WIDTH = 32;
const HEIGHT = 18;

/** What a condition has on the picture, as small as its chip: tells one zone from another. Nothing for what is said in numbers alone. */
export function ShapeIcon({ leaf }: { readonly leaf: Leaf }) {
  // What is asked of another camera has chips of its own.
  const { zones, lines, paths } = shapesOf(leaf);
  if (zones.length + lines.length + paths.length === 0) return null;
  const text = (points: readonly { readonly x: number; readonly y: number }[]): string =>
    points.map(({ x, y }) => `${x * WIDTH},${y * HEIGHT}`).join(' ');
  return (
    <svg className="shape-icon" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      {zones.map((zone) => (
        <polygon key={text(zone)} points={text(zone)} />
      ))}
      {paths.map((path) => (
        <polyline key={text(path)} points={text(path)} />
      ))}
      {lines.map(({ a, b }) => (
        <polyline key={text([a, b])} points={text([a, b])} />
      ))}
    </svg>
  );
}
