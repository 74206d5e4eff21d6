import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closeLedger, markUndecodable, noteReason } from '../../gateway/analysis/ledger.ts';
import { COVERAGE_STATES, type LedgerInterval } from '../../gateway/analysis/types.ts';

const analysed = (fromSeconds: number, toSeconds: number): LedgerInterval => ({
  fromSeconds,
  toSeconds,
  state: 'analysed',
  framesPerSecond: 5,
});

describe('the coverage ledger', () => {
  it('joins neighbours of one kind and sums to the file', () => {
    const outside: LedgerInterval = { fromSeconds: 20, toSeconds: 30.04, state: 'outside', reason: 'E_REQ_SCOPE' };
    expect(closeLedger([analysed(0, 10), analysed(10, 20), outside], 30.04)).toEqual({
      durationSeconds: 30.04,
      intervals: [analysed(0, 20), outside],
      totals: { analysedSeconds: 20, sampledSeconds: 0, quietSeconds: 0, undecodableSeconds: 0, outsideSeconds: 10.04 },
    });
  });

  it.each([
    ['a hole', [analysed(0, 10), analysed(10.1, 20)]],
    ['an overlap', [analysed(0, 10), analysed(9.9, 20)]],
    ['a late start', [analysed(0.5, 20)]],
    ['an early end', [analysed(0, 19.5)]],
    ['a step back', [analysed(0, 10), analysed(10, 5), analysed(5, 20)]],
  ])('refuses %s', (_, intervals) => {
    expect(() => closeLedger(intervals, 20)).toThrow('E_INTERNAL');
  });

  it('marks what did not decode, and leaves outside what the requisition does not cover', () => {
    const outside: LedgerInterval = { fromSeconds: 10, toSeconds: 20, state: 'outside', reason: 'E_REQ_SCOPE' };
    expect(markUndecodable([analysed(0, 10), outside], [{ fromSeconds: 8, toSeconds: 12 }], 'E_MEDIA_DECODE')).toEqual([
      analysed(0, 8),
      { fromSeconds: 8, toSeconds: 10, state: 'undecodable', reason: 'E_MEDIA_DECODE' },
      outside,
    ]);
  });

  it('notes why a detector alone looked, and counts the time as analysed all the same', () => {
    const lost: LedgerInterval = { fromSeconds: 10, toSeconds: 12, state: 'undecodable', reason: 'E_MEDIA_DECODE' };
    const noted = noteReason([analysed(0, 10), lost], [{ fromSeconds: 4, toSeconds: 11 }], 'camera-moves');
    expect(noted).toEqual([analysed(0, 4), { ...analysed(4, 10), reason: 'camera-moves' }, lost]);
    expect(closeLedger(noted, 12)).toMatchObject({
      intervals: noted,
      totals: { analysedSeconds: 10, undecodableSeconds: 2 },
    });
  });

  it('always has totals that sum to the duration, to the microsecond', () => {
    const lengths = fc.array(fc.tuple(fc.integer({ min: 1, max: 70_000_000 }), fc.constantFrom(...COVERAGE_STATES)), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(lengths, (parts) => {
        let at = 0;
        const intervals = parts.map(([length, state]): LedgerInterval => {
          const fromSeconds = at / 1e6;
          at += length;
          return { fromSeconds, toSeconds: at / 1e6, state };
        });
        const { totals, durationSeconds } = closeLedger(intervals, at / 1e6);
        const sum = Object.values(totals).reduce((total: number, value: number) => total + value, 0);
        expect(Math.round(sum * 1e6)).toBe(Math.round(durationSeconds * 1e6));
      }),
    );
  });
});
