import type { CardOffer } from './card.ts';
import { outputNames } from './card.ts';
import type { CropCard } from './crop-card.ts';
import { LEAST_PLACES } from './gates.ts';
import { FLOAT, type OnnxFile } from './onnx-file.ts';
import { columnsOf, type Output, said } from './outputs.ts';
import type { Reason } from './reasons.ts';

// G3: one picture in, and out of it boxes, scores, or the logits of a closed list of object classes. There is no contract for anything
// else, so there is nothing to switch on.

export type Card = CardOffer | CropCard;

/** Sides of a detector's picture: less is the size of a crop of somebody. */
const LEAST_DETECTOR_SIDE = 320;
/** Bins of a distribution over the distance to one side of a box. */
const MOST_BINS = 16;
/** Columns of YOLOX before its class scores: a box and whether there is one. */
const YOLOX_COLUMNS = 5;
/** Words that a network may know: the vocabulary and the known names. More columns are no scores of it. */
const MOST_LABELS = 96;
/** Strides of the coarsest map that a detector's boxes come from; a list about fewer places than that map has is no list of boxes. */
const COARSEST = { yolox: 32, other: 64 };

export const isCrop = (card: Card): card is CropCard => card.role === 'crop-classifier';

/** Faults of inputs and outputs; against the card where there is one, else against every contract that there is. */
export function contractFaults(file: OnnxFile, outputs: readonly Output[], card: Card | undefined): readonly Reason[] {
  const faults: Reason[] = [];
  const refuse = (detail: string, code: Reason['code'] = 'E_GATE_CONTRACT'): void => void faults.push({ code, detail });
  checkInput(file, outputs, card, refuse);
  for (const output of outputs) {
    const { value, declared, name } = output;
    if (value === undefined) refuse(`what ${name} is cannot be established`);
    else if (declared.dims !== undefined && !agree(declared.dims, value.dims)) {
      refuse(`${name} says ${said(declared.dims)} and is ${said(value.dims)}`);
    }
    if (declared.type !== FLOAT) refuse(`${name} gives no float values`);
    if (value !== undefined && !value.fromImage) refuse(`${name} does not depend on the picture`);
  }
  if (card === undefined) {
    const why = formFault(outputs);
    if (why !== undefined) refuse(why);
  } else checkCard(outputs, card, refuse);
  const least = leastPlaces(file, outputs, card);
  for (const { name, places, dims } of outputs) {
    if (dims.length === 3 && places !== undefined && places < least) {
      refuse(`${name} is laid out as a list and tells ${places} places of the picture apart`, 'E_GATE_EMBEDDING');
    }
  }
  return faults;
}

function leastPlaces({ graph }: OnnxFile, outputs: readonly Output[], card: Card | undefined): number {
  const [, , height = 0, width = 0] = graph.images[0]?.dims ?? [];
  const isYolox = card === undefined || isCrop(card) ? outputs.length === 1 : card.decoder === 'yolox';
  const stride = isYolox ? COARSEST.yolox : COARSEST.other;
  return Math.max(LEAST_PLACES, Math.floor(height / stride) * Math.floor(width / stride));
}

type Refuse = (detail: string, code?: Reason['code']) => void;

function checkInput(file: OnnxFile, outputs: readonly Output[], card: Card | undefined, refuse: Refuse): void {
  const images = file.graph.images;
  const [image] = images;
  if (image === undefined || images.length !== 1) {
    refuse(`${images.length} inputs, not one picture`);
    return;
  }
  if (image.type !== FLOAT) refuse('the input is no picture of float values');
  const dims = image.dims ?? [];
  const [batch, channels, height, width] = dims;
  if (dims.length !== 4 || channels !== 3 || (batch !== undefined && batch > 1)) {
    refuse(`the input ${said(dims)} is no colour picture 1 x 3 x height x width`);
    return;
  }
  if (height === undefined || width === undefined || height < 1 || width < 1) {
    refuse('the sides of the picture are free');
    return;
  }
  const isClassifier = card === undefined ? outputs.some(({ isVector }) => isVector) : isCrop(card);
  if (!isClassifier && Math.min(height, width) < LEAST_DETECTOR_SIDE) {
    refuse(`a detector looks at ${LEAST_DETECTOR_SIDE} pixels a side or more, this one at ${height} x ${width}`);
  }
  if (card === undefined) return;
  if (card.input.name !== image.name) refuse(`the card says that the input is ${card.input.name}`);
  if (card.input.height !== height || card.input.width !== width) {
    refuse(`the card says ${card.input.height} x ${card.input.width}, the network takes ${height} x ${width}`);
  }
}

/** Whether the outputs together have the form of one of the contracts; the fault where they have not. */
function formFault(outputs: readonly Output[]): string | undefined {
  const columns = outputs.map(columnsOf);
  if (outputs.some(({ isVector }) => isVector)) return undefined; // judged as a vector, by the signs
  if (columns.some((count) => count === undefined))
    return `outputs ${outputs.map(({ dims }) => said(dims)).join(', ')} are no lists of boxes`;
  const boxes = outputs.filter((output) => columnsOf(output) === 4);
  const rest = outputs.filter((output) => columnsOf(output) !== 4);
  if (outputs.length === 1) return labelsFault((columns[0] ?? 0) - YOLOX_COLUMNS);
  if (boxes.length === 1 && rest.length === 1)
    return labelsFault(columnsOf(rest[0] as Output) ?? 0) ?? sameLength(outputs);
  return strideFault(outputs);
}

const labelsFault = (labels: number): string | undefined =>
  labels >= 2 && labels <= MOST_LABELS ? undefined : `${labels} columns for the names of objects`;

const sameLength = (outputs: readonly Output[]): string | undefined =>
  new Set(outputs.map(({ dims }) => dims[1])).size === 1 ? undefined : 'boxes and scores of different number';

/** Scores and distances, one of each a stride: the same numbers of places, the same columns within each kind. */
function strideFault(outputs: readonly Output[]): string | undefined {
  const groups = Map.groupBy(outputs, columnsOf);
  if (groups.size !== 2) return `${outputs.length} outputs of ${groups.size} kinds`;
  const [a = [], b = []] = [...groups.values()];
  const lengths = (group: readonly Output[]): string => group.map(({ dims }) => dims[1]).join();
  if (a.length < 2) return 'two lists that are neither boxes and scores nor distances and scores of several strides';
  if (lengths(a) !== lengths(b)) return 'scores and distances of different number';
  const kinds = [...groups.keys()].map((count) => count ?? 0);
  const fits = kinds.some((scores, index) => {
    const distances = kinds[1 - index] ?? 0;
    return labelsFault(scores) === undefined && distances % 4 === 0 && distances / 4 <= MOST_BINS;
  });
  return fits ? undefined : `outputs of ${kinds.join(' and ')} columns`;
}

function checkCard(outputs: readonly Output[], card: Card, refuse: Refuse): void {
  const names = isCrop(card) ? [card.output] : Object.keys(card.outputs).flatMap((role) => outputNames(card, role));
  const there = outputs.map(({ name }) => name);
  for (const name of names) if (!there.includes(name)) refuse(`the card names an output ${name} that is not there`);
  for (const name of there) if (!names.includes(name)) refuse(`an output ${name} that the card does not name`);
  const find = (name: string): Output | undefined => outputs.find((output) => output.name === name);
  if (isCrop(card)) {
    const logits = find(card.output);
    if (logits !== undefined && said(logits.dims) !== said([1, card.labels.length])) {
      refuse(`${card.labels.length} labels for an output ${said(logits.dims)}`);
    }
    return;
  }
  const columns = (role: string): readonly (number | undefined)[] =>
    outputNames(card, role).map((name) => {
      const output = find(name);
      return output === undefined ? undefined : columnsOf(output);
    });
  const expect = (role: string, fits: (count: number) => boolean, what: string): void => {
    for (const count of columns(role)) {
      if (count === undefined || !fits(count)) refuse(`${role}: ${count ?? 'no'} columns where the card has ${what}`);
    }
  };
  const labels = card.labels.length;
  if (card.decoder === 'yolox') expect('predictions', (count) => count === YOLOX_COLUMNS + labels, `${labels} labels`);
  if (card.decoder !== 'yolox') expect('scores', (count) => count === labels, `${labels} labels`);
  if (card.decoder === 'boxes+scores') expect('boxes', (count) => count === 4, 'boxes');
  if (card.decoder === 'picodet') {
    expect('distances', (count) => count % 4 === 0 && count / 4 <= MOST_BINS, 'distances to four sides');
  }
  if (card.decoder === 'boxes+scores') {
    const fault = sameLength(outputs);
    if (fault !== undefined) refuse(fault);
  }
}

const agree = (declared: readonly (number | undefined)[], real: readonly number[]): boolean =>
  declared.length === real.length &&
  declared.every((size, index) => size === undefined || size <= 0 || size === real[index]);
