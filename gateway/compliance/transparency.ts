import type { Document } from './documents/types.ts';
import { type Counts, publicCounts, publicTable, type Statistics, USE_DEFINITION } from './statistics.ts';

const NAMES: Readonly<Record<keyof Counts, readonly [string, string]>> = {
  requisitions: ['Réquisitions', 'Requisitions'],
  uses: ['Usages', 'Uses'],
  jobs: ['Analyses', 'Analyses'],
  questions: ['Recherches', 'Questions'],
  exports: ['Exports', 'Exports'],
  hours: ['Heures de vidéo', 'Hours of video'],
  refusals: ['Refus', 'Refusals'],
  revokedJobs: ['Analyses arrêtées par retrait', 'Analyses stopped by revocation'],
  closures: ['Clôtures', 'Closures'],
  erasures: ['Effacements', 'Erasures'],
};

const shown = (name: string, value: number | undefined): string =>
  value === undefined ? 'masqué *' : name === 'hours' ? value.toFixed(1) : String(value);

/** The transparency report as a page that anybody may read: aggregates, small cells kept back (STA-04). */
export function transparencyReport(
  statistics: Statistics,
  log: { readonly size: number; readonly root: string },
  frame: Pick<Document, 'installation' | 'madeAt' | 'isDemo'>,
): Document {
  const table = publicTable(statistics);
  const names = Object.keys(NAMES) as (keyof Counts)[];
  return {
    ...frame,
    title: { fr: 'Rapport de transparence', en: 'Transparency report' },
    subtitle: { fr: `De ${statistics.from} à ${statistics.to}`, en: `From ${statistics.from} to ${statistics.to}` },
    sections: [
      {
        title: { fr: 'Totaux', en: 'Totals' },
        paragraphs: [USE_DEFINITION],
        table: {
          head: [
            { fr: 'Mesure', en: 'Measure' },
            { fr: 'Nombre', en: 'Count' },
          ],
          rows: names.map((name) => [NAMES[name][0], shown(name, table.totals[name])]),
        },
      },
      {
        title: { fr: 'Par unité', en: 'By unit' },
        paragraphs: [
          {
            fr: '* Masqué : un nombre inférieur à cinq, ou un nombre qui permettrait de le retrouver.',
            en: '* Kept back: a count below five, or one by which such a count could be found.',
          },
        ],
        table: {
          head: [
            { fr: 'Unité', en: 'Unit' },
            ...(['requisitions', 'uses', 'questions', 'hours'] as const).map((name) => ({
              fr: NAMES[name][0],
              en: NAMES[name][1],
            })),
          ],
          rows: table.units.map(({ unit, counts }) => [
            unit,
            ...(['requisitions', 'uses', 'questions', 'hours'] as const).map((name) => shown(name, counts[name])),
          ]),
        },
      },
      {
        title: { fr: 'Refus', en: 'Refusals' },
        paragraphs: [
          {
            fr: `Tentatives d'usage interdit (visage, réseau refusé) : ${statistics.forbiddenAttempts}. Les refus opposés à des inconnus sont comptés une fois par code et par minute.`,
            en: `Attempts at a forbidden use (face, refused network): ${statistics.forbiddenAttempts}. Refusals of strangers are counted once a code and minute.`,
          },
        ],
        table: {
          head: [
            { fr: 'Code', en: 'Code' },
            { fr: 'Nombre', en: 'Count' },
          ],
          rows: Object.entries(publicCounts(statistics.refusalsByCode)).map(([code, count]) => [
            code,
            shown('refusals', count),
          ]),
        },
      },
      {
        title: { fr: 'Modèles exécutés', en: 'Models that ran' },
        paragraphs: [
          {
            fr: "Chaque acte d'analyse du journal entier nomme l'ensemble de modèles qui l'a exécuté ; les voici tous. Pour les comparer aux modèles admis : differe compliance statistics --models.",
            en: 'Each act of analysis of the whole journal names the set of models that ran it; these are all. To hold them against the admitted ones: differe compliance statistics --models.',
          },
        ],
        table: {
          head: [
            { fr: 'Ensemble (SHA-256)', en: 'Set' },
            { fr: 'Du no', en: 'From record' },
            { fr: 'Au no', en: 'To record' },
          ],
          rows: statistics.modelSets.map(({ sha256, firstSeq, lastSeq }) => [
            sha256,
            String(firstSeq),
            String(lastSeq),
          ]),
        },
      },
      {
        title: { fr: 'Vérification', en: 'Verification' },
        paragraphs: [
          {
            fr: `Calculé du seul journal, vérifié en entier : ${log.size} actes, racine ${log.root}. Pour recalculer : differe compliance statistics --log DOSSIER. Les 177 et 386 usages communiqués au Sénat pour la police et la gendarmerie étaient déclarés ; ceux-ci sont comptés.`,
            en: `Computed from the journal alone, verified as a whole: ${log.size} records, root ${log.root}. To compute it again: differe compliance statistics --log FOLDER. The 177 and 386 uses told to the Senate for police and gendarmerie were declared; these are counted.`,
          },
        ],
      },
    ],
  };
}
