import { useState } from 'react';
import { routeTo } from '../../api/routes.ts';
import { useSession } from '../../app/session.tsx';
import { useWords } from '../../app/settings.tsx';
import { Problem } from '../../parts/problem.tsx';
import { saveAs } from '../../parts/zip.ts';

const NAMES = ['mention', 'closing-report'] as const;

/** What the procedure must hold, as PDF: the mention of the use, and the closing report once the case can be closed. */
export function Documents() {
  const { api, caseId, requisition } = useSession();
  const { control } = useWords();
  const [error, setError] = useState<unknown>();
  async function save(name: (typeof NAMES)[number]): Promise<void> {
    setError(undefined);
    await api
      .blob(
        name === 'mention'
          ? routeTo('/api/v1/cases/{caseId}/documents/mention', { caseId }, { format: 'pdf' })
          : routeTo('/api/v1/cases/{caseId}/documents/closing-report', { caseId }, { format: 'pdf' }),
      )
      .then((blob) => saveAs(blob, `${requisition.procedure.replaceAll('/', '-')}-${name}.pdf`), setError);
  }
  return (
    <section aria-labelledby="documents-title">
      <h3 id="documents-title">{control.documents.title}</h3>
      <div className="row">
        {NAMES.map((name) => (
          <button key={name} type="button" onClick={() => void save(name)}>
            {control.documents[name]}
          </button>
        ))}
      </div>
      <Problem error={error} />
    </section>
  );
}
