import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Track, TrackPoint } from '../../gateway/analysis/types.ts';
import { AppError } from '../../gateway/errors.ts';
import { type ExhibitId, type JobId, newId } from '../../gateway/ids.ts';
import { byteWriter } from '../../gateway/index/byte-reader.ts';
import { decodeBlock, decodeColumns, encodeColumns, openPaths, quantise } from '../../gateway/index/columns.ts';
import { gridOf } from '../../gateway/index/grid.ts';
import { decodePath, encodePath } from '../../gateway/index/paths.ts';
import { GRID } from '../../gateway/index/types.ts';
import { type ClassName, COLOURS, classNameOf, PARTS } from '../../gateway/vocabulary.ts';
import { point, resultOf, track } from '../search/fixtures.ts';

const LEAF_NAMES: readonly ClassName[] = [
  'person',
  'car',
  'bus',
  'truck',
  'van',
  'bicycle',
  'motorcycle',
  'suitcase',
  'object',
];

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const decimal = (digits: number) => fc.integer({ min: -(10 ** 8), max: 10 ** 8 }).map((n) => n / 10 ** digits + 0);
const anyPoint = fc.record(
  {
    frame: fc.integer({ min: 1, max: 10 ** 7 }),
    pts: fc.maxSafeInteger(),
    timeSeconds: finite,
    left: finite,
    top: finite,
    width: finite,
    height: finite,
    score: finite,
    observed: fc.boolean(),
  },
  { noNullPrototype: true },
);
const roundedPoint = fc.record(
  {
    frame: fc.integer({ min: 1, max: 10 ** 7 }),
    pts: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
    timeSeconds: decimal(6),
    left: decimal(2),
    top: decimal(2),
    width: decimal(2),
    height: decimal(2),
    score: decimal(4),
    observed: fc.boolean(),
  },
  { noNullPrototype: true },
);

const encoded = (points: readonly TrackPoint[]): Uint8Array => {
  const to = byteWriter();
  encodePath(points, to);
  return to.bytes();
};

const anyTrack: fc.Arbitrary<Track> = fc.record({
  class: fc.constantFrom(...LEAF_NAMES),
  confidence: fc.double({ min: 0, max: 1, noNaN: true }),
  firstSeconds: fc.double({ min: 0, max: 1000, noNaN: true }),
  lastSeconds: fc.double({ min: 1000, max: 5000, noNaN: true }),
  colours: fc.uniqueArray(
    fc.record({
      part: fc.constantFrom(...PARTS),
      colour: fc.constantFrom(...COLOURS),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { selector: ({ part, colour }) => `${part} ${colour}`, maxLength: 6 },
  ),
  size: fc.record({ widthPx: fc.integer({ min: 0, max: 4000 }), heightPx: fc.integer({ min: 0, max: 4000 }) }),
  speed: fc.record({ medianPxPerSecond: fc.float({ noNaN: true, min: 0 }), maxPxPerSecond: fc.constant(1) }),
  directionDegrees: fc.float({ min: 0, max: 360, noNaN: true }),
  points: fc.array(fc.oneof(roundedPoint, anyPoint), { minLength: 1, maxLength: 8 }),
});

const ids = () => ({ exhibitId: newId<ExhibitId>(), jobId: newId<JobId>() });

describe('the path of a track', () => {
  it('comes back equal in every bit, whatever its numbers are', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(roundedPoint, anyPoint), { maxLength: 20 }), (points) => {
        expect(decodePath(encoded(points))).toStrictEqual(points);
      }),
    );
  });

  it('takes the short form when the numbers are rounded as analysis rounds them', () => {
    const points = Array.from({ length: 100 }, (_, n) =>
      point({ frame: 1 + n * 5, pts: n * 2560, timeSeconds: n / 5, left: 100 + n * 3.25, score: 0.8123 }),
    );
    expect(encoded(points).length).toBeLessThan(100 * 16);
  });

  it('comes back equal when it is long, in the short form and in the exact one', () => {
    for (const odd of [0, 1 / 3]) {
      const points = Array.from({ length: 3000 }, (_, n) => point({ frame: n + 1, pts: n * 512, left: n + odd }));
      expect(decodePath(encoded(points))).toStrictEqual(points);
    }
  });

  it('keeps a negative zero, which no decimal step can say', () => {
    const [back] = decodePath(encoded([point({ left: -0 })]));
    expect(Object.is(back?.left, -0)).toBe(true);
  });

  it('refuses to store a number that is not finite', () => {
    expect(() => encoded([point({ left: Number.NaN })])).toThrowError(AppError);
  });

  it('refuses cut and arbitrary bytes with E_VAULT and never reads beyond them', () => {
    const whole = encoded([point(), point({ left: 1 / 3 })]);
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodePath(whole.subarray(0, length))).toThrowError(/E_VAULT/);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodePath(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: 'E_VAULT' });
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a column block', () => {
  it('gives back every attribute of every track as it was stored', () => {
    fc.assert(
      fc.property(fc.array(anyTrack, { maxLength: 12 }), (tracks) => {
        const whose = ids();
        const blocks = encodeColumns(resultOf('0'.repeat(64), tracks), whose);
        const columns = decodeColumns(blocks.columns);
        const path = openPaths(blocks.paths, columns);
        expect(columns).toMatchObject({ ...whose, count: tracks.length });
        for (const [n, expected] of tracks.entries()) {
          expect(classNameOf(columns.classId[n] ?? 0)).toBe(expected.class);
          expect(columns.confidence[n]).toBe(quantise(expected.confidence));
          expect(columns.firstMs[n]).toBe(expected.firstSeconds * 1000);
          expect(columns.lastMs[n]).toBe(expected.lastSeconds * 1000);
          expect(columns.widthPx[n]).toBe(expected.size.widthPx);
          expect(columns.heightPx[n]).toBe(expected.size.heightPx);
          expect(columns.speed[n]).toBe(expected.speed.medianPxPerSecond);
          expect(columns.direction[n]).toBe(expected.directionDegrees);
          const shares = new Uint8Array(PARTS.length * COLOURS.length);
          for (const { part, colour, share } of expected.colours) {
            shares[PARTS.indexOf(part) * COLOURS.length + COLOURS.indexOf(colour)] = quantise(share);
          }
          const start = n * shares.length;
          expect(columns.colourShare.subarray(start, start + shares.length)).toStrictEqual(shares);
          expect(columns.grid.subarray(n * GRID.bytes, (n + 1) * GRID.bytes)).toStrictEqual(
            gridOf(expected.points, 1280, 720),
          );
          expect(path(n)).toStrictEqual(expected.points);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps "hardly moved" apart from "moved up the picture"', () => {
    const { directionDegrees: _, ...still } = track();
    const { columns } = encodeColumns(resultOf('0'.repeat(64), [still, track({ directionDegrees: 0 })]), ids());
    expect([...decodeColumns(columns).direction]).toStrictEqual([Number.NaN, 0]);
  });

  it('can be opened from memory that is not aligned', () => {
    const { columns } = encodeColumns(resultOf('0'.repeat(64), [track(), track()]), ids());
    const shifted = new Uint8Array(columns.length + 1);
    shifted.set(columns, 1);
    expect(decodeColumns(shifted.subarray(1))).toStrictEqual(decodeColumns(columns));
  });

  it('is refused with E_VAULT when it is cut anywhere', () => {
    const { columns } = encodeColumns(resultOf('0'.repeat(64), [track(), track({ class: 'person' })]), ids());
    for (let length = 0; length < columns.length; length++) {
      expect(() => decodeColumns(columns.subarray(0, length))).toThrowError(/E_VAULT/);
    }
  });

  it('is refused with E_VAULT or opens within its bounds when bytes of it were changed', () => {
    const { columns } = encodeColumns(resultOf('0'.repeat(64), [track(), track(), track()]), ids());
    fc.assert(
      fc.property(fc.nat(columns.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const altered = columns.slice();
        altered[at] = (altered[at] ?? 0) ^ change;
        try {
          const { columns: opened, header } = decodeBlock(altered);
          for (let n = 0; n < opened.count; n++) {
            expect((opened.pathOffset[n] ?? 0) + (opened.pathLength[n] ?? 0)).toBeLessThanOrEqual(header.pathBytes);
          }
        } catch (error) {
          expect(error).toMatchObject({ code: 'E_VAULT' });
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps what the quiet part was asked, opens without it as older blocks are, and refuses a count that is none', () => {
    const { columns } = encodeColumns(resultOf('0'.repeat(64), [track()]), ids());
    const audit = { samples: 31, missed: 1, objectSeconds: 20, quietSeconds: 400, recallBound: 0.25 };
    expect(decodeBlock(columns).header.audit).toEqual(audit);
    const text = Buffer.from(columns).toString('latin1');
    const older = Buffer.from(text.replace('"audit":', '"adiut":'), 'latin1');
    expect(decodeBlock(older).header).not.toHaveProperty('audit');
    const forged = Buffer.from(text.replace('"samples":31', '"samples":-1'), 'latin1');
    expect(() => decodeBlock(forged)).toThrowError(/E_VAULT/);
  });

  it('is refused when its header claims more tracks than its bytes hold', () => {
    const { columns } = encodeColumns(resultOf('0'.repeat(64), [track()]), ids());
    const text = Buffer.from(columns).toString('latin1');
    const forged = Buffer.from(text.replace('"count":1,', '"count":9,'), 'latin1');
    expect(forged.length).toBe(columns.length);
    expect(() => decodeColumns(forged)).toThrowError(/E_VAULT.*do not fill/);
  });

  it('does not open the paths of another analysis', () => {
    const result = resultOf('0'.repeat(64), [track()]);
    const own = encodeColumns(result, ids());
    const other = encodeColumns(result, ids());
    expect(() => openPaths(other.paths, decodeColumns(own.columns))).toThrowError(/E_VAULT/);
    expect(() => openPaths(own.columns, decodeColumns(own.columns))).toThrowError(/E_VAULT/);
  });

  it('refuses a result with a track that has no point', () => {
    expect(() => encodeColumns(resultOf('0'.repeat(64), [track({ points: [] })]), ids())).toThrowError(/E_INTERNAL/);
  });
});
