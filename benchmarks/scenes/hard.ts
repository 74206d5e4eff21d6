import type { ObjectSpec, SceneSpec, Waypoint } from './types.ts';
import type { WriteOptions } from './write.ts';

// One stress each: what a gate on packets or on pixels may take for movement, or lose movement in.

const at = (timeSeconds: number, x: number, y: number): Waypoint => ({ timeSeconds, x, y });

const base = {
  widthPx: 640,
  heightPx: 360,
  framesPerSecond: 10,
  durationSeconds: 12,
  seed: 1_871,
  noise: 3,
  gopSeconds: 2,
} as const;

/** A street with two parked vehicles and what passes on it within twelve seconds. */
const parked: readonly ObjectSpec[] = [
  { id: 1, class: 'van', colour: 'white', heightPx: 58, path: [at(0, 560, 232), at(12, 560, 232)] },
  { id: 2, class: 'car', colour: 'black', heightPx: 44, path: [at(0, 90, 234), at(12, 90, 234)] },
];

/** Who passes: a person with a suitcase and a bus; a bicycle and a person; a car and a person who stays a while. */
export const PASSERS: readonly (readonly ObjectSpec[])[] = [
  [
    {
      id: 3,
      class: 'person',
      upper: 'red',
      lower: 'blue',
      bag: { kind: 'suitcase', colour: 'black' },
      heightPx: 84,
      path: [at(0.5, -20, 345), at(11.5, 660, 345)],
    },
    { id: 4, class: 'bus', colour: 'yellow', heightPx: 80, path: [at(2, 760, 262), at(8, -120, 262)] },
  ],
  [
    { id: 3, class: 'bicycle', colour: 'green', heightPx: 80, path: [at(2, 690, 262), at(8, -50, 262)] },
    {
      id: 4,
      class: 'person',
      upper: 'purple',
      lower: 'black',
      bag: { kind: 'handbag', colour: 'brown' },
      heightPx: 88,
      path: [at(1, -20, 350), at(11, 660, 350)],
    },
  ],
  [
    { id: 3, class: 'car', colour: 'blue', heightPx: 48, path: [at(3, -60, 256), at(8, 700, 256)] },
    {
      id: 4,
      class: 'person',
      upper: 'white',
      lower: 'black',
      heightPx: 86,
      path: [at(0.5, -20, 340), at(4, 240, 340), at(7, 240, 340), at(11.5, 660, 340)],
    },
  ],
];

/** What makes a variant hard; and how it is written. */
export interface Variant {
  readonly name: string;
  readonly scene: Partial<SceneSpec>;
  readonly written: Omit<WriteOptions, 'dropFrames'>;
  /** Share of frames that the recorder loses. */
  readonly drops?: number;
}

const SHADOWED = { shadows: 0.9 } as const;

export const VARIANTS: readonly Variant[] = [
  { name: 'plain', scene: SHADOWED, written: {} },
  { name: 'rain', scene: { rain: 1.2 }, written: {} },
  {
    name: 'trees',
    scene: {
      ...SHADOWED,
      trees: [
        { x: 130, y: 90, radiusPx: 75, swayPx: 5 },
        { x: 520, y: 80, radiusPx: 60, swayPx: 4 },
      ],
    },
    written: {},
  },
  { name: 'night', scene: { night: true, noise: 9 }, written: {} },
  {
    name: 'lights',
    scene: {
      lights: [
        { fromSeconds: 3, toSeconds: 9, rampSeconds: 0, gain: 1.5, spot: { x: 220, y: 200, radiusPx: 260 } },
        { fromSeconds: 1, toSeconds: 11, rampSeconds: 3, gain: 0.75 },
      ],
    },
    written: {},
  },
  { name: 'shake', scene: { ...SHADOWED, shakePx: 4 }, written: {} },
  { name: 'hevc', scene: SHADOWED, written: { codec: 'hevc', gopSeconds: 10 } },
  { name: 'mpeg4', scene: SHADOWED, written: { codec: 'mpeg4', gopSeconds: 1 } },
  { name: 'variable', scene: SHADOWED, written: {}, drops: 0.3 },
];

/** A street of a variant with nobody on it, or with those who pass (0 to 2). */
export function hardScene({ name, scene }: Variant, passers: number | undefined): SceneSpec {
  const objects = [...parked, ...(passers === undefined ? [] : (PASSERS[passers] ?? []))];
  return { ...base, ...scene, name: `${name}-${passers ?? 'quiet'}`, objects };
}
