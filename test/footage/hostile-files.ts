import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { ffmpeg } from './support.ts';

// Files that nobody should deposit, made here: each under the name of a film.

export interface HostileFile {
  readonly id: string;
  readonly what: string;
  readonly file: string;
  /** Code, or `whole` or `partial`, when it was not declared damaged. */
  readonly expected: RegExp;
}

export function box(type: string, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + content.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, content]);
}

function riff(type: string, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}

const list = (type: string, ...contents: readonly Buffer[]): Buffer => riff('LIST', Buffer.from(type), ...contents);

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value >>> 0, index * 4);
  return bytes;
}

const URL = 'http://127.0.0.1:9/a.ts';

/** Playlists and indirections that ffmpeg would follow: all of them text that names something else. */
const TEXTS: Readonly<Record<string, string>> = {
  'an HLS playlist': `#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n${URL}\n#EXT-X-ENDLIST\n`,
  'an HLS playlist behind a byte order mark': `\ufeff#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n`,
  'an HLS playlist of byte ranges': '#EXTM3U\n#EXT-X-BYTERANGE:100@0\n#EXTINF:1,\nconcat:/etc/passwd|/etc/hosts\n',
  'an HLS playlist with a key elsewhere': `#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="${URL}"\n#EXTINF:1,\na.ts\n`,
  'a DASH manifest': `<?xml version="1.0"?><MPD><BaseURL>${URL}</BaseURL></MPD>`,
  'a concat script': "ffconcat version 1.0\nfile '/etc/passwd'\n",
  'a concat address': 'concat:/etc/passwd|/etc/hosts',
  'a subfile address': 'subfile,,start,0,end,100,,:/etc/passwd',
  'a data address': 'data:video/mp4;base64,AAAAIGZ0eXBpc29t',
  'a session description': 'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n',
  'a SMIL presentation': `<smil><body><video src="${URL}"/></body></smil>`,
  'an ASX list': `<asx version="3.0"><entry><ref href="${URL}"/></entry></asx>`,
  'an XSPF list': `<playlist><trackList><track><location>${URL}</location></track></trackList></playlist>`,
  'a RealMedia reference': 'rtsp://192.0.2.1/stream1\n',
  'an AviSynth script': 'AVISource("/etc/passwd")\n',
  'a filter graph': 'movie=/etc/passwd,format=rgb24\n',
  'an image sequence': '/var/lib/differe/vault/%d.jpg\n',
  'subtitles that name a file': '1\n00:00:00,000 --> 00:00:02,000\n<img src="file:///etc/passwd">\n',
};

/** AVI whose subtitles are a playlist (GAB2): ffmpeg looked into them with whatever demuxer fitted. */
function aviWithPlaylist(jpeg: Buffer, width = 64, height = 48): Buffer {
  const playlist = Buffer.from(TEXTS['an HLS playlist'] ?? '');
  const name = Buffer.from('a\0', 'utf16le');
  const gab2 = Buffer.concat([
    Buffer.from('GAB2\0\x02\0', 'latin1'),
    words(name.length),
    name,
    Buffer.from([4, 0]),
    words(playlist.length),
    playlist,
  ]);
  const header = (type: string, handler: string, rate: number): Buffer =>
    riff(
      'strh',
      Buffer.from(type),
      Buffer.from(handler, 'latin1'),
      words(0, 0, 0, 1, rate, 0, 10, 100_000, 0xffff_ffff, 0, 0, 0),
    );
  const bitmap = riff(
    'strf',
    words(40, width, height, 1 | (24 << 16)),
    Buffer.from('MJPG'),
    words(width * height * 3, 0, 0, 0, 0),
  );
  const hdrl = list(
    'hdrl',
    riff('avih', words(40_000, 0, 0, 0x10, 10, 0, 2, 100_000, width, height, 0, 0, 0, 0)),
    list('strl', header('vids', 'MJPG', 25), bitmap),
    list('strl', header('txts', '\0\0\0\0', 25), riff('strf')),
  );
  const frames = Array.from({ length: 10 }, () => riff('00dc', jpeg));
  const movi = list('movi', riff('01tx', gab2), ...frames);
  return riff('RIFF', Buffer.from('AVI '), hdrl, movi);
}

/** The size that the JPEG itself claims, whatever the container does. */
function resized(jpeg: Buffer, side: number): Buffer {
  const bomb = Buffer.from(jpeg);
  const frame = bomb.indexOf(Buffer.from('ffc0', 'hex'));
  bomb.writeUInt16BE(side, frame + 5);
  bomb.writeUInt16BE(side, frame + 7);
  return bomb;
}

/** Transport stream whose packets carry a playlist. */
function transportOfPlaylist(): Buffer {
  const text = Buffer.from((TEXTS['an HLS playlist'] ?? '').repeat(200));
  const packets: Buffer[] = [];
  for (let at = 0; at + 184 <= text.length; at += 184)
    packets.push(Buffer.from([0x47, 0x41, 0, 0x10 | (packets.length % 16)]), text.subarray(at, at + 184));
  return Buffer.concat(packets);
}

/** A movie box that unpacks into far more than itself. */
function packedMovie(): Buffer {
  const unpacked = Buffer.alloc(64 * 1024 ** 2);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(0xffff_fff0);
  const packed = box('cmov', box('dcom', Buffer.from('zlib')), box('cmvd', size, deflateSync(unpacked)));
  return Buffer.concat([
    box('ftyp', Buffer.from('qt  \0\0\0\0qt  ')),
    box('moov', packed),
    box('mdat', Buffer.alloc(64)),
  ]);
}

const replaced = (film: Buffer, from: string, change: (copy: Buffer, at: number) => void): Buffer => {
  const copy = Buffer.from(film);
  const at = copy.indexOf(from);
  if (at < 0) throw new Error(`no ${from}`);
  change(copy, at);
  return copy;
};

const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-threads', '1', '-g', '10'];
const PICTURE = ['-f', 'lavfi', '-i', 'testsrc2=s=64x48:r=25:d=1'];

/** Films of a second, one of each accepted container and codec. */
export const FILMS: Readonly<Record<string, readonly string[]>> = {
  'h264.mp4': X264,
  'front.mp4': [...X264, '-movflags', '+faststart'],
  'pieces.mp4': [...X264, '-movflags', 'frag_keyframe+empty_moov'],
  'hevc.mp4': ['-c:v', 'libx265', '-x265-params', 'log-level=none:pools=1'],
  'h264.mkv': X264,
  'mpeg4.avi': ['-c:v', 'mpeg4'],
  'mjpeg.avi': ['-c:v', 'mjpeg'],
  'h264.ts': X264,
  'mpeg2.mpg': ['-c:v', 'mpeg2video'],
  'mpeg4.asf': ['-c:v', 'mpeg4'],
  'mpeg1.m1v': ['-c:v', 'mpeg1video'],
  'raw.h264': X264,
  'raw.hevc': ['-c:v', 'libx265', '-x265-params', 'log-level=none:pools=1'],
};

export function makeFilms(folder: string): Readonly<Record<string, Buffer>> {
  return Object.fromEntries(
    Object.entries(FILMS).map(([name, options]) => {
      const file = path.join(folder, name);
      ffmpeg(...PICTURE, ...options, file);
      return [name, readFileSync(file)];
    }),
  );
}

/** Names that a program could take for something else than a name; none of them is ever one of its arguments. */
const NAMES = [
  '-i.mp4',
  '-protocol_whitelist file,http -i.mp4',
  '--help',
  'pipe:0',
  'concat:a|b.mp4',
  'http:127.0.0.1:9.mp4',
  '%05d.mp4',
  '$(reboot).mp4',
  '`reboot`;reboot|reboot.mp4',
  'a\nb\u202e.mp4',
  `${'x'.repeat(250)}.mp4`,
];

const REFUSED = /^E_DEF_(CONTAINER|SOURCE|PICTURE|UNSTABLE|NOT_EXHIBIT|CODEC)$/;

/** Writes all of it, and says what each is. */
export function writeHostileFiles(folder: string, films: Readonly<Record<string, Buffer>>): readonly HostileFile[] {
  const all: HostileFile[] = [];
  const put = (id: string, what: string, content: Buffer | string, expected: RegExp, name?: string): void => {
    const file = path.join(folder, name ?? `${all.length}.mp4`);
    writeFileSync(file, content);
    all.push({ id, what, file, expected });
  };
  const film = (name: string): Buffer => films[name] as Buffer;
  for (const [what, content] of Object.entries(TEXTS)) put('DEF-06', what, content, /^E_DEF_CONTAINER$/);

  const still = path.join(folder, 'still.jpg');
  ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=64x48:d=1', '-frames:v', '1', still);
  const jpeg = readFileSync(still);
  put('DEF-06', 'an AVI whose subtitles are a playlist', aviWithPlaylist(jpeg), /^whole$/);
  put('DEF-06', 'a transport stream of playlists', transportOfPlaylist(), REFUSED);
  const subtitles = path.join(folder, 'names.srt');
  writeFileSync(subtitles, TEXTS['subtitles that name a file'] ?? '');
  const within = path.join(folder, 'within');
  for (const [format, codec] of [
    ['matroska', 'srt'],
    ['matroska', 'ass'],
    ['mp4', 'mov_text'],
  ] as const) {
    ffmpeg(...PICTURE, '-i', subtitles, '-map', '0', '-map', '1', ...X264, '-c:s', codec, '-f', format, within);
    put('DEF-05', `subtitles in ${format} (${codec}) that name a file`, readFileSync(within), /^whole$/);
  }
  ffmpeg(
    ...PICTURE,
    ...X264,
    '-attach',
    subtitles,
    '-metadata:s:t',
    'filename=../../../etc/cron.d/x',
    '-metadata:s:t',
    'mimetype=text/plain',
    '-f',
    'matroska',
    within,
  );
  put('DEF-05', 'an attachment named like a file of the machine', readFileSync(within), /^whole$/);
  put(
    'DEF-05',
    'a data reference to another file',
    replaced(film('h264.mp4'), 'url ', (copy, at) => copy.writeUInt32BE(0, at + 4)),
    /^E_DEF_SOURCE$/,
  );
  put(
    'DEF-05',
    'a data reference by alias',
    replaced(film('h264.mp4'), 'url ', (copy, at) => {
      copy.write('alis', at);
      copy.writeUInt32BE(0, at + 4);
    }),
    /^E_DEF_SOURCE$/,
  );
  put(
    'DEF-05',
    'a reference movie',
    Buffer.concat([
      box('ftyp', Buffer.from('qt  \0\0\0\0qt  ')),
      box('moov', box('rmra', box('rmda', box('rdrf', Buffer.from(`\0\0\0\0url ${URL}`))))),
    ]),
    /^E_DEF_SOURCE$/,
  );

  put(
    'SEC-11',
    'an AVI of 100,000 x 100,000',
    replaced(film('mpeg4.avi'), 'strf', (copy, at) => {
      copy.writeUInt32LE(100_000, at + 12);
      copy.writeUInt32LE(100_000, at + 16);
    }),
    /^E_DEF_PICTURE$/,
  );
  put('SEC-11', 'a JPEG of 65,500 x 65,500 in an AVI of 64 x 48', aviWithPlaylist(resized(jpeg, 65_500)), /^partial$/);
  put(
    'SEC-11',
    'a million streams in MP4',
    Buffer.concat([
      box('ftyp', Buffer.from('isom\0\0\0\0isom')),
      box('moov', Buffer.alloc(8_000_000, box('trak'))),
      box('mdat', Buffer.alloc(64)),
    ]),
    /^E_MEDIA_LIMIT$/,
  );
  put(
    'SEC-11',
    'a hundred thousand streams in AVI',
    riff(
      'RIFF',
      Buffer.from('AVI '),
      list(
        'hdrl',
        riff('avih', words(40_000, 0, 0, 0x10, 10, 0, 100_000, 0, 64, 48, 0, 0, 0, 0)),
        Buffer.alloc(100_000 * 12, list('strl')),
      ),
      list('movi', Buffer.alloc(64)),
    ),
    REFUSED,
  );
  put(
    'SEC-11',
    'a duration without end in MP4',
    replaced(film('h264.mp4'), 'mdhd', (copy, at) => copy.writeUInt32BE(0xffff_ffff, at + 20)),
    /^whole$/,
  );
  put(
    'SEC-11',
    'frames that are an age apart',
    replaced(film('h264.mp4'), 'stts', (copy, at) => {
      copy.writeUInt32BE(0x7fff_ffff, at + 16);
    }),
    /^partial$/,
  );
  put(
    'SEC-11',
    'a clock of one tick an age',
    replaced(film('h264.mp4'), 'mdhd', (copy, at) => copy.writeUInt32BE(0, at + 16)),
    /^E_DEF_UNSTABLE$/,
  );
  put('SEC-11', 'a movie box that unpacks into gigabytes', packedMovie(), REFUSED);
  for (const name of NAMES)
    put('DEF-05', `the name ${JSON.stringify(name).slice(0, 40)}`, film('h264.mp4'), /^whole$/, name);
  return all;
}

/** A copy with bytes turned, by a seed: some in its first 600 bytes, where headers are, and some anywhere. */
export function torn(whole: Buffer, seed: number): Buffer {
  let state = seed >>> 0;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  random(1);
  const copy = Buffer.from(whole);
  for (let hit = 0; hit < 1 + (seed % 4); hit++) {
    const at = random(Math.min(600, copy.length));
    copy.writeUInt8(copy.readUInt8(at) ^ (1 << random(8)), at);
  }
  for (let hit = 0; hit < 4 * (seed % 8); hit++) {
    const at = random(copy.length);
    copy.writeUInt8(copy.readUInt8(at) ^ (1 << random(8)), at);
  }
  return seed % 3 === 0 ? copy.subarray(0, 1 + random(copy.length)) : copy;
}
