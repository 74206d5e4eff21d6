import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { demandEnded, type Period, parsePeriod } from './periods.ts';
import { type PublicFigures, publicFigures } from './public-figures.ts';
import { createTally, type Span, type Statistics } from './statistics.ts';
import { type KnownOfLog, readVerified, type VerifiedJournal } from './verified-journal.ts';

/** Statistics with the journal that they were counted from. */
export interface Counted {
  readonly statistics: Statistics;
  readonly log: VerifiedJournal;
}

export interface PublicReport {
  readonly period: Period;
  readonly figures: PublicFigures;
  /** Of the year of the period: which networks ran, and where the journal begins. */
  readonly statistics: Statistics;
  readonly log: VerifiedJournal;
}

/** Counts a journal in a folder, after it was verified as a whole. Throws E_LOG_DOWN. */
export async function countJournal(dir: string, known: KnownOfLog, span?: Span): Promise<Counted> {
  const tally = createTally();
  let [first, last] = ['0000-01', '9999-12'];
  let isEmpty = true;
  const log = await readVerified(dir, known, (record) => {
    last = record.time.slice(0, 7);
    if (isEmpty) first = last;
    isEmpty = false;
    tally.add(record);
  });
  return { statistics: tally.result(span ?? { from: first, to: last }), log };
}

/**
 * The public report of a period (STA-04). Throws E_STA_PERIOD for a period of a year that is not over, or of which records are gone from the
 * journal: what is not there is not nought.
 */
export async function publicReport(dir: string, known: KnownOfLog, name: string, clock: Clock): Promise<PublicReport> {
  const period = parsePeriod(name);
  demandEnded(period, clock.nowMs());
  const { statistics, log } = await countJournal(dir, known, { from: `${period.year}-01`, to: `${period.year}-12` });
  const wasPurged = statistics.firstSeq !== undefined && statistics.firstSeq > 0;
  if (wasPurged && (statistics.journalFrom ?? '') >= `${period.year}-01`)
    throw new AppError('E_STA_PERIOD', { detail: `records of ${period.year} are gone from the journal` });
  return { period, figures: publicFigures(statistics, period), statistics, log };
}

/** The figures of a running installation. */
export interface Figures {
  counted(span: Span | undefined): Promise<Counted>;
  published(period: string): Promise<PublicReport>;
}

/** A public report is made anew after so long: nobody who asks often makes the gateway read its journal as often. */
const PUBLISHED_FOR_MS = 60_000;
const MOST_PUBLISHED = 64;

/**
 * Reads the journal at each request of those who control; what is public is made once a minute and period at most. `pinned` is the newest
 * checkpoint that this process knows: a journal that was exchanged for a shorter one beneath it gives no figures.
 */
export function createFigures(deps: {
  readonly dir: string;
  readonly vkey: string;
  pinned(): Promise<string>;
  readonly clock: Clock;
}): Figures {
  const { dir, vkey, clock } = deps;
  const known = async (): Promise<KnownOfLog> => ({ vkey, pinned: await deps.pinned() });
  const published = new Map<string, { readonly atMs: number; readonly report: Promise<PublicReport> }>();
  // One after the other: each reads the whole journal.
  let before: Promise<unknown> = Promise.resolve();
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = before.then(work);
    before = result.catch(() => undefined);
    return result;
  }

  return {
    counted: (span) => inTurn(async () => countJournal(dir, await known(), span)),
    async published(name) {
      // Before anything is kept by its name.
      demandEnded(parsePeriod(name), clock.nowMs());
      const now = clock.nowMs();
      const held = published.get(name);
      if (held !== undefined && now - held.atMs < PUBLISHED_FOR_MS) return await held.report;
      const report = inTurn(async () => publicReport(dir, await known(), name, clock));
      if (published.size >= MOST_PUBLISHED) published.clear();
      published.set(name, { atMs: now, report });
      report.catch(() => published.delete(name));
      return await report;
    },
  };
}
