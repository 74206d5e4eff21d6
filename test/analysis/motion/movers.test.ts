import { describe, expect, it } from 'vitest';
import { namedScenes } from '../../../benchmarks/scenes/named.ts';
import { randomFrom } from '../../../benchmarks/scenes/noise.ts';
import type { SceneSpec } from '../../../benchmarks/scenes/types.ts';
import { iou } from '../../../gateway/analysis/boxes.ts';
import { findMovers } from '../../../gateway/analysis/motion/movers.ts';
import { planePixels, planesOf } from '../../../gateway/analysis/motion/planes.ts';
import type { Detection } from '../../../gateway/analysis/types.ts';
import { type Change, expose, move, type Shown, show } from './frames.ts';

const { street, quiet } = namedScenes;

const planes = (frames: Shown['frames']) => frames.map((frame) => planesOf(frame));

async function look(spec: SceneSpec, change?: Change) {
  const shown = show(spec, change);
  return { shown, movers: await findMovers(planes(shown.frames)) };
}

const TOWN = { widthPx: 2400, heightPx: 480 };

/** A wide view of fronts, windows and signs: what a camera that moves has to look at. */
function drawTown(): Uint8Array {
  const random = randomFrom(3);
  const rgb = new Uint8Array(TOWN.widthPx * TOWN.heightPx * 3).fill(120);
  for (let count = 0; count < 1500; count += 1) {
    const [left, top] = [Math.floor(random() * TOWN.widthPx), Math.floor(random() * TOWN.heightPx)];
    const right = Math.min(TOWN.widthPx, left + 8 + Math.floor(random() * 70));
    const bottom = Math.min(TOWN.heightPx, top + 8 + Math.floor(random() * 60));
    const shade = 40 + Math.floor(random() * 180);
    for (let y = top; y < bottom; y += 1) {
      rgb.fill(shade, (y * TOWN.widthPx + left) * 3, (y * TOWN.widthPx + right) * 3);
    }
  }
  return rgb;
}

type Looked = Awaited<ReturnType<typeof look>>['movers'];

/** Boxes a frame; none where nothing could be said. */
const boxesOf = (movers: Looked): readonly (readonly Detection[])[] =>
  movers.map((each) => (typeof each === 'string' ? [] : each));

/** Of the objects that stand whole and uncovered in the picture, how many have a box; and the boxes that no object explains. */
function compare({ truth, frames }: Shown, movers: Looked) {
  const boxes = boxesOf(movers);
  let [objects, found, strange] = [0, 0, 0];
  for (const [index, present] of truth.entries()) {
    const seen = boxes[index] ?? [];
    for (const object of present) {
      if (object.visibility < 0.95) continue;
      objects += 1;
      if (seen.some((box) => iou(box, object) >= 0.5)) found += 1;
    }
    strange += seen.filter((box) => !present.some((object) => iou(box, object) > 0)).length;
  }
  return { recall: found / objects, strange: strange / frames.length };
}

const boxesIn = (movers: Looked): number => boxesOf(movers).flat().length;

describe('what moves before a camera that stands still', () => {
  it('finds every object of the street and nothing else, its clock included', async () => {
    const { shown, movers } = await look(street);
    const { recall, strange } = compare(shown, movers);
    expect(recall).toBeGreaterThan(0.97);
    expect(strange).toBe(0);
    expect(
      boxesOf(movers)
        .flat()
        .every((box) => box.class === 'object'),
    ).toBe(true);
  });

  it('finds nothing in the empty street, whose clock runs', async () => {
    expect(boxesIn((await look(quiet)).movers)).toBe(0);
  });

  it('does not take a change of exposure for an object, and sees through it', async () => {
    const change: Change = (rgb, { seconds }) => {
      if (seconds >= 12) expose(rgb, 0.72, 6);
    };
    expect(boxesIn((await look(quiet, change)).movers)).toBe(0);
    const { shown, movers } = await look(street, change);
    const { recall, strange } = compare(shown, movers);
    expect(recall).toBeGreaterThan(0.95);
    expect(strange).toBeLessThan(0.02);
  });

  it('gives another light a background of its own: a lamp that one part of the picture gets', async () => {
    const lamp: Change = (rgb, { seconds }) => {
      if (seconds < 9) return;
      const [from, to] = [rgb.length * 0.1, rgb.length * 0.9];
      expose(rgb.subarray(Math.round(from / 3) * 3, Math.round(to / 3) * 3), 0.35, 0);
    };
    const { movers } = await look(quiet, lamp);
    expect(boxesIn(movers)).toBe(0);
    expect(movers.every((each) => typeof each !== 'string')).toBe(true);
  });

  it('holds a camera still that trembles by a few pixels', async () => {
    const random = randomFrom(9);
    const tremble: Change = (rgb) => move(rgb, 640, 360, Math.round(random() * 8 - 4), Math.round(random() * 8 - 4));
    expect(boxesIn((await look(quiet, tremble)).movers)).toBe(0);
    const { shown, movers } = await look(street, tremble);
    expect(compare(shown, movers).recall).toBeGreaterThan(0.9);
    // Before fronts and signs with hard edges a shift of two pixels changes a good part of the picture.
    const town = drawTown();
    const { frames } = show({ ...quiet, durationSeconds: 8 }, (rgb) => {
      const [x, y] = [400 + Math.round(random() * 8 - 4), 60 + Math.round(random() * 8 - 4)];
      for (let row = 0; row < 360; row += 1) {
        const from = ((row + y) * TOWN.widthPx + x) * 3;
        rgb.set(town.subarray(from, from + 640 * 3), row * 640 * 3);
      }
    });
    // A box on one frame in five at most makes no track; without looking for the shift it is eight a frame.
    expect(boxesIn(await findMovers(planes(frames)))).toBeLessThan(0.2 * frames.length);
  });

  it.each([
    ['pans very slowly', (index: number) => [index, 0]],
    ['pans slowly', (index: number) => [index * 5, 0]],
    ['pans fast', (index: number) => [index * 26, 0]],
    ['is carried', (index: number) => [400 + 90 * Math.sin(index / 4), 60 + 50 * Math.sin(index / 2.3)]],
  ] as const)('says of a camera that %s that it moves, and gives no box at all', async (_, placeOf) => {
    const town = drawTown();
    const frames = show({ ...street, durationSeconds: 12 }, (rgb, { index }) => {
      const [x = 0, y = 0] = placeOf(index).map(Math.round);
      for (let row = 0; row < 360; row += 1) {
        const from = ((row + y) * TOWN.widthPx + x) * 3;
        rgb.set(town.subarray(from, from + 640 * 3), row * 640 * 3);
      }
    }).frames;
    const movers = await findMovers(planes(frames));
    expect(new Set(movers)).toEqual(new Set(['camera-moves']));
  });

  it('sees while the camera stands still, before and after it pans, and says which part that is', async () => {
    const town = drawTown();
    const { frames } = show({ ...quiet, durationSeconds: 24 }, (rgb, { index }) => {
      const x = 300 + 8 * Math.min(40, Math.max(0, index - 40));
      for (let row = 0; row < 360; row += 1) {
        const from = (row * TOWN.widthPx + x) * 3;
        rgb.set(town.subarray(from, from + 640 * 3), row * 640 * 3);
      }
    });
    const movers = await findMovers(planes(frames));
    expect(movers.slice(0, 38).every((each) => typeof each !== 'string')).toBe(true);
    expect(movers.slice(50, 78).every((each) => each === 'camera-moves')).toBe(true);
    expect(movers.slice(90).every((each) => typeof each !== 'string')).toBe(true);
    expect(boxesIn(movers.slice(0, 38)) + boxesIn(movers.slice(90))).toBe(0);
  });

  it('says of snow without a signal that nothing can be made out', async () => {
    const { frames } = show({ ...quiet, durationSeconds: 6 }, (rgb, { index }) => {
      const random = randomFrom(index + 1);
      for (let at = 0; at < rgb.length; at += 3) rgb.fill(Math.floor(random() * 256), at, at + 3);
    });
    expect(new Set(await findMovers(planes(frames)))).toEqual(new Set(['picture-noisy']));
  });

  it('looks at a short beginning of another light with what comes after it', async () => {
    const { frames } = show({ ...quiet, durationSeconds: 8 }, (rgb, { index }) => {
      if (index < 3) expose(rgb.subarray(0, rgb.length / 2), 0.2, 0);
    });
    const movers = await findMovers(planes(frames));
    expect(movers.slice(0, 3).includes('too-few-frames')).toBe(false);
    expect(boxesIn(movers.slice(3))).toBe(0);
  });

  it('SEC-11: makes smaller planes of very many frames', () => {
    expect(planePixels(300)).toBe(64_000);
    expect(planePixels(7_800) * 7_800 * 3).toBeLessThanOrEqual(128 * 1024 * 1024);
  });

  it('leaves no ghost where somebody stood most of the time and then left', async () => {
    const parked: SceneSpec = {
      ...quiet,
      durationSeconds: 30,
      objects: [
        {
          id: 1,
          class: 'car',
          colour: 'red',
          heightPx: 48,
          path: [
            { timeSeconds: 0, x: 300, y: 240 },
            { timeSeconds: 20, x: 300, y: 240 },
            { timeSeconds: 25, x: 720, y: 240 },
          ],
        },
      ],
    };
    const { shown, movers } = await look(parked);
    const { recall, strange } = compare(shown, movers);
    expect(recall).toBeGreaterThan(0.95);
    expect(strange).toBe(0);
  });

  it('takes nobody for the ground whose edges are weaker than those of what lies behind', async () => {
    const PLACE = { left: 300, right: 360, top: 180, bottom: 300 };
    /** Fine chequers, and before them somebody of their mean brightness from the tenth to the sixteenth second. */
    const chequered: Change = (rgb, { seconds }) => {
      const isThere = seconds >= 10 && seconds < 16;
      for (let y = 150; y < 330; y += 1) {
        for (let x = 200; x < 460; x += 1) {
          const isPlace = x >= PLACE.left && x < PLACE.right && y >= PLACE.top && y < PLACE.bottom;
          const shade = isThere && isPlace ? 120 : ((x >> 1) + (y >> 1)) % 2 === 0 ? 60 : 180;
          rgb.fill(shade, (y * 640 + x) * 3, (y * 640 + x) * 3 + 3);
        }
      }
    };
    const { movers, shown } = await look({ ...quiet, durationSeconds: 30 }, chequered);
    const seconds = boxesOf(movers).flatMap((boxes, index) =>
      boxes.length === 0 ? [] : [shown.frames[index]?.timeSeconds ?? 0],
    );
    expect(Math.min(...seconds)).toBe(10);
    expect(Math.max(...seconds)).toBeLessThan(16);
    expect(seconds).toHaveLength(30);
  });

  it('takes a shadow that glides over the ground for none', async () => {
    const shadow: Change = (rgb, { seconds }) => {
      const left = Math.round(40 + seconds * 20);
      for (let y = 290; y < 320; y += 1) {
        const from = (y * 640 + left) * 3;
        expose(rgb.subarray(from, from + 90 * 3), 0.68, 0);
      }
    };
    expect(boxesIn((await look(quiet, shadow)).movers)).toBe(0);
    // The same patch with a tint of its own is a thing.
    const thing: Change = (rgb, frame) => {
      shadow(rgb, frame);
      const left = Math.round(40 + frame.seconds * 20);
      for (let y = 290; y < 320; y += 1) {
        for (let x = left; x < left + 90; x += 1) {
          const at = (y * 640 + x) * 3;
          rgb[at + 2] = Math.min(255, (rgb[at + 2] ?? 0) + 70);
        }
      }
    };
    const { movers } = await look(quiet, thing);
    expect(boxesOf(movers).filter((boxes) => boxes.length === 1).length).toBeGreaterThan(0.9 * movers.length);
  });

  it('sees nothing in the noise of an infrared night, and somebody who walks through it', async () => {
    const night: Change = (rgb, { index }) => {
      const random = randomFrom(index + 1);
      for (let at = 0; at < rgb.length; at += 3) {
        const bright = 0.4 * (rgb[at + 1] ?? 0) + (random() + random() - 1) * 34;
        rgb.fill(Math.min(255, Math.max(0, bright)), at, at + 3);
      }
    };
    expect(boxesIn((await look({ ...quiet, durationSeconds: 10 }, night)).movers)).toBe(0);
    const { shown, movers } = await look({ ...street, durationSeconds: 14 }, night);
    const { recall, strange } = compare(shown, movers);
    expect(recall).toBeGreaterThan(0.8);
    expect(strange).toBeLessThan(0.05);
  });

  it('says nothing of a segment too short to know what stands still', async () => {
    const { frames } = show({ ...quiet, durationSeconds: 0.7 });
    expect(frames).toHaveLength(4);
    expect(await findMovers(planes(frames))).toEqual(Array(4).fill('too-few-frames'));
    expect(await findMovers([])).toEqual([]);
  });

  it('gives the same boxes for the same frames', async () => {
    const spec = { ...street, durationSeconds: 6 };
    expect((await look(spec)).movers).toEqual((await look(spec)).movers);
  });
});
