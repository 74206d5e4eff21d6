import { describe, expect, it } from 'vitest';
import { averagePrecision } from '../../benchmarks/scoring/average-precision.ts';

const box = (left: number, score = 1) => ({ left, top: 0, width: 10, height: 10, score });

describe('average precision', () => {
  it('is 1 when every box is found before any wrong one, and 0 when none is', () => {
    const truth = [box(0), box(100)];
    expect(averagePrecision([{ truth, found: [box(0, 0.9), box(101, 0.8), box(300, 0.1)] }])).toBe(1);
    expect(averagePrecision([{ truth, found: [box(50, 0.9)] }])).toBe(0);
    expect(averagePrecision([{ truth, found: [] }])).toBe(0);
  });

  it('is the area under the best precision at each recall or beyond', () => {
    // Right, wrong, right: precisions 1, 1/2, 2/3 at recalls 1/2, 1/2, 1.
    const found = [box(0, 0.9), box(300, 0.8), box(100, 0.7)];
    expect(averagePrecision([{ truth: [box(0), box(100)], found }])).toBeCloseTo(0.5 * 1 + 0.5 * (2 / 3), 9);
  });

  it('counts the second box on one object as wrong', () => {
    const found = [box(0, 0.9), box(1, 0.8), box(100, 0.7)];
    expect(averagePrecision([{ truth: [box(0), box(100)], found }])).toBeCloseTo(0.5 + 0.5 * (2 / 3), 9);
  });

  it('orders the boxes of all pictures by score, and matches each within its own', () => {
    const pictures = [
      { truth: [box(0)], found: [box(100, 0.9)] },
      { truth: [box(100)], found: [box(100, 0.8)] },
    ];
    expect(averagePrecision(pictures)).toBeCloseTo(0.5 * 0.5, 9);
  });

  it('asks for an overlap of one half, and is unknown without truth', () => {
    expect(averagePrecision([{ truth: [box(0)], found: [box(3)] }])).toBe(1);
    expect(averagePrecision([{ truth: [box(0)], found: [box(4)] }])).toBe(0);
    expect(averagePrecision([{ truth: [], found: [box(4)] }])).toBeNaN();
  });
});
