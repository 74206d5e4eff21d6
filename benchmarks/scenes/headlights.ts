import type { Placed } from './place.ts';
import type { SceneSpec } from './types.ts';

const STREET_LAMPS = 0.3;
const BEAM = 0.9;
const BEAM_LENGTH = 2.5;
const VEHICLES: readonly string[] = ['car', 'van', 'bus', 'truck'];

/** Turns a picture by day into one by night: dark, but for what stands in the beams of the vehicles, and their lamps. */
export function toNight(rgb: Uint8ClampedArray, spec: SceneSpec, placed: readonly Placed[]): void {
  const day = rgb.slice();
  for (let at = 0; at < rgb.length; at += 1) rgb[at] = (day[at] ?? 0) * STREET_LAMPS;
  for (const vehicle of placed) {
    if (!VEHICLES.includes(vehicle.object.class) || vehicle.isParked) continue;
    drawBeam(rgb, day, spec, vehicle);
    drawLamp(rgb, spec, vehicle);
  }
}

const lampOf = ({ left, top, width, height, facing }: Placed): { readonly x: number; readonly y: number } => ({
  x: facing === 1 ? left + width - 1 : left,
  y: top + Math.round(height * 0.62),
});

/** A cone from the lamp to the ground ahead, in which the picture is as by day, less so with the distance. */
function drawBeam(
  rgb: Uint8ClampedArray,
  day: Uint8ClampedArray,
  { widthPx, heightPx }: SceneSpec,
  vehicle: Placed,
): void {
  const lamp = lampOf(vehicle);
  const reach = Math.round(vehicle.height * BEAM_LENGTH);
  for (let ahead = 1; ahead < reach; ahead += 1) {
    const x = lamp.x + ahead * vehicle.facing;
    if (x < 0 || x >= widthPx) continue;
    const strength = BEAM * (1 - ahead / reach);
    const half = Math.round(vehicle.height * 0.1 + ahead * 0.25);
    for (let y = Math.max(0, lamp.y - (half >> 1)); y < Math.min(heightPx, lamp.y + half); y += 1) {
      const at = (y * widthPx + x) * 3;
      for (let channel = at; channel < at + 3; channel += 1)
        rgb[channel] = Math.max(rgb[channel] ?? 0, (day[channel] ?? 0) * (STREET_LAMPS + strength));
    }
  }
}

function drawLamp(rgb: Uint8ClampedArray, { widthPx, heightPx }: SceneSpec, vehicle: Placed): void {
  const lamp = lampOf(vehicle);
  const radius = Math.max(2, Math.round(vehicle.height * 0.12));
  for (let y = Math.max(0, lamp.y - radius); y <= Math.min(heightPx - 1, lamp.y + radius); y += 1) {
    for (let x = Math.max(0, lamp.x - radius); x <= Math.min(widthPx - 1, lamp.x + radius); x += 1) {
      const away = Math.hypot(x - lamp.x, y - lamp.y) / radius;
      if (away > 1) continue;
      const at = (y * widthPx + x) * 3;
      for (let channel = at; channel < at + 3; channel += 1)
        rgb[channel] = Math.max(rgb[channel] ?? 0, 255 - 120 * away);
    }
  }
}
