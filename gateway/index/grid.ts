import type { TrackPoint } from '../analysis/types.ts';
import { GRID } from './types.ts';

// A hair wider than the cell: rounding may set one cell too many, never one too few.
const SLACK = 1e-9;

/**
 * Cells that a path's bottom centres visited, the way between two neighbouring points included. The exact test that follows looks
 * at the same straight ways, so a cell that is not set here can be trusted to hold no answer.
 */
export function gridOf(points: readonly TrackPoint[], widthPx: number, heightPx: number): Uint8Array {
  const cells = new Uint8Array(GRID.bytes);
  const places = points.map((point) => ({
    x: ((point.left + point.width / 2) / widthPx) * GRID.columns,
    y: ((point.top + point.height) / heightPx) * GRID.rows,
  }));
  for (const [index, to] of places.entries()) {
    const from = places[index - 1] ?? to;
    const columns = cellRange(from.x, to.x, GRID.columns);
    const rows = cellRange(from.y, to.y, GRID.rows);
    for (let row = rows.first; row <= rows.last; row++) {
      for (let column = columns.first; column <= columns.last; column++) {
        if (!crossesCell(from, to, column, row)) continue;
        const bit = row * GRID.columns + column;
        cells[bit >> 3] = (cells[bit >> 3] ?? 0) | (1 << (bit & 7));
      }
    }
  }
  return cells;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

// Whole cells between two coordinates; what lies outside the picture has no cell.
const cellRange = (a: number, b: number, count: number): { first: number; last: number } => ({
  first: Math.max(0, Math.floor(Math.min(a, b) - SLACK)),
  last: Math.min(count - 1, Math.floor(Math.max(a, b) + SLACK)),
});

// Liang-Barsky: the part of the way that is inside the cell's columns, then inside its rows, is not empty.
function crossesCell(from: Place, to: Place, column: number, row: number): boolean {
  let enter = 0;
  let leave = 1;
  const slabs = [
    { at: from.x, step: to.x - from.x, low: column - SLACK, high: column + 1 + SLACK },
    { at: from.y, step: to.y - from.y, low: row - SLACK, high: row + 1 + SLACK },
  ];
  for (const { at, step, low, high } of slabs) {
    if (step === 0) {
      if (at < low || at > high) return false;
      continue;
    }
    const one = (low - at) / step;
    const other = (high - at) / step;
    enter = Math.max(enter, Math.min(one, other));
    leave = Math.min(leave, Math.max(one, other));
  }
  return enter <= leave + SLACK;
}
