import type { Dossier } from '../dossier-schema.ts';
import { SERVICES } from './french.ts';
import type { Document } from './types.ts';

/** The public information notice (RGT-01; LII 104, LED 13), from the dossier in force. */
export function noticeDocument(
  dossier: Dossier,
  frame: Pick<Document, 'installation' | 'madeAt' | 'isDemo'>,
): Document {
  const { controller, capability, sites } = dossier;
  return {
    ...frame,
    title: {
      fr: "Information sur l'exploitation d'enregistrements vidéo dans des enquêtes judiciaires",
      en: 'Information on the analysis of video recordings in judicial investigations',
    },
    subtitle: { fr: 'Article 104 de la loi du 6 janvier 1978', en: 'Article 104 of the act of 6 January 1978' },
    sections: [
      {
        title: { fr: 'Responsable de traitement', en: 'Controller' },
        paragraphs: [
          {
            fr: `${SERVICES[controller.type]}, unité ${controller.unit_code}. Sites : ${sites.join(' ; ')}.`,
            en: `${SERVICES[controller.type]}, unit ${controller.unit_code}. Sites: ${sites.join('; ')}.`,
          },
        ],
        toComplete: {
          fr: 'adresse et coordonnées du délégué à la protection des données',
          en: 'address, and how to reach the data protection officer',
        },
      },
      {
        title: { fr: 'Finalité et base légale', en: 'Purpose and legal basis' },
        paragraphs: [
          {
            fr: "Rechercher, dans des enregistrements déjà saisis et sur autorisation d'un magistrat, des objets et leurs attributs (articles 230-20 à 230-27 et R. 40-39 à R. 40-41 du code de procédure pénale ; titre III de la loi du 6 janvier 1978). Aucune image n'est analysée en direct.",
            en: 'To search recordings that were seized before, on the authorisation of a magistrate, for objects and their attributes (articles 230-20 to 230-27 and R. 40-39 to R. 40-41 of the code of criminal procedure; title III of the act of 6 January 1978). No picture is analysed live.',
          },
          {
            fr: "Aucune reconnaissance faciale, aucune identification ni caractérisation de personnes par des données biométriques : la fonction n'existe pas.",
            en: 'No face recognition, no identifying or characterising of persons by biometric data: the function does not exist.',
          },
        ],
      },
      {
        title: { fr: 'Données et personnes concernées', en: 'Data and persons concerned' },
        paragraphs: [
          {
            fr: `Images d'enregistrements, positions et attributs d'objets (${capability.classes.length} classes, ${capability.colours.length} couleurs). Personnes mises en cause, victimes, témoins, passants, y compris mineurs, dont l'image figure dans l'enregistrement.`,
            en: `Pictures of recordings, positions and attributes of objects (${capability.classes.length} classes, ${capability.colours.length} colours). Suspects, victims, witnesses and passers-by, minors included, whose image is in the recording.`,
          },
        ],
      },
      {
        title: { fr: 'Destinataires', en: 'Recipients' },
        paragraphs: [
          {
            fr: "Les seuls agents habilités saisis de l'enquête, les magistrats qui la dirigent ou la contrôlent, et le magistrat de l'article 230-24. Aucun transfert hors de France.",
            en: 'Only habilitated agents seized of the investigation, the magistrates who direct or control it, and the magistrate of article 230-24. No transfer abroad.',
          },
        ],
      },
      {
        title: { fr: 'Durée de conservation', en: 'Retention' },
        paragraphs: [
          {
            fr: "Jusqu'à la clôture de l'enquête et trois ans au plus après le premier enregistrement, sauf prolongation par un magistrat pour la criminalité organisée (article 230-22). L'effacement détruit la clé de chiffrement et donne lieu à un certificat.",
            en: 'Until the investigation is closed and three years after the first recording at most, unless a magistrate extends it for organised crime (article 230-22). Erasure destroys the encryption key and yields a certificate.',
          },
        ],
      },
      {
        title: { fr: 'Droits', en: 'Rights' },
        paragraphs: [
          {
            fr: "Accès, rectification, effacement et limitation s'exercent auprès de la CNIL (articles 107 et 108 de la loi), du procureur de la République (article 230-23) ou du magistrat de l'article 230-24. Réclamation : CNIL, 3 place de Fontenoy, 75007 Paris.",
            en: 'Access, rectification, erasure and restriction are exercised through the CNIL (articles 107 and 108), the prosecutor (article 230-23) or the magistrate of article 230-24. Complaints: CNIL, 3 place de Fontenoy, 75007 Paris.',
          },
        ],
      },
      {
        title: { fr: 'Références', en: 'References' },
        table: {
          head: [
            { fr: 'Document', en: 'Document' },
            { fr: 'Référence', en: 'Reference' },
          ],
          rows: [
            ['Engagement de conformité (RU-018)', dossier.engagement.ref],
            ["Analyse d'impact", `${dossier.aipd.ref}, version ${dossier.aipd.version}`],
            ['Registre', dossier.register.ref],
            ['Publication de la présente notice', dossier.notice.ref],
          ],
        },
      },
    ],
  };
}
