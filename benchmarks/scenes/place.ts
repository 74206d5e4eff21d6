import { type Shift, shiftAt } from './shake.ts';
import { BOX_RATIO, colourAt, type Rgb } from './shapes.ts';
import type { ObjectSpec, SceneSpec } from './types.ts';

/** An object as it stands on one frame: its whole box in whole pixels, perhaps beyond the picture's edge. */
export interface Placed {
  readonly object: ObjectSpec;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  readonly facing: 1 | -1;
  readonly isParked: boolean;
}

/** From far to near: what stands lower in the picture covers what stands higher. */
export function placedAt(spec: SceneSpec, timeSeconds: number): readonly Placed[] {
  const shift = shiftAt(spec, timeSeconds);
  return spec.objects
    .map((object) => placeObject(object, spec, timeSeconds, shift))
    .filter((placed) => placed !== undefined)
    .sort((a, b) => a.top + a.height - (b.top + b.height) || a.object.id - b.object.id);
}

function placeObject(object: ObjectSpec, spec: SceneSpec, timeSeconds: number, shift: Shift): Placed | undefined {
  const after = object.path.findIndex((point) => point.timeSeconds >= timeSeconds);
  const to = object.path[after];
  const from = object.path[Math.max(after - 1, 0)];
  if (to === undefined || from === undefined || timeSeconds < from.timeSeconds) return undefined;
  const span = to.timeSeconds - from.timeSeconds;
  const share = span === 0 ? 0 : (timeSeconds - from.timeSeconds) / span;
  const x = from.x + (to.x - from.x) * share;
  const y = from.y + (to.y - from.y) * share;
  const height = heightAt(object, spec, y);
  const width = Math.round(height * BOX_RATIO[object.class]);
  return {
    object,
    left: Math.round(x - width / 2) + shift.x,
    top: Math.round(y) - height + shift.y,
    width,
    height,
    // One step for each half of the height that is walked; someone who stands has still legs.
    stride: Math.abs(Math.sin((Math.PI * (x + y)) / height)),
    isParked: object.path.every((point) => point.x === x && point.y === y),
    facing: lastX(object) < (object.path[0]?.x ?? 0) ? -1 : 1,
  };
}

const lastX = (object: ObjectSpec): number => object.path.at(-1)?.x ?? 0;

/** By perspective what stands on half of the way to the horizon is half as high. */
function heightAt({ heightPx }: ObjectSpec, { horizonY, heightPx: pictureHeight }: SceneSpec, y: number): number {
  if (horizonY === undefined) return heightPx;
  return Math.max(2, Math.round((heightPx * (y - horizonY)) / (pictureHeight - horizonY)));
}

type Visit = (x: number, y: number, colour: Rgb) => void;

/** Calls for each pixel that the object covers, those beyond the picture as well. */
export function forEachPixel(placed: Placed, visit: Visit): void {
  for (let row = 0; row < placed.height; row += 1) {
    const v = (row + 0.5) / placed.height;
    for (let column = 0; column < placed.width; column += 1) {
      const colour = colourAt(placed.object, (column + 0.5) / placed.width, v, placed.stride, placed.facing);
      if (colour !== undefined) visit(placed.left + column, placed.top + row, colour);
    }
  }
}
