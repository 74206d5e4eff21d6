import type { Dossier } from '../dossier-schema.ts';
import { chapter, part, words } from './aipd-parts.ts';
import type { Section } from './types.ts';

/** Chapters 4 to 6: deferral, absence of biometrics, governance. */
export const safeguardsSections = (dossier: Dossier): readonly Section[] => [
  ...deferral(),
  ...absence(dossier),
  ...governance(dossier),
];

const deferral = (): readonly Section[] => [
  chapter('4. Caractère différé', '4. Deferred nature'),
  part('4.1 Définition', '4.1 Definition', {
    say: words(
      "Une pièce n'est reçue que si son empreinte SHA-256 figure dans un état de scellés déjà signé : elle existait avant la signature. Aucune route, aucun protocole et aucune option ne prend de source en direct.",
      'An exhibit is taken only when its SHA-256 stands in a schedule that was signed before: it existed before the signature. No route, protocol or option takes a live source.',
    ),
  }),
  part('4.2 Délai plancher et sa raison', '4.2 Floor value and its reason', {
    say: words(
      "L'analyse n'a lieu qu'une heure au moins après la fin de la captation déclarée ; une installation peut relever ce délai, jamais l'abaisser.",
      'Analysis takes place one hour at least after the declared end of capture; an installation may raise that delay, never lower it.',
    ),
    gap: words('justification du délai retenu', 'reasons for the delay that was chosen'),
  }),
  part('4.3 Garde contre le découpage', '4.3 Guard against chunking', {
    say: words(
      "Trois états de scellés signés à la suite pour des périodes contiguës d'une même caméra sont refusés sans nouvelle autorisation expresse qui nomme la caméra et toute la période.",
      'Three schedules signed one after the other for adjacent windows of one camera are refused without a new explicit authorisation that names the camera and the whole window.',
    ),
  }),
  part("4.4 Absence d'alerte", '4.4 Absence of alerts', {
    say: words(
      "Il n'existe ni alerte, ni abonnement, ni recherche permanente : une recherche porte une fois sur des pièces déjà scellées.",
      'There is no alert, subscription or standing search: a question is asked once, of exhibits that were sealed before.',
    ),
  }),
];

const absence = ({ capability, capability_sha256, update }: Dossier): readonly Section[] => [
  chapter(
    '5. Absence de reconnaissance faciale, de biométrie et de caractérisation',
    '5. Absence of face recognition, biometrics and characterisation',
  ),
  {
    title: words('5.1 Liste des capacités', '5.1 List of capabilities'),
    isPart: true,
    paragraphs: [
      words(
        `Manifeste de capacité, empreinte ${capability_sha256}. Réseaux exécutés :`,
        `Capability manifest, digest ${capability_sha256}. Networks that run:`,
      ),
    ],
    table: {
      head: [words('Modèle', 'Model'), words('Étiquettes', 'Labels'), words('Empreinte SHA-256', 'SHA-256')],
      widths: [2, 1, 5],
      rows: capability.models.map(({ name, labels, sha256 }) => [name, String(labels.length), sha256]),
    },
  },
  part('5.2 Examen des modèles', '5.2 The gate', {
    say: words(
      "Un réseau n'est chargé que si ses octets sont ceux qui ont été examinés, si sa structure passe l'examen et si deux personnes l'ont signé (technique, et délégué ou conformité).",
      'A network is loaded only when its bytes are those that were examined, its structure passes the gate, and two persons signed for it (technical, and DPO or compliance).',
    ),
  }),
  part('5.3 Vérifications', '5.3 Tests', {
    say: words(
      'Preuve d’absence (poids, paquets, routes, interface, colonnes, mots) : differe compliance absence. Exigence par exigence : differe compliance matrix.',
      'Proof of absence (weights, packages, routes, interface, columns, words): differe compliance absence. Requirement by requirement: differe compliance matrix.',
    ),
    gap: words('contrôles faits sur le site', 'checks that were made on the site'),
  }),
  part('5.4 Limites', '5.4 Limits', {
    say: words(
      "La structure d'un réseau ne révèle pas son usage ; l'examen ne reconnaît pas tout réseau sur les visages ; des attributs ordinaires, joints au lieu et à l'heure, peuvent isoler une personne.",
      'The structure of a network does not reveal its use; the gate does not recognise every face network; ordinary attributes, joined with place and time, can single a person out.',
    ),
  }),
  part('5.5 Contrôle des mises à jour', '5.5 Control of updates', {
    say: words(
      "Au démarrage et avant chaque analyse, ce que l'installation peut faire est comparé au dossier signé ; tout ajout bloque le traitement.",
      'At the start and before each analysis, what the installation can do is held against the signed dossier; any addition stops the processing.',
    ),
    rows: [['Procédure de mise à jour', update.ref]],
  }),
  part('5.6 Réseaux témoins', '5.6 Canaries', {
    say: words(
      "À chaque démarrage l'examen doit refuser un ensemble de réseaux interdits de synthèse ; s'il en laisse passer un, rien ne démarre : differe models canaries.",
      'At each start the gate must refuse a set of synthetic forbidden networks; when one passes, nothing starts: differe models canaries.',
    ),
  }),
];

const governance = ({ journal_retention_years: years, incident }: Dossier): readonly Section[] => [
  chapter('6. Gouvernance et contrôle', '6. Governance and control'),
  part("6.1 Chaîne d'autorisation", '6.1 Chain of authorisation', {
    say: words(
      "Chaque acte demande une autorisation du magistrat, propre à la procédure, et un état de scellés de l'officier, signés par des clés que l'installation ne détient pas.",
      'Every act needs the authorisation of the magistrate, for that case, and a schedule of the officer, signed with keys that the installation does not hold.',
    ),
    gap: words('qui signe, avec quelles clés, et leur garde', 'who signs, with which keys, and their custody'),
  }),
  part('6.2 Habilitation', '6.2 Habilitation', {
    say: words(
      'Habilitation individuelle, bornée dans le temps, avec formation ; un magistrat sait à tout instant qui était habilité.',
      'Individual habilitation, limited in time, with training; a magistrate knows at any moment who was habilitated.',
    ),
    gap: words(
      'autorités de l’article R. 40-39 et plan de formation',
      'authorities of article R. 40-39 and training plan',
    ),
  }),
  part('6.3 Procureur de la République', '6.3 Public prosecutor', {
    say: words(
      'Lecture des procédures de son ressort ; ordres d’effacer, de compléter, de rectifier, exécutés sous vingt-quatre heures (article 230-23).',
      'Reads the cases of his jurisdiction; orders to erase, complete or rectify, carried out within twenty-four hours (article 230-23).',
    ),
  }),
  part("6.4 Magistrat de l'article 230-24", '6.4 Magistrate of article 230-24', {
    say: words(
      'Accès direct national, mêmes ordres, statistiques entières.',
      'Direct national access, the same orders, the statistics whole.',
    ),
  }),
  part('6.5 CNIL', '6.5 CNIL', {
    say: words(
      'Dossier de contrôle signé, sans contenu, produit par une commande : differe compliance pack.',
      'A signed control pack without content, made by one command: differe compliance pack.',
    ),
    rows: [['Procédure en cas d’incident', incident.ref]],
  }),
  part('6.6 Autocontrôle', '6.6 Self-control', {
    say: words(
      "Chaque mois une session sur vingt, tirée du journal sans que personne la choisisse, est revue par la hiérarchie, qui signe ce qu'elle a trouvé ; soixante jours après le mois, aucune analyse ne commence sans cette revue.",
      'Each month one session in twenty, drawn from the journal without anybody choosing it, is reviewed by the hierarchy, which signs what it found; sixty days after the month no analysis starts without that review.',
    ),
    gap: words('qui revoit, et la suite donnée aux irrégularités', 'who reviews, and what follows irregularities'),
  }),
  part('6.7 Statistiques', '6.7 Statistics', {
    say: words(
      `Calculées du seul journal, infalsifiable et conservé ${years} ans ; entières pour le contrôle, agrégées pour le public.`,
      `Counted from the journal alone, which is tamper-evident and kept for ${years} years; whole for control, aggregated for the public.`,
    ),
  }),
];
