import { ERRORS, isErrorCode } from '../errors.ts';
import { FRAMEWORKS } from './documents/french.ts';
import type { Document, Section, Table, Words } from './documents/types.ts';
import type { Counted, PublicReport } from './figures.ts';
import type { PublicCounts, PublicFigures, PublicNumber, PublicRow } from './public-figures.ts';
import {
  DIMENSIONS,
  type Dimension,
  MEASURES,
  type Measure,
  type Statistics,
  tableBy,
  USE_DEFINITION,
} from './statistics.ts';
import type { VerifiedJournal } from './verified-journal.ts';

const words = (fr: string, en: string): Words => ({ fr, en });

const NAMES: Readonly<Record<Measure, Words>> = {
  requisitions: words('Réquisitions enregistrées', 'Requisitions on record'),
  revocations: words('Réquisitions retirées', 'Requisitions revoked'),
  uses: words('Usages', 'Uses'),
  jobs: words('Analyses menées à terme', 'Analyses with a result'),
  jobsWithoutResult: words('Analyses sans résultat', 'Analyses without a result'),
  revokedJobs: words('– dont arrêtées par un retrait', 'of which stopped by a revocation'),
  hours: words('Heures de vidéo analysées', 'Hours of video analysed'),
  questions: words('Recherches', 'Questions'),
  broadQuestions: words('– dont larges (un seul critère)', 'of which broad (one criterion)'),
  exports: words('Exports remis', 'Packages exported'),
  refusals: words('Refus', 'Refusals'),
  forbiddenAttempts: words("– dont tentatives d'usage interdit", 'of which attempts at a forbidden use'),
  closures: words('Procédures closes', 'Cases closed'),
  erasures: words('Procédures effacées', 'Cases erased'),
};

/** Columns of the tables; the totals have all of them. */
const COLUMNS = [
  'requisitions',
  'uses',
  'jobs',
  'hours',
  'questions',
  'exports',
  'refusals',
  'closures',
  'erasures',
] as const;
const COLUMN_NAMES: Readonly<Record<(typeof COLUMNS)[number], Words>> = {
  requisitions: words('Réquis.', 'Requis.'),
  uses: words('Usages', 'Uses'),
  jobs: words('Anal.', 'Analyses'),
  hours: words('Heures', 'Hours'),
  questions: words('Rech.', 'Questions'),
  exports: words('Exports', 'Exports'),
  refusals: words('Refus', 'Refusals'),
  closures: words('Closes', 'Closed'),
  erasures: words('Effac.', 'Erased'),
};

const OF: Readonly<Record<Dimension, { readonly title: Words; readonly name: Words }>> = {
  service: { title: words('Par service des agents', 'By service of the agents'), name: words('Service', 'Service') },
  unit: { title: words('Par unité responsable', 'By unit responsible'), name: words('Unité', 'Unit') },
  framework: { title: words("Par cadre d'enquête", 'By legal framework'), name: words('Cadre', 'Framework') },
  natinfFamily: {
    title: words("Par famille d'infractions", 'By family of offences'),
    name: words('Famille NATINF', 'NATINF family'),
  },
};

const OUTCOME_NAMES: Readonly<Record<string, string>> = {
  useful: 'Utile à la procédure',
  not_useful: 'Sans utilité',
  person_cleared: 'Personne mise hors de cause',
};

const KEPT_BACK = '*';
const decimal = new Intl.NumberFormat('fr-FR', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat('fr-FR');

const shown = (measure: Measure, value: number | undefined): string =>
  value === undefined ? KEPT_BACK : measure === 'hours' ? decimal.format(value) : whole.format(value);

type Frame = Pick<Document, 'installation' | 'madeAt' | 'isDemo'>;

/** The transparency report of a period as a page that anybody may read: aggregates, small cells kept back (STA-04). */
export function transparencyReport({ period, figures, statistics, log }: PublicReport, frame: Frame): Document {
  return {
    ...frame,
    title: words('Rapport de transparence', 'Transparency report'),
    subtitle: periodWords(period.name, period.kind),
    sections: [
      totalsSection(figures.totals),
      {
        title: words('Ce qui est masqué', 'What is kept back'),
        paragraphs: [
          words(
            `${KEPT_BACK} : un nombre de un à quatre, ou un nombre par lequel un tel nombre pourrait être retrouvé, y compris en comparant les rapports d'une année, de ses trimestres et de ses mois. Zéro n'est pas masqué pour lui-même. Les magistrats de contrôle reçoivent les tableaux entiers.`,
            `${KEPT_BACK}: a count of one to four, or one by which such a count could be found, also by comparing the reports of a year, its quarters and its months. Nought is not kept back for itself. The magistrates of control get the tables whole.`,
          ),
        ],
      },
      ...tableSections(figures),
      ...endSections(statistics, log),
    ],
  };
}

/** The same for those who control: nothing is kept back (CTL-05). */
export function controlReport({ statistics, log }: Counted, frame: Frame): Document {
  const { from, to, totals } = statistics;
  const numbers = (counts: Readonly<Record<string, number>>): readonly PublicNumber[] =>
    Object.entries(counts)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, count]) => ({ name, count }));
  const tables = Object.fromEntries(DIMENSIONS.map((by) => [by, tableBy(statistics, by)]));
  return {
    ...frame,
    title: words('Statistiques pour le contrôle', 'Statistics for control'),
    subtitle: words(
      `De ${from} à ${to} – articles R. 40-41, 230-23 et 230-24 du code de procédure pénale`,
      `From ${from} to ${to} – articles R. 40-41, 230-23 and 230-24, code of criminal procedure`,
    ),
    sections: [
      totalsSection(totals),
      ...tableSections({
        totals,
        quarters: [],
        months: tableBy(statistics, 'month'),
        tables: tables as unknown as PublicFigures['tables'],
        refusalsByCode: numbers(statistics.refusalsByCode),
        outcomes: numbers(statistics.outcomes),
      }),
      ...endSections(statistics, log),
    ],
  };
}

const monthInFrench = (month: string): string =>
  new Intl.DateTimeFormat('fr-FR', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${month}-01`));

const capitalised = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

const periodWords = (name: string, kind: 'year' | 'quarter' | 'month'): Words => {
  if (kind === 'year') return words(`Année ${name}`, `Year ${name}`);
  if (kind === 'month') return words(capitalised(monthInFrench(name)), `Month ${name}`);
  const [year, quarter] = name.split('-Q');
  return words(`${quarter}${quarter === '1' ? 'er' : 'e'} trimestre ${year}`, `Quarter ${quarter} of ${year}`);
};

const totalsSection = (totals: PublicCounts): Section => ({
  title: words('Totaux', 'Totals'),
  paragraphs: [USE_DEFINITION],
  table: {
    head: [words('Mesure', 'Measure'), words('Nombre', 'Count')],
    widths: [4, 1],
    figures: 1,
    rows: MEASURES.map((measure) => [`${NAMES[measure].fr}`, shown(measure, totals[measure])]),
  },
});

const LEGEND: Section = {
  title: words('Lecture des tableaux', 'How to read the tables'),
  paragraphs: [
    words(
      'Réquis. : réquisitions enregistrées ; Anal. : analyses menées à terme ; Heures : heures de vidéo de ces analyses ; Rech. : recherches ; Closes et Effac. : procédures closes et effacées. Un service est celui des agents que la réquisition désigne ; une infraction, les deux premiers chiffres de son code NATINF.',
      'Requis.: requisitions on record; Analyses: with a result; Hours: of video of these analyses; Closed and Erased: cases. A service is that of the agents whom the requisition designates; an offence, the first two digits of its NATINF code.',
    ),
  ],
};

function tableSections(figures: PublicFigures): readonly Section[] {
  const section = (title: Words, name: Words, rows: readonly PublicRow[], named = (each: string) => each): Section[] =>
    rows.length === 0 ? [] : [{ title, table: tableOf(name, rows, named) }];
  return [
    ...(figures.months.length === 0 ? [] : [LEGEND]),
    ...section(words('Par trimestre', 'By quarter'), words('Trimestre', 'Quarter'), figures.quarters, (name) =>
      name.replace('-Q', ' T'),
    ),
    ...section(words('Par mois', 'By month'), words('Mois', 'Month'), figures.months, monthInFrench),
    ...DIMENSIONS.flatMap((by) =>
      section(OF[by].title, OF[by].name, figures.tables[by], (name) =>
        name === '-' ? 'non indiqué' : by === 'framework' ? (FRAMEWORKS[name] ?? name) : name.replaceAll('+', ' + '),
      ),
    ),
    ...numbersSection(words('Refus par code', 'Refusals by code'), figures.refusalsByCode, {
      paragraphs: [
        words(
          'Un refus opposé à un inconnu est compté une fois par code et par minute : personne ne peut emplir le journal du dehors.',
          'A refusal of a stranger is counted once a code and minute: nobody can fill the journal from outside.',
        ),
      ],
      named: (code) => [code, isErrorCode(code) ? ERRORS[code].fr : ''],
      head: [words('Code', 'Code'), words('Sens', 'Meaning')],
      widths: [3, 7, 1.2],
    }),
    ...numbersSection(words('Résultat des procédures closes', 'What came of the cases closed'), figures.outcomes, {
      named: (outcome) => [OUTCOME_NAMES[outcome] ?? 'non indiqué'],
      head: [words('Résultat', 'Outcome')],
      widths: [4, 1],
    }),
  ];
}

const tableOf = (name: Words, rows: readonly PublicRow[], named: (name: string) => string): Table => ({
  head: [name, ...COLUMNS.map((column) => COLUMN_NAMES[column])],
  widths: [2.4, ...COLUMNS.map(() => 1)],
  figures: COLUMNS.length,
  rows: rows.map((row) => [named(row.name), ...COLUMNS.map((column) => shown(column, row.counts[column]))]),
});

const numbersSection = (
  title: Words,
  numbers: readonly PublicNumber[],
  how: {
    readonly paragraphs?: readonly Words[];
    readonly named: (name: string) => readonly string[];
    readonly head: readonly Words[];
    readonly widths: readonly number[];
  },
): readonly Section[] =>
  numbers.length === 0
    ? []
    : [
        {
          title,
          ...(how.paragraphs === undefined ? {} : { paragraphs: how.paragraphs }),
          table: {
            head: [...how.head, words('Nombre', 'Count')],
            widths: how.widths,
            figures: 1,
            rows: numbers.map(({ name, count }) => [...how.named(name), shown('refusals', count)]),
          },
        },
      ];

function endSections({ models, noOtherModelRan, journalFrom }: Statistics, log: VerifiedJournal): readonly Section[] {
  const said =
    noOtherModelRan === true
      ? words(
          "Aucun autre modèle n'a jamais été exécuté. Chaque usage du journal entier nomme les modèles qui l'ont servi, par l'empreinte de leurs octets ; les voici tous, et chacun avait été admis par deux signatures avant.",
          'No other model ever ran. Each use in the whole journal names the models that served it, by the digest of their bytes; these are all, and each had been admitted by two signatures before.',
        )
      : noOtherModelRan === false
        ? words(
            'ATTENTION : le journal montre un modèle exécuté sans admission préalable, ou un usage qui nomme un autre ensemble de modèles que le sien.',
            'WARNING: the journal shows a model that ran without admission before, or a use that names another set of models than its own.',
          )
        : words(
            `Le journal commence le ${journalFrom?.slice(0, 10)} : ce qui précède a été purgé, et il ne peut dire si chaque modèle avait été admis avant.`,
            `The journal begins on ${journalFrom?.slice(0, 10)}: what was before has been purged, and it cannot tell whether each model had been admitted before.`,
          );
  return [
    {
      title: words('Modèles exécutés', 'Models that ran'),
      paragraphs: [said],
      ...(models.length === 0
        ? {}
        : {
            table: {
              head: [
                words('Empreinte SHA-256', 'SHA-256'),
                words('Premier acte', 'First record'),
                words('Dernier acte', 'Last record'),
                words('Admis avant', 'Admitted before'),
              ],
              widths: [7.4, 1.1, 1.1, 1.1],
              rows: models.map(({ sha256, firstSeq, lastSeq, wasAdmitted }) => [
                sha256,
                `n° ${whole.format(firstSeq)}`,
                `n° ${whole.format(lastSeq)}`,
                wasAdmitted ? 'oui' : 'NON',
              ]),
            },
          }),
    },
    {
      title: words('Vérification', 'Verification'),
      paragraphs: [
        words(
          `Calculé du seul journal, vérifié en entier : ${whole.format(log.size)} actes, racine ${log.root}. Rien n'est déclaré ni corrigé à la main. Pour recalculer : differe compliance statistics --log DOSSIER. Les 177 et 386 usages communiqués au Sénat pour la police et la gendarmerie étaient déclarés ; ceux-ci sont comptés.`,
          `Computed from the journal alone, verified as a whole: ${log.size} records, root ${log.root}. Nothing is declared or corrected by hand. To compute it again: differe compliance statistics --log FOLDER. The 177 and 386 uses told to the Senate for police and gendarmerie were declared; these are counted.`,
        ),
      ],
    },
  ];
}
