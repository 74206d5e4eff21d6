import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packageNames } from '../../gateway/evidence/names.ts';

describe('names of the files of an exhibit', () => {
  it('are the file name without its last extension', () => {
    expect(packageNames(['rue neuve.mp4', 'caméra 3.2026-03-14.avi', 'sans'])).toEqual([
      'rue neuve',
      'caméra 3.2026-03-14',
      'sans',
    ]);
  });

  it('are numbered when they are the same, also to a file system that ignores case', () => {
    expect(packageNames(['a.mp4', 'a.avi', 'A.mkv', 'a-2.mp4'])).toEqual(['a', 'a-2', 'A-3', 'a-2-2']);
  });

  it('cannot leave the folder, hide, or mean another name', () => {
    const hostile = [
      '../../etc/passwd',
      '..',
      '.',
      '',
      '.mp4',
      '/abs.mp4',
      'a\u0000b.mp4',
      'C:\\x.mp4',
      'x\u202e4pm.exe',
      'x. .mp4',
    ];
    expect(packageNames(hostile)).toEqual([
      '_',
      'piece',
      'piece-2',
      'piece-3',
      'mp4',
      '_abs',
      'a_b',
      'C__x',
      'x_4pm',
      'x',
    ]);
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 300 }), { maxLength: 20 }), (fileNames) => {
        const names = packageNames(fileNames);
        return (
          new Set(names.map((name) => name.toLowerCase())).size === fileNames.length &&
          names.every(
            (name) =>
              name !== '' &&
              !/[/\\\p{Cc}#%?]/u.test(name) &&
              !name.startsWith('.') &&
              Buffer.byteLength(`${name}.tlog-proof`) <= 255,
          )
        );
      }),
    );
  });
});
