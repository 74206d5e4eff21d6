import { forEachPixel, placedAt } from './place.ts';
import type { SceneSpec, TruthBox } from './types.ts';

interface Extent {
  left: number;
  top: number;
  right: number;
  bottom: number;
  pixels: number;
  visible: number;
}

/** The boxes of one frame. */
export function truthOf(spec: SceneSpec, frame: number): readonly TruthBox[] {
  const timeSeconds = (frame - 1) / spec.framesPerSecond;
  const placed = placedAt(spec, timeSeconds);
  if (placed.length === 0) return [];
  const owner = new Map<number, Extent>();
  const extents = placed.map((each) => {
    const extent: Extent = { left: Infinity, top: Infinity, right: -1, bottom: -1, pixels: 0, visible: 0 };
    forEachPixel(each, (x, y) => {
      extent.pixels += 1;
      if (x < 0 || y < 0 || x >= spec.widthPx || y >= spec.heightPx) return;
      extent.left = Math.min(extent.left, x);
      extent.top = Math.min(extent.top, y);
      extent.right = Math.max(extent.right, x);
      extent.bottom = Math.max(extent.bottom, y);
      owner.set(y * spec.widthPx + x, extent);
    });
    return { object: each.object, extent };
  });
  for (const extent of owner.values()) extent.visible += 1;
  return extents
    .filter(({ extent }) => extent.visible > 0)
    .sort((a, b) => a.object.id - b.object.id)
    .map(({ object, extent }) => ({
      frame,
      timeSeconds,
      id: object.id,
      class: object.class,
      left: extent.left,
      top: extent.top,
      width: extent.right - extent.left + 1,
      height: extent.bottom - extent.top + 1,
      visibility: extent.visible / extent.pixels,
      colours:
        object.class === 'person'
          ? [
              { part: 'upper', colour: object.upper },
              { part: 'lower', colour: object.lower },
            ]
          : [{ part: 'whole', colour: object.colour }],
    }));
}
