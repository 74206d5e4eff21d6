import { randomFrom } from './noise.ts';
import type { ObjectColour, ObjectSpec, SceneSpec } from './types.ts';
import { SCENE_CODECS, type WriteOptions } from './write.ts';

/** A scene of which the seed decides everything: who passes, when and where, how far away, in what weather, and how it is written. */
export interface DrawnScene {
  readonly spec: SceneSpec;
  readonly stress: string;
  readonly written: WriteOptions;
}

const SECONDS = 90;
const [WIDTH, HEIGHT] = [480, 270];
const COLOURS: readonly ObjectColour[] = [
  'black',
  'white',
  'red',
  'orange',
  'yellow',
  'green',
  'blue',
  'purple',
  'brown',
];
const CLASSES = ['person', 'person', 'person', 'car', 'van', 'bus', 'bicycle'] as const;
/** At the lower edge of the picture. */
const HEIGHTS = { person: 85, car: 62, van: 80, bus: 110, bicycle: 80 } as const;

const STRESSES: Readonly<Record<string, Partial<SceneSpec>>> = {
  none: {},
  rain: { rain: 1 },
  trees: { trees: [{ x: 110, y: 60, radiusPx: 50, swayPx: 3 }] },
  night: { night: true, noise: 6 },
  lamp: { lights: [{ fromSeconds: 30, toSeconds: 62, rampSeconds: 0, gain: 1.4 }] },
  clouds: {
    lights: [
      { fromSeconds: 10, toSeconds: 40, rampSeconds: 8, gain: 0.7 },
      { fromSeconds: 55, toSeconds: 80, rampSeconds: 5, gain: 1.2 },
    ],
  },
  shake: { shakePx: 3 },
};

/** From the same seed the same scene. Somebody is there for 2 to 40 % of its time, and more where the last one stays long. */
export function drawScene(seed: number): DrawnScene {
  const random = randomFrom(seed * 2_654_435_761);
  const between = (from: number, to: number): number => from + (to - from) * random();
  const oneOf = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const stress = oneOf(Object.keys(STRESSES));
  const objects: ObjectSpec[] = [];
  for (let left = between(0.02, 0.4) * SECONDS; left > 0; ) {
    const kind = oneOf(CLASSES);
    const seconds = kind === 'person' ? between(5, 14) : between(2, 6);
    const from = between(0, SECONDS - seconds);
    const y = between(95, 262);
    const [startX, endX] = random() < 0.5 ? [-90, WIDTH + 90] : [WIDTH + 90, -90];
    const path = [
      { timeSeconds: from, x: startX, y },
      { timeSeconds: from + seconds, x: endX, y },
    ];
    const shared = { id: objects.length + 1, heightPx: HEIGHTS[kind], path };
    const [colour, lower] = [oneOf(COLOURS), oneOf(COLOURS)];
    objects.push(
      kind === 'person' ? { ...shared, class: kind, upper: colour, lower } : { ...shared, class: kind, colour },
    );
    left -= seconds;
  }
  const spec: SceneSpec = {
    name: `drawn-${seed}`,
    widthPx: WIDTH,
    heightPx: HEIGHT,
    framesPerSecond: 5,
    durationSeconds: SECONDS,
    seed,
    noise: Math.floor(between(1, 5)),
    gopSeconds: oneOf([1, 2, 2, 4, 6, 10]),
    horizonY: 40,
    shadows: between(0, 1),
    objects,
    ...STRESSES[stress],
  };
  return { spec, stress, written: { codec: oneOf(['h264', 'h264', ...SCENE_CODECS]) } };
}
