import type { Dossier } from '../dossier-schema.ts';
import { chapter, part, words } from './aipd-parts.ts';
import { operationInFrench, SERVICES, wordInFrench } from './french.ts';
import type { Section } from './types.ts';

/** Chapters 1 to 3: context, fundamental principles, necessity and proportionality. */
export const contextSections = (dossier: Dossier): readonly Section[] => [
  ...context(dossier),
  ...principles(dossier),
  ...necessity(),
];

const context = ({ controller, sites, software }: Dossier): readonly Section[] => [
  chapter('1. Contexte', '1. Context'),
  part('1.1 Traitement, finalité et enjeux', '1.1 Processing, purpose and stakes', {
    say: words(
      "Recherche différée d'objets et de leurs attributs dans des enregistrements vidéo déjà saisis, pour les besoins d'une enquête déterminée (article 230-20 du code de procédure pénale).",
      'Deferred search for objects and their attributes in video recordings that were seized before, for the needs of one determined investigation (article 230-20, code of criminal procedure).',
    ),
    gap: words(
      'enjeux pour le service, les magistrats et les personnes filmées',
      'stakes for the service, the magistrates and the persons filmed',
    ),
  }),
  part('1.2 Responsabilités', '1.2 Responsibilities', {
    rows: [
      ['Responsable de traitement', `${SERVICES[controller.type] ?? controller.type}, unité ${controller.unit_code}`],
      ['Sites', sites.join(' ; ')],
      ['Logiciel', `${software.name}, versions ${software.from} à ${software.below} exclue`],
    ],
    gap: words(
      'rôles du service, de l’éditeur, de l’hébergement et des magistrats',
      'roles of the service, the vendor, the hosting and the magistrates',
    ),
  }),
  part('1.3 Textes applicables', '1.3 Applicable texts', {
    say: words(
      'Code de procédure pénale, articles 230-20 à 230-27 et R. 40-39 à R. 40-41 ; décret 2012-687 (RU-018) ; loi du 6 janvier 1978, titre III ; directive (UE) 2016/680 ; règlement (UE) 2024/1689 ; CNIL, délibération MEDP-2024-001 et mise en demeure MED-2024-150.',
      'Code of criminal procedure, articles 230-20 to 230-27 and R. 40-39 to R. 40-41; decree 2012-687 (RU-018); act of 6 January 1978, title III; directive (EU) 2016/680; regulation (EU) 2024/1689; CNIL, deliberation MEDP-2024-001 and formal notice MED-2024-150.',
    ),
  }),
  part('1.4 Données et personnes concernées', '1.4 Data and persons concerned', {
    say: words(
      'Données : pièces vidéo, images décodées en mémoire, résultats, critères de recherche, journal, habilitations. Personnes : mis en cause, victimes, témoins, passants, y compris mineurs.',
      'Data: video exhibits, pictures decoded in memory, results, search criteria, journal, habilitations. Persons: suspects, victims, witnesses, passers-by, minors included.',
    ),
    gap: words(
      'volumes annuels : procédures, pièces, heures, personnes filmées',
      'yearly volumes: cases, exhibits, hours, persons filmed',
    ),
  }),
  part('1.5 Cycle de vie, flux et supports', '1.5 Life cycle, flows and supports', {
    say: words(
      "Réquisition signée, dépôt et scellement de la pièce, analyse, recherche, validation par un agent, export signé, clôture, effacement par destruction de la clé de la procédure. Les supports sont ceux du site ; rien n'en sort que les exports et les documents.",
      'Signed requisition, deposit and sealing of the exhibit, analysis, search, validation by an agent, signed export, closure, erasure by destroying the key of the case. The supports are those of the site; nothing leaves it but exports and documents.',
    ),
    gap: words('schéma des flux du site et supports matériels', 'diagram of the flows of the site, and its hardware'),
  }),
];

const principles = ({ capability, notice, contract, journal_retention_years: years }: Dossier): readonly Section[] => [
  chapter('2. Principes fondamentaux', '2. Fundamental principles'),
  part('2.1 Finalités déterminées et légitimes', '2.1 Determined and legitimate purposes', {
    say: words(
      "Une réquisition vise une procédure et une seule ; aucune recherche ne peut porter sur deux procédures, et il n'existe de cadre ni pour la police administrative ni pour le renseignement.",
      'A requisition names one case and one only; no search can span two, and there is no framework for administrative police or intelligence.',
    ),
    gap: words('finalités retenues par le service', 'purposes that the service has'),
  }),
  part('2.2 Base légale et acte réglementaire', '2.2 Legal basis and regulatory act', {
    gap: words(
      'base légale, acte réglementaire et engagement de conformité RU-018',
      'legal basis, regulatory act and RU-018 commitment',
    ),
  }),
  part('2.3 Données sensibles et stricte nécessité', '2.3 Sensitive data and strict necessity', {
    say: words(
      "Aucune donnée n'est traitée à des fins biométriques : ni visage, ni démarche, ni voix, ni vecteur d'apparence. Les images peuvent montrer des données sensibles résiduelles (signes religieux, état de santé, participation à une réunion).",
      'No data is processed for biometric ends: no face, gait, voice or appearance vector. Pictures may show residual sensitive data (signs of religion, state of health, attendance at a meeting).',
    ),
    gap: words(
      'examen de la nécessité absolue, cas par cas, par l’autorité elle-même (loi de 1978, art. 88 ; CJUE C-205/21 et C-80/23)',
      'test of strict necessity, case by case, by the authority itself (act of 1978, art. 88; CJEU C-205/21 and C-80/23)',
    ),
  }),
  part('2.4 Minimisation', '2.4 Minimisation', {
    say: words(
      "Seules les pièces et les périodes que la réquisition désigne sont décodées ; elle borne aussi les heures, les recherches et les exports. Les images sont masquées, le son n'est jamais décodé. Voici tout ce que l'installation peut faire.",
      'Only the exhibits and periods that the requisition names are decoded; it also bounds hours, searches and exports. Pictures are masked, sound is never decoded. This is all that the installation can do.',
    ),
    rows: [
      ['Opérations', capability.ops.map((op) => `${op} : ${operationInFrench(op)}`).join('\n')],
      ['Classes recherchées', capability.classes.map(wordInFrench).join(', ')],
      ['Couleurs', capability.colours.map(wordInFrench).join(', ')],
      ['Routes', String(capability.routes.length)],
      ['Règles (permis / interdits)', `${capability.permits.length} / ${capability.bans.length}`],
    ],
  }),
  part('2.5 Exactitude', '2.5 Accuracy', {
    say: words(
      "Un résultat est un indice à vérifier, que seul un agent valide après avoir vu l'image ; il n'établit pas une identité.",
      'A result is a lead to be checked, which an agent alone validates after seeing the picture; it establishes no identity.',
    ),
    gap: words(
      'taux d’erreur par classe, lumière et qualité de caméra ; biais selon les vêtements, la peau et le sexe, mesurés hors exploitation',
      'error rates by class, light and quality of camera; bias by clothing, skin and sex, measured outside operation',
    ),
  }),
  part('2.6 Conservation', '2.6 Retention', {
    rows: [
      ...Object.entries(capability.retentionDays).map(([name, days]): [string, string] => [
        RETENTION[name] ?? name,
        daysInFrench(days),
      ]),
      ['Journal', `${years} ans`],
    ],
    say: words(
      'Effacement à la clôture et trois ans au plus après le premier enregistrement (article 230-22). État courant : differe compliance retention.',
      'Erasure at closure, and three years after the first recording at most (article 230-22). Present state: differe compliance retention.',
    ),
  }),
  part('2.7 Information des personnes', '2.7 Information of persons', {
    rows: [['Notice publiée', notice.ref]],
    gap: words(
      'lieux et moyens de publication (loi de 1978, art. 104)',
      'places and means of publication (act of 1978, art. 104)',
    ),
  }),
  part('2.8 Accès, rectification, effacement et limitation', '2.8 Access, rectification, erasure and restriction', {
    say: words(
      'Par la CNIL (articles 107 et 108 de la loi de 1978), le procureur (article 230-23) et le magistrat de l’article 230-24, dont les ordres signés sont exécutés et certifiés.',
      'Through the CNIL (articles 107 and 108 of the act of 1978), the prosecutor (article 230-23) and the magistrate of article 230-24, whose signed orders are carried out and certified.',
    ),
    gap: words('organisation du service pour recevoir les demandes', 'how the service receives requests'),
  }),
  part('2.9 Sous-traitants', '2.9 Processors', {
    rows: [['Contrat', contract.ref]],
    gap: words(
      'sous-traitants, leurs accès et leurs engagements (loi de 1978, art. 96)',
      'processors, their access and commitments (act of 1978, art. 96)',
    ),
  }),
  part('2.10 Transferts', '2.10 Transfers', {
    say: words(
      "Aucun transfert hors de France ; aucune sortie réseau n'est nécessaire.",
      'No transfer abroad; no connection to the outside is needed.',
    ),
  }),
];

const daysInFrench = (days: number): string =>
  `${days} ${days < 2 ? 'jour' : 'jours'}${days >= 365 && days % 365 === 0 ? ` (${days / 365} ans)` : ''}`;

const RETENTION: Readonly<Record<string, string>> = {
  case: 'Procédure, depuis le premier enregistrement',
  extension: 'Prolongation par un magistrat',
  afterClosure: 'Après la clôture',
  quarantine: 'Résultats en quarantaine',
};

const necessity = (): readonly Section[] => [
  chapter('3. Nécessité et proportionnalité', '3. Necessity and proportionality'),
  part('3.1 Alternatives', '3.1 Alternatives', {
    gap: words(
      'visionnage manuel, fenêtre plus étroite : pourquoi ils ne suffisent pas',
      'manual viewing, a narrower window: why they do not suffice',
    ),
  }),
  part('3.2 Bénéfice attendu', '3.2 Expected benefit', {
    gap: words(
      'temps gagné, éléments que l’on ne trouverait pas autrement',
      'time saved, what would not be found otherwise',
    ),
  }),
  part('3.3 Utilité passée', '3.3 Past usefulness', {
    say: words(
      'Le résultat de chaque procédure est dit à sa clôture (utile, sans utilité, personne mise hors de cause) et compté du journal seul : differe compliance statistics.',
      'What came of each case is said at its closure (useful, not useful, person cleared) and counted from the journal alone: differe compliance statistics.',
    ),
    gap: words('lecture des chiffres de la période écoulée', 'reading of the figures of the past period'),
  }),
  part('3.4 Effets sur les libertés', '3.4 Effects on freedoms', {
    gap: words(
      'liberté d’aller et venir, liberté de réunion, effet dissuasif sur les personnes filmées',
      'freedom of movement, freedom of assembly, chilling effect on the persons filmed',
    ),
  }),
];
