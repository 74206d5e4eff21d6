import type { Box } from './types.ts';

export const area = (box: Box): number => box.width * box.height;

/** Area that two boxes share, square pixels. */
export function shared(a: Box, b: Box): number {
  const width = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const height = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  return width <= 0 || height <= 0 ? 0 : width * height;
}

/** Intersection over union, 0 to 1. */
export function iou(a: Box, b: Box): number {
  const both = shared(a, b);
  return both === 0 ? 0 : both / (area(a) + area(b) - both);
}

/** Share of the smaller box that lies in the other one, 0 to 1. */
export function containment(a: Box, b: Box): number {
  const least = Math.min(area(a), area(b));
  return least <= 0 ? 0 : shared(a, b) / least;
}

/** The box with a margin of `share` of its own size on each side. */
export function widened(box: Box, share: number): Box {
  return {
    left: box.left - box.width * share,
    top: box.top - box.height * share,
    width: box.width * (1 + 2 * share),
    height: box.height * (1 + 2 * share),
  };
}

/** The box on the straight way between two others; `part` 0 is `from`, 1 is `to`. */
export function between(from: Box, to: Box, part: number): Box {
  const mix = (a: number, b: number): number => a + (b - a) * part;
  return {
    left: mix(from.left, to.left),
    top: mix(from.top, to.top),
    width: mix(from.width, to.width),
    height: mix(from.height, to.height),
  };
}
