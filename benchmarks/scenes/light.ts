import type { LightSpec, SceneSpec } from './types.ts';

/** Brightens or darkens the picture by the lights that are on at that time. */
export function applyLights(rgb: Uint8ClampedArray, spec: SceneSpec, timeSeconds: number): void {
  for (const light of spec.lights ?? []) {
    const gain = 1 + (light.gain - 1) * strengthAt(light, timeSeconds);
    if (gain === 1) continue;
    if (light.spot === undefined) for (let at = 0; at < rgb.length; at += 1) rgb[at] = (rgb[at] ?? 0) * gain;
    else lightSpot(rgb, spec, light.spot, gain);
  }
}

/** 0 to 1. */
function strengthAt({ fromSeconds, toSeconds, rampSeconds }: LightSpec, timeSeconds: number): number {
  if (timeSeconds < fromSeconds || timeSeconds >= toSeconds) return 0;
  if (rampSeconds === 0) return 1;
  return Math.min(1, (timeSeconds - fromSeconds) / rampSeconds, (toSeconds - timeSeconds) / rampSeconds);
}

/** Full in the middle, nothing at the radius. */
function lightSpot(
  rgb: Uint8ClampedArray,
  { widthPx, heightPx }: SceneSpec,
  { x, y, radiusPx }: NonNullable<LightSpec['spot']>,
  gain: number,
): void {
  for (let row = Math.max(0, y - radiusPx); row < Math.min(heightPx, y + radiusPx); row += 1) {
    for (let column = Math.max(0, x - radiusPx); column < Math.min(widthPx, x + radiusPx); column += 1) {
      const away = ((row - y) ** 2 + (column - x) ** 2) / radiusPx ** 2;
      if (away >= 1) continue;
      const here = 1 + (gain - 1) * (1 - away);
      const at = (row * widthPx + column) * 3;
      for (let channel = at; channel < at + 3; channel += 1) rgb[channel] = (rgb[channel] ?? 0) * here;
    }
  }
}
