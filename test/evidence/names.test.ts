import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hitName, packageNames } from '../../gateway/evidence/names.ts';
import type { LoadedHit } from '../../gateway/evidence/types.ts';

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

const hitOf = (from: string, camera = 'CAM-3'): LoadedHit =>
  ({ hit: { from }, exhibit: { camera: { id: camera } } }) as LoadedHit;

describe('names of the pictures of a hit', () => {
  it('say procedure, camera, corrected date and time of the courts, and which hit', () => {
    expect(hitName('PV-2026-000042', hitOf('2026-03-14T14:02:03.900Z'), 0)).toBe(
      'PV-2026-000042_CAM-3_2026-03-14_15-02-03_0001',
    );
    expect(hitName('2026/000123', hitOf('2026-07-01T22:30:00Z', 'quai nord: 2'), 11)).toBe(
      '2026_000123_quai nord_ 2_2026-07-02_00-30-00_0012',
    );
  });

  it('are told apart by their number alone, and can mean nothing else', () => {
    // The hour that comes twice when the clocks are set back.
    const twice = ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'].map((from, index) =>
      hitName('P', hitOf(from), index),
    );
    expect(twice).toEqual(['P_CAM-3_2026-10-25_02-30-00_0001', 'P_CAM-3_2026-10-25_02-30-00_0002']);
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.string({ unit: 'binary', maxLength: 300 }),
        (one, other) => {
          const name = hitName(one, hitOf('2026-03-14T14:02:03Z', other), 9_998);
          return (
            !/[/\\\p{Cc}#%?:*"<>|]/u.test(name) &&
            !name.startsWith('.') &&
            name.endsWith('_2026-03-14_15-02-03_9999') &&
            Buffer.byteLength(`${name}.filter.txt`) <= 255
          );
        },
      ),
    );
  });
});
