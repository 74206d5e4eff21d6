import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import type { DetectorPool } from '../../gateway/analysis/detector-pool.ts';
import type { Box, Detection } from '../../gateway/analysis/types.ts';
import { averagePrecision, type Judged } from '../scoring/average-precision.ts';

const LABELLED = path.join(import.meta.dirname, '..', '..', '..', 'shared', 'labelled');

/** A set of pictures with boxes, of which one class is judged. */
interface LabelledSet {
  readonly name: string;
  readonly class: 'person' | 'car';
  readonly pictures: readonly { readonly file: string; readonly boxesOf: (size: PictureSize) => readonly Box[] }[];
}

interface PictureSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** The sets that are there: COCO (persons, cars), street cameras from above (cars), an airport's cameras (persons), Open Images (cars). */
export async function labelledSets(): Promise<readonly LabelledSet[]> {
  if (!existsSync(LABELLED)) return [];
  return [
    await yoloSet('coco_val128', 'coco_val128', 'person', 0),
    await yoloSet('coco_val128', 'coco_val128', 'car', 2),
    await yoloSet('atl_valid31', 'atl_valid31/valid', 'car', 2),
    await yoloSet('openimages_vehicles_valid', 'openimages_vehicles_valid', 'car', 2),
    await airportSet(),
  ];
}

async function yoloSet(name: string, folder: string, label: 'person' | 'car', id: number): Promise<LabelledSet> {
  const root = path.join(LABELLED, folder);
  const files = (await readdir(path.join(root, 'images'))).toSorted();
  const pictures = files.map(async (file) => {
    const labels = path.join(root, 'labels', `${path.parse(file).name}.txt`);
    const lines = existsSync(labels) ? (await readFile(labels, 'utf8')).split('\n') : [];
    const rows = lines
      .map((line) => line.trim().split(/\s+/).map(Number))
      .filter((row) => row.length === 5 && row[0] === id);
    return {
      file: path.join(root, 'images', file),
      boxesOf: ({ widthPx, heightPx }: PictureSize) =>
        rows.map(([, x = 0, y = 0, width = 0, height = 0]) => ({
          left: (x - width / 2) * widthPx,
          top: (y - height / 2) * heightPx,
          width: width * widthPx,
          height: height * heightPx,
        })),
    };
  });
  return { name, class: label, pictures: await Promise.all(pictures) };
}

async function airportSet(): Promise<LabelledSet> {
  const root = path.join(LABELLED, 'intel_airport20');
  const parts = ['train', 'val'].map(async (part) => {
    const { images, annotations } = JSON.parse(
      await readFile(path.join(root, `annotation_example_${part}.json`), 'utf8'),
    ) as {
      images: { id: number; file_name: string }[];
      annotations: { image_id: number; category_id: number; bbox: [number, number, number, number] }[];
    };
    return images.map(({ id, file_name: file }) => ({
      file: path.join(root, `ssd_mbv2_data_${part}`, path.basename(file)),
      boxesOf: () =>
        annotations
          .filter((each) => each.image_id === id && each.category_id === 2)
          .map(({ bbox: [left, top, width, height] }) => ({ left, top, width, height })),
    }));
  });
  return { name: 'intel_airport20', class: 'person', pictures: (await Promise.all(parts)).flat() };
}

/** AP at IoU 0.5 of a detector on a set, 0 to 1: each picture as the decoder would deliver it. */
export async function apOf(detector: DetectorPool, set: LabelledSet): Promise<number> {
  const judged = await Promise.all(
    set.pictures.map(async ({ file, boxesOf }, index): Promise<Judged> => {
      const { width: widthPx = 0, height: heightPx = 0 } = await sharp(file).metadata();
      const size = detector.decodeSize({ widthPx, heightPx });
      const rgb = await sharp(file)
        .removeAlpha()
        .toColourspace('srgb')
        .resize(size.widthPx, size.heightPx, { fit: 'fill', kernel: 'cubic' })
        .raw()
        .toBuffer();
      const detections: readonly Detection[] = await detector.detect({
        ref: { number: index + 1, pts: index },
        timeSeconds: index,
        ...size,
        scaleX: widthPx / size.widthPx,
        scaleY: heightPx / size.heightPx,
        rgb,
      });
      return { truth: boxesOf({ widthPx, heightPx }), found: detections.filter((box) => box.class === set.class) };
    }),
  );
  return averagePrecision(judged);
}
