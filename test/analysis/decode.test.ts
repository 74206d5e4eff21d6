import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type DecodeSource,
  decodePlan,
  decodeScouts,
  progressions,
  selectExpression,
} from '../../gateway/analysis/decode.ts';
import { anchorsPerSecond, frameRef, packetList, readPacketList } from '../../gateway/analysis/packets.ts';
import { rgbOf } from '../../gateway/analysis/pixels.ts';
import { planSegment } from '../../gateway/analysis/plan.ts';
import { cutSegments } from '../../gateway/analysis/segments.ts';
import type { FrameRef, Segment } from '../../gateway/analysis/types.ts';
import { type Demuxer, packets, pictureAt } from '../../gateway/media.ts';
import { ownPts } from '../../gateway/packet-times.ts';
import { countingFilm, ffmpeg, mediaFolder, shownNumber, tableOf, timelineOf } from '../media/made-media.ts';

const media = mediaFolder();
afterAll(media.remove);

async function sourceOf(file: string, demuxer: Demuxer): Promise<DecodeSource> {
  const timeline = await timelineOf(file, demuxer);
  const list = await readPacketList({ timeline }, file);
  return { file, timeline, packets: list, widthPx: 32, heightPx: 24 };
}

async function decodeAll(source: DecodeSource, framesPerSecond: number, change: Partial<Segment> = {}) {
  const [first] = cutSegments(source.packets, undefined);
  if (first === undefined) throw new Error('no segment');
  const windows = [{ fromSeconds: 0, toSeconds: source.packets.durationSeconds }];
  const plan = planSegment({ segment: { ...first, ...change }, packets: source.packets, framesPerSecond, windows });
  const decoding = decodePlan(plan, source);
  const frames = await Array.fromAsync(decoding.frames);
  return { plan, frames, report: decoding.report() };
}

const X264 = ['-c:v', 'libx264', '-g', '25', '-bf', '2'];
const FILMS: [string, Demuxer, string[]][] = [
  ['h264 in mp4 with B frames', 'mov', [...X264, 'a.mp4']],
  ['h264 in matroska', 'matroska', [...X264, 'a.mkv']],
  ['h264 in a transport stream that starts at 100 s', 'mpegts', [...X264, '-output_ts_offset', '100', 'a.ts']],
  ['h264 in avi, which has decode times alone', 'avi', [...X264, 'a.avi']],
  ['raw h264, which has no times', 'h264', [...X264, 'a.h264']],
  ['raw hevc', 'hevc', ['-c:v', 'libx265', '-x265-params', 'log-level=error:keyint=25', 'a.hevc']],
  ['mpeg4 in avi', 'avi', ['-c:v', 'mpeg4', '-g', '25', '-q:v', '2', 'b.avi']],
  ['mpeg4 in avi with B frames', 'avi', ['-c:v', 'mpeg4', '-g', '25', '-bf', '2', '-q:v', '2', 'c.avi']],
  [
    'mpeg2 in a program stream',
    'mpeg',
    ['-c:v', 'mpeg2video', '-bf', '2', '-g', '12', '-q:v', '2', '-f', 'mpeg', 'a.mpg'],
  ],
  ['raw mpeg1', 'mpegvideo', ['-c:v', 'mpeg1video', '-bf', '2', '-g', '12', '-q:v', '2', '-f', 'mpeg1video', 'a.m1v']],
  ['mpeg4 in asf', 'asf', ['-c:v', 'mpeg4', '-g', '25', '-q:v', '2', 'a.asf']],
  ['mjpeg in avi', 'avi', ['-c:v', 'mjpeg', '-q:v', '2', 'd.avi']],
];

describe.each(FILMS)('%s', (_, demuxer, output) => {
  const file = media.file(output.at(-1) ?? '');
  let source: DecodeSource;
  beforeAll(async () => {
    ffmpeg(...countingFilm(6), ...output.slice(0, -1), file);
    source = await sourceOf(file, demuxer);
  });

  it('gives each planned frame and no other, and each is the one of its number', async () => {
    const { plan, frames, report } = await decodeAll(source, 5);
    expect(source.packets.count).toBe(150);
    expect(frames.map((frame) => frame.ref)).toEqual(plan.frames);
    expect(frames.map((frame) => shownNumber(rgbOf(frame)))).toEqual(plan.frames.map((ref) => (ref.number - 1) % 100));
    expect(report).toMatchObject({ missing: [], decodedFrames: plan.frames.length });
    expect(report.arguments.flat().join(' ')).not.toContain(media.folder);
    expect(frames[0]).toMatchObject({ timeSeconds: 0, widthPx: 32, heightPx: 24, scaleX: 2, scaleY: 2 });
    const steps = frames.slice(1).map(({ timeSeconds }, index) => timeSeconds - (frames[index]?.timeSeconds ?? 0));
    if (anchorsPerSecond(source.packets) === 0) {
      expect(steps.every((step) => Math.abs(step - 0.2) < 0.002)).toBe(true);
      return;
    }
    // Where frames are reordered, those that others lean on, in one run that decodes no other.
    expect(plan.frames.every(({ number }) => source.packets.anchor[number - 1] === 1)).toBe(true);
    expect(Math.max(...steps)).toBeLessThan(0.25);
    expect([frames.length, report.arguments.length]).toEqual([expect.closeTo(35, -1), 1]);
    expect(report.arguments[0]).toContain('noref');
  });

  it('gives the same frames when it starts in the middle of the file', async () => {
    const from = source.packets.pts[101] ?? 0;
    const { frames, plan } = await decodeAll(source, 5, { fromPts: from, runUpFromPts: from });
    const whole = (await decodeAll(source, 5)).plan.frames.filter(({ pts }) => pts >= from);
    expect(plan.frames).toEqual(whole);
    expect(whole.length).toBeGreaterThanOrEqual(9);
    expect(frames.map((frame) => [frame.ref.number, shownNumber(rgbOf(frame))])).toEqual(
      whole.map(({ number }) => [number, (number - 1) % 100]),
    );
  });

  it('gives key frames, and single frames from anywhere beside them', async () => {
    if (source.packets.addressing === 'number') return;
    const every = Array.from({ length: source.packets.count }, (_, index) => frameRef(source.packets, index));
    const keys = every.filter((_, index) => source.packets.key[index] === 1);
    const samples = [4, 39, 40, 99, 148].map((index) => every[index] as FrameRef);
    const decoding = decodeScouts({ keys, samples }, source);
    const frames = await Array.fromAsync(decoding.frames);
    expect(frames.map(({ ref }) => ref.number)).toEqual([...keys, ...samples].map(({ number }) => number));
    expect(frames.map((frame) => [frame.ref.number, shownNumber(rgbOf(frame))])).toEqual(
      frames.map(({ ref }) => [ref.number, (ref.number - 1) % 100]),
    );
    expect(decoding.report()).toMatchObject({ missing: [], decodedFrames: keys.length + samples.length });
    if (demuxer === 'mov') expect(decoding.report().arguments).toHaveLength(1);
  });

  it('gives the very same frame as a picture for the investigator', async () => {
    const { timeline, packets: list } = source;
    const { codec: decoder, widthPx, heightPx, timeBase, addressing } = timeline;
    const order = { path: file, demuxer, decoder, widthPx, heightPx, timeBase, addressing };
    const own = ownPts(timeline, { number: 88, pts: list.pts[87] ?? 0 });
    const picture = await pictureAt({ ...order, frame: 88, ownPts: own });
    expect(shownNumber(picture.rgb)).toBe(87);
  });
});

describe('a variable frame rate', () => {
  it('finds irregular frames by their own times', async () => {
    const file = media.file('vfr.mp4');
    const irregular = "select='not(eq(mod(n,7),3))*not(between(n,40,60))',setpts='PTS+mod(N,5)*0.003/TB'";
    const film = countingFilm(6);
    const filters = `${film.at(-1)},${irregular}`;
    ffmpeg(...film.slice(0, -1), filters, '-fps_mode', 'vfr', '-video_track_timescale', '90000', ...X264, file);
    const kept = Array.from({ length: 150 }, (_, n) => n).filter((n) => n % 7 !== 3 && (n < 40 || n > 60));
    const source = await sourceOf(file, 'mov');
    expect(source.packets.count).toBe(kept.length);
    const { plan, frames, report } = await decodeAll(source, 10);
    expect(report.missing).toEqual([]);
    expect(frames.map((frame) => shownNumber(rgbOf(frame)))).toEqual(
      plan.frames.map((ref) => (kept[ref.number - 1] ?? 0) % 100),
    );
    const steps = frames.slice(1).map(({ timeSeconds }, index) => timeSeconds - (frames[index]?.timeSeconds ?? 0));
    // The longest is where the film has a gap.
    expect(steps.filter((step) => step > 0.2)).toEqual([expect.closeTo(0.9, 1)]);
  });

  it('finds a thousand irregular frames in one expression', async () => {
    const file = media.file('long-vfr.mp4');
    const film = countingFilm(60);
    const filters = `${film.at(-1)},setpts='PTS+mod(N*N,7)*0.004/TB'`;
    ffmpeg(...film.slice(0, -1), filters, '-fps_mode', 'vfr', '-video_track_timescale', '90000', '-c:v', 'mpeg4', file);
    const source = await sourceOf(file, 'mov');
    const { plan, frames, report } = await decodeAll(source, 25);
    expect(plan.frames.length).toBeGreaterThan(1_000);
    expect(frames.map((frame) => frame.ref)).toEqual(plan.frames);
    expect(report.missing).toEqual([]);
  });
});

describe('anchors', () => {
  const file = media.file('anchors.mp4');
  beforeAll(() => ffmpeg(...countingFilm(6), ...X264, file));

  it('are to the bit what they are among all other frames', async () => {
    const source = await sourceOf(file, 'mov');
    const { plan, frames } = await decodeAll(source, 5);
    const every = { ...source, packets: { ...source.packets, anchor: source.packets.anchor.map(() => 1) } };
    const decoding = decodePlan(plan, every);
    const same = await Array.fromAsync(decoding.frames);
    expect(decoding.report().arguments.flat()).not.toContain('noref');
    expect(frames.map(({ ref, yuv }) => [ref, yuv])).toEqual(same.map(({ ref, yuv }) => [ref, yuv]));
  });

  it.each([0, 51])('that are none are found among all frames, from frame %i on', async (index) => {
    const source = await sourceOf(file, 'mov');
    // As if the order of the packets had told the opposite: what leans on others is taken for what they lean on.
    const wrong = { ...source.packets, anchor: source.packets.anchor.map((value) => 1 - value) };
    const from = source.packets.pts[index] ?? 0;
    const { plan, frames, report } = await decodeAll({ ...source, packets: wrong }, 5, {
      fromPts: from,
      runUpFromPts: from,
    });
    expect(frames.map(({ ref }) => ref)).toEqual(plan.frames);
    expect(frames.map((frame) => shownNumber(rgbOf(frame)))).toEqual(plan.frames.map((ref) => (ref.number - 1) % 100));
    expect(report.missing).toEqual([]);
    // The wrong guess is made once.
    expect(report.arguments.map((list) => list.includes('noref'))).toEqual([
      true,
      ...report.arguments.slice(1).map(() => false),
    ]);
  });
});

describe('when the file misleads', () => {
  const file = media.file('lies.mp4');
  beforeAll(() => ffmpeg(...countingFilm(6), ...X264, file));

  it('reads again from the start when a seek went too far', async () => {
    const source = await sourceOf(file, 'mov');
    // A clock that runs three times as fast sends the demuxer three times as far.
    const fast = { ...source.packets, timeBase: { num: 3, den: source.packets.timeBase.den } };
    const from = source.packets.pts[50] ?? 0;
    const [first] = cutSegments(source.packets, undefined);
    if (first === undefined) throw new Error('no segment');
    const segment = { ...first, fromPts: from, runUpFromPts: from };
    const windows = [{ fromSeconds: 0, toSeconds: 6 }];
    const plan = planSegment({ segment, packets: source.packets, framesPerSecond: 5, windows });
    const decoding = decodePlan(plan, { ...source, packets: fast });
    const frames = await Array.fromAsync(decoding.frames, (frame) => shownNumber(rgbOf(frame)));
    expect(frames).toEqual(plan.frames.map((ref) => (ref.number - 1) % 100));
    // By anchors, by all frames, and from the start.
    expect(decoding.report().arguments).toHaveLength(3);
  });

  it('reports planned frames that the file does not hold', async () => {
    const source = await sourceOf(file, 'mov');
    const list = await Array.fromAsync(packets({ path: file, demuxer: 'mov' }));
    const invented = [...list, ...list.slice(-25).map((packet) => ({ ...packet, pts: (packet.pts ?? 0) + 25 * 512 }))];
    const longer = packetList(tableOf(invented), source.timeline);
    const { plan, frames, report } = await decodeAll({ ...source, packets: longer }, 5);
    const isHeld = ({ number }: FrameRef): boolean => number <= 150;
    expect(frames.map(({ ref }) => ref)).toEqual(plan.frames.filter(isHeld));
    expect(report.missing).toEqual(plan.frames.filter((ref) => !isHeld(ref)));
    expect(report.missing.length).toBeGreaterThanOrEqual(5);
  });

  it('reports the frames that a damaged part took with it, and gives the others', async () => {
    const broken = media.file('broken.avi');
    ffmpeg(...countingFilm(6), '-c:v', 'mjpeg', broken);
    const bytes = readFileSync(broken);
    const frame75 = [...bytes.toString('latin1').matchAll(/\xff\xd8\xff/g)][75]?.index ?? 0;
    bytes.fill(0, frame75, frame75 + 200);
    writeFileSync(broken, bytes);
    const { frames, report } = await decodeAll(await sourceOf(broken, 'avi'), 5);
    expect(report.missing.map((ref) => ref.number)).toEqual([76]);
    expect(frames).toHaveLength(29);
  });

  it('gives no frame under the number of another when the file is counted through and one is lost', async () => {
    const broken = media.file('counted.avi');
    ffmpeg(...countingFilm(6), '-c:v', 'mjpeg', broken);
    const bytes = readFileSync(broken);
    const frame75 = [...bytes.toString('latin1').matchAll(/\xff\xd8\xff/g)][75]?.index ?? 0;
    bytes.fill(0, frame75, frame75 + 200);
    writeFileSync(broken, bytes);
    const source = await sourceOf(broken, 'avi');
    const timed = { ...source, packets: { ...source.packets, addressing: 'number' as const } };
    const untimed = { ...timed, timeline: { ...source.timeline, basis: 'dts' as const } };
    for (const counted of [timed, untimed]) {
      const { frames, report } = await decodeAll(counted, 5);
      expect(frames.map((frame) => frame.ref.number)).toEqual(Array.from({ length: 15 }, (_, n) => 1 + n * 5));
      for (const frame of frames) expect(shownNumber(rgbOf(frame))).toBe((frame.ref.number - 1) % 100);
      expect(report.missing.map((ref) => ref.number)).toEqual(Array.from({ length: 15 }, (_, n) => 76 + n * 5));
    }
  });

  it('decodes nothing when nothing is planned', async () => {
    const source = await sourceOf(file, 'mov');
    const [segment] = cutSegments(source.packets, undefined);
    if (segment === undefined) throw new Error('no segment');
    const decoding = decodePlan({ frames: [] }, source);
    expect(await Array.fromAsync(decoding.frames)).toEqual([]);
    expect(decoding.report().arguments).toEqual([]);
  });
});

describe('selectExpression', () => {
  it('writes regular values as one term and irregular ones singly', () => {
    expect(selectExpression(progressions([0, 512, 1_024, 1_536, 1_600, 9_000]), 'pts')).toBe(
      'between(pts,0,1536)*not(mod(pts-0,512))+eq(pts,1600)+eq(pts,9000)',
    );
    expect(selectExpression(progressions([-40, -20, 0]), 'n')).toBe('between(n,-40,0)*not(mod(n-(-40),20))');
  });

  it('is true for exactly the values given', () => {
    const values = [3, 7, 11, 15, 16, 18, 20, 22, 90];
    const terms = progressions(values);
    const all = terms.flatMap(({ first, step, count }) => Array.from({ length: count }, (_, n) => first + n * step));
    expect(all).toEqual(values);
  });
});

describe('clips of other makers', () => {
  const clip = (name: string): string => path.join(import.meta.dirname, '../../../shared/footage/evaluation', name);
  it.skipIf(!existsSync(clip('packt_hallway.mpg')))(
    'reads a raw MPEG-1 file whose container time is wrong',
    async () => {
      const source = await sourceOf(clip('packt_hallway.mpg'), 'mpegvideo');
      const { frames, report } = await decodeAll(source, 5);
      expect(source.packets.count).toBe(485);
      expect(source.timeline.durationSeconds).toBeCloseTo(19.4, 1);
      expect([frames.length, report.missing.length]).toEqual([97, 0]);
    },
  );

  it.skipIf(!existsSync(clip('dvr_traffic_camera_vfr.mp4')))('reads a variable frame rate', async () => {
    const source = await sourceOf(clip('dvr_traffic_camera_vfr.mp4'), 'mov');
    const { frames, plan, report } = await decodeAll(source, 5);
    expect(frames.map((frame) => frame.ref)).toEqual(plan.frames);
    expect(report.missing).toEqual([]);
  });

  it.skipIf(!existsSync(clip('bgs_video02.avi')))('reads an AVI whose packets are not all frames', async () => {
    const source = await sourceOf(clip('bgs_video02.avi'), 'avi');
    const { frames, report } = await decodeAll(source, 5);
    expect(frames.length + report.missing.length).toBe(150);
    expect(report.missing.length).toBeLessThanOrEqual(1);
  });
});
