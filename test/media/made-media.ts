import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { probeExhibit } from '../../gateway/footage/probe.ts';
import type { Timeline } from '../../gateway/footage/types.ts';
import { type Demuxer, type MediaPacket, packets, probe } from '../../gateway/media.ts';
import { createPacketTable, type PacketTable } from '../../gateway/packet-times.ts';

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

/** The timeline of a file as the footage room establishes it. */
export async function timelineOf(file: string, demuxer: Demuxer): Promise<Timeline> {
  const timeline = await probeExhibit(file, { damaged: true }, { media: { probe, packets } });
  if (timeline.container !== demuxer) throw new Error(`${file} is ${timeline.container}`);
  return timeline;
}

/** Two films in one transport stream, as by `cat`, whose clock restarts: 8 s of red, then 10 s of green and 10 s of blue. */
export function restartingFilm(folder: string, ...options: string[]): string {
  const part = (name: string, parts: readonly (readonly [colour: string, seconds: number])[]): Buffer => {
    const file = path.join(folder, name);
    const inputs = parts.flatMap(([colour, seconds]) => [
      '-f',
      'lavfi',
      '-i',
      `color=${colour}:s=96x64:r=25:d=${seconds}`,
    ]);
    const joined = `concat=n=${parts.length}:v=1,format=yuv420p`;
    ffmpeg(
      ...inputs,
      '-filter_complex',
      joined,
      '-c:v',
      'libx264',
      '-g',
      '50',
      '-bf',
      '2',
      ...options,
      '-f',
      'mpegts',
      file,
    );
    return readFileSync(file);
  };
  const file = path.join(folder, 'restart.ts');
  const first = part('red.ts', [['red', 8]]);
  const second = part('green-blue.ts', [
    ['lime', 10],
    ['blue', 10],
  ]);
  writeFileSync(file, Buffer.concat([first, second]));
  return file;
}

/** Packets in file order as a packet pass gathers them. */
export function tableOf(list: readonly MediaPacket[]): PacketTable {
  const gathered = createPacketTable();
  for (const packet of list) gathered.add(packet);
  return gathered.table();
}
