import { beforeAll, describe, expect, it } from 'vitest';
import { type Chosen, quantised, type Range } from '../../benchmarks/int8/quantise.ts';
import { rangesOf } from '../../benchmarks/int8/ranges.ts';
import { inspect } from '../../gateway/admission/inspect.ts';
import { readOnnx } from '../../gateway/admission/onnx-file.ts';
import { encodeModel, type Node } from '../../gateway/admission/onnx-writer.ts';
import { openSession } from '../../gateway/analysis/onnx.ts';
import { sha256Hex } from '../../gateway/canonical.ts';
import { structural } from '../admission/networks.ts';

// The quantiser of `npm run bench -- int8`, on a network of two layers whose channels differ a hundredfold in size.

const SIDE = 16;
const values = new Float32Array(3 * SIDE * SIDE);
const input = { name: 'x', values, shape: [1, 3, SIDE, SIDE] };

/** Pixels of a picture: whole numbers, another picture each. */
const fill = (picture: number): Promise<void> => {
  for (let index = 0; index < values.length; index += 1) values[index] = (index * (31 + 2 * picture)) % 256;
  return Promise.resolve();
};

function network(last: Node = { op: 'Conv', inputs: ['s', 'w2', 'b2'], outputs: ['y'] }): Uint8Array<ArrayBuffer> {
  const wave = (count: number, of: (index: number) => number): readonly number[] =>
    Array.from({ length: count }, (_, index) => Math.sin(index * 1.7) * of(index));
  const bytes = encodeModel({
    name: 'two layers',
    irVersion: 7,
    opset: 11,
    metadata: {},
    nodes: [
      { op: 'Conv', inputs: ['x', 'w1', 'b1'], outputs: ['c'], attributes: { pads: [1, 1, 1, 1] } },
      { op: 'Sigmoid', inputs: ['c'], outputs: ['g'] },
      { op: 'Mul', inputs: ['c', 'g'], outputs: ['s'] },
      last,
      { op: 'Transpose', inputs: ['y'], outputs: ['out'], attributes: { perm: [0, 2, 3, 1] } },
    ],
    initializers: [
      { name: 'w1', type: 'float', dims: [4, 3, 3, 3], values: wave(108, () => 0.004) },
      { name: 'b1', type: 'float', dims: [4], values: [0.5, -0.5, 1, 0] },
      { name: 'w2', type: 'float', dims: [4, 4, 1, 1], values: wave(16, (index) => (index < 8 ? 1 : 0.003)) },
      { name: 'b2', type: 'float', dims: [4], values: [3, -5, 0.001, -0.001] },
    ],
    inputs: [{ name: 'x', dims: [1, 3, SIDE, SIDE] }],
    outputs: [{ name: 'out', dims: [1, SIDE, SIDE, 4] }],
  });
  return new Uint8Array(bytes);
}

async function answerOf(bytes: Uint8Array<ArrayBuffer>): Promise<Float32Array> {
  const session = await openSession({ name: 'test', sha256: sha256Hex(bytes), bytes }, input);
  await fill(7);
  const { out } = await session.run(['out']);
  await session.release();
  return out ?? new Float32Array(0);
}

/** For each channel: the largest difference over the channel's largest value. */
function differences(answer: Float32Array, reference: Float32Array): readonly number[] {
  return [0, 1, 2, 3].map((channel) => {
    const own = [...reference.keys()].filter((index) => index % 4 === channel);
    const most = Math.max(...own.map((index) => Math.abs(reference[index] ?? 0)));
    return Math.max(...own.map((index) => Math.abs((answer[index] ?? Number.NaN) - (reference[index] ?? 0)))) / most;
  });
}

describe('static quantisation', () => {
  const plain = network();
  let ranges: ReadonlyMap<string, Range> = new Map();
  let reference = new Float32Array(0);
  beforeAll(async () => {
    ranges = await rangesOf(plain, input, 4, fill);
    reference = Float32Array.from(await answerOf(plain));
  });

  it('says nearly what the network says', async () => {
    const isFirst: Chosen = ({ outputs }) => outputs[0] !== 'y';
    const first = await answerOf(quantised(plain, ranges, isFirst));
    for (const difference of differences(first, reference)) expect(difference).toBeLessThan(0.03);
    // A value has one step for all of its channels: where the last layer is rounded too, the small ones are lost.
    const [large = 1, other = 1] = differences(await answerOf(quantised(plain, ranges)), reference);
    expect(Math.max(large, other)).toBeLessThan(0.03);
  });

  it('gives the same bytes again, and another file than it was given', () => {
    const made = quantised(plain, ranges);
    expect(sha256Hex(quantised(plain, ranges))).toBe(sha256Hex(made));
    const { graph, opsets } = readOnnx(made);
    expect(opsets).toEqual([{ domain: '', version: 13 }]);
    const weights = graph.initializers.filter(({ type }) => type === 3).map(({ name, dims }) => [name, dims]);
    expect(weights).toContainEqual(['w2.integers', [4, 4, 1, 1]]);
    expect(graph.initializers.map(({ name }) => name)).not.toContain('w2');
    const stepsOf = (name: string): readonly number[] =>
      graph.initializers.find((each) => each.name === `${name}.step`)?.numbers ?? [];
    const [first = 0, , third = 1] = stepsOf('w2');
    expect(third / first).toBeCloseTo(0.003, 3);
    // The runtime adds a bias to sums of products: it counts in their steps, or the layer stays in floating point.
    const [step = 0] = stepsOf('s');
    expect(stepsOf('b2')).toEqual(stepsOf('w2').map((each) => Math.fround(each * step)));
  });

  it('changes nothing where nothing is chosen', async () => {
    const answer = await answerOf(quantised(plain, ranges, () => false));
    expect([...answer]).toEqual([...reference]);
  });

  it('refuses an operator that it does not know, and a value that was never seen', () => {
    const strange = network({ op: 'Softmax', inputs: ['s'], outputs: ['y'] });
    expect(() => quantised(strange, ranges)).toThrow('Softmax');
    expect(() => quantised(plain, new Map())).toThrow('no range of x');
  });

  it('the gate refuses what it made, as it refuses every network of integers', () => {
    const { reasons } = inspect(quantised(plain, ranges), undefined);
    expect(structural({ admitted: false, code: undefined, reasons })).toContain('E_GATE_OP');
    expect(reasons.map(({ detail }) => detail).join()).toContain('QuantizeLinear: no such operator on the list');
    expect(structural(inspect(plain, undefined))).not.toContain('E_GATE_OP');
  });
});
