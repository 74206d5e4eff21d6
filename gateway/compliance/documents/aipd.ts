import type { Dossier } from '../dossier-schema.ts';
import type { Document, Section, Words } from './types.ts';

const words = (fr: string, en: string): Words => ({ fr, en });
const gap = (fr: string, en: string, what: Words): Section => ({ title: words(fr, en), toComplete: what });

/** The impact assessment as a skeleton (section 4.2): what the system can say of itself is filled in, what people must decide is a gap. */
export function aipdDocument(dossier: Dossier, frame: Pick<Document, 'installation' | 'madeAt' | 'isDemo'>): Document {
  const { capability } = dossier;
  return {
    ...frame,
    title: words(
      "Analyse d'impact relative à la protection des données (trame)",
      'Data protection impact assessment (skeleton)',
    ),
    subtitle: words(
      `${dossier.software.name} – dossier ${dossier.id}, version ${dossier.version}`,
      `${dossier.software.name} – dossier ${dossier.id}, version ${dossier.version}`,
    ),
    sections: [
      gap(
        '1. Contexte',
        '1. Context',
        words(
          'traitement, enjeux, responsabilités, volumes, cycle de vie',
          'processing, stakes, responsibilities, volumes, life cycle',
        ),
      ),
      {
        title: words('1.3 Textes', '1.3 Texts'),
        paragraphs: [
          words(
            'CPP 230-20 à 230-27, R. 40-39 à R. 40-41 ; décret 2012-687 (RU-018) ; loi du 6 janvier 1978, titre III ; directive (UE) 2016/680 ; règlement (UE) 2024/1689 ; CNIL, délibération MEDP-2024-001 et mise en demeure MED-2024-150.',
            'CPP 230-20 to 230-27, R. 40-39 to R. 40-41; decree 2012-687 (RU-018); act of 6 January 1978, title III; directive (EU) 2016/680; regulation (EU) 2024/1689; CNIL, deliberation MEDP-2024-001 and formal notice MED-2024-150.',
          ),
        ],
      },
      gap(
        '2. Principes fondamentaux',
        '2. Fundamental principles',
        words(
          'base légale, stricte nécessité (LII 88), minimisation, exactitude, droits',
          'legal basis, strict necessity (LII 88), minimisation, accuracy, rights',
        ),
      ),
      {
        title: words('2.4 Minimisation : ce que le système peut faire', '2.4 Minimisation: what the system can do'),
        table: {
          head: [words('Élément', 'Item'), words('Valeur', 'Value')],
          rows: [
            ['Opérations', capability.ops.join(', ')],
            ['Classes recherchées', capability.classes.join(', ')],
            ['Couleurs', capability.colours.join(', ')],
            ['Routes', String(capability.routes.length)],
            ['Règles (permis / interdits)', `${capability.permits.length} / ${capability.bans.length}`],
            [
              'Durées (jours)',
              Object.entries(capability.retentionDays)
                .map(([name, days]) => `${name} ${days}`)
                .join(', ') || '–',
            ],
            ['Empreinte du manifeste de capacité', dossier.capability_sha256],
          ],
        },
      },
      gap(
        '3. Nécessité et proportionnalité',
        '3. Necessity and proportionality',
        words(
          'alternatives, bénéfice attendu, utilité passée, effets sur les libertés',
          'alternatives, expected benefit, past usefulness, effects on freedoms',
        ),
      ),
      {
        title: words('4. Caractère différé', '4. Deferred nature'),
        paragraphs: [
          words(
            "Une pièce n'est reçue que si son empreinte SHA-256 figure dans un état de scellés déjà signé ; l'analyse n'a lieu qu'une heure au moins après la fin de la captation déclarée. Aucune route, aucun protocole et aucune option ne prend de source en direct. Il n'existe ni alerte ni recherche permanente.",
            'An exhibit is taken only when its SHA-256 stands in a schedule that was signed before; analysis takes place one hour at least after the declared end of capture. No route, protocol or option takes a live source. There is no alert and no standing search.',
          ),
        ],
        toComplete: words('justification du délai retenu', 'reasons for the delay that was chosen'),
      },
      {
        title: words(
          '5. Absence de reconnaissance faciale, de biométrie et de caractérisation',
          '5. Absence of face recognition, biometrics and characterisation',
        ),
        paragraphs: [
          words(
            "Preuve : differe compliance absence, differe models canaries. Un réseau n'est chargé que s'il passe l'examen de sa structure et porte deux signatures. Limite : la structure ne révèle pas l'usage ; l'examen ne reconnaît pas tout réseau sur les visages.",
            'Evidence: differe compliance absence, differe models canaries. A network is loaded only when its structure passes and two persons signed for it. Limit: structure does not reveal use; the gate does not recognise every face network.',
          ),
        ],
        table: {
          head: [words('Modèle', 'Model'), words('Étiquettes', 'Labels'), words('SHA-256', 'SHA-256')],
          rows: capability.models.map(({ name, labels, sha256 }) => [name, String(labels.length), sha256]),
        },
      },
      {
        title: words('6. Gouvernance et contrôle', '6. Governance and control'),
        paragraphs: [
          words(
            `Autorisation par procédure, habilitation individuelle, journal infalsifiable conservé ${dossier.journal_retention_years} ans, statistiques calculées du journal seul, accès en lecture du procureur et du magistrat de l'article 230-24.`,
            `Authorisation for each procedure, individual habilitation, tamper-evident journal kept for ${dossier.journal_retention_years} years, statistics computed from the journal alone, read access for the prosecutor and the magistrate of article 230-24.`,
          ),
        ],
        toComplete: words('chaîne de décision et contrôles périodiques', 'chain of decision and periodic checks'),
      },
      gap(
        '7. Risques',
        '7. Risks',
        words(
          "accès illégitime, modification, disparition ; dérive d'usage, mise à jour non déclarée, direct déguisé, faux résultat, isolement d'une personne par ses attributs, défaut du décodeur",
          'illegitimate access, modification, disappearance; function creep, silent update, live use in disguise, false hit, singling out by attributes, decoder exploit',
        ),
      ),
      gap(
        '8. Validation',
        '8. Validation',
        words(
          "plan d'action, avis du DPO, consultation de la CNIL, date de révision",
          'action plan, DPO opinion, consultation of the CNIL, review date',
        ),
      ),
    ],
  };
}
