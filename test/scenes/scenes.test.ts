import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namedScenes } from '../../benchmarks/scenes/named.ts';
import { irregularDrops } from '../../benchmarks/scenes/render.ts';
import { renderScene } from '../../benchmarks/scenes/scene.ts';
import { PALETTE } from '../../benchmarks/scenes/shapes.ts';
import type { SceneSpec } from '../../benchmarks/scenes/types.ts';
import { encodeArguments, writeScene } from '../../benchmarks/scenes/write.ts';

const run = promisify(execFile);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'differe-scenes-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const { street, long, crossing } = namedScenes;
const short: SceneSpec = { ...street, durationSeconds: 4 };

interface Packet {
  readonly pts_time: string;
  readonly flags: string;
}

async function packetsOf(file: string): Promise<readonly Packet[]> {
  const wanted = ['-select_streams', 'v', '-show_entries', 'packet=pts_time,flags', '-of', 'json'];
  const { stdout } = await run('ffprobe', ['-v', 'error', ...wanted, file], { maxBuffer: 1 << 26 });
  return (JSON.parse(stdout) as { packets: Packet[] }).packets.sort((a, b) => Number(a.pts_time) - Number(b.pts_time));
}

describe('the scene renderer', () => {
  it('gives the same bytes for the same frame in whatever order frames are asked for', () => {
    const forwards = renderScene(street);
    const first = sha256(forwards.frame(60));
    forwards.frame(61);
    const other = renderScene(street);
    other.frame(200);
    expect(sha256(other.frame(60))).toBe(first);
    expect(sha256(other.frame(61))).not.toBe(first);
    expect(sha256(renderScene({ ...street, seed: 1 }).frame(60))).not.toBe(first);
  });

  it('refuses frames that do not exist', () => {
    const scene = renderScene(short);
    expect(scene.frameCount).toBe(40);
    for (const number of [0, 41, 1.5]) expect(() => scene.frame(number)).toThrow(RangeError);
  });

  it('draws each object in its colour inside its box of truth and nowhere else', () => {
    const scene = renderScene({ ...street, noise: 0 });
    const frame = scene.frame(70);
    const car = scene.truth.find((box) => box.frame === 70 && box.id === 1);
    expect(car).toMatchObject({ class: 'car', colours: [{ part: 'whole', colour: 'red' }], visibility: 1 });
    const xs: number[] = [];
    const ys: number[] = [];
    const { r, g, b } = PALETTE.red;
    // The person above the car wears red as well: only the car's lane is read.
    for (let y = 180; y < 240; y += 1) {
      for (let x = 0; x < street.widthPx; x += 1) {
        const at = (y * street.widthPx + x) * 3;
        if (frame[at] !== r || frame[at + 1] !== g || frame[at + 2] !== b) continue;
        xs.push(x);
        ys.push(y);
      }
    }
    expect({ left: Math.min(...xs), width: Math.max(...xs) - Math.min(...xs) + 1, top: Math.min(...ys) }).toEqual({
      left: car?.left,
      width: car?.width,
      top: car?.top,
    });
  });

  it('says how much of an object can be seen when another covers it or the edge cuts it', () => {
    const { truth } = renderScene(crossing);
    const covered = truth.filter((box) => box.id === 2 && box.visibility < 0.5 && box.left > 100 && box.left < 500);
    expect(covered.length).toBeGreaterThan(0);
    expect(
      truth.filter((box) => box.id === 1 && box.left > 0 && box.left < 580).every((box) => box.visibility === 1),
    ).toBe(true);
    const entering = truth.find((box) => box.id === 1);
    expect(entering?.left).toBe(0);
    expect(entering?.visibility).toBeLessThan(0.5);
  });

  it('holds what the named scenes promise: two cars and two persons, a pause, tracks over the cuts at 60 s and 120 s', () => {
    const ids = new Map(renderScene(street).truth.map((box) => [box.id, box.class]));
    expect([...ids.values()].sort()).toEqual(['car', 'car', 'person', 'person']);
    const paused = renderScene(street).truth.filter(
      (box) => box.id === 3 && box.timeSeconds > 9 && box.timeSeconds < 13,
    );
    expect(new Set(paused.map((box) => box.left)).size).toBe(1);
    const { truth } = renderScene(long);
    for (const cut of [60, 120]) {
      const before = truth.filter((box) => box.timeSeconds === cut - 1).map((box) => box.id);
      const after = truth.filter((box) => box.timeSeconds === cut + 1).map((box) => box.id);
      expect(before.some((id) => after.includes(id))).toBe(true);
    }
  });
});

describe('the scene writer', () => {
  it('writes the same bytes twice, with a key frame at each GOP', async () => {
    const files = [join(folder, 'a.mp4'), join(folder, 'b.mp4')];
    for (const file of files) await writeScene(short, file, { gopSeconds: 1 });
    const [a, b] = await Promise.all(files.map((file) => readFile(file)));
    expect(a?.equals(b ?? Buffer.alloc(0))).toBe(true);
    const packets = await packetsOf(join(folder, 'a.mp4'));
    expect(packets).toHaveLength(40);
    const keys = packets.filter((packet) => packet.flags.startsWith('K')).map((packet) => Number(packet.pts_time));
    expect(keys).toEqual([0, 1, 2, 3]);
  });

  it.each([
    ['mkv', 'hevc'],
    ['avi', 'mpeg4'],
    ['ts', 'h264'],
    ['mov', 'h264'],
    ['h264', 'h264'],
  ] as const)('writes every frame into .%s with %s', async (extension, codec) => {
    const file = join(folder, `scene.${extension}`);
    const written = await writeScene({ ...short, durationSeconds: 2 }, file, { codec });
    const { stdout } = await run('ffprobe', [
      ...['-v', 'error', '-count_frames', '-select_streams', 'v'],
      ...['-show_entries', 'stream=codec_name,nb_read_frames', '-of', 'csv=p=0', file],
    ]);
    expect(stdout.trim().split('\n')[0]?.split(',').slice(0, 2)).toEqual([codec, '20']);
    expect(written.frameCount).toBe(20);
  });

  it('keeps the times of the frames that remain when frames are lost, and counts truth in the file', async () => {
    const drops = irregularDrops(40, 0.3, 9);
    expect(drops.length).toBeGreaterThan(5);
    const file = join(folder, 'vfr.mp4');
    const written = await writeScene(short, file, { dropFrames: drops });
    const times = (await packetsOf(file)).map((packet) => Number(packet.pts_time));
    expect(times).toHaveLength(40 - drops.length);
    for (const [index, time] of times.entries()) expect(time).toBeCloseTo(written.timesSeconds[index] ?? -1, 3);
    for (const box of written.truth) expect(written.timesSeconds[box.frame - 1]).toBe(box.timeSeconds);
  });

  it('refuses a container that cannot say when a frame is to be shown, and one that it does not know', () => {
    expect(() => encodeArguments(short, 'x.avi', { dropFrames: [3] })).toThrow(RangeError);
    expect(() => encodeArguments(short, 'x.gif')).toThrow(RangeError);
  });

  it('says why ffmpeg failed', async () => {
    await expect(writeScene({ ...short, durationSeconds: 1 }, join(folder, 'absent', 'x.mp4'))).rejects.toThrow(
      /No such file/,
    );
  });
});
