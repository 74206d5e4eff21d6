import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { demandEnded, parsePeriod } from '../../gateway/compliance/periods.ts';
import { publicFigures, shownOfColumn, shownOfYear } from '../../gateway/compliance/public-figures.ts';
import { NOTHING, type Row, type Statistics, statisticsOf } from '../../gateway/compliance/statistics.ts';

// STA-04 as an attack: somebody who has every report, and knows the rule by which cells are kept back, tries to find a count below five.

const isSmall = (value: number): boolean => value > 0 && value < 5;
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** Every list of so many numbers from 0 to `most`. */
function* tables(length: number, most: number): Generator<number[]> {
  const cells = Array.from({ length }, () => 0);
  for (;;) {
    yield [...cells];
    let at = 0;
    while (at < length && cells[at] === most) cells[at++] = 0;
    if (at === length) return;
    cells[at] = (cells[at] ?? 0) + 1;
  }
}

/** Small cells that are the same in every table that gives the same view: those that the view tells. */
function told(
  all: Iterable<number[]>,
  view: (table: number[]) => unknown,
  cellsOf: (table: number[]) => number[],
): string[] {
  const possible = new Map<string, Set<number>[]>();
  for (const table of all) {
    const key = JSON.stringify(view(table));
    const cells = cellsOf(table);
    const known = possible.get(key) ?? cells.map(() => new Set<number>());
    for (const [index, value] of cells.entries()) known[index]?.add(value);
    possible.set(key, known);
  }
  const found: string[] = [];
  for (const [key, cells] of possible)
    for (const [index, values] of cells.entries())
      if (values.size === 1 && isSmall([...values][0] ?? 0)) found.push(`${key} tells cell ${index}`);
  return found;
}

const only = (values: readonly number[], isShown: (index: number) => boolean | undefined): (number | null)[] =>
  values.map((value, index) => (isShown(index) === true ? value : null));

describe('what is published', () => {
  it.each([
    [2, 2, 8],
    [2, 3, 5],
    [3, 2, 5],
  ])(
    'STA-04: %i parts of %i parts each, from 0 to %i: whole and parts together tell no small count',
    (quarters, months, most) => {
      const parts = (table: number[]) =>
        Array.from({ length: quarters }, (_, index) => table.slice(index * months, (index + 1) * months));
      const view = (table: number[]) => {
        const shown = shownOfYear(parts(table));
        return [
          only([sum(table)], () => shown.year),
          only(parts(table).map(sum), () => shown.quarters),
          parts(table).map((values, index) => only(values, () => shown.months[index])),
        ];
      };
      const cells = (table: number[]) => [...table, ...parts(table).map(sum), sum(table)];
      expect(told(tables(quarters * months, most), view, cells)).toEqual([]);
    },
  );

  it.each([
    [2, 12],
    [3, 9],
    [4, 6],
    [5, 6],
  ])('STA-04: a column of %i cells from 0 to %i beside its total tells no small count', (length, most) => {
    const view = (table: number[]) => {
      const isTotalShown = !isSmall(sum(table));
      const shown = shownOfColumn(table, isTotalShown);
      return [only(table, (index) => shown[index]), isTotalShown ? sum(table) : null];
    };
    expect(told(tables(length, most), view, (table) => table)).toEqual([]);
  });

  it('the attack finds what a careless rule gives away', () => {
    const careless = (table: number[]) => [only(table, (index) => !isSmall(table[index] ?? 0)), sum(table)];
    expect(told(tables(3, 9), careless, (table) => table).length).toBeGreaterThan(10);
  });

  const month = fc.record({
    month: fc.integer({ min: 1, max: 12 }),
    service: fc.constantFrom('S-1', 'S-2', 'S-3', 'S-4'),
    unit: fc.constantFrom('U-1', 'U-2'),
    uses: fc.integer({ min: 0, max: 9 }),
    jobs: fc.integer({ min: 0, max: 9 }),
  });
  const year = fc.array(month, { minLength: 1, maxLength: 40 }).map((list): Statistics => {
    const rows: Row[] = list.map(({ month: number, uses, jobs, ...origin }) => ({
      ...origin,
      framework: 'FLAGRANCE',
      natinfFamily: '21',
      month: `2025-${String(number).padStart(2, '0')}`,
      counts: { ...NOTHING, uses, jobs, hours: jobs * 1.5 },
    }));
    return { ...statisticsOf([], { from: '2025-01', to: '2025-12' }), rows };
  });
  const PERIODS = [
    '2025',
    ...[1, 2, 3, 4].map((quarter) => `2025-Q${quarter}`),
    ...Array.from({ length: 12 }, (_, index) => `2025-${String(index + 1).padStart(2, '0')}`),
  ];
  const reportsOf = (statistics: Statistics) =>
    PERIODS.map((name) => ({ name, figures: publicFigures(statistics, parsePeriod(name)) }));

  it('STA-04: no report of a year can be subtracted from the others to find a small count', () => {
    fc.assert(
      fc.property(year, (statistics) => {
        // Unknowns: uses of twelve months, then of the services. Equations: every number of every report.
        const services = [...new Set(statistics.rows.map(({ service }) => service))].toSorted();
        const unknowns = [...PERIODS.slice(5), ...services];
        const truth = unknowns.map((name) =>
          sum(
            statistics.rows.filter((row) => row.month === name || row.service === name).map((row) => row.counts.uses),
          ),
        );
        const equation = (names: readonly string[]) => unknowns.map((name) => (names.includes(name) ? 1 : 0));
        const monthsOf = (name: string): readonly string[] => {
          const { from, to } = parsePeriod(name);
          return PERIODS.slice(5).filter((each) => each >= from && each <= to);
        };
        const equations: number[][] = [unknowns.map((_, index) => (index < 12 ? 1 : -1))];
        for (const { name, figures } of reportsOf(statistics)) {
          if (figures.totals.uses !== undefined) equations.push(equation(monthsOf(name)));
          for (const row of [...figures.months, ...figures.quarters])
            if (row.counts.uses !== undefined) equations.push(equation(monthsOf(row.name)));
          for (const row of figures.tables.service)
            if (row.counts.uses !== undefined) equations.push(equation([row.name]));
        }
        for (const [index, value] of truth.entries())
          if (isSmall(value)) expect(isDetermined(equations, index), `${unknowns[index]} ${value}`).toBe(false);
        for (const quarter of PERIODS.slice(1, 5)) {
          const months = monthsOf(quarter);
          const value = sum(truth.filter((_, index) => months.includes(unknowns[index] ?? '')));
          if (isSmall(value)) expect(spans(equations, equation(months)), quarter).toBe(false);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('STA-04: the reports of a year say the same of the same thing, and a year of five uses or more always says how many', () => {
    fc.assert(
      fc.property(year, (statistics) => {
        const [whole, ...parts] = reportsOf(statistics);
        for (const { name, figures } of parts) {
          const row = [...(whole?.figures.months ?? []), ...(whole?.figures.quarters ?? [])].find(
            (each) => each.name === name,
          );
          expect(figures.totals, name).toEqual(row?.counts);
          expect(figures.tables.service).toEqual([]);
        }
        const uses = sum(statistics.rows.map(({ counts }) => counts.uses));
        expect(whole?.figures.totals.uses).toBe(isSmall(uses) ? undefined : uses);
      }),
      { numRuns: 100 },
    );
  });

  it('STA-04: hours are kept back with the analyses they are of, and a sum over codes with the code it would tell', () => {
    const of = (jobs: number, hours: number, refusals: Record<string, number>) => {
      const base = statisticsOf([], { from: '2025-01', to: '2025-12' });
      const rows: Row[] = [
        {
          month: '2025-03',
          service: 'S',
          unit: 'U',
          framework: 'F',
          natinfFamily: '21',
          counts: {
            ...NOTHING,
            jobs,
            hours,
            refusals: sum(Object.values(refusals)),
            forbiddenAttempts: refusals.E_FACE_QUERY_IMAGE ?? 0,
          },
        },
      ];
      return publicFigures({ ...base, rows, refusalsByCode: refusals }, parsePeriod('2025'));
    };
    expect(of(1, 30, {}).totals.hours).toBeUndefined();
    expect(of(6, 30, {}).totals.hours).toBe(30);
    const told = of(6, 30, { E_FACE_QUERY_IMAGE: 6, E_REQ_EXPIRED: 9 });
    expect(told.totals.forbiddenAttempts).toBe(6);
    expect(told.refusalsByCode.map(({ count }) => count)).toEqual([6, 9]);
    const kept = of(6, 30, { E_FACE_QUERY_IMAGE: 6, E_GATE_LABEL: 2, E_REQ_EXPIRED: 9 });
    expect(kept.refusalsByCode.map(({ count }) => count)).toEqual([undefined, undefined, 9]);
    expect(kept.totals.forbiddenAttempts).toBeUndefined();
  });

  it('STA-04: only whole calendar periods of a year that is over are published', () => {
    const codeOf = (name: string, nowMs = Date.UTC(2026, 0, 1)): string => {
      try {
        demandEnded(parsePeriod(name), nowMs);
        return 'OK';
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect(PERIODS.map((name) => codeOf(name))).toEqual(PERIODS.map(() => 'OK'));
    expect(PERIODS.map((name) => codeOf(name, Date.UTC(2026, 0, 1) - 1))).toEqual(PERIODS.map(() => 'E_STA_PERIOD'));
    for (const name of ['2025-13', '2025-00', '2025-Q5', '2025-01..2025-02', '2025-01-15', '25', '', '2026', '2026-01'])
      expect(codeOf(name), name).toBe('E_STA_PERIOD');
  });
});

/** Whether a sum of unknowns follows from the equations: Gaussian elimination over the rationals, as doubles. */
function spans(equations: readonly (readonly number[])[], wanted: readonly number[]): boolean {
  return rank([...equations, wanted]) === rank(equations);
}

const isDetermined = (equations: readonly (readonly number[])[], index: number): boolean =>
  spans(
    equations,
    (equations[0] ?? []).map((_, at) => (at === index ? 1 : 0)),
  );

function rank(equations: readonly (readonly number[])[]): number {
  const rows = equations.map((row) => [...row]);
  let found = 0;
  for (let column = 0; column < (rows[0]?.length ?? 0); column++) {
    const at = rows.findIndex((row, index) => index >= found && Math.abs(row[column] ?? 0) > 1e-9);
    const pivot = rows[at];
    if (pivot === undefined) continue;
    rows[at] = rows[found] ?? [];
    rows[found] = pivot;
    for (const [index, row] of rows.entries()) {
      if (index === found) continue;
      const factor = (row[column] ?? 0) / (pivot[column] ?? 1);
      for (let k = 0; k < row.length; k++) row[k] = (row[k] ?? 0) - factor * (pivot[k] ?? 0);
    }
    found += 1;
  }
  return found;
}
