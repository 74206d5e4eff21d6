import type { AuditRecord } from '../audit/types.ts';
import { type ModelsThatRan, modelsTally } from './models-that-ran.ts';

// STA-01 to STA-03: what happened, counted from the journal and from nothing else. There is no other source and no correction: a mistake is
// mended by an event of its own.

/** A *use* is one (requisition, job) pair that reached inference: the one published definition (STA-02). */
export const USE_DEFINITION = {
  fr: "Un usage est un couple (réquisition, analyse) qui a atteint l'inférence : une image au moins de l'enregistrement a été montrée à un réseau ou au modèle de fond. Une analyse demandée, refusée ou arrêtée avant n'en est pas un ; une analyse qui échoue après en est un.",
  en: 'A use is one (requisition, analysis) pair that reached inference: one picture of the recording at least was shown to a network or to the background model. An analysis that was asked for, refused or stopped before is none; one that fails after it is one.',
} as const;

/** What is counted, each at its outcome and once, whatever was tried again. */
export const MEASURES = [
  'requisitions',
  'revocations',
  'uses',
  'jobs',
  'jobsWithoutResult',
  'revokedJobs',
  'hours',
  'questions',
  'broadQuestions',
  'exports',
  'refusals',
  'forbiddenAttempts',
  'closures',
  'erasures',
] as const;
export type Measure = (typeof MEASURES)[number];

/** `hours` of video of analyses with a result; all others are numbers of things. */
export type Counts = { readonly [M in Measure]: number };

/** Whose an act is: what the figures are broken down by. `-` where the journal does not say it. */
export interface Origin {
  readonly service: string;
  readonly unit: string;
  readonly framework: string;
  /** First two digits of the offence's NATINF codes. */
  readonly natinfFamily: string;
}
export const DIMENSIONS = ['service', 'unit', 'framework', 'natinfFamily'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export interface Row extends Origin {
  /** `YYYY-MM`. */
  readonly month: string;
  readonly counts: Counts;
}

export type CountedByName = Readonly<Record<string, number>>;

export interface Statistics extends ModelsThatRan {
  /** First and last month that were counted. */
  readonly from: string;
  readonly to: string;
  /** Time of the first record that is still in the journal; undefined for an empty one. What was purged before is not in the figures. */
  readonly journalFrom: string | undefined;
  /** Its number; above 0 where older ones were purged. */
  readonly firstSeq: number | undefined;
  readonly rows: readonly Row[];
  readonly totals: Counts;
  readonly refusalsByCode: CountedByName;
  /** What came of the cases that were closed (STA-05). */
  readonly outcomes: CountedByName;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Counts before anything was counted. */
export const NOTHING = Object.fromEntries(MEASURES.map((measure) => [measure, 0])) as Counts;
const UNKNOWN = '-';
const MS_OF_AN_HOUR = 3_600_000;

export interface Span {
  /** `YYYY-MM`, both included. */
  readonly from: string;
  readonly to: string;
}

export interface Tally {
  /** Takes the records of a journal in their order, from its first: earlier ones say whose the later ones are. */
  add(record: AuditRecord): void;
  /** Of all records that were taken so far; may be asked again for another span. */
  result(span: Span): Statistics;
}

interface Summed {
  readonly month: string;
  readonly origin: Origin;
  readonly what: Measure;
  readonly count: number;
  /** Code of a refusal, outcome of a closure. */
  readonly name?: string;
}

/** Counts records one by one: a journal need not fit in memory, what it is about does. */
export function createTally(): Tally {
  const ofRequisition = new Map<string, Origin>();
  const ofCase = new Map<string, Origin>();
  const ofJob = new Map<string, Origin>();
  const once = new Set<string>();
  const rows = new Map<string, Summed>();
  const ends = new Map<string, { readonly record: AuditRecord; readonly origin: Origin }>();
  const models = modelsTally();
  let first: Pick<AuditRecord, 'seq' | 'time'> | undefined;

  const count = (record: AuditRecord, origin: Origin, what: Measure, by = 1, name?: string): void =>
    countInto(rows, record, origin, what, by, name);

  function countInto(
    into: Map<string, Summed>,
    { time }: AuditRecord,
    origin: Origin,
    what: Measure,
    by: number,
    name?: string,
  ): void {
    const month = time.slice(0, 7);
    const key = [month, ...DIMENSIONS.map((dimension) => origin[dimension]), what, name ?? ''].join('|');
    const before = into.get(key)?.count ?? 0;
    into.set(key, { month, origin, what, count: before + by, ...(name === undefined ? {} : { name }) });
  }

  /** Whether this is the first record that says so: an act that a crash had done again is one act. */
  function isFirst(kind: string, id: string): boolean {
    const key = `${kind} ${id}`;
    if (once.has(key)) return false;
    once.add(key);
    return true;
  }

  /** By its requisition, else by its case, else by its job, else by what it says itself. */
  function originOf({ reason, facts, objects, actor }: AuditRecord): Origin {
    const idOf = (type: string): string => objects.find((object) => object.type === type)?.id ?? '';
    const known =
      ofRequisition.get(reason.requisition) ??
      ofRequisition.get(idOf('requisition')) ??
      ofCase.get(idOf('case')) ??
      ofJob.get(idOf('job'));
    if (known !== undefined) return known;
    return statedOrigin(facts, actor.role === 'worker' ? UNKNOWN : actor.service);
  }

  function learn(record: AuditRecord): void {
    const { action, facts, reason, objects, outcome } = record;
    if (facts?.framework !== undefined && outcome.effect !== 'forbid') {
      const origin = statedOrigin(facts, UNKNOWN);
      if (action === 'requisition.register') ofRequisition.set(reason.requisition, origin);
      for (const { type, id } of objects) if (type === 'case') ofCase.set(id, origin);
    }
    const job = objects.find(({ type }) => type === 'job')?.id;
    const known = ofRequisition.get(reason.requisition);
    if (job !== undefined && known !== undefined) ofJob.set(job, known);
  }

  function add(record: AuditRecord): void {
    first ??= { seq: record.seq, time: record.time };
    learn(record);
    models.add(record);
    const { action, facts, reason, outcome, objects } = record;
    const origin = originOf(record);
    const idOf = (type: string): string | undefined => objects.find((object) => object.type === type)?.id;
    if (isRefusal(record)) {
      count(record, origin, 'refusals', 1, outcome.code);
      if (isForbiddenAttempt(outcome.code)) count(record, origin, 'forbiddenAttempts', 1, outcome.code);
      return;
    }
    if (action === 'job.end') {
      const job = idOf('job') ?? '';
      const known = ends.get(job);
      // A result that is there is the end, whatever a cancellation that came too late had said.
      if (known === undefined || (known.record.outcome.effect !== 'done' && outcome.effect === 'done'))
        ends.set(job, { record, origin });
      return;
    }
    if (outcome.effect !== 'permit' && outcome.effect !== 'done') return;
    if (action === 'requisition.register' && isFirst('requisition', reason.requisition))
      count(record, origin, 'requisitions');
    if (action === 'requisition.revoked' && isFirst('revoked', reason.requisition))
      count(record, origin, 'revocations');
    if (action === 'job.inference' && isFirst('use', `${reason.requisition} ${idOf('job')}`))
      count(record, origin, 'uses');
    // A question is in the journal before it is answered and again when its answer leaves; the answer alone names the question.
    const question = idOf('question');
    if (action === 'search.ask' && question !== undefined && isFirst('question', question)) {
      count(record, origin, 'questions');
      if (facts?.broad === true) count(record, origin, 'broadQuestions');
    }
    // The request is `permit`; what was made is `done`, and names the package.
    if (action === 'evidence.export' && outcome.effect === 'done' && isFirst('export', idOf('export') ?? record.id))
      count(record, origin, 'exports');
    if (action === 'case.close' && isFirst('closure', idOf('act') ?? record.id))
      count(record, origin, 'closures', 1, facts?.outcome ?? UNKNOWN);
    if (action === 'case.erased' && isFirst('erasure', idOf('case') ?? record.id)) count(record, origin, 'erasures');
  }

  /** With how each analysis ended: a later record may have said it better, so it is counted last. */
  function withEnds(): readonly Summed[] {
    const all = new Map(rows);
    for (const { record, origin } of ends.values()) {
      const { outcome, facts } = record;
      if (outcome.effect === 'done') {
        countInto(all, record, origin, 'jobs', 1);
        countInto(all, record, origin, 'hours', (facts?.mediaMs ?? 0) / MS_OF_AN_HOUR);
        continue;
      }
      countInto(all, record, origin, 'jobsWithoutResult', 1, outcome.code);
      if (outcome.code === 'E_REQ_REVOKED') countInto(all, record, origin, 'revokedJobs', 1);
    }
    return [...all.values()];
  }

  return {
    add,
    result(span) {
      const counted = withEnds().filter(({ month }) => month >= span.from && month <= span.to);
      return {
        ...span,
        journalFrom: first?.time,
        firstSeq: first?.seq,
        rows: rowsOf(counted),
        totals: sum(counted),
        refusalsByCode: byName(counted.filter(({ what }) => what === 'refusals')),
        outcomes: byName(counted.filter(({ what }) => what === 'closures')),
        ...models.result(),
      };
    },
  };
}

/** The same for records in hand. */
export function statisticsOf(records: Iterable<AuditRecord>, span: Span): Statistics {
  const tally = createTally();
  for (const record of records) tally.add(record);
  return tally.result(span);
}

/** Whether a refusal says that what this tool must not have was asked for: faces, forbidden networks. */
export const isForbiddenAttempt = (code: string): boolean => /^E_(FACE|GATE)_/.test(code);

/** A refused deposit has an event of its own beside that of the refused request, and is one refusal. */
function isRefusal({ action, outcome, actor }: AuditRecord): boolean {
  if (action === 'exhibit.refuse') return false;
  if (outcome.effect === 'forbid') return true;
  // What the installation as a whole refused, because it was not in order; other failures refuse nobody.
  return outcome.effect === 'failed' && actor.role !== 'worker' && /^E_(CPL|GATE|KEY|CLOCK)/.test(outcome.code);
}

const statedOrigin = (facts: AuditRecord['facts'], service: string): Origin => ({
  service: facts?.services?.join('+') || service,
  unit: facts?.unit ?? UNKNOWN,
  framework: facts?.framework ?? UNKNOWN,
  natinfFamily: [...new Set((facts?.natinf ?? []).map((code) => code.slice(0, 2)))].toSorted().join('+') || UNKNOWN,
});

function sum(counted: readonly Summed[]): Counts {
  const totals: Mutable<Counts> = { ...NOTHING };
  for (const { what, count } of counted) totals[what] += count;
  return totals;
}

function rowsOf(counted: readonly Summed[]): readonly Row[] {
  const groups = new Map<string, Summed[]>();
  for (const each of counted) {
    const key = [each.month, ...DIMENSIONS.map((dimension) => each.origin[dimension])].join('|');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, group]) => group.slice(0, 1).map(({ month, origin }) => ({ month, ...origin, counts: sum(group) })));
}

function byName(counted: readonly Summed[]): CountedByName {
  const found: Record<string, number> = {};
  for (const { name = UNKNOWN, count } of counted) found[name] = (found[name] ?? 0) + count;
  return found;
}

/** Rows summed by one thing: a month, a service, a unit, a framework, a NATINF family. */
export function tableBy(
  { rows }: Pick<Statistics, 'rows'>,
  by: 'month' | Dimension,
): readonly { readonly name: string; readonly counts: Counts }[] {
  const sums = new Map<string, Mutable<Counts>>();
  for (const row of rows) {
    const counts = sums.get(row[by]) ?? { ...NOTHING };
    for (const measure of MEASURES) counts[measure] += row.counts[measure];
    sums.set(row[by], counts);
  }
  return [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, counts]) => ({ name, counts }));
}
