import { iou } from '../../gateway/analysis/boxes.ts';
import type { Box } from '../../gateway/analysis/types.ts';

/** What one picture holds of one class, and what a detector says that it holds. */
export interface Judged {
  readonly truth: readonly Box[];
  readonly found: readonly (Box & { readonly score: number })[];
}

/**
 * Average precision at one IoU, 0 to 1: area under the precision that is reached at each recall or beyond it (Pascal VOC 2010 on; every
 * point). A box takes the free truth box that it overlaps most; a second one on the same truth is wrong. NaN without any truth.
 */
export function averagePrecision(pictures: readonly Judged[], leastIou = 0.5): number {
  const boxes = pictures.flatMap(({ found }, picture) => found.map((box) => ({ box, picture })));
  const taken = pictures.map(() => new Set<number>());
  const all = pictures.reduce((sum, { truth }) => sum + truth.length, 0);
  const curve: { recall: number; precision: number }[] = [];
  let right = 0;
  for (const [index, { box, picture }] of boxes.toSorted((a, b) => b.box.score - a.box.score).entries()) {
    let [best, place] = [leastIou, -1];
    for (const [at, truth] of (pictures[picture]?.truth ?? []).entries()) {
      const overlap = taken[picture]?.has(at) === true ? 0 : iou(box, truth);
      if (overlap >= best) [best, place] = [overlap, at];
    }
    if (place >= 0) {
      taken[picture]?.add(place);
      right += 1;
    }
    curve.push({ recall: right / all, precision: right / (index + 1) });
  }
  let [area, ceiling] = [0, 0];
  for (let at = curve.length - 1; at >= 0; at -= 1) {
    const point = curve[at];
    if (point === undefined) continue;
    ceiling = Math.max(ceiling, point.precision);
    area += (point.recall - (curve[at - 1]?.recall ?? 0)) * ceiling;
  }
  return all === 0 ? Number.NaN : area;
}
