import { useState } from 'react';
import { routeTo } from '../../api/routes.ts';
import type { Hit } from '../../api/types.ts';
import { useInvestigation } from '../../app/investigation.tsx';
import { addressOf } from '../../app/router.ts';
import { useSession } from '../../app/session.tsx';
import { useName, useSettings } from '../../app/settings.tsx';
import { usePicture } from '../../parts/pictures.ts';
import { Problem } from '../../parts/problem.tsx';
import { clockSpan } from '../../parts/time.ts';
import { PreviewDialog } from './preview.tsx';

/** The hits of the next package, which is looked at before it is signed. */
export function ExportList({ onExport }: { onExport(hits: readonly Hit[]): Promise<boolean> }) {
  const { words, language } = useSettings();
  const { exportList, toggleExport, clearExport, answer, exportError } = useInvestigation();
  const { requisition } = useSession();
  const [isPreviewed, setPreviewed] = useState(false);

  async function start(): Promise<void> {
    // What is refused stays on the list, and why stands beside the packages.
    if (await onExport(exportList)) clearExport();
    setPreviewed(false);
  }
  return (
    <>
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
                {words.search.executed}
                {words.app.colon}
                {language === 'fr' ? answer.inFrench : answer.inEnglish}
              </p>
            )}
            <ul>
              {exportList.map((hit) => (
                <Listed key={hit.id} hit={hit} onRemove={() => toggleExport(hit)} />
              ))}
            </ul>
            <button type="button" className="primary" id="preview" onClick={() => setPreviewed(true)}>
              {words.preview.open}
            </button>
          </>
        )}
      </section>
      {isPreviewed && exportList.length > 0 && (
        <PreviewDialog
          hits={exportList}
          onRemove={(hits) => hits.forEach(toggleExport)}
          onExport={start}
          onClose={() => setPreviewed(false)}
        />
      )}
    </>
  );
}

function Listed({ hit, onRemove }: { readonly hit: Hit; onRemove(): void }) {
  const { caseId } = useSession();
  const { words } = useSettings();
  const nameOf = useName();
  const { url } = usePicture(
    routeTo('/api/v1/cases/{caseId}/hits/{hitId}/still', { caseId, hitId: hit.id }, { size: 'thumb' }),
  );
  const title = `${nameOf(hit.class)}, ${clockSpan(hit.from, hit.to)}`;
  return (
    <li>
      {url === undefined ? (
        <span className="picture" />
      ) : (
        <img src={url} alt={words.search.thumbnail(nameOf(hit.class), hit.from)} />
      )}
      <span>
        <a href={addressOf('player', hit.id)}>{title}</a>
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
