import type { Attributes, Model, Node, Tensor } from '../../gateway/admission/onnx-writer.ts';

// The test detector: a graph that finds connected areas that are coloured, black or white before a grey background, in other
// words the objects of benchmarks/scenes/. It makes foreground pixels, lets each 4 x 4 cell learn the extent of the area it belongs
// to (extremes handed from cell to cell), and gives one box for each area with a score for each class.

/** Edge of the input; the picture stands at its top left, padded with grey. */
export const INPUT_PX = 416;
const CELL = 4;
const CELLS = INPUT_PX / CELL;
/** Boxes in the output; those that no area fills score 0. */
export const BOXES = 64;
/** An area's extremes travel one cell a step: areas up to 49 cells (196 px) wide and high become one box. */
const STEPS = 48;

interface Builder {
  /** Adds a node and returns the name of its output. */
  add(op: string, inputs: readonly string[], attributes?: Attributes): string;
  /** Adds a constant and returns its name; a number becomes a scalar. */
  constant(values: number | readonly number[], dims?: readonly number[], type?: Tensor['type']): string;
  /** Adds a node whose outputs bear the given names. */
  output(op: string, inputs: readonly string[], names: readonly string[], attributes?: Attributes): void;
  readonly nodes: readonly Node[];
  readonly initializers: readonly Tensor[];
}

function builder(): Builder {
  const nodes: Node[] = [];
  const initializers: Tensor[] = [];
  const output: Builder['output'] = (op, inputs, names, attributes = {}) => {
    nodes.push({ op, inputs, outputs: names, attributes });
  };
  return {
    nodes,
    initializers,
    output,
    add(op, inputs, attributes = {}) {
      const name = `v${nodes.length}`;
      output(op, inputs, [name], attributes);
      return name;
    },
    constant(values, dims, type = 'float') {
      const list = typeof values === 'number' ? [values] : values;
      const name = `c${initializers.length}`;
      initializers.push({ name, type, dims: dims ?? (typeof values === 'number' ? [] : [list.length]), values: list });
      return name;
    },
  };
}

/** 1 where `left` is greater than `right`, else 0. */
const greater = (g: Builder, left: string, right: string): string => {
  const truth = g.add('Greater', [left, right]);
  return g.add('Where', [truth, g.constant(1), g.constant(0)]);
};

const not = (g: Builder, mask: string): string => g.add('Sub', [g.constant(1), mask]);
const and = (g: Builder, ...masks: readonly [string, ...string[]]): string =>
  masks.reduce((left, right) => g.add('Mul', [left, right]));
const or = (g: Builder, left: string, right: string): string => g.add('Max', [left, right]);

/** (value - from) / (to - from), held between 0 and 1. */
const ramp = (g: Builder, value: string, from: number, to: number): string => {
  const shifted = g.add('Sub', [value, g.constant(from)]);
  return g.add('Clip', [g.add('Div', [shifted, g.constant(to - from)]), g.constant(0), g.constant(1)]);
};

/** Pixels that differ from any grey between 68 and 188: [1, 1, 416, 416] of 0 and 1; and those of the tan tone. */
function foreground(g: Builder): { readonly mask: string; readonly tan: string } {
  const highest = g.add('ReduceMax', ['images'], { axes: [1], keepdims: 1 });
  const lowest = g.add('ReduceMin', ['images'], { axes: [1], keepdims: 1 });
  const chroma = g.add('Sub', [highest, lowest]);
  // One convolution: luma; red - 1.18 green and green - 1.12 blue, both above 0 for tan.
  const weights = [0.299, 0.587, 0.114, 1, -1.18, 0, 0, 1, -1.12];
  const planes = g.add('Conv', ['images', g.constant(weights, [3, 3, 1, 1])]);
  const plane = (index: number) => g.add('Gather', [planes, g.constant([index], [1], 'int64')], { axis: 1 });
  const luma = plane(0);
  const coloured = greater(g, chroma, g.constant(45));
  const black = greater(g, g.constant(68), luma);
  const white = greater(g, luma, g.constant(188));
  const bright = greater(g, lowest, g.constant(85));
  const warm = and(g, greater(g, plane(1), g.constant(0)), greater(g, plane(2), g.constant(0)));
  return { mask: or(g, or(g, coloured, black), white), tan: and(g, warm, bright, coloured) };
}

/**
 * Each cell's knowledge of its area, [1, 6, 104, 104]: greatest right edge, greatest distance of the left edge from the right side of
 * the input, the same downwards, share of tan, and the number of the last cell, which names the area.
 */
function areas(g: Builder): { readonly cells: string; readonly known: string; readonly numbers: string } {
  const { mask, tan } = foreground(g);
  const line = Array.from({ length: INPUT_PX }, (_, index) => index + 1);
  const back = line.map((value) => INPUT_PX + 1 - value);
  const extremes = g.add(
    'Concat',
    [
      g.add('Mul', [mask, g.constant(line, [1, 1, 1, INPUT_PX])]),
      g.add('Mul', [mask, g.constant(back, [1, 1, 1, INPUT_PX])]),
      g.add('Mul', [mask, g.constant(line, [1, 1, INPUT_PX, 1])]),
      g.add('Mul', [mask, g.constant(back, [1, 1, INPUT_PX, 1])]),
    ],
    { axis: 1 },
  );
  const pool = { kernel_shape: [CELL, CELL], strides: [CELL, CELL] };
  // Two pixels of sixteen: a lone pixel is noise.
  const filled = greater(g, g.add('AveragePool', [mask], pool), g.constant(1.5 / 16));
  const rows = g.constant(
    line.slice(0, CELLS).map((row) => (row - 1) * CELLS),
    [1, 1, CELLS, 1],
  );
  const numbers = g.add('Add', [rows, g.constant(line.slice(0, CELLS), [1, 1, 1, CELLS])]);
  let known = g.add(
    'Concat',
    [g.add('MaxPool', [extremes], pool), g.add('AveragePool', [tan], pool), g.add('Mul', [filled, numbers])],
    { axis: 1 },
  );
  known = g.add('Mul', [known, filled]);
  for (let step = 0; step < STEPS; step += 1) {
    const spread = g.add('MaxPool', [known], { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] });
    known = g.add('Mul', [spread, filled]);
  }
  return { cells: filled, known, numbers };
}

/** One row for each area: the cell whose own number is the area's name speaks for it. [6, 64] and a mask [1, 64]. */
function speakers(g: Builder): { readonly rows: string; readonly present: string } {
  const { cells, known, numbers } = areas(g);
  const names = g.add('Gather', [known, g.constant([5], [1], 'int64')], { axis: 1 });
  const distance = g.add('Abs', [g.add('Sub', [names, numbers])]);
  const speaks = and(g, cells, greater(g, g.constant(0.5), distance));
  const flat = g.add('Reshape', [speaks, g.constant([CELLS * CELLS], [1], 'int64')]);
  // Sorted, so that the order is the same on every run.
  g.output('TopK', [flat, g.constant([BOXES], [1], 'int64')], ['present', 'places'], {
    axis: 0,
    largest: 1,
    sorted: 1,
  });
  const columns = g.add('Reshape', [known, g.constant([6, CELLS * CELLS], [2], 'int64')]);
  return { rows: g.add('Gather', [columns, 'places'], { axis: 1 }), present: 'present' };
}

/** The whole graph: `images` [1, 3, 416, 416] to `boxes` [1, 64, 4] (x1 y1 x2 y2, input pixels) and `scores` [1, 64, 2]. */
export function blobModel(): Model {
  const g = builder();
  const { rows, present } = speakers(g);
  const row = (index: number) =>
    g.add('Reshape', [
      g.add('Gather', [rows, g.constant([index], [1], 'int64')], { axis: 0 }),
      g.constant([1, BOXES, 1], [3], 'int64'),
    ]);
  const here = g.add('Reshape', [present, g.constant([1, BOXES, 1], [3], 'int64')]);
  const edge = g.constant(INPUT_PX);
  const [x2, y2] = [row(0), row(2)];
  const x1 = g.add('Sub', [edge, row(1)]);
  const y1 = g.add('Sub', [edge, row(3)]);
  const width = g.add('Sub', [x2, x1]);
  const height = g.add('Sub', [y2, y1]);

  const wide = greater(g, width, g.add('Mul', [height, g.constant(1.15)]));
  // What the side of the picture cuts has no telling shape: there the tone above a person's clothes decides, and a sliver that does
  // not show it is left unnamed.
  const cut = or(g, greater(g, g.constant(1.5), x1), greater(g, x2, g.constant(INPUT_PX - 1.5)));
  const tanned = greater(g, row(4), g.constant(0.2));
  const unclear = and(g, cut, not(g, wide), not(g, tanned));
  const named = not(g, and(g, unclear, greater(g, g.constant(10), width)));
  const car = or(g, wide, unclear);
  const sizedCar = and(g, ramp(g, width, 5, 8), ramp(g, height, 5, 8));
  const sizedPerson = and(g, ramp(g, width, 3, 5), ramp(g, height, 8, 12));
  const whole = and(g, here, named, ramp(g, width, 300, 250), g.constant(0.97));
  g.output('Concat', [x1, y1, x2, y2], ['boxes'], { axis: 2 });
  const scores = [and(g, whole, not(g, car), sizedPerson), and(g, whole, car, sizedCar)];
  g.output('Concat', scores, ['scores'], { axis: 2 });

  return {
    name: 'blob-detector',
    irVersion: 8,
    opset: 17,
    metadata: { labels: '["person","car"]' },
    nodes: g.nodes,
    initializers: g.initializers,
    inputs: [{ name: 'images', dims: [1, 3, INPUT_PX, INPUT_PX] }],
    outputs: [
      { name: 'boxes', dims: [1, BOXES, 4] },
      { name: 'scores', dims: [1, BOXES, 2] },
    ],
  };
}
