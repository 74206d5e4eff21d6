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

function safeStem(fileName: string): string {
  const whole = fileName.normalize('NFC').replaceAll(UNSAFE, '_');
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
