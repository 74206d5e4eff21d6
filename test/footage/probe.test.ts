import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryBytes } from '../../gateway/footage/bytes.ts';
import { inspectBytes } from '../../gateway/footage/inspect.ts';
import { probeExhibit } from '../../gateway/footage/probe.ts';
import type { Container, Timeline } from '../../gateway/footage/types.ts';
import { type MediaPacket, packets, probe } from '../../gateway/media.ts';
import { restartingFilm } from '../media/made-media.ts';
import { ffmpeg, makeFilm, removeTemporaryFolders, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const at = (name: string): string => path.join(folder, name);
const media = { probe, packets };
const look = (file: string, damaged = false): Promise<Timeline> => probeExhibit(file, { damaged }, { media });
const write = (name: string, content: Buffer | string): string => {
  writeFileSync(at(name), content);
  return at(name);
};
const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-threads', '1'];
afterAll(removeTemporaryFolders);

/** Each accepted container and codec, made once. */
const films: readonly {
  readonly name: string;
  readonly container: Container;
  readonly codec: string;
  readonly options: string[];
}[] = [
  { name: 'film.mp4', container: 'mov', codec: 'h264', options: x264 },
  { name: 'faststart.mp4', container: 'mov', codec: 'h264', options: [...x264, '-movflags', '+faststart'] },
  {
    name: 'fragments.mp4',
    container: 'mov',
    codec: 'h264',
    options: [...x264, '-g', '25', '-movflags', 'frag_keyframe+empty_moov'],
  },
  { name: 'jpeg.mov', container: 'mov', codec: 'mjpeg', options: ['-c:v', 'mjpeg'] },
  { name: 'film.mkv', container: 'matroska', codec: 'h264', options: x264 },
  { name: 'live.mkv', container: 'matroska', codec: 'h264', options: [...x264, '-f', 'matroska', '-live', '1'] },
  { name: 'film.avi', container: 'avi', codec: 'mpeg4', options: ['-c:v', 'mpeg4'] },
  { name: 'film.ts', container: 'mpegts', codec: 'h264', options: x264 },
  { name: 'film.m2ts', container: 'mpegts', codec: 'h264', options: x264 },
  { name: 'film.mpg', container: 'mpeg', codec: 'mpeg2video', options: ['-c:v', 'mpeg2video'] },
  { name: 'film.asf', container: 'asf', codec: 'mpeg4', options: ['-c:v', 'mpeg4'] },
  { name: 'film.m1v', container: 'mpegvideo', codec: 'mpeg1video', options: ['-c:v', 'mpeg1video'] },
  { name: 'film.h264', container: 'h264', codec: 'h264', options: x264 },
  {
    name: 'film.hevc',
    container: 'hevc',
    codec: 'hevc',
    options: ['-c:v', 'libx265', '-x265-params', 'log-level=none:pools=1'],
  },
];
beforeAll(() => {
  for (const { name, options } of films) makeFilm(at(name), ...options);
});

describe('what a file is', () => {
  it.each(films)(
    'DEF-06: $name is read as $container by its bytes, whatever its name',
    async ({ name, container, codec }) => {
      const renamed = write(`${name}.mp4`, readFileSync(at(name)));
      expect(await look(renamed)).toMatchObject({
        container,
        codec,
        widthPx: 320,
        heightPx: 240,
        frameCount: 100,
        durationSeconds: 4,
        losses: [],
      });
    },
  );

  it('keeps sound out of it and is not disturbed by it', async () => {
    const sound = ['-f', 'lavfi', '-i', 'sine=d=4', '-c:a', 'aac', '-shortest'];
    ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=160x120:r=25:d=4', ...sound, ...x264, at('sound.mp4'));
    expect(await look(at('sound.mp4'))).toMatchObject({ codec: 'h264', frameCount: 100 });
  });

  const hostile: readonly (readonly [string, string, Buffer | string])[] = [
    [
      'DEF-06',
      'an HLS playlist',
      '#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n',
    ],
    [
      'DEF-06',
      'a session description',
      'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n',
    ],
    ['DEF-06', 'a concat script', "ffconcat version 1.0\nfile '/etc/passwd'\nfile 'http://127.0.0.1:9/x.mp4'\n"],
    ['DEF-05', 'a live address', 'rtsp://192.0.2.1/stream1 '.repeat(20)],
    ['DEF-06', 'a DASH manifest', '<?xml version="1.0"?><MPD><BaseURL>http://127.0.0.1:9/</BaseURL></MPD>'.repeat(9)],
    ['DEF-06', 'a text whose fifth letter begins a box name', `the free lunch ${'x'.repeat(500)}`],
    ['DEF-06', 'a text of capital Gs', 'G'.repeat(188 * 40)],
    ['DEF-11', 'a still picture', Buffer.from(`89504e470d0a1a0a0000000d49484452${'00'.repeat(64)}`, 'hex')],
    [
      'DEF-11',
      'a HEIF picture',
      Buffer.concat([box('ftyp', Buffer.from('heic\0\0\0\0mif1heic')), box('mdat', Buffer.alloc(64))]),
    ],
    ['DEF-06', 'an archive', Buffer.from(`504b0304${'00'.repeat(64)}`, 'hex')],
    ['DEF-06', 'a sound file', Buffer.concat([Buffer.from('RIFF\x24\0\0\0WAVEfmt '), Buffer.alloc(64)])],
    ['DEF-06', 'a WebP picture', Buffer.concat([Buffer.from('RIFF\x24\0\0\0WEBPVP8 '), Buffer.alloc(64)])],
    ['DEF-01', 'an empty file', ''],
    ['DEF-01', 'zeros', Buffer.alloc(70_000)],
    ['DEF-01', 'start codes and nothing else', Buffer.from('00000001'.repeat(500), 'hex')],
  ];
  it.each(hostile)('%s: refuses %s named .mp4 with E_DEF_CONTAINER', async (_id, name, content) => {
    const file = write(`${name.replaceAll(' ', '-')}.mp4`, content);
    await expect(look(file)).rejects.toMatchObject({ code: 'E_DEF_CONTAINER' });
    await expect(look(file, true)).rejects.toMatchObject({ code: 'E_DEF_CONTAINER' });
  });

  it('refuses a codec that is not on the list', async () => {
    makeFilm(at('windows.asf'), '-c:v', 'wmv2');
    await expect(look(at('windows.asf'))).rejects.toMatchObject({ code: 'E_DEF_CODEC' });
  });

  it('refuses a file with sound alone', async () => {
    ffmpeg('-f', 'lavfi', '-i', 'sine=d=2', '-c:a', 'aac', at('sound-alone.mp4'));
    await expect(look(at('sound-alone.mp4'))).rejects.toMatchObject({ code: 'E_DEF_CONTAINER' });
  });
});

describe('a file that is not whole', () => {
  it.each([
    'faststart.mp4',
    'fragments.mp4',
    'film.mkv',
    'live.mkv',
    'film.avi',
    'film.ts',
    'film.m2ts',
    'film.mpg',
    'film.asf',
  ])(
    'DEF-07: %s cut short is refused, and is read as far as it goes when the schedule declares it damaged',
    async (name) => {
      const whole = readFileSync(at(name));
      const cut = write(`cut-${name}`, whole.subarray(0, Math.floor(whole.length * 0.7) - 1));
      await expect(look(cut)).rejects.toMatchObject({ code: 'E_DEF_UNSTABLE' });
      const read = await look(cut, true);
      expect(read.losses.length).toBeGreaterThan(0);
      expect(read.frameCount).toBeGreaterThan(30);
      expect(read.frameCount).toBeLessThan(100);
      expect(read.durationSeconds).toBeLessThan(4);
    },
  );

  it('DEF-07: an MP4 without its movie box is refused, damaged or not', async () => {
    const whole = readFileSync(at('film.mp4'));
    const cut = write('cut-film.mp4', whole.subarray(0, Math.floor(whole.length * 0.7)));
    await expect(look(cut)).rejects.toMatchObject({ code: 'E_DEF_UNSTABLE' });
    await expect(look(cut, true)).rejects.toMatchObject({ code: 'E_DEF_UNSTABLE' });
  });

  it('DEF-07: media data shorter than the index are found even when every box is whole', async () => {
    const whole = Buffer.from(readFileSync(at('film.mp4')));
    const table = whole.indexOf('stco');
    whole.writeUInt32BE(whole.length - 10, table + 12);
    await expect(look(write('index.mp4', whole))).rejects.toMatchObject({
      code: 'E_DEF_UNSTABLE',
      detail: 'media data are shorter than the index',
    });
  });

  it('DEF-07: an AVI that its recorder never finished is refused', async () => {
    const whole = Buffer.from(readFileSync(at('film.avi')));
    whole.writeUInt32LE(0, 4);
    await expect(look(write('unfinished.avi', whole))).rejects.toMatchObject({ code: 'E_DEF_UNSTABLE' });
  });

  it('DEF-01: a movie without a frame is no exhibit', async () => {
    const empty = { ...media, packets: async function* (): AsyncGenerator<MediaPacket> {} };
    await expect(probeExhibit(at('film.mp4'), { damaged: true }, { media: empty })).rejects.toMatchObject({
      code: 'E_DEF_NOT_EXHIBIT',
    });
  });
});

describe('a file that points elsewhere', () => {
  it('DEF-05: a QuickTime data reference to another file is refused', async () => {
    const whole = Buffer.from(readFileSync(at('film.mp4')));
    const url = whole.indexOf('url ', whole.indexOf('dref'));
    whole.writeUInt32BE(0, url + 4);
    await expect(look(write('outside.mov', whole))).rejects.toMatchObject({ code: 'E_DEF_SOURCE' });
    await expect(look(at('outside.mov'), true)).rejects.toMatchObject({ code: 'E_DEF_SOURCE' });
  });

  it('DEF-05: a reference movie is refused', async () => {
    const movie = Buffer.concat([
      box('ftyp', Buffer.from('qt  \0\0\0\0qt  ')),
      box('moov', box('rmra', box('rmda', box('rdrf', Buffer.from('\0\0\0\0url http://127.0.0.1:9/a.mov'))))),
    ]);
    await expect(look(write('reference.mov', movie))).rejects.toMatchObject({ code: 'E_DEF_SOURCE' });
  });
});

describe('absurd headers', () => {
  it('SEC-11: an MP4 that claims 65,000 x 65,000 pixels is refused before any decoder sees it', async () => {
    const whole = Buffer.from(readFileSync(at('film.mp4')));
    const entry = whole.indexOf('avc1', whole.indexOf('stsd'));
    whole.writeUInt16BE(65_000, entry + 4 + 24);
    whole.writeUInt16BE(65_000, entry + 4 + 26);
    await expect(look(write('huge.mp4', whole))).rejects.toMatchObject({ code: 'E_DEF_PICTURE' });
  });

  it('SEC-11: an AVI that claims 100,000 x 100,000 pixels is refused', async () => {
    const whole = Buffer.from(readFileSync(at('film.avi')));
    const format = whole.indexOf('strf') + 8;
    whole.writeUInt32LE(100_000, format + 4);
    whole.writeInt32LE(-100_000, format + 8);
    await expect(look(write('huge.avi', whole))).rejects.toMatchObject({ code: 'E_DEF_PICTURE' });
  });

  it('SEC-11: a Matroska that claims 100,000 x 100,000 pixels is refused', async () => {
    const whole = readFileSync(at('film.mkv'));
    const width = whole.indexOf(Buffer.from('b0820140', 'hex'));
    expect(width).toBeGreaterThan(0);
    // 17 bits do not fit in the two bytes of 320, so the header is patched to the most that does.
    const patched = Buffer.from(whole);
    patched.writeUInt16BE(65_535, width + 2);
    await expect(look(write('huge.mkv', patched))).rejects.toMatchObject({ code: 'E_DEF_PICTURE' });
  });

  it('SEC-11: boxes of size 0, 1 and 4 GiB, deep nesting and endless tables end in a refusal, not in a crash', async () => {
    const ftyp = box('ftyp', Buffer.from('isom\0\0\0\0isom'));
    let nested = box('free', Buffer.alloc(4));
    for (let depth = 0; depth < 5000; depth++) nested = box('trak', nested);
    const huge = Buffer.from('ffffffff6d6f6f76', 'hex');
    const large = Buffer.from('000000016d6f6f76ffffffffffffffff', 'hex');
    const tiny = Buffer.from('000000046d6f6f76', 'hex');
    const equalSizes = Buffer.concat([Buffer.from('0000000000000001ffffffff', 'hex')]);
    const table = box(
      'stbl',
      Buffer.concat([
        box('stsz', equalSizes),
        box('stsc', Buffer.from('000000000000000100000001ffffffff00000001', 'hex')),
        box('stco', Buffer.from('000000000000000100000010', 'hex')),
      ]),
    );
    for (const rest of [nested, box('moov', nested), huge, large, tiny, Buffer.alloc(8), box('moov', table)]) {
      const file = memoryBytes(Buffer.concat([ftyp, rest, Buffer.alloc(32)]));
      const outcome = await inspectBytes(file).then(
        ({ faults }) => faults.length,
        (error: { code?: string }) => error.code,
      );
      expect(outcome === 'E_DEF_UNSTABLE' || outcome === 'E_DEF_CONTAINER' || Number(outcome) > 0).toBe(true);
    }
  });

  it('SEC-11: random bytes behind each true beginning end in a refusal or in faults', async () => {
    let seed = 1;
    const random = (): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return seed >>> 16;
    };
    for (const { name } of films) {
      const whole = readFileSync(at(name));
      for (let round = 0; round < 20; round++) {
        const torn = Buffer.from(whole);
        for (let hit = 0; hit < 200; hit++) torn[random() % torn.length] = random() & 0xff;
        for (let hit = 0; hit < 20; hit++) torn[random() % 600] = random() & 0xff;
        const outcome = await inspectBytes(memoryBytes(torn)).then(
          () => 'read',
          (error: { code?: string; message: string }) => error.code ?? error.message,
        );
        expect(outcome).toMatch(/^(read|E_DEF_(CONTAINER|UNSTABLE|PICTURE|SOURCE))$/);
      }
    }
  });
});

describe('times', () => {
  it('takes frame count and duration from the packets, not from a header that lies', async () => {
    const whole = Buffer.from(readFileSync(at('film.avi')));
    const header = whole.indexOf('avih') + 8;
    whole.writeUInt32LE(7, header + 16);
    whole.writeUInt32LE(7, whole.indexOf('strh') + 8 + 32);
    expect(await look(write('count.avi', whole))).toMatchObject({ frameCount: 100, durationSeconds: 4 });
  });

  it('keeps a variable frame rate as the packets have it', async () => {
    ffmpeg(
      ...[
        '-f',
        'lavfi',
        '-i',
        'testsrc2=s=160x120:r=25:d=4',
        '-vf',
        "select='lt(n,25)+not(mod(n,5))'",
        '-fps_mode',
        'vfr',
      ],
      ...[...x264, at('variable.mp4')],
    );
    const timeline = await look(at('variable.mp4'));
    expect(timeline).toMatchObject({ basis: 'pts', frameCount: 40 });
    expect(timeline.durationSeconds).toBeGreaterThan(3.8);
    expect(timeline.durationSeconds).toBeLessThanOrEqual(4);
  });

  it('says that times come from the frame index where the file has none', async () => {
    expect(await look(at('film.h264'))).toMatchObject({ basis: 'frame-index', frameCount: 100, firstPts: 0 });
  });

  it('says that times come from decoding times where there are no others', async () => {
    const withoutPts = {
      ...media,
      packets: async function* (file: Parameters<typeof packets>[0]): AsyncGenerator<MediaPacket> {
        for await (const { pts: _, ...packet } of packets(file)) yield packet;
      },
    };
    const timeline = await probeExhibit(at('film.ts'), { damaged: false }, { media: withoutPts });
    expect(timeline).toMatchObject({ basis: 'dts', frameCount: 100, durationSeconds: 4 });
  });

  it('sets the parts of a file whose clock restarts end to end, and says so', async () => {
    const timeline = await look(restartingFilm(folder));
    expect(timeline).toMatchObject({ basis: 'pts', addressing: 'number', frameCount: 700, durationSeconds: 28 });
    expect(timeline.restarts.map(({ frame }) => frame)).toEqual([201]);
    expect(timeline.losses).toEqual([expect.stringContaining('the clock of the file restarts')]);
    expect(await look(at('film.ts'))).toMatchObject({ addressing: 'pts', restarts: [] });
  });

  it('reads the creation time, and takes 1904 and 1970 for unknown', async () => {
    makeFilm(at('dated.mp4'), ...x264, '-metadata', 'creation_time=2026-05-11T14:00:00Z');
    expect((await look(at('dated.mp4'))).containerTimeMs).toBe(Date.parse('2026-05-11T14:00:00Z'));
    makeFilm(at('epoch.mp4'), ...x264, '-metadata', 'creation_time=1970-01-01T00:00:00Z');
    expect((await look(at('epoch.mp4'))).containerTimeMs).toBeUndefined();
    expect((await look(at('film.mp4'))).containerTimeMs).toBeUndefined();
  });
});

function box(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + content.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, content]);
}
