import { useEffect, useRef, useState } from 'react';
import { routeTo } from '../../api/routes.ts';
import type { ExportPreviewBody, Hit } from '../../api/types.ts';
import { useSession } from '../../app/session.tsx';
import { useName, useWords } from '../../app/settings.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useRefusalWords } from '../../parts/refusals.ts';
import { clockSpan } from '../../parts/time.ts';
import { PackageFiles } from './package-files.tsx';

type PreviewedHit = ExportPreviewBody['hits'][number];

/**
 * What the package of these hits would hold, and why it would be refused, as the gateway says it now; from here alone it is signed. Each
 * look is in the journal, so it is asked for when somebody opens it.
 */
export function PreviewDialog({
  hits,
  onRemove,
  onExport,
  onClose,
}: {
  readonly hits: readonly Hit[];
  onRemove(hits: readonly Hit[]): void;
  onExport(): Promise<void>;
  onClose(): void;
}) {
  const { api, caseId, requisition } = useSession();
  const { app, review, preview: words } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const [preview, setPreview] = useState<ExportPreviewBody>();
  const [failure, setFailure] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const asked = hits.map(({ id }) => id).join();
  useEffect(() => {
    const stop = new AbortController();
    setPreview(undefined);
    setFailure(undefined);
    api
      .post<ExportPreviewBody>(
        routeTo('/api/v1/cases/{caseId}/exports/preview', { caseId }),
        { hits: asked.split(',') },
        stop.signal,
      )
      .then(setPreview, (error: unknown) => {
        if (!stop.signal.aborted) setFailure(error);
      });
    return () => stop.abort();
  }, [asked, api, caseId]);
  const refused = hits.filter(({ id }) => preview?.hits.some((each) => each.id === id && each.refusal !== undefined));
  async function sign(): Promise<void> {
    setBusy(true);
    await onExport();
    setBusy(false);
  }
  return (
    <dialog ref={dialog} className="preview" aria-labelledby="preview-title" onClose={onClose}>
      <div className="section-head">
        <h2 id="preview-title">{words.title}</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          {app.close}
        </button>
      </div>
      <p className="sub">{review.under(requisition.procedure)}</p>
      <Problem error={failure} />
      {preview === undefined && failure === undefined && <p role="status">{app.loading}</p>}
      {preview !== undefined && (
        <>
          <Finding preview={preview} />
          <h3>{words.hits(preview.hits.length)}</h3>
          <ul>
            {preview.hits.map((each) => (
              <Line key={each.id} of={each} hit={hits.find(({ id }) => id === each.id)} />
            ))}
          </ul>
          {refused.length > 0 && (
            <button type="button" id="remove-refused" onClick={() => onRemove(refused)}>
              {words.removeRefused(refused.length)}
            </button>
          )}
          <PackageFiles files={preview.files} />
          <p className="sub">{review.holds}</p>
        </>
      )}
      <div className="row">
        <button
          type="button"
          className="primary"
          id="export"
          disabled={isBusy || preview?.isPossible !== true}
          onClick={() => void sign()}
        >
          {review.make}
        </button>
        <button type="button" onClick={() => dialog.current?.close()}>
          {app.cancel}
        </button>
      </div>
    </dialog>
  );
}

/** Whether it can be made, and what of the whole stands against it. */
function Finding({ preview }: { readonly preview: ExportPreviewBody }) {
  const { preview: words } = useWords();
  const sentenceOf = useRefusalWords();
  return (
    <div role="status" className={preview.isPossible ? 'check sound' : 'check unsound'}>
      <strong>{preview.isPossible ? words.possible : words.notPossible}</strong>
      <ul>
        {preview.refusals.map((code) => (
          <li key={code}>
            {sentenceOf(code)} <code>{code}</code>
          </li>
        ))}
      </ul>
      <p>
        {words.quota(preview.made, preview.most)} {words.exhibits(preview.exhibits)}
      </p>
    </div>
  );
}

function Line({ of, hit }: { readonly of: PreviewedHit; readonly hit: Hit | undefined }) {
  const { review, preview: words } = useWords();
  const nameOf = useName();
  const sentenceOf = useRefusalWords();
  const { piece, verdict, disputed = false, readers = [], refusal } = of;
  return (
    <li className="preview-hit" data-refusal={refusal}>
      <strong>{hit === undefined ? of.id : `${nameOf(hit.class)} · ${clockSpan(hit.from, hit.to)}`}</strong>
      <span className="sub">
        {[piece, hit?.cameraId].filter((each) => each !== undefined).join(' · ')}
        {verdict !== undefined && (
          <>
            {' · '}
            <span className={`verdict-${verdict}`}>{nameOf(verdict)}</span>
          </>
        )}
        {disputed && ` · ${review.disputedShort}`}
      </span>
      <ul className="sub">
        {readers.length === 0 && <li>{words.noReader}</li>}
        {readers.map(({ agentId, verdict: given }, index) => (
          <li key={`${agentId ?? index} ${given}`}>
            <span className="reader">{agentId ?? review.unknownReader}</span>{' '}
            <span className={`verdict-${given}`}>{nameOf(given)}</span>
          </li>
        ))}
      </ul>
      {refusal !== undefined && (
        <p className="problem">
          {words.refused} {sentenceOf(refusal)} <code>{refusal}</code>
        </p>
      )}
    </li>
  );
}
