import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { AppError } from '../../gateway/errors.ts';
import { CODECS, CONTAINERS } from '../../gateway/footage/types.ts';
import {
  DECODERS,
  DEMUXERS,
  type Demuxer,
  decodeArguments,
  decodeFrames,
  ffmpegVersion,
  packetArguments,
  packets,
  pictureAt,
  probe,
  probeArguments,
  seekTarget,
} from '../../gateway/media.ts';
import { descendantsOf } from '../support/processes.ts';
import { countingFilm, ffmpeg, mediaFolder, shownNumber } from './made-media.ts';

const media = mediaFolder();
afterAll(media.remove);

const film = media.file('film.mp4');
ffmpeg(
  ...countingFilm(4),
  '-c:v',
  'libx264',
  '-g',
  '25',
  '-bf',
  '2',
  '-metadata',
  'creation_time=2024-05-01T10:00:00Z',
  film,
);
const TICKS = 512;
const whole = { demuxer: 'mov', decoder: 'h264', widthPx: 64, heightPx: 48, pixelFormat: 'rgb24' } as const;

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no error',
    (error: AppError) => error.code,
  );

describe('argument lists', () => {
  const mov = [
    ...['-protocol_whitelist', 'file', '-format_whitelist', 'mov'],
    ...['-codec_whitelist:v', 'h264,hevc,mpeg4,mpeg1video,mpeg2video,mjpeg', '-max_pixels', '35389440'],
    ...['-enable_drefs', '0', '-use_absolute_path', '0', '-f', 'mov'],
  ];

  it('allows the demuxers and decoders of the footage room and no other', () => {
    expect([...DEMUXERS].sort()).toEqual([...CONTAINERS].sort());
    expect([...DECODERS].sort()).toEqual([...CODECS].sort());
  });

  it('probes with protocol, demuxer and decoder allow-lists, the demuxer forced', () => {
    expect(probeArguments('mov')).toEqual([
      ...['-hide_banner', '-loglevel', 'error', ...mov, '-select_streams', 'V', '-show_entries'],
      'stream=codec_name,width,height,time_base,avg_frame_rate,r_frame_rate,nb_frames:stream_tags=creation_time:format_tags=creation_time',
      ...['-print_format', 'json', '-i', '/in/exhibit'],
    ]);
  });

  it('reads packets of the same stream without decoding', () => {
    expect(packetArguments('avi')).toEqual([
      ...['-hide_banner', '-loglevel', 'repeat+error', '-protocol_whitelist', 'file', '-format_whitelist', 'avi'],
      ...['-codec_whitelist:v', 'h264,hevc,mpeg4,mpeg1video,mpeg2video,mjpeg', '-max_pixels', '35389440', '-f', 'avi'],
      ...['-select_streams', 'V:0', '-show_entries', 'packet=pts,dts,duration,size,flags'],
      ...['-print_format', 'csv=print_section=0', '-i', '/in/exhibit'],
    ]);
  });

  it('decodes one decoder, video alone, bit-exactly, unrotated, and names no path of the host', () => {
    const order = {
      ...whole,
      path: '/secret/case/film.mp4',
      seekSeconds: 1.25,
      untilPts: 900,
      selectExpression: 'eq(pts,512)',
    };
    expect(decodeArguments(order)).toEqual([
      ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'repeat+info', '-copyts', '-max_error_rate', '1'],
      ...[
        '-protocol_whitelist',
        'file',
        '-format_whitelist',
        'mov',
        '-codec_whitelist',
        'h264',
        '-max_pixels',
        '35389440',
      ],
      ...['-enable_drefs', '0', '-use_absolute_path', '0', '-f', 'mov'],
      ...['-noaccurate_seek', '-seek_timestamp', '1', '-ss', '1.250000'],
      ...[
        '-filter_threads',
        '1',
        '-noautorotate',
        '-bitexact',
        '-threads',
        '1',
        '-an',
        '-sn',
        '-dn',
        '-c:v',
        'h264',
        '-i',
        '/in/exhibit',
      ],
      ...['-map', '0:V:0', '-an', '-sn', '-dn', '-fps_mode', 'passthrough', '-bitexact', '-vf'],
      "trim=end_pts=900,select='eq(pts,512)',metadata=mode=delete,metadata=mode=add:key=t:value=1,metadata=mode=print:key=t,split[timed][none];" +
        '[none]select=0,showinfo=checksum=0,nullsink;' +
        '[timed]scale=64:48:flags=area+accurate_rnd+full_chroma_int+bitexact,format=rgb24',
      ...['-c:v', 'rawvideo', '-f', 'rawvideo', 'pipe:1'],
    ]);
  });

  it('seeks before a key frame, and not at all near the start', () => {
    expect(seekTarget(90_000, { num: 1, den: 9_000 }, 'mpegts')).toBe(9.5);
    expect(seekTarget(3_000, { num: 1, den: 9_000 }, 'mpegts')).toBeUndefined();
    // By an index: to the key frame itself, and not into the group before it.
    expect(seekTarget(90_000, { num: 1, den: 9_000 }, 'mov')).toBeCloseTo(10.0005, 6);
    expect(seekTarget(0, { num: 1, den: 9_000 }, 'mov')).toBeUndefined();
  });
});

describe('probe', () => {
  it('tells what the container claims', async () => {
    expect(await probe({ path: film, demuxer: 'mov' })).toEqual({
      codec: 'h264',
      widthPx: 64,
      heightPx: 48,
      timeBase: { num: 1, den: 12_800 },
      nominalFps: 25,
      indexedFrames: 100,
      containerTimeMs: Date.parse('2024-05-01T10:00:00Z'),
    });
  });

  it('takes a creation time of 1970 or 1904 as unknown, and applies no rotation', async () => {
    const turned = media.file('turned.mp4');
    const dated = media.file('dated.mp4');
    ffmpeg(
      '-i',
      film,
      '-c',
      'copy',
      '-metadata:s:v',
      'rotate=90',
      '-metadata',
      'creation_time=1970-01-01T00:00:00Z',
      turned,
    );
    ffmpeg('-i', film, '-c', 'copy', '-metadata', 'creation_time=1904-01-01T00:00:00Z', dated);
    expect((await probe({ path: turned, demuxer: 'mov' })).containerTimeMs).toBeUndefined();
    expect((await probe({ path: dated, demuxer: 'mov' })).containerTimeMs).toBeUndefined();
    const { frames } = decodeFrames({ ...whole, path: turned });
    const first = await frames.next();
    expect(shownNumber(first.value?.bytes ?? new Uint8Array())).toBe(0);
  });

  it.each<[string, Demuxer, string]>([
    ['a text file', 'mov', 'just words\n'.repeat(50)],
    [
      'a playlist of a stream named .mp4',
      'mov',
      '#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n',
    ],
    ['a concat list', 'matroska', "ffconcat version 1.0\nfile '/in/exhibit'\n"],
    ['nothing', 'avi', ''],
  ])('refuses %s', async (_, demuxer, text) => {
    const file = media.file('refused.mp4');
    writeFileSync(file, text);
    expect(await codeOf(probe({ path: file, demuxer }))).toBe('E_MEDIA_DECODE');
  });

  it('refuses a file of another format than the forced one', async () => {
    expect(await codeOf(probe({ path: film, demuxer: 'matroska' }))).toBe('E_MEDIA_DECODE');
  });
});

describe('packets', () => {
  it('a reading that is ended while its reader is behind says why, and not that a pipe broke', async () => {
    // More lines than pipe and buffers hold.
    const many = media.file('many.avi');
    ffmpeg('-f', 'lavfi', '-i', 'color=s=16x16:r=1000:d=20', '-c:v', 'mpeg4', many);
    // A test before this one may have left a decoder that nobody reads to its end.
    const others = descendantsOf(process.pid, 'bwrap');
    const stop = new AbortController();
    const reason = new AppError('E_MEDIA_LIMIT', { detail: 'the test' });
    const all = packets({ path: many, demuxer: 'avi' }, stop.signal);
    await all.next();
    stop.abort(reason);
    await expect.poll(() => descendantsOf(process.pid, 'bwrap'), { timeout: 30_000 }).toEqual(others);
    await expect(Array.fromAsync(all)).rejects.toBe(reason);
  });

  it('gives every packet with its times, size and key flag, and hears no complaint about a sound file', async () => {
    const complaints: string[] = [];
    const list = await Array.fromAsync(
      packets({ path: film, demuxer: 'mov', onComplaint: (line) => complaints.push(line) }),
    );
    expect(list).toHaveLength(100);
    expect(list[0]).toMatchObject({
      pts: 0,
      dts: -2 * TICKS,
      durationTicks: TICKS,
      key: true,
      corrupt: false,
      discard: false,
    });
    expect(list.filter((packet) => packet.key).map((packet) => packet.pts)).toEqual(
      [0, 25, 50, 75].map((n) => n * TICKS),
    );
    expect(complaints).toEqual([]);
  });

  it('stays silent about a sound track, which it never reads', async () => {
    const loud = media.file('loud.mp4');
    ffmpeg('-f', 'lavfi', '-i', 'sine=d=4', '-i', film, '-c:v', 'copy', '-c:a', 'aac', loud);
    const complaints: string[] = [];
    const list = await Array.fromAsync(
      packets({ path: loud, demuxer: 'mov', onComplaint: (line) => complaints.push(line) }),
    );
    expect(list).toHaveLength(100);
    expect(complaints).toEqual([]);
    const { frames } = decodeFrames({ ...whole, path: loud, selectExpression: 'eq(pts,512)' });
    expect(await Array.fromAsync(frames, ({ pts }) => pts)).toEqual([512]);
  });

  it('tells a truncated file by a complaint', async () => {
    const cut = media.file('cut.mkv');
    ffmpeg('-i', film, '-c', 'copy', cut);
    writeFileSync(cut, readFileSync(cut).subarray(0, 3_000));
    const complaints: string[] = [];
    await Array.fromAsync(packets({ path: cut, demuxer: 'matroska', onComplaint: (line) => complaints.push(line) }));
    expect(complaints.join('\n')).toMatch(/ended prematurely|File ended/);
  });
});

describe('decodeFrames', () => {
  it('gives each frame with its own PTS, in presentation order', async () => {
    const seen = await Array.fromAsync(decodeFrames({ ...whole, path: film }).frames, ({ pts, bytes }) => ({
      pts,
      bytes,
    }));
    expect(seen.map(({ pts }) => pts)).toEqual(Array.from({ length: 100 }, (_, n) => n * TICKS));
    expect(seen.map(({ bytes }) => shownNumber(bytes))).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });

  it('gives chosen frames alone, scaled', async () => {
    const order = {
      ...whole,
      widthPx: 16,
      heightPx: 12,
      selectExpression: 'eq(pts,512)+eq(pts,35840)',
      untilPts: 35_841,
    };
    const seen = await Array.fromAsync(decodeFrames({ ...order, path: film }).frames);
    expect(seen.map(({ pts, bytes }) => [pts, shownNumber(bytes), bytes.length])).toEqual([
      [512, 1, 576],
      [35_840, 70, 576],
    ]);
  });

  it('gives the same bytes twice', async () => {
    const twice = [0, 1].map(() =>
      Array.fromAsync(decodeFrames({ ...whole, path: film }).frames, ({ bytes }) => Buffer.from(bytes)),
    );
    const [first, second] = (await Promise.all(twice)).map((frames) => Buffer.concat(frames));
    expect(first?.equals(second ?? Buffer.alloc(0))).toBe(true);
  });

  it('ends ffmpeg without error when the reader has seen enough', async () => {
    const endless = media.file('long.mp4');
    ffmpeg(...countingFilm(60, 25), '-c:v', 'mpeg4', endless);
    let count = 0;
    for await (const frame of decodeFrames({ ...whole, decoder: 'mpeg4', path: endless }).frames) {
      expect(frame.bytes).toHaveLength(64 * 48 * 3);
      if (++count === 3) break;
    }
    expect(count).toBe(3);
  });

  it('stops with the reason of the signal', async () => {
    const stop = new AbortController();
    const { frames } = decodeFrames({ ...whole, path: film }, stop.signal);
    await frames.next();
    stop.abort(new Error('requisition revoked'));
    await expect(Array.fromAsync(frames)).rejects.toThrow('requisition revoked');
  });

  it('is not misled by a title that imitates the times of frames', async () => {
    const liar = media.file('liar.mkv');
    const title =
      '[Parsed_metadata_2 @ 0x1] frame:0 pts:77777 pts_time:0 \n[Parsed_metadata_2 @ 0x1] frame:1 pts:88888 x';
    ffmpeg('-i', film, '-c', 'copy', '-metadata', `title=${title}`, '-metadata:s:v', `title=${title}`, liar);
    const seen = await Array.fromAsync(
      decodeFrames({ ...whole, demuxer: 'matroska', path: liar }).frames,
      ({ pts }) => pts,
    );
    expect(seen).toEqual(Array.from({ length: 100 }, (_, n) => n * 40));
  });

  it('refuses a decoder that the file does not need', async () => {
    expect(await codeOf(Array.fromAsync(decodeFrames({ ...whole, decoder: 'hevc', path: film }).frames))).toBe(
      'E_MEDIA_DECODE',
    );
  });

  it('refuses a codec that is not on the allow-list even inside an accepted container', async () => {
    const vp9 = media.file('vp9.mkv');
    ffmpeg(...countingFilm(1), '-c:v', 'libvpx-vp9', '-deadline', 'realtime', vp9);
    expect(await codeOf(probe({ path: vp9, demuxer: 'matroska' }))).toBe('E_DEF_CODEC');
    const order = { ...whole, demuxer: 'matroska', path: vp9 } as const;
    expect(await codeOf(Array.fromAsync(decodeFrames(order).frames))).not.toBe('no error');
  });

  it('decodes no picture beyond the largest size, whatever the file claims', async () => {
    const huge = media.file('huge.avi');
    ffmpeg(...countingFilm(1), '-c:v', 'mjpeg', huge);
    const bytes = readFileSync(huge);
    for (let at = bytes.indexOf('ffc0', 'hex'); at !== -1; at = bytes.indexOf('ffc0', at + 2, 'hex')) {
      bytes.writeUInt16BE(65_000, at + 5);
      bytes.writeUInt16BE(65_000, at + 7);
    }
    writeFileSync(huge, bytes);
    const order = { ...whole, demuxer: 'avi', decoder: 'mjpeg', path: huge } as const;
    const outcome = await Array.fromAsync(decodeFrames(order).frames).then(
      (frames) => frames.length,
      () => 0,
    );
    expect(outcome).toBe(0);
  });
});

describe('pictureAt', () => {
  const order = { path: film, demuxer: 'mov', decoder: 'h264', widthPx: 64, heightPx: 48 } as const;
  const timed = { ...order, timeBase: { num: 1, den: 12_800 }, addressing: 'pts' } as const;

  it.each([0, 1, 24, 25, 63, 99])('gives exactly frame %i', async (n) => {
    const picture = await pictureAt({ ...timed, frame: n + 1, ownPts: n * TICKS });
    expect([shownNumber(picture.rgb), picture.pts, picture.widthPx, picture.heightPx]).toEqual([n, n * TICKS, 64, 48]);
    expect(picture.arguments.join(' ')).not.toContain(media.folder);
  });

  it('gives no neighbour for a time that no frame has', async () => {
    expect(await codeOf(pictureAt({ ...timed, frame: 3, ownPts: 777 }))).toBe('E_MEDIA_DECODE');
  });

  it('gives the time that the decoder told, and no frame that was counted wrong', async () => {
    const counted = { ...timed, addressing: 'number' } as const;
    expect((await pictureAt({ ...counted, frame: 42, ownPts: 41 * TICKS })).pts).toBe(41 * TICKS);
    expect(await codeOf(pictureAt({ ...counted, frame: 43, ownPts: 41 * TICKS }))).toBe('E_MEDIA_DECODE');
  });

  it('gives no frame by its number when one before it was lost, and the file has no times to tell which it is', async () => {
    const broken = media.file('broken.avi');
    ffmpeg(...countingFilm(4), '-c:v', 'mjpeg', broken);
    const bytes = readFileSync(broken);
    const damaged = [...bytes.toString('latin1').matchAll(/\xff\xd8\xff/g)][30]?.index ?? 0;
    bytes.fill(0, damaged, damaged + 200);
    writeFileSync(broken, bytes);
    const untimed = {
      ...order,
      path: broken,
      demuxer: 'avi',
      decoder: 'mjpeg',
      timeBase: { num: 1, den: 25 },
    } as const;
    const ask = (frame: number) => pictureAt({ ...untimed, addressing: 'number', ownPts: undefined, frame });
    expect(shownNumber((await ask(30)).rgb)).toBe(29);
    expect(await codeOf(ask(31))).toBe('E_MEDIA_DECODE');
    expect(await codeOf(ask(60))).toBe('E_MEDIA_DECODE');
  });

  it('finds a frame by its number where the file has no times', async () => {
    const raw = media.file('raw.h264');
    ffmpeg('-i', film, '-c', 'copy', '-bsf:v', 'h264_mp4toannexb', raw);
    const untimed = {
      ...order,
      path: raw,
      demuxer: 'h264',
      timeBase: { num: 1, den: 1_200_000 },
      addressing: 'number',
      ownPts: undefined,
    } as const;
    expect(shownNumber((await pictureAt({ ...untimed, frame: 42 })).rgb)).toBe(41);
  });
});

it('knows the version of ffmpeg', async () => {
  expect(await ffmpegVersion()).toMatch(/^\d+\.\d+/);
});
