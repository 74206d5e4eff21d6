import type { AnalysisResult, Bystander, Track } from '../analysis/types.ts';
import { AppError } from '../errors.ts';
import type { Exhibit, Timeline } from '../footage/types.ts';
import { composeArguments, inputOptions, isCounted, readFrameLines, seekTarget, startJailed } from '../media.ts';
import type { Requisition } from '../requisition/types.ts';
import type { Hit } from '../search/types.ts';
import { clipFilter } from './clip-filter.ts';
import { type ClipCut, clipCut, type MediaTime, mediaTime, ticksOf } from './clip-time.ts';
import { keyAtOrBefore } from './key-frames.ts';
import type { Clip } from './types.ts';

interface ClipSource {
  /** Decrypted scratch copy of the exhibit. */
  readonly sourcePath: string;
  readonly exhibit: Exhibit;
  readonly result: AnalysisResult;
  /** Masked like the tracks of the result. */
  readonly bystanders: readonly Bystander[];
  readonly keyFrames: readonly number[];
}

export interface ClipOrder extends ClipSource {
  readonly hit: Pick<Hit, 'track' | 'mediaFromSeconds' | 'mediaToSeconds' | 'best'>;
}

export interface SpanOrder extends ClipSource {
  readonly cut: ClipCut;
  /** The track whose box is outlined; undefined for none. */
  readonly track: Track | undefined;
}

/** Name of the filter chain inside the jail. */
const FILTER_FILE = 'masks';
const LIMITS = { wallMs: 600_000, cpuSeconds: 1_200, stdoutBytes: 256 * 1024 * 1024 };

/**
 * A clip around a hit in which every frame has the head region of every person and the plate region of every vehicle of the
 * exhibit covered, whether or not it may be searched for; what the analysis did not look at is shown in blocks (decision 0027). One jailed ffmpeg; nothing is written to disk. E_MEDIA_DECODE when frames
 * that are found by counting turn out to be others: masks would lie beside what they cover.
 */
export function makeClip(requisition: Requisition, order: ClipOrder, signal?: AbortSignal): Promise<Clip> {
  const { hit, ...source } = order;
  const cut = clipCut(source.exhibit, hit);
  return makeSpan(requisition, { ...source, cut, track: source.result.tracks[hit.track] }, signal);
}

/** The same of any span that lies in a window of the exhibit. */
export async function makeSpan(requisition: Requisition, order: SpanOrder, signal?: AbortSignal): Promise<Clip> {
  const { exhibit, result, bystanders, cut, track } = order;
  if (exhibit.caseId !== requisition.caseId) throw new AppError('E_PRO_SILO');
  const { timeline } = exhibit;
  const time = mediaTime(timeline, [...result.tracks, ...bystanders]);
  const filter = clipFilter({ result, bystanders, track, cut, time });
  const list = clipArguments(timeline, seekSeconds(order, cut.fromSeconds));
  const mp4 = await encode({ inputPath: order.sourcePath, list, filter, counted: time.counted(cut) }, signal);
  return { mp4, ...cut, arguments: list, filter };
}

/** Argument list of a clip; the filter chain stands in a file of the jail. */
export function clipArguments(timeline: Timeline, seek: number | undefined): string[] {
  return composeArguments((command) => {
    command
      .input('/in/exhibit')
      .inputOptions([
        ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'repeat+info', '-copyts'],
        ...inputOptions(timeline.container, [timeline.codec]),
        // Where to begin is decided by the trim filter on exact ticks; seeking only saves decoding.
        ...(seek === undefined ? [] : ['-noaccurate_seek', '-seek_timestamp', '1', '-ss', seek.toFixed(6)]),
        ...['-noautorotate', '-bitexact', '-an', '-sn', '-dn', '-c:v', timeline.codec],
      ])
      .outputOptions([
        ...['-map', '0:V:0', '-an', '-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1'],
        ...['-filter_script:v', `/in/${FILTER_FILE}`, '-fps_mode', 'passthrough', '-enc_time_base', '-1'],
        // Without B-frames decode order is display order, so the first fragment needs no edit list.
        ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-pix_fmt', 'yuv420p', '-bf', '0', '-g', '50'],
        ...['-bitexact', '-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-f', 'mp4'],
      ])
      .output('pipe:1');
  });
}

/** Where reading starts: a key frame at or before the cut; undefined for the start of the file. */
function seekSeconds(order: ClipSource, fromSeconds: number): number | undefined {
  const { timeline } = order.exhibit;
  const key = keyAtOrBefore(order.keyFrames, ticksOf(timeline, fromSeconds));
  return timeline.addressing !== 'pts' || key === undefined
    ? undefined
    : seekTarget(key, timeline.timeBase, timeline.container);
}

interface Encoding {
  readonly inputPath: string;
  readonly list: readonly string[];
  readonly filter: string;
  readonly counted: ReturnType<MediaTime['counted']>;
}

async function encode(
  { inputPath, list, filter, counted }: Encoding,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  const reader = readFrameLines();
  let place = 0;
  let isOther = false;
  const run = startJailed({
    tool: 'ffmpeg',
    arguments: list,
    inputPath,
    files: { [FILTER_FILE]: Buffer.from(filter, 'utf8') },
    limits: LIMITS,
    signal,
    onStderrLine: (line) => {
      const frame = reader.read(line);
      if (frame === undefined) return;
      if (counted?.has(place) && !isCounted(frame, counted.get(place))) isOther = true;
      place++;
    },
  });
  const parts: Buffer[] = [];
  try {
    for await (const part of run.stdout) parts.push(part);
  } finally {
    // The reason of the jail's end says more than the broken pipe that it left.
    await run.done;
  }
  if (isOther)
    throw new AppError('E_MEDIA_DECODE', { detail: 'the clip would show other frames than the analysed ones' });
  const mp4 = Buffer.concat(parts);
  if (!mp4.includes('moof')) throw new AppError('E_MEDIA_DECODE', { detail: 'no frame of the clip decoded' });
  return mp4;
}
