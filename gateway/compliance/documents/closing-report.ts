import { AppError } from '../../errors.ts';
import type { Exhibit } from '../../footage/types.ts';
import type { Requisition } from '../../requisition/types.ts';
import type { Document, Words } from './types.ts';

/** What an analysis says of itself; `made` and `coverage` of a closed one, from its result. */
export interface ReportedAnalysis {
  readonly id: string;
  readonly exhibitId: string;
  readonly state: string;
  readonly resultSha256: string | undefined;
  readonly made:
    | {
        readonly plan: object;
        readonly models: readonly { readonly name: string; readonly sha256: string }[];
        readonly build: object;
      }
    | undefined;
  readonly coverage: Readonly<Record<string, number>> | undefined;
}

export interface ClosingFacts {
  readonly requisitions: readonly Requisition[];
  readonly exhibits: readonly Pick<Exhibit, 'id' | 'piece' | 'sha256' | 'sizeBytes' | 'timeline'>[];
  readonly analyses: readonly ReportedAnalysis[];
  readonly questions: number;
  readonly verdicts: {
    readonly confirmed: number;
    readonly rejected: number;
    readonly uncertain: number;
    readonly unreviewed: number;
  };
  readonly exports: number;
}

/** The closing report (R. 40-40 al. 4 CPP, CTL-03): enough to run the analysis again and compare digests (RGT-04). */
export interface ClosingReport {
  readonly format: 'differe-closing-report/1';
  readonly procedure: string;
  readonly requisitions: readonly object[];
  readonly exhibits: readonly {
    readonly piece: string;
    readonly sha256: string;
    readonly sizeBytes: number;
    readonly durationSeconds: number;
  }[];
  readonly operations: readonly string[];
  readonly agents: readonly { readonly id: string; readonly service: string; readonly habilitation: string }[];
  readonly analyses: readonly (ReportedAnalysis & { readonly exhibitSha256: string })[];
  readonly questions: number;
  readonly results: {
    readonly kept: number;
    readonly discarded: number;
    readonly uncertain: number;
    readonly notReviewed: number;
  };
  readonly exports: number;
}

const missing = (detail: string): AppError => new AppError('E_RET_CLOSURE', { detail });

/** Throws E_RET_CLOSURE, naming the section, when the report would be incomplete: then the case is not closed. */
export function closingReport(facts: ClosingFacts): ClosingReport {
  const [first] = facts.requisitions;
  if (first === undefined) throw missing('requisitions');
  const agents = new Map(
    facts.requisitions.flatMap(({ schedule }) =>
      schedule.agents.map(
        (agent) =>
          [
            `${agent.id} ${agent.habilitation_ref}`,
            { id: agent.id, service: agent.service, habilitation: agent.habilitation_ref },
          ] as const,
      ),
    ),
  );
  if (agents.size === 0 || [...agents.values()].some(({ habilitation }) => habilitation.trim() === ''))
    throw missing('agents');
  const analyses = facts.analyses.map((analysis) => {
    const exhibit = facts.exhibits.find(({ id }) => id === analysis.exhibitId);
    if (exhibit === undefined) throw missing('exhibits');
    if (['queued', 'running', 'closing'].includes(analysis.state)) throw missing('analyses: one is still open');
    const isDone = analysis.state === 'done';
    if (isDone && (analysis.made === undefined || analysis.made.models.length === 0))
      throw missing('models and parameters');
    if (isDone && (analysis.resultSha256 === undefined || analysis.coverage === undefined)) throw missing('results');
    return { ...analysis, exhibitSha256: exhibit.sha256 };
  });
  const { confirmed, rejected, uncertain, unreviewed } = facts.verdicts;
  return {
    format: 'differe-closing-report/1',
    procedure: first.authorisation.sub,
    requisitions: facts.requisitions.map(({ id, authorisation, schedule, digests }) => ({
      id,
      framework: authorisation.framework,
      authorisation: { id: authorisation.jti, sha256: digests.authorisation, act: authorisation.lrj_auth.act_ref },
      schedule: { id: schedule.jti, sha256: digests.schedule },
    })),
    exhibits: facts.exhibits.map(({ piece, sha256, sizeBytes, timeline }) => ({
      piece,
      sha256,
      sizeBytes,
      durationSeconds: timeline.durationSeconds,
    })),
    operations: [...new Set(facts.requisitions.flatMap(({ authorisation }) => authorisation.ops))],
    agents: [...agents.values()],
    analyses,
    questions: facts.questions,
    results: { kept: confirmed, discarded: rejected, uncertain, notReviewed: unreviewed },
    exports: facts.exports,
  };
}

export function closingDocument(
  report: ClosingReport,
  frame: Pick<Document, 'installation' | 'madeAt' | 'isDemo'>,
): Document {
  const seconds = (value: number | undefined): string =>
    value === undefined ? '–' : `${Math.round(value * 10) / 10} s`;
  return {
    ...frame,
    title: { fr: "Rapport de fin d'exploitation", en: 'Closing report' },
    subtitle: {
      fr: `Procédure ${report.procedure} – article R. 40-40, alinéa 4, du code de procédure pénale`,
      en: `Procedure ${report.procedure} – article R. 40-40, fourth paragraph, code of criminal procedure`,
    },
    sections: [
      {
        title: { fr: 'Pièces exploitées', en: 'Exhibits analysed' },
        table: {
          head: [words('Pièce', 'Piece'), words('Durée', 'Duration'), words('Empreinte SHA-256', 'SHA-256')],
          rows: report.exhibits.map(({ piece, durationSeconds, sha256 }) => [piece, seconds(durationSeconds), sha256]),
        },
      },
      {
        title: { fr: 'Analyses, modèles et paramètres', en: 'Analyses, models and parameters' },
        paragraphs: [
          {
            fr: 'Avec la même pièce, les mêmes modèles, le même plan et la même version, une nouvelle analyse donne la même empreinte de résultat.',
            en: 'With the same exhibit, models, plan and build a new analysis gives the same digest of its result.',
          },
        ],
        table: {
          head: [
            words('Pièce (SHA-256)', 'Exhibit'),
            words('État', 'State'),
            words('Modèles', 'Models'),
            words('Couverture', 'Coverage'),
            words('Résultat (SHA-256)', 'Result'),
          ],
          rows: report.analyses.map(({ exhibitSha256, state, made, coverage, resultSha256 }) => [
            exhibitSha256.slice(0, 16),
            state,
            (made?.models ?? []).map(({ name, sha256 }) => `${name} ${sha256.slice(0, 12)}`).join('; ') || '–',
            coverage === undefined
              ? '–'
              : Object.entries(coverage)
                  .filter(([, value]) => value > 0)
                  .map(([name, value]) => `${name.replace('Seconds', '')} ${seconds(value)}`)
                  .join('; '),
            resultSha256 ?? '–',
          ]),
        },
      },
      {
        title: { fr: 'Opérations et agents', en: 'Operations and agents' },
        paragraphs: [
          {
            fr: `Opérations autorisées : ${report.operations.join(', ')}.`,
            en: `Authorised operations: ${report.operations.join(', ')}.`,
          },
        ],
        table: {
          head: [words('Agent', 'Agent'), words('Service', 'Service'), words('Habilitation', 'Habilitation')],
          rows: report.agents.map(({ id, service, habilitation }) => [id, service, habilitation]),
        },
      },
      {
        title: { fr: 'Résultats', en: 'Results' },
        paragraphs: [
          {
            fr: `${report.questions} recherche(s), ${report.exports} export(s). Résultats conservés après validation par un agent : ${report.results.kept} ; écartés : ${report.results.discarded} ; incertains : ${report.results.uncertain} ; non examinés : ${report.results.notReviewed}.`,
            en: `${report.questions} question(s), ${report.exports} export(s). Results kept after validation by an agent: ${report.results.kept}; discarded: ${report.results.discarded}; uncertain: ${report.results.uncertain}; not reviewed: ${report.results.notReviewed}.`,
          },
          {
            fr: "Un résultat est un indice à vérifier ; il n'établit pas une identité.",
            en: 'A result is a lead to be checked; it establishes no identity.',
          },
        ],
      },
    ],
  };
}

const words = (fr: string, en: string): Words => ({ fr, en });
