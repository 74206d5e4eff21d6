import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SceneSpec } from '../../benchmarks/scenes/types.ts';
import type { WriteOptions } from '../../benchmarks/scenes/write.ts';
import type { Track } from '../../gateway/analysis/types.ts';
import { clipArguments, makeClip } from '../../gateway/evidence/clip.ts';
import { clipFilter } from '../../gateway/evidence/clip-filter.ts';
import { clipCut, mediaTime } from '../../gateway/evidence/clip-time.ts';
import { readKeyFrames } from '../../gateway/evidence/key-frames.ts';
import type { CaseId } from '../../gateway/ids.ts';
import {
  exhibitOf,
  type Footage,
  filmScene,
  hitOn,
  requisitionOf,
  resultOf,
  resultWith,
  temporaryFolder,
} from './fixtures.ts';

const caseId = randomUUID() as string as CaseId;
const requisition = requisitionOf(caseId);

/** No track has this number: the outline of the hit, which may cross a covered region, is left out. */
const NO_OUTLINE = -1;

const at = (timeSeconds: number, x: number, y: number) => ({ timeSeconds, x, y });
/** Two persons and a car; the second person enters late and turns back, the car crosses fast. */
const scene: SceneSpec = {
  name: 'redaction',
  widthPx: 322,
  heightPx: 240,
  framesPerSecond: 25,
  durationSeconds: 8,
  seed: 9,
  noise: 2,
  gopSeconds: 2,
  objects: [
    { id: 1, class: 'person', upper: 'red', lower: 'blue', heightPx: 90, path: [at(0.4, -20, 200), at(7.6, 340, 200)] },
    {
      id: 2,
      class: 'person',
      upper: 'green',
      lower: 'black',
      heightPx: 70,
      path: [at(2, 340, 120), at(4, 200, 120), at(6.5, 340, 120)],
    },
    { id: 3, class: 'car', colour: 'blue', heightPx: 40, path: [at(3, -50, 236), at(5, 370, 236)] },
  ],
};

interface DecodedClip {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly times: readonly number[];
  readonly frames: readonly Uint8Array[];
}

/** Decodes a clip to grey pictures with their times, by an ffmpeg of our own. */
async function decode(mp4: Uint8Array): Promise<DecodedClip> {
  const file = path.join(await temporaryFolder(), 'clip.mp4');
  await writeFile(file, mp4);
  const probe = spawnSync('ffprobe', [
    ...['-v', 'error', '-select_streams', 'v', '-show_entries', 'stream=width,height,codec_name:packet=pts_time'],
    ...['-of', 'json', file],
  ]);
  const facts = JSON.parse(probe.stdout.toString()) as {
    streams: { width: number; height: number; codec_name: string }[];
    packets: { pts_time: string }[];
  };
  const { width = 0, height = 0, codec_name } = facts.streams[0] ?? {};
  expect(codec_name).toBe('h264');
  const raw = spawnSync(
    'ffmpeg',
    ['-v', 'error', '-i', file, '-fps_mode', 'passthrough', '-f', 'rawvideo', '-pix_fmt', 'gray', 'pipe:1'],
    { maxBuffer: 2 ** 30 },
  ).stdout;
  const size = width * height;
  const frames = Array.from({ length: raw.length / size }, (_, index) =>
    raw.subarray(index * size, (index + 1) * size),
  );
  return { widthPx: width, heightPx: height, frames, times: facts.packets.map((packet) => Number(packet.pts_time)) };
}

interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

function spreadOf(clip: DecodedClip, frame: number, left: number, top: number, right: number, bottom: number): Spread {
  const pixels = clip.frames[frame] ?? new Uint8Array();
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (let y = Math.max(0, Math.ceil(top)); y < Math.min(clip.heightPx, bottom); y += 1) {
    for (let x = Math.max(0, Math.ceil(left)); x < Math.min(clip.widthPx, right); x += 1) {
      const value = pixels[y * clip.widthPx + x] ?? 0;
      sum += value;
      squares += value * value;
      count += 1;
    }
  }
  const mean = sum / count;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)) };
}

/** Checks every frame of a clip against the truth of the scene; says how many regions it saw. */
function demandMasked(clip: DecodedClip, footage: Footage, firstFrame: number): number {
  let seen = 0;
  for (const box of footage.truth) {
    const index = box.frame - firstFrame;
    if (index < 0 || index >= clip.frames.length) continue;
    const region =
      box.class === 'person'
        ? // The painted head of the scene: the top 15 % of a whole person.
          { left: box.left, top: box.top, right: box.left + box.width, bottom: box.top + 0.15 * box.height }
        : {
            left: box.left + 0.3 * box.width,
            top: box.top + 0.65 * box.height,
            right: box.left + 0.7 * box.width,
            bottom: box.top + box.height,
          };
    const { mean, deviation } = spreadOf(clip, index, region.left, region.top, region.right, region.bottom);
    expect(mean, `frame ${box.frame} object ${box.id}`).toBeLessThan(24);
    expect(deviation, `frame ${box.frame} object ${box.id}`).toBeLessThan(8);
    seen += 1;
  }
  return seen;
}

async function clipOf(fileName: string, options: WriteOptions, every: number) {
  const footage = await filmScene(caseId, scene, fileName, options);
  const result = resultOf(footage, every);
  const { hit } = hitOn(footage.exhibit, result, 0);
  const order = {
    sourcePath: footage.file,
    exhibit: footage.exhibit,
    result,
    bystanders: [],
    hit: { ...hit, track: NO_OUTLINE },
    keyFrames: await readKeyFrames(footage.exhibit, footage.file),
  };
  return { footage, result, clip: await makeClip(requisition, order) };
}

describe('a clip of real footage', () => {
  it.each([
    ['scene.mp4', {}],
    ['scene.mkv', {}],
    ['scene.ts', {}],
    ['scene.avi', { codec: 'mpeg4' }],
    ['scene.h264', {}],
  ] as const)('PRO-02: %s has every head and plate covered in every frame, and nothing else', async (name, options) => {
    const { footage, clip } = await clipOf(name, options, 8);
    const decoded = await decode(clip.mp4);
    expect(decoded.frames).toHaveLength(footage.exhibit.timeline.frameCount);
    const seen = demandMasked(decoded, footage, 1);
    expect(seen).toBe(footage.truth.length);
    for (const frame of decoded.frames.keys()) {
      const wall = spreadOf(decoded, frame, 0, 0, 322, 24);
      expect(wall.mean).toBeGreaterThan(80);
      expect(wall.deviation).toBeGreaterThan(3);
    }
  });

  it('PRO-02: covers what moves between frames of a variable rate, and keeps their times', async () => {
    const dropFrames = [...Array.from({ length: 20 }, (_, index) => 60 + index), 101, 103, 104, 105];
    const { footage, clip } = await clipOf('scene.mp4', { dropFrames }, 6);
    const decoded = await decode(clip.mp4);
    expect(demandMasked(decoded, footage, 1)).toBe(footage.truth.length);
    const zero = footage.timesSeconds[0] ?? 0;
    expect(decoded.times).toHaveLength(footage.timesSeconds.length);
    for (const [index, time] of footage.timesSeconds.entries())
      expect(decoded.times[index]).toBeCloseTo(time - zero, 3);
  });

  it('keeps times that no frame rate explains', async () => {
    const regular = await filmScene(caseId, { ...scene, durationSeconds: 2 }, 'scene.mp4');
    const file = path.join(path.dirname(regular.file), 'irregular.mp4');
    const made = spawnSync('ffmpeg', [
      ...['-v', 'error', '-i', regular.file, '-vf', 'setpts=PTS+0.0131*mod(N\\,3)/TB', '-fps_mode', 'passthrough'],
      ...[
        '-c:v',
        'libx264',
        '-preset',
        'ultrafast',
        '-enc_time_base',
        '1/90000',
        '-video_track_timescale',
        '90000',
        file,
      ],
    ]);
    expect(made.stderr.toString()).toBe('');
    const exhibit = await exhibitOf(caseId, file);
    const timesSeconds = Array.from({ length: 50 }, (_, index) => index / 25 + 0.0131 * (index % 3));
    const irregular: Footage = { file, exhibit, truth: regular.truth, timesSeconds };
    const result = resultOf(irregular, 5);
    const { hit } = hitOn(exhibit, result, 0);
    const clip = await makeClip(requisition, {
      sourcePath: file,
      exhibit,
      result,
      bystanders: [],
      hit: { ...hit, track: NO_OUTLINE },
      keyFrames: [],
    });
    const decoded = await decode(clip.mp4);
    expect(decoded.times).toHaveLength(50);
    for (const [index, time] of timesSeconds.entries()) expect(decoded.times[index]).toBeCloseTo(time, 3);
    expect(demandMasked(decoded, irregular, 1)).toBe(regular.truth.length);
  });

  it.each(['scene.mp4', 'scene.ts', 'scene.h264'])(
    '%s: shows three seconds around a short hit, inside the window alone',
    async (name) => {
      const footage = await filmScene(caseId, scene, name);
      const exhibit = { ...footage.exhibit, windows: [{ fromSeconds: 1.4, toSeconds: 7.2 }] };
      const result = resultOf(footage, 5);
      const { hit } = hitOn(exhibit, result, 0);
      const short = {
        ...hit,
        track: NO_OUTLINE,
        mediaFromSeconds: 5,
        mediaToSeconds: 5.2,
        best: { ...hit.best, timeSeconds: 5 },
      };
      const clip = await makeClip(requisition, {
        sourcePath: footage.file,
        exhibit,
        result,
        bystanders: [],
        hit: short,
        keyFrames: await readKeyFrames(exhibit, footage.file),
      });
      expect([clip.fromSeconds, clip.toSeconds]).toEqual([2, 7.2]);
      const decoded = await decode(clip.mp4);
      expect(decoded.frames.length).toBe(Math.round((7.2 - 2) * 25) + 1);
      expect(decoded.times[0]).toBe(0);
      expect(demandMasked(decoded, footage, 51)).toBeGreaterThan(200);
    },
  );

  it('takes thousands of masks in one chain', async () => {
    const footage = await filmScene(caseId, { ...scene, durationSeconds: 2 }, 'scene.mp4');
    const crowd = Array.from({ length: 100 }, (_, person): Track => {
      const points = Array.from({ length: 20 }, (_, index) => ({
        frame: index * 2 + 1,
        pts: 0,
        timeSeconds: index * 0.08,
        left: (person * 41 + index * 30) % 300,
        top: 100 + (person % 10) * 10,
        width: 8,
        height: 20,
        score: 0.9,
        observed: true,
      }));
      return {
        class: 'person',
        confidence: 0.9,
        firstSeconds: 0,
        lastSeconds: 1.52,
        colours: [],
        size: { widthPx: 8, heightPx: 20 },
        speed: { medianPxPerSecond: 0, maxPxPerSecond: 0 },
        points,
      };
    });
    const result = resultWith(footage.exhibit, crowd);
    const { hit } = hitOn(footage.exhibit, result, 0);
    const clip = await makeClip(requisition, {
      sourcePath: footage.file,
      exhibit: footage.exhibit,
      result,
      bystanders: [],
      hit,
      keyFrames: [],
    });
    expect(clip.filter.split('drawbox').length).toBeGreaterThan(1500);
    expect((await decode(clip.mp4)).frames).toHaveLength(50);
  });

  it('PRO-01: refuses an exhibit of another case', async () => {
    const footage = await filmScene(caseId, { ...scene, durationSeconds: 1 }, 'scene.mp4');
    const result = resultOf(footage, 5);
    const { hit } = hitOn(footage.exhibit, result, 0);
    const order = { sourcePath: footage.file, exhibit: footage.exhibit, result, bystanders: [], hit, keyFrames: [] };
    const other = requisitionOf(randomUUID() as string as CaseId);
    await expect(makeClip(other, order)).rejects.toMatchObject({ code: 'E_PRO_SILO' });
  });
});

describe('what ffmpeg is told', () => {
  const timeline = {
    container: 'mov',
    codec: 'h264',
    widthPx: 640,
    heightPx: 360,
    timeBase: { num: 1, den: 1000 },
    firstPts: 500,
    lastPts: 100_460,
    durationSeconds: 100,
    frameCount: 2500,
    basis: 'pts',
    addressing: 'pts',
    restarts: [],
    nominalFps: 25,
    containerTimeMs: undefined,
    losses: [],
  } as const;

  it('SEC-11: names no path of the host, one demuxer, one decoder, no sound and no metadata', () => {
    const list = clipArguments(timeline, 12.5);
    expect(list.filter((word) => word.includes('/'))).toEqual(['/in/exhibit', '/in/masks']);
    const wordAfter = (option: string): string | undefined => list[list.indexOf(option) + 1];
    expect(wordAfter('-protocol_whitelist')).toBe('file');
    expect(wordAfter('-format_whitelist')).toBe('mov');
    expect(wordAfter('-codec_whitelist')).toBe('h264');
    expect(wordAfter('-map_metadata')).toBe('-1');
    expect(wordAfter('-fps_mode')).toBe('passthrough');
    expect(wordAfter('-ss')).toBe('12.500000');
    expect(list).toContain('-an');
    expect(list).not.toContain('-vf');
    expect(list.at(-1)).toBe('pipe:1');
    expect(clipArguments(timeline, undefined)).not.toContain('-ss');
  });

  it('cuts on ticks, covers in seconds of the file, and outlines the hit outside its box', () => {
    const points = [1, 2].map((timeSeconds) => ({
      ...{ frame: timeSeconds * 25 + 1, pts: 500 + timeSeconds * 1000, timeSeconds },
      ...{ left: 100, top: 100, width: 40, height: 100, score: 0.9, observed: true },
    }));
    const track = { class: 'person', points } as unknown as Track;
    const ledger = { intervals: [{ fromSeconds: 0, toSeconds: 9, state: 'analysed' }] };
    const result = { picture: { widthPx: 640, heightPx: 360 }, ledger, tracks: [track] } as never;
    const cut = { fromSeconds: 1, toSeconds: 2 };
    const filter = clipFilter({ result, bystanders: [], track, cut, time: mediaTime(timeline, [track]) });
    expect(filter).toMatch(
      /^trim=start_pts=1500:end_pts=2501,metadata=.*;\[timed\]scale=640:360,.*,setpts=PTS-STARTPTS$/,
    );
    expect(filter).toContain(",drawbox=x=80:y=80:w=80:h=60:color=black:t=fill:enable='between(t,1.248000,2.752000)',");
    expect(filter).toContain(",drawbox=x=98:y=98:w=44:h=104:color=0xFFD600:t=2:enable='between(t,1.498000,2.002000)',");
  });

  it('PRO-02: covers who may not be searched for, and checks their places where frames are counted', () => {
    const point = { left: 100, top: 100, width: 40, height: 100, score: 0.9, observed: true };
    const bystander = { class: 'person', points: [{ ...point, frame: 26, pts: 1500, timeSeconds: 1 }] } as const;
    const ledger = { intervals: [{ fromSeconds: 0, toSeconds: 9, state: 'analysed' }] };
    const result = { picture: { widthPx: 640, heightPx: 360 }, ledger, tracks: [] } as never;
    const cut = { fromSeconds: 0, toSeconds: 2 };
    const filter = (bystanders: readonly (typeof bystander)[]): string =>
      clipFilter({ result, bystanders, track: undefined, cut, time: mediaTime(timeline, bystanders) });
    expect(filter([])).not.toContain('drawbox');
    expect(filter([bystander])).toContain('color=black:t=fill');
    const restarts = [{ frame: 20, pts: 1300, shiftTicks: 800 }];
    const counted = mediaTime({ ...timeline, addressing: 'number', restarts }, [bystander]);
    expect([...(counted.counted(cut) ?? [])]).toEqual([[25, 700]]);
    expect(counted.unbroken(cut)).toBe('PTS+(800)*gte(N\\,19)');
    expect(mediaTime(timeline, []).counted(cut)).toBeUndefined();
  });

  it('counts frames where the file has no times', () => {
    const point = { left: 100, top: 100, width: 40, height: 100, score: 0.9, observed: true, pts: 0 };
    const track = { class: 'person', points: [{ ...point, frame: 26, timeSeconds: 1.5 }] } as unknown as Track;
    const time = mediaTime({ ...timeline, basis: 'frame-index', addressing: 'number' }, [track]);
    const cut = { fromSeconds: 0, toSeconds: 10 };
    expect(time.trim(cut)).toMatch(/^trim=start_frame=0:end_frame=/);
    expect(time.during({ fromSeconds: 1.5, toSeconds: 1.5 }, cut)).toBe('between(n,25,25)');
  });

  it('bounds a clip by three seconds, the window and a minute', () => {
    const hit = (from: number, to: number, best: number) =>
      ({ mediaFromSeconds: from, mediaToSeconds: to, best: { timeSeconds: best } }) as never;
    const whole = { windows: [{ fromSeconds: 0, toSeconds: 100 }], timeline };
    expect(clipCut(whole, hit(10, 12, 11))).toEqual({ fromSeconds: 7, toSeconds: 15 });
    expect(clipCut(whole, hit(1, 99, 50))).toEqual({ fromSeconds: 20, toSeconds: 80 });
    expect(clipCut({ ...whole, windows: [{ fromSeconds: 9, toSeconds: 13 }] }, hit(10, 12, 11))).toEqual({
      fromSeconds: 9,
      toSeconds: 13,
    });
    expect(() => clipCut({ ...whole, windows: [{ fromSeconds: 20, toSeconds: 30 }] }, hit(10, 12, 11))).toThrow(
      expect.objectContaining({ code: 'E_REQ_SCOPE' }),
    );
  });
});
