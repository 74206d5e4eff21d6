import { Worker } from 'node:worker_threads';
import type { ModelCard } from '../admission/card.ts';
import type { Provider } from '../config.ts';
import { AppError, isErrorCode } from '../errors.ts';
import { canvasSize, decodeSize, type PictureSize } from './letterbox.ts';
import type { LoadedModel } from './models.ts';
import type { DetectRequest, WorkerAnswer, WorkerFailure, WorkerStart } from './onnx-worker.ts';
import { copyRgb, isWhole } from './pixels.ts';
import { createThread, type Thread } from './thread.ts';
import type { DecodedFrame, Detection, ModelUse } from './types.ts';

/** Detector sessions in worker threads. One session answers one frame at a time; further calls wait in order. */
export interface DetectorPool {
  /**
   * What the detector sees on a frame, boxes in original pixels. The pixels are copied before the call returns its promise. The
   * same frame gives the same detections in whatever thread. Rejects with E_JOB_FAILED when its thread dies, in whose place another is started
   * for the next frame, or when the pool is closed.
   */
  detect(frame: DecodedFrame): Promise<readonly Detection[]>;
  /** Frames that a network has answered. */
  readonly calls: number;
  readonly modelUse: ModelUse;
  /** Size of a picture that the detector sees at the scale at which it sees frames like this one; undefined where there is none. */
  canvas(frame: Pick<DecodedFrame, 'widthPx' | 'heightPx' | 'scaleX' | 'scaleY'>): PictureSize | undefined;
  /** The size a decoder should deliver for a picture. */
  decodeSize(picture: PictureSize): PictureSize;
  /** Waits for calls under way, then ends the threads; `isNow` refuses those that wait for a thread. */
  close(how?: { readonly isNow?: boolean }): Promise<void>;
}

interface Call {
  readonly request: DetectRequest;
  readonly resolve: (detections: readonly Detection[]) => void;
  readonly reject: (error: unknown) => void;
}

interface Seat {
  readonly thread: Thread;
  call: Call | undefined;
}

export interface DetectorPoolOptions extends LoadedModel {
  readonly threads: number;
  /** The processor when absent. */
  readonly provider?: Provider;
  /** The program of a thread, when it is not onnx-worker.ts. */
  readonly program?: URL;
}

/**
 * Starts `threads` workers with one session each from the same bytes. Throws E_GATE_HASH, E_GATE_CONTRACT (the graph is not what
 * the card says), E_MODEL_PROVIDER or E_JOB_FAILED.
 */
export async function createDetectorPool(options: DetectorPoolOptions): Promise<DetectorPool> {
  const { card, bytes, threads, provider = 'cpu', program = new URL('./onnx-worker.ts', import.meta.url) } = options;
  const pool = poolOf(card, Math.max(1, threads), () => startWorker(program, { card, bytes, provider }));
  try {
    await pool.start();
  } catch (error) {
    await pool.close();
    throw error;
  }
  return pool;
}

const MOST_SPARE = 24;

const closed = (): AppError => new AppError('E_JOB_FAILED', { detail: 'the detector is closed' });

function poolOf(
  card: ModelCard,
  threads: number,
  startThread: () => Promise<Worker>,
): DetectorPool & { start(): Promise<void> } {
  const waiting: Call[] = [];
  const memory: SharedArrayBuffer[] = [];
  let closing: Promise<void> | undefined;
  let idle: (() => void) | undefined;
  let calls = 0;
  let nextId = 1;

  function giveWork(): void {
    for (const seat of seats) {
      if (seat.call !== undefined) continue;
      seat.call = waiting.shift();
      if (seat.call === undefined) break;
      void hand(seat, seat.call);
    }
    if (waiting.length === 0 && seats.every(({ call }) => call === undefined)) idle?.();
  }

  async function hand(seat: Seat, call: Call): Promise<void> {
    try {
      (await seat.thread.get()).postMessage(call.request);
    } catch (error) {
      leave(seat)?.reject(error);
    }
  }

  /** The seat is free again; the call that it had. */
  function leave(seat: Seat): Call | undefined {
    const { call } = seat;
    seat.call = undefined;
    queueMicrotask(giveWork);
    return call;
  }

  const seats: readonly Seat[] = Array.from({ length: threads }, () => {
    const seat: Seat = {
      call: undefined,
      thread: createThread<WorkerAnswer>(startThread, {
        message(answer) {
          if (answer.kind !== 'detections' && answer.kind !== 'failed') return;
          const call = leave(seat);
          if (call === undefined) return;
          memory.push(call.request.rgb);
          if (answer.kind === 'failed') return call.reject(asError(answer.failure));
          calls += 1;
          call.resolve(answer.detections);
        },
        death(cause) {
          leave(seat)?.reject(
            new AppError('E_JOB_FAILED', { cause, detail: `a thread of detector ${card.name} ended` }),
          );
        },
      }),
    };
    return seat;
  });

  return {
    async start() {
      const started = await Promise.allSettled(seats.map(({ thread }) => thread.get()));
      for (const each of started) if (each.status === 'rejected') throw each.reason;
    },
    detect(frame) {
      if (closing !== undefined) return Promise.reject(closed());
      const bytes = frame.widthPx * frame.heightPx * 3;
      if (!isWhole(frame))
        return Promise.reject(
          new AppError('E_JOB_FAILED', { detail: `frame ${frame.ref.number}: not the bytes of its size` }),
        );
      // Memory is used again, so that a long recording does not leave a shared buffer a frame to the collector.
      const spare = memory.findIndex((buffer) => buffer.byteLength === bytes);
      const rgb = spare < 0 ? new SharedArrayBuffer(bytes) : memory.splice(spare, 1)[0];
      if (rgb === undefined) return Promise.reject(new AppError('E_INTERNAL'));
      // Whole frames and canvases of a few sizes; what is of none of them any more goes first.
      if (spare < 0 && memory.length >= MOST_SPARE) memory.shift();
      copyRgb(frame, new Uint8ClampedArray(rgb));
      const { widthPx, heightPx, scaleX, scaleY } = frame;
      const request: DetectRequest = { id: nextId, rgb, widthPx, heightPx, scaleX, scaleY };
      nextId += 1;
      return new Promise((resolve, reject) => {
        waiting.push({ request, resolve, reject });
        giveWork();
      });
    },
    get calls() {
      return calls;
    },
    modelUse: { name: card.name, sha256: card.sha256 },
    canvas: (frame) => canvasSize(card.input, frame),
    decodeSize: (picture) => decodeSize(card.input, picture),
    close({ isNow = false } = {}) {
      if (isNow) for (const call of waiting.splice(0)) call.reject(closed());
      closing ??= (async () => {
        await new Promise<void>((resolve) => {
          idle = resolve;
          giveWork();
        });
        await Promise.all(seats.map(({ thread }) => thread.close(endWorker)));
      })();
      return closing;
    },
  };
}

function startWorker(program: URL, start: WorkerStart): Promise<Worker> {
  // No environment: a parser of model bytes has no use for the gateway's settings.
  const worker = new Worker(program, { workerData: start, env: {} });
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void =>
      reject(new AppError('E_JOB_FAILED', { cause, detail: `detector ${start.card.name} did not start` }));
    worker.once('error', fail);
    worker.once('exit', fail);
    worker.once('message', (answer: WorkerAnswer) => {
      worker.off('error', fail);
      worker.off('exit', fail);
      if (answer.kind === 'refused') reject(asError(answer.failure));
      else resolve(worker);
    });
  });
}

function endWorker(worker: Worker): Promise<void> {
  if (worker.threadId === -1) return Promise.resolve();
  return new Promise((resolve) => {
    worker.once('exit', () => resolve());
    worker.postMessage('close');
  });
}

function asError({ code, detail }: WorkerFailure): AppError {
  return new AppError(isErrorCode(code) ? code : 'E_JOB_FAILED', { detail });
}
