import { useState } from 'react';
import type { Hit } from '../../../search/types.ts';
import { useInvestigation } from '../../app/investigation.tsx';
import { useSession } from '../../app/session.tsx';
import { useName, useSettings } from '../../app/settings.tsx';
import { usePicture } from '../../parts/pictures.ts';
import { Problem } from '../../parts/problem.tsx';
import { clockSpan } from '../../parts/time.ts';

/** What the next package will hold, seen before it is signed. */
export function ExportList({ onExport }: { onExport(hits: readonly Hit[]): Promise<boolean> }) {
  const { words, language } = useSettings();
  const { exportList, toggleExport, clearExport, answer, exportError } = useInvestigation();
  const { requisition } = useSession();
  const [isBusy, setBusy] = useState(false);

  async function start(): Promise<void> {
    setBusy(true);
    // What is refused stays on the list.
    if (await onExport(exportList)) clearExport();
    setBusy(false);
  }
  return (
    <section aria-labelledby="list-title" className="export-list">
      <h3 id="list-title">{words.review.next}</h3>
      <Problem error={exportError} />
      {exportList.length === 0 ? (
        <p className="sub">{words.review.nextEmpty}</p>
      ) : (
        <>
          <p>
            {words.review.under(requisition.procedure)} · {words.search.total(exportList.length)}
          </p>
          {answer !== undefined && (
            <p className="sub">
              {words.search.executed} : {language === 'fr' ? answer.inFrench : answer.inEnglish}
            </p>
          )}
          <ul>
            {exportList.map((hit) => (
              <Listed key={hit.id} hit={hit} onRemove={() => toggleExport(hit)} />
            ))}
          </ul>
          <p className="sub">{words.review.holds}</p>
          <button type="button" className="primary" id="export" disabled={isBusy} onClick={() => void start()}>
            {words.review.make}
          </button>
        </>
      )}
    </section>
  );
}

function Listed({ hit, onRemove }: { readonly hit: Hit; onRemove(): void }) {
  const { caseId } = useSession();
  const { words } = useSettings();
  const nameOf = useName();
  const { url } = usePicture(`/api/v1/cases/${caseId}/hits/${hit.id}/still?size=thumb`);
  const title = `${nameOf(hit.class)}, ${clockSpan(hit.from, hit.to)}`;
  return (
    <li>
      {url === undefined ? (
        <span className="picture" />
      ) : (
        <img src={url} alt={words.search.thumbnail(nameOf(hit.class), hit.from)} />
      )}
      <span>
        {title}
        <span className="sub">
          {hit.cameraId} · {hit.fileName} · <span className={`verdict-${hit.verdict}`}>{nameOf(hit.verdict)}</span>
          {hit.disputed && ` · ${words.review.disputedShort}`}
        </span>
      </span>
      <button type="button" className="quiet" aria-label={`${words.search.remove} : ${title}`} onClick={onRemove}>
        ×
      </button>
    </li>
  );
}
