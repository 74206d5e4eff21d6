import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { namedScenes } from '../../benchmarks/scenes/named.ts';
import { renderScene } from '../../benchmarks/scenes/scene.ts';
import { createCropNamer, loadCropModel } from '../../gateway/analysis/crop-namer.ts';
import { CARD_FOLDER } from '../../gateway/analysis/models.ts';
import type { DecodedFrame, RawTrack } from '../../gateway/analysis/types.ts';

// What the shipped classifier says of rendered crops, one a row: models/street-crop/golden.json, which a test compares.
//   node models/training/golden.ts

/** A crop of a rendered scene and the names that a track of it alone is given. */
export interface Golden {
  readonly scene: 'street' | 'groups' | 'night';
  readonly frame: number;
  readonly id: number;
  readonly class: string;
  readonly names: NonNullable<RawTrack['names']>;
}

const CROPS: readonly (readonly [Golden['scene'], number, number])[] = [
  ['street', 60, 1],
  ['street', 90, 1],
  ['street', 180, 2],
  ['street', 210, 2],
  ['street', 40, 3],
  ['street', 160, 3],
  ['street', 140, 4],
  ['street', 230, 4],
  ['groups', 40, 1],
  ['groups', 60, 2],
  ['groups', 300, 9],
  ['night', 760, 1],
];

/** Looks at the golden crops with the shipped weights. */
export async function lookAtGolden(): Promise<readonly Golden[]> {
  const namer = await createCropNamer(await loadCropModel(path.join(CARD_FOLDER, 'street-crop')));
  try {
    const rows: Golden[] = [];
    for (const [scene, number, id] of CROPS) {
      const spec = namedScenes[scene];
      const rendered = renderScene(spec);
      const box = rendered.truth.find((each) => each.frame === number && each.id === id);
      if (box === undefined) throw new RangeError(`${scene} has no object ${id} on frame ${number}`);
      const ref = { number, pts: number };
      const timeSeconds = number / spec.framesPerSecond;
      const { widthPx, heightPx } = spec;
      const frame: DecodedFrame = {
        ref,
        timeSeconds,
        widthPx,
        heightPx,
        scaleX: 1,
        scaleY: 1,
        rgb: rendered.frame(number),
      };
      const point = { ...box, frame: number, pts: number, timeSeconds, score: 1, observed: true };
      const [track] = await namer.name([{ votes: { object: 1 }, colourCounts: {}, points: [point] }], [frame]);
      rows.push({ scene, frame: number, id, class: box.class, names: track?.names ?? {} });
    }
    return rows;
  } finally {
    await namer.close();
  }
}

if (import.meta.main) {
  const rows = await lookAtGolden();
  await writeFile(path.join(CARD_FOLDER, 'street-crop', 'golden.json'), `${JSON.stringify(rows, undefined, 1)}\n`);
  for (const { scene, frame, class: name, names } of rows) console.error(scene, frame, name, JSON.stringify(names));
}
