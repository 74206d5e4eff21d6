import type { AuditRecord } from '../audit/types.ts';

// STA-01 to STA-04: what happened, counted from the journal and from nothing else. There is no other source and no correction: a mistake is
// mended by an event of its own.

/** A *use* is one (requisition, job) pair that reached inference: the one published definition (STA-02). */
export const USE_DEFINITION = {
  fr: "Un usage est un couple (réquisition, analyse) qui a atteint l'inférence.",
  en: 'A use is one (requisition, analysis) pair that reached inference.',
} as const;

export interface Counts {
  readonly requisitions: number;
  readonly uses: number;
  readonly jobs: number;
  readonly questions: number;
  readonly exports: number;
  /** Hours of video of closed analyses. */
  readonly hours: number;
  readonly refusals: number;
  readonly revokedJobs: number;
  readonly closures: number;
  readonly erasures: number;
}

export interface Row {
  readonly month: string;
  readonly unit: string;
  readonly framework: string;
  /** First two digits of the offence's NATINF codes. */
  readonly natinfFamily: string;
  readonly counts: Counts;
}

export interface ModelSetUse {
  readonly sha256: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

export interface Statistics {
  readonly from: string;
  readonly to: string;
  readonly rows: readonly Row[];
  readonly totals: Counts;
  readonly refusalsByCode: Readonly<Record<string, number>>;
  /** Refusals by which somebody asked for what this tool must not have: faces, forbidden networks. */
  readonly forbiddenAttempts: number;
  readonly outcomes: Readonly<Record<string, number>>;
  /** Every set of models that ever ran, by the digest that each record of work names. */
  readonly modelSets: readonly ModelSetUse[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

type MutableRow = Omit<Row, 'counts'> & { readonly counts: Mutable<Counts> };

/** Counts before anything was counted. */
export const NOTHING: Counts = {
  requisitions: 0,
  uses: 0,
  jobs: 0,
  questions: 0,
  exports: 0,
  hours: 0,
  refusals: 0,
  revokedJobs: 0,
  closures: 0,
  erasures: 0,
};
const UNKNOWN = '-';

interface Origin {
  readonly unit: string;
  readonly framework: string;
  readonly natinfFamily: string;
}

/** Counts records from one month to another, both included (`YYYY-MM`). Records of before are read all the same: they say whose the later ones are. */
export function statisticsOf(
  records: Iterable<AuditRecord>,
  span: { readonly from: string; readonly to: string },
): Statistics {
  const origins = new Map<string, Origin>();
  const rows = new Map<string, MutableRow>();
  const totals: Mutable<Counts> = { ...NOTHING };
  const refusalsByCode: Record<string, number> = {};
  const outcomes: Record<string, number> = {};
  const modelSets = new Map<string, Mutable<ModelSetUse>>();
  const used = new Set<string>();
  let forbiddenAttempts = 0;

  for (const record of records) {
    const { action, facts, reason, outcome, time, seq, models } = record;
    const isPermitted = outcome.effect === 'permit' || outcome.effect === 'done';
    if (action === 'requisition.register' && isPermitted) origins.set(reason.requisition, originOf(facts));
    const job = record.objects.find(({ type }) => type === 'job')?.id;
    const use = `${reason.requisition} ${job}`;
    // The step that plans an analysis names the exhibit's digest; those that run networks do not.
    const runs = action === 'job.step' && !record.objects.some(({ type }) => type === 'digest');
    const isUse = runs && isPermitted && job !== undefined && !used.has(use);
    if (isUse) used.add(use);
    // Of the whole journal, whatever months are asked for: what never ran never ran.
    if (action === 'job.step' || (action === 'job.end' && outcome.effect === 'done')) {
      const sha256 = models ?? UNKNOWN;
      const known = modelSets.get(sha256);
      if (known === undefined) modelSets.set(sha256, { sha256, firstSeq: seq, lastSeq: seq });
      else known.lastSeq = seq;
    }
    const month = time.slice(0, 7);
    if (month < span.from || month > span.to) continue;
    const add = (what: keyof Counts, by = 1): void => {
      const row = rowOf(rows, month, origins.get(reason.requisition) ?? originOf(facts));
      row.counts[what] += by;
      totals[what] += by;
    };
    if (outcome.effect === 'forbid') {
      add('refusals');
      refusalsByCode[outcome.code] = (refusalsByCode[outcome.code] ?? 0) + 1;
      if (/^E_(FACE|GATE)_/.test(outcome.code)) forbiddenAttempts += 1;
      continue;
    }
    if (action === 'job.end' && outcome.code === 'E_REQ_REVOKED') add('revokedJobs');
    if (!isPermitted) continue;
    if (isUse) add('uses');
    if (action === 'requisition.register') add('requisitions');
    if (action === 'job.start') add('jobs');
    // A question is in the journal before it is answered and again when its answer leaves; the answer alone names what was shown.
    if (action === 'search.ask' && record.objects.some(({ type }) => type === 'question')) add('questions');
    if (action === 'evidence.export' && outcome.effect === 'permit') add('exports');
    if (action === 'job.end') add('hours', (facts?.mediaMs ?? 0) / 3_600_000);
    if (action === 'case.close') {
      add('closures');
      const said = facts?.outcome ?? UNKNOWN;
      outcomes[said] = (outcomes[said] ?? 0) + 1;
    }
    if (action === 'case.erased') add('erasures');
  }
  const ordered = [...rows.values()].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return {
    ...span,
    rows: ordered,
    totals,
    refusalsByCode,
    forbiddenAttempts,
    outcomes,
    modelSets: [...modelSets.values()],
  };
}

const originOf = (facts: AuditRecord['facts']): Origin => ({
  unit: facts?.unit ?? UNKNOWN,
  framework: facts?.framework ?? UNKNOWN,
  natinfFamily: [...new Set((facts?.natinf ?? []).map((code) => code.slice(0, 2)))].toSorted().join('+') || UNKNOWN,
});

const keyOf = ({ month, unit, framework, natinfFamily }: Omit<Row, 'counts'>): string =>
  [month, unit, framework, natinfFamily].join('|');

function rowOf(rows: Map<string, MutableRow>, month: string, origin: Origin) {
  const key = keyOf({ month, ...origin });
  const known = rows.get(key);
  if (known !== undefined) return known;
  const fresh = { month, ...origin, counts: { ...NOTHING } };
  rows.set(key, fresh);
  return fresh;
}

/** Model sets that ran and are not among the admitted: "no other model ever ran" holds when there are none. */
export const otherModelSets = ({ modelSets }: Statistics, admitted: readonly string[]): readonly ModelSetUse[] =>
  modelSets.filter(({ sha256 }) => !admitted.includes(sha256));

/** A cell of the public table; undefined where it is kept back, because it is small or because it would tell one that is. */
export type PublicCounts = { readonly [K in keyof Counts]: number | undefined };

const SMALL = 5;

/**
 * The public table (STA-04): a row a unit. A cell below five is kept back, and further ones from the smallest on until what is kept back of a
 * column sums to more than its cells could be told from; where all that is left is one cell, the total is kept back too. Hours follow the
 * cells of the uses that they belong to.
 */
export function publicTable({ rows }: Pick<Statistics, 'rows'>): {
  readonly units: readonly { readonly unit: string; readonly counts: PublicCounts }[];
  readonly totals: PublicCounts;
} {
  const byUnit = new Map<string, Mutable<Counts>>();
  for (const { unit, counts } of rows) {
    const sum = byUnit.get(unit) ?? { ...NOTHING };
    for (const name of Object.keys(counts) as (keyof Counts)[]) sum[name] += counts[name];
    byUnit.set(unit, sum);
  }
  const units = [...byUnit.keys()].toSorted();
  const hidden = new Map<keyof Counts, ReadonlySet<string>>();
  const totals: Partial<Record<keyof Counts, number>> = {};
  for (const name of Object.keys(NOTHING) as (keyof Counts)[]) {
    const of = name === 'hours' ? 'uses' : name;
    const cells = units.map((unit) => ({ unit, value: byUnit.get(unit)?.[of] ?? 0 })).filter(({ value }) => value > 0);
    const kept = keptBack(cells);
    hidden.set(name, kept);
    const sum = cells.filter(({ unit }) => kept.has(unit)).reduce((all, { value }) => all + value, 0);
    // Where nothing is left to hide and what is hidden could still be told, the total goes too.
    const isTold = kept.size > 0 && (kept.size === 1 || sum <= kept.size + 1 || kept.size === cells.length);
    if (!isTold) totals[name] = units.reduce((all, unit) => all + (byUnit.get(unit)?.[name] ?? 0), 0);
  }
  const shown = (unit: string): PublicCounts => {
    const counts = byUnit.get(unit) ?? NOTHING;
    return Object.fromEntries(
      (Object.keys(NOTHING) as (keyof Counts)[]).map((name) => [
        name,
        hidden.get(name)?.has(unit) === true ? undefined : counts[name],
      ]),
    ) as PublicCounts;
  };
  return {
    units: units.map((unit) => ({ unit, counts: shown(unit) })),
    totals: Object.fromEntries(
      (Object.keys(NOTHING) as (keyof Counts)[]).map((name) => [name, totals[name]]),
    ) as PublicCounts,
  };
}

/** Units of a column whose cells are kept back: the small ones, and the next smallest until their sum leaves open what each of them is. */
function keptBack(cells: readonly { readonly unit: string; readonly value: number }[]): ReadonlySet<string> {
  const ordered = cells.toSorted((a, b) => a.value - b.value);
  let count = ordered.filter(({ value }) => value < SMALL).length;
  if (count === 0) return new Set();
  const sumOf = (n: number): number => ordered.slice(0, n).reduce((sum, { value }) => sum + value, 0);
  const isTold = (n: number): boolean => {
    const allSmall = (ordered[n - 1]?.value ?? 0) < SMALL;
    // Of n cells that are each at least one, a sum of n or next to it says what they are; so does four times n where none is larger.
    return n < 2 || sumOf(n) <= n + 1 || (allSmall && sumOf(n) >= (SMALL - 1) * n - 1);
  };
  while (count < ordered.length && isTold(count)) count += 1;
  return new Set(ordered.slice(0, count).map(({ unit }) => unit));
}

/** Counts by a name, those below five kept back. */
export const publicCounts = (counts: Readonly<Record<string, number>>): Readonly<Record<string, number | undefined>> =>
  Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count < SMALL ? undefined : count]));

/** One session of work: an agent, a requisition, a day. */
export interface Session {
  readonly day: string;
  readonly requisition: string;
  readonly agent: string;
  readonly records: number;
}

/**
 * CTL-06: sessions of a month that the hierarchy looks at, one in twenty and one at least, drawn by a seed that nobody chooses (the root of the
 * log): whoever has the log draws the same.
 */
export function sampleSessions(
  records: Iterable<AuditRecord>,
  month: string,
  order: (session: string) => string,
): readonly Session[] {
  const sessions = new Map<string, Session>();
  for (const { time, reason, actor } of records) {
    if (!time.startsWith(month) || reason.requisition === '-' || actor.role !== 'agent_habilite') continue;
    const key = `${time.slice(0, 10)} ${reason.requisition} ${actor.id}`;
    const known = sessions.get(key);
    sessions.set(key, {
      day: time.slice(0, 10),
      requisition: reason.requisition,
      agent: actor.id,
      records: (known?.records ?? 0) + 1,
    });
  }
  const drawn = [...sessions].toSorted(([a], [b]) => (order(a) < order(b) ? -1 : 1));
  return drawn
    .slice(0, Math.max(Math.min(1, drawn.length), Math.ceil(drawn.length / 20)))
    .map(([, session]) => session);
}
