import { AppError } from '../../errors.ts';
import type { Requisition } from '../../requisition/types.ts';
import type { Document, Words } from './types.ts';

/** The mention in the procedure (R. 40-40 al. 3 CPP, REQ-16) as data. */
export interface Mention {
  readonly format: 'differe-mention/1';
  readonly procedure: string;
  readonly requisition: string;
  readonly framework: string;
  readonly articles: readonly string[];
  readonly authorisation: {
    readonly id: string;
    readonly sha256: string;
    readonly mode: string;
    readonly decidedAt: string;
    readonly actRef: string;
    readonly actSha256: string;
    readonly authority: { readonly role: string; readonly id: string; readonly jurisdiction: string };
  };
  readonly schedule: { readonly id: string; readonly sha256: string; readonly exhibits: number };
  readonly operations: readonly string[];
  readonly agents: readonly { readonly id: string; readonly service: string; readonly habilitation: string }[];
  readonly software: string;
}

/** Throws E_HAB_NONE when an agent has no reference of habilitation: such a mention would prove nothing. */
export function mentionOf(requisition: Requisition, software: string): Mention {
  const { authorisation, schedule, digests, id } = requisition;
  const agents = schedule.agents.map((agent) => {
    if (agent.habilitation_ref.trim() === '')
      throw new AppError('E_HAB_NONE', { detail: 'an agent without habilitation reference' });
    return { id: agent.id, service: agent.service, habilitation: agent.habilitation_ref };
  });
  const { lrj_auth, authority } = authorisation;
  return {
    format: 'differe-mention/1',
    procedure: authorisation.sub,
    requisition: id,
    framework: authorisation.framework,
    articles: authorisation.framework_ref,
    authorisation: {
      id: authorisation.jti,
      sha256: digests.authorisation,
      mode: lrj_auth.mode,
      decidedAt: lrj_auth.decided_at,
      actRef: lrj_auth.act_ref,
      actSha256: lrj_auth.act_sha256,
      authority: { role: authority.role, id: authority.id, jurisdiction: authority.jurisdiction },
    },
    schedule: { id: schedule.jti, sha256: digests.schedule, exhibits: schedule.exhibits.length },
    operations: authorisation.ops,
    agents,
    software,
  };
}

export function mentionDocument(
  mention: Mention,
  frame: Pick<Document, 'installation' | 'madeAt' | 'isDemo'>,
): Document {
  const { authorisation: act, agents, schedule } = mention;
  const deemed = act.mode === 'deemed_flagrance';
  return {
    ...frame,
    title: {
      fr: "Mention d'usage d'un logiciel de rapprochement judiciaire",
      en: 'Mention of the use of judicial matching software',
    },
    subtitle: {
      fr: `Procédure ${mention.procedure} – article R. 40-40, alinéa 3, du code de procédure pénale`,
      en: `Procedure ${mention.procedure} – article R. 40-40, third paragraph, code of criminal procedure`,
    },
    sections: [
      {
        title: { fr: 'Usage', en: 'Use' },
        paragraphs: [
          {
            fr: `Il est fait mention que le logiciel ${mention.software} est utilisé dans la présente procédure, en différé, sur les ${schedule.exhibits} pièce(s) de l'état des scellés, pour rechercher des objets et leurs attributs. Il ne comporte aucune fonction d'identification ni de caractérisation des personnes par leurs données biométriques.`,
            en: `It is noted that the software ${mention.software} is used in this procedure, in deferred time, on the ${schedule.exhibits} exhibit(s) of the schedule, to search for objects and their attributes. It has no function that identifies or characterises persons by biometric data.`,
          },
        ],
      },
      {
        title: { fr: 'Autorisation', en: 'Authorisation' },
        paragraphs: [
          deemed
            ? {
                fr: `Enquête de flagrance : l'autorisation est réputée acquise (art. R. 40-40, alinéa 2), avis donné au procureur. Acte ${act.actRef}.`,
                en: `Flagrance: the authorisation is deemed given (art. R. 40-40, second paragraph), with notice to the prosecutor. Act ${act.actRef}.`,
              }
            : {
                fr: `Autorisation expresse de ${act.authority.role} (${act.authority.jurisdiction}) du ${act.decidedAt}, acte ${act.actRef}.`,
                en: `Explicit authorisation by ${act.authority.role} (${act.authority.jurisdiction}) of ${act.decidedAt}, act ${act.actRef}.`,
              },
          {
            fr: `Cadre : ${mention.framework} (articles ${mention.articles.join(', ')}). Opérations : ${mention.operations.join(', ')}.`,
            en: `Framework: ${mention.framework} (articles ${mention.articles.join(', ')}). Operations: ${mention.operations.join(', ')}.`,
          },
        ],
        table: {
          head: [words('Objet', 'Object'), words('Identifiant', 'Identifier'), words('Empreinte SHA-256', 'SHA-256')],
          rows: [
            ["Acte d'autorisation", act.actRef, act.actSha256],
            ['Jeton d’autorisation', act.id, act.sha256],
            ['État des scellés', schedule.id, schedule.sha256],
          ],
        },
      },
      {
        title: { fr: 'Agents habilités', en: 'Habilitated agents' },
        table: {
          head: [
            words('Agent', 'Agent'),
            words('Service', 'Service'),
            words("Référence d'habilitation (art. R. 40-39)", 'Habilitation'),
          ],
          rows: agents.map(({ id, service, habilitation }) => [id, service, habilitation]),
        },
      },
    ],
  };
}

const words = (fr: string, en: string): Words => ({ fr, en });
