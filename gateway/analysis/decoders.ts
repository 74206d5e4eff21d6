import type { DecoderName, ModelCard } from '../admission/card.ts';

/** A box that a network proposes, in pixels of its input, with the index of its best label. */
export interface Candidate {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly score: number;
  readonly label: number;
}

/** Outputs of one run by role, in the card's order. */
export type RawOutputs = Readonly<Record<string, readonly Float32Array[]>>;

/** Shapes that the card's decoder needs, by role and in order; -1 where any length will do. */
export type ExpectedShapes = Readonly<Record<string, readonly (readonly number[])[]>>;

interface Decoder {
  shapes(card: ModelCard): ExpectedShapes;
  /** Candidates whose best label reaches `least`; nothing else of the outputs survives the call (FACE-11). */
  decode(outputs: RawOutputs, card: ModelCard, least: number): Candidate[];
}

const YOLOX_STRIDES = [8, 16, 32];
const PICODET_STRIDES = [8, 16, 32, 64];
const PICODET_BINS = 8;

const cells = (side: number, stride: number): number => Math.ceil(side / stride);

function best(scores: Float32Array, from: number, count: number): { label: number; score: number } {
  let label = 0;
  for (let index = 1; index < count; index += 1) {
    if ((scores[from + index] ?? 0) > (scores[from + label] ?? 0)) label = index;
  }
  return { label, score: scores[from + label] ?? 0 };
}

// YOLOX: rows of x, y, log w, log h, objectness, class scores; position relative to the cell, sizes in strides.
const yolox: Decoder = {
  shapes: ({ input, labels }) => {
    const rows = YOLOX_STRIDES.reduce(
      (sum, stride) => sum + cells(input.width, stride) * cells(input.height, stride),
      0,
    );
    return { predictions: [[1, rows, 5 + labels.length]] };
  },
  decode({ predictions }, { input, labels }, least) {
    const rows = predictions?.[0] ?? new Float32Array(0);
    const columns = 5 + labels.length;
    const found: Candidate[] = [];
    let at = 0;
    for (const stride of YOLOX_STRIDES) {
      for (let y = 0; y < cells(input.height, stride); y += 1) {
        for (let x = 0; x < cells(input.width, stride); x += 1, at += columns) {
          const objectness = rows[at + 4] ?? 0;
          // Written so that NaN, which a broken graph can give, is no object.
          if (!(objectness >= least)) continue;
          const { label, score } = best(rows, at + 5, labels.length);
          if (!(objectness * score >= least)) continue;
          const centreX = ((rows[at] ?? 0) + x) * stride;
          const centreY = ((rows[at + 1] ?? 0) + y) * stride;
          const halfWidth = (Math.exp(rows[at + 2] ?? 0) * stride) / 2;
          const halfHeight = (Math.exp(rows[at + 3] ?? 0) * stride) / 2;
          found.push({
            left: centreX - halfWidth,
            top: centreY - halfHeight,
            right: centreX + halfWidth,
            bottom: centreY + halfHeight,
            score: objectness * score,
            label,
          });
        }
      }
    }
    return found;
  },
};

// PicoDet: a level a stride; each side's distance is the mean of a distribution over eight bins, in strides.
const picodet: Decoder = {
  shapes: ({ input, labels }) => {
    const levels = PICODET_STRIDES.map((stride) => cells(input.width, stride) * cells(input.height, stride));
    return {
      scores: levels.map((count) => [1, count, labels.length]),
      distances: levels.map((count) => [1, count, 4 * PICODET_BINS]),
    };
  },
  decode({ scores, distances }, { input, labels }, least) {
    const found: Candidate[] = [];
    for (const [level, stride] of PICODET_STRIDES.entries()) {
      const levelScores = scores?.[level] ?? new Float32Array(0);
      const bins = distances?.[level] ?? new Float32Array(0);
      const across = cells(input.width, stride);
      for (let cell = 0; cell < across * cells(input.height, stride); cell += 1) {
        const { label, score } = best(levelScores, cell * labels.length, labels.length);
        if (!(score >= least)) continue;
        const centreX = ((cell % across) + 0.5) * stride;
        const centreY = (Math.floor(cell / across) + 0.5) * stride;
        const side = (index: number): number => expectation(bins, (cell * 4 + index) * PICODET_BINS) * stride;
        found.push({
          left: centreX - side(0),
          top: centreY - side(1),
          right: centreX + side(2),
          bottom: centreY + side(3),
          score,
          label,
        });
      }
    }
    return found;
  },
};

function expectation(bins: Float32Array, from: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let bin = 0; bin < PICODET_BINS; bin += 1) most = Math.max(most, bins[from + bin] ?? 0);
  let total = 0;
  let weighted = 0;
  for (let bin = 0; bin < PICODET_BINS; bin += 1) {
    const weight = Math.exp((bins[from + bin] ?? 0) - most);
    total += weight;
    weighted += weight * bin;
  }
  return weighted / total;
}

// boxes+scores: left, top, right, bottom in input pixels beside one score a label.
const boxesAndScores: Decoder = {
  shapes: ({ labels }) => ({ boxes: [[1, -1, 4]], scores: [[1, -1, labels.length]] }),
  decode({ boxes, scores }, { labels }, least) {
    const corners = boxes?.[0] ?? new Float32Array(0);
    const rows = scores?.[0] ?? new Float32Array(0);
    const found: Candidate[] = [];
    for (let row = 0; row < corners.length / 4; row += 1) {
      const { label, score } = best(rows, row * labels.length, labels.length);
      if (!(score >= least)) continue;
      const [left = 0, top = 0, right = 0, bottom = 0] = corners.subarray(row * 4, row * 4 + 4);
      found.push({ left, top, right, bottom, score, label });
    }
    return found;
  },
};

export const DECODER: Readonly<Record<DecoderName, Decoder>> = { yolox, picodet, 'boxes+scores': boxesAndScores };
