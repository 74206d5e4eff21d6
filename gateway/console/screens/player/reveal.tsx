import { type FormEvent, useEffect, useRef, useState } from 'react';
import { REVEAL_REASONS, type RevealReason } from '../../../policy/types.ts';
import { routeTo } from '../../api/routes.ts';
import type { Hit } from '../../api/types.ts';
import { useKeys } from '../../app/keys.ts';
import { useSession } from '../../app/session.tsx';
import { useName, useWords } from '../../app/settings.tsx';
import { Problem } from '../../parts/problem.tsx';
import { clockTime } from '../../parts/time.ts';

interface Revealed {
  readonly url: string;
  readonly reason: RevealReason;
  readonly atMs: number;
}

/**
 * Uncovers the object of a hit that was confirmed, and nobody else (PRO-02): the reason is asked first and stands in the journal before the
 * picture comes. The picture is let go when the dialog closes.
 */
export function Reveal({ hit }: { readonly hit: Hit }) {
  const { role, requisition } = useSession();
  const { reveal: words } = useWords();
  const [isOpen, setOpen] = useState(false);
  const mayReveal = role === 'agent' && requisition.ops.includes('review.reveal');
  const isConfirmed = hit.verdict === 'confirmed';
  useKeys(mayReveal && isConfirmed && !isOpen ? { v: () => setOpen(true) } : {});
  if (!mayReveal) return null;
  return (
    <>
      <button
        type="button"
        id="reveal"
        disabled={!isConfirmed}
        title={isConfirmed ? `${words.explained} (V)` : words.needsConfirmed}
        onClick={() => setOpen(true)}
      >
        {words.open}
      </button>
      {isOpen && <RevealDialog hit={hit} onClose={() => setOpen(false)} />}
    </>
  );
}

function RevealDialog({ hit, onClose }: { readonly hit: Hit; onClose(): void }) {
  const { api, caseId } = useSession();
  const { app, reveal: words } = useWords();
  const nameOf = useName();
  const dialog = useRef<HTMLDialogElement>(null);
  const [reason, setReason] = useState<RevealReason>();
  const [shown, setShown] = useState<Revealed>();
  const [isAsking, setAsking] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => () => void (shown !== undefined && URL.revokeObjectURL(shown.url)), [shown]);

  function ask(event: FormEvent): void {
    event.preventDefault();
    if (reason === undefined) return;
    setFailure(undefined);
    setAsking(true);
    api
      .request('POST', routeTo('/api/v1/cases/{caseId}/hits/{hitId}/reveal', { caseId, hitId: hit.id }), {
        body: { reason },
      })
      .then((response) => response.blob())
      .then((blob) => setShown({ url: URL.createObjectURL(blob), reason, atMs: Date.now() }))
      .catch(setFailure)
      .finally(() => setAsking(false));
  }
  return (
    <dialog ref={dialog} className="reveal" aria-labelledby="reveal-title" onClose={onClose}>
      <div className="section-head">
        <h2 id="reveal-title">{words.title(nameOf(hit.class), clockTime(hit.from))}</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          {app.close}
        </button>
      </div>
      {shown === undefined ? (
        <form onSubmit={ask}>
          <p>{words.explained}</p>
          <fieldset>
            <legend>{words.reason}</legend>
            {REVEAL_REASONS.map((each) => (
              <label key={each} className="choice-line">
                <input type="radio" name="reason" value={each} required onChange={() => setReason(each)} />{' '}
                {words.reasons[each]}
              </label>
            ))}
          </fieldset>
          <p className="row">
            <button type="submit" className="primary" disabled={reason === undefined || isAsking}>
              {words.confirm}
            </button>
            <span className="sub">{words.journalFirst}</span>
          </p>
          <Problem error={failure} />
        </form>
      ) : (
        <figure>
          <img id="revealed" src={shown.url} alt={words.picture(nameOf(hit.class))} />
          <figcaption role="status">{words.journalled(words.reasons[shown.reason], clockTime(shown.atMs))}</figcaption>
        </figure>
      )}
    </dialog>
  );
}
