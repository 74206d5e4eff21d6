import { AppError } from '../errors.ts';
import type { Span } from './statistics.ts';

/** A calendar year, quarter or month, as reports are published of: `2026`, `2026-Q3`, `2026-05`. */
export interface Period extends Span {
  readonly name: string;
  readonly kind: 'year' | 'quarter' | 'month';
  /** `YYYY`. */
  readonly year: string;
}

const YEAR = /^(\d{4})$/;
const QUARTER = /^(\d{4})-Q([1-4])$/;
const MONTH = /^(\d{4})-(0[1-9]|1[0-2])$/;

export const monthsOf = (year: string): readonly string[] =>
  Array.from({ length: 12 }, (_, index) => `${year}-${String(index + 1).padStart(2, '0')}`);

/** The four quarters of a year, three months each. */
export const quartersOf = (year: string): readonly (readonly string[])[] => {
  const months = monthsOf(year);
  return [0, 3, 6, 9].map((at) => months.slice(at, at + 3));
};

export const isMonth = (text: string): boolean => MONTH.test(text);

/** The month after. */
export function nextMonth(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return number === 12
    ? `${String(year + 1).padStart(4, '0')}-01`
    : (monthsOf(String(year).padStart(4, '0'))[number] ?? '');
}

/** Milliseconds at which a month begins. */
export const monthStartMs = (month: string): number => Date.parse(`${month}-01T00:00:00.000Z`);

/** Reads the name of a period. E_STA_PERIOD for anything else: a span that somebody may choose would tell by subtraction what is kept back. */
export function parsePeriod(name: string): Period {
  const [, year] = YEAR.exec(name) ?? [];
  if (year !== undefined) return { name, kind: 'year', year, from: `${year}-01`, to: `${year}-12` };
  const [, ofYear, quarter] = QUARTER.exec(name) ?? [];
  if (ofYear !== undefined) {
    const months = quartersOf(ofYear)[Number(quarter) - 1] ?? [];
    return { name, kind: 'quarter', year: ofYear, from: months[0] ?? '', to: months[2] ?? '' };
  }
  const [, monthYear] = MONTH.exec(name) ?? [];
  if (monthYear !== undefined) return { name, kind: 'month', year: monthYear, from: name, to: name };
  throw new AppError('E_STA_PERIOD', { detail: 'a period is YYYY, YYYY-Q1 to YYYY-Q4 or YYYY-MM' });
}

/**
 * E_STA_PERIOD unless the year of the period is over: what a month or a quarter may show depends on the others of its year, so the reports of
 * a year appear together.
 */
export function demandEnded({ year }: Period, nowMs: number): void {
  if (nowMs < monthStartMs(nextMonth(`${year}-12`)))
    throw new AppError('E_STA_PERIOD', { detail: `${year} is not over: its reports appear together when it is` });
}
