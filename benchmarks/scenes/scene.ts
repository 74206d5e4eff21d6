import { drawBackground } from './background.ts';
import { drawClock } from './clock-text.ts';
import { toNight } from './headlights.ts';
import { applyLights } from './light.ts';
import { noiseTable } from './noise.ts';
import { forEachPixel, type Placed, placedAt } from './place.ts';
import { drawRain } from './rain.ts';
import { drawShadows } from './shadows.ts';
import { shiftAt, shifted } from './shake.ts';
import { growTrees } from './trees.ts';
import { truthOf } from './truth.ts';
import type { Scene, SceneSpec, TruthBox } from './types.ts';

/** Renders a scene: pure, a frame depends on nothing but the spec and its number. */
export function renderScene(spec: SceneSpec): Scene {
  const frameCount = Math.round(spec.durationSeconds * spec.framesPerSecond);
  const background = drawBackground(spec);
  const drawTrees = growTrees(spec);
  const noise = noiseTable(spec.seed, spec.noise);
  let truth: readonly TruthBox[] | undefined;
  return {
    spec,
    frameCount,
    frame(number) {
      if (!Number.isInteger(number) || number < 1 || number > frameCount)
        throw new RangeError(`frame ${number} is not one of 1 to ${frameCount}`);
      const timeSeconds = (number - 1) / spec.framesPerSecond;
      const shift = shiftAt(spec, timeSeconds);
      const rgb = shifted(background, spec, shift);
      const objects = placedAt(spec, timeSeconds);
      drawTrees(rgb, timeSeconds, shift);
      if (spec.shadows !== undefined) drawShadows(rgb, spec, objects, spec.shadows);
      for (const placed of objects) drawObject(rgb, spec, placed);
      if (spec.night === true) toNight(rgb, spec, objects);
      applyLights(rgb, spec, timeSeconds);
      if (spec.rain !== undefined) drawRain(rgb, spec, spec.rain, number);
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
