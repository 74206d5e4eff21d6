import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import sharp from 'sharp';
import type { Box, Track } from '../../gateway/analysis/types.ts';
import { trackAt, truthAt } from './match.ts';
import type { ClipTruth } from './truth.ts';

const run = promisify(execFile);

/** One frame of a clip with the truth dashed in white and the tracks in yellow: the frame on which most of them are to be seen. */
export async function paintClip(
  file: string,
  { objects, durationSeconds }: ClipTruth,
  tracks: readonly Track[],
  to: string,
): Promise<void> {
  const moments = Array.from({ length: Math.floor(durationSeconds * 5) }, (_, step) => step / 5);
  const present = (seconds: number): number =>
    objects.filter((object) => truthAt(object, seconds) !== undefined).length +
    tracks.filter((track) => trackAt(track, seconds) !== undefined).length;
  const seconds = moments.reduce((best, moment) => (present(moment) > present(best) ? moment : best), 0);
  const args = [
    '-v',
    'error',
    '-ss',
    String(seconds),
    '-i',
    file,
    '-frames:v',
    '1',
    '-f',
    'image2pipe',
    '-c:v',
    'png',
    '-',
  ];
  const { stdout } = await run('ffmpeg', args, { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 });
  const { width = 0, height = 0 } = await sharp(stdout).metadata();
  const outlines = [
    ...objects.map((object) => rectangle(truthAt(object, seconds), object.id, 'stroke="white" stroke-dasharray="6 4"')),
    ...tracks.map((track) => rectangle(trackAt(track, seconds), track.class, 'stroke="gold"')),
  ];
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${outlines.join('')}</svg>`;
  await sharp(stdout)
    .composite([{ input: Buffer.from(drawing) }])
    .jpeg()
    .toFile(to);
}

function rectangle(box: Box | undefined, label: string, stroke: string): string {
  if (box === undefined) return '';
  const { left, top, width, height } = box;
  return (
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="none" stroke-width="2" ${stroke}/>` +
    `<text x="${left + 3}" y="${top + 14}" font-family="sans-serif" font-size="13" fill="white" stroke="black" stroke-width="3" ` +
    `paint-order="stroke">${label}</text>`
  );
}
