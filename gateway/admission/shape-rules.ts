import { MOST_NUMBERS } from './onnx-file.ts';
import { type Call, constantOf, elementsOf, type Shape, type Value } from './shapes.ts';

/**
 * The operators that a network may have, each with the rule that gives the shape of what it makes. What has no rule here is refused: an
 * operator whose result nobody can foretell is no operator of a detector.
 */
export type Rule = (call: Call) => { readonly values: readonly Shape[]; readonly work?: number };

const fail = (why: string): never => {
  throw new Error(why);
};

const need = (value: Value | undefined): Value => value ?? fail('an input is missing');
const first = (call: Call): Value => need(call.inputs[0]);
/** Sizes, axes, starts: a list of a few. */
const MOST_SIZES = 64;
const few = (numbers: readonly number[]): readonly number[] =>
  numbers.length <= MOST_SIZES ? numbers : fail('more numbers than a shape has');
const numbersOf = (value: Value | undefined): readonly number[] =>
  few(need(value).numbers ?? fail('a shape that depends on the picture or is not known'));
const integerOf = (call: Call, name: string, otherwise: number): number => call.attribute(name)?.integer ?? otherwise;
const integersOf = (call: Call, name: string): readonly number[] | undefined => {
  const found = call.attribute(name);
  return found === undefined ? undefined : few(found.integers);
};
const at = (dims: readonly number[], index: number): number => dims[index] ?? fail('too few dimensions');
const axisOf = (axis: number, rank: number): number => {
  const positive = axis < 0 ? axis + rank : axis;
  return positive >= 0 && positive < rank ? positive : fail('an axis that is not there');
};

/** A value whose places follow those of `source`, dimension by dimension. */
const like = (
  source: Shape,
  dims: readonly number[],
  spatial: readonly number[],
  numbers?: readonly number[],
): Shape => ({
  dims,
  numbers,
  fromImage: source.fromImage,
  spatial: dims.map((size, index) => Math.max(1, Math.min(size, spatial[index] ?? 1))),
  mixed: source.mixed,
});
const one = (value: Shape, work = 0) => ({ values: [value], work });

/** As its first input; further inputs are scales and bounds. */
const same: Rule = (call) => {
  const source = first(call);
  return { values: call.node.outputs.map(() => like(source, source.dims, source.spatial)) };
};

/** The same, and what is known stays known. */
const sameNumbers =
  (change: (value: number, call: Call) => number): Rule =>
  (call) => {
    const source = first(call);
    return one(
      like(
        source,
        source.dims,
        source.spatial,
        source.numbers?.map((each) => change(each, call)),
      ),
    );
  };

/** Places along one dimension of what is put together: those of the one that tells fewest apart. One that has no such dimension says nothing. */
const poorest = (sources: readonly Shape[], indexIn: (source: Shape) => number): number => {
  const there = sources.filter((each) => (each.dims[indexIn(each)] ?? 1) > 1);
  return there.reduce(
    (least, each) => Math.min(least, each.spatial[indexIn(each)] ?? 1),
    there.length > 0 ? Infinity : 1,
  );
};

function broadcast(sources: readonly Shape[], numbers?: readonly number[]): Shape {
  const rank = Math.max(...sources.map(({ dims }) => dims.length));
  const dims: number[] = [];
  const spatial: number[] = [];
  const seen = sources.filter((each) => each.fromImage);
  for (let index = 0; index < rank; index++) {
    const sizes = sources.map((each) => each.dims[index - rank + each.dims.length] ?? 1);
    const size = sizes.reduce(
      (most, each) => (each === 1 ? most : most === 1 || most === each ? each : fail('shapes that do not fit')),
      1,
    );
    dims.push(size);
    spatial.push(poorest(seen, (each) => index - rank + each.dims.length));
  }
  return { dims, numbers, fromImage: seen.length > 0, spatial, mixed: seen.some((each) => each.mixed) };
}

const elementwise =
  (combine?: (a: number, b: number) => number): Rule =>
  (call) => {
    const sources = call.inputs.map(need);
    const [a, b] = sources.map(({ numbers }) => numbers);
    const known =
      combine !== undefined &&
      a !== undefined &&
      b !== undefined &&
      Math.max(a.length, b.length) <= MOST_NUMBERS &&
      (a.length === b.length || b.length === 1 || a.length === 1);
    const count = Math.max(a?.length ?? 0, b?.length ?? 0);
    const numbers = known
      ? Array.from({ length: count }, (_, index) =>
          combine((a.length === 1 ? a[0] : a[index]) ?? 0, (b.length === 1 ? b[0] : b[index]) ?? 0),
        )
      : undefined;
    return one(broadcast(sources, numbers));
  };

/** Window operators: the sizes of the places after strides, pads and dilation. */
function windowed(call: Call, source: Value, kernel: readonly number[]): readonly number[] {
  const sides = source.dims.slice(2);
  const strides = integersOf(call, 'strides') ?? sides.map(() => 1);
  const dilations = integersOf(call, 'dilations') ?? sides.map(() => 1);
  const pads = integersOf(call, 'pads') ?? sides.flatMap(() => [0, 0]);
  const auto = call.attribute('auto_pad')?.text ?? 'NOTSET';
  return sides.map((side, index) => {
    const stride = at(strides, index);
    if (stride < 1) fail('a stride below one');
    if (auto.startsWith('SAME')) return Math.ceil(side / stride);
    const reach = (at(kernel, index) - 1) * at(dilations, index) + 1;
    const padded = side + at(pads, index) + at(pads, index + sides.length);
    const steps = (padded - reach) / stride;
    return (integerOf(call, 'ceil_mode', 0) === 1 ? Math.ceil(steps) : Math.floor(steps)) + 1;
  });
}

/** What a convolution leaves of places: those that were put into the channels are summed over, unless each channel stays for itself. */
const channelsMixed = ({ spatial }: Shape, isDepthwise: boolean): readonly number[] =>
  spatial.map((places, index) => (index === 1 && !isDepthwise ? 1 : places));

const conv: Rule = (call) => {
  const source = first(call);
  const weights = need(call.inputs[1]);
  if (source.dims.length !== 4 || weights.dims.length !== 4) fail('a convolution that is not over a picture');
  if (weights.fromImage) fail('weights that depend on the picture');
  const group = integerOf(call, 'group', 1);
  if (at(source.dims, 1) !== at(weights.dims, 1) * group) fail('channels that do not fit');
  const dims = [at(source.dims, 0), at(weights.dims, 0), ...windowed(call, source, weights.dims.slice(2))];
  return one(
    like(source, dims, channelsMixed(source, group === at(source.dims, 1))),
    elementsOf(dims) * elementsOf(weights.dims.slice(1)),
  );
};

const convTranspose: Rule = (call) => {
  const source = first(call);
  const weights = need(call.inputs[1]);
  if (source.dims.length !== 4 || weights.dims.length !== 4) fail('a convolution that is not over a picture');
  const strides = integersOf(call, 'strides') ?? [1, 1];
  const pads = integersOf(call, 'pads') ?? [0, 0, 0, 0];
  const more = integersOf(call, 'output_padding') ?? [0, 0];
  const sides = source.dims
    .slice(2)
    .map(
      (side, index) =>
        (side - 1) * at(strides, index) +
        at(more, index) +
        at(weights.dims, index + 2) -
        at(pads, index) -
        at(pads, index + 2),
    );
  const dims = [at(source.dims, 0), at(weights.dims, 1) * integerOf(call, 'group', 1), ...sides];
  return one(like(source, dims, channelsMixed(source, false)), elementsOf(dims) * elementsOf(weights.dims.slice(2)));
};

const pool: Rule = (call) => {
  const source = first(call);
  if (source.dims.length !== 4) fail('a pool that is not over a picture');
  const kernel = integersOf(call, 'kernel_shape') ?? fail('a pool without a window');
  return one(like(source, [...source.dims.slice(0, 2), ...windowed(call, source, kernel)], source.spatial));
};

const globalPool: Rule = (call) => {
  const source = first(call);
  return one(
    like(
      source,
      source.dims.map((size, index) => (index < 2 ? size : 1)),
      [],
    ),
  );
};

const reduce: Rule = (call) => {
  const source = first(call);
  const given = integersOf(call, 'axes') ?? (call.inputs[1] === undefined ? undefined : numbersOf(call.inputs[1]));
  const axes = (given === undefined || given.length === 0 ? source.dims.map((_, index) => index) : given).map((axis) =>
    axisOf(axis, source.dims.length),
  );
  return one(without(source, axes, integerOf(call, 'keepdims', 1) === 1));
};

/** Dimensions folded into one number each, kept as 1 or dropped. */
function without(source: Value, axes: readonly number[], keep: boolean): Shape {
  const kept = source.dims.map((_, index) => index).filter((index) => keep || !axes.includes(index));
  return like(
    source,
    kept.map((index) => (axes.includes(index) ? 1 : at(source.dims, index))),
    kept.map((index) => (axes.includes(index) ? 1 : at(source.spatial, index))),
  );
}

const argument: Rule = (call) => {
  const source = first(call);
  return one(
    without(source, [axisOf(integerOf(call, 'axis', 0), source.dims.length)], integerOf(call, 'keepdims', 1) === 1),
  );
};

const concat: Rule = (call) => {
  const sources = call.inputs.map(need);
  const rank = first(call).dims.length;
  const axis = axisOf(integerOf(call, 'axis', 1), rank);
  if (
    sources.some(
      ({ dims }) =>
        dims.length !== rank || dims.some((size, index) => index !== axis && size !== first(call).dims[index]),
    )
  )
    fail('shapes that do not fit');
  const dims = first(call).dims.map((size, index) =>
    index === axis ? sources.reduce((sum, each) => sum + at(each.dims, axis), 0) : size,
  );
  const numbers =
    sources.every((each) => each.numbers !== undefined) && rank === 1 && at(dims, 0) <= MOST_NUMBERS
      ? sources.flatMap((each) => each.numbers ?? [])
      : undefined;
  const seen = sources.filter((each) => each.fromImage);
  // Rows of several maps tell no more places apart than the best of them: they may be copies.
  const spatial = dims.map((_, index) =>
    index === axis ? Math.max(1, ...seen.map((each) => at(each.spatial, axis))) : poorest(seen, () => index),
  );
  return one({ dims, numbers, fromImage: seen.length > 0, spatial, mixed: seen.some((each) => each.mixed) });
};

const split: Rule = (call) => {
  const source = first(call);
  const axis = axisOf(integerOf(call, 'axis', 0), source.dims.length);
  const count = call.node.outputs.length;
  const said = integersOf(call, 'split') ?? (call.inputs[1] === undefined ? undefined : numbersOf(call.inputs[1]));
  const whole = at(source.dims, axis);
  const sizes =
    said ??
    Array.from({ length: count }, (_, index) =>
      Math.min(Math.ceil(whole / count), whole - index * Math.ceil(whole / count)),
    );
  if (sizes.length !== count || sizes.reduce((sum, size) => sum + size, 0) !== whole)
    fail('a split that does not add up');
  return {
    values: sizes.map((size) =>
      like(
        source,
        source.dims.map((each, index) => (index === axis ? size : each)),
        source.spatial,
      ),
    ),
  };
};

const slice: Rule = (call) => {
  const source = first(call);
  const given = (name: string, index: number) =>
    integersOf(call, name) ?? (call.inputs[index] === undefined ? undefined : numbersOf(call.inputs[index]));
  const starts = given('starts', 1) ?? fail('a slice without start');
  const ends = given('ends', 2) ?? fail('a slice without end');
  const axes = given('axes', 3) ?? starts.map((_, index) => index);
  const steps = given('steps', 4) ?? starts.map(() => 1);
  const dims = [...source.dims];
  let numbers = source.numbers;
  for (const [index, axis] of axes.entries()) {
    const where = axisOf(axis, dims.length);
    const size = at(dims, where);
    const step = at(steps, index);
    if (step === 0) fail('a step of zero');
    const clamp = (value: number): number =>
      Math.min(Math.max(value < 0 ? value + size : value, step < 0 ? -1 : 0), step < 0 ? size - 1 : size);
    const from = clamp(at(starts, index));
    const to = at(ends, index) < -size && step < 0 ? -1 : clamp(at(ends, index));
    dims[where] = Math.max(0, Math.ceil((to - from) / step));
    numbers =
      dims.length === 1
        ? numbers?.filter((_, each) => (step > 0 ? each >= from && each < to && (each - from) % step === 0 : false))
        : undefined;
  }
  return one(like(source, dims, source.spatial, numbers));
};

/**
 * Dimensions that are put together or taken apart. Places that were put together with something else (channels, anchors) cannot be told from
 * it when they are taken apart again: then there are none.
 */
function reshaped(source: Shape, dims: readonly number[]): Shape {
  if (elementsOf(dims) !== elementsOf(source.dims)) fail('a reshape to another number of elements');
  const spatial = dims.map(() => 1);
  let mixed = source.mixed;
  let from = 0;
  let to = 0;
  while (from < source.dims.length || to < dims.length) {
    const group = { from, to };
    let left = source.dims[from++] ?? 1;
    let right = dims[to++] ?? 1;
    while (left !== right) {
      if (left < right) left *= source.dims[from++] ?? fail('a reshape that does not fit');
      else right *= dims[to++] ?? fail('a reshape that does not fit');
    }
    const places = source.spatial.slice(group.from, from);
    const told = places.reduce((product, each) => product * each, 1);
    if (told === 1) continue;
    const isMixing = places.some((each, index) => each === 1 && at(source.dims, group.from + index) > 1);
    const parts = dims.slice(group.to, to).filter((size) => size > 1).length;
    if (parts > 1 && (isMixing || source.mixed)) continue;
    mixed ||= isMixing;
    for (let index = group.to; index < to; index++) spatial[index] = told;
  }
  return { ...like(source, dims, spatial, source.numbers), mixed };
}

const reshape: Rule = (call) => {
  const source = first(call);
  const wanted = integersOf(call, 'shape') ?? numbersOf(call.inputs[1]);
  const dims = wanted.map((size, index) =>
    size === 0 && integerOf(call, 'allowzero', 0) === 0 ? at(source.dims, index) : size,
  );
  const rest = dims.reduce((product, size) => (size === -1 ? product : product * size), 1);
  return one(
    reshaped(
      source,
      dims.map((size) => (size === -1 ? elementsOf(source.dims) / rest : size)),
    ),
  );
};

const flatten: Rule = (call) => {
  const source = first(call);
  const axis = integerOf(call, 'axis', 1);
  const cut = axis < 0 ? axis + source.dims.length : axis;
  return one(reshaped(source, [elementsOf(source.dims.slice(0, cut)), elementsOf(source.dims.slice(cut))]));
};

const transpose: Rule = (call) => {
  const source = first(call);
  const order = integersOf(call, 'perm') ?? source.dims.map((_, index) => source.dims.length - 1 - index);
  if (new Set(order).size !== source.dims.length || order.length !== source.dims.length) fail('an order that is none');
  return one(
    like(
      source,
      order.map((index) => at(source.dims, index)),
      order.map((index) => at(source.spatial, index)),
    ),
  );
};

const axesOf = (call: Call): readonly number[] | undefined =>
  integersOf(call, 'axes') ?? (call.inputs[1] === undefined ? undefined : numbersOf(call.inputs[1]));

const squeeze: Rule = (call) => {
  const source = first(call);
  const axes = axesOf(call)?.map((axis) => axisOf(axis, source.dims.length));
  const kept = source.dims
    .map((_, index) => index)
    .filter((index) => (axes === undefined ? at(source.dims, index) !== 1 : !axes.includes(index)));
  if (axes?.some((axis) => at(source.dims, axis) !== 1)) fail('a squeeze of more than one');
  return one(
    like(
      source,
      kept.map((index) => at(source.dims, index)),
      kept.map((index) => at(source.spatial, index)),
      source.numbers,
    ),
  );
};

const unsqueeze: Rule = (call) => {
  const source = first(call);
  const given = axesOf(call) ?? fail('no axes');
  const rank = source.dims.length + given.length;
  const axes = given.map((axis) => axisOf(axis, rank));
  const dims: number[] = [];
  const spatial: number[] = [];
  let next = 0;
  for (let index = 0; index < rank; index++) {
    const isNew = axes.includes(index);
    dims.push(isNew ? 1 : at(source.dims, next));
    spatial.push(isNew ? 1 : at(source.spatial, next));
    if (!isNew) next += 1;
  }
  return one(like(source, dims, spatial, source.numbers));
};

const gather: Rule = (call) => {
  const source = first(call);
  const indices = need(call.inputs[1]);
  const axis = axisOf(integerOf(call, 'axis', 0), source.dims.length);
  const dims = [...source.dims.slice(0, axis), ...indices.dims, ...source.dims.slice(axis + 1)];
  const held = at(source.spatial, axis);
  const spatial = [
    ...source.spatial.slice(0, axis),
    ...indices.dims.map((_, index) => Math.max(held, at(indices.spatial, index))),
    ...source.spatial.slice(axis + 1),
  ];
  const known = source.numbers;
  const numbers =
    known !== undefined && source.dims.length === 1
      ? indices.numbers?.map((index) => known.at(index) ?? fail('an index that is not there'))
      : undefined;
  const value = like(source, dims, spatial, numbers);
  return one({
    ...value,
    fromImage: source.fromImage || indices.fromImage,
    mixed: source.mixed || indices.mixed,
  });
};

const shapeOf: Rule = (call) => one(constantOf({ dims: [first(call).dims.length], numbers: first(call).dims }));

const constant: Rule = (call) => {
  const { attribute } = call;
  const tensor = attribute('value')?.tensor;
  if (tensor !== undefined) return one(constantOf(tensor));
  const integers = attribute('value_ints')?.integers ?? attribute('value_floats')?.floats;
  if (integers !== undefined) return one(constantOf({ dims: [integers.length], numbers: integers }));
  const number = attribute('value_int')?.integer ?? attribute('value_float')?.floats[0];
  return number === undefined ? fail('a constant of another kind') : one(constantOf({ dims: [], numbers: [number] }));
};

const constantOfShape: Rule = (call) => {
  const dims = numbersOf(call.inputs[0]);
  const fill = call.attribute('value')?.tensor?.numbers?.[0] ?? 0;
  return one(
    constantOf({
      dims,
      numbers: elementsOf(dims) <= 64 ? Array.from({ length: elementsOf(dims) }, () => fill) : undefined,
    }),
  );
};

const expand: Rule = (call) => {
  const wanted = numbersOf(call.inputs[1]);
  return one(broadcast([first(call), constantOf({ dims: wanted, numbers: undefined })]));
};

const tile: Rule = (call) => {
  const source = first(call);
  const repeats = numbersOf(call.inputs[1]);
  return one(
    like(
      source,
      source.dims.map((size, index) => size * at(repeats, index)),
      source.spatial,
    ),
  );
};

const resize: Rule = (call) => {
  const source = first(call);
  const sizes = call.inputs[3]?.numbers;
  if (sizes !== undefined && sizes.length > 0) return one(like(source, sizes, source.spatial));
  // Upsample and the first Resize have the scales as second input or as attribute.
  const given = call.attribute('scales')?.floats ?? call.inputs[2]?.numbers ?? call.inputs[1]?.numbers;
  const scales = given !== undefined && given.length === source.dims.length ? given : (call.inputs[1]?.numbers ?? []);
  if (scales.length !== source.dims.length) fail('a resize whose size is not known');
  return one(
    like(
      source,
      source.dims.map((size, index) => Math.floor(size * at(scales, index))),
      source.spatial,
    ),
  );
};

const pad: Rule = (call) => {
  const source = first(call);
  const pads = integersOf(call, 'pads') ?? numbersOf(call.inputs[1]);
  const rank = source.dims.length;
  return one(
    like(
      source,
      source.dims.map((size, index) => size + at(pads, index) + at(pads, index + rank)),
      source.spatial,
    ),
  );
};

const eitherOf = (a: Shape, b: Shape): Pick<Shape, 'fromImage' | 'mixed'> => ({
  fromImage: a.fromImage || b.fromImage,
  mixed: a.mixed || b.mixed,
});

const gemm: Rule = (call) => {
  const [a, b] = [first(call), need(call.inputs[1])];
  if (a.dims.length !== 2 || b.dims.length !== 2) fail('a product of other shapes');
  const [rows, inner] = integerOf(call, 'transA', 0) === 1 ? [1, 0] : [0, 1];
  const [innerB, columns] = integerOf(call, 'transB', 0) === 1 ? [1, 0] : [0, 1];
  if (at(a.dims, inner) !== at(b.dims, innerB)) fail('a product that does not fit');
  const dims = [at(a.dims, rows), at(b.dims, columns)];
  const spatial = [at(a.spatial, rows), at(b.spatial, columns)];
  const value = like(a, dims, spatial);
  return one({ ...value, ...eitherOf(a, b) }, elementsOf(dims) * at(a.dims, inner));
};

const matMul: Rule = (call) => {
  const [a, b] = [first(call), need(call.inputs[1])];
  if (a.dims.length < 2 || b.dims.length < 2) fail('a product of vectors');
  const inner = at(a.dims, a.dims.length - 1);
  if (inner !== at(b.dims, b.dims.length - 2)) fail('a product that does not fit');
  const outer = (value: Shape): Shape => ({
    ...value,
    dims: value.dims.slice(0, -2),
    spatial: value.spatial.slice(0, -2),
  });
  const leading = broadcast([outer(a), outer(b)]);
  const dims = [...leading.dims, at(a.dims, a.dims.length - 2), at(b.dims, b.dims.length - 1)];
  const spatial = [...leading.spatial, a.spatial.at(-2) ?? 1, b.spatial.at(-1) ?? 1];
  const value = like(a, dims, spatial);
  return one({ ...value, ...eitherOf(a, b) }, elementsOf(dims) * inner);
};

const topK: Rule = (call) => {
  const source = first(call);
  const axis = axisOf(integerOf(call, 'axis', -1), source.dims.length);
  const [k = fail('how many')] = call.inputs[1] === undefined ? [integerOf(call, 'k', 0)] : numbersOf(call.inputs[1]);
  if (k > at(source.dims, axis)) fail('more than there are');
  const made = like(
    source,
    source.dims.map((size, index) => (index === axis ? k : size)),
    source.spatial,
  );
  return { values: [made, made] };
};

const depthToSpace =
  (towards: 1 | -1): Rule =>
  (call) => {
    const source = first(call);
    const [batch, channels, height, width] = source.dims;
    const block = integerOf(call, 'blocksize', 0);
    if (batch === undefined || channels === undefined || height === undefined || width === undefined || block < 1)
      return fail('a shape of another kind');
    const square = block * block;
    const dims =
      towards === 1
        ? [batch, channels / square, height * block, width * block]
        : [batch, channels * square, height / block, width / block];
    return one({ ...like(source, dims, channelsMixed(source, false)), mixed: true });
  };

const range: Rule = (call) => {
  const [start = 0, limit = 0, delta = 1] = call.inputs.map((input) => numbersOf(input)[0]);
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  const numbers =
    count <= MOST_NUMBERS ? Array.from({ length: count }, (_, index) => start + index * delta) : undefined;
  return one(constantOf({ dims: [count], numbers }));
};

const truncate = (value: number, call: Call): number => {
  const to = integerOf(call, 'to', 1);
  return to === 6 || to === 7 ? Math.trunc(value) : value;
};

export const RULES: Readonly<Record<string, Rule>> = {
  Abs: same,
  Add: elementwise((a, b) => a + b),
  And: elementwise(),
  ArgMax: argument,
  ArgMin: argument,
  AveragePool: pool,
  BatchNormalization: same,
  Cast: sameNumbers(truncate),
  Ceil: sameNumbers(Math.ceil),
  Clip: same,
  Concat: concat,
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Conv: conv,
  ConvTranspose: convTranspose,
  DepthToSpace: depthToSpace(1),
  Div: elementwise((a, b) => (Number.isInteger(a) && Number.isInteger(b) ? Math.trunc(a / b) : a / b)),
  Elu: same,
  Equal: elementwise(),
  Erf: same,
  Exp: same,
  Expand: expand,
  Flatten: flatten,
  Floor: sameNumbers(Math.floor),
  Gather: gather,
  Gemm: gemm,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  Greater: elementwise(),
  GreaterOrEqual: elementwise(),
  HardSigmoid: same,
  HardSwish: same,
  Identity: sameNumbers((value) => value),
  InstanceNormalization: same,
  LayerNormalization: same,
  LeakyRelu: same,
  Less: elementwise(),
  LessOrEqual: elementwise(),
  Log: same,
  LpNormalization: same,
  MatMul: matMul,
  Max: elementwise(Math.max),
  MaxPool: pool,
  Min: elementwise(Math.min),
  Mish: same,
  Mul: elementwise((a, b) => a * b),
  Neg: sameNumbers((value) => -value),
  Not: same,
  Or: elementwise(),
  PRelu: elementwise(),
  Pad: pad,
  Pow: elementwise(),
  Range: range,
  Reciprocal: same,
  ReduceL2: reduce,
  ReduceMax: reduce,
  ReduceMean: reduce,
  ReduceMin: reduce,
  ReduceSum: reduce,
  ReduceSumSquare: reduce,
  Relu: same,
  Reshape: reshape,
  Resize: resize,
  Round: same,
  Shape: shapeOf,
  Sigmoid: same,
  Slice: slice,
  Softmax: same,
  Softplus: same,
  SpaceToDepth: depthToSpace(-1),
  Split: split,
  Sqrt: same,
  Squeeze: squeeze,
  Sub: elementwise((a, b) => a - b),
  Tanh: same,
  Tile: tile,
  TopK: topK,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
  Upsample: resize,
  Where: elementwise(),
};
