import { InferenceSession, Tensor } from 'onnxruntime-node';
import { sha256Hex } from '../canonical.ts';
import type { Provider } from '../config.ts';
import { AppError } from '../errors.ts';
import { assertDigest } from './models.ts';

// The only importer of onnxruntime-node. `session.run` holds up the thread that calls it, though it answers by a promise: it runs in worker threads, one call after the other, and one
// session uses one thread: two of them scale where two threads in one session do not.

export type ValueMetadata = InferenceSession.ValueMetadata;

/** One network in one thread. */
export interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly inputMetadata: readonly ValueMetadata[];
  readonly outputMetadata: readonly ValueMetadata[];
  /** Runs on the values that lie in `input` now; gives the named outputs. E_GATE_CONTRACT when one gives no float values. */
  run(fetched: readonly string[]): Promise<Record<string, Float32Array>>;
  release(): Promise<void>;
}

export interface OnnxInput {
  readonly name: string;
  /** Values in the order of `shape`; written anew before each run. */
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/**
 * Opens a session from these very bytes after comparing their digest (FACE-12). Throws E_GATE_HASH, E_GATE_CONTRACT, and E_MODEL_PROVIDER where
 * anything but the processor does not take it.
 */
export async function openSession(
  model: { readonly name: string; readonly sha256: string; readonly bytes: Uint8Array<ArrayBuffer> },
  input: OnnxInput,
  provider: Provider = 'cpu',
): Promise<OnnxSession> {
  assertDigest(model, sha256Hex(model.bytes));
  const session = await InferenceSession.create(model.bytes, {
    executionProviders: [provider],
    executionMode: 'sequential',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
  }).catch((cause: unknown) => {
    if (provider !== 'cpu') throw new AppError('E_MODEL_PROVIDER', { cause, detail: `${model.name} on ${provider}` });
    throw new AppError('E_GATE_CONTRACT', { cause, detail: `${model.name}: not a graph that runs` });
  });
  const tensor = new Tensor('float32', input.values, [...input.shape]);
  const { inputNames, outputNames, inputMetadata, outputMetadata } = session;
  return {
    inputNames,
    outputNames,
    inputMetadata,
    outputMetadata,
    async run(fetched) {
      const answer = await session.run({ [input.name]: tensor }, [...fetched]);
      const values: Record<string, Float32Array> = {};
      for (const name of fetched) {
        const data = answer[name]?.data;
        if (!(data instanceof Float32Array)) {
          throw new AppError('E_GATE_CONTRACT', { detail: `${model.name}: ${name} gave no float values` });
        }
        values[name] = data;
      }
      return values;
    },
    release: () => session.release(),
  };
}
