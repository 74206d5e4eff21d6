import type { ExhibitId, HitId } from '../../ids.ts';
import type { ClassName, ColourName, Part } from '../../vocabulary.ts';
import type { PicturePoint } from '../types.ts';

// What can be asked of a track beyond the plain facets of a question: a tree of conditions over a closed vocabulary. A leaf is an object
// with one member. Distances and places are in fractions of the picture (origin top left), speeds in pixels of the original a second.

export const ZONE_RELATIONS = ['passes', 'inside', 'enters', 'leaves', 'avoids'] as const;
/** `passes`: touches it at some moment; `inside`: is in it throughout; `avoids`: never touches it. By the bottom centre of the box. */
export type ZoneRelation = (typeof ZONE_RELATIONS)[number];

export const LINE_DIRECTIONS = ['both', 'to_left', 'to_right'] as const;
/** To which side the line is crossed, seen by somebody who looks from `a` to `b`. */
export type LineDirection = (typeof LINE_DIRECTIONS)[number];

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export const TIME_RELATIONS = ['before', 'after', 'around'] as const;
export type TimeRelation = (typeof TIME_RELATIONS)[number];

export interface ColourAsked {
  readonly colour: ColourName;
  readonly part?: Part;
  readonly minShare?: number;
}

export interface ZoneAsked {
  readonly polygon: readonly PicturePoint[];
  readonly relation?: ZoneRelation;
}

export interface LineAsked {
  readonly a: PicturePoint;
  readonly b: PicturePoint;
  readonly direction?: LineDirection;
}

export interface Range {
  readonly min?: number;
  readonly max?: number;
}

/** A step of a sequence: the way goes through a zone, or over a line. */
export type Step = { readonly zone: ZoneAsked } | { readonly line: LineAsked };

export type Leaf =
  | { readonly class: readonly ClassName[] }
  | { readonly colour: readonly ColourAsked[] }
  | { readonly confidence: { readonly min: number } }
  /** Median box, pixels of the original. */
  | { readonly size: { readonly widthPx?: Range; readonly heightPx?: Range } }
  | { readonly zone: ZoneAsked }
  | { readonly line: LineAsked }
  /** Each step after the one before, the last within so many seconds of the end of the first. */
  | { readonly sequence: { readonly steps: readonly Step[]; readonly withinSeconds: number } }
  /** A way drawn by hand: passed in its direction, never further from it than the tolerance (fraction of the picture's width). */
  | { readonly path: { readonly points: readonly PicturePoint[]; readonly tolerance: number } }
  | { readonly speed: Range }
  /** Clockwise from `fromDegrees` to `toDegrees`, 0 is up. */
  | { readonly direction: { readonly fromDegrees: number; readonly toDegrees: number } }
  | { readonly dwell: { readonly polygon: readonly PicturePoint[]; readonly minSeconds: number } }
  /** Stays within `radius` (fraction of the width, default 0.02) of one place for so long. */
  | { readonly stationary: { readonly minSeconds: number; readonly radius?: number } }
  /** Another track of one of these classes comes as near as `distance` (fraction of the width) at the same moment. */
  | { readonly near: { readonly class?: readonly ClassName[]; readonly distance: number } }
  /** At least so many tracks of these classes are in the picture at once while this one is. */
  | { readonly crowd: { readonly atLeast: number; readonly class?: readonly ClassName[] } }
  | { readonly span: { readonly from: string; readonly to: string } }
  /** Time of the day in the zone of the case, `HH:MM`; over midnight when it ends before it begins. */
  | { readonly timeOfDay: { readonly from: string; readonly to: string } }
  | { readonly weekday: readonly Weekday[] }
  | {
      readonly relativeTo: {
        readonly hit: HitId;
        readonly relation: TimeRelation;
        readonly withinSeconds: number;
      };
    }
  /**
   * On another camera a track that fits `arrival` begins so many seconds after this one ends (or after what it was asked to leave, and until what
   * that one was asked to enter). By attributes, places and travel time alone: it says nothing about who.
   */
  | {
      readonly acrossCameras: {
        readonly arrival: Condition;
        readonly exhibits?: readonly ExhibitId[];
        readonly minSeconds: number;
        readonly maxSeconds: number;
      };
    };

export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | Leaf;

type LeafName<L> = L extends unknown ? keyof L : never;
export type LeafKind = LeafName<Leaf>;

/** Conditions directly below one; none of a leaf. What a leaf says about another camera counts as below it. */
export function below(condition: Condition): readonly Condition[] {
  if ('all' in condition) return condition.all;
  if ('any' in condition) return condition.any;
  if ('not' in condition) return [condition.not];
  return 'acrossCameras' in condition ? [condition.acrossCameras.arrival] : [];
}

/** The condition and all below it. */
export function* everyCondition(condition: Condition): Generator<Condition> {
  yield condition;
  for (const each of below(condition)) yield* everyCondition(each);
}
