import type { Counted, PublicReport } from './figures.ts';
import type { PublicCounts, PublicNumber, PublicRow } from './public-figures.ts';
import { DIMENSIONS, MEASURES, tableBy, USE_DEFINITION } from './statistics.ts';

// The figures as JSON: one form for the route and for the command, so that one can be held against the other byte by byte.

const numbers = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => ({ name, count }));

export function statisticsBody({ statistics, log }: Counted) {
  const { rows, totals, refusalsByCode, outcomes, models, noOtherModelRan, from, to, journalFrom, firstSeq } =
    statistics;
  return {
    useDefinition: USE_DEFINITION,
    log: { size: log.size, root: log.root },
    from,
    to,
    ...(journalFrom === undefined ? {} : { journalFrom }),
    ...(firstSeq === undefined ? {} : { firstSeq }),
    totals,
    rows: [...rows],
    tables: Object.fromEntries((['month', ...DIMENSIONS] as const).map((by) => [by, [...tableBy(statistics, by)]])),
    refusalsByCode: numbers(refusalsByCode),
    outcomes: numbers(outcomes),
    models: [...models],
    ...(noOtherModelRan === undefined ? {} : { noOtherModelRan }),
  };
}

export function publicBody({ period, figures, statistics, log }: PublicReport) {
  const { models, noOtherModelRan } = statistics;
  return {
    useDefinition: USE_DEFINITION,
    log: { size: log.size, root: log.root },
    period: period.name,
    from: period.from,
    to: period.to,
    totals: shown(figures.totals),
    quarters: figures.quarters.map(publicRow),
    months: figures.months.map(publicRow),
    tables: Object.fromEntries(DIMENSIONS.map((by) => [by, figures.tables[by].map(publicRow)])),
    refusalsByCode: figures.refusalsByCode.map(publicNumber),
    outcomes: figures.outcomes.map(publicNumber),
    models: [...models],
    ...(noOtherModelRan === undefined ? {} : { noOtherModelRan }),
  };
}

const publicRow = ({ name, counts }: PublicRow) => ({ name, counts: shown(counts) });

const publicNumber = ({ name, count }: PublicNumber) => ({ name, ...(count === undefined ? {} : { count }) });

/** What is kept back is absent and named: a reader does not take it for nought. */
const shown = (counts: PublicCounts) => ({
  ...Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== undefined)),
  keptBack: MEASURES.filter((measure) => counts[measure] === undefined),
});
