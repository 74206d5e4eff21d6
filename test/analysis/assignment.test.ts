import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign } from '../../gateway/analysis/assignment.ts';

const MOST = 10;

/** What the pairs cost, with `MOST` for each row that stays alone. */
function priceOf(costs: readonly number[], columns: number, chosen: readonly number[]): number {
  return chosen.reduce((sum, column, row) => sum + (column < 0 ? MOST : (costs[row * columns + column] as number)), 0);
}

/** The least price of all ways to pair, tried one by one. */
function cheapest(costs: readonly number[], rows: number, columns: number, taken: readonly number[] = []): number {
  const row = taken.length;
  if (row === rows) return priceOf(costs, columns, taken);
  const free = Array.from({ length: columns }, (_, column) => column).filter((column) => !taken.includes(column));
  return Math.min(...[-1, ...free].map((column) => cheapest(costs, rows, columns, [...taken, column])));
}

const matrix = fc
  .record({ rows: fc.integer({ min: 0, max: 4 }), columns: fc.integer({ min: 0, max: 4 }) })
  .chain(({ rows, columns }) =>
    fc.record({
      rows: fc.constant(rows),
      columns: fc.constant(columns),
      // Few values, so that ties, quarrels over a column and pairs that are too dear are common.
      costs: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: rows * columns, maxLength: rows * columns }),
    }),
  );

describe('the assignment', () => {
  it('costs as little as any, gives no column twice and makes no pair that is too dear', () => {
    fc.assert(
      fc.property(matrix, ({ rows, columns, costs }) => {
        const chosen = [...assign(Float64Array.from(costs), rows, columns, MOST)];
        const pairs = chosen.filter((column) => column >= 0);
        expect(new Set(pairs).size).toBe(pairs.length);
        for (const [row, column] of chosen.entries())
          if (column >= 0) expect(costs[row * columns + column]).toBeLessThan(MOST);
        expect(priceOf(costs, columns, chosen)).toBe(cheapest(costs, rows, columns));
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes each row its own cheapest column where nobody else wants it', () => {
    expect([...assign(Float64Array.from([5, 1, 9, 2, 8, 3]), 2, 3, MOST)]).toEqual([1, 0]);
  });

  it('lets the dearer of two who want one column go elsewhere', () => {
    expect([...assign(Float64Array.from([1, 2, 1, 9]), 2, 2, MOST)]).toEqual([1, 0]);
  });
});
