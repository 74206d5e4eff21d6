import { ERRORS, isErrorCode } from '../../errors.ts';
import type { ClosingReport } from './closing-report.ts';
import { AUTHORITIES, clockDuration, durationInFrench, FRAMEWORKS, operationInFrench, wordInFrench } from './french.ts';
import { type Document, dateWords, type Section, type Words } from './types.ts';

const words = (fr: string, en: string): Words => ({ fr, en });
const whole = new Intl.NumberFormat('fr-FR');

/** The closing report as a document for the procedure: who, on what, with what, and what came of it (R. 40-40 al. 4 CPP). */
export function closingDocument(
  report: ClosingReport,
  frame: Pick<Document, 'installation' | 'madeAt' | 'isDemo'>,
): Document {
  return {
    ...frame,
    title: words("Rapport de fin d'exploitation", 'Closing report'),
    subtitle: words(
      `Procédure ${report.procedure} – article R. 40-40, alinéa 4, du code de procédure pénale`,
      `Procedure ${report.procedure} – article R. 40-40, fourth paragraph, code of criminal procedure`,
    ),
    sections: [
      {
        title: words('Objet', 'Subject'),
        paragraphs: [
          words(
            "Le présent rapport rend compte au magistrat de l'exploitation faite dans la procédure : pièces, analyses, modèles et paramètres, agents, résultats conservés et écartés. Il est établi par l'installation à partir de ses enregistrements scellés et de son journal ; chaque objet y est désigné par son empreinte.",
            'This report tells the magistrate what was done in the case: exhibits, analyses, models and parameters, agents, results kept and discarded. The installation makes it from its sealed records and its journal; each object is named by its digest.',
          ),
        ],
      },
      ...report.requisitions.map(requisitionSection),
      exhibitsSection(report),
      analysesSection(report),
      ...report.analyses.map((analysis, index) => analysisSection(report, analysis, index)),
      operationsSection(report),
      agentsSection(report),
      resultsSection(report),
      ...(report.decided.length === 0 ? [] : [readersSection(report)]),
    ],
  };
}

const FIELDS = [words('Donnée', 'Item'), words('Valeur', 'Value')] as const;
const PAIR = [3, 7] as const;
const pairs = (rows: readonly (readonly [string, string])[]) => ({ head: FIELDS, widths: PAIR, rows });

const requisitionSection = (requisition: ClosingReport['requisitions'][number], index: number): Section => ({
  title: words(`Réquisition ${index + 1}`, `Requisition ${index + 1}`),
  table: pairs([
    ['Cadre', FRAMEWORKS[requisition.framework] ?? requisition.framework],
    [
      'Autorité',
      `${AUTHORITIES[requisition.authority] ?? requisition.authority}, ${requisition.jurisdiction}, décision du ${dateWords(requisition.decidedAt)}`,
    ],
    ["Acte d'autorisation", requisition.authorisation.act],
    ["Jeton d'autorisation (SHA-256)", requisition.authorisation.sha256],
    ['État des scellés (SHA-256)', requisition.schedule.sha256],
  ]),
});

const exhibitsSection = ({ exhibits }: ClosingReport): Section => ({
  title: words('Pièces exploitées', 'Exhibits analysed'),
  table: {
    head: [
      words('Pièce', 'Piece'),
      words('Durée', 'Duration'),
      words('Octets', 'Bytes'),
      words('Empreinte SHA-256', 'SHA-256'),
    ],
    widths: [56, 52, 66, 313],
    rows: exhibits.map(({ piece, durationSeconds, sizeBytes, sha256 }) => [
      piece,
      clockDuration(durationSeconds),
      whole.format(sizeBytes),
      sha256,
    ]),
  },
});

const analysesSection = ({ analyses }: ClosingReport): Section => ({
  title: words('Analyses, modèles et paramètres', 'Analyses, models and parameters'),
  paragraphs: [
    words(
      `${analyses.length === 1 ? 'Une analyse' : `${analyses.length} analyses`}. Avec la même pièce, les mêmes modèles, les mêmes paramètres et la même version, sur un processeur de la même famille, une nouvelle analyse donne la même empreinte de résultat.`,
      `${analyses.length === 1 ? 'One analysis' : `${analyses.length} analyses`}. With the same exhibit, models, parameters and build, on a processor of the same family, a new analysis gives the same digest of its result.`,
    ),
  ],
});

const STATES: Readonly<Record<string, string>> = { done: 'menée à terme', failed: 'échouée', cancelled: 'arrêtée' };
const PARAMETERS: Readonly<Record<string, string>> = {
  version: "Plan d'analyse, version",
  framesPerSecond: 'Images par seconde',
  segments: 'Segments',
  classes: 'Classes que la réquisition permet',
  colours: 'Couleurs que la réquisition permet',
  software: 'Logiciel',
  analysisSha256: "Code de l'analyse (SHA-256)",
  ffmpeg: 'Décodeur (ffmpeg)',
  onnxruntime: 'Exécution des réseaux (onnxruntime)',
};
const COVERAGE: Readonly<Record<string, string>> = {
  analysedSeconds: 'analysé',
  sampledSeconds: 'échantillonné',
  quietSeconds: 'sans activité selon le flux',
  undecodableSeconds: 'indécodable',
  outsideSeconds: 'hors réquisition',
};

/** Every parameter, also one that has no name here yet: an analysis is to be done again with this page in hand (RGT-04). */
const parametersOf = (facts: Readonly<Record<string, unknown>>): readonly (readonly [string, string])[] =>
  Object.entries(facts).map(([name, value]) => [
    PARAMETERS[name] ?? name,
    Array.isArray(value)
      ? value.map((each) => wordInFrench(String(each))).join(', ') || '–'
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value),
  ]);

const reasonOf = (code: string): string => (isErrorCode(code) ? `${code} – ${ERRORS[code].fr}` : code);

function analysisSection(report: ClosingReport, analysis: ClosingReport['analyses'][number], index: number): Section {
  const { exhibitSha256, state, made, coverage, resultSha256, id, failureCode } = analysis;
  const piece = report.exhibits.find(({ sha256 }) => sha256 === exhibitSha256)?.piece ?? exhibitSha256;
  return {
    title: words(`Analyse ${index + 1} – pièce ${piece}`, `Analysis ${index + 1} – piece ${piece}`),
    isPart: true,
    table: pairs([
      ['Identifiant', id],
      ['Issue', STATES[state] ?? state],
      ...(failureCode === undefined ? [] : [['Motif', reasonOf(failureCode)] as const]),
      ['Résultat (SHA-256)', resultSha256 ?? 'aucun'],
      ...(made?.models ?? []).map(({ name, sha256 }) => [`Modèle ${name} (SHA-256)`, sha256] as const),
      ...parametersOf(made?.plan ?? {}),
      ...parametersOf(made?.build ?? {}),
      ...(made === undefined ? [] : [['Famille de processeur', made.processor] as const]),
      [
        'Couverture',
        coverage === undefined
          ? 'aucune'
          : Object.entries(coverage)
              .filter(([, value]) => value > 0)
              .map(([name, value]) => `${COVERAGE[name] ?? name} ${durationInFrench(value)}`)
              .join(' ; '),
      ],
    ]),
  };
}

const operationsSection = ({ operations }: ClosingReport): Section => ({
  title: words('Opérations autorisées', 'Authorised operations'),
  table: {
    head: [words('Code', 'Code'), words('Sens', 'Meaning')],
    widths: [3, 7],
    rows: operations.map((op) => [op, operationInFrench(op)]),
  },
});

const agentsSection = ({ agents }: ClosingReport): Section => ({
  title: words('Agents habilités', 'Habilitated agents'),
  table: {
    head: [
      words('Agent', 'Agent'),
      words('Service', 'Service'),
      words("Référence d'habilitation (art. R. 40-39)", 'Habilitation'),
    ],
    rows: agents.map(({ id, service, habilitation }) => [id, service, habilitation]),
  },
});

const resultsSection = ({ questions, exports, results }: ClosingReport): Section => ({
  title: words('Résultats', 'Results'),
  table: {
    head: [words('Mesure', 'Measure'), words('Nombre', 'Count')],
    widths: [4, 1],
    figures: 1,
    rows: [
      ['Recherches', whole.format(questions)],
      ['Résultats conservés, après validation par un agent', whole.format(results.kept)],
      ['Résultats écartés par un agent', whole.format(results.discarded)],
      ['Résultats incertains', whole.format(results.uncertain)],
      ['Résultats sur lesquels les lecteurs ne sont pas d’accord', whole.format(results.disputed)],
      ['Résultats affichés et non examinés', whole.format(results.notReviewed)],
      ['Exports remis', whole.format(exports)],
    ],
  },
  paragraphs: [
    words(
      "Un résultat est un indice à vérifier ; il n'établit pas une identité.",
      'A result is a lead to be checked; it establishes no identity.',
    ),
  ],
});

const VERDICTS: Readonly<Record<string, string>> = {
  confirmed: 'confirmé',
  rejected: 'écarté',
  uncertain: 'incertain',
};

const readersSection = ({ decided }: ClosingReport): Section => ({
  title: words('Avis de chaque lecteur', "Each reader's verdict"),
  paragraphs: [
    words(
      'Un résultat est conservé, et peut être remis, dès qu’un lecteur au moins l’a confirmé après en avoir vu l’image entière ; il est incertain si aucun ne le confirme et qu’un au moins doute ; il est écarté si tous l’écartent. L’avis d’un lecteur n’efface pas celui d’un autre.',
      'A hit is kept, and may be handed over, as soon as at least one reader confirmed it after seeing its whole picture; it is uncertain when none confirms and at least one doubts; it is discarded when all reject it. The verdict of one reader takes none away from another.',
    ),
  ],
  table: {
    head: [
      words('Résultat', 'Hit'),
      words('Pièce', 'Piece'),
      words('Issue', 'Outcome'),
      words('Avis des lecteurs', "Readers' verdicts"),
    ],
    widths: [10, 10, 14, 32],
    rows: decided.map(({ id, piece, verdict, disputed, readings }) => [
      id.slice(0, 8),
      piece,
      `${VERDICTS[verdict] ?? verdict}${disputed ? ' – avis partagés' : ''}`,
      readings
        .map(
          ({ agentId, verdict: given, at }) =>
            `${agentId ?? 'lecteur inconnu'} : ${VERDICTS[given] ?? given}${at === undefined ? '' : `, ${dateWords(at)}`}`,
        )
        .join(' ; '),
    ]),
  },
});
