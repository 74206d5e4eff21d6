import { parentPort, workerData } from 'node:worker_threads';
import type { CropCard } from '../admission/crop-card.ts';
import { workBehind } from '../behind.ts';
import { AppError } from '../errors.ts';
import { openSession } from './onnx.ts';

/** What the namer hands to its thread at its start. */
export interface CropWorkerStart {
  readonly card: CropCard;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** `values` hold `count` crops one after another, each `[3, height, width]`. */
export interface NameRequest {
  readonly id: number;
  readonly values: Float32Array<ArrayBuffer>;
  readonly count: number;
}

/** Probabilities by label, a crop; rounded to hundredths, so that no logit leaves the thread (FACE-11). */
export type CropAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'named'; readonly id: number; readonly probabilities: readonly (readonly number[])[] }
  | { readonly kind: 'failed'; readonly id: number; readonly code: string; readonly detail: string };

function softmax(logits: Float32Array, temperature: number): number[] {
  const most = logits.reduce((max, value) => Math.max(max, value), Number.NEGATIVE_INFINITY);
  const powers = Array.from(logits, (value) => Math.exp((value - most) / temperature));
  const sum = powers.reduce((all, value) => all + value, 0);
  return powers.map((value) => Math.round((value / sum) * 100) / 100);
}

async function main(): Promise<void> {
  const port = parentPort;
  if (port === null) return;
  const answer = (message: CropAnswer): void => port.postMessage(message);
  const refuse = (id: number, error: unknown): void =>
    answer({
      kind: 'failed',
      id,
      code: error instanceof AppError ? error.code : 'E_JOB_FAILED',
      detail: error instanceof AppError ? (error.detail ?? error.message) : String(error),
    });
  try {
    const { card, bytes } = workerData as CropWorkerStart;
    const { name, width, height } = card.input;
    const one = 3 * width * height;
    const values = new Float32Array(one);
    const session = await openSession({ ...card, bytes }, { name, values, shape: [1, 3, height, width] });
    const contract = session.inputNames.join() === name && session.outputNames.join() === card.output;
    const logits = ((await session.run([card.output]).catch(() => ({}))) as Record<string, Float32Array>)[card.output];
    if (!contract || logits?.length !== card.labels.length) {
      throw new AppError('E_GATE_CONTRACT', {
        detail: `${card.name}: inputs, outputs or labels are not those of the card`,
      });
    }
    const nameCrops = async ({ id, values: crops, count }: NameRequest): Promise<void> => {
      try {
        const probabilities: number[][] = [];
        for (let index = 0; index < count; index += 1) {
          values.set(crops.subarray(index * one, (index + 1) * one));
          const output = (await session.run([card.output]))[card.output] ?? new Float32Array(0);
          probabilities.push(softmax(output, card.temperature));
          output.fill(0);
        }
        values.fill(0);
        answer({ kind: 'named', id, probabilities });
      } catch (error) {
        refuse(id, error);
      }
    };
    // All requests share the input: each begins when the one before it has been answered.
    let last = Promise.resolve();
    port.on('message', (request: NameRequest | 'close') => {
      last = last.then(async () => {
        if (request !== 'close') return nameCrops(request);
        await session.release();
        port.close();
      });
    });
    answer({ kind: 'ready' });
  } catch (error) {
    refuse(0, error);
    port.close();
  }
}

workBehind();
await main();
