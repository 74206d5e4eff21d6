import { mkdir, open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { truthAt } from '../../benchmarks/accuracy/match.ts';
import { type ClipTruth, readTruth } from '../../benchmarks/accuracy/truth.ts';
import { containment, iou } from '../../gateway/analysis/boxes.ts';
import { cutCrop } from '../../gateway/analysis/crop.ts';
import { findMovers } from '../../gateway/analysis/motion/movers.ts';
import { planesOf } from '../../gateway/analysis/motion/planes.ts';
import type { Box, DecodedFrame } from '../../gateway/analysis/types.ts';
import { framesOf, sceneFrame, trainingScene } from './pictures.ts';

// Crops for training that the data sets do not have: what the gateway's own background model cuts out of the free clips, labelled by the
// hand-made lists in benchmarks/truth, and objects of rendered scenes. Writes CLIP.bin (uint8 [n, 112, 112, 3]) and CLIP.json (labels).
//   node models/training/clip-crops.ts --footage FOLDER --out FOLDER

const SIDE = 112;
/** Wider than what the network sees, so that training can shift and scale inside it. */
const MARGIN = 1.7;
const INPUT = {
  width: SIDE,
  height: SIDE,
  pad: 114,
  margin: MARGIN,
  scale: 1,
  mean: [0, 0, 0],
  deviation: [1, 1, 1],
  hidden: { top: 0, bottom: 0, left: 0, right: 0 },
};

interface Labelled {
  readonly label: string;
  readonly pixels: Uint8Array;
}

function crop(frame: DecodedFrame, box: Box): Uint8Array {
  const planar = new Float32Array(3 * SIDE * SIDE);
  cutCrop(frame, box, INPUT as unknown as Parameters<typeof cutCrop>[2], planar);
  const pixels = new Uint8Array(planar.length);
  for (let at = 0; at < SIDE * SIDE; at += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      pixels[at * 3 + channel] = Math.round(planar[channel * SIDE * SIDE + at] ?? 0);
    }
  }
  return pixels;
}

async function cropsOfClip(footage: string, truth: ClipTruth): Promise<Labelled[]> {
  const rate = truth.durationSeconds > 10 ? 5 : 12;
  const frames = await framesOf(path.join(footage, truth.clip), truth.picture, rate);
  const movers = await findMovers(frames.map((frame) => planesOf(frame)));
  const found: Labelled[] = [];
  for (const [index, frame] of frames.entries()) {
    const here = truth.objects.flatMap((object) => {
      const box = truthAt(object, frame.timeSeconds);
      return box === undefined ? [] : [{ box, label: object.riderOf === undefined ? object.class : 'bicycle' }];
    });
    // A person at the table changes little from frame to frame: every third one is enough there.
    if (truth.durationSeconds < 60 || index % 3 === 0) {
      for (const { box, label } of here) found.push({ label, pixels: crop(frame, box) });
    }
    const look = movers[index] ?? [];
    for (const piece of typeof look === 'string' ? [] : look) {
      const best = here.toSorted((a, b) => iou(b.box, piece) - iou(a.box, piece))[0];
      if (best !== undefined && iou(best.box, piece) >= 0.35) {
        found.push({ label: best.label, pixels: crop(frame, piece) });
      } else if (here.every(({ box }) => containment(box, piece) < 0.05)) {
        found.push({ label: 'other', pixels: crop(frame, piece) });
      }
    }
  }
  return found;
}

/** Objects of rendered streets; every twelfth frame, so that poses differ. */
function cropsOfScene(seed: number): Labelled[] {
  const scene = trainingScene(seed);
  const found: Labelled[] = [];
  for (let number = 5; number <= scene.frameCount; number += 12) {
    const frame = sceneFrame(scene, number);
    for (const box of scene.truth.filter((each) => each.frame === number && each.visibility > 0.4)) {
      found.push({ label: box.class, pixels: crop(frame, box) });
    }
  }
  return found;
}

async function save(out: string, name: string, crops: readonly Labelled[]): Promise<void> {
  const file = await open(path.join(out, `${name}.bin`), 'w');
  for (const { pixels } of crops) await file.write(pixels);
  await file.close();
  await writeFile(path.join(out, `${name}.json`), JSON.stringify(crops.map(({ label }) => label)));
  const counts = Object.entries(Object.groupBy(crops, ({ label }) => label)).map(
    ([label, all]) => `${label} ${all?.length}`,
  );
  console.error(`${name}: ${counts.join(', ')}`);
}

const { values } = parseArgs({ options: { footage: { type: 'string' }, out: { type: 'string' } } });
if (values.footage === undefined || values.out === undefined) throw new Error('usage: --footage FOLDER --out FOLDER');
await mkdir(values.out, { recursive: true });
for (const truth of await readTruth()) {
  await save(values.out, path.parse(truth.clip).name, await cropsOfClip(values.footage, truth));
}
await save(values.out, 'scenes', Array.from({ length: 40 }, (_, index) => cropsOfScene(index + 1)).flat());
