import { area, iou } from './boxes.ts';
import type { Box, Detection } from './types.ts';

const SAME = 0.5;
const OTHER = 0.4;
/** A much smaller piece is a part of the other. */
const ALIKE = 0.4;

/**
 * What moves was joined of pieces that stand above each other, because head, coat and legs of one person can come apart. Where a piece by
 * itself is where a track is expected, and the whole is where none is, they are two objects: a person behind a car.
 */
export function splitJoined(detections: readonly Detection[], expected: readonly Box[]): readonly Detection[] {
  if (expected.length === 0) return detections;
  return detections.flatMap((whole): readonly Detection[] => {
    const { parts = [], ...rest } = whole;
    const [largest, smallest] = [Math.max(...parts.map(area)), Math.min(...parts.map(area))];
    const isWhole = parts.length < 2 || smallest < ALIKE * largest || expected.some((box) => iou(box, whole) >= OTHER);
    if (isWhole || !parts.some((part) => expected.some((box) => iou(box, part) >= SAME))) return [whole];
    return parts.map((part) => ({ ...rest, ...part }));
  });
}
