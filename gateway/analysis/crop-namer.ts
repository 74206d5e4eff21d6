import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { type CropCard, parseCropCard } from '../admission/crop-card.ts';
import { demandAdmitted } from '../admission/inspect.ts';
import { AppError, isErrorCode } from '../errors.ts';
import type { ClassName } from '../vocabulary.ts';
import { detectorVotes } from './class-of.ts';
import { cutCrop } from './crop.ts';
import type { CropAnswer, NameRequest } from './crop-worker.ts';
import { withShape } from './shape-prior.ts';
import { createThread } from './thread.ts';
import type { DecodedFrame, ModelUse, RawTrack, TrackPoint } from './types.ts';

/** Names what moves by looking at a few crops of each track. */
export interface CropNamer {
  /**
   * Gives the tracks back in the same order; those that no detector has named bear `names`. Only frames among `frames` are looked at.
   * Rejects with E_JOB_FAILED when the thread dies; the next call starts another.
   */
  name(tracks: readonly RawTrack[], frames: readonly DecodedFrame[]): Promise<readonly RawTrack[]>;
  readonly modelUse: ModelUse;
  /** Crops that the network has answered. */
  readonly calls: number;
  close(): Promise<void>;
}

const MOST_CROPS = 6;
/** A detector that saw a track less often than this has not settled what it is. */
const SETTLED_SHARE = 0.3;

/** The crop classifier that the repository ships, from the folder of its card. Throws E_GATE_*, E_MODEL_NONE. */
export async function loadCropModel(folder: string): Promise<{ card: CropCard; bytes: Uint8Array<ArrayBuffer> }> {
  const card = parseCropCard(JSON.parse(await readFile(path.join(folder, 'card.json'), 'utf8')), path.basename(folder));
  const files = await readdir(folder);
  if (!files.includes(card.file)) throw new AppError('E_MODEL_NONE', { detail: `no weights of ${card.name}` });
  const bytes = new Uint8Array(await readFile(path.join(folder, card.file)));
  demandAdmitted(card, bytes);
  return { card, bytes };
}

/** Starts one thread with the network. Throws E_GATE_HASH, E_GATE_CONTRACT or E_JOB_FAILED. */
export async function createCropNamer(
  model: { readonly card: CropCard; readonly bytes: Uint8Array<ArrayBuffer> },
  program = new URL('./crop-worker.ts', import.meta.url),
): Promise<CropNamer> {
  const { card } = model;
  const waiting = new Map<
    number,
    { resolve(probabilities: readonly (readonly number[])[]): void; reject(error: unknown): void }
  >();
  let calls = 0;
  let nextId = 1;
  let isClosed = false;
  const thread = createThread<CropAnswer>(() => startThread(program, model), {
    message(answer) {
      if (answer.kind === 'ready') return;
      const call = waiting.get(answer.id);
      waiting.delete(answer.id);
      if (answer.kind === 'named') call?.resolve(answer.probabilities);
      else call?.reject(failure(answer));
    },
    death(cause) {
      const error = new AppError('E_JOB_FAILED', { cause, detail: `the thread of ${card.name} ended` });
      for (const call of waiting.values()) call.reject(error);
      waiting.clear();
    },
  });
  await thread.get();

  async function ask(values: Float32Array<ArrayBuffer>, count: number): Promise<readonly (readonly number[])[]> {
    const closed = () => new AppError('E_JOB_FAILED', { detail: `${card.name} is closed` });
    if (isClosed) throw closed();
    const worker = await thread.get();
    if (isClosed) throw closed();
    return await new Promise((resolve, reject) => {
      const request: NameRequest = { id: nextId, values, count };
      nextId += 1;
      waiting.set(request.id, { resolve, reject });
      worker.postMessage(request, [values.buffer]);
    });
  }

  return {
    async name(tracks, frames) {
      const byNumber = new Map(frames.map((frame) => [frame.ref.number, frame]));
      const named: RawTrack[] = [];
      for (const track of tracks) {
        const crops = isSettled(track) ? [] : chooseCrops(track, byNumber);
        if (crops.length === 0) {
          named.push(track);
          continue;
        }
        const one = 3 * card.input.width * card.input.height;
        const values = new Float32Array(one * crops.length);
        for (const [index, { frame, point }] of crops.entries()) {
          cutCrop(frame, point, card.input, values.subarray(index * one, (index + 1) * one));
        }
        const probabilities = await ask(values, crops.length);
        calls += crops.length;
        named.push({ ...track, names: withShape(sumNames(probabilities, card), track) });
      }
      return named;
    },
    modelUse: { name: card.name, sha256: card.sha256 },
    get calls() {
      return calls;
    },
    async close() {
      isClosed = true;
      await thread.close(async (worker) => {
        const exit = new Promise((resolve) => worker.once('exit', resolve));
        worker.postMessage('close');
        await exit;
        // Torn out of it, whoever still waited has no answer.
        for (const call of waiting.values())
          call.reject(new AppError('E_JOB_FAILED', { detail: `${card.name} ended` }));
        waiting.clear();
      });
    },
  };
}

function startThread(
  program: URL,
  model: { readonly card: CropCard; readonly bytes: Uint8Array<ArrayBuffer> },
): Promise<Worker> {
  const worker = new Worker(program, { workerData: model, env: {} });
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void =>
      reject(new AppError('E_JOB_FAILED', { cause, detail: `${model.card.name} did not start` }));
    worker.once('error', fail);
    worker.once('exit', fail);
    worker.once('message', (answer: CropAnswer) => {
      worker.off('error', fail);
      worker.off('exit', fail);
      if (answer.kind === 'ready') resolve(worker);
      else reject(failure(answer));
    });
  });
}

const failure = (answer: Extract<CropAnswer, { kind: 'failed' | 'named' }>): AppError =>
  answer.kind === 'failed'
    ? new AppError(isErrorCode(answer.code) ? answer.code : 'E_JOB_FAILED', { detail: answer.detail })
    : new AppError('E_JOB_FAILED');

/** Whether a detector has named enough of a track's sightings. */
function isSettled({ votes, points }: RawTrack): boolean {
  const observed = points.filter((point) => point.observed).length;
  // A vote is a score of 0.3 to 0.9.
  return detectorVotes(votes) >= SETTLED_SHARE * observed * 0.5;
}

/** The largest sighting in each sixth of a track's life; those that the picture's edge cuts only where there is nothing else. */
function chooseCrops(
  { points }: RawTrack,
  byNumber: ReadonlyMap<number, DecodedFrame>,
): readonly { readonly frame: DecodedFrame; readonly point: TrackPoint }[] {
  const seen = points.flatMap((point) => {
    const frame = byNumber.get(point.frame);
    return frame === undefined || !point.observed ? [] : [{ frame, point }];
  });
  const whole = seen.filter(({ frame, point }) => !isCut(frame, point));
  const pool = whole.length >= 2 ? whole : seen;
  const parts = Math.min(MOST_CROPS, pool.length);
  return Array.from({ length: parts }, (_, part) => {
    const from = Math.floor((part * pool.length) / parts);
    const to = Math.floor(((part + 1) * pool.length) / parts);
    return pool
      .slice(from, to)
      .reduce((best, next) =>
        next.point.width * next.point.height > best.point.width * best.point.height ? next : best,
      );
  });
}

function isCut(frame: DecodedFrame, { left, top, width, height }: TrackPoint): boolean {
  const [pictureWidth, pictureHeight] = [frame.widthPx * frame.scaleX, frame.heightPx * frame.scaleY];
  return left <= 2 || top <= 2 || left + width >= pictureWidth - 2 || top + height >= pictureHeight - 2;
}

function sumNames(probabilities: readonly (readonly number[])[], card: CropCard): NonNullable<RawTrack['names']> {
  const sums: { [C in ClassName]?: number } = {};
  for (const crop of probabilities) {
    for (const [index, probability] of crop.entries()) {
      const name = card.map[card.labels[index] ?? ''] ?? 'object';
      if (probability > 0) sums[name] = Math.round(((sums[name] ?? 0) + probability) * 100) / 100;
    }
  }
  return sums;
}
