import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Timeline } from '../../gateway/footage/types.ts';
import { type Demuxer, packets, probe } from '../../gateway/media.ts';

/** A folder for made files, removed by `remove`. */
export function mediaFolder(): { readonly folder: string; file(name: string): string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'differe-media-'));
  return {
    folder,
    file: (name) => path.join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export const ffmpeg = (...args: string[]): void => {
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
};

/** A film whose frame n (from 0) is one flat grey that tells n: greyOf(n). */
export const countingFilm = (seconds: number, fps = 25, size = '64x48'): string[] => [
  ...['-f', 'lavfi', '-i', `color=black:s=${size}:r=${fps}:d=${seconds}`],
  ...['-vf', "geq=lum='16+2*mod(N\\,100)':cb=128:cr=128,format=yuv420p"],
];

/** The number modulo 100 that a frame of the counting film shows. */
export function shownNumber(rgb: Uint8Array): number {
  const mean = rgb.reduce((sum, value) => sum + value, 0) / rgb.length;
  // Limited range: 219 steps of luma over 255 of RGB.
  return Math.round((mean * 219) / 255 / 2);
}

/** The timeline that a packet pass establishes, as the footage room does it. */
export async function timelineOf(file: string, demuxer: Demuxer): Promise<Timeline> {
  const facts = await probe({ path: file, demuxer });
  const list = await Array.fromAsync(packets({ path: file, demuxer }));
  const pts = list.flatMap((packet) => (packet.pts === undefined ? [] : [packet.pts]));
  const dts = list.flatMap((packet) => (packet.dts === undefined ? [] : [packet.dts]));
  const basis = pts.length === list.length ? 'pts' : dts.length === list.length ? 'dts' : 'frame-index';
  const { timeBase, nominalFps } = facts;
  const ticks = nominalFps === undefined ? 1 : timeBase.den / (timeBase.num * nominalFps);
  const times = basis === 'pts' ? pts : basis === 'dts' ? dts : list.map((_, index) => Math.round(index * ticks));
  const firstPts = Math.min(...times);
  const lastPts = Math.max(...times);
  const lastDuration = list.at(-1)?.durationTicks ?? ticks;
  return {
    container: demuxer,
    codec: facts.codec as Timeline['codec'],
    widthPx: facts.widthPx,
    heightPx: facts.heightPx,
    timeBase,
    firstPts,
    lastPts,
    durationSeconds: ((lastPts + lastDuration - firstPts) * timeBase.num) / timeBase.den,
    frameCount: list.length,
    basis,
    nominalFps,
    containerTimeMs: facts.containerTimeMs,
    losses: [],
  };
}
