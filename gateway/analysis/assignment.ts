/**
 * Pairs rows with columns at least total cost (shortest augmenting paths with potentials, after Jonker and Volgenant 1987; cubic).
 * A pair dearer than `most` is never made: leaving a row alone costs `most`, so a poor pair cannot push out a good one. Ties go to
 * the lower column. Returns for each row its column, or -1.
 */
export function assign(costs: Float64Array, rows: number, columns: number, most: number): Int32Array {
  const result = new Int32Array(rows).fill(-1);
  if (rows === 0 || columns === 0) return result;
  const plain = cheapestOfAll(costs, rows, columns, most);
  if (plain !== undefined) return plain;
  // A column of its own for every row stands for "alone"; that also makes rows <= columns, which the search needs.
  const width = columns + rows;
  const cost = (row: number, column: number): number =>
    column < columns
      ? Math.min(costs[row * columns + column] ?? most, most + 1)
      : column - columns === row
        ? most
        : most + 1;
  const rowPotential = new Float64Array(rows + 1);
  const columnPotential = new Float64Array(width + 1);
  // Row that holds a column, both counted from 1; column 0 is the root of the search.
  const holder = new Int32Array(width + 1);
  const previous = new Int32Array(width + 1);
  const distance = new Float64Array(width + 1);
  const done = new Uint8Array(width + 1);

  for (let row = 1; row <= rows; row += 1) {
    holder[0] = row;
    let column = 0;
    distance.fill(Number.POSITIVE_INFINITY);
    done.fill(0);
    do {
      done[column] = 1;
      const current = holder[column] ?? 0;
      let delta = Number.POSITIVE_INFINITY;
      let next = 0;
      for (let other = 1; other <= width; other += 1) {
        if (done[other] === 1) continue;
        const reduced = cost(current - 1, other - 1) - (rowPotential[current] ?? 0) - (columnPotential[other] ?? 0);
        if (reduced < (distance[other] ?? 0)) {
          distance[other] = reduced;
          previous[other] = column;
        }
        if ((distance[other] ?? 0) < delta) {
          delta = distance[other] ?? 0;
          next = other;
        }
      }
      for (let other = 0; other <= width; other += 1) {
        if (done[other] === 1) {
          const held = holder[other] ?? 0;
          rowPotential[held] = (rowPotential[held] ?? 0) + delta;
          columnPotential[other] = (columnPotential[other] ?? 0) - delta;
        } else {
          distance[other] = (distance[other] ?? 0) - delta;
        }
      }
      column = next;
    } while (holder[column] !== 0);
    while (column !== 0) {
      const from = previous[column] ?? 0;
      holder[column] = holder[from] ?? 0;
      column = from;
    }
  }
  for (let column = 1; column <= columns; column += 1) {
    const row = (holder[column] ?? 0) - 1;
    if (row >= 0 && (costs[row * columns + column - 1] ?? most) < most) result[row] = column - 1;
  }
  return result;
}

/** Each row's own cheapest column, where no two rows want the same and none is in doubt: nothing can be cheaper. Else undefined. */
function cheapestOfAll(costs: Float64Array, rows: number, columns: number, most: number): Int32Array | undefined {
  const result = new Int32Array(rows).fill(-1);
  const taken = new Uint8Array(columns);
  for (let row = 0; row < rows; row += 1) {
    let [least, at, isTie] = [most, -1, false];
    for (let column = 0; column < columns; column += 1) {
      const cost = costs[row * columns + column] as number;
      if (cost < least) [least, at, isTie] = [cost, column, false];
      else if (cost === least && at >= 0) isTie = true;
    }
    if (at < 0) continue;
    if (isTie || taken[at] === 1) return undefined;
    taken[at] = 1;
    result[row] = at;
  }
  return result;
}
