import { CASE_TIME_ZONE } from '../clock.ts';
import type { LoadedHit } from './types.ts';

/**
 * The NAME of an exhibit's files in a package: its file name without the last extension, made safe for every file system. A
 * second exhibit of the same name gets a number (compared without case, since some file systems do).
 */
export function packageNames(fileNames: readonly string[]): string[] {
  const taken = new Set<string>();
  return fileNames.map((fileName) => {
    const stem = safeStem(fileName);
    let name = stem;
    for (let count = 2; taken.has(name.toLowerCase()); count++) name = `${stem}-${count}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

// A file name holds 255 bytes; the rest is for the suffix.
const LONGEST_STEM_BYTES = 220;
// Separators, what a URL gives a meaning to, what Windows refuses, control and format characters (a right-to-left mark can make one name look like another).
const UNSAFE = /[/\\:*?"<>|#%\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const safe = (text: string): string => text.normalize('NFC').replaceAll(UNSAFE, '_');

/** Of the procedure and of the camera each: together with the rest they stay below LONGEST_STEM_BYTES. */
const LONGEST_PART_BYTES = 80;

const wallClock = new Intl.DateTimeFormat('sv-SE', {
  timeZone: CASE_TIME_ZONE,
  dateStyle: 'short',
  timeStyle: 'medium',
});

/** Number of a hit in a package, from its place in it. */
export const hitNumber = (index: number): string => String(index + 1).padStart(4, '0');

/**
 * The NAME of a hit's picture and clip, which says by itself what it is of: procedure, camera, corrected date and time of its beginning in the
 * time of the courts, number. The number alone tells two hits apart.
 */
export function hitName(
  procedure: string,
  { hit, exhibit }: Pick<LoadedHit, 'hit' | 'exhibit'>,
  index: number,
): string {
  const parts = [procedure, exhibit.camera.id].map((part) =>
    firstBytes(safe(part).replace(/^\.+/, ''), LONGEST_PART_BYTES),
  );
  const [date, time = ''] = wallClock.format(new Date(hit.from)).split(' ');
  return [...parts, date, time.replaceAll(':', '-'), hitNumber(index)].join('_').replaceAll(/\s/gu, ' ');
}

function safeStem(fileName: string): string {
  const whole = safe(fileName);
  const dot = whole.lastIndexOf('.');
  const stem = (dot > 0 ? whole.slice(0, dot) : whole).replace(/^[.\s]+/u, '').replace(/[.\s]+$/u, '');
  const short = firstBytes(stem, LONGEST_STEM_BYTES).trimEnd();
  return short === '' ? 'piece' : short;
}

function firstBytes(text: string, bytes: number): string {
  let short = '';
  for (const character of text) {
    if (Buffer.byteLength(short) + Buffer.byteLength(character) > bytes) break;
    short += character;
  }
  return short;
}
