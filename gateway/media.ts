import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import ffmpeg, { type FfmpegCommand } from 'fluent-ffmpeg';
import { AppError } from './errors.ts';
import { type FrameSpace, framesOf } from './frame-pipe.ts';
import { DEFAULT_LIMITS, EXHIBIT, type JailLimits, startJailed } from './jail.ts';

export { startJailed } from './jail.ts';

// The only caller of ffmpeg and ffprobe. fluent-ffmpeg composes the argument list and nothing else; the list is recorded with every
// result. Boxes are in coded picture coordinates: a rotation that the container asks for is never applied.

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
  // Behind broken sectors of more than 64 kB it would give up, and say nothing of what follows.
  ...(demuxer === 'mpegts' ? ['-resync_size', String(2 ** 31 - 1)] : []),
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
  /** Frames that the index of the file names. */
  readonly indexedFrames?: number;
  /** creation_time, milliseconds since the epoch; absent when missing, 0, 1904 or 1970. */
  readonly containerTimeMs?: number;
}

const NOT_ALLOWED = /Codec \((\w{1,32})\) not on whitelist/;

/** Argument list of `probe`. */
export const probeArguments = (demuxer: Demuxer): string[] => [
  ...['-hide_banner', '-loglevel', 'error', ...probeInputOptions(demuxer), '-select_streams', 'V'],
  '-show_entries',
  [
    'stream=codec_name,width,height,time_base,avg_frame_rate,r_frame_rate,nb_frames',
    'stream_tags=creation_time',
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
    // How the tool ended says more than what it printed: one that was taken over prints what it likes.
    const failed = cause instanceof AppError && cause.code === 'E_MEDIA_DECODE';
    throw refusedCodec === undefined || !failed ? cause : new AppError('E_DEF_CODEC', { cause, detail: refusedCodec });
  });
  const { streams, format } = parseProbe(text);
  const first = streams[0];
  if (first === undefined || first === null) throw new AppError('E_MEDIA_DECODE', { detail: 'no video stream' });
  const timeBase = rational(first.time_base);
  if (timeBase === undefined) throw new AppError('E_MEDIA_DECODE', { detail: 'no time base' });
  const fps = rational(first.avg_frame_rate) ?? rational(first.r_frame_rate);
  const createdMs = creationTime(format?.tags?.creation_time ?? first.tags?.creation_time);
  return {
    ...given('codec', textOrNothing(first.codec_name)),
    widthPx: positive(integerOf(first.width)) ?? 0,
    heightPx: positive(integerOf(first.height)) ?? 0,
    timeBase,
    ...given('nominalFps', fps === undefined ? undefined : fps.num / fps.den),
    ...given('indexedFrames', positive(integerOf(first.nb_frames))),
    ...given('containerTimeMs', createdMs),
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
  } catch (error) {
    // As in `readFrames`: why the jail ended says more than the broken pipe that it left.
    await run.done;
    throw error;
  } finally {
    run.stop();
  }
}

/** One line of ffprobe's csv: pts,dts,duration,size,flags. */
export function parsePacket(line: string): MediaPacket | undefined {
  const [pts, dts, duration, size, flags] = line.split(',');
  const sizeBytes = integerOf(size);
  if (sizeBytes === undefined || sizeBytes < 0 || flags === undefined) return undefined;
  return {
    ...given('pts', integerOf(pts)),
    ...given('dts', integerOf(dts)),
    ...given('durationTicks', positive(integerOf(duration))),
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
  /**
   * Decodes key frames alone, or leaves out the frames that no other leans on (of H.264, MPEG-1, 2 and 4; others decode all): those do not
   * come out and cost next to nothing, and what comes out is the same to the bit.
   */
  readonly skipped?: Skipped;
  /** Single frames from elsewhere that come out of the same run, because a start of ffmpeg costs more than to decode one of them. */
  readonly singles?: readonly SingleFrame[];
  readonly pixelFormat: PixelFormat;
  readonly limits?: Partial<JailLimits>;
  /** As of JailedRun. */
  readonly isBehind?: boolean;
}

/** RGB rows; or planes of 4:2:0, BT.601 in the range of television whatever the file has, for even sizes: half the bytes and half the work. */
export type PixelFormat = 'rgb24' | 'yuv420p';

const frameBytes = ({ widthPx, heightPx, pixelFormat }: DecodeOrder): number =>
  widthPx * heightPx * (pixelFormat === 'rgb24' ? 3 : 1.5);

/** AVDISCARD_NONKEY and AVDISCARD_NONREF of libavcodec. */
export type Skipped = 'nokey' | 'noref';

/** A frame that is found by its PTS. */
export interface SingleFrame {
  readonly pts: number;
  /** As of DecodeOrder; from the start of the file when absent. */
  readonly seekSeconds: number | undefined;
  readonly skipped?: Skipped;
}

/** One frame that came out, rows or planes without padding. */
export interface RawFrame {
  /** Ticks of the stream's time base; NaN when the decoder had none (raw streams). */
  readonly pts: number;
  readonly bytes: Uint8Array;
  /** Packets that failed to decode between the first frame that came out of the file and this one: its number is wrong by so many. */
  readonly lost: number;
}

/** Argument list of `decodeFrames`: the order itself is input 0 and standard output, each single an input and a pipe of its own. */
export function decodeArguments(order: DecodeOrder): string[] {
  const { singles = [], untilPts, untilFrame, selectExpression } = order;
  const trim = [
    ...(untilPts === undefined ? [] : [`end_pts=${untilPts}`]),
    ...(untilFrame === undefined ? [] : [`end_frame=${untilFrame}`]),
  ];
  const chosen = [
    ...(trim.length === 0 ? [] : [`trim=${trim.join(':')}`]),
    ...(selectExpression === undefined ? [] : [`select='${selectExpression}'`]),
  ];
  return composeArguments((command) => {
    command.input(EXHIBIT).inputOptions([
      ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'repeat+info', '-copyts'],
      // What does not decode is missing from the frames, and the ledger says so; it is no reason to stop.
      ...['-max_error_rate', '1'],
      ...sourceOptions(order, order.seekSeconds, order.skipped),
    ]);
    for (const { seekSeconds, skipped } of singles)
      command.input(EXHIBIT).inputOptions(sourceOptions(order, seekSeconds, skipped));
    command.output('pipe:1').outputOptions(sinkOptions(order, 0, (scaled) => timedFilters(chosen, scaled)));
    for (const [index, { pts }] of singles.entries()) {
      const filters = [`trim=end_pts=${pts + 1}`, `select='eq(pts,${pts})'`];
      command
        .output(`pipe:${FIRST_PIPE + index}`)
        .outputOptions(sinkOptions(order, index + 1, (scaled) => [...filters, ...scaled].join(',')));
    }
  });
}

/**
 * A graph of filters that writes the time of each frame beside it, and a line when the first frame has been decoded: what `readFrameLines`
 * reads. `showinfo` would write both, in 180 pieces a frame of which each wakes the reader; here it sees no frame.
 */
export function timedFilters(before: readonly string[], after: readonly string[]): string {
  // What the file says of a frame goes first: it could hold a line that looks like a time.
  const marked = ['metadata=mode=delete', 'metadata=mode=add:key=t:value=1', 'metadata=mode=print:key=t'];
  const timed = [...before, ...marked, 'split[timed][none]'].join(',');
  return `${timed};[none]select=0,showinfo=checksum=0,nullsink;[timed]${after.join(',')}`;
}

/** Number of the first pipe beside the standard ones. */
const FIRST_PIPE = 3;

function sourceOptions(
  { demuxer, decoder }: DecodeOrder,
  seekSeconds: number | undefined,
  skipped: Skipped | undefined,
): string[] {
  return [
    ...inputOptions(demuxer, [decoder]),
    ...(skipped === undefined ? [] : ['-skip_frame', skipped]),
    ...(skipped === 'nokey' ? ['-skip_loop_filter', 'all'] : []),
    // -noaccurate_seek: our own selection by PTS decides, not a second one that rounds to microseconds.
    ...(seekSeconds === undefined ? [] : ['-noaccurate_seek', '-seek_timestamp', '1', '-ss', seekSeconds.toFixed(6)]),
    // One thread in the filters as well: swscale's slices would otherwise be scaled side by side, and a result must not depend on that.
    ...['-filter_threads', '1', '-noautorotate', '-bitexact', '-threads', '1', '-an', '-sn', '-dn', '-c:v', decoder],
  ];
}

const SCALING = 'area+accurate_rnd+full_chroma_int+bitexact';

function sinkOptions(
  { widthPx, heightPx, pixelFormat }: DecodeOrder,
  input: number,
  graphOf: (scaled: readonly string[]) => string,
): string[] {
  const graph = graphOf([
    // Area averaging is the only filter of swscale that neither rings nor skips pixels when it shrinks.
    `scale=${widthPx}:${heightPx}:flags=${SCALING}`,
    `format=${pixelFormat}`,
    // A second filter, so that another matrix or range is recomputed at the small size; for the others it costs a copy.
    ...(pixelFormat === 'rgb24'
      ? []
      : [`scale=out_color_matrix=bt601:out_range=tv:flags=${SCALING}`, 'format=yuv420p']),
  ]);
  return [
    ...['-map', `${input}:${STREAM}`, '-an', '-sn', '-dn', '-fps_mode', 'passthrough', '-bitexact'],
    ...['-vf', graph, '-c:v', 'rawvideo', '-f', 'rawvideo'],
  ];
}

/**
 * Decodes chosen frames. Memory stays bounded: a slow reader holds ffmpeg back. Leaving the loop early ends ffmpeg without error, but for
 * E_MEDIA_BREAKOUT.
 * Frames lie in `space`, singles in memory of their own. Each frame carries the PTS that ffmpeg printed for it, paired in order. `singles`, in the order in which they were ordered,
 * are known at the very end of the run; undefined for what did not come out.
 */
export function decodeFrames(
  order: DecodeOrder,
  signal?: AbortSignal,
  space?: FrameSpace,
): {
  readonly frames: AsyncGenerator<RawFrame>;
  readonly singles: () => Promise<readonly (Uint8Array | undefined)[]>;
  readonly arguments: readonly string[];
} {
  const list = decodeArguments(order);
  let singles: Promise<readonly (Uint8Array | undefined)[]> = Promise.resolve([]);
  const onPipes = (pipes: readonly Readable[]): void => {
    singles = Promise.all(pipes.map((pipe) => wholeFrame(pipe, frameBytes(order))));
  };
  return { frames: readFrames(order, list, onPipes, signal, space), singles: () => singles, arguments: list };
}

/** The first frame of a pipe, which is read to its end: what is closed early ends all that ffmpeg does. */
async function wholeFrame(pipe: Readable, bytes: number): Promise<Uint8Array | undefined> {
  let first: Uint8Array | undefined;
  try {
    for await (const frame of framesOf(pipe, bytes)) first ??= frame;
  } catch {
    // The run was stopped; its own end tells why.
  }
  return first;
}

async function* readFrames(
  order: DecodeOrder,
  list: readonly string[],
  onPipes: (pipes: readonly Readable[]) => void,
  signal: AbortSignal | undefined,
  space: FrameSpace | undefined,
): AsyncGenerator<RawFrame> {
  const times: FrameLine[] = [];
  const reader = readFrameLines();
  let wake: (() => void) | undefined;
  let isBabbling = false;
  const run = startJailed({
    tool: 'ffmpeg',
    arguments: list,
    inputPath: order.path,
    extraPipes: order.singles?.length ?? 0,
    signal,
    ...given('limits', order.limits),
    ...given('isBehind', order.isBehind),
    onStderrLine: (line) => {
      const frame = reader.read(line);
      if (frame === undefined || isBabbling) return;
      times.push(frame);
      isBabbling = times.length > MOST_TIMES;
      if (isBabbling) run.stop();
      wake?.();
    },
  });
  onPipes(run.pipes);
  const ended = run.done.then(
    () => wake?.(),
    () => wake?.(),
  );
  let over = false;
  void ended.then(() => {
    over = true;
  });
  /** A reader that has what it wanted leaves; a decoder that was taken over waits for that, so its end is looked at nevertheless. */
  const leave = async (): Promise<void> => {
    await Promise.race([ended, delay(LAST_WORDS_MS, undefined, { ref: false })]);
    run.stop();
    await run.done.catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'E_MEDIA_BREAKOUT') throw error;
    });
  };
  let isOver = false;
  const nextTime = async (): Promise<FrameLine> => {
    for (;;) {
      const time = times.shift();
      if (time !== undefined) return time;
      if (over) throw new AppError('E_MEDIA_DECODE', { detail: 'a frame came without its time' });
      await Promise.race([new Promise<void>((resolve) => (wake = resolve)), ended]);
    }
  };
  try {
    for await (const bytes of framesOf(run.stdout, frameBytes(order), space)) {
      yield { ...(await nextTime()), bytes };
    }
    await run.done;
    isOver = true;
    if (times.length > 0) throw new AppError('E_MEDIA_DECODE', { detail: 'a time came without its frame' });
  } catch (error) {
    isOver = true;
    if (isBabbling) throw new AppError('E_MEDIA_DECODE', { detail: 'times came without their frames' });
    // The reason of the jail's end says more than the broken pipe that it left.
    await run.done;
    throw error;
  } finally {
    if (isOver) run.stop();
    else await leave();
  }
}

/** What a decoder is given to come to its end after the last frame that was wanted; it takes a few milliseconds. */
const LAST_WORDS_MS = 250;

/** Times that are ahead of their frames: what fits in the pipes between is a hundredth of it. */
const MOST_TIMES = 100_000;

// Anchored, so that a title or comment inside the file, which ffmpeg prints indented, cannot pass for a time.
const TIME = /^\[Parsed_metadata_\d+ @ 0x[0-9a-f]+\] frame:\d+ +pts:(-?\d+|NOPTS) /;

type FrameLine = Omit<RawFrame, 'bytes'>;

// The filters are set up when the first frame has been decoded; ffmpeg names each packet that gave none.
const FIRST_FRAME = /^\[Parsed_showinfo_\d+ @ 0x[0-9a-f]+\] config in /;
const LOST = /^Error while decoding stream #/;

/** Reads what ffmpeg writes beside its frames; gives the time of a frame for each line that the filter `metadata` begins with it. */
export function readFrameLines(): { read(line: string): FrameLine | undefined } {
  let begun = false;
  let lost = 0;
  return {
    read(line) {
      // What fails before anything decodes is a file that begins between two key frames: its frames are counted from the first whole one.
      if (FIRST_FRAME.test(line)) begun = true;
      if (begun && LOST.test(line)) lost++;
      const match = TIME.exec(line);
      return match === null ? undefined : { pts: integerOf(match[1]) ?? Number.NaN, lost };
    },
  };
}

/**
 * Whether a frame that was found by counting is the one that was meant: it has that PTS of the file; where the file has none, nothing
 * before it was lost.
 */
export const isCounted = (frame: Pick<RawFrame, 'pts' | 'lost'>, ownPts: number | undefined): boolean =>
  ownPts === undefined ? frame.lost === 0 : frame.pts === ownPts;

/** Picture at the file's full size. */
export interface Picture {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rgb: Uint8Array;
  /** What the decoder said of this very frame, on the file's own clock; NaN where it had no time. */
  readonly pts: number;
  readonly arguments: readonly string[];
}

export interface PictureOrder extends MediaFile {
  readonly decoder: Decoder;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly timeBase: Rational;
  /** Number of the frame from 1 in presentation order. */
  readonly frame: number;
  /** The file's own PTS of the frame; undefined where its times do not come from PTS. */
  readonly ownPts: number | undefined;
  /** `number` where times are missing or contradict each other: decoding then counts from the start of the file. */
  readonly addressing: 'pts' | 'number';
  /** PTS of a key frame at or before, to begin reading there; from the start of the file when absent. */
  readonly keyPts?: number;
}

/**
 * Exactly that frame, at full size. E_MEDIA_DECODE when it does not decode, and when what came is another: a frame that does not
 * decode earlier in a file that is counted through makes every later count wrong.
 */
export async function pictureAt(order: PictureOrder, signal?: AbortSignal): Promise<Picture> {
  const { path, demuxer, decoder, widthPx, heightPx, frame, ownPts: pts, timeBase, keyPts } = order;
  const base = { path, demuxer, decoder, widthPx, heightPx, pixelFormat: 'rgb24' } as const;
  let found: Found;
  if (order.addressing === 'number') {
    found = await firstFrame({ ...base, untilFrame: frame, selectExpression: `eq(n,${frame - 1})` }, signal);
  } else if (pts !== undefined) {
    const byPts = { ...base, untilPts: pts + 1, selectExpression: `eq(pts,${pts})` };
    const seekSeconds = keyPts === undefined ? undefined : seekTarget(keyPts, timeBase, demuxer);
    if (seekSeconds !== undefined) found = await firstFrame({ ...byPts, seekSeconds }, signal);
    found ??= await firstFrame(byPts, signal);
  }
  if (found === undefined) throw new AppError('E_MEDIA_DECODE', { detail: 'the frame did not decode' });
  if (!isCounted(found, pts)) throw new AppError('E_MEDIA_DECODE', { detail: 'another frame than the one asked for' });
  return { widthPx, heightPx, rgb: found.bytes, pts: found.pts, arguments: found.arguments };
}

type Found = (RawFrame & { readonly arguments: readonly string[] }) | undefined;

async function firstFrame(order: DecodeOrder, signal?: AbortSignal): Promise<Found> {
  const { frames, arguments: list } = decodeFrames(order, signal);
  for await (const frame of frames) return { ...frame, arguments: list };
  return undefined;
}

const SEEK_MARGIN_SECONDS = 0.5;
/** More than what is lost when a time is written in microseconds, less than any frame lasts. */
const INDEXED_SECONDS = 0.000_5;

/**
 * Where to seek so that a key frame is read whole. MP4 and MOV are searched by their index, where the key frame itself is found; elsewhere
 * a little before it, because streams without an index are searched by DTS, which stands before the PTS. Undefined when that is before
 * the file's own zero: reading then starts at the start.
 */
export function seekTarget(keyPts: number, timeBase: Rational, demuxer: Demuxer): number | undefined {
  const own = (keyPts * timeBase.num) / timeBase.den;
  const seconds = demuxer === 'mov' ? own + INDEXED_SECONDS : own - SEEK_MARGIN_SECONDS;
  return own > 0 && seconds > 0 ? seconds : undefined;
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

/** Characters; a packet takes some fifty. */
const LONGEST_LINE = 65_536;

async function* linesOf(readable: Readable): AsyncGenerator<string> {
  let rest = '';
  readable.setEncoding('latin1');
  for await (const text of readable) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) throw new AppError('E_MEDIA_DECODE', { detail: 'a line without an end' });
    yield* lines;
  }
  if (rest !== '') yield rest;
}

interface ProbeStream {
  readonly codec_name?: unknown;
  readonly width?: unknown;
  readonly height?: unknown;
  readonly time_base?: unknown;
  readonly avg_frame_rate?: unknown;
  readonly r_frame_rate?: unknown;
  readonly nb_frames?: unknown;
  readonly tags?: { readonly creation_time?: unknown };
}

interface ProbeOutput {
  readonly streams: readonly (ProbeStream | null)[];
  readonly format?: { readonly tags?: { readonly creation_time?: unknown } };
}

function parseProbe(text: string): ProbeOutput {
  try {
    const parsed = JSON.parse(text) as Partial<ProbeOutput>;
    return { ...parsed, streams: Array.isArray(parsed.streams) ? parsed.streams : [] };
  } catch (cause) {
    throw new AppError('E_MEDIA_DECODE', { cause, detail: 'ffprobe did not answer in JSON' });
  }
}

/** A whole number that is exact, from what may be anything: a decoder in foreign hands says what it likes. */
function integerOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) ? (number as number) : undefined;
}

const positive = (value: number | undefined): number | undefined =>
  value !== undefined && value > 0 ? value : undefined;

const textOrNothing = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\w{1,32}$/.test(value) && value !== 'unknown' ? value : undefined;

function rational(value: unknown): Rational | undefined {
  const match = typeof value === 'string' ? /^(\d{1,15})\/(\d{1,15})$/.exec(value) : null;
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
