import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Card } from '../../gateway/admission/contract.ts';
import { inspect } from '../../gateway/admission/inspect.ts';
import {
  card,
  field,
  floats,
  int,
  integers,
  ints,
  network,
  node,
  outside,
  type Parts,
  structural,
  text,
  value,
  varint,
  vectorOf,
  whole,
  yolox,
} from './networks.ts';

// Networks that nobody should bring, made here. Each is refused for what it is, whatever card comes with it.

const codes = (bytes: Uint8Array, brought?: Card) => inspect(bytes, brought).reasons.map(({ code }) => code);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const yoloxCard = card('models/yolox-nano/card.json');
const bound = (bytes: Uint8Array): Card =>
  ({ ...yoloxCard, sha256: sha256(bytes), input: { ...yoloxCard.input, name: 'x' } }) as Card;

it('admits the lawful graph that the hostile ones are made from', () => {
  const bytes = network(yolox());
  expect(inspect(bytes, bound(bytes))).toEqual({ admitted: true, code: undefined, reasons: [] });
  expect(structural(inspect(bytes, undefined))).toEqual([]);
});

const VECTORS: readonly (readonly [string, Parts])[] = [
  ['ArcFace, 112 x 112 to 512', vectorOf([1, 3, 112, 112], 512)],
  ['AdaFace, 112 x 96 to 512', vectorOf([1, 3, 112, 96], 512)],
  ['FaceNet, 160 x 160 to 128', vectorOf([1, 3, 160, 160], 128)],
  ['SFace, 112 x 112 to 128, any batch', vectorOf(['n', 3, 112, 112], 128)],
  ['OSNet, 256 x 128 to 512', vectorOf([1, 3, 256, 128], 512)],
  ['TransReID, 384 x 128 to 2048', vectorOf([1, 3, 384, 128], 2048)],
  ['DeepSORT, 128 x 64 to 128', vectorOf([1, 3, 128, 64], 128)],
  ['CLIP, 224 x 224 to 512', vectorOf([1, 3, 224, 224], 512)],
  ['DINO, 518 x 518 to 768', vectorOf([1, 3, 518, 518], 768)],
  ['age and sex, 96 x 96 to 3', vectorOf([1, 3, 96, 96], 3)],
  ['FairFace, 224 x 224 to 18', vectorOf([1, 3, 224, 224], 18)],
  ['emotion, 64 x 64 to 8', vectorOf([1, 3, 64, 64], 8)],
  ['attributes of PA100K, 256 x 192 to 26', vectorOf([1, 3, 256, 192], 26)],
  ['a score of beauty, 224 x 224 to 1', vectorOf([1, 3, 224, 224], 1)],
  ['an embedding of a crop of an odd size', vectorOf([1, 3, 144, 80], 96)],
  ['an embedding of a whole frame', vectorOf([1, 3, 416, 416], 256)],
];

describe('vectors about a whole picture', () => {
  it.each(VECTORS)('FACE-05, FACE-08: %s', (_, parts) => {
    const bytes = network(parts);
    expect(structural(inspect(bytes, undefined))).toContain('E_GATE_EMBEDDING');
    expect(structural(inspect(bytes, bound(bytes)))).not.toEqual([]);
  });

  it('FACE-05: a vector that is divided by its own length', () => {
    const tail = [node('ReduceL2', ['raw'], ['length'], [ints('axes', [1])]), node('Div', ['raw', 'length'], ['out'])];
    expect(
      inspect(network(vectorOf([1, 3, 80, 80], 6, tail, 'out')), undefined).reasons.some(({ detail }) =>
        detail.includes('own length'),
      ),
    ).toBe(true);
    const plain = [node('LpNormalization', ['raw'], ['out'], [whole('axis', 1)])];
    expect(
      inspect(network(vectorOf([1, 3, 80, 80], 6, plain, 'out')), undefined).reasons.some(({ detail }) =>
        detail.includes('own length'),
      ),
    ).toBe(true);
  });

  it('FACE-05: an embedding behind a reshape to a list of boxes, under a card of a detector', () => {
    const base = vectorOf([1, 3, 416, 416], 20 * 85, [], 'raw');
    const bytes = network({
      ...base,
      initializers: [...(base.initializers ?? []), integers('shape', [1, 20, 85])],
      nodes: [...(base.nodes ?? []), node('Reshape', ['raw', 'shape'], ['output'])],
      outputs: [value('output', [1, 20, 85])],
    });
    expect(structural(inspect(bytes, bound(bytes)))).toContain('E_GATE_EMBEDDING');
  });

  it('FACE-05: an embedding that is blown up to a map of places', () => {
    const base = vectorOf([1, 3, 416, 416], 85, [], 'raw');
    const bytes = network({
      ...base,
      initializers: [
        ...(base.initializers ?? []),
        integers('map', [1, 85, 1, 1]),
        integers('wide', [1, 85, 13, 13]),
        integers('list', [1, 169, 85]),
      ],
      nodes: [
        ...(base.nodes ?? []),
        node('Reshape', ['raw', 'map'], ['m']),
        node('Expand', ['m', 'wide'], ['n']),
        node('Transpose', ['n'], ['o'], [ints('perm', [0, 2, 3, 1])]),
        node('Reshape', ['o', 'list'], ['output']),
      ],
      outputs: [value('output', [1, 169, 85])],
    });
    expect(structural(inspect(bytes, bound(bytes)))).toContain('E_GATE_EMBEDDING');
  });

  it('FACE-05: a detector with a hidden second output', () => {
    const second = network(
      yolox(85, {
        initializers: [floats('h', [8, 128])],
        nodes: [
          node('GlobalAveragePool', ['c'], ['p']),
          node('Flatten', ['p'], ['f']),
          node('Gemm', ['f', 'h'], ['hidden']),
        ],
        outputs: [value('hidden', [1, 128])],
      }),
    );
    expect(codes(second, bound(second))).toContain('E_GATE_EMBEDDING');
    expect(codes(second, bound(second))).toContain('E_GATE_CONTRACT');
    const each = network(
      yolox(85, { nodes: [node('Relu', ['output'], ['again'])], outputs: [value('again', [1, 169, 85])] }),
    );
    expect(codes(each, bound(each))).toContain('E_GATE_CONTRACT');
  });

  it('FACE-11: a detector with a vector in the columns of each box', () => {
    const bytes = network(yolox(85 + 128));
    expect(codes(bytes, bound(bytes))).toContain('E_GATE_CONTRACT');
    expect(codes(bytes)).toContain('E_GATE_CONTRACT');
  });

  it('declares one shape and has another', () => {
    const bytes = network({ ...yolox(85 + 128), outputs: [value('output', [1, 169, 85])] });
    expect(codes(bytes, bound(bytes))).toContain('E_GATE_CONTRACT');
    const free = network({ ...yolox(85 + 128), outputs: [value('output', ['a', 'b', 'c'])] });
    expect(codes(free, bound(free))).toContain('E_GATE_CONTRACT');
  });
});

const lists = (columns: readonly number[], strides = [1, 2, 4], input = [1, 3, 640, 640]): Parts => {
  const initializers = [floats('w', [8, 3, 3, 3])];
  const nodes = [node('Conv', ['x', 'w'], ['t'], [ints('pads', [1, 1, 1, 1]), ints('strides', [32, 32])])];
  const outputs: Buffer[] = [];
  for (const stride of strides) {
    for (const count of columns) {
      const name = `${stride}_${count}`;
      const side = Math.ceil((input[2] ?? 0) / 32 / stride);
      initializers.push(floats(`w${name}`, [count, 8, 3, 3]), integers(`s${name}`, [1, -1, count]));
      nodes.push(
        node('Conv', ['t', `w${name}`], [`c${name}`], [ints('pads', [1, 1, 1, 1]), ints('strides', [stride, stride])]),
        node('Transpose', [`c${name}`], [`p${name}`], [ints('perm', [0, 2, 3, 1])]),
        node('Reshape', [`p${name}`, `s${name}`], [`o${name}`]),
      );
      outputs.push(value(`o${name}`, [1, side * side, count]));
    }
  }
  return { inputs: [value('x', input)], initializers, nodes, outputs };
};

describe('points, faces, poses', () => {
  it.each([
    ['SCRFD without points: nine, then six outputs', lists([1, 4])],
    ['RetinaFace: boxes, two scores, five points', lists([4, 2, 10], [1])],
    ['YuNet: four kinds a stride', lists([1, 1, 4, 10])],
    ['a detector of one class that no card names', lists([4, 1], [1])],
    ['YOLO-face, 16 columns', yolox(16)],
    ['YOLO-pose, 56 columns', yolox(56)],
    ['YOLOv8-face with points, 20 columns', yolox(20)],
  ])('FACE-04: %s', (_, parts) => {
    const verdict = inspect(network(parts), undefined);
    expect(structural(verdict)).toContain('E_GATE_LANDMARK');
  });

  it.each([68 * 2, 98 * 2, 106 * 2, 468 * 3, 17 * 3])('FACE-04: %i numbers are a set of points', (length) => {
    expect(structural(inspect(network(vectorOf([1, 3, 192, 192], length)), undefined))).toContain('E_GATE_LANDMARK');
  });

  it.each([17, 68, 98])('FACE-07: %i heat maps', (maps) => {
    const bytes = network({
      inputs: [value('x', [1, 3, 256, 192])],
      initializers: [floats('w', [maps, 3, 3, 3])],
      nodes: [node('Conv', ['x', 'w'], ['y'], [ints('pads', [1, 1, 1, 1]), ints('strides', [4, 4])])],
      outputs: [value('y', [1, maps, 64, 48])],
    });
    expect(structural(inspect(bytes, undefined))).toContain('E_GATE_LANDMARK');
  });
});

describe('sequences, sounds, words, letters, pictures', () => {
  const passing = (input: Parameters<typeof value>[1], type = 1): Buffer =>
    network({ inputs: [value('x', input, type)], nodes: [node('Relu', ['x'], ['y'])], outputs: [value('y', input)] });

  it.each([
    ['a clip of 16 pictures', passing([1, 3, 16, 112, 112])],
    ['silhouettes', passing([1, 30, 1, 64, 44])],
    ['a sequence of poses', passing([1, 30, 17, 3])],
    ['ten pictures in the channels', passing([1, 30, 224, 224])],
  ])('FACE-07, FBD-03: %s', (_, bytes) => {
    expect(structural(inspect(bytes, undefined))).toContain('E_GATE_TEMPORAL');
  });

  it.each([
    ['a voice as a waveform', passing([1, 48_000])],
    ['a voice as a spectrogram', passing([1, 80, 200])],
    ['a picture in grey', passing([1, 1, 416, 416])],
    ['a picture whose sides are free', passing([1, 3, 'h', 'w'])],
    ['a batch of eight', passing([8, 3, 416, 416])],
    ['a picture that gives a picture back', passing([1, 3, 512, 512])],
  ])('FACE-07, FACE-11: %s', (_, bytes) => {
    expect(structural(inspect(bytes, undefined))).toContain('E_GATE_CONTRACT');
  });

  it('FACE-09: words as input', () => {
    expect(structural(inspect(passing([1, 77], 7), undefined))).toContain('E_GATE_EMBEDDING');
  });

  it('a face beside a picture: two inputs', () => {
    const bytes = network({ ...yolox(), inputs: [value('x', [1, 3, 416, 416]), value('face', [1, 512])] });
    expect(structural(inspect(bytes, undefined))).toContain('E_GATE_CONTRACT');
  });

  it.each([
    [48, 320, 97],
    [24, 94, 68],
    [32, 100, 37],
  ])('PRO-06: letters from a strip of %i x %i', (height, width, letters) => {
    const bytes = network({
      inputs: [value('x', [1, 3, height, width])],
      initializers: [floats('w', [letters, 3, 3, 3])],
      nodes: [
        node('Conv', ['x', 'w'], ['a'], [ints('pads', [1, 1, 1, 1]), ints('strides', [2, 2])]),
        node('ReduceMean', ['a'], ['b'], [ints('axes', [2]), whole('keepdims', 0)]),
        node('Transpose', ['b'], ['y'], [ints('perm', [0, 2, 1])]),
      ],
      outputs: [value('y', [1, Math.ceil(width / 2), letters])],
    });
    expect(structural(inspect(bytes, undefined))).toContain('E_GATE_OCR');
  });
});

describe('a vector that hides in a lawful layout', () => {
  /** A vector of 8 about the whole picture, `v`, beside the lawful head whose list is `output`. */
  const beside = (nodes: readonly Buffer[], initializers: readonly Buffer[], columns = 85): Buffer =>
    network(
      yolox(columns, {
        initializers: [floats('hv', [8, columns]), ...initializers],
        nodes: [
          node('GlobalAveragePool', ['c'], ['p']),
          node('Flatten', ['p'], ['f']),
          node('Gemm', ['f', 'hv'], ['v']),
          ...nodes,
        ],
      }),
    );
  const list = integers('one', [1, 1, 85]);
  const named = (bytes: Buffer, output: string): Buffer => {
    // The list that is given is the one that the vector went into.
    const from = Buffer.concat([text(1, 'output'), field(2, Buffer.alloc(0))]).subarray(0, 8);
    const at = bytes.lastIndexOf(from);
    bytes.write(output, at + 2, 'latin1');
    return bytes;
  };

  it.each([
    ['added to each box', [node('Reshape', ['v', 'one'], ['r']), node('Add', ['output', 'r'], ['outpux'])]],
    [
      'as a row more',
      [node('Reshape', ['v', 'one'], ['r']), node('Concat', ['output', 'r'], ['outpux'], [whole('axis', 1)])],
    ],
    ['times each box', [node('Reshape', ['v', 'one'], ['r']), node('Mul', ['output', 'r'], ['outpux'])]],
    [
      'picked by a map',
      [
        node('Reshape', ['v', 'one'], ['r']),
        node('Greater', ['output', 'r'], ['m']),
        node('Where', ['m', 'r', 'r'], ['outpux']),
      ],
    ],
  ] as const)('FACE-05, FACE-11: %s', (_, nodes) => {
    const bytes = named(beside(nodes, [list]), 'outpux');
    expect(structural(inspect(bytes, undefined))).toContain('E_GATE_EMBEDDING');
  });

  it('FACE-05: two places of the picture, spread over a whole list', () => {
    const bytes = network({
      initializers: [floats('w', [8, 3, 3, 3]), floats('wide', [169 * 85, 8, 1, 2]), integers('shape', [1, 169, 85])],
      nodes: [
        node('Conv', ['x', 'w'], ['a'], [ints('pads', [1, 1, 1, 1]), ints('strides', [208, 208])]),
        node('MaxPool', ['a'], ['b'], [ints('kernel_shape', [2, 1]), ints('strides', [2, 1])]),
        node('Conv', ['b', 'wide'], ['d']),
        node('Reshape', ['d', 'shape'], ['output']),
      ],
      outputs: [value('output', [1, 169, 85])],
    });
    expect(structural(inspect(bytes, bound(bytes)))).toContain('E_GATE_EMBEDDING');
  });

  it('FACE-12: lists of a million numbers, thousands of outputs and growing constants cost little and are refused', () => {
    const ones = Buffer.alloc(1_000_000, 1);
    const growing = Array.from({ length: 24 }, (_, index) =>
      node('Concat', [`k${index}`, `k${index}`], [`k${index + 1}`], [whole('axis', 0)]),
    );
    for (const bytes of [
      network(yolox(85, { nodes: [node('Relu', ['x'], ['k'], [Buffer.concat([text(1, 'a'), field(8, ones)])])] })),
      network({ ...yolox(), initializers: [Buffer.concat([field(1, ones), int(2, 1), text(8, 'z')])] }),
      network({ ...yolox(), outputs: Array.from({ length: 8000 }, (_, index) => value(`o${index}`, [1])) }),
      network(
        yolox(85, {
          initializers: [
            integers(
              'k0',
              Array.from({ length: 4096 }, () => 1),
            ),
          ],
          nodes: growing,
        }),
      ),
    ]) {
      const started = performance.now();
      expect(inspect(bytes, bound(bytes)).admitted).toBe(false);
      expect(performance.now() - started).toBeLessThan(2000);
    }
  });

  it('FACE-12: a field that may stand once stands once: else two readers of the file see two networks', () => {
    const raw = (fill: number): Buffer => field(9, Buffer.alloc(4, fill));
    const twice = Buffer.concat([int(1, 1), int(2, 1), text(8, 'z'), raw(0), raw(1)]);
    expect(codes(network({ ...yolox(), initializers: [twice] }))).toContain('E_GATE_PARSE');
  });
});

describe('what the file says of itself', () => {
  const entry = (key: string, words: string): Buffer => field(14, Buffer.concat([text(1, key), text(2, words)]));

  it('FACE-08: labels of the file that are not those of the card', () => {
    const bytes = network({ ...yolox(), model: [entry('labels', '["cat", "dog"]')] });
    expect(codes(bytes, bound(bytes))).toEqual(['E_GATE_LABEL']);
  });

  it.each(['{0: "face"}', "{0: 'man', 1: 'woman'}", '["age", "gender"]', 'person,Female'])(
    'FACE-08: forbidden labels in the file: %s',
    (labels) => {
      expect(
        inspect(network({ ...yolox(), model: [entry('names', labels)] }), undefined).reasons.some(({ detail }) =>
          detail.includes('no network may name'),
        ),
      ).toBe(true);
    },
  );

  it.each([
    ['arcface_r100', 'E_GATE_EMBEDDING'],
    ['gait recognition', 'E_GATE_TEMPORAL'],
    ['scrfd 10g', 'E_GATE_LANDMARK'],
    ['emotion-ferplus-8', 'E_GATE_LABEL'],
    ['ppocr rec ocr', 'E_GATE_OCR'],
  ])('FACE-12: %s', (words, code) => {
    expect(codes(network({ ...yolox(), model: [text(6, words)] }), undefined)).toContain(code);
  });
});

describe('data outside the file, foreign code, more than a graph', () => {
  const within = (tensor: Buffer): Buffer => Buffer.concat([text(1, 'value'), field(5, tensor), int(20, 4)]);
  const tensors: readonly (readonly [string, Parts])[] = [
    '../../etc/passwd',
    '/etc/passwd',
    'weights.bin',
    '..\\x',
    '',
  ].flatMap((place) => [
    [
      `initialiser, ${place}`,
      { ...yolox(), initializers: [...(yolox().initializers ?? []), outside('e', place)] },
    ] as const,
    [`constant, ${place}`, yolox(85, { nodes: [node('Constant', [], ['k'], [within(outside('e', place))])] })] as const,
    [`sparse initialiser, ${place}`, { ...yolox(), graph: [field(15, field(1, outside('e', place)))] }] as const,
    [
      `sparse constant, ${place}`,
      yolox(85, {
        nodes: [
          node(
            'Constant',
            [],
            ['k'],
            [Buffer.concat([text(1, 'sparse_value'), field(22, field(1, outside('e', place)))])],
          ),
        ],
      }),
    ] as const,
    [
      `subgraph, ${place}`,
      yolox(85, {
        nodes: [
          node('If', ['x'], ['k'], [Buffer.concat([text(1, 'then_branch'), field(6, field(5, outside('e', place)))])]),
        ],
      }),
    ] as const,
    [
      `function, ${place}`,
      { ...yolox(), model: [field(25, field(7, node('Constant', [], ['k'], [within(outside('e', place))])))] },
    ] as const,
    [`training, ${place}`, { ...yolox(), model: [field(20, field(1, field(5, outside('e', place))))] }] as const,
  ]);
  it.each(tensors)('FACE-12: data outside in: %s', (_, parts) => {
    const bytes = network(parts);
    const { reasons } = inspect(bytes, bound(bytes));
    expect(reasons.some(({ code, detail }) => code === 'E_GATE_OP' && detail.includes('outside the file'))).toBe(true);
  });

  it.each([
    ['an operator of another domain', yolox(85, { nodes: [node('Foo', ['x'], ['k'], [], 'com.microsoft')] })],
    ['an operator set of another domain', { ...yolox(), opset: ['com.microsoft', 1] as const }],
    [
      'a loop',
      yolox(85, { nodes: [node('Loop', ['x'], ['k'], [Buffer.concat([text(1, 'body'), field(6, text(2, 'b'))])])] }),
    ],
    ['a recurrent layer', yolox(85, { nodes: [node('LSTM', ['x', 'w1', 'w2'], ['k'])] })],
    ['a function', { ...yolox(), model: [field(25, text(1, 'f'))] }],
    [
      'text in a tensor',
      {
        ...yolox(),
        initializers: [
          ...(yolox().initializers ?? []),
          Buffer.concat([int(1, 1), int(2, 8), text(8, 's'), text(6, 'x')]),
        ],
      },
    ],
    [
      'a sequence as output',
      { ...yolox(), outputs: [Buffer.concat([text(1, 'output'), field(2, field(4, Buffer.alloc(0)))])] },
    ],
  ] as readonly (readonly [string, Parts])[])('FACE-12: %s', (_, parts) => {
    const bytes = network(parts);
    expect(codes(bytes, bound(bytes))).toContain('E_GATE_OP');
  });

  it.each([
    ['two graphs', Buffer.concat([network(yolox()), field(7, text(2, 'g'))])],
    ['a field that nobody knows', Buffer.concat([network(yolox()), int(99, 1)])],
    ['a number of eleven bytes', Buffer.concat([Buffer.from([8]), Buffer.alloc(11, 255)])],
    ['a length beyond the end', Buffer.concat([Buffer.from([58]), varint(2 ** 40)])],
    [
      'a tensor that claims 2^60 elements',
      network({
        ...yolox(),
        initializers: [Buffer.concat([int(1, 2n ** 60n), int(2, 1), text(8, 'z'), field(9, Buffer.alloc(8))])],
      }),
    ],
    [
      'a tensor of another length than it says',
      network({
        ...yolox(),
        initializers: [Buffer.concat([int(1, 9), int(2, 1), text(8, 'z'), field(9, Buffer.alloc(8))])],
      }),
    ],
    ['two makers of one value', network(yolox(85, { nodes: [node('Relu', ['a'], ['b'])] }))],
    ['a value that is read before it is made', network(yolox(85, { nodes: [node('Relu', ['later'], ['k'])] }))],
    ['an output that nothing makes', network({ ...yolox(), outputs: [value('nothing', [1, 169, 85])] })],
    ['graphs within graphs', network(yolox(85, { nodes: [node('If', ['x'], ['k'], [nest(40)])] }))],
    [
      'thirty thousand nodes',
      network({
        nodes: Array.from({ length: 30_000 }, (_, index) =>
          node('Relu', [index === 0 ? 'x' : `v${index - 1}`], [`v${index}`]),
        ),
      }),
    ],
  ])('FACE-12: %s', (_, bytes) => {
    expect(codes(bytes)).toContain('E_GATE_PARSE');
  });

  function nest(depth: number): Buffer {
    let graph = text(2, 'inner');
    for (let index = 0; index < depth; index++)
      graph = field(1, node('If', ['x'], ['y'], [Buffer.concat([text(1, 'then_branch'), field(6, graph)])]));
    return Buffer.concat([text(1, 'then_branch'), field(6, graph)]);
  }

  it.each([
    [
      'a picture blown up',
      node('Expand', ['x', 'huge'], ['k']),
      integers(
        'huge',
        [1, 3, 41_600, 41_600].map((size, index) => (index < 2 ? size : 416 * 100)),
      ),
    ],
    ['a picture laid side by side', node('Tile', ['x', 'huge'], ['k']), integers('huge', [1, 1, 500, 500])],
    ['a constant of 2^40 zeros', node('ConstantOfShape', ['huge'], ['k']), integers('huge', [2 ** 20, 2 ** 20])],
  ])('FACE-12: %s', (_, bomb, size) => {
    const started = performance.now();
    const bytes = network(yolox(85, { nodes: [bomb], initializers: [size] }));
    expect(structural(inspect(bytes, bound(bytes)))).not.toEqual([]);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
