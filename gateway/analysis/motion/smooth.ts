import type { PlaneFrame } from './planes.ts';

const LOOKS = 8;
const SAMPLES = 500;

/**
 * Deviation of a pixel from noise alone, bytes: how differently two neighbours change from one frame to the next. A change of light
 * moves both alike, and what moves is too small a part of the picture to reach the median.
 */
export function noiseOf(frames: readonly PlaneFrame[]): number {
  const changes: number[] = [];
  const looks = Math.min(LOOKS, frames.length - 1);
  for (let look = 0; look < looks; look += 1) {
    const index = 1 + Math.floor((look * (frames.length - 1)) / looks);
    const [before, now] = [frames[index - 1]?.luma, frames[index]?.luma];
    if (before === undefined || now === undefined) continue;
    const step = Math.max(2, Math.floor(now.length / SAMPLES));
    for (let at = 0; at + 1 < now.length; at += step) {
      const change = (now[at] as number) - (before[at] as number);
      const beside = (now[at + 1] as number) - (before[at + 1] as number);
      changes.push(Math.abs(change - beside));
    }
  }
  // The difference of four values of equal deviation has twice that deviation; its median size is 0.6745 of it.
  return (changes.toSorted((a, b) => a - b)[changes.length >> 1] ?? 0) / 0.6745 / 2;
}

/** Every pixel as the mean of the nine around it: a third of the noise, and edges a pixel wider. */
export function smoothed(frame: PlaneFrame): PlaneFrame {
  const { widthPx, heightPx } = frame;
  const columns = new Uint16Array(widthPx);
  const smooth = (plane: Uint8Array): Uint8Array => {
    const to = new Uint8Array(plane.length);
    for (let y = 0; y < heightPx; y += 1) {
      const here = y * widthPx;
      const up = y > 0 ? here - widthPx : here;
      const down = y < heightPx - 1 ? here + widthPx : here;
      for (let x = 0; x < widthPx; x += 1) {
        columns[x] = (plane[up + x] as number) + (plane[here + x] as number) + (plane[down + x] as number);
      }
      for (let x = 0; x < widthPx; x += 1) {
        const left = columns[x > 0 ? x - 1 : x] as number;
        const right = columns[x < widthPx - 1 ? x + 1 : x] as number;
        to[here + x] = (left + (columns[x] as number) + right + 4) / 9;
      }
    }
    return to;
  };
  return { ...frame, luma: smooth(frame.luma), blue: smooth(frame.blue), red: smooth(frame.red) };
}
