import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { scoreClear } from '../../benchmarks/scoring/clear.ts';
import { scoreHota } from '../../benchmarks/scoring/hota.ts';
import { scoreIdentity } from '../../benchmarks/scoring/identity.ts';
import { readMot, readMotTruth } from '../../benchmarks/scoring/mot-challenge.ts';

const TUD = path.join(import.meta.dirname, '../../../shared/tracking/py-motmetrics');

describe('MOTChallenge text', () => {
  const text = '1,3,63,153,82.5,288,1,-1,-1,-1\r\n\n2,4,0,-5,8,9,0,1,0.5\n2,5,1,2,3,4,-1\n3,6,1,2,3,4\n';

  it('is read row by row', () => {
    expect(readMot(text)).toHaveLength(4);
    expect(readMot(text)[0]).toEqual({ frame: 1, id: 3, left: 63, top: 153, width: 82.5, height: 288 });
    expect(readMot('')).toEqual([]);
  });

  it('of a ground truth has rows that are not to be scored: those with the flag 0', () => {
    expect(readMotTruth(text).map(({ id }) => id)).toEqual([3, 5, 6]);
  });

  it('is refused where a row is none', () => {
    expect(() => readMot('1,2,3')).toThrow('line 1 is no MOTChallenge row');
    expect(() => readMot('1,2,3,4,5,6,1\n1,2,x,4,5,6,1')).toThrow('line 2');
  });
});

// py-motmetrics publishes IDF1, MOTA, switches, false positives, misses and MOTP (as 1 minus the overlap) for this answer; HOTA is
// what the formulas of TrackEval, transcribed to numpy and scipy's assignment, give for it (2026-11-25).
describe.skipIf(!existsSync(TUD)).each([
  {
    sequence: 'TUD-Campus',
    clear: { falsePositives: 13, misses: 150, switches: 7 },
    percent: { mota: '52.6', motp: '72.3', idf1: '55.8', idp: '73.0', idr: '45.1' },
    hota: { hota: 0.39139744, detA: 0.41804703, assA: 0.36912068, locA: 0.77005223 },
  },
  {
    sequence: 'TUD-Stadtmitte',
    clear: { falsePositives: 45, misses: 452, switches: 7 },
    percent: { mota: '56.4', motp: '65.4', idf1: '64.5', idp: '82.0', idr: '53.1' },
    hota: { hota: 0.39784902, detA: 0.39226757, assA: 0.40884075, locA: 0.73752118 },
  },
])('the published answer for $sequence', ({ sequence, clear, percent, hota }) => {
  const read = (file: string): string => readFileSync(path.join(TUD, sequence, file), 'utf8');

  it('is scored as published', () => {
    const [truth, answer] = [readMotTruth(read('gt.txt')), readMot(read('test.txt'))];
    const score = { ...scoreClear(truth, answer), ...scoreIdentity(truth, answer) };
    expect(score).toMatchObject(clear);
    const told = Object.fromEntries(
      (['mota', 'motp', 'idf1', 'idp', 'idr'] as const).map((name) => [name, (100 * score[name]).toFixed(1)]),
    );
    expect(told).toEqual(percent);
  });

  it('has the HOTA that TrackEval gives', () => {
    const score = scoreHota(readMotTruth(read('gt.txt')), readMot(read('test.txt')));
    for (const name of ['hota', 'detA', 'assA', 'locA'] as const) expect(score[name]).toBeCloseTo(hota[name], 7);
  });
});
