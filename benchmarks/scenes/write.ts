import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { renderScene } from './scene.ts';
import type { Scene, SceneSpec, TruthBox } from './types.ts';

export const SCENE_CODECS = ['h264', 'hevc', 'mpeg4'] as const;
export type SceneCodec = (typeof SCENE_CODECS)[number];

export interface WriteOptions {
  /** Default h264. */
  readonly codec?: SceneCodec;
  /** Distance of key frames; default the scene's own. */
  readonly gopSeconds?: number;
  /** Frames (from 1, as rendered) that the recorder lost: the others keep their times, so the rate becomes variable. */
  readonly dropFrames?: readonly number[];
  /** `creation_time` of the container, RFC 3339; none by default. */
  readonly creationTime?: string;
}

export interface WrittenScene {
  /** Frames in the file. */
  readonly frameCount: number;
  /** Presentation time of each frame of the file, seconds from the first rendered frame. */
  readonly timesSeconds: readonly number[];
  /** As `Scene.truth`, with frames counted in the file. */
  readonly truth: readonly TruthBox[];
  readonly ffmpegArguments: readonly string[];
}

/** Containers that can say when a frame is to be shown; the others would close the gaps or fill them. */
const VARIABLE_RATE = ['.mp4', '.mov', '.mkv', '.ts'];

const ENCODER: { readonly [C in SceneCodec]: readonly string[] } = {
  // One thread, because the number of threads changes the bytes.
  h264: ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '24', '-threads', '1'],
  hevc: [
    '-c:v',
    'libx265',
    '-preset',
    'ultrafast',
    '-crf',
    '22',
    '-x265-params',
    'pools=none:frame-threads=1:log-level=error',
  ],
  mpeg4: ['-c:v', 'mpeg4', '-q:v', '3', '-threads', '1'],
};

/** The arguments that encode raw frames from standard input to `file`; the extension of `file` chooses the container. */
export function encodeArguments(spec: SceneSpec, file: string, options: WriteOptions = {}): readonly string[] {
  const codec = options.codec ?? 'h264';
  const drops = options.dropFrames ?? [];
  const extension = extname(file).toLowerCase();
  if (drops.length > 0 && !VARIABLE_RATE.includes(extension))
    throw new RangeError(`${extension} cannot keep the times of a variable frame rate`);
  const gop = Math.max(1, Math.round((options.gopSeconds ?? spec.gopSeconds) * spec.framesPerSecond));
  const select = drops.length === 0 ? [] : ['-vf', `select='not(${drops.map((n) => `eq(n,${n - 1})`).join('+')})'`];
  return [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'],
    ...['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${spec.widthPx}x${spec.heightPx}`],
    ...['-framerate', String(spec.framesPerSecond), '-i', 'pipe:0', ...select],
    ...['-fps_mode', drops.length === 0 ? 'cfr' : 'vfr', '-an', '-pix_fmt', 'yuv420p', ...ENCODER[codec]],
    ...['-g', String(gop), ...(codec === 'h264' ? ['-sc_threshold', '0'] : [])],
    ...(options.creationTime === undefined ? [] : ['-metadata', `creation_time=${options.creationTime}`]),
    ...['-flags:v', '+bitexact', '-fflags', '+bitexact', '-f', muxerOf(extension), file],
  ];
}

function muxerOf(extension: string): string {
  const muxers: Readonly<Record<string, string>> = {
    '.mp4': 'mp4',
    '.mov': 'mov',
    '.mkv': 'matroska',
    '.avi': 'avi',
    '.ts': 'mpegts',
    '.h264': 'h264',
    '.hevc': 'hevc',
  };
  const muxer = muxers[extension];
  if (muxer === undefined) throw new RangeError(`no container for the extension "${extension}"`);
  return muxer;
}

/** Renders and encodes a scene. Same spec, options and ffmpeg give the same bytes. Rejects with ffmpeg's words when it fails. */
export async function writeScene(spec: SceneSpec, file: string, options: WriteOptions = {}): Promise<WrittenScene> {
  const scene = renderScene(spec);
  const ffmpegArguments = encodeArguments(spec, file, options);
  const ffmpeg = spawn('ffmpeg', ffmpegArguments, { stdio: ['pipe', 'ignore', 'pipe'] });
  let complaint = '';
  ffmpeg.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const ended = once(ffmpeg, 'close');
  // An encoder that gives up closes the pipe: its exit status says why, the broken pipe does not.
  await pipeline(Readable.from(framesOf(scene)), ffmpeg.stdin).catch(() => undefined);
  const [status] = await ended;
  if (status !== 0) throw new Error(`ffmpeg ended with ${status}: ${complaint.trim()}`);
  return { ...keptFrames(spec, scene.frameCount, scene.truth, options.dropFrames ?? []), ffmpegArguments };
}

function* framesOf(scene: Scene): Generator<Uint8Array> {
  for (let number = 1; number <= scene.frameCount; number += 1) yield scene.frame(number);
}

function keptFrames(spec: SceneSpec, frameCount: number, truth: readonly TruthBox[], drops: readonly number[]) {
  const dropped = new Set(drops);
  const kept = Array.from({ length: frameCount }, (_, index) => index + 1).filter((number) => !dropped.has(number));
  const inFile = new Map(kept.map((number, index) => [number, index + 1]));
  return {
    frameCount: kept.length,
    timesSeconds: kept.map((number) => (number - 1) / spec.framesPerSecond),
    truth: truth.flatMap((box) => {
      const frame = inFile.get(box.frame);
      return frame === undefined ? [] : [{ ...box, frame }];
    }),
  };
}
