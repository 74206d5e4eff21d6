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
  /** Height of the whole object in pixels, under `horizonY` that at the picture's lower edge; the width follows from the class (`BOX_RATIO`). */
  readonly heightPx: number;
  /** In order of time; the object exists from the first waypoint to the last one, both included. What is parked stays at one place. */
  readonly path: readonly Waypoint[];
}

export interface PersonSpec extends Moving {
  readonly class: 'person';
  readonly upper: ObjectColour;
  readonly lower: ObjectColour;
  /** In the hand, inside the person's box. */
  readonly bag?: { readonly kind: 'suitcase' | 'handbag'; readonly colour: ObjectColour };
}

export interface VehicleSpec extends Moving {
  readonly class: 'car' | 'van' | 'bus' | 'truck';
  readonly colour: ObjectColour;
}

/** With its rider, as one object: `colour` is that of the rider's clothes. */
export interface BicycleSpec extends Moving {
  readonly class: 'bicycle';
  readonly colour: ObjectColour;
}

/** One that somebody has left. */
export interface SuitcaseSpec extends Moving {
  readonly class: 'suitcase';
  readonly colour: ObjectColour;
}

export type ObjectSpec = PersonSpec | VehicleSpec | BicycleSpec | SuitcaseSpec;

/** A crown whose leaves move in the wind. `x` and `y` are its centre. */
export interface TreeSpec {
  readonly x: number;
  readonly y: number;
  readonly radiusPx: number;
  /** How far a leaf goes to either side. */
  readonly swayPx: number;
}

/** Another light for a time: a lamp, or a cloud that comes and goes over `rampSeconds`. */
export interface LightSpec {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** 0 for a switch. */
  readonly rampSeconds: number;
  /** What brightness is multiplied with when it is full. */
  readonly gain: number;
  /** The part of the picture that it lights; all of it when absent. */
  readonly spot?: { readonly x: number; readonly y: number; readonly radiusPx: number };
}

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
  /** Colours by the light of the street lamps, and vehicles with their headlights on. */
  readonly night?: true;
  /** Perspective: the row at which things would be without height, below it they grow with the distance. */
  readonly horizonY?: number;
  /** Length of a shadow on the ground over the height of what throws it. */
  readonly shadows?: number;
  readonly trees?: readonly TreeSpec[];
  /** Drops on a frame for each 1000 pixels. */
  readonly rain?: number;
  readonly lights?: readonly LightSpec[];
  /** How far the camera shakes to either side, pixels; objects and their truth shake with it. */
  readonly shakePx?: number;
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
  readonly class: ObjectSpec['class'];
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
