// G7: pictures that nobody is on. Persons and faces are drawn from a few numbers each, the same ones on every machine: a probe may be
// repeated by whoever doubts it, and no face of anybody is ever shown to a network that is not admitted yet.

/** A picture, RGB. */
export interface ProbePicture {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rgb: Uint8Array;
}

export interface PersonPicture extends ProbePicture {
  /** Of the standing person. */
  readonly box: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
}

type Colour = readonly [number, number, number];

/** What tells one drawn person from another: face, hair, build. Nothing of it changes with clothes, light or place. */
interface Identity {
  readonly skin: Colour;
  readonly hair: Colour;
  readonly hairLine: number;
  readonly faceWidth: number;
  readonly eyeGap: number;
  readonly eyeSize: number;
  readonly mouthWidth: number;
  readonly mouthHeight: number;
  readonly hasBeard: boolean;
  readonly shoulders: number;
}

/** What changes from one picture of a person to the next. */
interface Condition {
  readonly light: number;
  readonly top: Colour;
  readonly trousers: Colour;
  readonly ground: Colour;
  readonly wall: Colour;
  readonly shiftX: number;
  readonly shiftY: number;
  readonly scale: number;
}

export const IDENTITIES = 8;
export const CONDITIONS = 5;
const SIDE = 416;

/** Numbers between nought and one, always the same for a seed. */
function numbers(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function identityOf(index: number): Identity {
  const next = numbers(1_000 + index);
  const between = (low: number, high: number): number => low + (high - low) * next();
  const tone = between(0.35, 1);
  return {
    skin: [235 * tone, 195 * tone, 165 * tone],
    hair: [between(20, 190), between(15, 140), between(10, 90)],
    hairLine: between(0.25, 0.55),
    faceWidth: between(0.6, 0.9),
    eyeGap: between(0.28, 0.52),
    eyeSize: between(0.07, 0.15),
    mouthWidth: between(0.2, 0.5),
    mouthHeight: between(0.4, 0.62),
    hasBeard: next() > 0.6,
    shoulders: between(0.9, 1.15),
  };
}

function conditionOf(index: number): Condition {
  const next = numbers(7_000 + index);
  const between = (low: number, high: number): number => low + (high - low) * next();
  const colour = (): Colour => [between(20, 230), between(20, 230), between(20, 230)];
  const grey = between(80, 130);
  return {
    light: between(0.7, 1.15),
    top: colour(),
    trousers: colour(),
    ground: [grey, grey, grey + 6],
    wall: [between(120, 190), between(110, 180), between(100, 170)],
    shiftX: between(-60, 60),
    shiftY: between(-15, 15),
    scale: between(0.9, 1.1),
  };
}

interface Canvas extends ProbePicture {
  fill(colour: Colour, isInside: (x: number, y: number) => boolean, bounds: Bounds): void;
}
interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function canvas(light: number, seed: number): Canvas {
  const rgb = new Uint8Array(SIDE * SIDE * 3);
  const next = numbers(seed);
  return {
    widthPx: SIDE,
    heightPx: SIDE,
    rgb,
    fill(colour, isInside, { left, top, right, bottom }) {
      for (let y = Math.max(0, Math.floor(top)); y < Math.min(SIDE, Math.ceil(bottom)); y++) {
        for (let x = Math.max(0, Math.floor(left)); x < Math.min(SIDE, Math.ceil(right)); x++) {
          if (!isInside(x, y)) continue;
          // A little noise, as a camera has.
          const grain = 8 * (next() - 0.5);
          for (let channel = 0; channel < 3; channel++) {
            const value = (colour[channel] ?? 0) * light + grain;
            rgb[(y * SIDE + x) * 3 + channel] = Math.max(0, Math.min(255, Math.round(value)));
          }
        }
      }
    },
  };
}

const WHOLE: Bounds = { left: 0, top: 0, right: SIDE, bottom: SIDE };
const GREY: Colour = [118, 118, 118];

function oval(made: Canvas, colour: Colour, x: number, y: number, radiusX: number, radiusY: number, upTo = 1): void {
  made.fill(
    colour,
    (px, py) => ((px - x) / radiusX) ** 2 + ((py - y) / radiusY) ** 2 < 1 && (py - y) / radiusY < upTo,
    { left: x - radiusX, top: y - radiusY, right: x + radiusX + 1, bottom: y + radiusY + 1 },
  );
}

function bar(
  made: Canvas,
  colour: Colour,
  x: number,
  top: number,
  bottom: number,
  widths: readonly [number, number],
): void {
  const widest = Math.max(...widths);
  made.fill(
    colour,
    (px, py) => Math.abs(px - x) < (widths[0] + ((widths[1] - widths[0]) * (py - top)) / (bottom - top)) / 2,
    { left: x - widest, top, right: x + widest, bottom },
  );
}

/** A head around a point; `size` is its half height. */
function drawHead(made: Canvas, who: Identity, x: number, y: number, size: number): void {
  const wide = size * who.faceWidth;
  oval(made, who.hair, x, y - 0.08 * size, wide * 1.12, size * 1.08, 0.6);
  oval(made, who.skin, x, y + 0.04 * size, wide, size * 0.96);
  oval(made, who.hair, x, y, wide, size, -who.hairLine);
  for (const side of [-1, 1]) {
    const eyeX = x + side * who.eyeGap * wide;
    oval(made, [245, 245, 240], eyeX, y - 0.1 * size, who.eyeSize * 1.6 * size, who.eyeSize * size);
    oval(made, [30, 25, 20], eyeX, y - 0.1 * size, who.eyeSize * 0.7 * size, who.eyeSize * 0.9 * size);
    oval(made, who.hair, eyeX, y - 0.3 * size, 0.2 * size, 0.04 * size);
  }
  oval(made, who.skin.map((value) => value * 0.8) as unknown as Colour, x, y + 0.18 * size, 0.08 * size, 0.2 * size);
  if (who.hasBeard) oval(made, who.hair, x, y + 0.68 * size, wide * 0.7, 0.3 * size);
  oval(made, [150, 60, 60], x, y + who.mouthHeight * size, who.mouthWidth * size, 0.07 * size);
}

/** A person who stands in a street. With `isHeadGrey` the place of the head is one grey, and nothing else is changed. */
export function drawPerson(identity: number, condition: number, isHeadGrey = false): PersonPicture {
  const who = identityOf(identity);
  const how = conditionOf(condition);
  const made = canvas(how.light, 31 * identity + condition);
  made.fill(how.wall, (_, y) => y < 250, WHOLE);
  made.fill(how.ground, (_, y) => y >= 250, WHOLE);
  for (let window = 0; window < 4; window++) {
    const left = 20 + window * 105;
    made.fill([70, 80, 95], () => true, { left, top: 40, right: left + 55, bottom: 120 });
  }
  const tall = 320 * how.scale;
  const [x, feet] = [SIDE / 2 + how.shiftX, 390 + how.shiftY];
  const top = feet - tall;
  const at = (share: number): number => top + share * tall;
  const shoulder = 0.25 * tall * who.shoulders;
  for (const side of [-1, 1]) {
    bar(made, how.trousers, x + side * 0.055 * tall, at(0.48), at(0.96), [0.1 * tall, 0.07 * tall]);
    bar(made, [40, 35, 35], x + side * 0.065 * tall, at(0.955), at(1), [0.09 * tall, 0.11 * tall]);
    bar(made, how.top, x + side * shoulder * 0.56, at(0.17), at(0.45), [0.075 * tall, 0.06 * tall]);
    oval(made, who.skin, x + side * shoulder * 0.57, at(0.475), 0.025 * tall, 0.03 * tall);
  }
  bar(made, how.top, x, at(0.155), at(0.5), [shoulder, 0.2 * tall]);
  bar(made, who.skin, x, at(0.12), at(0.165), [0.06 * tall, 0.07 * tall]);
  drawHead(made, who, x, at(0.065), 0.065 * tall);
  if (isHeadGrey) {
    const head = { left: x - 0.08 * tall, top: at(-0.01), right: x + 0.08 * tall, bottom: at(0.135) };
    made.fill(GREY, () => true, head);
  }
  const wide = shoulder * 1.25;
  return { widthPx: SIDE, heightPx: SIDE, rgb: made.rgb, box: { left: x - wide / 2, top, width: wide, height: tall } };
}

/** A face that fills the picture. */
export function drawFace(identity: number, condition: number): PersonPicture {
  const how = conditionOf(condition);
  const made = canvas(how.light, 57 * identity + condition);
  made.fill(how.wall, () => true, WHOLE);
  const size = 165 * how.scale;
  const [x, y] = [SIDE / 2 + how.shiftX * 0.5, SIDE / 2 + how.shiftY];
  drawHead(made, identityOf(identity), x, y, size);
  return {
    widthPx: SIDE,
    heightPx: SIDE,
    rgb: made.rgb,
    box: { left: x - size, top: y - size, width: 2 * size, height: 2 * size },
  };
}

/** An empty street with a face in its upper left corner, which is less than a thirtieth of the picture. */
export function drawCorner(identity: number): ProbePicture {
  const made = canvas(1, 91);
  made.fill([150, 145, 140], (_, y) => y < 250, WHOLE);
  made.fill([100, 100, 106], (_, y) => y >= 250, WHOLE);
  drawHead(made, identityOf(identity), 36, 36, 32);
  return { widthPx: SIDE, heightPx: SIDE, rgb: made.rgb };
}
