import type { ClassName, ColourName } from '../../../vocabulary.ts';
import type { PicturePoint } from '../../api/types.ts';
import type { Tool } from '../../parts/draw/drawing.ts';
import type { Leaf } from './filters.ts';

// Kinds of condition that can be added, what each needs of the requisition, and how it begins.

export const KINDS = [
  'zone',
  'line',
  'path',
  'sequence',
  'dwell',
  'size',
  'direction',
  'speed',
  'stationary',
  'near',
  'crowd',
  'timeOfDay',
  'weekday',
  'acrossCameras',
] as const;
/** What the criteria say for the whole question; within a group they are conditions like others. */
export const PLAIN_KINDS = ['class', 'colour', 'confidence'] as const;
export type ConditionKind = (typeof KINDS)[number] | (typeof PLAIN_KINDS)[number];

/** The operation that the requisition must list (REQ-08). */
export const OP_OF: Readonly<Record<ConditionKind, string>> = {
  zone: 'search.zone',
  line: 'search.line',
  path: 'search.path',
  sequence: 'search.sequence',
  dwell: 'search.dwell',
  size: 'search.size',
  direction: 'search.direction',
  speed: 'search.speed',
  stationary: 'search.stationary',
  near: 'search.proximity',
  crowd: 'search.count',
  timeOfDay: 'search.time',
  weekday: 'search.time',
  acrossCameras: 'search.cross_camera',
  class: 'search.class',
  colour: 'search.colour',
  confidence: 'search.class',
};

/** What is drawn for it on the picture; undefined for what is said in numbers alone. */
export const TOOL_OF: Readonly<Partial<Record<ConditionKind, Tool>>> = {
  zone: 'zone',
  line: 'line',
  path: 'path',
  sequence: 'zone',
  dwell: 'zone',
  size: 'boxes',
};

/** A condition from what was drawn. `picture` is the size of the picture that was drawn on, in pixels. */
export function drawnLeaf(
  kind: ConditionKind,
  points: readonly PicturePoint[],
  earlier: readonly PicturePoint[] | undefined,
  picture: { readonly widthPx: number; readonly heightPx: number },
): Leaf | undefined {
  const [a, b] = points;
  switch (kind) {
    case 'zone':
      return { zone: { polygon: points, relation: 'passes' } };
    case 'dwell':
      return { dwell: { polygon: points, minSeconds: 10 } };
    case 'path':
      return { path: { points, tolerance: 0.08 } };
    case 'line':
      return a === undefined || b === undefined ? undefined : { line: { a, b, direction: 'both' } };
    case 'sequence':
      return earlier === undefined
        ? undefined
        : { sequence: { steps: [{ zone: { polygon: earlier } }, { zone: { polygon: points } }], withinSeconds: 60 } };
    case 'size':
      return sizeLeaf(points, picture);
    default:
      return undefined;
  }
}

/** What was drawn for a condition, figure by figure; none of what was not drawn, and of a size, which is in pixels now. */
export function figuresOf(leaf: Leaf): readonly (readonly PicturePoint[])[] {
  if ('zone' in leaf) return [leaf.zone.polygon];
  if ('dwell' in leaf) return [leaf.dwell.polygon];
  if ('path' in leaf) return [leaf.path.points];
  if ('line' in leaf) return [[leaf.line.a, leaf.line.b]];
  if (!('sequence' in leaf) || leaf.sequence.steps.length !== 2) return [];
  const zones = leaf.sequence.steps.flatMap((step) => ('zone' in step ? [step.zone.polygon] : []));
  return zones.length === 2 ? zones : [];
}

/** A condition with other figures in the place of its own, as many as it has; all else of it stays. */
export function redrawn(leaf: Leaf, figures: readonly (readonly PicturePoint[])[]): Leaf {
  const [first = [], second = []] = figures;
  const [a, b] = first;
  if ('zone' in leaf) return { zone: { ...leaf.zone, polygon: first } };
  if ('dwell' in leaf) return { dwell: { ...leaf.dwell, polygon: first } };
  if ('path' in leaf) return { path: { ...leaf.path, points: first } };
  if ('line' in leaf && a !== undefined && b !== undefined) return { line: { ...leaf.line, a, b } };
  if ('sequence' in leaf)
    return { sequence: { ...leaf.sequence, steps: [{ zone: { polygon: first } }, { zone: { polygon: second } }] } };
  return leaf;
}

/** Two opposite corners are the smallest box, two more the largest. */
function sizeLeaf(
  points: readonly PicturePoint[],
  { widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number },
): Leaf | undefined {
  const side = (from: number, size: (point: PicturePoint) => number): number | undefined => {
    const [one, other] = [points[from], points[from + 1]];
    return one === undefined || other === undefined ? undefined : Math.abs(size(one) - size(other));
  };
  const range = (size: (point: PicturePoint) => number) => {
    const [min, max] = [side(0, size), side(2, size)];
    return min === undefined
      ? undefined
      : { min: Math.round(min), ...(max === undefined ? {} : { max: Math.round(Math.max(min, max)) }) };
  };
  const width = range(({ x }) => x * widthPx);
  const height = range(({ y }) => y * heightPx);
  return width === undefined || height === undefined ? undefined : { size: { widthPx: width, heightPx: height } };
}

export interface Allowed {
  readonly classes: readonly ClassName[];
  readonly colours: readonly ColourName[];
}

/** A condition that needs no drawing, to begin with. */
export function startLeaf(kind: ConditionKind, allowed: Allowed): Leaf | undefined {
  const [name] = allowed.classes;
  const [colour] = allowed.colours;
  switch (kind) {
    case 'class':
      return name === undefined ? undefined : { class: [name] };
    case 'colour':
      return colour === undefined ? undefined : { colour: [{ colour }] };
    case 'confidence':
      return { confidence: { min: 0.5 } };
    case 'size':
      return { size: { widthPx: { min: 20 }, heightPx: { min: 20 } } };
    case 'direction':
      return { direction: { fromDegrees: 45, toDegrees: 135 } };
    case 'speed':
      return { speed: { min: 100 } };
    case 'stationary':
      return { stationary: { minSeconds: 10 } };
    case 'near':
      return { near: { distance: 0.1 } };
    case 'crowd':
      return { crowd: { atLeast: 3 } };
    case 'timeOfDay':
      return { timeOfDay: { from: '08:00', to: '20:00' } };
    case 'weekday':
      return { weekday: ['saturday', 'sunday'] };
    default:
      return undefined;
  }
}

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof WEEKDAYS)[number];
export const RELATIONS = ['passes', 'inside', 'enters', 'leaves', 'avoids'] as const;
export const TIME_RELATIONS = ['before', 'after', 'around'] as const;
export const CROSSINGS = ['both', 'to_left', 'to_right'] as const;

/** Everything of an executed question that lies on the picture. */
export interface Shapes {
  readonly zones: readonly (readonly PicturePoint[])[];
  readonly lines: readonly { readonly a: PicturePoint; readonly b: PicturePoint }[];
  readonly paths: readonly (readonly PicturePoint[])[];
}

const isPlace = (value: unknown): value is PicturePoint =>
  typeof value === 'object' && value !== null && 'x' in value && 'y' in value;
const arePlaces = (value: unknown): value is readonly PicturePoint[] => Array.isArray(value) && value.every(isPlace);

export function shapesOf(question: unknown): Shapes {
  const shapes = {
    zones: [] as PicturePoint[][],
    lines: [] as Shapes['lines'][number][],
    paths: [] as PicturePoint[][],
  };
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, member] of Object.entries(value)) {
      if ((name === 'polygon' || name === 'zone') && arePlaces(member)) shapes.zones.push([...member]);
      else if (name === 'points' && arePlaces(member)) shapes.paths.push([...member]);
      else walk(member);
    }
    if ('a' in value && 'b' in value && isPlace(value.a) && isPlace(value.b))
      shapes.lines.push({ a: value.a, b: value.b });
  };
  walk(question);
  return shapes;
}
