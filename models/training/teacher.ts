import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { trackAt } from '../../benchmarks/accuracy/match.ts';
import { requisitionFor, runClip } from '../../benchmarks/accuracy/run-clip.ts';
import { readTruth } from '../../benchmarks/accuracy/truth.ts';
import { iou } from '../../gateway/analysis/boxes.ts';
import { createDetectorPool } from '../../gateway/analysis/detector-pool.ts';
import { groupOf } from '../../gateway/analysis/groups.ts';
import { CARD_FOLDER, chooseDetector, findModels, loadModel } from '../../gateway/analysis/models.ts';
import { rgbOf } from '../../gateway/analysis/pixels.ts';
import { openSight } from '../../gateway/analysis/sight.ts';
import type { Box, DecodedFrame, Track } from '../../gateway/analysis/types.ts';
import type { ClassName } from '../../gateway/vocabulary.ts';
import { framesOf, sceneFrame, trainingScene } from './pictures.ts';

// Frames of the free clips with the boxes on which two teachers agree (YOLOX-nano and PicoDet-S, both with tiles, over whole tracks), and
// frames of rendered streets with their truth, in the form of the training sets: `images/*.png`, `labels/*.txt` with `class cx cy w h`.
//   node models/training/teacher.ts --models FOLDER --footage FOLDER --out FOLDER

const TEACHERS = ['yolox-nano', 'picodet-s-416'];
const AGREED = 0.5;
const CLASSES: readonly ClassName[] = ['person', 'bicycle', 'car', 'motorcycle', 'bus', 'truck'];
const SCENES = 40;

interface Labelled extends Box {
  readonly class: ClassName;
}

/** Tracks of each clip that the teacher itself has named. */
async function teach(name: string, models: string, files: readonly string[]): Promise<readonly (readonly Track[])[]> {
  const found = await findModels({ cardFolders: [CARD_FOLDER], weightFolders: [models] });
  const detector = await createDetectorPool({ ...(await loadModel(chooseDetector(found, name))), threads: 2 });
  const sight = await openSight(detector);
  try {
    const requisition = await requisitionFor(files);
    const tracks: (readonly Track[])[] = [];
    for (const file of files) {
      const { result } = await runClip(requisition, file, sight.deps);
      tracks.push(result.tracks.filter(({ sources }) => sources?.includes('detector')));
    }
    return tracks;
  } finally {
    await sight.close();
    await detector.close();
  }
}

/** What both see at a moment; undefined where one sees what the other does not, because an unlabelled object would teach the wrong thing. */
function agreed(
  [one = [], other = []]: readonly (readonly Track[])[],
  seconds: number,
): readonly Labelled[] | undefined {
  const at = (tracks: readonly Track[]): readonly Labelled[] =>
    tracks.flatMap((track) => {
      const box = trackAt(track, seconds);
      return box === undefined ? [] : [{ class: track.class, ...box }];
    });
  const [here, there] = [at(one), at(other)];
  const isBoth = (each: Labelled, others: readonly Labelled[]): boolean =>
    others.some((box) => groupOf(box.class) === groupOf(each.class) && iou(box, each) >= AGREED);
  return here.every((box) => isBoth(box, there)) && there.every((box) => isBoth(box, here)) ? here : undefined;
}

async function save(out: string, name: string, frame: DecodedFrame, boxes: readonly Labelled[]): Promise<void> {
  const { widthPx, heightPx, scaleX, scaleY } = frame;
  const picture = sharp(rgbOf(frame), { raw: { width: widthPx, height: heightPx, channels: 3 } });
  await picture.png().toFile(path.join(out, 'images', `${name}.png`));
  const [across, down] = [widthPx * scaleX, heightPx * scaleY];
  const rows = boxes.map(({ class: label, left, top, width, height }) =>
    [
      CLASSES.indexOf(label),
      (left + width / 2) / across,
      (top + height / 2) / down,
      width / across,
      height / down,
    ].join(' '),
  );
  await writeFile(path.join(out, 'labels', `${name}.txt`), `${rows.join('\n')}\n`);
}

const { values } = parseArgs({
  options: { models: { type: 'string' }, footage: { type: 'string' }, out: { type: 'string' } },
});
const { models, footage, out } = values;
if (models === undefined || footage === undefined || out === undefined)
  throw new Error('usage: --models FOLDER --footage FOLDER --out FOLDER');
await mkdir(path.join(out, 'images'), { recursive: true });
await mkdir(path.join(out, 'labels'), { recursive: true });
const clips = await readTruth();
const files = clips.map(({ clip }) => path.join(footage, clip));
const tracks: (readonly (readonly Track[])[])[] = [];
for (const name of TEACHERS) tracks.push(await teach(name, models, files));
let [frames, boxes] = [0, 0];
for (const [index, clip] of clips.entries()) {
  const taught = tracks.map((each) => each[index] ?? []);
  for (const frame of await framesOf(files[index] as string, clip.picture, clip.durationSeconds > 10 ? 2 : 5)) {
    const seen = agreed(taught, frame.timeSeconds)?.filter((box) => CLASSES.includes(box.class));
    if (seen === undefined) continue;
    await save(out, `${path.parse(clip.clip).name}-${frame.ref.number}`, frame, seen);
    frames += 1;
    boxes += seen.length;
  }
}
console.error(`clips: ${frames} frames, ${boxes} boxes on which ${TEACHERS.join(' and ')} agree`);
for (let seed = 1; seed <= SCENES; seed += 1) {
  const scene = trainingScene(seed);
  for (let number = 5; number <= scene.frameCount; number += 12) {
    const truth = scene.truth.filter((box) => box.frame === number && box.visibility > 0.4);
    await save(out, `scene-${seed}-${number}`, sceneFrame(scene, number), truth as readonly Labelled[]);
  }
}
