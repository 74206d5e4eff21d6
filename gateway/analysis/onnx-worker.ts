import { parentPort, workerData } from 'node:worker_threads';
import { type ModelCard, outputNames } from '../admission/card.ts';
import { workBehind } from '../behind.ts';
import type { Provider } from '../config.ts';
import { AppError } from '../errors.ts';
import { DECODER, type ExpectedShapes } from './decoders.ts';
import { createPreprocessor, placed } from './letterbox.ts';
import { type OnnxSession, openSession, type ValueMetadata } from './onnx.ts';
import { leastScore, reduce } from './reduce.ts';
import { cutView, inPicture, mergeViews, type Seen, viewsOf } from './tiles.ts';
import type { Detection } from './types.ts';

/** What the pool hands to a worker at its start. */
export interface WorkerStart {
  readonly card: ModelCard;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly provider: Provider;
}

/** One frame, in shared memory that stays untouched until the answer. */
export interface DetectRequest {
  readonly id: number;
  readonly rgb: SharedArrayBuffer;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly scaleX: number;
  readonly scaleY: number;
}

export interface WorkerFailure {
  readonly code: string;
  readonly detail: string;
}

export type WorkerAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly failure: WorkerFailure }
  | { readonly kind: 'detections'; readonly id: number; readonly detections: readonly Detection[] }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: WorkerFailure };

function assertContract(card: ModelCard, session: OnnxSession): void {
  const { input } = card;
  const expected: ExpectedShapes = DECODER[card.decoder].shapes(card);
  assertNames(card, 'inputs', session.inputNames, [input.name]);
  assertShape(card, session.inputMetadata, input.name, [1, 3, input.height, input.width]);
  const roles = Object.keys(expected);
  assertNames(
    card,
    'outputs',
    session.outputNames,
    roles.flatMap((role) => outputNames(card, role)),
  );
  for (const role of roles) {
    const names = outputNames(card, role);
    const shapes = expected[role] ?? [];
    if (names.length !== shapes.length) throw contract(card, `${role}: ${names.length} outputs, not ${shapes.length}`);
    for (const [index, name] of names.entries()) assertShape(card, session.outputMetadata, name, shapes[index] ?? []);
  }
}

function assertNames(card: ModelCard, what: string, found: readonly string[], declared: readonly string[]): void {
  if ([...found].sort().join('\n') === [...declared].sort().join('\n')) return;
  throw contract(card, `${what} are ${found.join(', ')}; the card declares ${declared.join(', ')}`);
}

function assertShape(
  card: ModelCard,
  metadata: readonly ValueMetadata[],
  name: string,
  expected: readonly number[],
): void {
  const found = metadata.find((value) => value.name === name);
  if (found === undefined || !found.isTensor || found.type !== 'float32')
    throw contract(card, `${name} is no float tensor`);
  // A symbolic dimension fits any length here; the run itself then shows another number of values.
  const fits = expected.every((length, axis) => {
    const given = found.shape[axis];
    return length === -1 || typeof given !== 'number' || given === length;
  });
  if (found.shape.length !== expected.length || !fits) {
    throw contract(card, `${name} is [${found.shape.join()}], not [${expected.join()}]`);
  }
}

const contract = (card: ModelCard, detail: string): AppError =>
  new AppError('E_GATE_CONTRACT', { detail: `${card.name}: ${detail}` });

async function createDetect(start: WorkerStart): Promise<{
  detect(request: DetectRequest): Promise<readonly Detection[]>;
  close(): Promise<void>;
}> {
  const { card } = start;
  const { input } = card;
  const preprocessor = createPreprocessor(input);
  const session = await openSession(
    { ...card, bytes: start.bytes },
    { name: input.name, values: preprocessor.target, shape: [1, 3, input.height, input.width] },
    start.provider,
  );
  assertContract(card, session);
  const decoder = DECODER[card.decoder];
  const roles = Object.keys(decoder.shapes(card));
  const fetched = roles.flatMap((role) => outputNames(card, role));
  const least = leastScore(card);

  async function run(): Promise<Record<string, Float32Array[]>> {
    const values = await session.run(fetched);
    return Object.fromEntries(
      roles.map((role) => [role, outputNames(card, role).map((name) => values[name] ?? new Float32Array(0))]),
    );
  }

  // The first run allocates and packs weights; it must not count as a frame's time.
  await run();
  return {
    async detect({ rgb, widthPx, heightPx, scaleX, scaleY }) {
      const pixels = new Uint8Array(rgb, 0, widthPx * heightPx * 3);
      const frame = { widthPx, heightPx };
      const picture = { widthPx: widthPx * scaleX, heightPx: heightPx * scaleY };
      const seen: Seen[] = [];
      for (const view of viewsOf(input.tiles, picture, frame)) {
        preprocessor.fill(cutView(pixels, frame, view), view);
        const outputs = await run();
        const candidates = decoder.decode(outputs, card, least);
        // Logits are a weak embedding: nothing of them outlives the reduction (FACE-11).
        for (const values of Object.values(outputs).flat()) values.fill(0);
        const size = placed(input, view);
        const detections = reduce(candidates, card, {
          scaleX: (view.widthPx / size.widthPx) * scaleX,
          scaleY: (view.heightPx / size.heightPx) * scaleY,
          widthPx: view.widthPx * scaleX,
          heightPx: view.heightPx * scaleY,
        });
        seen.push(inPicture(view, detections, scaleX, scaleY));
      }
      return mergeViews(seen, picture, card.thresholds.nmsIou);
    },
    close: () => session.release(),
  };
}

function failureOf(error: unknown): WorkerFailure {
  if (error instanceof AppError) return { code: error.code, detail: error.detail ?? error.message };
  return { code: 'E_JOB_FAILED', detail: error instanceof Error ? error.message : String(error) };
}

async function main(): Promise<void> {
  const port = parentPort;
  if (port === null) return;
  const answer = (message: WorkerAnswer): void => port.postMessage(message);
  try {
    const detector = await createDetect(workerData as WorkerStart);
    port.on('message', async (request: DetectRequest | 'close') => {
      if (request === 'close') {
        await detector.close();
        port.close();
        return;
      }
      try {
        answer({ kind: 'detections', id: request.id, detections: await detector.detect(request) });
      } catch (error) {
        answer({ kind: 'failed', id: request.id, failure: failureOf(error) });
      }
    });
    answer({ kind: 'ready' });
  } catch (error) {
    answer({ kind: 'refused', failure: failureOf(error) });
    port.close();
  }
}

workBehind();
await main();
