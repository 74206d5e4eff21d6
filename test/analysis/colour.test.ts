import { describe, expect, it } from 'vitest';
import { countColours } from '../../gateway/analysis/colour.ts';
import { createColourNamer, nameLab, toLab } from '../../gateway/analysis/colour-names.ts';
import { findBackground } from '../../gateway/analysis/foreground.ts';
import type { DecodedFrame, RawTrack, TrackPoint } from '../../gateway/analysis/types.ts';
import { type ClassName, COLOURS, type ColourName } from '../../gateway/vocabulary.ts';

type Rgb = readonly [number, number, number];

const bytesOf = (hex: string): Rgb => {
  const value = Number.parseInt(hex, 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
};

/** Reference colours with the terms that people give them: CSS names, and cloth and paint as cameras show them. */
const REFERENCES: Readonly<Record<ColourName, Readonly<Record<string, string>>>> = {
  black: { black: '000000', 'dark cloth': '202020', 'black car in the sun': '1c2026', 'brownish black': '1e1815' },
  white: { white: 'ffffff', snow: 'fffafa', ivory: 'fffff0', beige: 'f5f5dc', 'white car in shade': 'c8ccd2' },
  grey: {
    grey: '808080',
    dimgray: '696969',
    slategray: '708090',
    tarmac: '55565a',
    'silver car': '9aa0a6',
    concrete: '8f8d88',
  },
  red: {
    red: 'ff0000',
    crimson: 'dc143c',
    firebrick: 'b22222',
    darkred: '8b0000',
    'red car': '9a3b3f',
    burgundy: '5c1a24',
  },
  orange: { orange: 'ffa500', darkorange: 'ff8c00', orangered: 'ff4500', 'work vest': 'ff6a13' },
  yellow: { yellow: 'ffff00', gold: 'ffd700', khaki: 'f0e68c', taxi: 'f2b705', 'yellow jacket': 'd8b62a' },
  green: {
    green: '008000',
    lime: '00ff00',
    forest: '228b22',
    seagreen: '2e8b57',
    olivedrab: '6b8e23',
    'dull green': '4a6b4f',
    'army green': '4b5320',
  },
  blue: {
    blue: '0000ff',
    navy: '000080',
    royalblue: '4169e1',
    steelblue: '4682b4',
    skyblue: '87ceeb',
    jeans: '3b4f73',
    'blue car': '3d5a8a',
  },
  purple: {
    purple: '800080',
    indigo: '4b0082',
    rebeccapurple: '663399',
    mediumpurple: '9370db',
    'purple coat': '5b3a72',
  },
  pink: { pink: 'ffc0cb', hotpink: 'ff69b4', deeppink: 'ff1493', lightpink: 'ffb6c1', palevioletred: 'db7093' },
  brown: { saddlebrown: '8b4513', sienna: 'a0522d', tan: 'd2b48c', leather: '5a3a22', wood: 'a5714a' },
};

describe('colour names', () => {
  it('converts to CIELAB as published for red, green, blue and white', () => {
    expect(toLab(255, 255, 255)).toEqual({
      lightness: expect.closeTo(100, 1),
      a: expect.closeTo(0, 1),
      b: expect.closeTo(0, 1),
    });
    expect(toLab(255, 0, 0)).toEqual({
      lightness: expect.closeTo(53.24, 1),
      a: expect.closeTo(80.09, 1),
      b: expect.closeTo(67.2, 1),
    });
    expect(toLab(0, 255, 0)).toEqual({
      lightness: expect.closeTo(87.73, 1),
      a: expect.closeTo(-86.18, 1),
      b: expect.closeTo(83.18, 1),
    });
    expect(toLab(0, 0, 255)).toEqual({
      lightness: expect.closeTo(32.3, 1),
      a: expect.closeTo(79.19, 1),
      b: expect.closeTo(-107.86, 1),
    });
  });

  it.each(COLOURS)('calls %s what people call so', (term) => {
    const named = Object.entries(REFERENCES[term]).map(([what, hex]) => [what, nameLab(toLab(...bytesOf(hex)))]);
    expect(named).toEqual(Object.keys(REFERENCES[term]).map((what) => [what, term]));
  });

  it('names a byte colour by its table as by the rule', () => {
    const nameOf = createColourNamer();
    for (const hex of Object.values(REFERENCES).flatMap((terms) => Object.values(terms))) {
      const rgb = bytesOf(hex);
      const step = (byte: number): number => Math.round(((byte >> 2) * 255) / 63);
      expect(COLOURS[nameOf(...rgb)]).toBe(nameLab(toLab(step(rgb[0]), step(rgb[1]), step(rgb[2]))));
    }
  });
});

const WIDTH = 200;
const HEIGHT = 120;
const WALL: Rgb = [150, 148, 140];

interface Patch {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly rgb: Rgb;
}

function drawn(index: number, patches: readonly Patch[]): DecodedFrame {
  const rgb = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let at = 0; at < rgb.length; at += 3) rgb.set(WALL, at);
  for (const { left, top, width, height, rgb: colour } of patches) {
    for (let y = top; y < top + height; y += 1)
      for (let x = left; x < left + width; x += 1) rgb.set(colour, (y * WIDTH + x) * 3);
  }
  return {
    ref: { number: index + 1, pts: index },
    timeSeconds: index / 5,
    widthPx: WIDTH,
    heightPx: HEIGHT,
    scaleX: 2,
    scaleY: 2,
    rgb,
  };
}

/** A track whose box on frame `index` is given in decoded pixels. */
function followed(name: ClassName, boxes: readonly Omit<Patch, 'rgb'>[]): RawTrack {
  const points = boxes.map(
    ({ left, top, width, height }, index): TrackPoint => ({
      left: left * 2,
      top: top * 2,
      width: width * 2,
      height: height * 2,
      frame: index + 1,
      pts: index,
      timeSeconds: index / 5,
      score: 0.8,
      observed: true,
    }),
  );
  return { votes: { [name]: 1 }, colourCounts: {}, points };
}

function shareOf(track: RawTrack | undefined, part: 'whole' | 'upper' | 'lower', colour: ColourName): number {
  const counts = track?.colourCounts[part] ?? {};
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return total === 0 ? 0 : (counts[colour] ?? 0) / total;
}

const FRAMES = 30;

/** A walker in a red coat and blue trousers with fair hair, in a box with wall to the left and right. */
const walkerBox = (index: number): Omit<Patch, 'rgb'> => ({ left: 10 + 5 * index, top: 20, width: 30, height: 80 });
const walkerPatches = (index: number): readonly Patch[] => {
  const { left } = walkerBox(index);
  return [
    { left: left + 10, top: 20, width: 10, height: 14, rgb: [240, 220, 60] },
    { left: left + 6, top: 34, width: 18, height: 28, rgb: [170, 25, 30] },
    { left: left + 8, top: 62, width: 14, height: 38, rgb: [40, 60, 140] },
  ];
};

describe('colours of a track', () => {
  it('are those of the moving pixels: coat above, trousers below, no wall and no head', () => {
    const frames = Array.from({ length: FRAMES }, (_, index) => drawn(index, walkerPatches(index)));
    const [walker] = countColours(
      [
        followed(
          'person',
          frames.map((_, index) => walkerBox(index)),
        ),
      ],
      frames,
    );
    expect(shareOf(walker, 'upper', 'red')).toBeGreaterThan(0.95);
    expect(shareOf(walker, 'lower', 'blue')).toBeGreaterThan(0.95);
    expect(shareOf(walker, 'whole', 'red') + shareOf(walker, 'whole', 'blue')).toBeGreaterThan(0.97);
    expect(shareOf(walker, 'whole', 'yellow')).toBe(0);
    expect(shareOf(walker, 'whole', 'grey')).toBeLessThan(0.03);
  });

  it('are taken from the middle of the box for what stood there all along', () => {
    const car = { left: 60, top: 40, width: 60, height: 30 };
    const frames = Array.from({ length: FRAMES }, (_, index) => drawn(index, [{ ...car, rgb: [20, 120, 40] }]));
    const [parked] = countColours(
      [
        followed(
          'car',
          frames.map(() => car),
        ),
      ],
      frames,
    );
    expect(shareOf(parked, 'whole', 'green')).toBe(1);
    expect(parked?.colourCounts.upper).toBeUndefined();
  });

  it('of a red car with dark windows and a shadow under it are red first', () => {
    const box = (index: number): Omit<Patch, 'rgb'> => ({ left: 4 + 4 * index, top: 40, width: 60, height: 30 });
    const frames = Array.from({ length: FRAMES }, (_, index) => {
      const { left } = box(index);
      return drawn(index, [
        { left, top: 44, width: 60, height: 20, rgb: [160, 30, 35] },
        { left: left + 12, top: 46, width: 36, height: 9, rgb: [18, 20, 24] },
        { left, top: 64, width: 60, height: 6, rgb: [90, 89, 84] },
      ]);
    });
    const [car] = countColours(
      [
        followed(
          'car',
          frames.map((_, index) => box(index)),
        ),
      ],
      frames,
    );
    expect(shareOf(car, 'whole', 'red')).toBeGreaterThan(0.8);
    expect(shareOf(car, 'whole', 'black')).toBeLessThan(0.15);
    expect(shareOf(car, 'whole', 'grey')).toBeLessThan(0.03);
  });

  it('of a black car are black', () => {
    const box = (index: number): Omit<Patch, 'rgb'> => ({ left: 4 + 4 * index, top: 40, width: 60, height: 30 });
    const frames = Array.from({ length: FRAMES }, (_, index) => drawn(index, [{ ...box(index), rgb: [22, 22, 26] }]));
    expect(
      shareOf(
        countColours(
          [
            followed(
              'car',
              frames.map((_, index) => box(index)),
            ),
          ],
          frames,
        )[0],
        'whole',
        'black',
      ),
    ).toBe(1);
  });

  it('leave out sightings that another object covers', () => {
    const lorry = (index: number): Omit<Patch, 'rgb'> => ({ left: 10 + 5 * index, top: 10, width: 40, height: 100 });
    const frames = Array.from({ length: FRAMES }, (_, index) =>
      drawn(
        index,
        index < 20 ? [...walkerPatches(index), { ...lorry(index), rgb: [30, 140, 40] }] : walkerPatches(index),
      ),
    );
    const tracks = [
      followed(
        'person',
        frames.map((_, index) => walkerBox(index)),
      ),
      followed(
        'truck',
        frames.slice(0, 20).map((_, index) => lorry(index)),
      ),
    ];
    const [walker] = countColours(tracks, frames);
    expect(shareOf(walker, 'whole', 'green')).toBe(0);
    expect(shareOf(walker, 'upper', 'red')).toBeGreaterThan(0.95);
  });

  it('have no halves where the person is cut off below or does not stand', () => {
    const low = { left: 60, top: 60, width: 30, height: 60 };
    const wide = { left: 60, top: 20, width: 60, height: 50 };
    for (const box of [low, wide]) {
      const frames = Array.from({ length: FRAMES }, (_, index) => drawn(index, [{ ...box, rgb: [170, 25, 30] }]));
      const [person] = countColours(
        [
          followed(
            'person',
            frames.map(() => box),
          ),
        ],
        frames,
      );
      expect(Object.keys(person?.colourCounts ?? {})).toEqual(['whole']);
    }
  });

  it('count only the frames that are given, and leave tracks without any as they were', () => {
    const frames = Array.from({ length: FRAMES }, (_, index) => drawn(index, walkerPatches(index)));
    const boxes = frames.map((_, index) => walkerBox(index));
    expect(countColours([followed('person', boxes)], [])[0]?.colourCounts).toEqual({});
    const half = countColours([followed('person', boxes)], frames.slice(0, 1))[0]?.colourCounts;
    expect(half?.whole).toBeDefined();
    expect(countColours([], frames)).toEqual([]);
  });
});

describe('the background', () => {
  it('is what stands still behind passing objects, and unknown from too few frames', () => {
    const frames = Array.from({ length: FRAMES }, (_, index) => drawn(index, walkerPatches(index)));
    const background = findBackground(frames);
    expect(background?.rgb.every((value, at) => value === WALL[at % 3])).toBe(true);
    expect(findBackground(frames.slice(0, 4))).toBeUndefined();
    expect(findBackground(frames.slice(0, 10))).toBeUndefined();
  });
});
