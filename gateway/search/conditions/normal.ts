import type { ExhibitId, HitId } from '../../ids.ts';
import type { Op } from '../../policy/types.ts';
import { type ClassName, type ColourName, leavesOf, type Part } from '../../vocabulary.ts';
import { colourList, LEAVES, refusedAt, span } from '../normal-values.ts';
import type { PicturePoint } from '../types.ts';
import { MOST_CONDITIONS, MOST_DEPTH } from './schema.ts';
import {
  below,
  type Condition,
  type Leaf,
  type LeafKind,
  type LineDirection,
  type Range,
  type TimeRelation,
  WEEKDAYS,
  type Weekday,
  type ZoneRelation,
} from './types.ts';

export interface ExecutedZone {
  readonly polygon: readonly PicturePoint[];
  readonly relation: ZoneRelation;
}
export interface ExecutedLine {
  readonly a: PicturePoint;
  readonly b: PicturePoint;
  readonly direction: LineDirection;
}
export type ExecutedStep = { readonly zone: ExecutedZone } | { readonly line: ExecutedLine };
export interface ExecutedColour {
  readonly colour: ColourName;
  readonly part: Part;
  readonly minShare: number;
}

/** A leaf with every default written out. */
export type ExecutedLeaf =
  | { readonly class: readonly ClassName[] }
  | { readonly colour: readonly ExecutedColour[] }
  | { readonly confidence: { readonly min: number } }
  | { readonly size: { readonly widthPx?: Range; readonly heightPx?: Range } }
  | { readonly zone: ExecutedZone }
  | { readonly line: ExecutedLine }
  | { readonly sequence: { readonly steps: readonly ExecutedStep[]; readonly withinSeconds: number } }
  | { readonly path: { readonly points: readonly PicturePoint[]; readonly tolerance: number } }
  | { readonly speed: Range }
  | { readonly direction: { readonly fromDegrees: number; readonly toDegrees: number } }
  | { readonly dwell: { readonly polygon: readonly PicturePoint[]; readonly minSeconds: number } }
  | { readonly stationary: { readonly minSeconds: number; readonly radius: number } }
  | { readonly near: { readonly class: readonly ClassName[]; readonly distance: number } }
  | { readonly crowd: { readonly atLeast: number; readonly class: readonly ClassName[] } }
  | { readonly span: { readonly from: string; readonly to: string } }
  | { readonly timeOfDay: { readonly from: string; readonly to: string } }
  | { readonly weekday: readonly Weekday[] }
  | {
      readonly relativeTo: {
        readonly hit: HitId;
        readonly relation: TimeRelation;
        readonly withinSeconds: number;
        /** The span that the hit gives; null until it was looked up. */
        readonly span: { readonly from: string; readonly to: string } | null;
      };
    }
  | {
      readonly acrossCameras: {
        readonly arrival: ExecutedCondition;
        readonly exhibits: readonly ExhibitId[] | null;
        readonly minSeconds: number;
        readonly maxSeconds: number;
      };
    };

export type ExecutedCondition =
  | { readonly all: readonly ExecutedCondition[] }
  | { readonly any: readonly ExecutedCondition[] }
  | { readonly not: ExecutedCondition }
  | ExecutedLeaf;

export const STATIONARY_RADIUS = 0.02;

/** The operation of the requisition that each kind of leaf needs. */
const OP_OF: Readonly<Record<LeafKind, Op>> = {
  class: 'search.class',
  colour: 'search.colour',
  confidence: 'search.class',
  size: 'search.size',
  zone: 'search.zone',
  line: 'search.line',
  sequence: 'search.sequence',
  path: 'search.path',
  speed: 'search.speed',
  direction: 'search.direction',
  dwell: 'search.dwell',
  stationary: 'search.stationary',
  near: 'search.proximity',
  crowd: 'search.count',
  span: 'search.time',
  timeOfDay: 'search.time',
  weekday: 'search.time',
  relativeTo: 'search.time',
  acrossCameras: 'search.cross_camera',
};
export const LEAF_KINDS = Object.keys(OP_OF) as readonly LeafKind[];

/**
 * The tree as it will be executed. `permitted` are the classes of the requisition: what a near or crowd condition looks at when it names
 * none. Throws E_QUESTION for a tree that is too large or contradicts itself.
 */
export function normaliseCondition(condition: Condition, permitted: readonly ClassName[]): ExecutedCondition {
  const at = '/where';
  if (sizeOf(condition) > MOST_CONDITIONS) throw refusedAt(at, 'conditions', MOST_CONDITIONS);
  if (depthOf(condition) > MOST_DEPTH) throw refusedAt(at, 'depth', MOST_DEPTH);
  if (nestedAcross(condition, false)) throw refusedAt(at, 'across');
  return normal(condition, permitted, at);
}

/** Operations of every leaf of a tree. */
export function opsOfCondition(condition: ExecutedCondition): Op[] {
  return [...everyLeaf(condition)].flatMap(({ kind, leaf }) => [OP_OF[kind], ...opsOfSteps(leaf)]);
}

/** Each leaf of the tree, those on other cameras included. */
export function* everyLeaf(condition: ExecutedCondition): Generator<{ kind: LeafKind; leaf: ExecutedLeaf }> {
  const lower = below(condition as Condition) as readonly ExecutedCondition[];
  if (!('all' in condition || 'any' in condition || 'not' in condition)) {
    yield { kind: kindOf(condition), leaf: condition };
  }
  for (const each of lower) yield* everyLeaf(each);
}

export const kindOf = (leaf: ExecutedLeaf | Leaf): LeafKind => Object.keys(leaf)[0] as LeafKind;

/** Which classes and colours a tree names. */
export function namedIn(condition: ExecutedCondition): { classes: ClassName[]; colours: ColourName[] } {
  const classes: ClassName[] = [];
  const colours: ColourName[] = [];
  for (const { leaf } of everyLeaf(condition)) {
    if ('class' in leaf) classes.push(...leaf.class);
    if ('near' in leaf) classes.push(...leaf.near.class);
    if ('crowd' in leaf) classes.push(...leaf.crowd.class);
    if ('colour' in leaf) colours.push(...leaf.colour.map(({ colour }) => colour));
  }
  return { classes, colours };
}

/** What of a tree makes a question narrower: kinds of facets that hold of every hit, and whether a place or a time bounds it. */
export interface Narrowing {
  readonly facets: ReadonlySet<LeafKind>;
  readonly bounded: boolean;
}

export const NOTHING: Narrowing = { facets: new Set(), bounded: false };

const PLACES_AND_TIMES: readonly LeafKind[] = [
  'zone',
  'line',
  'sequence',
  'path',
  'dwell',
  'span',
  'timeOfDay',
  'weekday',
  'relativeTo',
  'acrossCameras',
];

/** An alternative narrows by what each of its parts does, a negation by nothing. */
export function narrowing(condition: ExecutedCondition): Narrowing {
  if ('not' in condition) return NOTHING;
  if ('all' in condition) {
    const parts = condition.all.map(narrowing);
    return { facets: new Set(parts.flatMap(({ facets }) => [...facets])), bounded: parts.some((one) => one.bounded) };
  }
  if ('any' in condition) {
    const [first = NOTHING, ...rest] = condition.any.map(narrowing);
    const facets = [...first.facets].filter((kind) => rest.every((one) => one.facets.has(kind)));
    return { facets: new Set(facets), bounded: [first, ...rest].every((one) => one.bounded) };
  }
  const kind = kindOf(condition);
  if (kind === 'confidence') return NOTHING;
  if ('zone' in condition && condition.zone.relation === 'avoids') return NOTHING;
  if ('class' in condition && condition.class.length === LEAVES.length) return NOTHING;
  return PLACES_AND_TIMES.includes(kind)
    ? { facets: new Set(), bounded: true }
    : { facets: new Set([kind]), bounded: false };
}

function opsOfSteps(leaf: ExecutedLeaf): Op[] {
  if (!('sequence' in leaf)) return [];
  return leaf.sequence.steps.map((step) => ('zone' in step ? 'search.zone' : 'search.line'));
}

function normal(condition: Condition, permitted: readonly ClassName[], at: string): ExecutedCondition {
  const each = (list: readonly Condition[], name: string): ExecutedCondition[] =>
    list.map((one, index) => normal(one, permitted, `${at}/${name}/${index}`));
  if ('all' in condition) return { all: each(condition.all, 'all') };
  if ('any' in condition) return { any: each(condition.any, 'any') };
  if ('not' in condition) return { not: normal(condition.not, permitted, `${at}/not`) };
  return normalLeaf(condition, permitted, `${at}/${kindOf(condition)}`);
}

const place = ({ x, y }: PicturePoint): PicturePoint => ({ x: x + 0, y: y + 0 });
const zoneOf = ({ polygon, relation = 'passes' }: { polygon: readonly PicturePoint[]; relation?: ZoneRelation }) => ({
  polygon: polygon.map(place),
  relation,
});
function lineOf(
  { a, b, direction = 'both' }: { a: PicturePoint; b: PicturePoint; direction?: LineDirection },
  at: string,
) {
  if (a.x === b.x && a.y === b.y) throw refusedAt(at, 'line');
  return { a: place(a), b: place(b), direction };
}
const expand = (classes: readonly ClassName[]): ClassName[] => {
  const wanted = new Set(classes.flatMap(leavesOf));
  return LEAVES.filter((name) => wanted.has(name));
};

/** `at` is the place of what the leaf holds. */
function normalLeaf(leaf: Leaf, permitted: readonly ClassName[], at: string): ExecutedLeaf {
  if ('class' in leaf) return { class: expand(leaf.class) };
  if ('colour' in leaf) return { colour: colourList(leaf.colour) };
  if ('size' in leaf) {
    const { widthPx, heightPx } = leaf.size;
    return {
      size: {
        ...(widthPx === undefined ? {} : { widthPx: rangeOf(widthPx, `${at}/widthPx`) }),
        ...(heightPx === undefined ? {} : { heightPx: rangeOf(heightPx, `${at}/heightPx`) }),
      },
    };
  }
  if ('speed' in leaf) return { speed: rangeOf(leaf.speed, at) };
  if ('zone' in leaf) return { zone: zoneOf(leaf.zone) };
  if ('line' in leaf) return { line: lineOf(leaf.line, at) };
  if ('sequence' in leaf) {
    const steps = leaf.sequence.steps.map((step, index) => {
      if ('line' in step) return { line: lineOf(step.line, `${at}/steps/${index}/line`) };
      if ((step.zone.relation ?? 'passes') !== 'passes')
        throw refusedAt(`${at}/steps/${index}/zone/relation`, 'passes');
      return { zone: zoneOf(step.zone) };
    });
    return { sequence: { steps, withinSeconds: leaf.sequence.withinSeconds + 0 } };
  }
  if ('path' in leaf) return { path: { points: leaf.path.points.map(place), tolerance: leaf.path.tolerance } };
  if ('dwell' in leaf) {
    return { dwell: { polygon: leaf.dwell.polygon.map(place), minSeconds: leaf.dwell.minSeconds + 0 } };
  }
  if ('stationary' in leaf) {
    const { minSeconds, radius = STATIONARY_RADIUS } = leaf.stationary;
    return { stationary: { minSeconds: minSeconds + 0, radius } };
  }
  if ('near' in leaf) {
    return { near: { class: expand(leaf.near.class ?? permitted), distance: leaf.near.distance } };
  }
  if ('crowd' in leaf) {
    return { crowd: { atLeast: leaf.crowd.atLeast, class: expand(leaf.crowd.class ?? permitted) } };
  }
  if ('span' in leaf) return { span: span(leaf.span, at) };
  if ('timeOfDay' in leaf) {
    if (leaf.timeOfDay.from === leaf.timeOfDay.to) throw refusedAt(`${at}/to`, 'order');
    return leaf;
  }
  if ('weekday' in leaf) return { weekday: WEEKDAYS.filter((day) => leaf.weekday.includes(day)) };
  if ('relativeTo' in leaf) return { relativeTo: { ...leaf.relativeTo, span: null } };
  if ('acrossCameras' in leaf) {
    const { arrival, exhibits, minSeconds, maxSeconds } = leaf.acrossCameras;
    if (maxSeconds < minSeconds) throw refusedAt(`${at}/maxSeconds`, 'order');
    return {
      acrossCameras: {
        arrival: normal(arrival, permitted, `${at}/arrival`),
        exhibits: exhibits === undefined ? null : ([...new Set(exhibits)].sort() as ExhibitId[]),
        minSeconds: minSeconds + 0,
        maxSeconds: maxSeconds + 0,
      },
    };
  }
  if ('confidence' in leaf) return { confidence: { min: leaf.confidence.min + 0 } };
  return { direction: { fromDegrees: leaf.direction.fromDegrees + 0, toDegrees: leaf.direction.toDegrees + 0 } };
}

function rangeOf({ min, max }: Range, at: string): Range {
  if (min !== undefined && max !== undefined && max < min) throw refusedAt(`${at}/max`, 'order');
  return { ...(min === undefined ? {} : { min: min + 0 }), ...(max === undefined ? {} : { max: max + 0 }) };
}

const sizeOf = (condition: Condition): number => 1 + below(condition).reduce((sum, each) => sum + sizeOf(each), 0);
const depthOf = (condition: Condition): number => 1 + Math.max(0, ...below(condition).map(depthOf));
const nestedAcross = (condition: Condition, within: boolean): boolean => {
  const isAcross = 'acrossCameras' in condition;
  return (isAcross && within) || below(condition).some((each) => nestedAcross(each, within || isAcross));
};
