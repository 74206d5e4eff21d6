import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Track, TrackPoint } from '../../gateway/analysis/types.ts';
import { makeClip } from '../../gateway/evidence/clip.ts';
import { readKeyFrames } from '../../gateway/evidence/key-frames.ts';
import { makeStill } from '../../gateway/evidence/still.ts';
import type { Exhibit } from '../../gateway/footage/types.ts';
import type { CaseId } from '../../gateway/ids.ts';
import { restartingFilm } from '../media/made-media.ts';
import { exhibitOf, hitOn, requisitionOf, resultWith, temporaryFolder } from './fixtures.ts';

// 8 s of red, then the clock of the file begins anew: 10 s of green, 10 s of blue.
const caseId = randomUUID() as string as CaseId;
const requisition = requisitionOf(caseId);
const MOMENTS: readonly (readonly [number, string])[] = [
  [4, 'red'],
  [10, 'green'],
  [14, 'green'],
  [20, 'blue'],
  [24, 'blue'],
];

let file: string;
let exhibit: Exhibit;
beforeAll(async () => {
  file = restartingFilm(await temporaryFolder());
  exhibit = await exhibitOf(caseId, file);
});

/** A track of someone who stands at one place for half a second from a media time. */
function standing(seconds: number, className: Track['class'] = 'person'): Track {
  const { firstPts, timeBase } = exhibit.timeline;
  const points = [0, 5, 10].map((step): TrackPoint => {
    const frame = Math.round(seconds * 25) + 1 + step;
    const timeSeconds = (frame - 1) / 25;
    const pts = firstPts + Math.round((timeSeconds * timeBase.den) / timeBase.num);
    return { frame, pts, timeSeconds, left: 40, top: 20, width: 16, height: 40, score: 0.9, observed: true };
  });
  return {
    class: className,
    confidence: 0.9,
    firstSeconds: points[0]?.timeSeconds ?? 0,
    lastSeconds: points.at(-1)?.timeSeconds ?? 0,
    colours: [],
    size: { widthPx: 16, heightPx: 40 },
    speed: { medianPxPerSecond: 0, maxPxPerSecond: 0 },
    points,
  };
}

async function orderAt(seconds: number, track = standing(seconds)) {
  const result = resultWith(exhibit, [track]);
  const { hit } = hitOn(exhibit, result, 0);
  const keyFrames = await readKeyFrames(exhibit, file);
  return { sourcePath: file, exhibit, result, bystanders: [], keyFrames, hit };
}

async function stillAt(seconds: number) {
  const { hit, ...source } = await orderAt(seconds);
  return makeStill(requisition, { ...source, best: hit.best, size: 'full' });
}

const nameOf = ([red = 0, green = 0, blue = 0]: Uint8Array): string =>
  red > 150 ? 'red' : green > 150 ? 'green' : blue > 150 ? 'blue' : 'black';

interface Picture {
  readonly corner: string;
  readonly head: string;
}

async function clipPictures(
  mp4: Buffer,
): Promise<{ readonly pictures: readonly Picture[]; readonly times: readonly number[] }> {
  const target = path.join(await temporaryFolder(), 'clip.mp4');
  writeFileSync(target, mp4);
  const bytes = spawnSync(
    'ffmpeg',
    [...['-v', 'error', '-i', target, '-fps_mode', 'passthrough', '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1']],
    { maxBuffer: 2 ** 28 },
  ).stdout;
  const probed = spawnSync('ffprobe', ['-v', 'error', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', target]);
  const times = probed.stdout.toString().trim().split('\n').map(Number.parseFloat);
  const at = (frame: number, x: number, y: number): string =>
    nameOf(bytes.subarray((frame * 96 * 64 + y * 96 + x) * 3));
  const pictures = times.map((_, frame) => ({ corner: at(frame, 90, 4), head: at(frame, 48, 24) }));
  return { pictures, times };
}

const PICTURE_START = Buffer.from('00000100', 'hex');

describe('a file whose clock restarts', () => {
  it.each(MOMENTS)('shows the frame of %d s, which is %s, as a still', async (seconds, colour) => {
    const { data } = await sharp((await stillAt(seconds)).jpeg)
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(nameOf(data.subarray((4 * 96 + 90) * 3))).toBe(colour);
    expect(nameOf(data.subarray((24 * 96 + 48) * 3))).toBe('black');
  });

  it.each(MOMENTS)(
    'PRO-02: shows the frames around %d s in a clip, with the masks on them',
    async (seconds, colour) => {
      const { hit, ...source } = await orderAt(seconds);
      const clip = await makeClip(requisition, { ...source, hit: { ...hit, track: -1 } });
      const { pictures, times } = await clipPictures(clip.mp4);
      expect(pictures).toHaveLength(Math.round((clip.toSeconds - clip.fromSeconds) * 25) + 1);
      for (const [index, time] of times.entries()) expect(time).toBeCloseTo(index / 25, 2);
      const from = Math.round((seconds - clip.fromSeconds) * 25);
      for (const picture of pictures.slice(from, from + 11)) expect(picture).toEqual({ corner: colour, head: 'black' });
      const shown = (time: number): string => (time < 8 ? 'red' : time < 18 ? 'green' : 'blue');
      for (const [index, picture] of pictures.entries())
        expect(picture.corner, `frame ${index}`).toBe(shown(clip.fromSeconds + index / 25 + 1e-6));
    },
  );

  it('runs a clip over the restart without a step in its time', async () => {
    const { hit, ...source } = await orderAt(7.8);
    const clip = await makeClip(requisition, { ...source, hit });
    const { pictures, times } = await clipPictures(clip.mp4);
    for (const [index, time] of times.entries()) expect(time).toBeCloseTo(index / 25, 2);
    expect(new Set(pictures.map(({ corner }) => corner))).toEqual(new Set(['red', 'green']));
  });

  it('gives no picture of another frame when a number does not fit its time', async () => {
    const track = standing(14);
    const moved = { ...track, points: track.points.map((point) => ({ ...point, frame: point.frame + 1 })) };
    const { hit, ...source } = await orderAt(14, moved);
    const still = makeStill(requisition, { ...source, best: hit.best, size: 'full' });
    await expect(still).rejects.toMatchObject({ code: 'E_MEDIA_DECODE' });
    await expect(makeClip(requisition, { ...source, hit })).rejects.toMatchObject({ code: 'E_MEDIA_DECODE' });
  });

  it('gives no picture of another frame when one before it is lost', async () => {
    const folder = await temporaryFolder();
    const film = restartingFilm(folder, '-c:v', 'mpeg2video');
    const bytes = readFileSync(film);
    exhibit = await exhibitOf(caseId, film);
    const whole = file;
    file = film;
    try {
      expect((await stillAt(14)).widthPx).toBe(96);
      // Pictures of the first run lose their headers.
      let at = bytes.indexOf(PICTURE_START);
      for (let picture = 0; picture < 64; picture++) {
        if (picture >= 60) bytes.fill(0, at, at + 40);
        at = bytes.indexOf(PICTURE_START, at + 4);
      }
      writeFileSync(film, bytes);
      await expect(stillAt(14)).rejects.toMatchObject({ code: 'E_MEDIA_DECODE' });
    } finally {
      file = whole;
      exhibit = await exhibitOf(caseId, whole);
    }
  });
});
