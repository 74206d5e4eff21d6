import type { CropCard } from '../admission/crop-card.ts';
import { cutRgb } from './pixels.ts';
import type { Box, DecodedFrame } from './types.ts';

/** Weights by which the source pixels of one axis make a target pixel: `count` neighbours from `from` on. */
interface Spread {
  readonly from: Int32Array;
  readonly count: Int32Array;
  readonly weights: Float32Array;
  readonly most: number;
}

/** Area average where the square shrinks, bilinear where it grows; positions outside the picture are -1 or beyond and take the pad. */
function spread(start: number, side: number, target: number): Spread {
  const step = side / target;
  const reach = Math.max(1, step);
  const most = 2 * Math.ceil(reach) + 1;
  const from = new Int32Array(target);
  const count = new Int32Array(target);
  const weights = new Float32Array(target * most);
  for (let index = 0; index < target; index += 1) {
    const middle = start + (index + 0.5) * step - 0.5;
    const low = Math.ceil(middle - reach + 1e-9);
    const high = Math.floor(middle + reach - 1e-9);
    from[index] = low;
    let [sum, used] = [0, 0];
    for (let at = low; at <= high && used < most; at += 1, used += 1) {
      // A triangle as wide as the step: bilinear at 1, an average with soft ends above.
      const weight = 1 - Math.abs(at - middle) / reach;
      weights[index * most + used] = weight;
      sum += weight;
    }
    count[index] = used;
    for (let k = 0; k < used; k += 1) weights[index * most + k] = (weights[index * most + k] as number) / sum;
  }
  return { from, count, weights, most };
}

/** From the first to behind the last source pixel of an axis, inside the picture. */
function reach({ from, count }: Spread, length: number): readonly [number, number] {
  const first = Math.min(length, Math.max(0, from[0] ?? 0));
  const last = (from.at(-1) ?? 0) + (count.at(-1) ?? 0);
  return [first, Math.max(first, Math.min(length, last))];
}

/**
 * Cuts the square around a box (side: `margin` longer sides) out of a frame as the planar values that a crop classifier reads:
 * `[3, height, width]`, RGB. The box is in original pixels. What lies outside the picture is the card's pad. The place of a standing
 * person's head is mean grey: the network never sees one.
 */
export function cutCrop(frame: DecodedFrame, box: Box, input: CropCard['input'], target: Float32Array): void {
  // Square in original pixels: a frame that was stretched for a detector is cut narrower in one direction.
  const side = Math.max(2 * Math.max(frame.scaleX, frame.scaleY), input.margin * Math.max(box.width, box.height));
  const [left, top] = [box.left + (box.width - side) / 2, box.top + (box.height - side) / 2];
  const across = spread(left / frame.scaleX, side / frame.scaleX, input.width);
  const down = spread(top / frame.scaleY, side / frame.scaleY, input.height);
  const plane = input.width * input.height;
  const { widthPx, heightPx } = frame;
  const [fromX, toX] = reach(across, widthPx);
  const [fromY, toY] = reach(down, heightPx);
  const view = { left: fromX, top: fromY, widthPx: toX - fromX, heightPx: toY - fromY };
  const rgb = cutRgb(frame, view);
  const rows = new Float32Array(input.width * 3);
  const { hidden } = input;
  const [hiddenTop, hiddenBottom] = [Math.round(hidden.top * input.height), Math.round(hidden.bottom * input.height)];
  const [hiddenLeft, hiddenRight] = [Math.round(hidden.left * input.width), Math.round(hidden.right * input.width)];
  for (let y = 0; y < input.height; y += 1) {
    const sums = rows.fill(0);
    for (let j = 0; j < (down.count[y] as number); j += 1) {
      const sourceY = (down.from[y] as number) + j;
      const weightY = down.weights[y * down.most + j] as number;
      const outside = sourceY < 0 || sourceY >= heightPx;
      for (let x = 0; x < input.width; x += 1) {
        for (let i = 0; i < (across.count[x] as number); i += 1) {
          const sourceX = (across.from[x] as number) + i;
          const weight = weightY * (across.weights[x * across.most + i] as number);
          const at =
            outside || sourceX < 0 || sourceX >= widthPx
              ? -1
              : ((sourceY - fromY) * view.widthPx + sourceX - fromX) * 3;
          for (let channel = 0; channel < 3; channel += 1) {
            const value = at < 0 ? input.pad : (rgb[at + channel] as number);
            sums[x * 3 + channel] = (sums[x * 3 + channel] as number) + weight * value;
          }
        }
      }
    }
    const hasHead = y >= hiddenTop && y < hiddenBottom;
    for (let x = 0; x < input.width; x += 1) {
      const isHidden = hasHead && x >= hiddenLeft && x < hiddenRight;
      for (let channel = 0; channel < 3; channel += 1) {
        if (isHidden) {
          target[channel * plane + y * input.width + x] = 0;
          continue;
        }
        const value = (sums[x * 3 + channel] as number) * input.scale - (input.mean[channel] as number);
        target[channel * plane + y * input.width + x] = value / (input.deviation[channel] as number);
      }
    }
  }
}
