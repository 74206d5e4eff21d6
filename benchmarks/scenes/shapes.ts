import type { ObjectColour, ObjectSpec } from './types.ts';

export interface Rgb {
  readonly r: number;
  readonly g: number;
  readonly b: number;
}

const rgb = (r: number, g: number, b: number): Rgb => ({ r, g, b });

/** Each well inside its colour term, so that a scene never tests the border between two terms. */
export const PALETTE: { readonly [C in ObjectColour]: Rgb } = {
  black: rgb(14, 14, 16),
  white: rgb(242, 242, 242),
  red: rgb(200, 24, 30),
  orange: rgb(246, 130, 20),
  yellow: rgb(242, 214, 30),
  green: rgb(28, 150, 48),
  blue: rgb(28, 62, 205),
  purple: rgb(122, 38, 165),
  pink: rgb(246, 130, 185),
  brown: rgb(112, 62, 22),
};

/** Above the clothes of a person; the test detector tells persons that are cut by the picture's edge by this tone. */
const TAN = rgb(222, 170, 122);
const GLASS = rgb(62, 68, 76);
const TYRE = rgb(18, 18, 18);

/** Width over height of the box. */
export const BOX_RATIO = { person: 0.4, car: 2.2 } as const;

/**
 * Colour of an object at a place of its box (`u` from left, `v` from top, 0 to 1), undefined where one sees past it.
 * `stride` (0 to 1) opens and closes the legs; `facing` is 1 for an object that moves to the right, -1 to the left.
 */
export function colourAt(object: ObjectSpec, u: number, v: number, stride: number, facing: 1 | -1): Rgb | undefined {
  if (object.class === 'person') return personAt(object.upper, object.lower, u, v, stride);
  return carAt(object.colour, facing === 1 ? u : 1 - u, v);
}

function personAt(upper: ObjectColour, lower: ObjectColour, u: number, v: number, stride: number): Rgb | undefined {
  const off = Math.abs(u - 0.5);
  if (v < 0.15) return ellipse(u, v, 0.5, 0.075, 0.2, 0.08) ? TAN : undefined;
  if (v < 0.52) return off < (v < 0.19 ? 0.38 : 0.5) ? PALETTE[upper] : undefined;
  if (v < 0.65) return off < 0.42 ? PALETTE[lower] : undefined;
  const gap = 0.04 + 0.1 * stride;
  return off > gap && off < 0.42 ? PALETTE[lower] : undefined;
}

/** Seen from the side, bonnet to the right. */
function carAt(colour: ObjectColour, u: number, v: number): Rgb | undefined {
  if (ellipse(u, v, 0.2, 0.83, 0.075, 0.17) || ellipse(u, v, 0.8, 0.83, 0.075, 0.17)) return TYRE;
  if (v > 0.86) return undefined;
  if (v > 0.42) return PALETTE[colour];
  const roofFrom = 0.12 + 0.1 * (0.42 - v);
  const roofTo = 0.72 - 0.25 * (0.42 - v);
  if (u < roofFrom || u > roofTo) return undefined;
  const pane = v > 0.1 && v < 0.38 && u > roofFrom + 0.06 && u < roofTo - 0.06 && Math.abs(u - 0.42) > 0.03;
  return pane ? GLASS : PALETTE[colour];
}

function ellipse(u: number, v: number, centreU: number, centreV: number, radiusU: number, radiusV: number): boolean {
  const across = (u - centreU) / radiusU;
  const down = (v - centreV) / radiusV;
  return across * across + down * down <= 1;
}
