import { monthsOf, type Period, quartersOf } from './periods.ts';
import {
  type Counts,
  DIMENSIONS,
  type Dimension,
  isForbiddenAttempt,
  MEASURES,
  type Measure,
  type Statistics,
  tableBy,
} from './statistics.ts';

// STA-04: what is published. Decision 0019 says why: whoever has all reports of a year can subtract one from the other, so what is kept back is
// decided for the year as a whole, from the year down, and the same way in every report.

/** Below this a count is small, unless it is nought. */
export const SMALL = 5;

/** Of what is published; undefined where it is kept back, because it is small or because it would tell what is. */
export type PublicCounts = { readonly [M in Measure]: number | undefined };

export interface PublicRow {
  readonly name: string;
  readonly counts: PublicCounts;
}

export interface PublicNumber {
  readonly name: string;
  readonly count: number | undefined;
}

export interface PublicFigures {
  readonly totals: PublicCounts;
  /** Of a year and of a quarter: its months. */
  readonly months: readonly PublicRow[];
  /** Of a year alone, as all that follows: finer tables would be of small cells. */
  readonly quarters: readonly PublicRow[];
  readonly tables: Readonly<Record<Dimension, readonly PublicRow[]>>;
  readonly refusalsByCode: readonly PublicNumber[];
  readonly outcomes: readonly PublicNumber[];
}

const isSmall = (value: number): boolean => value > 0 && value < SMALL;

/** Hours are those of the analyses with a result: thirty hours of one would tell that there was one. */
const shownAs = (measure: Measure): Measure => (measure === 'hours' ? 'jobs' : measure);

/** What of one measure may be shown of a year and its parts. */
export interface ShownOfYear {
  readonly year: boolean;
  readonly quarters: boolean;
  /** Of each quarter: whether its parts are shown. */
  readonly months: readonly boolean[];
}

/**
 * From the year down, the parts of a whole are shown all together or not at all: a whole that is shown over parts that are not tells their sum,
 * which is five at least and of three parts at least, and nothing of any part. `quarters` are the values of the parts of each quarter.
 */
export function shownOfYear(quarters: readonly (readonly number[])[]): ShownOfYear {
  const sums = quarters.map((parts) => parts.reduce((sum, part) => sum + part, 0));
  const total = sums.reduce((sum, part) => sum + part, 0);
  const year = !isSmall(total);
  const allQuarters = year && !sums.some(isSmall);
  return { year, quarters: allQuarters, months: quarters.map((parts) => allQuarters && !parts.some(isSmall)) };
}

/**
 * Which cells of one column are shown, where their total is known. The smallest go until what is kept back could be many things; when all but
 * noughts are kept back and still could not, nothing of the column is shown, the noughts neither.
 */
export function shownOfColumn(values: readonly number[], isTotalShown: boolean): readonly boolean[] {
  if (!isTotalShown) return values.map(() => false);
  const ordered = values.filter((value) => value > 0).toSorted((a, b) => a - b);
  let count = ordered.filter(isSmall).length;
  if (count === 0) return values.map(() => true);
  const sumOf = (n: number): number => ordered.slice(0, n).reduce((sum, value) => sum + value, 0);
  const isTold = (n: number): boolean => {
    const allSmall = (ordered[n - 1] ?? 0) < SMALL;
    // Of n cells that are each at least one, a sum of n or next to it says what they are; so does four times n where none is larger.
    return n < 2 || sumOf(n) <= n + 1 || (allSmall && sumOf(n) >= (SMALL - 1) * n - 1);
  };
  while (count < ordered.length && isTold(count)) count += 1;
  if (isTold(count)) return values.map(() => false);
  // Cells as large as the largest that is kept back are kept back with it: which of them it is would be a matter of their order.
  const largest = ordered[count - 1] ?? 0;
  return values.map((value) => value === 0 || value > largest);
}

/** The report of one period, from the statistics of its whole year. */
export function publicFigures(ofYear: Statistics, period: Period): PublicFigures {
  const byMonth = new Map(tableBy(ofYear, 'month').map(({ name, counts }) => [name, counts]));
  const amountOf = (months: readonly string[], measure: Measure): number =>
    months.reduce((sum, month) => sum + (byMonth.get(month)?.[measure] ?? 0), 0);
  const quarters = quartersOf(period.year);
  const shown = new Map(
    MEASURES.map((measure) => [
      measure,
      shownOfYear(quarters.map((months) => months.map((month) => amountOf([month], shownAs(measure))))),
    ]),
  );
  const codes = publicNumbers(ofYear.refusalsByCode, shown.get('refusals')?.year === true);
  // A sum over some of the codes would tell one of them that is kept back.
  if (codes.some(({ name, count }) => isForbiddenAttempt(name) && count === undefined))
    shown.set('forbiddenAttempts', { year: false, quarters: false, months: quarters.map(() => false) });
  const rowOf = (
    name: string,
    months: readonly string[],
    isShown: (of: ShownOfYear | undefined) => boolean | undefined,
  ): PublicRow => ({
    name,
    counts: countsOf((measure) => (isShown(shown.get(measure)) === true ? amountOf(months, measure) : undefined)),
  });
  const quarterRow = (index: number): PublicRow =>
    rowOf(`${period.year}-Q${index + 1}`, quarters[index] ?? [], (of) => of?.quarters);
  const monthRow = (month: string): PublicRow =>
    rowOf(month, [month], (of) => of?.months[quarters.findIndex((months) => months.includes(month))]);
  const none = { quarters: [], tables: NO_TABLES, refusalsByCode: [], outcomes: [] };
  if (period.kind === 'month') return { totals: monthRow(period.name).counts, months: [], ...none };
  if (period.kind === 'quarter') {
    const index = quarters.findIndex((months) => months[0] === period.from);
    return { totals: quarterRow(index).counts, months: (quarters[index] ?? []).map(monthRow), ...none };
  }
  const isYearShown = (measure: Measure): boolean => shown.get(measure)?.year === true;
  const table = (by: Dimension): readonly PublicRow[] => publicTable(tableBy(ofYear, by), isYearShown);
  return {
    totals: rowOf(period.name, monthsOf(period.year), (of) => of?.year).counts,
    months: monthsOf(period.year).map(monthRow),
    quarters: quarters.map((_, index) => quarterRow(index)),
    tables: {
      service: table('service'),
      unit: table('unit'),
      framework: table('framework'),
      natinfFamily: table('natinfFamily'),
    },
    refusalsByCode: codes,
    outcomes: publicNumbers(ofYear.outcomes, isYearShown('closures')),
  };
}

const NO_TABLES = Object.fromEntries(
  DIMENSIONS.map((dimension) => [dimension, []]),
) as unknown as PublicFigures['tables'];

const countsOf = (value: (measure: Measure) => number | undefined): PublicCounts =>
  Object.fromEntries(MEASURES.map((measure) => [measure, value(measure)])) as PublicCounts;

/** A table of a whole year, column by column. */
export function publicTable(
  rows: readonly { readonly name: string; readonly counts: Counts }[],
  isTotalShown: (measure: Measure) => boolean,
): readonly PublicRow[] {
  const columns = new Map(
    MEASURES.map((measure) => [
      measure,
      shownOfColumn(
        rows.map(({ counts }) => counts[shownAs(measure)]),
        isTotalShown(shownAs(measure)),
      ),
    ]),
  );
  return rows.map(({ name, counts }, index) => ({
    name,
    counts: countsOf((measure) => (columns.get(measure)?.[index] === true ? counts[measure] : undefined)),
  }));
}

function publicNumbers(counts: Readonly<Record<string, number>>, isTotalShown: boolean): readonly PublicNumber[] {
  const names = Object.keys(counts).toSorted();
  const shown = shownOfColumn(
    names.map((name) => counts[name] ?? 0),
    isTotalShown,
  );
  return names.map((name, index) => ({ name, count: shown[index] === true ? counts[name] : undefined }));
}
