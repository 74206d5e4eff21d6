import type { ColourName, Part } from '../../gateway/vocabulary.ts';

/** Grey is the street's own colour, so that no object of a scene bears it. */
export type ObjectColour = Exclude<ColourName, 'grey'>;

/** A place on the path of an object: the bottom centre of its box, in pixels, at a time in seconds from the first frame. */
export interface Waypoint {
  readonly timeSeconds: number;
  readonly x: number;
  readonly y: number;
}

interface Moving {
  readonly id: number;
  /** Height of the whole object in pixels; the width follows from the class (`BOX_RATIO` in shapes.ts). */
  readonly heightPx: number;
  /** In order of time; the object exists from the first waypoint to the last one, both included. */
  readonly path: readonly Waypoint[];
}

export interface PersonSpec extends Moving {
  readonly class: 'person';
  readonly upper: ObjectColour;
  readonly lower: ObjectColour;
}

export interface CarSpec extends Moving {
  readonly class: 'car';
  readonly colour: ObjectColour;
}

export type ObjectSpec = PersonSpec | CarSpec;

/** Everything that decides the pixels: the same spec gives the same frames on every machine. */
export interface SceneSpec {
  readonly name: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly framesPerSecond: number;
  readonly durationSeconds: number;
  readonly seed: number;
  /** Greatest change that the sensor noise makes to a channel; 0 for none. */
  readonly noise: number;
  /** A camera that sees by infrared: dark shades of grey, whatever the colours. */
  readonly infrared?: true;
  /** Burnt-in clock: what it shows on the first frame, UTC, RFC 3339. */
  readonly clockStart?: string;
  /** What `writeScene` takes when its options name no other. */
  readonly gopSeconds: number;
  readonly objects: readonly ObjectSpec[];
}

/**
 * One object on one frame. The box is that of the part inside the picture, whatever stands before it; `visibility` is the share
 * (0 to 1) of the whole object that is inside the picture and not covered.
 */
export interface TruthBox {
  /** From 1. */
  readonly frame: number;
  readonly timeSeconds: number;
  readonly id: number;
  readonly class: 'person' | 'car';
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly visibility: number;
  readonly colours: readonly { readonly part: Part; readonly colour: ObjectColour }[];
}

export interface Scene {
  readonly spec: SceneSpec;
  readonly frameCount: number;
  /** RGB24 rows without padding; `number` counts from 1. Throws RangeError outside 1 to `frameCount`. */
  frame(number: number): Uint8Array;
  /** By frame, then by id; objects outside the picture or wholly covered are absent. */
  readonly truth: readonly TruthBox[];
}
