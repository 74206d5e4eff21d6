import { describe, expect, it } from 'vitest';
import { CELL_COLUMNS, MOST_WAYS, pathCells } from '../../gateway/search/path-cells.ts';
import { openInMemory, point, track } from './fixtures.ts';

// 64 cells across 1280 pixels: a cell is 20 pixels wide and high.

const foot = (x: number, y: number, seconds: number) =>
  point({ left: x - 20, top: y - 30, width: 40, height: 30, timeSeconds: seconds, frame: 1 + seconds });

describe('cells of the paths of an answer', () => {
  it('counts a track once a cell, however long it stands or often it comes back', async () => {
    const stands = track({ points: [foot(30, 30, 0), foot(31, 31, 1), foot(30, 30, 2)] });
    const returns = track({ points: [foot(30, 30, 0), foot(70, 30, 1), foot(30, 30, 2)] });
    const exhibit = openInMemory([stands, returns]);
    expect(await pathCells(exhibit, [0, 1])).toEqual({
      columns: CELL_COLUMNS,
      rows: 36,
      drawn: 2,
      cells: [
        { column: 1, row: 1, tracks: 2 },
        { column: 2, row: 1, tracks: 1 },
        { column: 3, row: 1, tracks: 1 },
      ],
    });
    expect((await pathCells(exhibit, [0])).cells).toHaveLength(1);
    expect((await pathCells(exhibit, [])).cells).toEqual([]);
  });

  it('leaves no hole in a way between two frames, and keeps what hangs out of the picture at its edge', async () => {
    const across = openInMemory([track({ points: [foot(5, 5, 0), foot(1275, 715, 1)] })]);
    const { cells } = await pathCells(across, [0]);
    for (const [index, cell] of cells.entries()) {
      const before = cells[index - 1] ?? cell;
      expect(Math.abs(cell.row - before.row)).toBeLessThanOrEqual(1);
      expect(Math.abs(cell.column - before.column)).toBeLessThanOrEqual(3);
    }
    expect(new Set(cells.map(({ column }) => column)).size).toBe(64);
    const beyond = openInMemory([track({ points: [foot(1280, 720, 0)] })]);
    expect((await pathCells(beyond, [0])).cells).toEqual([{ column: 63, row: 35, tracks: 1 }]);
  });

  it('opens an even choice of very many ways and says how many', async () => {
    const exhibit = openInMemory([track({ points: [foot(30, 30, 0)] })]);
    const many = new Array<number>(2 * MOST_WAYS + 1).fill(0);
    const { drawn, cells } = await pathCells(exhibit, many);
    expect(drawn).toBeLessThanOrEqual(MOST_WAYS);
    expect(drawn).toBeGreaterThan(MOST_WAYS / 2);
    expect(cells).toEqual([{ column: 1, row: 1, tracks: drawn }]);
  });
});
