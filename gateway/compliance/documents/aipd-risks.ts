import type { Dossier } from '../dossier-schema.ts';
import { chapter, part, words } from './aipd-parts.ts';
import { dateWords, type Section, TO_COMPLETE } from './types.ts';

/** Chapters 7 and 8: risks, validation. */
export const risksSections = (dossier: Dossier): readonly Section[] => [
  chapter('7. Risques', '7. Risks'),
  ...FEARED.map((each, index) => risk(`7.${index + 1}`, each, DESCRIBED)),
  ...SPECIFIC.map((each, index) => risk(`7.${index + 4}`, each)),
  ...validation(dossier),
];

interface Risk {
  readonly fr: string;
  readonly en: string;
  /** What the system does against it. */
  readonly measures: string;
}

const OPEN = `${TO_COMPLETE.fr}`;
const RATED: readonly (readonly [string, string])[] = [
  ['Mesures du site', OPEN],
  ['Gravité (négligeable, limitée, importante, maximale)', OPEN],
  ['Vraisemblance (négligeable, limitée, importante, maximale)', OPEN],
];
const DESCRIBED: readonly (readonly [string, string])[] = [
  ['Impacts', OPEN],
  ['Menaces', OPEN],
  ['Sources', OPEN],
];

/** A feared event has all six rows of the CNIL's method; a risk of the product is named for its threat. */
const risk = (number: string, { fr, en, measures }: Risk, before: typeof RATED = []): Section =>
  part(`${number} ${fr}`, `${number} ${en}`, { rows: [...before, ['Mesures du système', measures], ...RATED] });

/** The three feared events of the CNIL's method. */
const FEARED: readonly Risk[] = [
  {
    fr: 'Accès illégitime aux données',
    en: 'Illegitimate access to data',
    measures:
      'une clé par procédure, hors des sauvegardes ; administrateur aveugle ; preuve de possession à chaque requête ; chaque lecture journalisée avant',
  },
  {
    fr: 'Modification non désirée des données',
    en: 'Unwanted modification of data',
    measures: 'pièces scellées par leur empreinte ; résultats reproductibles ; exports et documents signés',
  },
  {
    fr: 'Disparition des données',
    en: 'Disappearance of data',
    measures:
      'écritures durables avant accusé de réception ; reprise après arrêt ; ordre de restauration : journal, clés, données',
  },
];

const SPECIFIC: readonly Risk[] = [
  {
    fr: "Dérive d'usage",
    en: 'Function creep',
    measures: 'liste fermée de cadres et d’opérations ; dossier de conformité opposable à chaque analyse',
  },
  {
    fr: "Mise à jour silencieuse de l'éditeur",
    en: 'Silent update by the vendor',
    measures: 'manifeste de capacité comparé au dossier signé à chaque démarrage et avant chaque analyse',
  },
  {
    fr: 'Usage en direct déguisé',
    en: 'Live use in disguise',
    measures: 'empreinte signée avant le dépôt ; délai plancher ; garde contre les séries contiguës ; aucune alerte',
  },
  {
    fr: 'Recherche transversale entre procédures',
    en: 'Fishing across cases',
    measures: 'index, clés et files par procédure ; aucune question ne peut nommer deux procédures',
  },
  {
    fr: 'Faux résultat menant à une arrestation',
    en: 'False hit that leads to an arrest',
    measures: "validation par un agent qui a vu l'image ; mention « indice à vérifier, n'établit pas une identité »",
  },
  {
    fr: "Singularisation d'une personne par ses attributs",
    en: 'Singling out by attributes',
    measures: 'vocabulaire fermé sans caractère de personne ; recherche large signalée et comptée à part',
  },
  {
    fr: 'Réidentification par recoupement',
    en: 'Re-identification by combination',
    measures:
      "aucun identifiant commun entre pièces ; aucune ressemblance d'apparence ; statistiques publiques masquées sous cinq",
  },
  {
    fr: 'Émission de jetons par un initié',
    en: 'Insider who issues tokens',
    measures: "clés d'autorité hors de l'installation ; registre ; révocation vérifiée à chaque acte",
  },
  {
    fr: 'Altération du journal',
    en: 'Journal tampering',
    measures:
      'arbre de Merkle signé, témoins extérieurs là où il y en a, aucune statistique et aucun acte sur un journal altéré',
  },
  {
    fr: 'Conservation excessive',
    en: 'Over-retention',
    measures:
      "échéance calculée à l'ouverture ; gel au retard ; effacement par destruction de clé, certifié ; contrôle des sauvegardes",
  },
  {
    fr: 'Biais des modèles',
    en: 'Model bias',
    measures: 'aucune étiquette de caractère de personne ; fiche, provenance et évaluation de chaque modèle',
  },
  {
    fr: 'Exploitation du décodeur',
    en: 'Decoder exploit',
    measures: 'décodage en cage sans réseau ni clé, formats en liste fermée, limites de temps et de mémoire',
  },
];

const validation = ({ aipd }: Dossier): readonly Section[] => [
  chapter('8. Validation', '8. Validation'),
  part("8.1 Plan d'action", '8.1 Action plan', {
    gap: words('mesures, responsables et dates', 'measures, who and when'),
  }),
  part('8.2 Avis du délégué à la protection des données', '8.2 Opinion of the data protection officer', {
    rows: [["Référence de l'avis", aipd.dpo_opinion_ref]],
    gap: words("l'avis", 'the opinion'),
  }),
  part('8.3 Avis des personnes concernées', '8.3 Views of the persons concerned', {
    gap: words(
      'avis recueillis, ou raison de ne pas les recueillir',
      'views that were sought, or the reason for not seeking them',
    ),
  }),
  part('8.4 Consultation de la CNIL', '8.4 Consultation of the CNIL', {
    gap: words(
      "envoi avec la demande d'avis (loi de 1978, art. 90) et réponse",
      'sending with the request (act of 1978, art. 90), and the answer',
    ),
  }),
  part('8.5 Approbation', '8.5 Approval', {
    rows: [
      ['Référence et version', `${aipd.ref}, version ${aipd.version}`],
      ['Approuvée le', dateWords(aipd.approved_at)],
    ],
    gap: words('nom, qualité et signature', 'name, capacity and signature'),
  }),
  part('8.6 Date de révision', '8.6 Review date', {
    rows: [['À revoir avant le', dateWords(aipd.review_at)]],
  }),
];
