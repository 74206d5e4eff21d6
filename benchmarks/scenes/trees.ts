import { randomFrom } from './noise.ts';
import type { Shift } from './shake.ts';
import type { SceneSpec, TreeSpec } from './types.ts';

interface Leaf {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly shade: number;
  readonly phase: number;
  readonly hz: number;
  readonly swayPx: number;
}

const LEAVES_OVER_RADIUS = 4;

/** Crowns of leaves in the greys of the street, each leaf on its own swing and all of them with the gusts. */
export function growTrees(spec: SceneSpec): (rgb: Uint8ClampedArray, timeSeconds: number, shift: Shift) => void {
  const random = randomFrom(spec.seed ^ 0x7ee5);
  const leaves = (spec.trees ?? []).flatMap((tree) => leavesOf(tree, random));
  return (rgb, timeSeconds, shift) => {
    // A gust comes and goes within half a minute.
    const gust = 0.55 + 0.45 * Math.sin((2 * Math.PI * timeSeconds) / 17) * Math.sin((2 * Math.PI * timeSeconds) / 5.3);
    for (const { x, y, radius, shade, phase, hz, swayPx } of leaves) {
      const swing = swayPx * gust * Math.sin(2 * Math.PI * (hz * timeSeconds + phase));
      disc(rgb, spec, Math.round(x + swing) + shift.x, Math.round(y + swing / 3) + shift.y, radius, shade);
    }
  };
}

function leavesOf({ x, y, radiusPx, swayPx }: TreeSpec, random: () => number): readonly Leaf[] {
  return Array.from({ length: radiusPx * LEAVES_OVER_RADIUS }, () => {
    const angle = 2 * Math.PI * random();
    const distance = radiusPx * Math.sqrt(random());
    return {
      x: x + distance * Math.cos(angle),
      y: y + 0.8 * distance * Math.sin(angle),
      radius: Math.max(1, Math.round(radiusPx * (0.04 + 0.06 * random()))),
      shade: 92 + Math.floor(random() * 40),
      phase: random(),
      hz: 0.3 + 0.6 * random(),
      swayPx: swayPx * (0.5 + 0.5 * random()),
    };
  });
}

function disc(
  rgb: Uint8ClampedArray,
  { widthPx, heightPx }: SceneSpec,
  x: number,
  y: number,
  r: number,
  shade: number,
) {
  for (let row = Math.max(0, y - r); row <= Math.min(heightPx - 1, y + r); row += 1) {
    const half = Math.floor(Math.sqrt(r * r - (row - y) * (row - y)));
    const [from, to] = [Math.max(0, x - half), Math.min(widthPx - 1, x + half)];
    if (to >= from) rgb.fill(shade, (row * widthPx + from) * 3, (row * widthPx + to + 1) * 3);
  }
}
