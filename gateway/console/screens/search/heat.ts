/** One of nine parts of a picture, counted from the top left. */
export interface Region {
  readonly column: number;
  readonly row: number;
  /** Tracks that passed the busiest cell of it. */
  readonly most: number;
}

const PARTS = 3;

interface Cells {
  readonly columns: number;
  readonly rows: number;
  readonly cells: readonly { readonly column: number; readonly row: number; readonly tracks: number }[];
}

/** The cells of a heat map as nine numbers, row by row. Cells are not added: a track passes many of them. */
export function regionsOf({ columns, rows, cells }: Cells): readonly Region[] {
  const most = new Array<number>(PARTS * PARTS).fill(0);
  for (const { column, row, tracks } of cells) {
    const at = Math.floor((row * PARTS) / rows) * PARTS + Math.floor((column * PARTS) / columns);
    most[at] = Math.max(most[at] ?? 0, tracks);
  }
  return most.map((value, at) => ({ column: at % PARTS, row: Math.floor(at / PARTS), most: value }));
}

/** Hits by weekday (Monday first) and hour, from the hours of the case's clock as the answer writes them. */
export function byWeekday(
  hours: readonly { readonly from: string; readonly hits: number }[],
): readonly (readonly number[])[] {
  const week = Array.from({ length: 7 }, () => new Array<number>(24).fill(0));
  for (const { from, hits } of hours) {
    // The date and the hour as they are written: those of the zone of the case, whatever zone the browser is in.
    const day = (new Date(`${from.slice(0, 10)}T00:00:00Z`).getUTCDay() + 6) % 7;
    const hour = Number(from.slice(11, 13));
    const row = week[day];
    if (row !== undefined) row[hour] = (row[hour] ?? 0) + hits;
  }
  return week;
}
