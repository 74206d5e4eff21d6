import { Type } from 'typebox';
import { DIMENSIONS, MEASURES } from './statistics.ts';

const named = <T>(names: readonly string[], value: T) => Object.fromEntries(names.map((name) => [name, value]));

const Words = Type.Object({ fr: Type.String(), en: Type.String() });
const Log = Type.Object({ size: Type.Integer(), root: Type.String() });
const Counts = Type.Object(named(MEASURES, Type.Number()), { title: 'Counts' });
/** What is kept back is absent, and named in `keptBack`. */
const PublicCounts = Type.Object(
  { ...named(MEASURES, Type.Optional(Type.Number())), keptBack: Type.Array(Type.String()) },
  { title: 'PublicCounts' },
);
const NamedCounts = Type.Object({ name: Type.String(), counts: Counts });
const PublicRow = Type.Object({ name: Type.String(), counts: PublicCounts });
const NamedNumber = Type.Object({ name: Type.String(), count: Type.Number() });
const PublicNumber = Type.Object({ name: Type.String(), count: Type.Optional(Type.Number()) });
const ModelsThatRan = {
  models: Type.Array(
    Type.Object({
      sha256: Type.String(),
      firstSeq: Type.Integer(),
      lastSeq: Type.Integer(),
      wasAdmitted: Type.Boolean(),
    }),
  ),
  /** Absent where the journal was purged and cannot say. */
  noOtherModelRan: Type.Optional(Type.Boolean()),
};

/** Statistics for those who control. */
export const StatisticsBody = Type.Object({
  useDefinition: Words,
  log: Log,
  from: Type.String(),
  to: Type.String(),
  /** Time and number of the first record that is still in the journal. */
  journalFrom: Type.Optional(Type.String()),
  firstSeq: Type.Optional(Type.Integer()),
  totals: Counts,
  rows: Type.Array(Type.Object({ month: Type.String(), ...named(DIMENSIONS, Type.String()), counts: Counts })),
  tables: Type.Object(named(['month', ...DIMENSIONS], Type.Array(NamedCounts))),
  refusalsByCode: Type.Array(NamedNumber),
  outcomes: Type.Array(NamedNumber),
  ...ModelsThatRan,
});

/** The public report of a period. */
export const PublicBody = Type.Object({
  useDefinition: Words,
  log: Log,
  period: Type.String(),
  from: Type.String(),
  to: Type.String(),
  totals: PublicCounts,
  quarters: Type.Array(PublicRow),
  months: Type.Array(PublicRow),
  tables: Type.Object(named(DIMENSIONS, Type.Array(PublicRow))),
  refusalsByCode: Type.Array(PublicNumber),
  outcomes: Type.Array(PublicNumber),
  ...ModelsThatRan,
});
