import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { decodePlan } from '../../gateway/analysis/decode.ts';
import { frameRef, readPacketList } from '../../gateway/analysis/packets.ts';
import { AppError } from '../../gateway/errors.ts';
import { probeExhibit } from '../../gateway/footage/probe.ts';
import { type DecodeOrder, decodeFrames, packets, pictureAt, probe, type RawFrame } from '../../gateway/media.ts';
import { replaceDecoder } from './in-place.ts';
import { countingFilm, ffmpeg, mediaFolder, timelineOf } from './made-media.ts';

// The decoder speaks as somebody wants who has taken it over: what it says is not what was agreed.

const media = mediaFolder();
const film = media.file('film.mp4');
beforeAll(() => {
  ffmpeg(...countingFilm(1), '-c:v', 'libx264', '-threads', '1', film);
});
afterAll(media.remove);

let restore: (() => void) | undefined;
afterEach(() => {
  restore?.();
  restore = undefined;
});
const speak = (script: string): void => {
  restore = replaceDecoder(script).restore;
};

const outcome = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    (value) => value,
    (error: unknown) => (error instanceof AppError ? error.code : error),
  );

const file = { path: film, demuxer: 'mov' } as const;
const order: DecodeOrder = { ...file, decoder: 'h264', widthPx: 4, heightPx: 2, pixelFormat: 'rgb24' };
const FRAME_BYTES = 24;
const time = (pts: number | string): string =>
  `print STDERR "[Parsed_metadata_3 @ 0x5] frame:0    pts:${pts} pts_time:0\\n";`;

async function framesOf(limits: DecodeOrder['limits'] = {}): Promise<readonly RawFrame[]> {
  const all: RawFrame[] = [];
  for await (const frame of decodeFrames({ ...order, limits }).frames) all.push(frame);
  return all;
}

describe('an ffprobe that lies about the file', () => {
  const stream = (changes: object): string =>
    JSON.stringify({
      streams: [
        { codec_name: 'h264', width: 64, height: 48, time_base: '1/12800', avg_frame_rate: '25/1', ...changes },
      ],
    });
  const say = (text: string): string => `print '${text}';`;

  it.each([
    ['nothing', ''],
    ['no JSON', say('hello')],
    ['null', say('null')],
    ['a list', say('[]')],
    ['no stream', say('{"streams":[]}')],
    ['a stream that is nothing', say('{"streams":[null]}')],
    ['streams that are a text', say('{"streams":"h264"}')],
    ['no time base', say(stream({ time_base: '0/0' }))],
    ['an endless time base', say(stream({ time_base: `1/${'9'.repeat(400)}` }))],
    ['brackets without end', 'print "[" x 900000;'],
    ['an end in the middle', say(stream({}).slice(0, 40))],
  ])('SEC-11: %s is E_MEDIA_DECODE', async (_, script) => {
    speak(script);
    expect(await outcome(probe(file))).toBe('E_MEDIA_DECODE');
  });

  it('SEC-11: more than a description ever is ends it', async () => {
    speak('print "[" x 65536 while 1;');
    expect(await outcome(probe(file))).toBe('E_MEDIA_LIMIT');
  });

  it.each([
    ['a negative size', { width: -64, height: -48 }],
    ['a size in fractions', { width: 64.5 }],
    ['a size that is a text', { width: '9'.repeat(400) }],
    ['a size beyond all pictures', { width: 100_000, height: 100_000 }],
  ])('SEC-11: %s is no picture', async (_, changes) => {
    speak(`print $0 =~ /probe/ && "@ARGV" =~ /json/ ? '${stream(changes)}' : "0,0,512,10,K__\\n";`);
    expect(await outcome(probeExhibit(film, { damaged: true }, { media: { probe, packets } }))).toBe('E_DEF_PICTURE');
  });

  it('SEC-11: a codec that is a screen of text is none', async () => {
    speak(say(stream({ codec_name: `h264\\u001b[2J${'x'.repeat(1000)}` })));
    expect((await probe(file)).codec).toBeUndefined();
  });
});

describe('an ffprobe that lies about packets', () => {
  const count = async (): Promise<number> => {
    let all = 0;
    for await (const _ of packets(file)) all += 1;
    return all;
  };

  it('SEC-11: lines that are none are no packets, and numbers that are none are absent', async () => {
    speak(
      `print "\\0\\xff\\n", "a,b,c,d,e\\n", "1,2\\n", "0,0,512,-10,K__\\n", "${'9'.repeat(400)},nan,-1e9,10,K__\\n";`,
    );
    const all = await Array.fromAsync(packets(file));
    expect(all).toEqual([{ sizeBytes: 10, key: true, corrupt: false, discard: false }]);
  });

  it('SEC-11: a line without end is cut off', async () => {
    speak('print "1" x 65536 while 1;');
    expect(await outcome(count())).toBe('E_MEDIA_DECODE');
  });

  it('SEC-11: a frame that lasts an age is no exhibit', async () => {
    const json = '{"streams":[{"codec_name":"h264","width":64,"height":48,"time_base":"1/1"}]}';
    speak(`print "@ARGV" =~ /json/ ? '${json}' : "0,0,9007199254740000,10,K__\\n";`);
    expect(await outcome(probeExhibit(film, { damaged: true }, { media: { probe, packets } }))).toBe(
      'E_DEF_NOT_EXHIBIT',
    );
  });
});

describe('an ffmpeg that does not keep to what was agreed', () => {
  it.each([
    ['a frame that is cut short', `print "x" x ${FRAME_BYTES + 5}; ${time(0)}`],
    ['a frame without a time', `print "x" x ${FRAME_BYTES};`],
    ['a time without a frame', `${time(0)} ${time(512)} print "x" x ${FRAME_BYTES};`],
    ['times without end', `while (1) { ${time(0)} }`],
    [
      'times that only look like one',
      `print STDERR "  title : [Parsed_metadata_3 @ 0x5] frame:0 pts:0 \\n"; print "x" x ${FRAME_BYTES};`,
    ],
    ['failure after a whole frame', `${time(0)} print "x" x ${FRAME_BYTES}; exit 3;`],
  ])('SEC-11: %s is E_MEDIA_DECODE', async (_, script) => {
    speak(script);
    expect(await outcome(framesOf({ wallMs: 20_000 }))).toBe('E_MEDIA_DECODE');
  });

  it('SEC-11: a frame that never ends, and noise, are ended in time and answered meanwhile', async () => {
    speak('print STDERR "x\\n" x 4096 while 1;');
    let beats = 0;
    const clock = setInterval(() => {
      beats += 1;
    }, 10);
    try {
      expect(await outcome(framesOf({ wallMs: 2_000 }))).toBe('E_MEDIA_LIMIT');
    } finally {
      clearInterval(clock);
    }
    expect(beats).toBeGreaterThan(5);
  });

  it('SEC-11: a time that is no number is none', async () => {
    speak(`${time('9'.repeat(400))} print "x" x ${FRAME_BYTES};`);
    expect(await framesOf()).toMatchObject([{ pts: Number.NaN }]);
  });

  it('SEC-11: another frame than the one that was asked for is not shown', async () => {
    speak(`${time(0)} print "x" x ${FRAME_BYTES};`);
    const ordered = { ...order, timeBase: { num: 1, den: 12_800 }, frame: 5, ownPts: 2048, addressing: 'pts' } as const;
    expect(await outcome(pictureAt(ordered))).toBe('E_MEDIA_DECODE');
  });

  it('SEC-11: who dies by the filter has said nothing that is believed', async () => {
    speak(`${time(0)} print "x" x ${FRAME_BYTES}; socket(S, 2, 1, 0);`);
    expect(await outcome(framesOf())).toBe('E_MEDIA_BREAKOUT');
  });
});

describe('a decoder that breaks out when it has given all that was wanted', () => {
  const afterwards = `${time(0)} print "x" x ${FRAME_BYTES}; close(STDOUT); select(undef, undef, undef, 0.05); socket(S, 2, 1, 0);`;

  it('SEC-11: is seen by a reader that leaves with its last frame', async () => {
    speak(`$| = 1; ${afterwards}`);
    const left = async () => {
      for await (const _ of decodeFrames(order).frames) break;
    };
    expect(await outcome(left())).toBe('E_MEDIA_BREAKOUT');
  });

  it('SEC-11: ends the analysis of its footage, whose frames are all there', async () => {
    // It is read from a key frame on, and leaves with the first frame.
    const keys = media.file('keys.mp4');
    ffmpeg(...countingFilm(1), '-c:v', 'libx264', '-threads', '1', '-g', '5', '-bf', '0', keys);
    const source = { file: keys, timeline: await timelineOf(keys, 'mov'), widthPx: 4, heightPx: 4 };
    const list = await readPacketList({ timeline: source.timeline }, keys);
    const wanted = frameRef(list, 12);
    speak(`$| = 1; ${afterwards.replace(`x ${FRAME_BYTES}`, 'x 24').replace('pts:0 ', `pts:${wanted.pts} `)}`);
    const decoding = decodePlan({ frames: [wanted] }, { ...source, packets: list });
    expect(await outcome(Array.fromAsync(decoding.frames))).toBe('E_MEDIA_BREAKOUT');
  });

  it('leaves others unharmed: one that does not come to its end is ended', async () => {
    speak(`$| = 1; ${time(0)} print "x" x ${FRAME_BYTES}; sleep 60;`);
    const started = performance.now();
    for await (const { pts } of decodeFrames(order).frames) {
      expect(pts).toBe(0);
      break;
    }
    expect(performance.now() - started).toBeLessThan(30_000);
  });
});

describe('where no jail can be made', () => {
  it('SEC-11, SEC-06: nothing is decoded, and it is said how to allow it', () => {
    // A machine without user namespaces, as a container of Docker's default is: made by bubblewrap around this very Node.
    const program = `
      import { startJailed } from '${import.meta.dirname}/../../gateway/jail.ts';
      import { probeEgress } from '${import.meta.dirname}/../../gateway/compliance/egress-probe.ts';
      const run = startJailed({ tool: 'ffmpeg', arguments: ['-version'] });
      let bytes = 0;
      run.stdout.on('data', (part) => { bytes += part.length; }).on('error', () => {});
      const codes = [];
      for (const work of [() => run.done, probeEgress]) await work().catch((error) => codes.push(error.code, error.message));
      console.log(JSON.stringify({ bytes, codes }));`;
    writeFileSync(media.file('program.mjs'), program);
    const outer = ['--unshare-user', '--disable-userns', '--dev-bind', '/', '/', '--', process.execPath];
    const { stdout, stderr } = spawnSync('bwrap', [...outer, media.file('program.mjs')]);
    expect(stderr.toString()).not.toContain('Error');
    const { bytes, codes } = JSON.parse(stdout.toString());
    expect(bytes).toBe(0);
    expect(codes).toEqual([
      'E_MEDIA_JAIL',
      expect.stringContaining('user namespaces'),
      'E_MEDIA_JAIL',
      expect.stringContaining('user namespaces'),
    ]);
  });
});
