import { drawBackground } from './background.ts';
import { drawClock } from './clock-text.ts';
import { noiseTable } from './noise.ts';
import { BOX_RATIO, colourAt } from './shapes.ts';
import type { ObjectSpec, Scene, SceneSpec, TruthBox } from './types.ts';

/** An object as it stands on one frame: its whole box in whole pixels, perhaps beyond the picture's edge. */
interface Placed {
  readonly object: ObjectSpec;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  readonly facing: 1 | -1;
}

/** Renders a scene: pure, a frame depends on nothing but the spec and its number. */
export function renderScene(spec: SceneSpec): Scene {
  const frameCount = Math.round(spec.durationSeconds * spec.framesPerSecond);
  const background = drawBackground(spec);
  const noise = noiseTable(spec.seed, spec.noise);
  let truth: readonly TruthBox[] | undefined;
  return {
    spec,
    frameCount,
    frame(number) {
      if (!Number.isInteger(number) || number < 1 || number > frameCount)
        throw new RangeError(`frame ${number} is not one of 1 to ${frameCount}`);
      const timeSeconds = (number - 1) / spec.framesPerSecond;
      const rgb = background.slice();
      for (const placed of placedAt(spec, timeSeconds)) drawObject(rgb, spec, placed);
      if (spec.infrared === true) toInfrared(rgb);
      noise.addTo(rgb, number);
      if (spec.clockStart !== undefined) drawClock(rgb, spec.widthPx, spec.clockStart, timeSeconds);
      return new Uint8Array(rgb.buffer);
    },
    get truth() {
      truth ??= Array.from({ length: frameCount }, (_, index) => truthOf(spec, index + 1)).flat();
      return truth;
    },
  };
}

/** From far to near: what stands lower in the picture covers what stands higher. */
function placedAt(spec: SceneSpec, timeSeconds: number): readonly Placed[] {
  return spec.objects
    .map((object) => placeObject(object, timeSeconds))
    .filter((placed) => placed !== undefined)
    .sort((a, b) => a.top + a.height - (b.top + b.height) || a.object.id - b.object.id);
}

function placeObject(object: ObjectSpec, timeSeconds: number): Placed | undefined {
  const after = object.path.findIndex((point) => point.timeSeconds >= timeSeconds);
  const to = object.path[after];
  const from = object.path[Math.max(after - 1, 0)];
  if (to === undefined || from === undefined || timeSeconds < from.timeSeconds) return undefined;
  const span = to.timeSeconds - from.timeSeconds;
  const share = span === 0 ? 0 : (timeSeconds - from.timeSeconds) / span;
  const x = from.x + (to.x - from.x) * share;
  const y = from.y + (to.y - from.y) * share;
  const width = Math.round(object.heightPx * BOX_RATIO[object.class]);
  return {
    object,
    left: Math.round(x - width / 2),
    top: Math.round(y) - object.heightPx,
    width,
    height: object.heightPx,
    // One step for each half of the height that is walked; someone who stands has still legs.
    stride: Math.abs(Math.sin((Math.PI * (x + y)) / object.heightPx)),
    facing: lastX(object) < (object.path[0]?.x ?? 0) ? -1 : 1,
  };
}

const lastX = (object: ObjectSpec): number => object.path.at(-1)?.x ?? 0;

function drawObject(rgb: Uint8ClampedArray, spec: SceneSpec, placed: Placed): void {
  forEachPixel(placed, (x, y, colour) => {
    if (x < 0 || y < 0 || x >= spec.widthPx || y >= spec.heightPx) return;
    const at = (y * spec.widthPx + x) * 3;
    rgb[at] = colour.r;
    rgb[at + 1] = colour.g;
    rgb[at + 2] = colour.b;
  });
}

/** What a lamp of one wavelength leaves: one brightness a pixel, less of it than by day. */
function toInfrared(rgb: Uint8ClampedArray): void {
  for (let at = 0; at < rgb.length; at += 3) {
    const [red = 0, green = 0, blue = 0] = rgb.subarray(at, at + 3);
    rgb.fill(0.45 * (0.5 * red + 0.3 * green + 0.2 * blue) + 8, at, at + 3);
  }
}

type Visit = (x: number, y: number, colour: { readonly r: number; readonly g: number; readonly b: number }) => void;

function forEachPixel(placed: Placed, visit: Visit): void {
  for (let row = 0; row < placed.height; row += 1) {
    const v = (row + 0.5) / placed.height;
    for (let column = 0; column < placed.width; column += 1) {
      const colour = colourAt(placed.object, (column + 0.5) / placed.width, v, placed.stride, placed.facing);
      if (colour !== undefined) visit(placed.left + column, placed.top + row, colour);
    }
  }
}

interface Extent {
  left: number;
  top: number;
  right: number;
  bottom: number;
  pixels: number;
  visible: number;
}

function truthOf(spec: SceneSpec, frame: number): readonly TruthBox[] {
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
        object.class === 'car'
          ? [{ part: 'whole', colour: object.colour }]
          : [
              { part: 'upper', colour: object.upper },
              { part: 'lower', colour: object.lower },
            ],
    }));
}
