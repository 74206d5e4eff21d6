import type { Readable } from 'node:stream';
import ffmpeg, { type FfmpegCommand } from 'fluent-ffmpeg';
import { AppError } from './errors.ts';
import { DEFAULT_LIMITS, EXHIBIT, type JailLimits, startJailed } from './jail.ts';

export { startJailed } from './jail.ts';

// The only caller of ffmpeg and ffprobe. fluent-ffmpeg composes the argument list and nothing else; the list is recorded with every
// result. Boxes are in coded picture coordinates: a rotation that the container asks for is told by `probe` and never applied.

/** Demuxers that are ever forced: CONTAINERS of footage/types.ts. */
export const DEMUXERS = ['mov', 'matroska', 'avi', 'mpegts', 'mpeg', 'mpegvideo', 'asf', 'h264', 'hevc'] as const;
export type Demuxer = (typeof DEMUXERS)[number];

/** Decoders that are ever opened: CODECS of footage/types.ts. */
export const DECODERS = ['h264', 'hevc', 'mpeg4', 'mpeg1video', 'mpeg2video', 'mjpeg'] as const;
export type Decoder = (typeof DECODERS)[number];

/** The largest picture that is decoded, 8192 x 4320; more is refused by the decoder before it allocates. */
export const MAX_PIXELS = 8192 * 4320;

/** Video of the file without attached pictures (cover art): `V`, not `v`. The same stream for probe, packets and decode. */
const STREAM = 'V:0';

/** Argument list of one ffmpeg call as fluent-ffmpeg composes it. Options are given one word an item. */
export function composeArguments(build: (command: FfmpegCommand) => void): string[] {
  const command = ffmpeg();
  build(command);
  return command._getArguments();
}

/** What stands before every `-i` of ffmpeg: allow-lists, no file that the file names, bounded pictures, the demuxer forced. */
export function inputOptions(demuxer: Demuxer, decoders: readonly Decoder[] = DECODERS): string[] {
  return guarded(demuxer, ['-codec_whitelist', decoders.join(',')]);
}

// ffprobe opens a decoder for every stream before it looks at one, and gives up when it may not: its list holds for video alone. It
// decodes no packet of sound; recognising a stream may, inside the jail, and nothing of it comes out.
const probeInputOptions = (demuxer: Demuxer): string[] => guarded(demuxer, ['-codec_whitelist:v', DECODERS.join(',')]);

const guarded = (demuxer: Demuxer, codecs: readonly string[]): string[] => [
  ...['-protocol_whitelist', 'file', '-format_whitelist', demuxer, ...codecs, '-max_pixels', String(MAX_PIXELS)],
  ...(demuxer === 'mov' ? ['-enable_drefs', '0', '-use_absolute_path', '0'] : []),
  ...['-f', demuxer],
];

export interface MediaFile {
  readonly path: string;
  readonly demuxer: Demuxer;
}

export interface Rational {
  readonly num: number;
  readonly den: number;
}

/** What the container says of its first video stream; nothing here is believed before the packet pass. */
export interface ProbeFacts {
  /** Name of the codec as ffmpeg knows it; may be one that is not accepted. */
  readonly codec?: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Seconds per tick. */
  readonly timeBase: Rational;
  readonly nominalFps?: number;
  /** creation_time, milliseconds since the epoch; absent when missing, 0, 1904 or 1970. */
  readonly containerTimeMs?: number;
  readonly formatDurationSeconds?: number;
  readonly frameCountClaim?: number;
  readonly videoStreams: number;
  /** Degrees that a player would turn the picture; never applied here. */
  readonly rotationDegrees?: number;
}

const NOT_ALLOWED = /Codec \((\w+)\) not on whitelist/;

/** Argument list of `probe`. */
export const probeArguments = (demuxer: Demuxer): string[] => [
  ...['-hide_banner', '-loglevel', 'error', ...probeInputOptions(demuxer), '-select_streams', 'V'],
  '-show_entries',
  [
    'stream=codec_name,width,height,time_base,avg_frame_rate,r_frame_rate,nb_frames',
    'stream_tags=creation_time,rotate',
    'stream_side_data=rotation',
    'format=duration',
    'format_tags=creation_time',
  ].join(':'),
  ...['-print_format', 'json', '-i', EXHIBIT],
];

/**
 * Reads the container's claims without decoding the file. E_MEDIA_DECODE when it is not what the demuxer reads or has no video,
 * E_DEF_CODEC when its video needs a decoder that is not on the list.
 */
export async function probe(file: MediaFile, signal?: AbortSignal): Promise<ProbeFacts> {
  let refusedCodec: string | undefined;
  const run = startJailed({
    tool: 'ffprobe',
    arguments: probeArguments(file.demuxer),
    inputPath: file.path,
    limits: { wallMs: 120_000, cpuSeconds: 60, stdoutBytes: 1_048_576 },
    signal,
    onStderrLine: (line) => {
      refusedCodec ??= NOT_ALLOWED.exec(line)?.[1];
    },
  });
  const text = await textOf(run.stdout, run.done).catch((cause: unknown) => {
    throw refusedCodec === undefined ? cause : new AppError('E_DEF_CODEC', { cause, detail: refusedCodec });
  });
  const { streams, format } = parseProbe(text);
  const first = streams[0];
  if (first === undefined) throw new AppError('E_MEDIA_DECODE', { detail: 'no video stream' });
  const timeBase = rational(first.time_base);
  if (timeBase === undefined) throw new AppError('E_MEDIA_DECODE', { detail: 'no time base' });
  const fps = rational(first.avg_frame_rate) ?? rational(first.r_frame_rate);
  const rotation = numberOf(first.side_data_list?.[0]?.rotation ?? first.tags?.rotate);
  const createdMs = creationTime(format?.tags?.creation_time ?? first.tags?.creation_time);
  return {
    ...given('codec', textOrNothing(first.codec_name)),
    widthPx: numberOf(first.width) ?? 0,
    heightPx: numberOf(first.height) ?? 0,
    timeBase,
    ...given('nominalFps', fps === undefined ? undefined : fps.num / fps.den),
    ...given('containerTimeMs', createdMs),
    ...given('formatDurationSeconds', numberOf(format?.duration)),
    ...given('frameCountClaim', numberOf(first.nb_frames)),
    videoStreams: streams.length,
    ...given('rotationDegrees', rotation),
  };
}

/** A packet of the first video stream, in file order. Times in ticks of the stream's time base; absent means that the file has none. */
export interface MediaPacket {
  readonly pts?: number;
  readonly dts?: number;
  readonly durationTicks?: number;
  readonly sizeBytes: number;
  readonly key: boolean;
  /** The demuxer marked it as damaged. */
  readonly corrupt: boolean;
  /** An edit list says to decode it and not to show it. */
  readonly discard: boolean;
}

/** Argument list of `packets`. */
export const packetArguments = (demuxer: Demuxer): string[] => [
  ...['-hide_banner', '-loglevel', 'repeat+error', ...probeInputOptions(demuxer), '-select_streams', STREAM],
  ...['-show_entries', 'packet=pts,dts,duration,size,flags', '-print_format', 'csv=print_section=0', '-i', EXHIBIT],
];

/**
 * Every packet of the first video stream, as the demuxer gives it, without decoding. `onComplaint` is told each thing that ffprobe
 * found wrong (bounded lines); a truncated or damaged file shows there and not in the exit code.
 */
export async function* packets(
  file: MediaFile & { readonly onComplaint?: (line: string) => void },
  signal?: AbortSignal,
): AsyncGenerator<MediaPacket> {
  const run = startJailed({
    tool: 'ffprobe',
    arguments: packetArguments(file.demuxer),
    inputPath: file.path,
    signal,
    onStderrLine: (line) => {
      if (line.trim() !== '') file.onComplaint?.(line);
    },
  });
  try {
    for await (const line of linesOf(run.stdout)) {
      const packet = parsePacket(line);
      if (packet !== undefined) yield packet;
    }
    await run.done;
  } finally {
    run.stop();
  }
}

/** One line of ffprobe's csv: pts,dts,duration,size,flags. */
export function parsePacket(line: string): MediaPacket | undefined {
  const [pts, dts, duration, size, flags] = line.split(',');
  const sizeBytes = numberOf(size);
  if (sizeBytes === undefined || flags === undefined) return undefined;
  return {
    ...given('pts', numberOf(pts)),
    ...given('dts', numberOf(dts)),
    ...given('durationTicks', positive(numberOf(duration))),
    sizeBytes,
    key: flags.startsWith('K'),
    corrupt: flags.includes('C'),
    discard: flags.includes('D'),
  };
}

export interface DecodeOrder extends MediaFile {
  readonly decoder: Decoder;
  /** Where reading starts, seconds on the file's own clock; the demuxer goes to a point at or before it, or may miss it. */
  readonly seekSeconds?: number;
  /** Ticks; decoding ends at the first frame at or after it. */
  readonly untilPts?: number;
  /** Frame count from the first decoded frame; decoding ends after so many. For files without times. */
  readonly untilFrame?: number;
  /** Size of the frames that come out. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** Expression of ffmpeg's `select` over `pts` (ticks) or `n` (from 0): which frames come out. All when absent. */
  readonly selectExpression?: string;
  readonly pixelFormat: 'rgb24';
  readonly limits?: Partial<JailLimits>;
}

/** One frame that came out, RGB24 rows without padding. */
export interface RawFrame {
  /** Ticks of the stream's time base; NaN when the decoder had none (raw streams). */
  readonly pts: number;
  readonly bytes: Uint8Array;
}

/** Argument list of `decodeFrames`. */
export function decodeArguments(order: DecodeOrder): string[] {
  const trim = [
    ...(order.untilPts === undefined ? [] : [`end_pts=${order.untilPts}`]),
    ...(order.untilFrame === undefined ? [] : [`end_frame=${order.untilFrame}`]),
  ];
  const filters = [
    ...(trim.length === 0 ? [] : [`trim=${trim.join(':')}`]),
    ...(order.selectExpression === undefined ? [] : [`select='${order.selectExpression}'`]),
    'showinfo=checksum=0',
    // Area averaging is the only filter of swscale that neither rings nor skips pixels when it shrinks.
    `scale=${order.widthPx}:${order.heightPx}:flags=area+accurate_rnd+full_chroma_int+bitexact`,
    `format=${order.pixelFormat}`,
  ];
  return composeArguments((command) => {
    command
      .input(EXHIBIT)
      .inputOptions([
        ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'repeat+info', '-copyts'],
        // What does not decode is missing from the frames, and the ledger says so; it is no reason to stop.
        ...['-max_error_rate', '1'],
        ...inputOptions(order.demuxer, [order.decoder]),
        // -noaccurate_seek: our own selection by PTS decides, not a second one that rounds to microseconds.
        ...(order.seekSeconds === undefined
          ? []
          : ['-noaccurate_seek', '-seek_timestamp', '1', '-ss', order.seekSeconds.toFixed(6)]),
        ...['-noautorotate', '-bitexact', '-threads', '1', '-an', '-sn', '-dn', '-c:v', order.decoder],
      ])
      .outputOptions([
        ...['-map', `0:${STREAM}`, '-an', '-sn', '-dn', '-fps_mode', 'passthrough', '-bitexact'],
        ...['-vf', filters.join(','), '-c:v', 'rawvideo', '-f', 'rawvideo'],
      ])
      .output('pipe:1');
  });
}

/**
 * Decodes chosen frames. Memory stays bounded: a slow reader holds ffmpeg back. Leaving the loop early ends ffmpeg without error.
 * Each frame carries the PTS that ffmpeg's `showinfo` printed for it, paired in order.
 */
export function decodeFrames(
  order: DecodeOrder,
  signal?: AbortSignal,
): { readonly frames: AsyncGenerator<RawFrame>; readonly arguments: readonly string[] } {
  const list = decodeArguments(order);
  return { frames: readFrames(order, list, signal), arguments: list };
}

async function* readFrames(
  order: DecodeOrder,
  list: readonly string[],
  signal: AbortSignal | undefined,
): AsyncGenerator<RawFrame> {
  const times: number[] = [];
  let wake: (() => void) | undefined;
  const run = startJailed({
    tool: 'ffmpeg',
    arguments: list,
    inputPath: order.path,
    signal,
    ...given('limits', order.limits),
    onStderrLine: (line) => {
      const match = SHOWINFO.exec(line);
      if (match === null) return;
      times.push(match[1] === 'NOPTS' ? Number.NaN : Number(match[1]));
      wake?.();
    },
  });
  const ended = run.done.then(
    () => wake?.(),
    () => wake?.(),
  );
  let over = false;
  void ended.then(() => {
    over = true;
  });
  const nextTime = async (): Promise<number> => {
    while (times.length === 0) {
      if (over) throw new AppError('E_MEDIA_DECODE', { detail: 'a frame came without its time' });
      await Promise.race([new Promise<void>((resolve) => (wake = resolve)), ended]);
    }
    return times.shift() ?? Number.NaN;
  };
  try {
    for await (const bytes of framesOf(run.stdout, order.widthPx * order.heightPx * 3)) {
      yield { pts: await nextTime(), bytes };
    }
    await run.done;
  } catch (error) {
    // The reason of the jail's end says more than the broken pipe that it left.
    await run.done;
    throw error;
  } finally {
    run.stop();
  }
}

// Anchored, so that a title or comment inside the file, which ffmpeg prints indented, cannot pass for a time.
const SHOWINFO = /^\[Parsed_showinfo_\d+ @ 0x[0-9a-f]+\] n: *\d+ pts: *(-?\d+|NOPTS) /;

/** Picture at the file's full size. */
export interface Picture {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rgb: Uint8Array;
  readonly pts: number;
  readonly arguments: readonly string[];
}

export interface PictureOrder extends MediaFile {
  readonly decoder: Decoder;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly timeBase: Rational;
  readonly basis: 'pts' | 'dts' | 'frame-index';
  readonly pts: number;
  /** Number of the frame from 1 in presentation order; needed where the basis is not `pts`. */
  readonly frame?: number;
  /** PTS of a key frame at or before, where the caller knows it; otherwise it is looked up. */
  readonly keyPts?: number;
}

/**
 * Exactly the frame with that PTS, or with that number where times do not come from PTS or contradict each other. E_MEDIA_DECODE when
 * it does not decode.
 */
export async function pictureAt(order: PictureOrder, signal?: AbortSignal): Promise<Picture> {
  const { path, demuxer, decoder, widthPx, heightPx, frame, pts, timeBase } = order;
  const base = { path, demuxer, decoder, widthPx, heightPx, pixelFormat: 'rgb24' } as const;
  const byPts = { ...base, untilPts: pts + 1, selectExpression: `eq(pts,${pts})` };
  const way = await addressOf(order, signal);
  let found: Found;
  if (way.by === 'pts') {
    const seekSeconds = way.keyPts === undefined ? undefined : seekTarget(way.keyPts, timeBase);
    if (seekSeconds !== undefined) found = await firstFrame({ ...byPts, seekSeconds }, signal);
    found ??= await firstFrame(byPts, signal);
  } else if (frame !== undefined) {
    found = await firstFrame({ ...base, untilFrame: frame, selectExpression: `eq(n,${frame - 1})` }, signal);
  }
  if (found === undefined) throw new AppError('E_MEDIA_DECODE', { detail: 'the frame did not decode' });
  return { widthPx, heightPx, pts, ...found };
}

type Found = { readonly rgb: Uint8Array; readonly arguments: readonly string[] } | undefined;
type Address = { readonly by: 'number' } | { readonly by: 'pts'; readonly keyPts: number | undefined };

async function firstFrame(order: DecodeOrder, signal?: AbortSignal): Promise<Found> {
  const { frames, arguments: list } = decodeFrames(order, signal);
  for await (const frame of frames) return { rgb: frame.bytes, arguments: list };
  return undefined;
}

/** A step back in file order beyond this is a clock that restarts or wraps, not reordered frames. */
export const REORDER_SECONDS = 5;

/**
 * How to find the frame: by PTS, with the last key frame at or before it (seeking alone may land inside a group of pictures and show
 * debris), unless the packets lack times or run through them twice.
 */
async function addressOf(order: PictureOrder, signal?: AbortSignal): Promise<Address> {
  if (order.basis !== 'pts') return { by: 'number' };
  if (order.keyPts !== undefined) return { by: 'pts', keyPts: order.keyPts };
  const reorderTicks = (REORDER_SECONDS * order.timeBase.den) / order.timeBase.num;
  // Streams without an index are searched by time: a second run of the same times anywhere in the file could be hit.
  const indexed = order.demuxer === 'mov' || order.demuxer === 'matroska' || order.demuxer === 'avi';
  let keyPts: number | undefined;
  let highest = Number.NEGATIVE_INFINITY;
  for await (const packet of packets(order, signal)) {
    if (packet.pts === undefined || packet.pts < highest - reorderTicks) return { by: 'number' };
    highest = Math.max(highest, packet.pts);
    if (packet.key && packet.pts <= order.pts) keyPts = Math.max(keyPts ?? packet.pts, packet.pts);
    if (indexed && packet.pts > order.pts + reorderTicks) break;
  }
  return { by: 'pts', keyPts };
}

const SEEK_MARGIN_SECONDS = 0.5;

/**
 * Where to seek so that a key frame is read whole: a little before it, because streams without an index are searched by DTS, which
 * stands before the PTS. Undefined when that is before the file's own zero: reading then starts at the start.
 */
export function seekTarget(keyPts: number, timeBase: Rational): number | undefined {
  const seconds = (keyPts * timeBase.num) / timeBase.den - SEEK_MARGIN_SECONDS;
  return seconds > 0 ? seconds : undefined;
}

/** The version line of the installed ffmpeg, such as `5.1.9-0+deb12u1`. */
export async function ffmpegVersion(): Promise<string> {
  const run = startJailed({
    tool: 'ffmpeg',
    arguments: ['-version'],
    limits: { wallMs: 30_000, cpuSeconds: 10, stdoutBytes: 65_536, memoryBytes: DEFAULT_LIMITS.memoryBytes },
  });
  const text = await textOf(run.stdout, run.done);
  const version = /^ffmpeg version (\S+)/.exec(text)?.[1];
  if (version === undefined) throw new AppError('E_MEDIA_JAIL', { detail: 'ffmpeg does not tell its version' });
  return version;
}

async function textOf(readable: Readable, done: Promise<void>): Promise<string> {
  const parts: Buffer[] = [];
  try {
    for await (const part of readable) parts.push(part);
  } catch (error) {
    await done;
    throw error;
  }
  await done;
  return Buffer.concat(parts).toString('utf8');
}

async function* linesOf(readable: Readable): AsyncGenerator<string> {
  let rest = '';
  readable.setEncoding('latin1');
  for await (const text of readable) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

async function* framesOf(readable: Readable, frameBytes: number): AsyncGenerator<Uint8Array> {
  let frame = new Uint8Array(frameBytes);
  let filled = 0;
  for await (const part of readable as AsyncIterable<Uint8Array>) {
    let from = 0;
    while (from < part.length) {
      const taken = Math.min(frameBytes - filled, part.length - from);
      frame.set(part.subarray(from, from + taken), filled);
      from += taken;
      filled += taken;
      if (filled < frameBytes) continue;
      yield frame;
      frame = new Uint8Array(frameBytes);
      filled = 0;
    }
  }
}

interface ProbeStream {
  readonly codec_name?: unknown;
  readonly width?: unknown;
  readonly height?: unknown;
  readonly time_base?: unknown;
  readonly avg_frame_rate?: unknown;
  readonly r_frame_rate?: unknown;
  readonly nb_frames?: unknown;
  readonly tags?: { readonly creation_time?: unknown; readonly rotate?: unknown };
  readonly side_data_list?: readonly { readonly rotation?: unknown }[];
}

interface ProbeOutput {
  readonly streams: readonly ProbeStream[];
  readonly format?: { readonly duration?: unknown; readonly tags?: { readonly creation_time?: unknown } };
}

function parseProbe(text: string): ProbeOutput {
  try {
    const parsed = JSON.parse(text) as Partial<ProbeOutput>;
    return { ...parsed, streams: parsed.streams ?? [] };
  } catch (cause) {
    throw new AppError('E_MEDIA_DECODE', { cause, detail: 'ffprobe did not answer in JSON' });
  }
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || !/^-?\d+(\.\d+)?$/.test(value)) return undefined;
  return Number(value);
}

const positive = (value: number | undefined): number | undefined =>
  value !== undefined && value > 0 ? value : undefined;

const textOrNothing = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== 'unknown' ? value : undefined;

function rational(value: unknown): Rational | undefined {
  const match = typeof value === 'string' ? /^(\d+)\/(\d+)$/.exec(value) : null;
  const num = Number(match?.[1] ?? 0);
  const den = Number(match?.[2] ?? 0);
  return num > 0 && den > 0 ? { num, den } : undefined;
}

// Recorders and exports write 0, 1904 (the epoch of QuickTime) or 1970 when they do not know the time.
function creationTime(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) || new Date(ms).getUTCFullYear() <= 1970 ? undefined : ms;
}

function given<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: V });
}
