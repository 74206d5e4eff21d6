import { readOnnx } from '../../gateway/admission/onnx-file.ts';
import { inferShapes } from '../../gateway/admission/shapes.ts';
import { type OnnxInput, openSession } from '../../gateway/analysis/onnx.ts';
import { sha256Hex } from '../../gateway/canonical.ts';
import { type Range, withOutputs } from './quantise.ts';

const BINS = 2048;
/** Before a SiLU, values under this become nearly nought whatever they are. */
const NEARLY_NOUGHT = -4;
const UNIMPORTANT = 0.05;

/**
 * The range of every value that depends on the picture, over pictures that `fill` puts into the input one by one: the one whose 256 steps
 * have the least square error over all that was seen.
 */
export async function rangesOf(
  bytes: Uint8Array<ArrayBuffer>,
  input: OnnxInput,
  pictures: number,
  fill: (picture: number) => Promise<void>,
): Promise<ReadonlyMap<string, Range>> {
  const file = readOnnx(bytes);
  const { values } = inferShapes(file);
  const ends = new Set(file.graph.outputs.map(({ name }) => name));
  const made = file.graph.nodes.flatMap(({ op, outputs }) => outputs.map((name) => ({ name, op })));
  const watched = made.flatMap(({ name, op }) => {
    const value = values.get(name);
    return value?.fromImage === true && !ends.has(name) ? [{ name, op, dims: value.dims }] : [];
  });
  const open = withOutputs(bytes, watched);
  const session = await openSession({ name: 'calibration', sha256: sha256Hex(open), bytes: open }, input);
  const seen = new Map(watched.map(({ name }) => [name, { least: 0, most: 0, bins: new Float64Array(BINS) }]));
  try {
    for (const pass of ['ends', 'bins'] as const) {
      for (let picture = 0; picture < pictures; picture += 1) {
        await fill(picture);
        const answer = await session.run(watched.map(({ name }) => name));
        for (const [name, found] of seen) {
          const held = answer[name] ?? new Float32Array(0);
          if (pass === 'ends') widen(found, held);
          else count(found, held);
        }
      }
    }
  } finally {
    await session.release();
  }
  const ranges = watched.map(({ name, op }) => [name, leastError(seen.get(name) as Seen, op === 'Conv')] as const);
  // Pixels are whole numbers of a byte: nothing is lost.
  return new Map([...ranges, [input.name, { least: 0, most: 255 }]]);
}

interface Seen {
  least: number;
  most: number;
  readonly bins: Float64Array;
}

function widen(seen: Seen, values: Float32Array): void {
  let { least, most } = seen;
  for (const value of values) {
    if (value < least) least = value;
    else if (value > most) most = value;
  }
  seen.least = least;
  seen.most = most;
}

function count({ least, most, bins }: Seen, values: Float32Array): void {
  const perUnit = BINS / (most - least + 1e-9);
  for (const value of values) {
    const bin = Math.min(BINS - 1, Math.floor((value - least) * perUnit));
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
}

function leastError({ least, most, bins }: Seen, isBeforeSilu: boolean): Range {
  let [best, range]: [number, Range] = [Number.POSITIVE_INFINITY, { least, most }];
  for (let high = 1; high > 0.1; high -= 0.045) {
    for (let low = 1; low > 0.1; low -= 0.07) {
      const tried = { least: least * low, most: most * high };
      const error = errorOf(tried);
      if (error < best) [best, range] = [error, tried];
      if (least === 0) break;
    }
  }
  return range;

  function errorOf(tried: Range): number {
    const step = (tried.most - tried.least) / 255;
    let sum = 0;
    for (const [bin, times] of bins.entries()) {
      if (times === 0) continue;
      const value = least + ((bin + 0.5) * (most - least)) / BINS;
      const cut = Math.max(0, value - tried.most, tried.least - value);
      sum += times * (isBeforeSilu && value < NEARLY_NOUGHT ? UNIMPORTANT : 1) * (cut * cut + (step * step) / 12);
    }
    return sum;
  }
}
