import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { TruthBox } from '../../benchmarks/scenes/types.ts';
import { BOXES, INPUT_PX } from './blob-graph.ts';

export interface Seen {
  readonly frame: number;
  readonly class: 'person' | 'car';
  readonly score: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export const MODEL_FILE = join(import.meta.dirname, 'blob-detector.onnx');

/** Runs the test detector over frame `every`, 2 `every`, ... of a file; boxes in pixels of the original picture. */
export async function detectFile(
  file: string,
  widthPx: number,
  heightPx: number,
  every = 1,
): Promise<{ readonly seen: readonly Seen[]; readonly medianMs: number }> {
  const session = await InferenceSession.create(MODEL_FILE, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const scale = Math.min(INPUT_PX / widthPx, INPUT_PX / heightPx);
  const [width, height] = [Math.round(widthPx * scale), Math.round(heightPx * scale)];
  const seen: Seen[] = [];
  const times: number[] = [];
  let frame = 0;
  try {
    for await (const rgb of decode(file, width, height)) {
      frame += 1;
      if (frame % every !== 0) continue;
      const startedMs = performance.now();
      const output = await session.run({ images: letterbox(rgb, width, height) });
      times.push(performance.now() - startedMs);
      const boxes = output.boxes?.data as Float32Array;
      const scores = output.scores?.data as Float32Array;
      for (let index = 0; index < BOXES; index += 1) {
        for (const [label, name] of (['person', 'car'] as const).entries()) {
          const score = scores[index * 2 + label] ?? 0;
          if (score < 0.5) continue;
          const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = [...boxes.subarray(index * 4, index * 4 + 4)].map((v) => v / scale);
          seen.push({ frame, class: name, score, left: x1, top: y1, width: x2 - x1, height: y2 - y1 });
        }
      }
    }
  } finally {
    await session.release();
  }
  return { seen, medianMs: times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN };
}

async function* decode(file: string, width: number, height: number): AsyncGenerator<Uint8Array> {
  const scaled = ['-vf', `scale=${width}:${height}:flags=bicubic+accurate_rnd`, '-f', 'rawvideo', '-pix_fmt', 'rgb24'];
  const ffmpeg = spawn(
    'ffmpeg',
    ['-loglevel', 'error', '-nostdin', '-i', file, '-fps_mode', 'passthrough', ...scaled, '-'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = once(ffmpeg, 'close');
  const size = width * height * 3;
  let rest = Buffer.alloc(0);
  for await (const chunk of ffmpeg.stdout) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    while (rest.length >= size) {
      yield rest.subarray(0, size);
      rest = rest.subarray(size);
    }
  }
  const [status] = await ended;
  if (status !== 0) throw new Error(`ffmpeg ended with ${status}`);
}

function letterbox(rgb: Uint8Array, width: number, height: number): Tensor {
  const plane = INPUT_PX * INPUT_PX;
  const images = new Float32Array(plane * 3).fill(114);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      for (let channel = 0; channel < 3; channel += 1)
        images[channel * plane + y * INPUT_PX + x] = rgb[(y * width + x) * 3 + channel] ?? 0;
    }
  }
  return new Tensor('float32', images, [1, 3, INPUT_PX, INPUT_PX]);
}

export interface Score {
  /** Share of truth boxes with a detection of their class at IoU 0.5 or more. */
  readonly recall: number;
  /** Share of detections with a truth box of their class at IoU 0.5 or more. */
  readonly precision: number;
  readonly meanIou: number;
  readonly truthBoxes: number;
  readonly missed: readonly TruthBox[];
  readonly wrong: readonly Seen[];
}

/** Scores detections against the truth boxes of which at least `minVisibility` can be seen; the others are neither asked for nor wrong. */
export function scoreAgainst(truth: readonly TruthBox[], seen: readonly Seen[], minVisibility: number): Score {
  const taken = new Set<Seen>();
  const missed: TruthBox[] = [];
  let found = 0;
  let asked = 0;
  let iouSum = 0;
  for (const box of [...truth].sort((a, b) => b.visibility - a.visibility)) {
    const best = seen
      .filter((each) => each.frame === box.frame && each.class === box.class && !taken.has(each))
      .map((each) => ({ each, iou: iouOf(each, box) }))
      .sort((a, b) => b.iou - a.iou)[0];
    const matched = best !== undefined && best.iou >= 0.5;
    if (matched) taken.add(best.each);
    if (box.visibility < minVisibility) continue;
    asked += 1;
    if (matched) {
      found += 1;
      iouSum += best.iou;
    } else missed.push(box);
  }
  const wrong = seen.filter((each) => !taken.has(each));
  return {
    recall: found / asked,
    precision: seen.length === 0 ? 1 : taken.size / seen.length,
    meanIou: iouSum / found,
    truthBoxes: asked,
    missed,
    wrong,
  };
}

interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function iouOf(a: Rectangle, b: Rectangle): number {
  const across = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const down = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  if (across <= 0 || down <= 0) return 0;
  return (across * down) / (a.width * a.height + b.width * b.height - across * down);
}
