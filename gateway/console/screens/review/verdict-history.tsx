import { useEffect, useState } from 'react';
import type { Schemas } from '../../../interface/client.ts';
import { routeTo } from '../../api/routes.ts';
import type { Hit } from '../../api/types.ts';
import { useSession } from '../../app/session.tsx';
import { useName, useWords } from '../../app/settings.tsx';
import { Problem } from '../../parts/problem.tsx';
import { clockTime } from '../../parts/time.ts';

type History = Schemas['ListVerdictsAnswer'];

/** Every verdict that was given on a hit, those too that no longer stand. It is asked for when it is opened, and that is in the journal. */
export function VerdictHistory({ hit }: { readonly hit: Hit }) {
  const { undo: words, review } = useWords();
  const nameOf = useName();
  const { api, caseId } = useSession();
  const [isOpen, setOpen] = useState(false);
  const [history, setHistory] = useState<History>();
  const [failure, setFailure] = useState<unknown>();
  // A hit that was decided on again has another history.
  const { id: hitId, readings } = hit;
  useEffect(() => {
    if (!isOpen || readings === undefined) return;
    const stop = new AbortController();
    api
      .get<History>(routeTo('/api/v1/cases/{caseId}/hits/{hitId}/verdicts', { caseId, hitId }), stop.signal)
      .then(setHistory)
      .catch((error: unknown) => !stop.signal.aborted && setFailure(error));
    return () => stop.abort();
  }, [isOpen, readings, hitId, api, caseId]);
  return (
    <details className="verdict-history" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.history}</summary>
      {history?.verdicts.length === 0 && <p className="sub">{words.noHistory}</p>}
      <ol>
        {history?.verdicts.map(({ agentId, verdict, at, replacedAt, takenBackAt }, index) => (
          // Verdicts of nobody known differ in nothing but their place.
          <li key={`${at ?? index} ${agentId ?? ''}`}>
            {at !== undefined && <span className="sub">{clockTime(at)}</span>}{' '}
            <span className="reader">{agentId ?? review.unknownReader}</span>{' '}
            <span className={`verdict-${verdict}`}>{nameOf(verdict)}</span>
            {replacedAt !== undefined && <span className="sub"> · {words.replaced(clockTime(replacedAt))}</span>}
            {takenBackAt !== undefined && <span className="sub"> · {words.takenBack(clockTime(takenBackAt))}</span>}
          </li>
        ))}
      </ol>
      <Problem error={failure} />
    </details>
  );
}
