import type { Dossier } from '../dossier-schema.ts';
import { contextSections } from './aipd-context.ts';
import { risksSections } from './aipd-risks.ts';
import { safeguardsSections } from './aipd-safeguards.ts';
import type { Document } from './types.ts';

/**
 * The impact assessment as a skeleton with every heading of its plan (legal-requirements 4.2): what the system can say of itself is filled
 * in from the dossier, what people must decide is a gap under its own heading.
 */
export function aipdDocument(dossier: Dossier, frame: Pick<Document, 'installation' | 'madeAt' | 'isDemo'>): Document {
  const subtitle = `${dossier.software.name} – dossier ${dossier.id}, version ${dossier.version}`;
  return {
    ...frame,
    title: {
      fr: "Analyse d'impact relative à la protection des données (trame)",
      en: 'Data protection impact assessment (skeleton)',
    },
    subtitle: { fr: subtitle, en: subtitle },
    sections: [...contextSections(dossier), ...safeguardsSections(dossier), ...risksSections(dossier)],
  };
}
