import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { demandEnded, type Period, parsePeriod } from './periods.ts';
import { type PublicFigures, publicFigures } from './public-figures.ts';
import { createTally, type Span, type Statistics, type Tally } from './statistics.ts';
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

/** A journal that was read to its end. */
interface Read {
  readonly tally: Tally;
  /** Months of its first and last record. */
  readonly span: Span;
  readonly log: VerifiedJournal;
}

async function readJournal(dir: string, known: KnownOfLog): Promise<Read> {
  const tally = createTally();
  let [from, to] = ['0000-01', '9999-12'];
  let isEmpty = true;
  const log = await readVerified(dir, known, (record) => {
    to = record.time.slice(0, 7);
    if (isEmpty) from = to;
    isEmpty = false;
    tally.add(record);
  });
  return { tally, span: { from, to }, log };
}

/** Counts a journal in a folder, after it was verified as a whole; all of it unless a span is given. Throws E_LOG_DOWN. */
export async function countJournal(dir: string, known: KnownOfLog, span?: Span): Promise<Counted> {
  const read = await readJournal(dir, known);
  return { statistics: read.tally.result(span ?? read.span), log: read.log };
}

/**
 * The public report of a period (STA-04). Throws E_STA_PERIOD for a period of a year that is not over, or that the journal does not cover:
 * what is not there is not nought.
 */
export async function publicReport(dir: string, known: KnownOfLog, name: string, clock: Clock): Promise<PublicReport> {
  const period = endedPeriod(name, clock);
  return reportOf(await readJournal(dir, known), period);
}

function endedPeriod(name: string, clock: Clock): Period {
  const period = parsePeriod(name);
  demandEnded(period, clock.nowMs());
  return period;
}

function reportOf({ tally, log }: Read, period: Period): PublicReport {
  const statistics = tally.result({ from: `${period.year}-01`, to: `${period.year}-12` });
  const { journalFrom = '', firstSeq = 0 } = statistics;
  const isBefore = journalFrom === '' || period.year < journalFrom.slice(0, 4);
  // A journal that was purged begins somewhere in its first year: what was before is gone.
  const isGone = firstSeq > 0 && period.year === journalFrom.slice(0, 4);
  if (isBefore || isGone)
    throw new AppError('E_STA_PERIOD', { detail: `the journal does not cover ${period.year} as a whole` });
  return { period, figures: publicFigures(statistics, period), statistics, log };
}

/** The figures of a running installation. */
export interface Figures {
  counted(span: Span | undefined): Promise<Counted>;
  published(period: string): Promise<PublicReport>;
}

/** For what is public the journal is read once in so long, however often and for whatever periods it is asked. */
const READ_EVERY_MS = 60_000;

/**
 * Reads the journal at each request of those who control, and once a minute at most for the public. `pinned` is the newest checkpoint that
 * this process knows: a journal that was exchanged for a shorter one beneath it gives no figures.
 */
export function createFigures(deps: {
  readonly dir: string;
  readonly vkey: string;
  pinned(): Promise<string>;
  readonly clock: Clock;
}): Figures {
  const { dir, vkey, clock } = deps;
  let held: { readonly atMs: number; readonly read: Promise<Read> } | undefined;
  // One after the other: each reads the whole journal.
  let before: Promise<unknown> = Promise.resolve();
  function read(): Promise<Read> {
    const result = before.then(async () => readJournal(dir, { vkey, pinned: await deps.pinned() }));
    before = result.catch(() => undefined);
    return result;
  }

  return {
    async counted(span) {
      const { tally, log, span: whole } = await read();
      return { statistics: tally.result(span ?? whole), log };
    },
    async published(name) {
      const period = endedPeriod(name, clock);
      const now = performance.now();
      if (held === undefined || now - held.atMs > READ_EVERY_MS) held = { atMs: now, read: read() };
      const { read: reading } = held;
      // A refusal is looked at again by the next who asks.
      reading.catch(() => {
        if (held?.read === reading) held = undefined;
      });
      return reportOf(await reading, period);
    },
  };
}
