import { COLOURS, type ColourName } from '../vocabulary.ts';

// The eleven basic colour terms (Berlin and Kay) as regions of CIELAB in cylindrical form: lightness L, chroma C, hue h in degrees.
// Borders were set on the CSS colours and on paints and cloth as surveillance cameras render them: dim, tinted, with little chroma.

/** CIELAB under D65 of an sRGB colour. */
export interface Lab {
  readonly lightness: number;
  readonly a: number;
  readonly b: number;
}

const LINEAR = Float64Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

const lightnessCurve = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);

/** Converts bytes of sRGB. */
export function toLab(red: number, green: number, blue: number): Lab {
  const r = LINEAR[red] ?? 0;
  const g = LINEAR[green] ?? 0;
  const b = LINEAR[blue] ?? 0;
  const x = lightnessCurve((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = lightnessCurve(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = lightnessCurve((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return { lightness: 116 * y - 16, a: 500 * (x - y), b: 200 * (y - z) };
}

/** The basic colour term of a colour. */
export function nameLab({ lightness: l, a, b }: Lab): ColourName {
  const c = Math.hypot(a, b);
  const h = (Math.atan2(b, a) * (180 / Math.PI) + 360) % 360;
  if (l < 6 || (l < 9 && c < 22)) return 'black';
  if (l < 22 && c < (h >= 255 && h < 300 ? 14 : 18)) return 'black';
  if (c < leastChroma(l, h)) return l >= 76 ? 'white' : l < 27 ? 'black' : 'grey';
  if (h < 42 || h >= 335) return nameReddish(l, c, h);
  if (h < 108) return nameWarm(l, c, h);
  if (h < 190) return 'green';
  if (h < 298) return 'blue';
  // Lab bends blue towards purple: full blue itself lies at 306 degrees, as lilac does, but dark and strong.
  if (h < 310) return l > 40 && c < 75 ? 'purple' : 'blue';
  return l > 58 && c > 80 ? 'pink' : 'purple';
}

/** Below this chroma a colour counts as black, grey or white: more for dark pixels (noise) and for bluish and warm casts of light. */
function leastChroma(l: number, h: number): number {
  const cast = h >= 45 && h < 110 ? 13 : h >= 192 && h < 298 ? 12 : 9;
  if (l < 35) return cast + 2;
  return l >= 85 ? Math.max(cast, 13) : cast;
}

function nameReddish(l: number, c: number, h: number): ColourName {
  const fromRed = h >= 335 ? h - 360 : h;
  if (fromRed < -5 && l < 42) return 'purple';
  if (c < 30) {
    if (l >= 62) return 'pink';
    return fromRed > 12 || l < 40 ? 'brown' : 'pink';
  }
  if (l >= 63 && c < 75) return 'pink';
  if (fromRed < 5 && l >= 42) return 'pink';
  // Full red lies at 40 degrees itself, but stronger than any orange cloth is rendered.
  if (fromRed > 37 && l > 45 && c > 55 && c < 95) return 'orange';
  if (fromRed > 30 && l < 45 && c < 42) return 'brown';
  return 'red';
}

function nameWarm(l: number, c: number, h: number): ColourName {
  if (l < 60 && h >= 98) return 'green';
  if (l >= 82 && c < 26) return h < 65 ? 'pink' : 'white';
  if (l < 58) return h < 62 && c > 52 && l > 38 ? 'orange' : 'brown';
  if (c < 34 && l < 80) return 'brown';
  if (h < 66) return c > 50 || l >= 70 ? 'orange' : 'brown';
  if (h < 80) return l >= 66 ? 'orange' : 'brown';
  return l < 63 ? 'brown' : 'yellow';
}

const STEPS = 64;

/** Six bits a channel are finer than what compressed video keeps. */
let table: Uint8Array | undefined;

function namesByColour(): Uint8Array {
  if (table !== undefined) return table;
  table = new Uint8Array(STEPS ** 3);
  const level = (step: number): number => Math.round((step * 255) / (STEPS - 1));
  for (let index = 0; index < table.length; index += 1) {
    const lab = toLab(level(index >> 12), level((index >> 6) & 63), level(index & 63));
    table[index] = COLOURS.indexOf(nameLab(lab));
  }
  return table;
}

/** A function from bytes of sRGB to the index of the term in COLOURS, by one table look-up. */
export function createColourNamer(): (red: number, green: number, blue: number) => number {
  const names = namesByColour();
  return (red, green, blue) => names[((red >> 2) << 12) | ((green >> 2) << 6) | (blue >> 2)] ?? 0;
}
