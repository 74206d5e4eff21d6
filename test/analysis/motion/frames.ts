import { renderScene } from '../../../benchmarks/scenes/scene.ts';
import type { SceneSpec, TruthBox } from '../../../benchmarks/scenes/types.ts';
import type { DecodedFrame } from '../../../gateway/analysis/types.ts';

/** What a test does to a picture before it is looked at: rows of RGB24, changed in place. */
export type Change = (rgb: Uint8Array, frame: { readonly index: number; readonly seconds: number }) => void;

export interface Shown {
  readonly frames: readonly DecodedFrame[];
  /** Truth a shown frame, in the same order. */
  readonly truth: readonly (readonly TruthBox[])[];
}

/** Every second frame of a scene of ten a second, as the decoder gives them. */
export function show(spec: SceneSpec, change: Change = () => {}): Shown {
  const scene = renderScene(spec);
  const frames: DecodedFrame[] = [];
  const truth: (readonly TruthBox[])[] = [];
  for (let number = 1; number <= scene.frameCount; number += 2) {
    const rgb = scene.frame(number);
    const seconds = (number - 1) / spec.framesPerSecond;
    change(rgb, { index: frames.length, seconds });
    frames.push({
      ref: { number, pts: number },
      timeSeconds: seconds,
      widthPx: spec.widthPx,
      heightPx: spec.heightPx,
      scaleX: 1,
      scaleY: 1,
      rgb,
    });
    truth.push(scene.truth.filter((box) => box.frame === number));
  }
  return { frames, truth };
}

/** Brightness times `gain` plus `offset`, as a camera that sets its exposure makes it. */
export function expose(rgb: Uint8Array, gain: number, offset: number): void {
  const table = Uint8ClampedArray.from({ length: 256 }, (_, value) => value * gain + offset);
  for (let at = 0; at < rgb.length; at += 1) rgb[at] = table[rgb[at] as number] as number;
}

/** The picture moved by whole pixels, its rim repeated. */
export function move(rgb: Uint8Array, widthPx: number, heightPx: number, dx: number, dy: number): void {
  const before = rgb.slice();
  for (let y = 0; y < heightPx; y += 1) {
    const fromY = Math.min(heightPx - 1, Math.max(0, y + dy));
    for (let x = 0; x < widthPx; x += 1) {
      const from = (fromY * widthPx + Math.min(widthPx - 1, Math.max(0, x + dx))) * 3;
      rgb.set(before.subarray(from, from + 3), (y * widthPx + x) * 3);
    }
  }
}
