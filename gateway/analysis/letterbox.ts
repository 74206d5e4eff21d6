import type { ModelCard } from '../admission/card.ts';
import { squaresOf, viewLength } from './tiles.ts';

/** Size of a picture, pixels. */
export interface PictureSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Where a picture lies in a network's input: from its top left corner, this size. */
export function placed(input: ModelCard['input'], picture: PictureSize): PictureSize {
  if (input.fit === 'stretch') return { widthPx: input.width, heightPx: input.height };
  const ratio = Math.min(input.width / picture.widthPx, input.height / picture.heightPx);
  return {
    widthPx: Math.max(1, Math.min(input.width, Math.floor(picture.widthPx * ratio + 1e-6))),
    heightPx: Math.max(1, Math.min(input.height, Math.floor(picture.heightPx * ratio + 1e-6))),
  };
}

/**
 * The size the decoder should deliver for a network, even numbers: for a letterbox the aspect is kept and nothing is enlarged
 * (the worker does that); for a stretch it is the input itself, so that no line of the picture is lost.
 */
export function decodeSize(input: ModelCard['input'], picture: PictureSize): PictureSize {
  const squares = squaresOf(input.tiles, picture);
  if (squares > 1) {
    // Each square fills the input, whatever the fit: it is one already.
    const long = viewLength(squares, picture);
    const ratio = Math.min(1, Math.min(input.width, input.height) / long);
    return { widthPx: even(picture.widthPx * ratio), heightPx: even(picture.heightPx * ratio) };
  }
  if (input.fit === 'stretch') return { widthPx: even(input.width), heightPx: even(input.height) };
  const ratio = Math.min(1, input.width / picture.widthPx, input.height / picture.heightPx);
  return { widthPx: even(picture.widthPx * ratio), heightPx: even(picture.heightPx * ratio) };
}

/**
 * Size of a picture that a network sees at the scale at which it sees the views of a frame; undefined where it sees frames out of proportion, or its input is no square.
 */
export function canvasSize(
  input: ModelCard['input'],
  { widthPx, heightPx, scaleX, scaleY }: PictureSize & { readonly scaleX: number; readonly scaleY: number },
): PictureSize | undefined {
  const squares = squaresOf(input.tiles, { widthPx: widthPx * scaleX, heightPx: heightPx * scaleY });
  if (input.width !== input.height || (squares === 1 && input.fit === 'stretch')) return undefined;
  const side = viewLength(squares, { widthPx, heightPx });
  return { widthPx: side, heightPx: side };
}

const even = (value: number): number => Math.max(2, 2 * Math.floor(value / 2 + 1e-6));

interface Axis {
  readonly from: Int32Array;
  readonly next: Int32Array;
  readonly weight: Float32Array;
}

/** Bilinear sampling positions with half-pixel centres, the convention that both published networks were trained with. */
function axis(source: number, target: number): Axis {
  const from = new Int32Array(target);
  const next = new Int32Array(target);
  const weight = new Float32Array(target);
  for (let index = 0; index < target; index += 1) {
    const position = Math.min(source - 1, Math.max(0, ((index + 0.5) * source) / target - 0.5));
    const low = Math.floor(position);
    from[index] = low;
    next[index] = Math.min(source - 1, low + 1);
    weight[index] = position - low;
  }
  return { from, next, weight };
}

/**
 * Fills one planar float input from RGB rows. The target is made once and only the part outside the picture is padded again when
 * the picture's size changes, so that a frame costs no allocation.
 */
export function createPreprocessor(input: ModelCard['input']): {
  readonly target: Float32Array;
  fill(rgb: Uint8Array, picture: PictureSize): void;
} {
  const plane = input.width * input.height;
  const target = new Float32Array(3 * plane);
  const sourceChannels = input.colour === 'RGB' ? [0, 1, 2] : [2, 1, 0];
  let current: PictureSize | undefined;
  let across = axis(1, 1);
  let down = axis(1, 1);

  function prepare(picture: PictureSize): PictureSize {
    const size = placed(input, picture);
    if (current?.widthPx === picture.widthPx && current.heightPx === picture.heightPx) return size;
    current = picture;
    across = axis(picture.widthPx, size.widthPx);
    down = axis(picture.heightPx, size.heightPx);
    for (let channel = 0; channel < 3; channel += 1) {
      const pad = ((input.pad ?? 0) * input.scale - (input.mean[channel] ?? 0)) / (input.deviation[channel] ?? 1);
      target.fill(pad, channel * plane, (channel + 1) * plane);
    }
    return size;
  }

  /** What has the size of the input already, as most tiles have, is not interpolated: the same values, several times faster. */
  function copyPlane(
    rgb: Uint8Array,
    { widthPx, heightPx }: PictureSize,
    { offset, gain, bias, to, rowStep }: Readonly<Record<'offset' | 'gain' | 'bias' | 'to' | 'rowStep', number>>,
  ): void {
    let from = offset;
    for (let y = 0; y < heightPx; y += 1) {
      const start = to + y * rowStep;
      for (let at = start, end = start + widthPx; at < end; at += 1, from += 3)
        target[at] = (rgb[from] as number) * gain - bias;
    }
  }

  return {
    target,
    fill(rgb, picture) {
      const size = prepare(picture);
      const stride = picture.widthPx * 3;
      for (let channel = 0; channel < 3; channel += 1) {
        const offset = sourceChannels[channel] ?? channel;
        const gain = input.scale / (input.deviation[channel] ?? 1);
        const bias = (input.mean[channel] ?? 0) / (input.deviation[channel] ?? 1);
        if (size.widthPx === picture.widthPx && size.heightPx === picture.heightPx) {
          copyPlane(rgb, picture, { offset, gain, bias, to: channel * plane, rowStep: input.width });
          continue;
        }
        for (let y = 0; y < size.heightPx; y += 1) {
          const upper = (down.from[y] ?? 0) * stride + offset;
          const lower = (down.next[y] ?? 0) * stride + offset;
          const downWeight = down.weight[y] ?? 0;
          let to = channel * plane + y * input.width;
          for (let x = 0; x < size.widthPx; x += 1) {
            const left = (across.from[x] ?? 0) * 3;
            const right = (across.next[x] ?? 0) * 3;
            const acrossWeight = across.weight[x] ?? 0;
            const topLeft = rgb[upper + left] ?? 0;
            const bottomLeft = rgb[lower + left] ?? 0;
            const top = topLeft + acrossWeight * ((rgb[upper + right] ?? 0) - topLeft);
            const bottom = bottomLeft + acrossWeight * ((rgb[lower + right] ?? 0) - bottomLeft);
            target[to] = (top + downWeight * (bottom - top)) * gain - bias;
            to += 1;
          }
        }
      }
    },
  };
}
