import type { LabelledBox } from './types.ts';

interface Row extends LabelledBox {
  readonly confidence: number;
}

/**
 * Boxes of a MOTChallenge text: `frame,id,left,top,width,height,confidence,...` (https://arxiv.org/abs/1504.01942, section 3.3);
 * what stands after the confidence is not read. RangeError for a line that has no such numbers.
 */
export const readMot = (text: string): readonly LabelledBox[] => rows(text).map(boxOf);

/** Boxes of a ground truth: there the confidence is a flag, and rows with 0 are not to be scored. */
export const readMotTruth = (text: string): readonly LabelledBox[] =>
  rows(text)
    .filter(({ confidence }) => confidence !== 0)
    .map(boxOf);

const boxOf = ({ frame, id, left, top, width, height }: Row): LabelledBox => ({ frame, id, left, top, width, height });

function rows(text: string): readonly Row[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const numbers = line.split(',', 7).map(Number);
    const [frame, id, left, top, width, height, confidence = 1] = numbers;
    if (
      frame === undefined ||
      id === undefined ||
      left === undefined ||
      top === undefined ||
      width === undefined ||
      height === undefined ||
      !numbers.every(Number.isFinite)
    )
      throw new RangeError(`line ${index + 1} is no MOTChallenge row: ${line}`);
    return [{ frame, id, left, top, width, height, confidence }];
  });
}
