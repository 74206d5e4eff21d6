import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Card } from '../../gateway/admission/contract.ts';
import { inspect } from '../../gateway/admission/inspect.ts';
import { encodeModel, type Node, type Tensor } from '../../gateway/admission/onnx-writer.ts';
import { card, structural } from './networks.ts';

// A detector that weighs channels by what it sees in the whole picture. Deep inside that is squeeze and excite, as in PicoDet; on the head
// it carries an embedding out with every box. What stands here is what somebody does who reads the rule.

const yoloxCard = card('models/yolox-nano/card.json');
const SIDE = 416;
const COLUMNS = 85;

/** A trunk of `channels` at 26 x 26, what `build` makes of it, and a head that lays it out as YOLOX does. */
function detector(
  build: (made: Draft, map: string) => string,
  { channels = 32, opset = 17, head = 1 }: { channels?: number; opset?: number; head?: 1 | 3 } = {},
): Uint8Array {
  const made = draft();
  const trunk = made.conv(made.add('Relu', [made.conv('x', 3, 8, 3, 4)]), 8, channels, 3, 4);
  const coarse = made.conv(made.add('Relu', [build(made, trunk)]), channels, COLUMNS, head, 2);
  const rows = made.add('Transpose', [coarse], { perm: [0, 2, 3, 1] });
  const output = made.add('Reshape', [rows, made.integers([1, -1, COLUMNS])]);
  return encodeModel({
    name: 'g',
    irVersion: 8,
    opset,
    metadata: {},
    nodes: made.nodes,
    initializers: made.weights,
    inputs: [{ name: 'x', dims: [1, 3, SIDE, SIDE] }],
    outputs: [{ name: output, dims: [1, 169, COLUMNS] }],
  });
}

type Draft = ReturnType<typeof draft>;
function draft() {
  const nodes: Node[] = [];
  const weights: Tensor[] = [];
  const floats = (dims: readonly number[]): string => {
    const count = dims.reduce((product, size) => product * size, 1);
    const values = Array.from({ length: count }, (_, index) => ((index * 37) % 13) / 130 - 0.04);
    weights.push({ name: `w${weights.length}`, type: 'float', dims, values });
    return `w${weights.length - 1}`;
  };
  const add = (op: string, inputs: readonly string[], attributes: Node['attributes'] = {}): string => {
    nodes.push({ op, inputs, outputs: [`v${nodes.length}`], attributes });
    return `v${nodes.length - 1}`;
  };
  return {
    nodes,
    weights,
    floats,
    add,
    integers: (values: readonly number[]): string => {
      weights.push({ name: `w${weights.length}`, type: 'int64', dims: [values.length], values });
      return `w${weights.length - 1}`;
    },
    conv: (from: string, ins: number, outs: number, kernel = 3, stride = 1): string =>
      add('Conv', [from, floats([outs, ins, kernel, kernel])], {
        pads: Array.from({ length: 4 }, () => Math.floor(kernel / 2)),
        strides: [stride, stride],
      }),
  };
}

/** Weighs `map` by numbers made of `source`: averages, `squeezed` numbers, one a channel, a sigmoid. */
function excite(made: Draft, map: string, source = map, channels = 32, squeezed = 8, from = channels): string {
  const pooled = made.add('GlobalAveragePool', [source]);
  const few = made.add('Relu', [made.conv(pooled, from, squeezed, 1)]);
  return made.add('Mul', [map, made.add('Sigmoid', [made.conv(few, squeezed, channels, 1)])]);
}

const judge = (bytes: Uint8Array): readonly string[] => {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const output = `v${String(lastOf(bytes))}`;
  const bound = {
    ...yoloxCard,
    sha256,
    input: { ...yoloxCard.input, name: 'x' },
    outputs: { predictions: output },
  } as Card;
  return structural(inspect(bytes, bound));
};
/** Number of the last node: its name stands in the file as `Reshape_N`. */
const lastOf = (bytes: Uint8Array): number =>
  Number(/Reshape_(\d+)(?![\s\S]*Reshape_)/.exec(Buffer.from(bytes).toString('latin1'))?.[1]);

describe('a vector that weighs channels', () => {
  it('FACE-05, FACE-12: admits squeeze and excite where a backbone has it', () => {
    expect(judge(detector((made, map) => made.conv(made.conv(excite(made, map), 32, 32), 32, 32)))).toEqual([]);
    const flat = detector((made, map) => {
      const mean = made.add('ReduceMean', [map], { axes: [2, 3], keepdims: 1 });
      const few = made.add('HardSwish', [made.conv(mean, 32, 16, 1)]);
      const gate = made.add('HardSigmoid', [made.conv(few, 16, 32, 1)]);
      return made.conv(made.conv(made.add('Mul', [gate, map]), 32, 32), 32, 32);
    });
    expect(judge(flat)).toEqual([]);
  });

  it.each<readonly [string, Uint8Array]>([
    ['on the head itself', detector((made, map) => excite(made, map))],
    ['before one more layer of single places', detector((made, map) => made.conv(excite(made, map), 32, 32, 1))],
    ['before one spatial convolution alone', detector((made, map) => made.conv(excite(made, map), 32, 32))],
    ['once inside and once on the head', detector((made, map) => excite(made, made.conv(excite(made, map), 32, 32)))],
    [
      'on one of two branches that are laid side by side',
      detector((made, map) => {
        const deep = made.conv(made.conv(made.conv(map, 32, 16), 16, 16), 16, 16);
        const half = made.conv(map, 32, 16, 1);
        return made.add('Concat', [deep, excite(made, half, half, 16, 4)], { axis: 1 });
      }),
    ],
    [
      'by way of a shortcut around the convolutions',
      detector((made, map) => {
        const gated = excite(made, map);
        return made.add('Add', [gated, made.conv(made.conv(gated, 32, 32), 32, 32)]);
      }),
    ],
    [
      'made of another map than the one it weighs',
      detector((made, map) => {
        const faces = made.conv(made.conv(map, 32, 32), 32, 32);
        return made.conv(made.conv(excite(made, map, faces), 32, 32), 32, 32);
      }),
    ],
    [
      'made of a part of the map',
      detector((made, map) => {
        const bounds = [0, 8, 1].map((value) => made.integers([value]));
        const part = made.add('Slice', [map, ...bounds]);
        return made.conv(made.conv(excite(made, map, part, 32, 4, 8), 32, 32), 32, 32);
      }),
    ],
    [
      'as wide as the map has channels',
      detector((made, map) => made.conv(made.conv(excite(made, map, map, 32, 32), 32, 32), 32, 32)),
    ],
    [
      'of seventy numbers',
      detector((made, map) => made.conv(made.conv(excite(made, map, map, 160, 70), 160, 32), 32, 160), {
        channels: 160,
      }),
    ],
    [
      'of a map with more channels than a gate may weigh',
      detector((made, map) => made.conv(made.conv(excite(made, map, map, 320, 16), 320, 32), 32, 320), {
        channels: 320,
      }),
    ],
    [
      'by a convolution as wide as the map in place of the average',
      detector((made, map) => {
        const all = made.add('Conv', [map, made.floats([8, 32, 26, 26])]);
        const gate = made.add('Sigmoid', [made.conv(all, 8, 32, 1)]);
        return made.conv(made.conv(made.add('Mul', [map, gate]), 32, 32), 32, 32);
      }),
    ],
    [
      'with a bound in place of a sigmoid, on the head',
      detector((made, map) => {
        const few = made.conv(made.add('GlobalAveragePool', [map]), 32, 8, 1);
        const gate = made.add('HardSigmoid', [made.conv(few, 8, 32, 1)]);
        return made.add('Mul', [made.add('Mul', [gate, made.floats([1])]), map]);
      }),
    ],
  ])('FACE-05, FACE-12: refuses one %s', (_, bytes) => {
    expect(judge(bytes)).toContain('E_GATE_EMBEDDING');
  });
});

describe('a value that keeps its places while each of them sees the whole picture', () => {
  it.each<readonly [string, Uint8Array]>([
    [
      'an average over a window wider than the map',
      detector((made, map) =>
        made.add('AveragePool', [map], { kernel_shape: [51, 51], pads: [25, 25, 25, 25], strides: [1, 1] }),
      ),
    ],
    [
      'a maximum over one',
      detector((made, map) =>
        made.add('MaxPool', [map], { kernel_shape: [51, 51], pads: [25, 25, 25, 25], strides: [1, 1] }),
      ),
    ],
    ['a convolution over one', detector((made, map) => made.conv(map, 32, 32, 25))],
    [
      'a convolution that is spread over one',
      detector((made, map) =>
        made.add('Conv', [map, made.floats([32, 32, 3, 3])], { pads: [13, 13, 13, 13], dilations: [13, 13] }),
      ),
    ],
    ['a norm of each channel', detector((made, map) => made.add('InstanceNormalization', [map, made.floats([32])]))],
    [
      'a norm in training mode',
      detector((made, map) => made.add('BatchNormalization', [map, made.floats([32])], { training_mode: 1 })),
    ],
    ['a softmax over places', detector((made, map) => made.add('Softmax', [map], { axis: 3 }))],
    [
      'a softmax over everything, in an old operator set',
      detector((made, map) => made.add('Softmax', [map], { axis: 1 }), { opset: 11 }),
    ],
    ['a norm over rows', detector((made, map) => made.add('LayerNormalization', [map, made.floats([26])]))],
    [
      'attention',
      detector((made, map) => {
        const rows = made.add('Reshape', [map, made.integers([1, 32, 676])]);
        const turned = made.add('Transpose', [rows], { perm: [0, 2, 1] });
        const product = made.add('MatMul', [made.add('MatMul', [rows, turned]), rows]);
        return made.add('Reshape', [product, made.integers([1, 32, 26, 26])]);
      }),
    ],
    [
      'four by four places, spread over the map',
      detector((made, map) => {
        const few = made.add('MaxPool', [map], { kernel_shape: [6, 6], strides: [6, 6] });
        const wide = made.add('Resize', [few, '', '', made.integers([1, 32, 26, 26])]);
        return made.add('Mul', [map, made.add('Sigmoid', [wide])]);
      }),
    ],
  ])('FACE-05, FACE-12: refuses %s', (_, bytes) => {
    expect(judge(bytes)).toContain('E_GATE_EMBEDDING');
  });

  it('FACE-12: a softmax over channels and a norm over channels stay lawful', () => {
    expect(judge(detector((made, map) => made.add('Softmax', [map], { axis: 1 })))).toEqual([]);
    const normed = detector((made, map) => {
      const last = made.add('Transpose', [map], { perm: [0, 2, 3, 1] });
      return made.add('Transpose', [made.add('LayerNormalization', [last, made.floats([32])])], { perm: [0, 3, 1, 2] });
    });
    expect(judge(normed)).toEqual([]);
  });
});
