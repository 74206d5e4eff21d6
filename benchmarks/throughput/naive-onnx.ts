import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { openSession } from '../../gateway/analysis/onnx.ts';
import { sha256Hex } from '../../gateway/canonical.ts';

// The program of naive.py with onnxruntime in place of OpenCV's DNN module, for information: ffmpeg gives five frames a second at the
// network's size, one session, boxes joined by their overlap. `node naive-onnx.ts VIDEO WEIGHTS` prints the same JSON.

const [SIDE, RATE, SCORE, NMS, IOU, PATIENCE, LABELS] = [416, 5, 0.3, 0.45, 0.3, 5, 80] as const;
type Box = readonly [left: number, top: number, width: number, height: number];
interface Found {
  readonly box: Box;
  readonly label: number;
  readonly score: number;
}

const [video = '', weights = ''] = process.argv.slice(2);
const started = performance.now();
const bytes = new Uint8Array(readFileSync(weights));
const values = new Float32Array(3 * SIDE * SIDE);
const session = await openSession(
  { name: 'yolox-nano', sha256: sha256Hex(bytes), bytes },
  { name: 'images', values, shape: [1, 3, SIDE, SIDE] },
);
const [width = 0, height = 0] = spawnSync(
  'ffprobe',
  ['-v', 'error', '-select_streams', 'V:0', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', video],
  { encoding: 'utf8' },
)
  .stdout.trim()
  .split(',')
  .map(Number);
const scale = Math.min(SIDE / width, SIDE / height);
const size = `${Math.round(width * scale)}:${Math.round(height * scale)}`;
const filters = `fps=${RATE},scale=${size},format=bgr24,pad=${SIDE}:${SIDE}:0:0:color=0x727272`;
const ffmpeg = spawn(
  'ffmpeg',
  ['-v', 'error', '-threads', '2', '-i', video, '-vf', filters, '-f', 'rawvideo', '-pix_fmt', 'bgr24', '-'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);

const tracks: { class: number; points: number[][]; seen: number }[] = [];
let live: typeof tracks = [];
let looked = 0;
const frame = new Uint8Array(SIDE * SIDE * 3);
let filled = 0;
for await (const part of ffmpeg.stdout as AsyncIterable<Buffer>) {
  for (let at = 0; at < part.length; ) {
    const taken = Math.min(frame.length - filled, part.length - at);
    frame.set(part.subarray(at, at + taken), filled);
    [at, filled] = [at + taken, filled + taken];
    if (filled < frame.length) continue;
    filled = 0;
    follow(await detect(frame));
  }
}
const kept = tracks
  .filter(({ points }) => points.length >= 3)
  .map(({ class: label, points }) => ({ class: label, points }));
console.log(JSON.stringify({ seconds: (performance.now() - started) / 1000, frames: looked, tracks: kept }));

async function detect(bgr: Uint8Array): Promise<Found[]> {
  for (let pixel = 0; pixel < SIDE * SIDE; pixel += 1)
    for (let plane = 0; plane < 3; plane += 1) values[plane * SIDE * SIDE + pixel] = bgr[pixel * 3 + plane] as number;
  const [name = ''] = session.outputNames;
  const rows = (await session.run([name]))[name] ?? new Float32Array(0);
  const found: Found[] = [];
  let at = 0;
  for (const stride of [8, 16, 32]) {
    const cells = SIDE / stride;
    for (let cell = 0; cell < cells * cells; cell += 1, at += 5 + LABELS) {
      let [label, best] = [0, 0];
      for (let each = 0; each < LABELS; each += 1) {
        const score = (rows[at + 4] as number) * (rows[at + 5 + each] as number);
        if (score > best) [label, best] = [each, score];
      }
      if (best < SCORE) continue;
      const [x, y] = [(rows[at] as number) + (cell % cells), (rows[at + 1] as number) + Math.floor(cell / cells)];
      const [w, h] = [Math.exp(rows[at + 2] as number) * stride, Math.exp(rows[at + 3] as number) * stride];
      const corner = [x * stride - w / 2, y * stride - h / 2, w, h].map((value) => value / scale);
      found.push({ box: corner as unknown as Box, label, score: best });
    }
  }
  const chosen: Found[] = [];
  for (const each of found.toSorted((a, b) => b.score - a.score))
    if (chosen.every(({ box }) => overlap(box, each.box) < NMS)) chosen.push(each);
  return chosen;
}

function follow(found: Found[]): void {
  const time = looked / RATE;
  looked += 1;
  for (const track of live.toSorted((a, b) => b.seen - a.seen)) {
    const last = (track.points.at(-1) ?? []).slice(1) as unknown as Box;
    const best = found.toSorted((a, b) => overlap(b.box, last) - overlap(a.box, last))[0];
    if (best === undefined || overlap(best.box, last) < IOU) continue;
    found.splice(found.indexOf(best), 1);
    track.points.push([time, ...best.box]);
    track.seen = looked;
  }
  live = live.filter(({ seen }) => looked - seen < PATIENCE);
  for (const { box, label } of found) {
    const track = { class: label, points: [[time, ...box]], seen: looked };
    live.push(track);
    tracks.push(track);
  }
}

function overlap(a: Box, b: Box): number {
  const w = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const h = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  return w <= 0 || h <= 0 ? 0 : (w * h) / (a[2] * a[3] + b[2] * b[3] - w * h);
}
