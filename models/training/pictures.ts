import { spawn } from 'node:child_process';
import { renderScene } from '../../benchmarks/scenes/scene.ts';
import { PALETTE } from '../../benchmarks/scenes/shapes.ts';
import type { ObjectColour, ObjectSpec, Scene, SceneSpec } from '../../benchmarks/scenes/types.ts';
import { motionSize } from '../../gateway/analysis/sight.ts';
import type { DecodedFrame } from '../../gateway/analysis/types.ts';

// What training looks at beside the data sets: frames of the free clips, and rendered streets.

/** So many frames a second of a clip, at the size that the background model sees. */
export async function framesOf(
  file: string,
  picture: { widthPx: number; heightPx: number },
  rate: number,
): Promise<DecodedFrame[]> {
  const { widthPx, heightPx } = motionSize(picture);
  const filter = `fps=${rate},scale=${widthPx}:${heightPx}:flags=bicubic`;
  const ffmpeg = spawn('ffmpeg', [
    '-v',
    'error',
    '-i',
    file,
    '-vf',
    filter,
    '-f',
    'rawvideo',
    '-pix_fmt',
    'rgb24',
    '-',
  ]);
  const chunks: Buffer[] = [];
  for await (const chunk of ffmpeg.stdout) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const size = widthPx * heightPx * 3;
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, index) => ({
    ref: { number: index + 1, pts: index },
    timeSeconds: index / rate,
    widthPx,
    heightPx,
    scaleX: picture.widthPx / widthPx,
    scaleY: picture.heightPx / heightPx,
    rgb: bytes.subarray(index * size, (index + 1) * size),
  }));
}

const COLOURS = Object.keys(PALETTE) as readonly ObjectColour[];
const SCENE = { widthPx: 640, heightPx: 360, framesPerSecond: 10 };

/** A rendered street of 15 seconds with six persons and cars, another one a seed. */
export function trainingScene(seed: number): Scene {
  let state = seed * 2_654_435_761;
  const random = (): number => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const pick = (): ObjectColour => COLOURS[Math.floor(random() * COLOURS.length)] as ObjectColour;
  const objects = Array.from({ length: 6 }, (_, id): ObjectSpec => {
    const [from, to] = random() < 0.5 ? [-40, 680] : [680, -40];
    const y = 150 + random() * 200;
    const path_ = [
      { timeSeconds: random() * 4, x: from, y },
      { timeSeconds: 10 + random() * 5, x: to, y },
    ];
    if (random() < 0.5)
      return { id, class: 'car', colour: pick(), heightPx: 30 + Math.round(random() * 40), path: path_ };
    return { id, class: 'person', upper: pick(), lower: pick(), heightPx: 40 + Math.round(random() * 80), path: path_ };
  });
  const spec: SceneSpec = {
    name: `train-${seed}`,
    ...SCENE,
    durationSeconds: 15,
    seed,
    noise: 3,
    gopSeconds: 2,
    objects,
  };
  return renderScene(spec);
}

/** One frame of such a street, counted from 1. */
export const sceneFrame = (scene: Scene, number: number): DecodedFrame => ({
  ref: { number, pts: number },
  timeSeconds: (number - 1) / SCENE.framesPerSecond,
  widthPx: SCENE.widthPx,
  heightPx: SCENE.heightPx,
  scaleX: 1,
  scaleY: 1,
  rgb: scene.frame(number),
});
