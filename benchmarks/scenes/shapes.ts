import type { ObjectColour, ObjectSpec, PersonSpec } from './types.ts';

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
export const BOX_RATIO: { readonly [C in ObjectSpec['class']]: number } = {
  person: 0.4,
  car: 2.2,
  van: 1.9,
  bus: 2.8,
  truck: 2.4,
  bicycle: 0.95,
  suitcase: 0.75,
};

/**
 * Colour of an object at a place of its box (`u` from left, `v` from top, 0 to 1), undefined where one sees past it.
 * `stride` (0 to 1) opens and closes the legs; `facing` is 1 for an object that moves to the right, -1 to the left.
 */
export function colourAt(object: ObjectSpec, u: number, v: number, stride: number, facing: 1 | -1): Rgb | undefined {
  const ahead = facing === 1 ? u : 1 - u;
  switch (object.class) {
    case 'person':
      return bagAt(object.bag, ahead, v) ?? personAt(object.upper, object.lower, u, v, stride);
    case 'bicycle':
      return bicycleAt(object.colour, ahead, v, stride);
    case 'suitcase':
      return suitcaseAt(object.colour, u, v);
    case 'car':
      return carAt(object.colour, ahead, v);
    default:
      return boxyAt(object.class, object.colour, ahead, v);
  }
}

function bagAt(bag: PersonSpec['bag'], u: number, v: number): Rgb | undefined {
  if (bag === undefined) return undefined;
  const [top, bottom, left] = bag.kind === 'suitcase' ? [0.68, 0.97, 0.5] : [0.5, 0.66, 0.62];
  if (u > left && v > top && v < bottom) return PALETTE[bag.colour];
  return u > 0.84 && v > 0.42 && v <= top ? TYRE : undefined;
}

/** A rider on it, who leans forward. */
function bicycleAt(colour: ObjectColour, u: number, v: number, stride: number): Rgb | undefined {
  const isRim = (centre: number): boolean =>
    ellipse(u, v, centre, 0.78, 0.21, 0.22) && !ellipse(u, v, centre, 0.78, 0.16, 0.17);
  if (ellipse(u, v, 0.56, 0.08, 0.075, 0.08)) return TAN;
  const lean = 0.42 + (0.5 - v) * 0.25;
  if (v >= 0.15 && v < 0.5 && Math.abs(u - lean) < 0.13) return PALETTE[colour];
  if (v >= 0.5 && v < 0.8 && Math.abs(u - 0.46 - 0.06 * stride) < 0.06) return PALETTE.black;
  if (isRim(0.22) || isRim(0.78)) return TYRE;
  return Math.abs(v - 0.6) < 0.025 && u > 0.25 && u < 0.75 ? TYRE : undefined;
}

function suitcaseAt(colour: ObjectColour, u: number, v: number): Rgb | undefined {
  if (v < 0.2) return Math.abs(u - 0.5) < 0.2 && (v < 0.06 || Math.abs(u - 0.5) > 0.14) ? TYRE : undefined;
  return v > 0.94 && Math.abs(u - 0.5) < 0.32 ? undefined : PALETTE[colour];
}

/** Vans, buses and trucks from the side, front to the right: a box on wheels, and where its panes are. */
function boxyAt(kind: 'van' | 'bus' | 'truck', colour: ObjectColour, u: number, v: number): Rgb | undefined {
  if (ellipse(u, v, 0.18, 0.88, 0.065, 0.12) || ellipse(u, v, 0.8, 0.88, 0.065, 0.12)) return TYRE;
  if (v > 0.9) return undefined;
  if (kind === 'bus') {
    const pane = v > 0.15 && v < 0.48 && (u > 0.94 || (u * 8) % 1 > 0.12);
    return pane ? GLASS : PALETTE[colour];
  }
  const cab = kind === 'van' ? 0.72 : 0.76;
  if (u > cab) {
    const slope = kind === 'van' ? 0.9 * (u - cab) : 0.2;
    if (v < slope) return undefined;
    return v < 0.42 && u > cab + 0.04 ? GLASS : PALETTE[colour];
  }
  // Between the load of a truck and its cab one sees through.
  return kind === 'truck' && u > cab - 0.025 && v < 0.7 ? undefined : PALETTE[colour];
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
