import { SOFTWARE } from '../software.ts';
import type { Dossier } from './dossier-schema.ts';
import type { DossierPapers } from './dossier-sign.ts';

/** The members that people give, empty: as long as one is, the dossier is incomplete and nobody can sign it. */
export function blankPapers(controller: string | undefined): DossierPapers {
  const [type = '', unit_code = ''] = (controller ?? '').split(':');
  const major = Number.parseInt(SOFTWARE.version, 10);
  return {
    id: '',
    version: 1,
    title: '',
    software: { name: SOFTWARE.name, from: SOFTWARE.version, below: `${major + 1}.0.0` },
    // What is no service of art. 230-20 CPP stays outside the schema, as an empty member does.
    controller: { type: type as Dossier['controller']['type'], unit_code },
    sites: [],
    engagement: { ref: '', signatory: '', sent_at: '', proof_sha256: '' },
    techfile: { ref: '', sha256: '' },
    aipd: { ref: '', version: '', approved_at: '', review_at: '', dpo_opinion_ref: '', sha256: '' },
    notice: { ref: '', published_at: '' },
    register: { ref: '' },
    keys: { ref: '', sha256: '' },
    accreditation: { ref: '' },
    contract: { ref: '' },
    update: { ref: '' },
    incident: { ref: '' },
    aia: { ref: '', sha256: '' },
    journal_retention_years: 3,
  };
}
