import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { renderScene } from '../../benchmarks/scenes/scene.ts';
import type { SceneSpec } from '../../benchmarks/scenes/types.ts';
import { readKeyFrames } from '../../gateway/evidence/key-frames.ts';
import { outlineBox } from '../../gateway/evidence/pixels.ts';
import { cropAround, makeStill, type StillSize } from '../../gateway/evidence/still.ts';
import type { CaseId } from '../../gateway/ids.ts';
import { type Footage, filmScene, hitOn, requisitionOf, resultOf } from './fixtures.ts';

const caseId = randomUUID() as string as CaseId;
const requisition = requisitionOf(caseId);

const at = (timeSeconds: number, x: number, y: number) => ({ timeSeconds, x, y });
const scene: SceneSpec = {
  name: 'still',
  widthPx: 480,
  heightPx: 270,
  framesPerSecond: 10,
  durationSeconds: 6,
  seed: 4,
  noise: 2,
  gopSeconds: 1,
  objects: [
    { id: 1, class: 'person', upper: 'red', lower: 'blue', heightPx: 100, path: [at(0, 60, 200), at(6, 240, 200)] },
    { id: 2, class: 'person', upper: 'green', lower: 'black', heightPx: 80, path: [at(0, 400, 160), at(6, 300, 160)] },
    { id: 3, class: 'car', colour: 'blue', heightPx: 50, path: [at(0, 100, 262), at(6, 380, 262)] },
  ],
};

interface Pixels {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rgb: Buffer;
}

async function pixelsOf(jpeg: Buffer): Promise<Pixels> {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  return { widthPx: info.width, heightPx: info.height, rgb: data };
}

function brightest(pixels: Pixels, left: number, top: number, right: number, bottom: number): number {
  let most = 0;
  for (let y = Math.max(0, Math.ceil(top)); y < Math.min(pixels.heightPx, bottom); y += 1) {
    for (let x = Math.max(0, Math.ceil(left)); x < Math.min(pixels.widthPx, right); x += 1) {
      const at = (y * pixels.widthPx + x) * 3;
      most = Math.max(most, pixels.rgb[at] ?? 0, pixels.rgb[at + 1] ?? 0, pixels.rgb[at + 2] ?? 0);
    }
  }
  return most;
}

async function stillOf(footage: Footage, track: number, size: StillSize) {
  const { exhibit, file } = footage;
  const result = resultOf(footage, 2);
  const { hit } = hitOn(exhibit, result, track);
  const keyFrames = await readKeyFrames(exhibit, file);
  const still = await makeStill(requisition, {
    ...{ sourcePath: file, exhibit, result, bystanders: [], best: hit.best, size, keyFrames },
  });
  return { still, hit, pixels: await pixelsOf(still.jpeg) };
}

describe('a still', () => {
  it.each(['still.mp4', 'still.ts', 'still.avi', 'still.h264'])(
    'PRO-02: %s: head regions and plate regions of all objects of the analysed frame are one flat colour',
    async (name) => {
      const footage = await filmScene(caseId, scene, name, name.endsWith('.avi') ? { codec: 'mpeg4' } : {});
      const { hit, pixels } = await stillOf(footage, 2, 'full');
      const boxes = footage.truth.filter((box) => box.frame === hit.best.frame);
      expect(boxes).toHaveLength(3);
      for (const box of boxes) {
        const flat =
          box.class === 'person'
            ? brightest(pixels, box.left, box.top, box.left + box.width, box.top + 0.15 * box.height)
            : brightest(
                pixels,
                box.left + 0.2 * box.width,
                box.top + 0.6 * box.height,
                box.left + 0.8 * box.width,
                box.top + box.height,
              );
        // JPEG rings at the border of a mask, and the outline may touch it.
        expect(flat, `object ${box.id}`).toBeLessThan(60);
      }
      expect(brightest(pixels, 0, 0, 480, 30)).toBeGreaterThan(90);
    },
  );

  it('PRO-02: uncovers the matched object alone, and what covers somebody else stays', async () => {
    const footage = await filmScene(caseId, scene, 'reveal.mp4');
    const { exhibit, file } = footage;
    const result = resultOf(footage, 2);
    const keyFrames = await readKeyFrames(exhibit, file);
    const { hit } = hitOn(exhibit, result, 0);
    const order = {
      sourcePath: file,
      exhibit,
      result,
      bystanders: [],
      best: hit.best,
      size: 'full',
      keyFrames,
    } as const;
    const [masked, revealed] = await Promise.all(
      [false, true].map(async (isRevealed) => pixelsOf((await makeStill(requisition, { ...order, isRevealed })).jpeg)),
    );
    if (masked === undefined || revealed === undefined) throw new Error('no stills');
    const { left, top, width, height } = hit.best.box;
    const head = [left + width * 0.3, top + height * 0.04, left + width * 0.7, top + height * 0.16] as const;
    expect(brightest(masked, ...head)).toBeLessThan(40);
    expect(brightest(revealed, ...head)).toBeGreaterThan(80);
    // Everywhere else the two are the same picture, but for what JPEG makes of a border.
    let elsewhere = 0;
    for (let y = 0; y < masked.heightPx; y++) {
      for (let x = 0; x < masked.widthPx; x++) {
        const near = x > left - width && x < left + 2 * width && y > top - height && y < top + 1.3 * height;
        const at = (y * masked.widthPx + x) * 3;
        if (!near && Math.abs((masked.rgb[at] ?? 0) - (revealed.rgb[at] ?? 0)) > 16) elsewhere++;
      }
    }
    expect(elsewhere).toBe(0);
  });

  it('PRO-02: masks who may not be searched for as it masks everyone else', async () => {
    const footage = await filmScene(caseId, scene, 'still.mp4');
    const { exhibit, file } = footage;
    const everyone = resultOf(footage, 2);
    const { hit } = hitOn(exhibit, everyone, 2);
    const [person, other, car] = everyone.tracks;
    if (person === undefined || other === undefined || car === undefined) throw new Error('no such tracks');
    const order = { sourcePath: file, exhibit, best: hit.best, size: 'full', keyFrames: [] } as const;
    const all = await makeStill(requisition, { ...order, result: everyone, bystanders: [] });
    const result = { ...everyone, tracks: [car] };
    const few = await makeStill(requisition, { ...order, result, bystanders: [person, other] });
    expect(few.jpeg.equals(all.jpeg)).toBe(true);
    const bare = await makeStill(requisition, { ...order, result, bystanders: [] });
    expect(bare.jpeg.equals(all.jpeg)).toBe(false);
  });

  it('shows the frame that was analysed and no other: what lies outside masks and outline is that frame', async () => {
    const footage = await filmScene(caseId, scene, 'still.mp4');
    const { hit, pixels } = await stillOf(footage, 0, 'full');
    const rendered = renderScene(scene);
    const difference = (frame: number): number => {
      const wanted = rendered.frame(frame);
      const box = footage.truth.find((candidate) => candidate.frame === hit.best.frame && candidate.id === 1);
      if (box === undefined) throw new Error('no such box');
      let sum = 0;
      for (let y = Math.ceil(box.top + 0.4 * box.height); y < box.top + box.height; y += 1) {
        for (let x = box.left - 10; x < box.left + box.width + 10; x += 1) {
          const pixel = (y * 480 + x) * 3;
          sum += Math.abs((wanted[pixel] ?? 0) - (pixels.rgb[pixel] ?? 0));
        }
      }
      return sum;
    };
    const frames = [-2, -1, 0, 1, 2].map((step) => difference(hit.best.frame + step));
    expect(Math.min(...frames)).toBe(frames[2]);
  });

  it('is a JPEG without metadata, 320 pixels wide as a thumbnail and whole otherwise', async () => {
    const footage = await filmScene(caseId, scene, 'still.mp4');
    const thumb = await stillOf(footage, 0, 'thumb');
    const full = await stillOf(footage, 0, 'full');
    expect([thumb.still.widthPx, thumb.still.heightPx]).toEqual([320, 240]);
    expect([full.still.widthPx, full.still.heightPx]).toEqual([480, 270]);
    const facts = await sharp(full.still.jpeg).metadata();
    expect(facts.format).toBe('jpeg');
    expect([facts.exif, facts.icc, facts.iptc, facts.xmp]).toEqual([undefined, undefined, undefined, undefined]);
    expect(full.still.arguments).toContain('/in/exhibit');
  });

  it('PRO-01: refuses an exhibit of another case, and a frame that is not there', async () => {
    const footage = await filmScene(caseId, { ...scene, durationSeconds: 1 }, 'still.mp4');
    const { exhibit, file } = footage;
    const result = resultOf(footage, 2);
    const { hit } = hitOn(exhibit, result, 0);
    const order = {
      sourcePath: file,
      exhibit,
      result,
      bystanders: [],
      best: hit.best,
      size: 'full',
      keyFrames: [],
    } as const;
    const other = requisitionOf(randomUUID() as string as CaseId);
    await expect(makeStill(other, order)).rejects.toMatchObject({ code: 'E_PRO_SILO' });
    const between = { ...hit.best, pts: hit.best.pts + 1 };
    await expect(makeStill(requisition, { ...order, best: between })).rejects.toMatchObject({ code: 'E_MEDIA_DECODE' });
  });
});

describe('drawing', () => {
  it('outlines outside of the box: no pixel of the object is drawn over', () => {
    const picture = { widthPx: 60, heightPx: 40, rgb: new Uint8Array(60 * 40 * 3) };
    outlineBox(picture, { left: 10.4, top: 8.6, width: 20.2, height: 12 }, 2, { red: 255, green: 0, blue: 0 });
    const painted = (x: number, y: number): boolean => picture.rgb[(y * 60 + x) * 3] === 255;
    for (let y = 8; y < 21; y += 1) for (let x = 10; x < 31; x += 1) expect(painted(x, y)).toBe(false);
    for (const [x, y] of [
      [8, 6],
      [9, 15],
      [31, 15],
      [32, 22],
      [20, 7],
      [20, 21],
    ] as const)
      expect(painted(x, y)).toBe(true);
    expect(painted(7, 15) || painted(33, 15) || painted(20, 5) || painted(20, 23)).toBe(false);
  });

  it('crops around the box and never leaves the picture', () => {
    const picture = { widthPx: 640, heightPx: 360 };
    expect(cropAround({ left: 600, top: 330, width: 60, height: 60 }, picture)).toEqual({
      left: 504,
      top: 258,
      width: 136,
      height: 102,
    });
    expect(cropAround({ left: -20, top: -20, width: 2000, height: 2000 }, picture)).toEqual({
      left: 0,
      top: 0,
      width: 640,
      height: 360,
    });
  });
});
