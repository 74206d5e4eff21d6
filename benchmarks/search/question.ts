import type { ClassName, ColourName, Part } from '../../gateway/vocabulary.ts';

// Questions as they go over the wire. The matcher reads these alone and knows nothing of how the gateway executes them.

export interface Place {
  readonly x: number;
  readonly y: number;
}
export interface Colour {
  readonly colour: ColourName;
  readonly part?: Part;
  readonly minShare?: number;
}
export interface ZoneAsked {
  readonly polygon: readonly Place[];
  readonly relation?: 'passes' | 'inside' | 'enters' | 'leaves' | 'avoids';
}
export interface LineAsked {
  readonly a: Place;
  readonly b: Place;
  readonly direction?: 'both' | 'to_left' | 'to_right';
}
export interface Range {
  readonly min?: number;
  readonly max?: number;
}
export interface Span {
  readonly from: string;
  readonly to: string;
}
export type Step = { readonly zone: ZoneAsked } | { readonly line: LineAsked };
export interface AcrossAsked {
  readonly arrival: Condition;
  readonly exhibits?: readonly string[];
  readonly minSeconds: number;
  readonly maxSeconds: number;
}

export type Leaf =
  | { readonly class: readonly ClassName[] }
  | { readonly colour: readonly Colour[] }
  | { readonly confidence: { readonly min: number } }
  | { readonly size: { readonly widthPx?: Range; readonly heightPx?: Range } }
  | { readonly zone: ZoneAsked }
  | { readonly line: LineAsked }
  | { readonly sequence: { readonly steps: readonly Step[]; readonly withinSeconds: number } }
  | { readonly path: { readonly points: readonly Place[]; readonly tolerance: number } }
  | { readonly speed: Range }
  | { readonly direction: { readonly fromDegrees: number; readonly toDegrees: number } }
  | { readonly dwell: { readonly polygon: readonly Place[]; readonly minSeconds: number } }
  | { readonly stationary: { readonly minSeconds: number; readonly radius?: number } }
  | { readonly near: { readonly class?: readonly ClassName[]; readonly distance: number } }
  | { readonly crowd: { readonly atLeast: number; readonly class?: readonly ClassName[] } }
  | { readonly span: Span }
  | { readonly timeOfDay: Span }
  | { readonly weekday: readonly string[] }
  | {
      readonly relativeTo: {
        readonly hit: string;
        readonly relation: 'before' | 'after' | 'around';
        readonly withinSeconds: number;
      };
    }
  | { readonly acrossCameras: AcrossAsked };

export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | Leaf;

export interface Question {
  readonly version: 1;
  readonly classes?: readonly ClassName[];
  readonly colours?: readonly Colour[];
  readonly time?: Span;
  readonly exhibits?: readonly string[];
  readonly zone?: readonly Place[];
  readonly minConfidence?: number;
  readonly where?: Condition;
  readonly order?: 'time' | 'confidence';
  readonly page?: { readonly size: number };
}
