import { type Card, isCrop } from './contract.ts';
import type { OnnxFile, OnnxNode } from './onnx-file.ts';
import { columnsOf, type Output, said } from './outputs.ts';
import type { Reason } from './reasons.ts';
import { elementsOf, type Inferred } from './shapes.ts';

// G4: the forms of what is forbidden (section 3.2 of the requirements), read off the graph. Vectors about a whole picture, points, poses,
// sequences, letters. A form is no proof of a purpose, so the rules err on the side of refusing.

/** A vector about the whole picture may be the logits of so many object classes, and of no more (G9). */
const MOST_LOGITS = 8;

/** Crops that networks on faces and persons take, height x width. */
const PERSON_CROPS = new Set(
  [
    '48x48 60x60 62x62 64x64 96x96 112x112 112x96 96x112 120x120 128x128 160x160 192x192 224x224 299x299',
    '128x64 160x64 256x128 384x128 256x192 384x192 224x96 256x64',
  ]
    .join(' ')
    .split(' '),
);

/** Sets of points: 5, 17, 21, 25, 29, 33, 68, 98, 106, 468, 478 of them, in two or three numbers each. */
const POINTS = [5, 14, 16, 17, 18, 19, 21, 25, 26, 29, 33, 68, 98, 106, 133, 136, 194, 468, 478];
const POINT_NUMBERS = new Set(POINTS.filter((count) => count >= 14).flatMap((count) => [2 * count, 3 * count]));
/** Columns of one output that are a box, a score and points: 4 + 1 + 5 x 2 (+ 1), 4 + 1 + 5 x 3, 4 + 1 + 17 x 3, 4 + 1 + 17 x 2. */
const BOX_AND_POINTS = new Set([14, 15, 16, 20, 38, 39, 40, 55, 56, 57]);
/** Numbers of boxes that face detectors lay out: UltraFace, BlazeFace, RetinaFace at 640. */
const FACE_PRIORS = new Set([4420, 17_640, 896, 2304, 16_800]);

export function signsOf(
  file: OnnxFile,
  outputs: readonly Output[],
  inferred: Inferred,
  card: Card | undefined,
): readonly Reason[] {
  return [
    ...inputSigns(file),
    ...outputs.flatMap((output) => vectorSigns(file, output, card)),
    ...outputs.flatMap((output) => normalisedTail(output, inferred)),
    ...pointSigns(outputs, card),
    ...letterSigns(file, outputs),
    ...outputs.flatMap(pictureSign),
    ...wordSigns(file),
  ];
}

function inputSigns(file: OnnxFile): readonly Reason[] {
  const found: Reason[] = [];
  const images = file.graph.images;
  for (const { dims, type, name } of images) {
    const sizes = dims ?? [];
    const [, channels] = sizes;
    if (sizes.length >= 5)
      found.push({ code: 'E_GATE_TEMPORAL', detail: `${name}: a sequence of pictures, ${said(sizes)}` });
    else if (sizes.length === 4 && [2, 3].includes(sizes[3] ?? 0) && [14, 17, 18, 21, 25, 33].includes(sizes[2] ?? 0)) {
      found.push({ code: 'E_GATE_TEMPORAL', detail: `${name}: a sequence of poses, ${said(sizes)}` });
    } else if (
      sizes.length === 4 &&
      channels !== undefined &&
      channels > 4 &&
      channels % 3 === 0 &&
      (sizes[3] ?? 0) > 4
    ) {
      found.push({ code: 'E_GATE_TEMPORAL', detail: `${name}: ${channels / 3} pictures at once` });
    }
    if (type === 6 || type === 7) found.push({ code: 'E_GATE_EMBEDDING', detail: `${name}: words, not a picture` });
    if (sizes.length > 0 && sizes.length < 4 && type === 1) {
      found.push({ code: 'E_GATE_CONTRACT', detail: `${name}: ${said(sizes)} is a sound or a signal, not a picture` });
    }
  }
  return found;
}

/** A vector that no vocabulary explains is what recognises somebody again, or says something about him. */
function vectorSigns(file: OnnxFile, { name, dims, isVector }: Output, card: Card | undefined): readonly Reason[] {
  if (!isVector) return [];
  const found: Reason[] = [];
  const length = dims.reduce<number>((product, size) => product * (size ?? 1), 1);
  const [, , height, width] = file.graph.images[0]?.dims ?? [];
  const isBound =
    card !== undefined && isCrop(card) && dims.length === 2 && length === card.labels.length && length <= MOST_LOGITS;
  if (!isBound) {
    found.push({
      code: 'E_GATE_EMBEDDING',
      detail: `${name}: ${length === 1 ? 'a number' : `a vector of ${length}`} about the whole picture, which no vocabulary explains`,
    });
  }
  if (POINT_NUMBERS.has(length)) {
    found.push({ code: 'E_GATE_LANDMARK', detail: `${name}: ${length} numbers are a set of points` });
  }
  if (PERSON_CROPS.has(`${height}x${width}`)) {
    found.push({
      code: 'E_GATE_EMBEDDING',
      detail: `${name}: a vector from a crop of ${height} x ${width}, the size of a face or a person`,
    });
  }
  return found;
}

const PASSING = [
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Transpose',
  'Identity',
  'Cast',
  'Concat',
  'BatchNormalization',
];
const NORMS = ['LpNormalization', 'ReduceL2'];

/** The length of a vector is divided out before it is given: then only its direction counts, and directions are compared. */
function normalisedTail({ name }: Output, { makers }: Inferred): readonly Reason[] {
  const makerOf = (value: string | undefined): OnnxNode | undefined =>
    value === undefined ? undefined : makers.get(value);
  let node = makerOf(name);
  for (let step = 0; step < 8 && node !== undefined && PASSING.includes(node.op); step++)
    node = makerOf(node.inputs[0]);
  if (node === undefined) return [];
  const isNorm = (candidate: OnnxNode | undefined, depth: number): boolean => {
    if (candidate === undefined || depth > 6) return false;
    if (NORMS.includes(candidate.op)) return true;
    if (candidate.op === 'Sqrt' || candidate.op === 'Pow') {
      const summed = makerOf(candidate.inputs[0]);
      return summed !== undefined && ['ReduceSum', 'ReduceSumSquare', 'Add', 'Clip', 'Max'].includes(summed.op);
    }
    return (
      ['Clip', 'Max', 'Add', 'Expand', 'Reciprocal'].includes(candidate.op) &&
      isNorm(makerOf(candidate.inputs[0]), depth + 1)
    );
  };
  const divides = node.op === 'Div' || node.op === 'Mul';
  if (node.op === 'LpNormalization' || (divides && node.inputs.some((input) => isNorm(makerOf(input), 0)))) {
    return [{ code: 'E_GATE_EMBEDDING', detail: `${name} is divided by its own length before it is given` }];
  }
  return [];
}

function pointSigns(outputs: readonly Output[], card: Card | undefined): readonly Reason[] {
  const found: Reason[] = [];
  const points = (detail: string): void => void found.push({ code: 'E_GATE_LANDMARK', detail });
  const lists = outputs.filter((output) => !output.isVector && output.dims.length === 3);
  for (const output of lists) {
    const columns = columnsOf(output) ?? 0;
    const [, count = 0] = output.dims;
    if (outputs.length > 1 && [10, 15, 34, 51].includes(columns))
      points(`${output.name}: ${columns} columns are points`);
    if (outputs.length === 1 && BOX_AND_POINTS.has(columns))
      points(`${output.name}: ${columns} columns are a box, a score and points`);
    if (FACE_PRIORS.has(count)) points(`${output.name}: ${count} boxes are the layout of a face detector`);
    if ([2, 3].includes(columns) && POINTS.includes(count)) points(`${output.name}: ${count} points`);
    // Columns first, as some exporters write them.
    if (
      outputs.length === 1 &&
      count > 4 &&
      count < 100 &&
      columns > 200 &&
      (BOX_AND_POINTS.has(count) || count === 5)
    ) {
      points(`${output.name}: ${count} rows are a box, a score and perhaps points`);
    }
  }
  const narrow = lists.filter((output) => [1, 2, 10].includes(columnsOf(output) ?? 0));
  if (outputs.length >= 5 && narrow.length > 0)
    points(`${outputs.length} outputs over strides with heads of one, two or ten columns`);
  const named = card !== undefined && !isCrop(card) ? card.labels.length : undefined;
  const heads = lists.filter((output) => [1, 2].includes(columnsOf(output) ?? 0));
  if (outputs.length < 5 && heads.length > 0 && named === undefined) {
    points(
      `${heads[0]?.name}: scores of ${columnsOf(heads[0] as Output)} columns that no card names: a face detector has such a head`,
    );
  }
  for (const { name, dims } of outputs) {
    const [, channels = 0, height = 0, width = 0] = dims;
    if (dims.length === 4 && POINTS.includes(channels) && channels >= 14 && height > 4 && width > 4)
      points(`${name}: ${channels} maps of points`);
    if (dims.length >= 3 && [2, 3].includes(dims.at(-1) ?? 0) && POINTS.includes(dims.at(-2) ?? 0))
      points(`${name}: ${dims.at(-2)} points`);
  }
  return found;
}

/** A low and wide picture that becomes a row of letters. */
function letterSigns(file: OnnxFile, outputs: readonly Output[]): readonly Reason[] {
  const [, , height, width] = file.graph.images[0]?.dims ?? [];
  if (height === undefined || height < 8 || height > 64 || (width !== undefined && width < 1.5 * height)) return [];
  return outputs
    .filter(({ dims, isVector }) => !isVector && (dims.length === 3 || dims.length === 2))
    .map(({ name, dims }) => ({
      code: 'E_GATE_OCR' as const,
      detail: `${name}: ${said(dims)} from a strip ${height} pixels high is a row of letters`,
    }));
}

/** Something that looks like a picture comes out: evidence is not to be repainted. */
function pictureSign({ name, dims }: Output): readonly Reason[] {
  const [, channels, height, width] = dims;
  if (dims.length !== 4 || height === undefined || width === undefined) return [];
  return elementsOf([height, width]) >= 1024 && channels !== undefined && channels <= 4
    ? [{ code: 'E_GATE_CONTRACT', detail: `${name}: ${said(dims)} is a picture` }]
    : [];
}

const TELLING: readonly { readonly words: readonly string[]; readonly code: Reason['code'] }[] = [
  {
    code: 'E_GATE_EMBEDDING',
    words:
      'arcface insightface facenet mobilefacenet sface adaface sphereface cosface magface facerecognition reid osnet fastreid transreid deepsort strongsort clip siglip dino embedding embeddings'.split(
        ' ',
      ),
  },
  {
    code: 'E_GATE_LANDMARK',
    words: 'scrfd retinaface yunet ultraface blazeface yoloface facemesh landmarks landmark keypoints kps'.split(' '),
  },
  { code: 'E_GATE_TEMPORAL', words: ['gait', 'gaitset', 'slowfast', 'kinetics'] },
  { code: 'E_GATE_LABEL', words: 'emotion emotions gender age ethnicity race fairface male female ferplus'.split(' ') },
  { code: 'E_GATE_OCR', words: ['ocr', 'lprnet', 'crnn'] },
];

/** What the file says of itself. It may stay silent; when it speaks, it is believed. */
function wordSigns(file: OnnxFile): readonly Reason[] {
  const ends = [...file.graph.inputs, ...file.graph.outputs].map(({ name }) => name);
  const words = new Set(
    [...file.words, ...ends].flatMap((text) => text.toLowerCase().split(/[^a-z0-9]+|(?<=[a-z])(?=[0-9])|_/)),
  );
  return TELLING.flatMap(({ code, words: telling }) =>
    telling.filter((word) => words.has(word)).map((word) => ({ code, detail: `the file says of itself: ${word}` })),
  );
}
